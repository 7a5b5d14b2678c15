import type { TheoryOptions } from './bound.ts';

/** Ends a computation that nobody waits for any more. What was begun is not kept: the next request begins it again. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';

  constructor() {
    super('The computation was cancelled.');
  }
}

export function throwIfCancelled({ cancelled }: Pick<TheoryOptions, 'cancelled'>): void {
  if (cancelled?.()) throw new Cancelled();
}
