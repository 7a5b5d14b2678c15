import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { CountProcess } from '../../host/node/processes/countProcess.ts';

/**
 * As many threads as asked for, or one fewer than the processor has; they start as there is work, in a process of their
 * own.
 */
export function openPool(workers: number | undefined): CountProcess {
  return new CountProcess(join(__dirname, 'worker.js'), workers ?? Math.max(1, availableParallelism() - 1));
}
