import { sizeOf, type Shape } from '../../../network/shape.ts';
import { flattened, sameArrangement } from './arrangement.ts';
import { channelsLast, fileShape, isPlain } from '../axes.ts';
import type { GraphNode } from '../node.ts';
import { inFileOrder, withChannels } from '../order.ts';
import { Refusal } from '../refusal.ts';
import type { GraphWriter, TensorValue } from '../writer.ts';

/** Numbers one after another: the same for us where the file has channels last, else in an order of its own. */
export function flatten(writer: GraphWriter, node: GraphNode, x: TensorValue): TensorValue {
  if (x.shape && x.shape.length < 2) return { ...x, shape: [sizeOf(x.shape)] };
  const arrangement = x.channelsFirst && x.shape ? flattened(x.shape) : undefined;
  return writer.emit(
    node,
    [x],
    { type: 'flatten', operation: { kind: 'flatten' }, isChannelByChannel: arrangement !== undefined },
    { arrangement, channelsFirst: false },
  );
}

/**
 * Reshapes to `target`, extents with the batch in the order of the file: 0 keeps one, -1 or null is left to be found.
 * `channelsFirst`: how the file means the result.
 */
export function reshape(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  target: readonly (number | null)[],
  channelsFirst: boolean,
): TensorValue {
  const from = fileShape(x);
  const written = target.slice(1);
  if (written.length === 1 && (written[0] === null || written[0] === -1 || !from)) return flatten(writer, node, x);
  if (!from) throw new Refusal('A tensor of unknown shape is reshaped here.');
  const to = resolved(from, written);
  if (to.length === 0 || to.length > 3) throw new Refusal(`A tensor with ${to.length} axes is not analyzed.`);
  if (to.length === 1) return flatten(writer, node, x);
  if (to.join() === from.join()) return x;
  return rearrange(writer, node, x, from, to, channelsFirst);
}

/** The extents of a reshape without the batch: 0 keeps one, -1 or null is left to be found. */
export function resolved(from: Shape, written: readonly (number | null)[]): Shape {
  const kept = written.map((extent, axis) => (extent === 0 ? from[axis] : extent === -1 ? null : extent));
  const open = kept.filter((extent) => extent === null).length;
  const known = kept.reduce<number>((product, extent) => product * (extent ?? 1), 1);
  if (open > 1) throw new Refusal('The shape that a tensor is brought into is not known.');
  const shape = kept.map((extent) => extent ?? sizeOf(from) / known);
  if (!shape.every((extent) => Number.isSafeInteger(extent) && extent > 0) || sizeOf(shape) !== sizeOf(from)) {
    throw new Refusal(`${from.join('×')} numbers cannot become ${shape.join('×')}.`);
  }
  return shape;
}

/** Between shapes that both have axes, `from` and `to` in the order of the file. */
function rearrange(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  from: Shape,
  to: Shape,
  channelsFirst: boolean,
): TensorValue {
  const target = channelsFirst ? channelsLast(to) : to;
  const emit = (value: TensorValue, extents: Shape, isFirst: boolean) =>
    writer.emit(
      node,
      [value],
      { type: 'reshape', operation: { kind: 'reshape', target: extents } },
      { channelsFirst: isFirst, arrangement: undefined },
    );
  const isVector = from.length === 1;
  // The numbers keep their order if both sides have channels last, if the channels stay as they are, or if there are
  // only channels or only positions on both sides.
  const sameOrder = isVector
    ? sameArrangement(x.arrangement, channelsFirst ? flattened(target) : undefined)
    : x.channelsFirst === channelsFirst && (!channelsFirst || from[0] === to[0] || (isPlain(from) && isPlain(to)));
  if (sameOrder) return emit(x, target, channelsFirst);
  return withChannels(writer, node, emit(inFileOrder(writer, node, x), to, false), channelsFirst);
}

/** Removes axes of one place, counted with the batch; all of them where none are named. */
export function squeeze(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  axes: readonly number[] | undefined,
): TensorValue {
  const from = fileShape(x);
  if (!from) throw new Refusal('A tensor of unknown shape is squeezed here.');
  const shape = squeezedShape(from, axes);
  return shape.length === from.length ? x : reshape(writer, node, x, [null, ...shape], x.channelsFirst);
}

export function squeezedShape(from: Shape, axes: readonly number[] | undefined): Shape {
  const named = axes?.map((axis) => (axis < 0 ? axis + from.length + 1 : axis) - 1);
  if (named?.includes(-1)) throw new Refusal('The batch is taken away here.');
  if (named?.some((axis) => from[axis] !== 1)) throw new Refusal('Only axes of one place can be taken away.');
  const to = from.filter((extent, axis) => (named && named.length > 0 ? !named.includes(axis) : extent !== 1));
  return to.length > 0 ? to : [1];
}

/** Adds axes of one place, counted with the batch in the result. */
export function unsqueeze(writer: GraphWriter, node: GraphNode, x: TensorValue, axes: readonly number[]): TensorValue {
  const from = fileShape(x);
  if (!from) throw new Refusal('A tensor of unknown shape gets an axis here.');
  return reshape(writer, node, x, [null, ...unsqueezedShape(from, axes)], x.channelsFirst);
}

export function unsqueezedShape(from: Shape, axes: readonly number[]): Shape {
  const rank = from.length + 1 + axes.length;
  const places = axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  const to: number[] = [...from];
  for (const place of places) {
    if (place === 0) throw new Refusal('A new batch is made here.');
    if (!Number.isInteger(place) || place < 0 || place >= rank) throw new Refusal(`There is no axis ${place} here.`);
    to.splice(place - 1, 0, 1);
  }
  return to;
}
