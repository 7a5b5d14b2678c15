import { ourPlaces, sameArrangement } from './operators/arrangement.ts';
import { fileShape, isPlain } from './axes.ts';
import type { GraphNode } from './node.ts';
import { Refusal } from './refusal.ts';
import { select } from './operators/selecting.ts';
import type { GraphWriter, TensorValue } from './writer.ts';

/** The same tensor of the file, kept here with the first of its axes as the channels, or with the last. */
export function withChannels(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  channelsFirst: boolean,
): TensorValue {
  if (x.channelsFirst === channelsFirst || x.shape?.length === 1) return x;
  const from = fileShape(x);
  if (!x.shape || !from) throw new Refusal('The axes of a tensor of unknown shape are exchanged here.');
  const rank = x.shape.length;
  const axes = x.shape.map((_, axis) => axis);
  const order = channelsFirst ? [...axes.slice(1), 0] : [rank - 1, ...axes.slice(0, -1)];
  if (!isPlain(from)) return select(writer, node, x, { by: 'axes', order }, channelsFirst);
  const target = order.map((axis) => x.shape?.[axis] ?? 1);
  return writer.emit(
    node,
    [x],
    { type: 'reshape', operation: { kind: 'reshape', target } },
    { channelsFirst, arrangement: undefined },
  );
}

/** The same tensor of the file, with its numbers one after another here as they are there. */
export function inFileOrder(writer: GraphWriter, node: GraphNode, x: TensorValue): TensorValue {
  if (!x.arrangement) return withChannels(writer, node, x, false);
  return select(writer, node, x, { by: 'places', axis: -1, places: [...ourPlaces(x.arrangement)] });
}

/** Tensors that meet number by number: all in the order of the first, if one order differs from another. */
export function inOneOrder(writer: GraphWriter, node: GraphNode, inputs: readonly TensorValue[]): TensorValue[] {
  const [first] = inputs;
  const isVector = first.shape?.length === 1;
  if (!isVector)
    return inputs.map((input) => (input.shape ? withChannels(writer, node, input, first.channelsFirst) : input));
  const isSame = inputs.every(({ arrangement }) => sameArrangement(arrangement, first.arrangement));
  return isSame ? [...inputs] : inputs.map((input) => inFileOrder(writer, node, input));
}
