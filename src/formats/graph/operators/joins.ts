import { sameShape, sizeOf } from '../../../network/shape.ts';
import type { Shape } from '../../../network/shape.ts';
import { straight } from './affine.ts';
import { joined } from './arrangement.ts';
import { axisOfFile, fileShape } from '../axes.ts';
import type { Constant, GraphNode } from '../node.ts';
import { inOneOrder } from '../order.ts';
import { Refusal } from '../refusal.ts';
import type { GraphWriter, TensorValue } from '../writer.ts';

/** Sum, difference, mean or maximum of tensors of one shape. */
export function merge(
  writer: GraphWriter,
  node: GraphNode,
  inputs: readonly TensorValue[],
  kind: 'add' | 'subtract' | 'average' | 'maximum',
): TensorValue {
  const [first] = inputs;
  if (inputs.length === 1) return first;
  const [, ...others] = inputs.map(fileShape);
  const shape = fileShape(first);
  if (shape && others.some((other) => other && !sameShape(other, shape)))
    throw new Refusal(`${node.op} of tensors of different shapes is not analyzed.`);
  const merged = inOneOrder(writer, node, inputs);
  return writer.emit(node, merged, { type: kind, operation: { kind } });
}

/** The elementwise minimum: `min(a, b) = -max(-a, -b)`. */
export function minimum(writer: GraphWriter, node: GraphNode, inputs: readonly TensorValue[]): TensorValue {
  const negated = inputs.map((input) => straight(writer, node, input, -1, 0));
  return straight(writer, node, merge(writer, node, negated, 'maximum'), -1, 0);
}

/** Joins along an axis counted with the batch; undefined where it is not in the file. */
export function concatenate(
  writer: GraphWriter,
  node: GraphNode,
  tensors: readonly TensorValue[],
  axis: number | undefined,
): TensorValue {
  const [first] = tensors;
  if (tensors.length === 1) return first;
  const { shape } = first;
  if (!shape) throw new Refusal('Tensors of unknown shape are joined here.');
  const isVector = shape.length === 1;
  const inputs = isVector ? tensors : inOneOrder(writer, node, tensors);
  const ours = axis === undefined ? guessedAxis(inputs.map((input) => input.shape ?? [])) : axisOfFile(first, axis);
  if (!(ours >= 0 && ours < shape.length)) throw new Refusal(`${node.op} along axis ${axis} is not analyzed.`);
  const arrangement = isVector
    ? joined(inputs.map((input) => ({ arrangement: input.arrangement, length: sizeOf(input.shape ?? []) })))
    : undefined;
  return writer.emit(
    node,
    inputs,
    { type: 'concatenate', operation: { kind: 'concatenate', axis: ours } },
    { arrangement },
  );
}

/** The one along which shapes differ; the last where they do not. */
function guessedAxis(shapes: readonly Shape[]): number {
  const [first] = shapes;
  const differing = first.findIndex((extent, axis) => shapes.some((shape) => shape[axis] !== extent));
  return differing < 0 ? first.length - 1 : differing;
}

/** A product of tensors that both depend on the input: not piecewise linear. */
export function product(
  writer: GraphWriter,
  node: GraphNode,
  inputs: readonly TensorValue[],
  columns?: number,
): TensorValue {
  const [larger] = [...inputs].sort((a, b) => sizeOf(b.shape ?? []) - sizeOf(a.shape ?? []));
  const sources = columns === undefined ? [larger, ...inputs.filter((input) => input !== larger)] : inputs;
  return writer.emit(node, sources, {
    type: node.op,
    operation: {
      kind: 'notPiecewiseLinear',
      what: 'a product of two tensors',
      output: columns === undefined ? undefined : { keep: -1, append: [columns] },
      parameters: { constant: 0, perFeature: [] },
    },
  });
}

/** Rows of a table of weights by numbers that come in: an embedding. */
export function lookUp(
  writer: GraphWriter,
  node: GraphNode,
  places: TensorValue,
  table: Constant,
  axis: number,
): TensorValue {
  if (axis !== 0 && axis !== -table.shape.length) throw new Refusal(`${node.op} along axis ${axis} is not analyzed.`);
  const weights = { embeddings: { constant: table.name, form: '', read: () => undefined } };
  const output = { append: table.shape.slice(1) };
  const parameters = { constant: sizeOf(table.shape), perFeature: [] };
  const operation = { kind: 'notPiecewiseLinear', what: 'an embedding of whole numbers', output, parameters } as const;
  return writer.emit(
    node,
    [places],
    { type: 'embedding', operation, owner: table.name, weights },
    { channelsFirst: false, arrangement: undefined },
  );
}

/** An operation that is understood and is not piecewise linear; `what` names it in a sentence. */
export function notPiecewiseLinear(
  writer: GraphWriter,
  node: GraphNode,
  inputs: readonly TensorValue[],
  what: string,
  hasWeights = true,
): TensorValue {
  const parameters = hasWeights ? undefined : { constant: 0, perFeature: [] };
  return writer.emit(node, inputs, { type: node.op, operation: { kind: 'notPiecewiseLinear', what, parameters } });
}
