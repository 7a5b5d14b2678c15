import type { PiecewiseLinearActivation } from '../../network/activation.ts';
import { linear } from '../../network/activation.ts';
import { truncatedMoments } from '../../theory/kacRice/integrals/normal.ts';
import type { Reading } from './jointRows.ts';
import { copyRows } from './copyRows.ts';
import type { Fresh, RandomTensor, Sources, Trace } from './randomTensor.ts';

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
): Innovation | null {
  if (!fresh || last < 0 || !fresh.slots.every((slot) => slot >= 0 && sources.layerOf(slot) === last)) return null;
  const expected = new Float64Array(3 * values.length);
  let moments: Triple = [0, 0, 0];
  for (let cell = 0; cell < values.length; cell++) {
    if (fresh.mean || cell === 0 || fresh.slots[cell] !== fresh.slots[cell - 1])
      moments = momentsOfCell(units, fresh, cell, sources);
    expected.set(moments, 3 * cell);
  }
  return {
    values,
    tangents,
    channels,
    expected,
    areIndependent: sources.filtersOf(fresh.slots[0]) === channels,
  };
}

type Triple = readonly [number, number, number];

function momentsOfCell(units: PiecewiseLinearActivation, { slots, mean }: Fresh, cell: number, sources: Sources) {
  const [q, c, r] = sources.moments(slots[cell]);
  return unitMoments(units, mean ? mean.values[cell] : 0, mean ? mean.tangents[cell] : 0, q, c, r);
}

/** `E φ²`, `E φ φ' z'` and `E (φ' z')²` of a unit φ on z, where (z, z′) is normal with means (m, slope). */
export function unitMoments(
  { breakpoints, slopes, intercepts }: PiecewiseLinearActivation,
  m: number,
  slope: number,
  q: number,
  c: number,
  r: number,
): Triple {
  const deviation = Math.sqrt(Math.max(0, q));
  const share = q > 0 ? c / q : 0;
  const rest = Math.max(0, r - share * c);
  let [values, mixed, tangents] = [0, 0, 0];
  for (let piece = 0; piece < slopes.length; piece++) {
    const [a, shift] = [slopes[piece], intercepts[piece] + slopes[piece] * m];
    if (a === 0 && shift === 0) continue;
    const from = (breakpoints[piece - 1] ?? -Infinity) - m;
    const to = (breakpoints[piece] ?? Infinity) - m;
    const [e0, e1, e2] = deviation > 0 ? truncatedMoments(from, to, deviation) : [from < 0 && to >= 0 ? 1 : 0, 0, 0];
    // With x = z - m: φ = a x + shift, and φ′ z′ = a (slope + share x + ξ) for ξ independent of x.
    values += a * a * e2 + 2 * a * shift * e1 + shift * shift * e0;
    mixed += a * (a * share * e2 + (a * slope + shift * share) * e1 + shift * slope * e0);
    tangents += a * a * (share * share * e2 + 2 * share * slope * e1 + (slope * slope + rest) * e0);
  }
  return [values, mixed, tangents];
}

/** What a layer reads of an innovation, as far as it matters here. */
type Window = Pick<Reading, 'positions' | 'taps' | 'input' | 'variance' | 'bias' | 'parts'>;

/**
 * The factor, of mean one given all layers before, by which an innovation changes the rate of zeros of the sums that a
 * layer makes of it, about, averaged over the layer's positions: √(s² / q), where s² and q are sums over channels. With
 * a and b for what each channel adds to them, relatively and above the mean, it is the product of 1 + (a - b) / 2 and
 * products of two of them: the mean of each is known since channels are independent.
 */
export function factorOfReading(innovation: Innovation, window: Window): number {
  const { values, tangents, channels, expected, areIndependent } = innovation;
  const weights = weightsOfRows(innovation, window);
  if (!weights) return 1;
  const [a, b] = [new Float64Array(channels), new Float64Array(channels)];
  for (let cell = 0; cell < values.length; cell++) {
    const [channel, from] = [cell % channels, 4 * Math.floor(cell / channels)];
    const [h, slope, to] = [values[cell], tangents[cell], 3 * cell];
    const square = h * h - expected[to];
    a[channel] +=
      weights[from] * square +
      weights[from + 1] * (h * slope - expected[to + 1]) +
      weights[from + 2] * (slope * slope - expected[to + 2]);
    b[channel] += weights[from + 3] * square;
  }
  return areIndependent ? factorOfChannels(a, b) : 1 + (sumOf(a) - sumOf(b)) / 2;
}

function factorOfChannels(a: Float64Array, b: Float64Array): number {
  const product = a.reduce((factor, each, channel) => factor * (1 + (each - b[channel]) / 2), 1);
  return product + (productsOfTwo(b) - productsOfTwo(a)) / 4;
}

/** Sum over all different two of them, in both orders. */
function productsOfTwo(numbers: Float64Array): number {
  return sumOf(numbers) ** 2 - numbers.reduce((sum, each) => sum + each * each, 0);
}

function sumOf(numbers: Float64Array): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

/**
 * Four numbers a row: how much h², h h′ and h′² there count in s², relatively, and how much h² does in q. Null where
 * nothing vanishes.
 */
function weightsOfRows({ values, channels, expected }: Innovation, window: Window): Float64Array | null {
  const { positions, taps, input, variance, bias, parts } = window;
  const sums = new Float64Array((3 * values.length) / channels);
  expected.forEach((moment, i) => (sums[3 * Math.floor(i / (3 * channels)) + (i % 3)] += moment));
  const weights = new Float64Array((4 * values.length) / channels);
  const weight = variance / parts;
  let rates = 0;
  for (let position = 0; position < positions; position++) {
    let [q, c, r] = [bias, 0, 0];
    for (let tap = 0; tap < taps; tap++) {
      const from = 3 * input[position * taps + tap];
      if (from < 0) continue;
      q += weight * sums[from];
      c += weight * sums[from + 1];
      r += weight * sums[from + 2];
    }
    if (!(q > 0)) continue;
    const share = c / q;
    const square = r - share * c;
    if (!(square > CLEAR * r)) continue;
    const rate = Math.sqrt(square / q);
    rates += rate;
    const [ofSquare, ofValues] = [(weight * rate) / square, (weight * rate) / q];
    for (let tap = 0; tap < taps; tap++) {
      const to = 4 * input[position * taps + tap];
      if (to < 0) continue;
      weights[to] += ofSquare * share * share;
      weights[to + 1] -= 2 * ofSquare * share;
      weights[to + 2] += ofSquare;
      weights[to + 3] += ofValues;
    }
  }
  return rates > 0 ? weights.map((each) => each / rates) : null;
}

/** Below this share a variance is too near to rounding. */
const CLEAR = 1e-9;

/** The same for whoever takes the numbers as they are. */
function factorOfNumbers(innovation: Innovation): number {
  const positions = innovation.values.length / innovation.channels;
  const input = Int32Array.from({ length: positions }, (_, p) => p);
  return factorOfReading(innovation, {
    positions,
    taps: 1,
    input,
    variance: 1,
    bias: 0,
    parts: 1,
  });
}

/** The innovation of sums that no units have bent. */
export function innovationOfSums(tensor: RandomTensor, sources: Sources): Innovation | null {
  return innovationOf(tensor, linear, tensor, sources);
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
  const times = (numbers: Float64Array, by: number) => numbers.map((number) => by * number);
  const { values, tangents, expected } = innovation;
  return {
    ...innovation,
    values: times(values, factor),
    tangents: times(tangents, factor),
    expected: times(expected, factor * factor),
  };
}

/** The factor of a tensor, whoever reads it. */
export function settledFactor({ factor, innovation }: Trace): number {
  return innovation ? factor * factorOfNumbers(innovation) : factor;
}

export function settled(trace: Trace): Trace {
  return { factor: settledFactor(trace), innovation: null };
}
