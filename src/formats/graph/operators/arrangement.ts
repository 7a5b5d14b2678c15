import type { Tensor } from '../../../network/operation.ts';
import { sizeOf, type Shape } from '../../../network/shape.ts';

/** A stretch of a vector that was flattened from positions with channels. */
export interface Run {
  readonly positions: number;
  readonly channels: number;
}

/**
 * How a vector of the file is ordered against ours, run by run: the file's goes through the channels first and through
 * the positions of each, ours the other way around. Undefined where both are the same.
 */
export type Arrangement = readonly Run[] | undefined;

/** The arrangement of a channels-first tensor that was flattened; `shape` has its channels last. */
export function flattened(shape: Shape): Arrangement {
  const channels = shape[shape.length - 1];
  return simplified([{ positions: sizeOf(shape.slice(0, -1)), channels }]);
}

export function joined(parts: readonly { readonly arrangement: Arrangement; readonly length: number }[]): Arrangement {
  return simplified(parts.flatMap(({ arrangement, length }) => arrangement ?? [{ positions: 1, channels: length }]));
}

function simplified(runs: readonly Run[]): Arrangement {
  return runs.some(({ positions, channels }) => positions > 1 && channels > 1) ? runs : undefined;
}

export function sameArrangement(a: Arrangement, b: Arrangement): boolean {
  const text = (runs: Arrangement) => JSON.stringify(runs?.map(({ positions, channels }) => [positions, channels]));
  return text(a) === text(b);
}

/** For each index of ours, the file's. */
function indices(runs: readonly Run[]): Int32Array {
  const total = runs.reduce((sum, { positions, channels }) => sum + positions * channels, 0);
  const found = new Int32Array(total);
  let start = 0;
  for (const { positions, channels } of runs) {
    for (let p = 0; p < positions; p++) {
      for (let c = 0; c < channels; c++) found[start + p * channels + c] = start + c * positions + p;
    }
    start += positions * channels;
  }
  return found;
}

/** For each index of the file, ours. */
export function ourPlaces(runs: readonly Run[]): Int32Array {
  const found = indices(runs);
  const places = new Int32Array(found.length);
  found.forEach((file, ours) => (places[file] = ours));
  return places;
}

/** The rows of a tensor (entries, for a vector) in our order. */
export function rearranged(tensor: Tensor, arrangement: Arrangement): Tensor {
  if (!arrangement) return tensor;
  const order = indices(arrangement);
  const width = tensor.data.length / order.length;
  if (!Number.isInteger(width)) return tensor;
  const data = new Float64Array(tensor.data.length);
  order.forEach((from, to) => data.set(tensor.data.subarray(from * width, (from + 1) * width), to * width));
  return { shape: tensor.shape, data };
}
