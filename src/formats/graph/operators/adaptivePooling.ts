import { spatialExtents } from '../../../network/window.ts';
import type { GraphNode } from '../node.ts';
import { Refusal } from '../refusal.ts';
import { poolUnevenly } from './unevenPooling.ts';
import { pairOf, pool, poolAll } from './windows.ts';
import type { GraphWriter, TensorValue } from '../writer.ts';

/**
 * Pools positions to given numbers of them, as PyTorch's adaptive pooling does: by windows of one size where they come
 * out even. `wanted` has null for an axis that keeps its extent; `x` has its channels first in the file.
 */
export function poolTo(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  wanted: readonly (number | null)[],
  kind: 'averagePooling' | 'maxPooling',
): TensorValue {
  const rank = wanted.length === 1 ? 1 : 2;
  const isWhole = wanted.every((extent) => extent === 1);
  if (isWhole)
    return poolAll(writer, node, x, kind === 'maxPooling' ? 'globalMaxPooling' : 'globalAveragePooling', true);
  if (!x.shape) throw new Refusal('A pooling to a given size of a tensor of unknown shape is not read.');
  if (x.shape.length !== rank + 1)
    throw new Refusal('Pooling along other axes than those of positions is not analyzed.');
  const extents = spatialExtents(x.shape, rank).slice(2 - rank, 2);
  const sizes = wanted.map((extent, axis) => extent ?? extents[axis]);
  if (!sizes.every((size) => Number.isSafeInteger(size) && size > 0))
    throw new Refusal('A pooling to this number of positions is not analyzed.');
  if (sizes.every((size, axis) => size === extents[axis])) return x;
  if (!sizes.every((size, axis) => extents[axis] % size === 0)) return poolUnevenly(writer, node, x, sizes, kind);
  const kernel = pairOf(
    extents.map((extent, axis) => extent / sizes[axis]),
    rank,
  );
  return pool(writer, node, x, kind, { rank, kernel, strides: kernel, dilation: [1, 1], padding: 'valid' });
}
