import { sizeOf } from '../../network/shape.ts';
import { straight } from '../graph/operators/affine.ts';
import { wholeNumber } from '../graph/attributes.ts';
import type { Constant } from '../graph/node.ts';
import type { Operator } from '../graph/translate.ts';
import { Refusal } from '../graph/refusal.ts';

/** Weights that are stored as whole numbers, and what quantized networks do to their activations. */

/** `(x - zero) * scale` of stored weights, with one scale for all or for each place along an axis. */
const dequantize: Operator = (writer, node) => {
  const stored = writer.constant(node, 0);
  if (!stored) return scaled(writer, node);
  const scale = writer.weights(node, 1);
  const zero = node.inputs[2] ? writer.weights(node, 2) : undefined;
  for (const part of [scale, ...(zero ? [zero] : [])]) writer.notWeights.add(part.name);
  const { shape } = stored;
  const axis = wholeNumber(node, 'axis') ?? 1;
  const along = sizeOf(shape.slice((axis < 0 ? axis + shape.length : axis) + 1));
  const tensor = () => {
    const [values, scales, zeros] = [stored, scale, zero].map((part) => part && dataOf(part));
    if (typeof values === 'string') return values;
    if (typeof scales === 'string') return scales;
    if (typeof zeros === 'string') return zeros;
    if (!values || !scales || scales.length === 0) return undefined;
    const place = (i: number) => Math.floor(i / along) % scales.length;
    return { shape, data: values.map((value, i) => (value - (zeros?.[place(i)] ?? 0)) * scales[place(i)]) };
  };
  const name = node.outputs[0] ?? stored.name;
  return { kind: 'constant', constant: { ...stored, name, origin: stored.name, few: () => undefined, tensor } };
};

/** A tensor of the network by one scale: rounding was before. */
const scaled: Operator = (writer, node) => {
  const [scale, zero] = [writer.numbers(node, 1), node.inputs[2] ? writer.numbers(node, 2) : [0]];
  if (scale?.length !== 1 || zero?.length !== 1) throw new Refusal(rounds(node.op));
  return straight(writer, node, writer.tensor(node), scale[0], -zero[0] * scale[0]);
};

function dataOf(constant: Constant): Float64Array | string | undefined {
  const tensor = constant.tensor();
  return typeof tensor === 'string' ? tensor : tensor?.data;
}

function rounds(op: string): string {
  return `${op} works on numbers that are rounded to a few bits: what a quantized network computes is not piecewise linear. Export the network before it is quantized.`;
}

const refuse: Operator = (_writer, node) => {
  throw new Refusal(rounds(node.op));
};

export const quantizedOperators: Readonly<Record<string, Operator>> = {
  DequantizeLinear: dequantize,
  ...Object.fromEntries(
    [
      'QuantizeLinear',
      'DynamicQuantizeLinear',
      'QLinearConv',
      'QLinearMatMul',
      'QLinearAdd',
      'QLinearMul',
      'QLinearConcat',
      'QLinearAveragePool',
      'QLinearGlobalAveragePool',
      'QLinearLeakyRelu',
      'QLinearSigmoid',
      'QGemm',
      'ConvInteger',
      'MatMulInteger',
      'DynamicQuantizeMatMul',
      'MatMulNBits',
    ].map((op) => [op, refuse]),
  ),
};
