import type { Meter } from './meter.ts';
import type { Mutable } from './values.ts';

/** Changes made since `since`, to what existed before. */
interface Attempt {
  readonly since: number;
  readonly before: Map<Mutable, unknown>;
}

/** What was written to: its variables or properties by name; undefined stands for any of them. */
export type Written = Map<Mutable, Set<string | undefined>>;

interface Watch {
  readonly since: number;
  readonly written: Written;
}

/**
 * Counts creations, and remembers what changed, so that a way through the source can be tried and taken back. All that
 * comes into being and all that is copied here is metered.
 */
export class Journal {
  private clock = 0;
  private readonly attempts: Attempt[] = [];
  private readonly watches: Watch[] = [];

  constructor(private readonly meter: Meter) {}

  /** A creation's place in the order of all. */
  next(): number {
    this.meter.holdObject();
    return this.clock++;
  }

  /** What comes into being from now on is born at this place or later. */
  get now(): number {
    return this.clock;
  }

  /** Whether the attempts under way have changed nothing yet that existed before. */
  get isUntouched(): boolean {
    return this.attempts.every(({ before }) => before.size === 0);
  }

  /** To be called before a change; `key` is the variable or property, if it is one. */
  touch(holder: Mutable, key?: string): void {
    this.remember(holder);
    this.note(holder, key);
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
      after.set(holder, this.saved(holder));
      this.restore(holder, state);
    }
    return { result, after, before };
  }

  /** Makes an attempt's changes after all. */
  keep(after: ReadonlyMap<Mutable, unknown>): void {
    for (const [holder, state] of after) {
      this.remember(holder);
      this.restore(holder, state);
    }
  }

  /** Runs `body`, which sees what is written meanwhile to what existed before. */
  watching<Result>(body: (written: Written) => Result): Result {
    const watch: Watch = { since: this.clock, written: new Map() };
    this.watches.push(watch);
    try {
      return body(watch.written);
    } finally {
      this.watches.pop();
      // What is written to within is written to for what watches from further out.
      for (const [holder, keys] of watch.written) for (const key of keys) this.note(holder, key);
    }
  }

  private note(holder: Mutable, key?: string): void {
    const watch = this.watches.at(-1);
    if (!watch || holder.born >= watch.since) return;
    const keys = watch.written.get(holder) ?? new Set<string | undefined>();
    keys.add(key);
    watch.written.set(holder, keys);
  }

  /**
   * Saves the state for the attempts under way that do not have it yet: what an inner one has, those around it have.
   */
  private remember(holder: Mutable): void {
    for (let i = this.attempts.length - 1; i >= 0; i--) {
      const { since, before } = this.attempts[i];
      if (holder.born >= since || before.has(holder)) return;
      before.set(holder, this.saved(holder));
    }
  }

  private saved(holder: Mutable): unknown {
    this.meter.hold(holder.bytes);
    return holder.save();
  }

  private restore(holder: Mutable, state: unknown): void {
    this.meter.hold(holder.bytes);
    holder.restore(state);
  }
}
