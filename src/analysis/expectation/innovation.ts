import type { PiecewiseLinearActivation } from '../../network/activation.ts';
import { linear } from '../../network/activation.ts';
import { truncatedMoments } from '../../theory/kacRice/integrals/normal.ts';
import type { Reading } from './jointRows.ts';
import { copyRows } from './copyRows.ts';
import type { RandomTensor } from './randomTensor.ts';
import type { Sources } from './sources.ts';
import { times } from './vectors.ts';

/**
 * What one layer's weights make of a tensor, beside what they make of it in the mean, given all layers before: squares
 * h², products h h′ and squares h′².
 */
export interface Innovation {
  readonly values: Float64Array;
  readonly tangents: Float64Array;
  readonly channels: number;
  /** Three numbers for each cell. */
  readonly expected: Float64Array;
  /** Channels do not depend on each other, given all layers before. */
  readonly areIndependent: boolean;
  /** Which part of the squares in later layers comes from its own, about; from biases the rest. */
  readonly kept: number;
}

/**
 * The innovation of a tensor that these units make of another, or of the other itself for linear ones. Null unless
 * every cell is Gaussian over the last weights that anything in the tensor depends on: then all else is given.
 */
export function innovationOf(
  { fresh, channels, last }: RandomTensor,
  units: PiecewiseLinearActivation,
  { values, tangents }: Pick<RandomTensor, 'values' | 'tangents'>,
  sources: Sources,
  kept: number,
): Innovation | null {
  if (!fresh || last < 0 || !sources.areOfLayer(fresh.slots, last)) return null;
  const expected = new Float64Array(3 * values.length);
  const { slots, mean } = fresh;
  let [q, c, r] = [0, 0, 0];
  for (let cell = 0, to = 0; cell < values.length; cell++, to += 3) {
    const isNew = cell === 0 || slots[cell] !== slots[cell - 1];
    if (isNew) [q, c, r] = sources.moments(slots[cell]);
    if (mean) unitMoments(units, mean.values[cell], mean.tangents[cell], q, c, r, expected, to);
    else if (isNew) unitMoments(units, 0, 0, q, c, r, expected, to);
    else for (let k = to; k < to + 3; k++) expected[k] = expected[k - 3];
  }
  return {
    values,
    tangents,
    channels,
    expected,
    areIndependent: !fresh.filters && sources.filtersOf(fresh.slots[0]) === channels,
    kept,
  };
}

/**
 * Writes `E φ²`, `E φ φ' z'` and `E (φ' z')²` of a unit φ on z, where (z, z′) is normal with means (m, slope) and
 * second moments q, c and r of what is random.
 */
export function unitMoments(
  { breakpoints, slopes, intercepts }: PiecewiseLinearActivation,
  m: number,
  slope: number,
  q: number,
  c: number,
  r: number,
  moments: Float64Array,
  at: number,
): void {
  const deviation = Math.sqrt(Math.max(0, q));
  const share = q > 0 ? c / q : 0;
  const rest = Math.max(0, r - share * c);
  let values = 0;
  let mixed = 0;
  let tangents = 0;
  for (let piece = 0; piece < slopes.length; piece++) {
    const a = slopes[piece];
    const shift = intercepts[piece] + a * m;
    if (a === 0 && shift === 0) continue;
    const from = (breakpoints[piece - 1] ?? -Infinity) - m;
    const to = (breakpoints[piece] ?? Infinity) - m;
    const [e0, e1, e2] = deviation > 0 ? truncatedMoments(from, to, deviation) : [from < 0 && to >= 0 ? 1 : 0, 0, 0];
    // With x = z - m: φ = a x + shift, and φ′ z′ = a (slope + share x + ξ) for ξ independent of x.
    values += a * a * e2 + 2 * a * shift * e1 + shift * shift * e0;
    mixed += a * (a * share * e2 + (a * slope + shift * share) * e1 + shift * slope * e0);
    tangents += a * a * (share * share * e2 + 2 * share * slope * e1 + (slope * slope + rest) * e0);
  }
  moments[at] = values;
  moments[at + 1] = mixed;
  moments[at + 2] = tangents;
}

/** What a layer reads of an innovation, as far as it matters here. */
export type Window = Pick<Reading, 'positions' | 'taps' | 'input' | 'variance' | 'bias' | 'parts'> &
  Pick<Innovation, 'kept'>;

/**
 * The factors, of mean one given all layers before, by which an innovation changes the rate of zeros of the sums that a
 * layer makes of it, about, at each of its positions: √(s² / q), where s² and q are sums over channels. With a and b
 * for what each channel adds to them, relatively and above the mean, it is the product of 1 + (a - b) / 2 and products
 * of two of them: the mean of each is known since channels are independent.
 */
export function factorsOfReading(innovation: Innovation, window: Window): Float64Array {
  const { channels, areIndependent } = innovation;
  const { positions, taps, input } = window;
  const sums = sumsOfRows(innovation);
  const excess = excessOf(innovation);
  const factors = new Float64Array(positions).fill(1);
  const ofWindow = new Float64Array(3 * channels);
  const [a, b] = [new Float64Array(channels), new Float64Array(channels)];
  for (let position = 0; position < positions; position++) {
    const rows = input.subarray(position * taps, (position + 1) * taps);
    const weights = weightsAt(sums, rows, window);
    if (!weights) continue;
    const [ofSquare, share, ofValues] = weights;
    ofWindow.fill(0);
    for (const row of rows) {
      if (row < 0) continue;
      for (let k = 0, from = 3 * row * channels; k < ofWindow.length; k++, from++) ofWindow[k] += excess[from];
    }
    for (let channel = 0, k = 0; channel < channels; channel++, k += 3) {
      const [q, c, r] = [ofWindow[k], ofWindow[k + 1], ofWindow[k + 2]];
      a[channel] = ofSquare * (r - 2 * share * c + share * share * q);
      b[channel] = ofValues * q;
    }
    factors[position] = areIndependent ? factorOfChannels(a, b) : 1 + (sumOf(a) - sumOf(b)) / 2;
  }
  return factors;
}

/** By how much h², h h′ and h′² are above the mean, three numbers for each cell. */
function excessOf({ values, tangents, expected }: Innovation): Float64Array {
  const excess = new Float64Array(expected.length);
  for (let cell = 0, at = 0; cell < values.length; cell++, at += 3) {
    const h = values[cell];
    const slope = tangents[cell];
    excess[at] = h * h - expected[at];
    excess[at + 1] = h * slope - expected[at + 1];
    excess[at + 2] = slope * slope - expected[at + 2];
  }
  return excess;
}

function factorOfChannels(a: Float64Array, b: Float64Array): number {
  let [product, sumA, sumB, squaresA, squaresB] = [1, 0, 0, 0, 0];
  for (let channel = 0; channel < a.length; channel++) {
    const [one, other] = [a[channel], b[channel]];
    product *= 1 + (one - other) / 2;
    sumA += one;
    sumB += other;
    squaresA += one * one;
    squaresB += other * other;
  }
  return product + (sumB * sumB - squaresB - (sumA * sumA - squaresA)) / 4;
}

function sumOf(numbers: Float64Array): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

/** Expected sums over channels, three a row. */
function sumsOfRows({ values, channels, expected }: Innovation): Float64Array {
  const sums = new Float64Array((3 * values.length) / channels);
  for (let to = 0, from = 0; to < sums.length; to += 3) {
    for (let channel = 0; channel < channels; channel++) {
      sums[to] += expected[from++];
      sums[to + 1] += expected[from++];
      sums[to + 2] += expected[from++];
    }
  }
  return sums;
}

/** How much (h′ - share h)² counts in s² there, relatively, that share, and how much h² counts in q. */
function weightsAt(
  sums: Float64Array,
  rows: Int32Array,
  { variance, bias, parts, kept }: Window,
): [ofSquare: number, share: number, ofValues: number] | null {
  const weight = variance / parts;
  let [q, c, r] = [bias, 0, 0];
  for (const row of rows) {
    if (row < 0) continue;
    q += weight * sums[3 * row];
    c += weight * sums[3 * row + 1];
    r += weight * sums[3 * row + 2];
  }
  if (!(q > 0)) return null;
  const share = (kept * c) / q;
  const square = r - share * c;
  return square > CLEAR * r ? [weight / square, share, (kept * weight) / q] : null;
}

/** Below this share a variance is too near to rounding. */
const CLEAR = 1e-9;

/** The innovation of sums that no units have bent. */
export function innovationOfSums(tensor: RandomTensor, sources: Sources, kept: number): Innovation | null {
  return innovationOf(tensor, linear, tensor, sources, kept);
}

/** Of some rows of the tensor. */
export function innovationRows(innovation: Innovation, rows: Int32Array): Innovation {
  const { values, tangents, channels, expected } = innovation;
  const of = (from: Float64Array, width: number) => copyRows(from, new Float64Array(rows.length * width), rows, width);
  return {
    ...innovation,
    values: of(values, channels),
    tangents: of(tangents, channels),
    expected: of(expected, 3 * channels),
  };
}

/** Of the tensor times a factor. */
export function scaledInnovation(innovation: Innovation, factor: number): Innovation {
  const { values, tangents, expected } = innovation;
  return {
    ...innovation,
    values: times(values, factor),
    tangents: times(tangents, factor),
    expected: times(expected, factor * factor),
  };
}
