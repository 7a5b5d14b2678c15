import { Stopped } from './evaluation.ts';

/** Steps in all, and in one top-level statement or one function that nobody calls. */
const most = 400_000;
const mostAtOnce = 150_000;

/** The work done so far, in steps, against its limits. */
export class Work {
  private done = 0;
  private limit = mostAtOnce;

  /** Counts work; throws `Stopped` when there was too much. */
  step(amount: number): void {
    this.done += amount;
    if (this.done > this.limit) throw new Stopped('too many steps');
  }

  get left(): number {
    return this.limit - this.done;
  }

  /** Begins another part of the file, with a limit of its own; false if no work is left for it. */
  begin(): boolean {
    if (this.done >= most) return false;
    this.limit = Math.min(most, this.done + mostAtOnce);
    return true;
  }

  /** Does something that may take this share of the work that is left; it is stopped where that is used up. */
  within(share: number, body: () => void): void {
    const { limit } = this;
    this.limit = this.done + this.left * share;
    try {
      body();
    } catch (error) {
      // A limit of its own ends this only; a limit of all ends all at the next step.
      if (!(error instanceof Stopped)) throw error;
    } finally {
      this.limit = limit;
    }
  }
}
