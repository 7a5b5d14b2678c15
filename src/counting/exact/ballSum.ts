import { LOST, renewed, ROUNDED_UP, SPLITTER, UNIT, type Ball } from './ball.ts';

/**
 * A double plus weights times balls. Products of high parts with their errors, and sums of the former with theirs, are
 * exact but for underflow (TwoProduct, TwoSum), so that the result is the last sum and the small numbers: these errors
 * and the products with low parts. With `n` entries each small number takes part in at most `n + 3` operations, so that
 * adding them up is off by at most `gamma(n + 3)` times the sum of their sizes (Higham 2002, section 4.2): by less than
 * `4 n u` times it as it is computed.
 */
export class BallSum {
  private entries = 1;
  /** The small numbers' sum and that of their sizes, and the errors so far. */
  private small = 0;
  private sizes = 0;
  private errors = 0;

  constructor(private high: number) {}

  /** Adds `weights[i]` times the ball at `places[i] + offset` of `doubles`, for `i` from 0 to `count - 1`. */
  add(weights: Float64Array, doubles: Float64Array, places: Int32Array, offset: number, count: number): void {
    let { high, small, sizes, errors } = this;
    for (let i = 0; i < count; i++) {
      const w = weights[i];
      const at = places[i] + offset;
      const x = doubles[at];
      const cutW = SPLITTER * w;
      const upperW = cutW - (cutW - w);
      const lowerW = w - upperW;
      const cutX = SPLITTER * x;
      const upperX = cutX - (cutX - x);
      const lowerX = x - upperX;
      const p = w * x;
      const rest = lowerW * lowerX - (p - upperW * upperX - lowerW * upperX - upperW * lowerX);
      const after = high + p;
      const part = after - high;
      const lost = high - (after - part) + (p - part);
      const low = w * doubles[at + 1];
      high = after;
      small += lost + (rest + low);
      sizes += Math.abs(lost) + Math.abs(rest) + Math.abs(low);
      errors += Math.abs(w) * doubles[at + 2];
    }
    this.high = high;
    this.small = small;
    this.sizes = sizes;
    this.errors = errors;
    this.entries += count;
  }

  ball(): Ball {
    const { high, small, sizes, errors, entries } = this;
    return renewed(high, small, (errors + 4 * entries * UNIT * sizes) * ROUNDED_UP + entries * LOST);
  }
}
