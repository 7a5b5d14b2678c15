import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createConnection, ProposedFeatures, type Connection } from 'vscode-languageserver/node';
import { startServer } from '../../server/languageServer.ts';
import { CountProcess } from './processes/countProcess.ts';
import { nodeTextFiles } from './files/files.ts';
import { Framing } from './processes/framing.ts';
import { endWithParent } from './processes/parentWatch.ts';
import type { MeanOutcome, MeanTask } from '../../protocol/pool.ts';
import { drawOnThreads } from '../../worker/sharedDraws.ts';

/** In the background. */
const MOST_THREADS = 4;

/** Half of the machine is left to who works at it. */
const threads = Math.max(1, Math.min(MOST_THREADS, availableParallelism() >> 1));

/** Started when the first mean is drawn. */
const counts = new CountProcess(join(__dirname, 'worker.js'), threads);

/** Entry of the language server as a process of Node. */
startServer({
  connection: connect(),
  files: nodeTextFiles,
  nextTurn,
  drawMean,
});

async function drawMean(task: MeanTask, signal: AbortSignal): Promise<MeanOutcome> {
  if (!task.isLarge || counts.threadCount === 1) return counts.run(task, { signal });
  const { text, fileName, imports, network, choice } = task;
  const shares = await drawOnThreads(counts, { text, fileName, imports, network }, choice, signal);
  return counts.run({ ...task, shares }, { signal });
}

/** Over the channel of the process that started this one, or over standard input and output. */
function connect(): Connection {
  if (process.argv.includes('--node-ipc')) {
    endWithParent();
    return createConnection(ProposedFeatures.all);
  }
  if (!process.argv.includes('--stdio')) return createConnection(ProposedFeatures.all);
  const framing = new Framing();
  framing.on('error', ({ message }) => {
    console.error(`Region Lens: the input is not understood (${message}).`);
    process.exit(1);
  });
  return createConnection(ProposedFeatures.all, process.stdin.pipe(framing), process.stdout);
}
