import type { Layer } from '../../network/network.ts';
import type { Reading } from './jointRows.ts';
import type { Covariance, RandomTensor, Reads, Source } from './randomTensor.ts';

/** The moments of the sums over what each position reads, for each part of the channels. */
export function sourceOf(
  layer: Layer,
  tensor: RandomTensor,
  reading: Reading,
  matrices: readonly Float64Array[] | null,
): Source {
  const { values, tangents } = tensor;
  const { positions, taps, input, inputChannels, parts, variance, bias, isUntied } = reading;
  const depth = inputChannels / parts;
  const size = positions * parts;
  const known = new Map<number, Covariance>();
  const covariance = (a: number, b: number): Covariance => {
    const [p, other] = [Math.floor(a / parts), Math.floor(b / parts)];
    if (a % parts !== b % parts || (isUntied && p !== other)) return [0, 0, 0, 0];
    if (matrices) return entryOf(matrices[a % parts], 2 * positions, p, other);
    // Channels of their own numbers have nothing in common.
    if (parts > 1) return sumsOfProducts(p, other, a % parts);
    const found = known.get(a * size + b) ?? sumsOfProducts(p, other, 0);
    known.set(a * size + b, found);
    return found;
  };
  return {
    layer: layer.index,
    filters: reading.filters,
    ...variances(tensor, reading),
    covariance,
    readsKeepSign: bendsAtZero(tensor) || tensor.isNonNegative.every((one) => one === 1),
    reads: (place) => readsOf(tensor, reading, place),
  };

  /** Sums over equal taps of two positions. */
  function sumsOfProducts(p: number, other: number, part: number): Covariance {
    let [both, first, second, slopes] = [0, 0, 0, 0];
    for (let tap = 0; tap < taps; tap++) {
      const [from, to] = [input[p * taps + tap], input[other * taps + tap]];
      if (from < 0 || to < 0) continue;
      const [left, right] = [from * inputChannels + part * depth, to * inputChannels + part * depth];
      for (let k = 0; k < depth; k++) {
        const [x, dx, y, dy] = [values[left + k], tangents[left + k], values[right + k], tangents[right + k]];
        both += x * y;
        first += x * dy;
        second += dx * y;
        slopes += dx * dy;
      }
    }
    return [variance * both + bias, variance * first, variance * second, variance * slopes];
  }
}

/** The moments of the sums at each position, for each part of the channels. */
function variances(tensor: RandomTensor, reading: Reading): Pick<Source, 'q' | 'c' | 'r'> {
  const { positions, taps, input, parts, variance, bias } = reading;
  const size = positions * parts;
  const [q, c, r] = [new Float64Array(size).fill(bias), new Float64Array(size), new Float64Array(size)];
  const [squares, mixed, slopes] = sumsOfRows(tensor, parts);
  for (let position = 0; position < positions; position++) {
    for (let tap = 0; tap < taps; tap++) {
      const row = input[position * taps + tap];
      if (row < 0) continue;
      for (let part = 0, from = row * parts, to = position * parts; part < parts; part++, from++, to++) {
        q[to] += variance * squares[from];
        c[to] += variance * mixed[from];
        r[to] += variance * slopes[from];
      }
    }
  }
  return { q, c, r };
}

/** Sums of h², h h′ and h′² over the channels of each part, by row. */
function sumsOfRows({ values, tangents, channels }: RandomTensor, parts: number): readonly Float64Array[] {
  const size = (values.length / channels) * parts;
  const depth = channels / parts;
  const [squares, mixed, slopes] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  for (let part = 0, cell = 0; part < size; part++) {
    let [q, c, r] = [0, 0, 0];
    for (let k = 0; k < depth; k++, cell++) {
      q += values[cell] * values[cell];
      c += values[cell] * tangents[cell];
      r += tangents[cell] * tangents[cell];
    }
    [squares[part], mixed[part], slopes[part]] = [q, c, r];
  }
  return [squares, mixed, slopes];
}

function entryOf(matrix: Float64Array, side: number, p: number, other: number): Covariance {
  const at = 2 * p * side + 2 * other;
  return [matrix[at], matrix[at + 1], matrix[at + side], matrix[at + side + 1]];
}

function readsOf(tensor: RandomTensor, reading: Reading, place: number): Reads {
  const { taps, input, inputChannels, parts, bias } = reading;
  const [position, part] = [Math.floor(place / parts), place % parts];
  const depth = inputChannels / parts;
  const size = taps * depth + 1;
  const [values, tangents] = [new Float64Array(size), new Float64Array(size)];
  const keepsSign = new Uint8Array(size).fill(1);
  const isBent = bendsAtZero(tensor);
  values[size - 1] = bias > 0 ? 1 : 0;
  for (let k = 0; k < size - 1; k++) {
    const from = input[position * taps + Math.floor(k / depth)];
    if (from < 0) continue;
    const cell = from * inputChannels + part * depth + (k % depth);
    values[k] = tensor.values[cell];
    tangents[k] = tensor.tangents[cell];
    keepsSign[k] = isBent ? 1 : tensor.isNonNegative[cell];
  }
  return { values, tangents, keepsSign };
}

function bendsAtZero({ before }: RandomTensor): boolean {
  return before?.activation.breakpoints.includes(0) === true;
}
