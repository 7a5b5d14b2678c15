import { Stopped } from './evaluation.ts';

/** Steps in all, and in one top-level statement or one function that nobody calls. */
const MAX_STEPS = 500_000;
const MAX_STEPS_AT_ONCE = 200_000;

/**
 * Likewise for bytes. Memory that the host frees again counts too: the evaluator does not track what is still in use.
 */
const MAX_BYTES = 128e6;
const MAX_BYTES_AT_ONCE = 64e6;

/** Bytes that can be read or written in the time of one step. */
const BYTES_OF_STEP = 512;

/** Size of an object of the evaluator without its contents: a scope, a list or a tensor. */
const BYTES_OF_OBJECT = 200;

/** What may be used in all, as a share of what leaves every part its whole limit. */
const AMPLE = 0.8;

/** The use of one resource, with a limit for the whole file and one for the current part. */
class Budget {
  private used = 0;
  private limit: number;

  constructor(
    private readonly most: number,
    private readonly mostAtOnce: number,
    private readonly what: string,
  ) {
    this.limit = mostAtOnce;
  }

  use(amount: number): void {
    this.used += amount;
    if (this.used > this.limit) throw new Stopped(`too many ${this.what}`);
  }

  get left(): number {
    return this.limit - this.used;
  }

  get amount(): number {
    return this.used;
  }

  begin(): boolean {
    if (this.used >= this.most) return false;
    this.limit = Math.min(this.most, this.used + this.mostAtOnce);
    return true;
  }

  /** Whether every part so far had the whole limit of one part, with room to spare. */
  get isAmple(): boolean {
    return this.used < (this.most - this.mostAtOnce) * AMPLE;
  }

  /** Lowers the limit to this share of what is left; returns a function that restores it. */
  lower(share: number): () => void {
    const { limit } = this;
    this.limit = this.used + this.left * share;
    return () => {
      this.limit = limit;
    };
  }
}

/** Counts the work of evaluating a source and the memory of its values, and enforces their limits. */
export class Meter {
  private readonly steps = new Budget(MAX_STEPS, MAX_STEPS_AT_ONCE, 'steps');
  private readonly bytes = new Budget(MAX_BYTES, MAX_BYTES_AT_ONCE, 'bytes');

  /** Counts work in steps; throws `Stopped` beyond the limit. */
  step(amount = 1): void {
    this.steps.use(amount);
  }

  /** Counts the work of reading this many bytes. */
  read(bytes: number): void {
    this.steps.use(bytes / BYTES_OF_STEP);
  }

  /**
   * Counts the bytes that a value will occupy, and the work of writing them. Call it before they are written.
   */
  hold(bytes: number): void {
    this.bytes.use(bytes);
    this.steps.use(bytes / BYTES_OF_STEP);
  }

  /** Counts a new object, without its contents. */
  holdObject(): void {
    this.hold(BYTES_OF_OBJECT);
  }

  /** What was used so far. */
  get used(): { readonly steps: number; readonly bytes: number } {
    return { steps: this.steps.amount, bytes: this.bytes.amount };
  }

  /** Counts work and memory that are not used again, for a result that is known. */
  spend(steps: number, bytes: number): void {
    this.steps.use(steps);
    this.bytes.use(bytes);
  }

  hasRoom(steps: number, bytes: number): boolean {
    return this.steps.left >= steps && this.bytes.left >= bytes;
  }

  /** Whether the parts of the file so far had limits that did not depend on each other. */
  get isAmple(): boolean {
    return this.steps.isAmple && this.bytes.isAmple;
  }

  /** Starts the next part of the file, with its own limits; false if nothing is left for it. */
  begin(): boolean {
    return this.steps.begin() && this.bytes.begin();
  }

  /**
   * Runs an action that may use this share of what is left. Returns false if it was stopped because the share is used
   * up.
   */
  within(share: number, body: () => void): boolean {
    const restores = [this.steps.lower(share), this.bytes.lower(share)];
    try {
      body();
      return true;
    } catch (error) {
      // Its own limit ends only this action; the limit of the file ends everything at the next step.
      if (!(error instanceof Stopped)) throw error;
      return false;
    } finally {
      for (const restore of restores) restore();
    }
  }

  /** Returns a function that says whether more than this share of what is left now has been used. */
  allowance(share: number): () => boolean {
    const steps = this.steps.left * (1 - share);
    const bytes = this.bytes.left * (1 - share);
    return () => this.steps.left < steps || this.bytes.left < bytes;
  }
}
