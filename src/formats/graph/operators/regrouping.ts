import type { Shape } from '../../../network/shape.ts';
import { fileShape } from '../axes.ts';
import type { GraphNode } from '../node.ts';
import { Rearranged } from './rearranged.ts';
import { Refusal } from '../refusal.ts';
import { reshape, resolved, squeezedShape, unsqueezedShape } from './reshaping.ts';
import type { GraphWriter, TensorValue } from '../writer.ts';

/** A tensor, or one in more axes than an image has, which are joined again before a layer reads them. */
type Axes = TensorValue | Rearranged;

/** Whether the file means a tensor of this shape with its channels first. */
type Meaning = (shape: Shape) => boolean;

function axesIn(writer: GraphWriter, node: GraphNode): Axes {
  const value = writer.value(node, 0);
  return value?.kind === 'rearranged' ? value : writer.tensor(node);
}

function shapeOf(x: Axes): Shape {
  const shape = x.kind === 'rearranged' ? x.shape : fileShape(x);
  if (!shape) throw new Refusal('A tensor of unknown shape gets other axes here.');
  return shape;
}

function opened(x: Axes): Rearranged {
  const made = x.kind === 'rearranged' ? x : Rearranged.of(x);
  if (!made) throw new Refusal('A tensor of unknown shape gets other axes here.');
  return made;
}

/** To a shape without the batch, in the order of the file. */
function shaped(writer: GraphWriter, node: GraphNode, x: Axes, to: Shape, isFirst: Meaning): Axes {
  if (x.kind === 'tensor' && to.length <= 3) return reshape(writer, node, x, [null, ...to], isFirst(to));
  const made = opened(x).reshaped(to);
  if (!made) throw new Refusal('The order that these numbers are brought into is not analyzed.');
  return made.settled(writer, node, isFirst) ?? made;
}

/** Extents with the batch: 0 keeps one, -1 or null is left to be found. */
export function regroup(
  writer: GraphWriter,
  node: GraphNode,
  target: readonly (number | null)[],
  isFirst: Meaning,
): Axes {
  const x = axesIn(writer, node);
  if (x.kind === 'tensor' && target.length <= 4)
    return reshape(writer, node, x, target, isFirst(target.slice(1).map((extent) => extent ?? -1)));
  return shaped(writer, node, x, resolved(shapeOf(x), target.slice(1)), isFirst);
}

export function removeAxes(
  writer: GraphWriter,
  node: GraphNode,
  axes: readonly number[] | undefined,
  isFirst?: Meaning,
): Axes {
  const x = axesIn(writer, node);
  return withShape(writer, node, x, squeezedShape(shapeOf(x), axes), isFirst);
}

export function addAxes(writer: GraphWriter, node: GraphNode, axes: readonly number[], isFirst?: Meaning): Axes {
  const x = axesIn(writer, node);
  return withShape(writer, node, x, unsqueezedShape(shapeOf(x), axes), isFirst);
}

function withShape(writer: GraphWriter, node: GraphNode, x: Axes, to: Shape, isFirst?: Meaning): Axes {
  if (to.length === shapeOf(x).length) return x;
  const { channelsFirst } = x.kind === 'tensor' ? x : x.base;
  return shaped(writer, node, x, to, isFirst ?? (() => channelsFirst));
}

/** Exchanges axes, counted with the batch; all are turned around where no order is given. */
export function exchangeAxes(writer: GraphWriter, node: GraphNode, permutation: readonly number[] | undefined): Axes {
  const x = axesIn(writer, node);
  if (x.kind === 'tensor') {
    const meant = meantOtherwise(x, permutation);
    if (meant) return meant;
  }
  const rank = shapeOf(x).length + 1;
  const order = permutation ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  if (order.length !== rank || !order.every((_, axis) => order.includes(axis)))
    throw new Refusal(`${node.op} names other axes than the ${rank} of its tensor.`);
  if (order[0] !== 0) throw new Refusal(`${node.op} exchanges the batch with another axis.`);
  const made = opened(x).permuted(order.slice(1).map((axis) => axis - 1));
  const { channelsFirst } = made.base;
  return made.settled(writer, node, () => channelsFirst) ?? made;
}

/**
 * Channels brought before the positions or behind them, which changes nothing here; undefined for any other exchange.
 */
export function meantOtherwise(x: TensorValue, permutation: readonly number[] | undefined): TensorValue | undefined {
  const rank = (x.shape?.length ?? (permutation?.length ?? 3) - 1) + 1;
  const axes = permutation ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  if (axes.every((axis, k) => axis === k)) return x;
  const toLast = [0, ...Array.from({ length: rank - 2 }, (_, k) => k + 2), 1];
  const toFirst = [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, k) => k + 1)];
  const is = (wanted: readonly number[]) => axes.length === rank && axes.every((axis, k) => axis === wanted[k]);
  // Over a single spatial axis both exchanges are one.
  if (rank > 2 && x.channelsFirst && is(toLast)) return { ...x, channelsFirst: false };
  if (rank > 2 && !x.channelsFirst && is(toFirst)) return { ...x, channelsFirst: true };
  return undefined;
}
