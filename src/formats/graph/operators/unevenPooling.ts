import type { GraphNode } from '../node.ts';
import { concatenate } from './joins.ts';
import { Refusal } from '../refusal.ts';
import { isDivisible, places, take } from './selecting.ts';
import { pool } from './windows.ts';
import type { GraphWriter, TensorValue } from '../writer.ts';

/** Places `from` to `to - 1`. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What PyTorch pools to one of `count` places: stretches that may overlap, and that differ by a place or two. */
function stretches(extent: number, count: number): Stretch[] {
  return places(0, count).map((k) => ({
    from: Math.floor((k * extent) / count),
    to: Math.ceil(((k + 1) * extent) / count),
  }));
}

/** Pools positions to these numbers of them; one axis after the other, for windows are products of stretches. */
export function poolUnevenly(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  sizes: readonly number[],
  kind: 'maxPooling' | 'averagePooling',
): TensorValue {
  return sizes.reduce((value, size, axis) => poolAlong(writer, node, value, axis, size, kind), x);
}

/** Stretches of one length are laid one behind the other and pooled together. */
function poolAlong(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  axis: number,
  size: number,
  kind: 'maxPooling' | 'averagePooling',
): TensorValue {
  const extent = x.shape?.[axis] ?? 1;
  if (extent === size) return x;
  if (!isDivisible(extent) || !isDivisible(size)) throw new Refusal('A pooling of this size is not analyzed.');
  const all = stretches(extent, size);
  const lengths = [...new Set(all.map(({ from, to }) => to - from))];
  const fileAxis = axis + (x.channelsFirst ? 2 : 1);
  const order: number[] = [];
  const parts = lengths.map((length) => {
    const these = all.filter(({ from, to }) => to - from === length);
    these.forEach((stretch) => order.push(all.indexOf(stretch)));
    const laid = take(
      writer,
      node,
      x,
      fileAxis,
      these.flatMap(({ from, to }) => places(from, to)),
    );
    return length === 1 ? laid : pooledBy(writer, node, laid, axis, length, kind);
  });
  const joined = concatenate(writer, node, parts, fileAxis);
  return take(
    writer,
    node,
    joined,
    fileAxis,
    places(0, size).map((place) => order.indexOf(place)),
  );
}

function pooledBy(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  axis: number,
  length: number,
  kind: 'maxPooling' | 'averagePooling',
): TensorValue {
  const isRows = x.shape?.length === 3 && axis === 0;
  const kernel = isRows ? ([length, 1] as const) : ([1, length] as const);
  const rank = x.shape?.length === 2 ? 1 : 2;
  return pool(writer, node, x, kind, { rank, kernel, strides: kernel, dilation: [1, 1], padding: 'valid' });
}
