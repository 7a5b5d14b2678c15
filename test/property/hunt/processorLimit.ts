import { Worker } from 'node:worker_threads';

/** No network of the hunt takes this much processor time, in seconds: one that does, hangs. */
export const LIMIT_SECONDS = 90;

/** A thread of its own, since the one it watches does not return from a task that hangs. */
const WATCHDOG = `
  const { workerData } = require('node:worker_threads');
  setInterval(() => {
    const { user, system } = process.cpuUsage();
    if ((user + system) / 1e6 - workerData.start[0] > workerData.limit) process.kill(process.pid, 'SIGXCPU');
  }, 1000);
`;

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/**
 * Ends this process by SIGXCPU once it has used `LIMIT_SECONDS` of processor time since the last `restart`. Elapsed
 * time would call a task hung on a busy machine that gives it no processor.
 */
export function limitProcessorTime(): { readonly restart: () => void; readonly used: () => number } {
  const start = new Float64Array(new SharedArrayBuffer(8));
  start[0] = Infinity;
  new Worker(WATCHDOG, { eval: true, workerData: { start, limit: LIMIT_SECONDS } }).unref();
  return {
    restart: () => {
      start[0] = processorSeconds();
    },
    used: () => processorSeconds() - start[0],
  };
}
