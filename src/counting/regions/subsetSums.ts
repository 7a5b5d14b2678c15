/** More terms than this are not looked at: half of them have this many sums, as a power of two. */
export const MAX_TERMS = 24;

/**
 * How close a number can come to zero when any of some terms are added to it: the sums of either half of the terms are
 * listed in order, and each of one half finds its best partner in the other.
 */
export class SubsetSums {
  private left = new Float64Array(1 << (MAX_TERMS / 2));
  private right = new Float64Array(1 << (MAX_TERMS / 2));
  private spare = new Float64Array(1 << (MAX_TERMS / 2));

  /**
   * The least size of `base` plus a sum of some of the first `count` terms, up to rounding; 0 for more than `MAX_TERMS`
   * of them, and NaN where numbers overflow.
   */
  least(base: number, terms: Float64Array, count: number): number {
    let low = base;
    let high = base;
    for (let k = 0; k < count; k++) {
      low += Math.min(0, terms[k]);
      high += Math.max(0, terms[k]);
    }
    if (!Number.isFinite(high - low)) return NaN;
    if (low > 0) return low;
    if (high < 0) return -high;
    if (count > MAX_TERMS) return 0;
    const half = count >> 1;
    const lefts = this.list(terms, 0, half, 0);
    [this.left, this.right] = [this.right, this.left];
    const rights = this.list(terms, half, count, base);
    return closest(this.right, lefts, this.left, rights);
  }

  /** Lists `base` plus the sums of the terms at `from` to `to`, in ascending order, in `left`; returns how many. */
  private list(terms: Float64Array, from: number, to: number, base: number): number {
    this.left[0] = base;
    let count = 1;
    for (let k = from; k < to; k++) {
      merge(this.left, count, terms[k], this.spare);
      [this.left, this.spare] = [this.spare, this.left];
      count *= 2;
    }
    return count;
  }
}

/** Writes the first `count` sums, and the same plus `term`, in order to `merged`. */
function merge(sums: Float64Array, count: number, term: number, merged: Float64Array): void {
  for (let i = 0, j = 0, to = 0; to < 2 * count; to++) {
    if (j === count || (i < count && sums[i] <= sums[j] + term)) merged[to] = sums[i++];
    else merged[to] = sums[j++] + term;
  }
}

/** The least size of a sum of a number of either list. */
function closest(left: Float64Array, lefts: number, right: Float64Array, rights: number): number {
  let least = Infinity;
  for (let i = 0, j = rights - 1; i < lefts && j >= 0;) {
    const sum = left[i] + right[j];
    least = Math.min(least, Math.abs(sum));
    if (sum > 0) j--;
    else i++;
  }
  return least;
}
