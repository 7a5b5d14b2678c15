import type { Mutable } from './values.ts';

/** Changes made since `since`, to what existed before. */
interface Attempt {
  readonly since: number;
  readonly before: Map<Mutable, unknown>;
}

/** Counts creations, and remembers what changed, so that a way through the source can be tried and taken back. */
export class Journal {
  private clock = 0;
  private readonly attempts: Attempt[] = [];

  /** A creation's place in the order of all. */
  next(): number {
    return this.clock++;
  }

  /** To be called before a change. */
  touch(holder: Mutable): void {
    for (const { since, before } of this.attempts) {
      if (holder.born < since && !before.has(holder)) before.set(holder, holder.save());
    }
  }

  /** Runs `way` and takes back its changes to what existed before. Returns them, as states after and before. */
  attempt<Result>(way: () => Result): { result: Result; after: Map<Mutable, unknown>; before: Map<Mutable, unknown> } {
    const before = new Map<Mutable, unknown>();
    this.attempts.push({ since: this.clock, before });
    let result: Result;
    try {
      result = way();
    } finally {
      this.attempts.pop();
    }
    const after = new Map<Mutable, unknown>();
    for (const [holder, state] of before) {
      after.set(holder, holder.save());
      holder.restore(state);
    }
    return { result, after, before };
  }

  /** Makes an attempt's changes after all. */
  keep(after: ReadonlyMap<Mutable, unknown>): void {
    for (const [holder, state] of after) {
      this.touch(holder);
      holder.restore(state);
    }
  }
}
