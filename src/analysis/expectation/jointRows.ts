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

export interface Chance {
  readonly gaussian: () => number;
  readonly breathe: () => void;
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

/**
 * Covariances of a filter's values and derivatives at all positions, `[2 * position + k][2 * other + l]` with 0 for
 * values and 1 for derivatives, row-major; part of the channels given.
 */
export function covarianceMatrix(tensor: Numbers, reading: Reading, part: number, breathe: () => void): Float64Array {
  const { positions, taps, input, variance, bias } = reading;
  const { products, size, at } = innerProducts(tensor, reading, part, breathe);
  const side = 2 * positions;
  const matrix = new Float64Array(side * side);
  for (let p = 0; p < positions; p++) {
    breathe();
    for (let other = 0; other <= p; other++) {
      let [q, c, d, r] = [0, 0, 0, 0];
      for (let tap = 0; tap < taps; tap++) {
        const [from, to] = [input[p * taps + tap], input[other * taps + tap]];
        if (from < 0 || to < 0) continue;
        const entry = 2 * (2 * size * at[from] + at[to]);
        q += products[entry];
        c += products[entry + 1];
        d += products[entry + 2 * size];
        r += products[entry + 2 * size + 1];
      }
      const [one, two] = [2 * p * side + 2 * other, 2 * other * side + 2 * p];
      matrix[one] = matrix[two] = variance * q + bias;
      matrix[one + 1] = matrix[two + side] = variance * c;
      matrix[one + side] = matrix[two + 1] = variance * d;
      matrix[one + side + 1] = matrix[two + side + 1] = variance * r;
    }
  }
  return matrix;
}

/** Inner products, over the channels of one part, of the values and derivatives at all positions that are read. */
function innerProducts(
  { values, tangents }: Numbers,
  { input, inputChannels, parts }: Reading,
  part: number,
  breathe: () => void,
) {
  const depth = inputChannels / parts;
  const used = [...new Set(input)].filter((row) => row >= 0).sort((a, b) => a - b);
  const size = used.length;
  const at = new Int32Array(values.length / inputChannels);
  used.forEach((row, k) => (at[row] = k));
  const side = 2 * size;
  const products = new Float64Array(side * side);
  for (let a = 0; a < size; a++) {
    breathe();
    for (let b = 0; b <= a; b++) {
      const [left, right] = [used[a] * inputChannels + part * depth, used[b] * inputChannels + part * depth];
      let [q, c, d, r] = [0, 0, 0, 0];
      for (let k = 0; k < depth; k++) {
        const x = values[left + k];
        const dx = tangents[left + k];
        const y = values[right + k];
        const dy = tangents[right + k];
        q += x * y;
        c += x * dy;
        d += dx * y;
        r += dx * dy;
      }
      const [one, two] = [2 * a * side + 2 * b, 2 * b * side + 2 * a];
      products[one] = products[two] = q;
      products[one + 1] = products[two + side] = c;
      products[one + side] = products[two + 1] = d;
      products[one + side + 1] = products[two + side + 1] = r;
    }
  }
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
  { gaussian, breathe }: Chance,
): [values: Float64Array, tangents: Float64Array] | null {
  const side = 2 * positions;
  const roots = matrices.map((matrix) => rootOf(matrix, side, breathe));
  const perPart = filters / parts;
  const [values, tangents] = [new Float64Array(positions * filters), new Float64Array(positions * filters)];
  for (const [part, root] of roots.entries()) {
    if (!root) return null;
    const normals = new Float64Array(side * perPart);
    for (let i = 0; i < normals.length; i++) normals[i] = gaussian();
    for (let row = 0; row < side; row++) {
      breathe();
      const from = (row >> 1) * filters + part * perPart;
      const sums = (row % 2 === 0 ? values : tangents).subarray(from, from + perPart);
      for (let k = 0; k <= row; k += 4)
        addWeighted(sums, root, row * side + k, Math.min(4, row + 1 - k), normals, k * perPart);
    }
  }
  return [values, tangents];
}

/** Adds up to four rows of numbers, each times its weight. */
function addWeighted(
  sums: Float64Array,
  weights: Float64Array,
  first: number,
  count: number,
  numbers: Float64Array,
  from: number,
): void {
  const { length } = sums;
  if (count < 4) {
    for (let k = 0; k < count; k++) {
      for (let f = 0; f < length; f++) sums[f] += weights[first + k] * numbers[from + k * length + f];
    }
    return;
  }
  const [a, b, c, d] = weights.subarray(first, first + 4);
  const [one, two, three] = [from + length, from + 2 * length, from + 3 * length];
  for (let f = 0; f < length; f++)
    sums[f] += a * numbers[from + f] + b * numbers[one + f] + c * numbers[two + f] + d * numbers[three + f];
}

/** Two numbers whose squared correlation is less from 1 are multiples of each other. */
const ROUNDING = 1e-13;
/** The share of a variance that numbers before leave open: what is less is known to too few digits. */
const CLEAR = 1e-11;

/**
 * The lower triangular root of a covariance matrix, row-major. Numbers that are multiples of one before stay that,
 * to the last digits; null where others depend on several before them.
 */
export function rootOf(matrix: Float64Array, side: number, breathe: () => void): Float64Array | null {
  const root = new Float64Array(side * side);
  for (let i = 0; i < side; i++) {
    breathe();
    const to = i * side;
    const whole = matrix[to + i];
    if (!(whole > 0)) continue;
    const first = multipleOf(matrix, side, i);
    if (first >= 0) {
      const factor = matrix[to + first] / matrix[first * side + first];
      for (let k = 0; k <= first; k++) root[to + k] = factor * root[first * side + k];
      continue;
    }
    let left = whole;
    for (let j = 0; j < i; j++) {
      const pivot = root[j * side + j];
      if (pivot === 0) continue;
      const entry = (matrix[to + j] - product(root, to, j * side, j)) / pivot;
      root[to + j] = entry;
      left -= entry * entry;
    }
    if (left < CLEAR * whole) return null;
    root[to + i] = Math.sqrt(left);
  }
  return root;
}

/** The first number before that this one is a multiple of; -1 for none. */
function multipleOf(matrix: Float64Array, side: number, i: number): number {
  const whole = matrix[i * side + i];
  for (let j = 0; j < i; j++) {
    if (matrix[i * side + j] ** 2 >= (1 - ROUNDING) * whole * matrix[j * side + j] && matrix[j * side + j] > 0)
      return j;
  }
  return -1;
}

function product(numbers: Float64Array, left: number, right: number, length: number): number {
  let [sum, other] = [0, 0];
  let k = 0;
  for (; k + 1 < length; k += 2) {
    sum += numbers[left + k] * numbers[right + k];
    other += numbers[left + k + 1] * numbers[right + k + 1];
  }
  return k < length ? sum + other + numbers[left + k] * numbers[right + k] : sum + other;
}
