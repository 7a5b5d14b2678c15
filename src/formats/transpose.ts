import type { Tensor } from '../network/operation.ts';
import { sizeOf } from '../network/shape.ts';

/** The tensor whose axis `k` is axis `axes[k]` of this one. */
export function transposed(tensor: Tensor, axes: readonly number[]): Tensor {
  const { shape: from, data } = tensor;
  const shape = axes.map((axis) => from[axis]);
  const strides = axes.map((axis) => sizeOf(from.slice(axis + 1)));
  const moved = new Float64Array(data.length);
  const index = axes.map(() => 0);
  let source = 0;
  for (let to = 0; to < moved.length; to++) {
    moved[to] = data[source];
    for (let k = axes.length - 1; k >= 0; k--) {
      source += strides[k];
      if (++index[k] < shape[k]) break;
      source -= strides[k] * shape[k];
      index[k] = 0;
    }
  }
  return { shape, data: moved };
}
