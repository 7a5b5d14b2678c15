import { throwIfCancelled } from '../../cancellation.ts';

/**
 * Counts elementary steps (about a nanosecond each) of an exponential computation. The count depends on the input
 * alone, so that the same question gets the same answer on every machine.
 */
export class Budget {
  private used = 0;
  private sinceAsked = 0;
  private readonly limit: number;
  readonly cancelled: (() => boolean) | undefined;

  constructor(
    limit: number,
    cancelled?: () => boolean,
    private readonly bytes = MOST_BYTES,
  ) {
    this.limit = limit;
    this.cancelled = cancelled;
  }

  get left(): number {
    return this.limit - this.used;
  }

  /**
   * Takes this many steps off the budget. False when it is spent; the computation must then stop. Throws Cancelled.
   */
  spend(steps: number): boolean {
    this.used += steps;
    this.sinceAsked += steps;
    if (this.used > this.limit) return false;
    if (this.sinceAsked < STEPS_BETWEEN_CHECKS) return true;
    this.sinceAsked = 0;
    throwIfCancelled(this);
    return true;
  }

  /** Whether a computation may hold this many bytes at once; what it may not is over, whatever steps are left. */
  allowsBytes(bytes: number): boolean {
    return bytes <= this.bytes;
  }

  /** A budget of its own with at most this many steps; what it uses is taken off this one when it is done. */
  share<T>(limit: number, task: (budget: Budget) => T): T {
    throwIfCancelled(this);
    const part = new Budget(Math.min(limit, this.left), this.cancelled, this.bytes);
    const result = task(part);
    this.used += Math.min(part.used, part.limit);
    return result;
  }
}

/** Of the states of two steps, which are held at once. A heap of four gigabytes was used up without it. */
const MOST_BYTES = 1e9;

const STEPS_BETWEEN_CHECKS = 1_000_000;

/** Steps of one multiplication by a short integer and one addition of integers of this many bits. */
export function bigintSteps(bits: number): number {
  return 100 + bits / 32;
}

/** Steps of one multiplication of integers of these lengths in bits, and one addition of the result. */
export function productSteps(bits: number, others: number): number {
  return bigintSteps(bits + others) + (bits / 64) * (others / 64);
}
