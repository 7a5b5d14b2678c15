import { Stopped } from './evaluation.ts';

/** Steps in all, and in one top-level statement or one function that nobody calls. */
const MAX_STEPS = 500_000;
const MAX_STEPS_AT_ONCE = 200_000;

/** Bytes likewise. What the host frees again counts as well, for nobody here knows what is still in use. */
const MAX_BYTES = 128e6;
const MAX_BYTES_AT_ONCE = 64e6;

/** Bytes that are read or written in the time of one step. */
const BYTES_OF_STEP = 512;

/** An object of the evaluator's own without its contents: a scope, a list, a tensor. */
const BYTES_OF_OBJECT = 200;

/** One resource: what is used of it, against a limit of the whole file and one of the part that is followed. */
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

  begin(): boolean {
    if (this.used >= this.most) return false;
    this.limit = Math.min(this.most, this.used + this.mostAtOnce);
    return true;
  }

  /** Lowers the limit to this share of what is left; gives back what restores it. */
  lower(share: number): () => void {
    const { limit } = this;
    this.limit = this.used + this.left * share;
    return () => {
      this.limit = limit;
    };
  }
}

/** Counts the work of following a source and the memory that its values take, against their limits. */
export class Meter {
  private readonly steps = new Budget(MAX_STEPS, MAX_STEPS_AT_ONCE, 'steps');
  private readonly bytes = new Budget(MAX_BYTES, MAX_BYTES_AT_ONCE, 'bytes');

  /** Counts work in steps; throws `Stopped` when there was too much. */
  step(amount = 1): void {
    this.steps.use(amount);
  }

  /** Counts the work of going through so many bytes. */
  read(bytes: number): void {
    this.steps.use(bytes / BYTES_OF_STEP);
  }

  /**
   * Counts so many bytes that a value will keep, and the work of writing them: to be called before they are written.
   */
  hold(bytes: number): void {
    this.bytes.use(bytes);
    this.steps.use(bytes / BYTES_OF_STEP);
  }

  /** Counts an object that comes into being, without its contents. */
  holdObject(): void {
    this.hold(BYTES_OF_OBJECT);
  }

  /** Begins another part of the file, with limits of its own; false if nothing is left for it. */
  begin(): boolean {
    return this.steps.begin() && this.bytes.begin();
  }

  /**
   * Does something that may take this share of what is left. Returns false where it was stopped because that is used
   * up.
   */
  within(share: number, body: () => void): boolean {
    const restores = [this.steps.lower(share), this.bytes.lower(share)];
    try {
      body();
      return true;
    } catch (error) {
      // A limit of its own ends this only; a limit of all ends all at the next step.
      if (!(error instanceof Stopped)) throw error;
      return false;
    } finally {
      for (const restore of restores) restore();
    }
  }

  /** Tells, from now on, whether more than this share of what is left has been used. */
  allowance(share: number): () => boolean {
    const steps = this.steps.left * (1 - share);
    const bytes = this.bytes.left * (1 - share);
    return () => this.steps.left < steps || this.bytes.left < bytes;
  }
}
