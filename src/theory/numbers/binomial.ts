import { EXACT_DIGITS, magnitudeOf, one, UNIT_ROUNDOFF, zero, type Magnitude } from './magnitude.ts';
import { magnitudeOfScaled, multiplyScaled, scaled, scaledExp, type Scaled } from './scaled.ts';

/** Terms times digits that a sum of exact integers may have: some milliseconds. */
const MAX_EXACT_WORK = 1e8;

/** Sums of fewer terms are added one by one. */
const SHORT_SUM = 16;

/** C(n, k) as an exact integer. Meant for results that are written out: k multiplications. */
export function binomialExact(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n;
  const steps = Math.min(k, n - k);
  let value = 1n;
  for (let i = 0; i < steps; i++) value = (value * BigInt(n - i)) / BigInt(i + 1);
  return value;
}

/** C(n, j) weight^j and their sum over j <= d as exact integers. Each goes on from the last one, so d should grow. */
export class RunningBinomial {
  private d = 0;
  private term = 1n;
  private sum = 1n;

  constructor(
    readonly n: number,
    readonly weight: number,
  ) {}

  termAt(k: number): bigint {
    return k === this.d ? this.term : binomialExact(this.n, k) * BigInt(this.weight) ** BigInt(k);
  }

  sumUpTo(d: number): bigint {
    if (d < this.d) [this.d, this.term, this.sum] = [0, 1n, 1n];
    if (d > this.d) {
      const { product, divisor, sum } = this.ratios(this.d + 1, d);
      this.sum += (this.term * sum) / divisor;
      this.term = (this.term * product) / divisor;
      this.d = d;
    }
    return this.sum;
  }

  /** Terms j = first .. last over the one before: the last of them, and their sum. By halves (binary splitting). */
  private ratios(first: number, last: number): Ratios {
    const weight = BigInt(this.weight);
    let [product, divisor, sum] = [1n, 1n, 0n];
    if (last - first < SHORT_SUM) {
      for (let j = first; j <= last; j++) {
        product *= BigInt(this.n - j + 1) * weight;
        divisor *= BigInt(j);
        sum = sum * BigInt(j) + product;
      }
      return { product, divisor, sum };
    }
    const middle = (first + last) >> 1;
    const [low, high] = [this.ratios(first, middle), this.ratios(middle + 1, last)];
    return {
      product: low.product * high.product,
      divisor: low.divisor * high.divisor,
      sum: low.sum * high.divisor + low.product * high.sum,
    };
  }
}

/** The product and the sum are over the divisor. */
interface Ratios {
  readonly product: bigint;
  readonly divisor: bigint;
  readonly sum: bigint;
}

/** C(n, k) weight^k. Exact up to the digits that are kept. */
export function weightedBinomial(
  n: number,
  k: number,
  weight = 1,
  running = new RunningBinomial(n, weight),
): Magnitude {
  if (k < 0 || k > n) return zero;
  if (k === 0) return one;
  const estimate = scaledBinomial(n, k, weight);
  if (magnitudeOfScaled(estimate).log10 > EXACT_DIGITS) return magnitudeOfScaled(estimate);
  return magnitudeOf(running.termAt(k));
}

/** sum over j <= d of C(n, j) weight^j: cells of n generic hyperplanes in d dimensions for weight 1 (Zaslavsky). */
export function binomialPrefixSum(
  n: number,
  d: number,
  weight = 1,
  running = new RunningBinomial(n, weight),
): Magnitude {
  if (d < 0) return zero;
  const top = Math.min(d, n);
  const estimate = magnitudeOfScaled(scaledBinomialPrefixSum(n, top, weight));
  if (estimate.log10 > EXACT_DIGITS) return estimate;
  if (top === n) return magnitudeOf(BigInt(weight + 1) ** BigInt(n));
  if (top * estimate.log10 > MAX_EXACT_WORK) return estimate;
  return magnitudeOf(running.sumUpTo(top));
}

/** C(n, j) weight^j for j = 0 .. top as exact integers. */
export function exactBinomialTerms(n: number, top: number, weight = 1): bigint[] {
  const terms = [1n];
  for (let j = 1; j <= Math.min(top, n); j++) {
    terms.push((terms[j - 1] * (BigInt(n - j + 1) * BigInt(weight))) / BigInt(j));
  }
  return terms;
}

/** ln m! minus its leading Stirling terms, for m >= 16: the first omitted term is below 2e-16. */
function stirlingRemainder(m: number): number {
  const square = m * m;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / (1188 * square)) / square) / square) / square) / m;
}

/** ln n! and a bound on its error. */
export function lnFactorial(n: number): { ln: number; error: number } {
  let few = 1;
  if (n < 16) for (let i = 2; i <= n; i++) few *= i;
  const ln = n < 16 ? Math.log(few) : n * (Math.log(n) - 1) + 0.5 * Math.log(2 * Math.PI * n) + stirlingRemainder(n);
  return { ln, error: UNIT_ROUNDOFF * (16 + 10 * ln) };
}

/** C(n, k) weight^k for 0 <= k <= n as a scaled number with its error. */
export function scaledBinomial(n: number, k: number, weight = 1): Scaled {
  const few = Math.min(k, n - k);
  const power = scaledExp(k * Math.log(weight), 4 * UNIT_ROUNDOFF * k * Math.log(weight));
  if (few < 16) {
    let value = scaled(1);
    for (let i = 0; i < few; i++) value = multiplyScaled(value, scaled((n - i) / (i + 1), UNIT_ROUNDOFF));
    return multiplyScaled(value, power);
  }
  // Entropy form: both leading terms are positive, so that the relative error stays that of one operation.
  const rest = n - few;
  const main = few * Math.log(n / few) - rest * Math.log1p(-few / n);
  const half = 0.5 * Math.log((n / few / rest) * (1 / (2 * Math.PI)));
  const ln = main + half + (stirlingRemainder(n) - stirlingRemainder(few) - stirlingRemainder(rest));
  return multiplyScaled(scaledExp(ln, UNIT_ROUNDOFF * (10 * main + 8 * Math.abs(half) + 8)), power);
}

/**
 * Of more units the square root, the number of terms that count, is millions: their terms are bracketed block by block.
 */
const MAX_SUMMED = 1e12;

/** Blocks are so small a part of the standard deviation. */
const BLOCKS_PER_DEVIATION = 2 ** 13;

/**
 * sum over j <= d of C(n, j) weight^j, from its largest term outwards until what is left cannot be seen:
 * O(sqrt(n)) terms however large d is, and a bounded number of blocks of terms where even those are too many.
 */
export function scaledBinomialPrefixSum(n: number, d: number, weight = 1): Scaled {
  if (d >= n && n > MAX_SUMMED) {
    // The binomial theorem; of fewer units the terms are added up, which is more exact.
    const ln = n * Math.log(weight + 1);
    return scaledExp(ln, 4 * UNIT_ROUNDOFF * ln);
  }
  const mode = Math.min(d, Math.floor(((n + 1) * weight) / (weight + 1)));
  const below = { first: mode, last: 1, step: -1, ratio: (j: number) => j / ((n - j + 1) * weight) } as const;
  const above = { first: mode + 1, last: d, step: 1, ratio: (j: number) => ((n - j + 1) * weight) / j } as const;
  const block = n > MAX_SUMMED ? Math.floor(Math.sqrt(n * weight) / (weight + 1) / BLOCKS_PER_DEVIATION) : 1;
  const add = block > 1 ? (tail: Tail) => sumOfBlocks(tail, block) : sumOfTail;
  const [low, high] = [add(below), add(above)];
  const error = low.error + high.error + 4 * UNIT_ROUNDOFF;
  return multiplyScaled(scaledBinomial(n, mode, weight), scaled(1 + low.sum + high.sum, error));
}

/**
 * Terms from the one at `first` on, each `ratio` times the one before; the first is `ratio(first)`. Ratios fall and are
 * at most 1.
 */
interface Tail {
  readonly first: number;
  readonly last: number;
  readonly step: 1 | -1;
  readonly ratio: (j: number) => number;
}

/** The sum with a bound on its error relative to one more than it. */
interface TailSum {
  readonly sum: number;
  readonly error: number;
}

function sumOfTail({ first, last, step, ratio }: Tail): TailSum {
  let term = 1;
  let sum = 0;
  let steps = 0;
  for (let j = first; step * j <= step * last; j += step) {
    const r = ratio(j);
    term *= r;
    sum += term;
    steps++;
    // Ratios fall away from the mode, so that a geometric series bounds the rest.
    if (r < 1 && (term * r) / (1 - r) < UNIT_ROUNDOFF * (1 + sum)) break;
  }
  return { sum, error: UNIT_ROUNDOFF * (6 * steps + 1) };
}

/** Every block between what its first and what its last ratio would give alone. */
function sumOfBlocks({ first, last, step, ratio }: Tail, block: number): TailSum {
  let [lowTerm, highTerm] = [1, 1];
  let [low, high] = [0, 0];
  let steps = 0;
  for (let j = first; step * j <= step * last; j += step * block) {
    const length = Math.min(block, Math.abs(last - j) + 1);
    const [largest, least] = [ratio(j), ratio(j + step * (length - 1))];
    high += highTerm * largest * length;
    highTerm *= largest ** length;
    lowTerm *= least ** length;
    low += lowTerm * length;
    steps++;
    if (least < 1 && highTerm / (1 - least) < UNIT_ROUNDOFF * (1 + high)) break;
  }
  const roundings = UNIT_ROUNDOFF * (steps * (4 * block + 8) + 1);
  return { sum: (low + high) / 2, error: (high - low) / 2 / (1 + low) + roundings };
}
