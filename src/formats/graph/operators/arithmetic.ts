import { scale, shift, straight } from './affine.ts';
import { merge, notPiecewiseLinear, product } from './joins.ts';
import type { Constant, GraphNode } from '../node.ts';
import type { GraphWriter, TensorValue, Value } from '../writer.ts';

/**
 * What an operation of two operands does to a tensor and a constant (the first of the two, or not), and to two tensors.
 */
export interface Arithmetic {
  readonly withConstant: (
    writer: GraphWriter,
    node: GraphNode,
    x: TensorValue,
    constant: Constant,
    isFirst: boolean,
  ) => Value;
  readonly ofTensors: (writer: GraphWriter, node: GraphNode, inputs: readonly TensorValue[]) => Value;
}

export const addition: Arithmetic = {
  withConstant: (writer, node, x, constant) => shift(writer, node, x, constant),
  ofTensors: (writer, node, inputs) => merge(writer, node, inputs, 'add'),
};

export const subtraction: Arithmetic = {
  withConstant: (writer, node, x, constant, isFirst) =>
    isFirst
      ? shift(writer, node, straight(writer, node, x, -1, 0), constant)
      : shift(writer, node, x, constant, { sign: -1 }),
  ofTensors: (writer, node, inputs) => merge(writer, node, inputs, 'subtract'),
};

export const multiplication: Arithmetic = {
  withConstant: (writer, node, x, constant) => scale(writer, node, x, constant),
  ofTensors: product,
};

export const division: Arithmetic = {
  withConstant: (writer, node, x, constant, isFirst) =>
    isFirst ? notPiecewiseLinear(writer, node, [x], 'a quotient', false) : scale(writer, node, x, constant, true),
  ofTensors: product,
};
