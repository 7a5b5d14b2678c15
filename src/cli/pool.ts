import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { CountPool } from '../worker/countPool.ts';

/** As many threads as asked for, or one fewer than the processor has; they start as there is work. */
export function openPool(workers: number | undefined): CountPool {
  return new CountPool(join(__dirname, 'worker.js'), workers ?? Math.max(1, availableParallelism() - 1));
}
