import type { IndependenceNumbers } from './denseIndependence.ts';
import { exactSequence, type ExactSequence } from '../numbers/sequence.ts';

/** Widest layer for which the histograms are tabulated; wider ones keep the binomial histogram. */
export const TABULATED_WIDTH = 100;

/** Entries are kept as high * 2^50 + low, which holds every integer up to 2^tabulatedWidth exactly. */
const LIMB = 2 ** 50;

interface Row {
  readonly high: Float64Array;
  readonly low: Float64Array;
}

/**
 * The best known activation histograms of Hinz 2021: `row(n, m)[a]` counts, in an upper bound that holds in every
 * tail, the activation patterns with `a` active units that a ReLU layer of m units has on n dimensions.
 * Binomial for n >= m, explicit for n <= 2, and gamma(n, m) = shift(gamma(n, m - 1)) + gamma(n - 1, m - 1) else.
 */
export class ActivationHistograms {
  private readonly rows: readonly Row[];

  /** All rows of one width at once: they share their recursion. */
  constructor(private readonly width: number) {
    let rows: Row[] = [];
    for (let m = 0; m <= width; m++) rows = this.nextWidth(rows, m);
    this.rows = rows;
  }

  /** Index: number of active units, 0 .. width. */
  row(dimension: number): readonly bigint[] {
    return integers(this.rows[Math.min(dimension, this.width)]);
  }

  /** Rows n = 0 .. m of width m from those of width m - 1. */
  private nextWidth(before: readonly Row[], m: number): Row[] {
    const rows: Row[] = [];
    for (let n = 0; n <= m; n++) {
      if (n <= 2 && n < m) rows.push(explicitRow(n, m));
      else if (m === 0) rows.push({ high: new Float64Array(1), low: Float64Array.of(1) });
      else rows.push(combined(before[Math.min(n, m - 1)], before[n - 1]));
    }
    return rows;
  }
}

/** n = 0, 1, 2: one pattern with all units active, then as many as n allows with each smaller number of them. */
function explicitRow(n: number, m: number): Row {
  const row = { high: new Float64Array(m + 1), low: new Float64Array(m + 1) };
  let left = n === 0 ? 0 : n === 1 ? m : m + (m * (m - 1)) / 2;
  row.low[m] = 1;
  for (let a = m - 1; left > 0; a--) {
    row.low[a] = Math.min(left, n === 1 ? 2 : m);
    left -= row.low[a];
  }
  return row;
}

/** `shifted` moved up by one, plus `kept`. For the full row (n = m) both are the binomial row of m - 1. */
function combined(shifted: Row, kept: Row): Row {
  const length = shifted.low.length + 1;
  const row = { high: new Float64Array(length), low: new Float64Array(length) };
  for (let a = 0; a < length; a++) {
    const up = a > 0 ? a - 1 : -1;
    const low = (up >= 0 ? shifted.low[up] : 0) + (a < kept.low.length ? kept.low[a] : 0);
    const carry = low >= LIMB ? 1 : 0;
    row.low[a] = low - carry * LIMB;
    row.high[a] = (up >= 0 ? shifted.high[up] : 0) + (a < kept.high.length ? kept.high[a] : 0) + carry;
  }
  return row;
}

function integers({ high, low }: Row): bigint[] {
  return Array.from(low, (value, a) => BigInt(value) + (BigInt(high[a]) << 50n));
}

/** They depend on nothing but the width, and all together take a few megabytes. */
const tables = new Map<number, ActivationHistograms>();

/** Hinz's tables combined with a layer's independence numbers. */
export class TighterHistograms {
  /**
   * For a ReLU layer: the leaving dimensions from entering dimension d, for every threshold the smaller of the two
   * tails. Null where the independence numbers say all.
   */
  of(neurons: number, numbers: IndependenceNumbers): ((d: number) => readonly bigint[] | null) | undefined {
    if (neurons > TABULATED_WIDTH) return undefined;
    let sequence: ExactSequence | null = null;
    return (d) => {
      // Fewest active units in Hinz's row: floor((neurons - d + 1) / 2). From d on it makes no difference here.
      if (d >= neurons || neurons >= 3 * d - 1) return null;
      sequence ??= exactSequence(numbers, 0, neurons);
      return sequence && this.smallerTails(this.row(d, neurons), sequence.prefixes, d);
    };
  }

  private row(d: number, neurons: number): readonly bigint[] {
    let table = tables.get(neurons);
    if (!table) tables.set(neurons, (table = new ActivationHistograms(neurons)));
    return table.row(d);
  }

  private smallerTails(histogram: readonly bigint[], prefixes: readonly bigint[], d: number): readonly bigint[] | null {
    const neurons = histogram.length - 1;
    const row = Array<bigint>(d + 1).fill(0n);
    let tail = 0n;
    let above = 0n;
    let isTighter = false;
    for (let a = neurons; a > d; a--) tail += histogram[a];
    for (let e = d; e >= 0; e--) {
      tail += histogram[e];
      const other = prefixes[Math.min(d, neurons - e)];
      const least = tail < other ? tail : other;
      isTighter ||= tail < other;
      row[e] = least - above;
      above = least;
    }
    return isTighter ? row : null;
  }
}
