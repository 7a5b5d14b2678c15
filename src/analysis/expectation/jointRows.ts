import type { Chance } from './chance.ts';
import { PANEL, PANEL_BYTES, sumsOfPanel } from './panels.ts';

/** What a layer's outputs read: at every position the same weights, taps by channels, unless `untied`. */
export interface Reading {
  readonly positions: number;
  readonly taps: number;
  /** `input[position * taps + tap]` is a position of the input, or -1 for a zero. */
  readonly input: Int32Array;
  readonly inputChannels: number;
  readonly filters: number;
  /** Parts of the channels that have filters of their own. */
  readonly parts: number;
  readonly isUntied: boolean;
  readonly variance: number;
  readonly bias: number;
}

export interface Numbers {
  readonly values: Float64Array;
  readonly tangents: Float64Array;
}

/** Drawing a normal number takes about as long as this many multiplications. */
const WORK_OF_NORMAL = 20;

/** Multiplications that the outputs of a layer take, about: from drawn weights, and drawn together without them. */
export function worksOf({
  positions,
  taps,
  input,
  inputChannels,
  filters,
  parts,
}: Omit<Reading, 'variance' | 'bias'>): {
  readonly apart: number;
  readonly together: number;
} {
  const [depth, perPart] = [inputChannels / parts, filters / parts];
  const reads = input.reduce((sum, row) => (row < 0 ? sum : sum + 1), 0);
  const apart = (2 * reads + WORK_OF_NORMAL * taps) * depth * filters;
  const side = 2 * positions;
  // More numbers than weights depend on each other.
  if (side > taps * depth) return { apart, together: Infinity };
  const products = 2 * new Set(input).size ** 2 * depth;
  return { apart, together: parts * (products + side ** 3 / 6 + (side / 2 + WORK_OF_NORMAL) * side * perPart) };
}

/** Channels whose inner products are added up before the next: rows of them stay in the cache. */
const CHANNELS = 256;

/**
 * Covariances of a filter's values and derivatives at all positions, `[2 * position + k][2 * other + l]` with 0 for
 * values and 1 for derivatives, row-major; part of the channels given.
 */
export function covarianceMatrix(
  tensor: Numbers,
  reading: Reading,
  part: number,
  chance: Chance,
  breathe: () => void,
): Float64Array {
  const { positions, taps, input, variance, bias } = reading;
  const side = 2 * positions;
  const matrix = chance.take(8 * side * side);
  const rowsAt = chance.take(4 * input.length);
  const { products, size, at } = innerProducts(tensor, reading, part, chance, breathe);
  const { kernel, words, floats } = chance;
  for (let i = 0; i < input.length; i++) words[rowsAt / 4 + i] = input[i] < 0 ? -1 : at[input[i]];
  for (let p = 0; p < positions; p++) {
    breathe();
    kernel.covariances(p, taps, rowsAt, products, 2 * size, variance, bias, matrix, side);
  }
  kernel.mirror(side, matrix);
  chance.giveBack(matrix);
  return floats.slice(matrix / 8, matrix / 8 + side * side);
}

/** Inner products, over the channels of one part, of the values and derivatives at all positions that are read. */
function innerProducts(
  { values, tangents }: Numbers,
  { input, inputChannels, parts }: Reading,
  part: number,
  chance: Chance,
  breathe: () => void,
) {
  const depth = inputChannels / parts;
  const used = [...new Set(input)].filter((row) => row >= 0).sort((a, b) => a - b);
  const size = used.length;
  const side = 2 * size;
  const products = chance.take(8 * side * side);
  const rows = chance.take(16 * depth * size);
  const { kernel, floats } = chance;
  const at = new Int32Array(values.length / inputChannels);
  used.forEach((row, k) => {
    at[row] = k;
    const from = row * inputChannels + part * depth;
    const to = rows / 8 + 2 * depth * k;
    floats.set(values.subarray(from, from + depth), to);
    floats.set(tangents.subarray(from, from + depth), to + depth);
  });
  kernel.clear(products, 8 * side * side);
  for (let first = 0; first < depth; first += CHANNELS) {
    const count = Math.min(CHANNELS, depth - first);
    for (let a = 0; a < size; a++) {
      breathe();
      kernel.innerProducts(a, count, rows + 8 * first, 16 * depth, 8 * depth, products, side);
    }
  }
  kernel.mirror(side, products);
  return { products, size, at };
}

/**
 * A layer's values and derivatives at all positions, drawn together from their covariance matrices, one for each part
 * of the channels: normal numbers, and independent for different filters. Null where rounding of the matrices would
 * tell.
 */
export function drawnTogether(
  matrices: readonly Float64Array[],
  { positions, filters, parts }: Reading,
  chance: Chance,
  breathe: () => void,
): [values: Float64Array, tangents: Float64Array] | null {
  const side = 2 * positions;
  const perPart = filters / parts;
  const [values, tangents] = [new Float64Array(positions * filters), new Float64Array(positions * filters)];
  const { kernel } = chance;
  for (const [part, matrix] of matrices.entries()) {
    const root = rootOf(matrix, side, chance, breathe);
    if (root === null) return null;
    const normals = chance.takePanels(side, perPart, 1);
    const sums = chance.take(2 * PANEL_BYTES * positions);
    for (let first = 0; first < perPart; first += PANEL) {
      breathe();
      for (let p = 0; p < positions; p++) {
        const row = root + 16 * side * p;
        kernel.combine(2 * p + 2, row, row + 8 * side, normals + 8 * side * first, sums + 2 * PANEL_BYTES * p);
      }
      const filter = part * perPart + first;
      sumsOfPanel(chance.floats, sums, values, tangents, filter, filters, Math.min(PANEL, perPart - first));
    }
    chance.giveBack(root);
  }
  return [values, tangents];
}

/** Two numbers whose squared correlation is less from 1 are multiples of each other. */
const ROUNDING = 1e-13;
/** The share of a variance that numbers before leave open: what is less is known to too few digits. */
const CLEAR = 1e-11;

/**
 * Where the lower triangular root of a covariance matrix is, row-major. Numbers that are multiples of one before stay
 * that, to the last digits; null where others depend on several before them.
 */
export function rootOf(matrix: Float64Array, side: number, chance: Chance, breathe: () => void): number | null {
  const rootAt = chance.take(8 * side * side);
  const matrixAt = chance.take(8 * side * side);
  const { kernel, floats } = chance;
  kernel.clear(rootAt, 8 * side * side);
  floats.set(matrix, matrixAt / 8);
  const root = floats.subarray(rootAt / 8, rootAt / 8 + side * side);
  const diagonal = Float64Array.from({ length: side }, (_, i) => matrix[i * side + i]);
  for (let i = 0; i < side; i++) {
    breathe();
    if (!(diagonal[i] > 0)) continue;
    const first = multipleOf(matrix, diagonal, i);
    if (first >= 0) {
      const factor = matrix[i * side + first] / diagonal[first];
      for (let k = 0; k <= first; k++) root[i * side + k] = factor * root[first * side + k];
      continue;
    }
    const left = kernel.rootRow(i, side, matrixAt, rootAt);
    if (left < CLEAR * diagonal[i]) {
      chance.giveBack(rootAt);
      return null;
    }
    root[i * side + i] = Math.sqrt(left);
  }
  chance.giveBack(matrixAt);
  return rootAt;
}

/** The first number before that this one is a multiple of; -1 for none. */
function multipleOf(matrix: Float64Array, diagonal: Float64Array, i: number): number {
  const whole = (1 - ROUNDING) * diagonal[i];
  const from = i * diagonal.length;
  for (let j = 0; j < i; j++) {
    if (matrix[from + j] * matrix[from + j] >= whole * diagonal[j] && diagonal[j] > 0) return j;
  }
  return -1;
}
