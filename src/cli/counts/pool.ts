import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { CountProcess } from '../../host/node/processes/countProcess.ts';

/** Whoever stops a command wants what it has found, which takes longer on a busy machine; a second signal ends it. */
const CANCEL_PATIENCE_MS = 1000;

/**
 * As many threads as asked for, or one fewer than the processor has; they start as there is work, in a process of their
 * own.
 */
export function openPool(workers: number | undefined): CountProcess {
  const threads = workers ?? Math.max(1, availableParallelism() - 1);
  return new CountProcess(join(__dirname, 'worker.js'), threads, CANCEL_PATIENCE_MS);
}
