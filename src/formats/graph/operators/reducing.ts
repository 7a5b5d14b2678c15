import { straight } from './affine.ts';
import { fileShape } from '../axes.ts';
import type { GraphNode } from '../node.ts';
import { withChannels } from '../order.ts';
import { Refusal } from '../refusal.ts';
import { squeeze } from './reshaping.ts';
import { pool, poolAll } from './windows.ts';
import type { GraphWriter, TensorValue } from '../writer.ts';

export type Reduction = 'mean' | 'sum' | 'max' | 'min';

/** One number for all places of these axes, which are counted with the batch in the order of the file. */
export function reduceAxes(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  axes: readonly number[],
  keepDims: boolean,
  kind: Reduction,
): TensorValue {
  const from = fileShape(x);
  if (!from) throw new Refusal('A tensor of unknown shape is reduced here.');
  const named = new Set(axes.map((axis) => (axis < 0 ? axis + from.length + 1 : axis)));
  if (named.has(0)) throw new Refusal(`${node.op} over the whole batch is not analyzed.`);
  const reduced = [...named].map((axis) => axis - 1).sort((a, b) => a - b);
  if (reduced.length === 0 || reduced.some((axis) => !(axis < from.length)))
    throw new Refusal(`The axes of this ${node.op} are not those of its tensor.`);
  const pooled = (value: TensorValue) =>
    along(writer, node, value, reduced, keepDims, kind === 'max' || kind === 'min');
  switch (kind) {
    case 'mean':
    case 'max':
      return pooled(x);
    case 'sum':
      return straight(
        writer,
        node,
        pooled(x),
        reduced.reduce((count, axis) => count * from[axis], 1),
        0,
      );
    case 'min':
      return straight(writer, node, pooled(straight(writer, node, x, -1, 0)), -1, 0);
  }
}

/** By pooling: what is reduced has to be positions, and what is left the channels. */
function along(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  reduced: readonly number[],
  keepDims: boolean,
  isMaximum: boolean,
): TensorValue {
  const rank = x.shape?.length ?? 1;
  const whole = isMaximum ? 'globalMaxPooling' : 'globalAveragePooling';
  if (rank === 1) {
    const column = withAxis(writer, node, x);
    return poolAll(writer, node, column, whole, false);
  }
  const order = [x.channelsFirst, !x.channelsFirst].find((isFirst) => !reduced.includes(isFirst ? 0 : rank - 1));
  if (order === undefined) {
    const [first, ...others] = reduced;
    const partly = along(writer, node, along(writer, node, x, [first], true, isMaximum), others, true, isMaximum);
    return keepDims
      ? partly
      : squeeze(
          writer,
          node,
          partly,
          reduced.map((axis) => axis + 1),
        );
  }
  const turned = withChannels(writer, node, x, order);
  if (reduced.length === rank - 1) return poolAll(writer, node, turned, whole, keepDims);
  const first = order ? 1 : 0;
  const extentOf = (axis: number) => (reduced.includes(axis + first) ? (turned.shape?.[axis] ?? 1) : 1);
  const kernel = [extentOf(0), extentOf(1)] as const;
  const kind = isMaximum ? 'maxPooling' : 'averagePooling';
  const window = { rank: 2, kernel, strides: kernel, dilation: [1, 1], padding: 'valid' } as const;
  const pooled = pool(writer, node, turned, kind, window);
  return keepDims
    ? pooled
    : squeeze(
        writer,
        node,
        pooled,
        reduced.map((axis) => axis + 1),
      );
}

/** A vector as one channel at several positions: their order is of no account where they are reduced to one. */
function withAxis(writer: GraphWriter, node: GraphNode, x: TensorValue): TensorValue {
  const target = [x.shape?.[0] ?? 1, 1];
  return writer.emit(
    node,
    [x],
    { type: 'reshape', operation: { kind: 'reshape', target } },
    { arrangement: undefined, channelsFirst: false },
  );
}
