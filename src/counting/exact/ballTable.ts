import type { Ball } from './ball.ts';

/** Doubles held for a coefficient: its high part, its low part and its error. */
export const EACH = 3;
/** What is in place of a row: not asked for yet, no balls, zero in all coefficients. Greater numbers are rows held. */
export const UNKNOWN = 0;
export const NONE = 1;
export const ZERO = 2;

/** Rows of balls for those numbers of a tensor that were asked for, one after another. */
export class BallTable {
  /** For each number of the tensor where its row is, by `width * EACH` doubles. */
  readonly slots: Int32Array;
  doubles: Float64Array;
  /** Numbers whose slots are not `UNKNOWN`. */
  private readonly asked: number[] = [];
  private next = ZERO + 1;

  /** For a tensor of `size` numbers, with `width` coefficients each. */
  constructor(
    size: number,
    private readonly width: number,
  ) {
    this.slots = new Int32Array(size);
    this.doubles = new Float64Array(8 * EACH * width);
  }

  /** All rows are unknown again. */
  clear(): void {
    for (const index of this.asked) this.slots[index] = UNKNOWN;
    this.asked.length = 0;
    this.next = ZERO + 1;
  }

  /** Notes that a number has no balls, or is zero. */
  mark(index: number, slot: typeof NONE | typeof ZERO): void {
    this.slots[index] = slot;
    this.asked.push(index);
  }

  /** Room for the row of a number; returns where it begins in `doubles`. */
  add(index: number): number {
    const each = EACH * this.width;
    const slot = this.next++;
    if ((slot + 1) * each > this.doubles.length) {
      const most = each * (this.slots.length + ZERO + 1);
      const larger = new Float64Array(Math.min(most, 2 * this.doubles.length));
      larger.set(this.doubles);
      this.doubles = larger;
    }
    this.slots[index] = slot;
    this.asked.push(index);
    return slot * each;
  }

  /** Gives a number the row in a slot of another table of the same width. */
  copy(index: number, from: BallTable, slot: number): void {
    const to = this.add(index);
    const each = EACH * this.width;
    for (let k = 0; k < each; k++) this.doubles[to + k] = from.doubles[slot * each + k];
  }

  /** The row in a slot; null where the number has no balls. */
  balls(slot: number): Ball[] | null {
    return slot === NONE ? null : Array.from({ length: this.width }, (_, k) => this.ball(slot, k));
  }

  /** Coefficient `k` of the row in a slot. */
  ball(slot: number, k: number): Ball {
    const at = EACH * (slot * this.width + k);
    return { high: this.doubles[at], low: this.doubles[at + 1], error: this.doubles[at + 2] };
  }

  write(at: number, { high, low, error }: Ball): void {
    this.doubles[at] = high;
    this.doubles[at + 1] = low;
    this.doubles[at + 2] = error;
  }
}
