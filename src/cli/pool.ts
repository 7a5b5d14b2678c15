import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { CountPool } from '../worker/countPool.ts';

/** Threads for so many counts: as many as asked for, or one fewer than the processor has. */
export function openPool(workers: number | undefined, counts: number): CountPool {
  const size = workers ?? Math.max(1, availableParallelism() - 1);
  return new CountPool(join(__dirname, 'worker.js'), Math.min(size, counts));
}
