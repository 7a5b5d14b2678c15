import type { GraphNode } from '../../../graph/node.ts';
import { fileShape } from '../../../graph/axes.ts';
import { flatten, reshape } from '../../../graph/operators/reshaping.ts';
import { meantOtherwise } from '../../../graph/operators/regrouping.ts';
import { sizeOf } from '../../../../network/shape.ts';
import type { Shape } from '../../../../network/shape.ts';
import { Refusal } from '../../../graph/writer.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { BatchSize } from '../../python/evaluation/values.ts';
import type { Value } from '../../python/evaluation/values.ts';
import type { Trace } from './trace.ts';

/** `view` and `reshape`: extents with the batch, -1 for what is left. */
export function view(trace: Trace, node: GraphNode, x: TensorValue, extents: readonly Value[]): TensorValue {
  const [first, ...rest] = extents;
  if (extents.length === 0) throw new Refusal('The shape that a tensor is brought into is not known.');
  if (first instanceof BatchSize) return reshapeTo(trace, node, x, rest);
  const known = rest.every((extent) => typeof extent === 'number' && extent > 0);
  const size = known ? rest.reduce<number>((product, extent) => product * Number(extent), 1) : undefined;
  if (!x.shape && size !== undefined && first === -1) {
    trace.ask(x, { kind: 'shape', shape: rest.map(Number), how: `\`${node.op}(-1, ${rest.map(String).join(', ')})\`` });
  }
  const total = x.shape && sizeOf(x.shape);
  // With a number for the batch it can only be that batch.
  const isBatch =
    first === -1 ? size === undefined || total === undefined || size === total : typeof first === 'number';
  if (!isBatch) {
    if (first === -1 && total !== undefined && size !== undefined) trace.misfit ??= { needed: size, given: total };
    throw new Refusal(
      `${total ?? 'These'} numbers are brought into rows of ${size ?? 'another length'}: this mixes the inputs of a batch.`,
    );
  }
  return reshapeTo(trace, node, x, rest);
}

/** To these extents without the batch. Three of them are channels, rows and columns. */
export function reshapeTo(trace: Trace, node: GraphNode, x: TensorValue, extents: readonly Value[]): TensorValue {
  const target = extents.map((extent) => (typeof extent === 'number' ? extent : null));
  if (target.length === 1 && (target[0] === -1 || target[0] === null)) return flatten(trace.writer, node, x);
  if (target.length === 1 && x.shape && target[0] !== sizeOf(x.shape)) {
    trace.misfit ??= { needed: target[0] ?? 0, given: sizeOf(x.shape) };
    throw new Refusal(`${sizeOf(x.shape)} numbers cannot become ${target[0]}.`);
  }
  const shape = target.map((extent) => extent ?? -1);
  return reshape(trace.writer, node, x, [null, ...target], isMeantChannelsFirst(x)(shape));
}

/** Three extents are channels, rows and columns; two of them as far as the channels stay. */
export function isMeantChannelsFirst(x: TensorValue): (shape: Shape) => boolean {
  const from = fileShape(x);
  return (shape) => {
    const keepsChannels = from && x.channelsFirst && from.length > 1 && shape[0] === from[0];
    return shape.length === 3 || keepsChannels === true || (from?.length === 1 && shape.length > 1);
  };
}

/** `flatten(start, end)` with axes counted with the batch. */
export function flattenRange(trace: Trace, node: GraphNode, x: TensorValue, start: number, end: number): TensorValue {
  const from = fileShape(x);
  if (!from) throw new Refusal('A tensor of unknown shape is flattened here.');
  const rank = from.length + 1;
  const [first, last] = [start, end].map((axis) => (axis < 0 ? axis + rank : axis));
  if (first < 1) throw new Refusal('The batch is flattened as well here: this mixes its inputs.');
  if (last <= first) return x;
  const merged = from.slice(first - 1, last).reduce((product, extent) => product * extent, 1);
  return reshapeTo(trace, node, x, [...from.slice(0, first - 1), merged, ...from.slice(last)]);
}

/** The axes named, counted with the batch and from the end where negative. */
export function axesOf(x: TensorValue, axes: readonly number[], extra = 0): number[] {
  const rank = (x.shape?.length ?? 0) + 1 + extra;
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

export function permuted(node: GraphNode, x: TensorValue, permutation: readonly number[]): TensorValue {
  return turned(node, x, axesOf(x, permutation));
}

export function swapped(node: GraphNode, x: TensorValue, a: number, b: number): TensorValue {
  if (!x.shape) throw new Refusal('Axes of a tensor of unknown shape are exchanged here.');
  const [first, second] = axesOf(x, [a, b]);
  const axes = Array.from({ length: x.shape.length + 1 }, (_none, axis) =>
    axis === first ? second : axis === second ? first : axis,
  );
  return turned(node, x, axes);
}

function turned(node: GraphNode, x: TensorValue, permutation: readonly number[]): TensorValue {
  const meant = meantOtherwise(x, permutation);
  if (meant) return meant;
  throw new Refusal(`${node.op} of axes other than channels against positions is not analyzed.`);
}
