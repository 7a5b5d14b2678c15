import { leakyRelu, relu, generalRelu } from '../../network/activation.ts';
import type { Activation } from '../../network/activation.ts';
import type { Window } from '../../network/operation.ts';
import { sizeOf } from '../../network/shape.ts';
import { convolution, dense, shift, straight } from '../graph/operators/affine.ts';
import { addition, division, multiplication, subtraction } from '../graph/operators/arithmetic.ts';
import { realNumber, wholeNumber, wholeNumbers } from '../graph/attributes.ts';
import { binary, extremum } from '../graph/operators/binaryOperators.ts';
import { concatenate, merge, notPiecewiseLinear } from '../graph/operators/joins.ts';
import type { GraphNode } from '../graph/node.ts';
import { activate, clipped, named, prelu } from '../graph/operators/pointwise.ts';
import { Refusal } from '../graph/refusal.ts';
import { fileShape } from '../graph/axes.ts';
import { addAxes, exchangeAxes, regroup, removeAxes } from '../graph/operators/regrouping.ts';
import { flatten } from '../graph/operators/reshaping.ts';
import type { Operator } from '../graph/translate.ts';
import { broughtTo, pad, pool, poolAll, resize } from '../graph/operators/windows.ts';
import type { GraphWriter, TensorValue, Value } from '../graph/writer.ts';

/** What each operation of TensorFlow Lite computes. Channels are last, and shapes have the batch in front. */

/** Activations that other operations take in, by their codes. */
const fusedActivations: readonly (Activation | null)[] = [
  null,
  relu,
  named('hard_tanh'),
  generalRelu('relu6', { maxValue: 6 }),
  named('tanh'),
];

/** An operation with the activation that its options name. */
const fused =
  (main: Operator): Operator =>
  (writer, node) => {
    const x = main(writer, node);
    const code = wholeNumber(node, 'activation', 0) ?? 0;
    const activation = fusedActivations.at(code);
    if (activation === undefined) throw new Refusal(`The activation ${code} is not known.`);
    return activation === null || x.kind !== 'tensor' ? x : activate(writer, node, x, activation);
  };

function windowOf(node: GraphNode, kernel: readonly [number, number]): Window {
  const whole = (name: string) => wholeNumber(node, name, 1) ?? 1;
  const padding = wholeNumber(node, 'padding');
  if (padding !== 0 && padding !== 1) throw new Refusal(`The padding ${padding} is not known.`);
  return {
    rank: 2,
    kernel,
    strides: [whole('stride_h'), whole('stride_w')],
    dilation: [whole('dilation_h'), whole('dilation_w')],
    padding: padding === 0 ? 'same' : 'valid',
  };
}

function withBias(writer: GraphWriter, node: GraphNode, y: TensorValue, index: number): TensorValue {
  return node.inputs[index] ? shift(writer, node, y, writer.weights(node, index), { isBias: true }) : y;
}

/** Kernels are `[filters, height, width, channels / groups]`. */
const convolve: Operator = (writer, node) => {
  const [x, kernel] = [writer.tensor(node), writer.weights(node, 1)];
  const [filters, height, width, channels] = kernel.shape;
  if (kernel.shape.length !== 4) throw new Refusal('A convolution needs a kernel with four axes.');
  const groups = (x.shape?.at(-1) ?? channels) / channels;
  if (!Number.isInteger(groups)) throw new Refusal('The kernel does not fit the channels of the input.');
  const y = convolution(writer, node, x, {
    kind: 'convolution',
    window: windowOf(node, [height, width]),
    filters,
    groups,
    kernel,
    axes: [1, 2, 3, 0],
    shape: [height, width, channels, filters],
  });
  return withBias(writer, node, y, 2);
};

/** Kernels are `[1, height, width, channels * multiplier]`. */
const convolveDepthwise: Operator = (writer, node) => {
  const [x, kernel] = [writer.tensor(node), writer.weights(node, 1)];
  const [one, height, width, all] = kernel.shape;
  const channels = x.shape?.at(-1);
  if (kernel.shape.length !== 4 || one !== 1 || channels === undefined || all % channels !== 0)
    throw new Refusal('The kernel does not fit the channels of the input.');
  const multiplier = all / channels;
  const y = convolution(writer, node, x, {
    kind: 'depthwiseConvolution',
    window: windowOf(node, [height, width]),
    filters: multiplier,
    kernel,
    axes: [1, 2, 3, 0],
    shape: [height, width, channels, multiplier],
  });
  return withBias(writer, node, y, 2);
};

/** Of an output's shape, kernels `[filters, height, width, channels]` and the input. */
const convolveTransposed: Operator = (writer, node) => {
  const [x, kernel] = [writer.tensor(node, 2), writer.weights(node, 1)];
  const [filters, height, width, channels] = kernel.shape;
  if (kernel.shape.length !== 4) throw new Refusal('A convolution needs a kernel with four axes.');
  const size = writer.extents(node, 0)?.slice(1, 3);
  if (!size?.every((extent) => extent !== null)) throw new Refusal('The size that this has to give is not known.');
  const y = convolution(writer, node, x, {
    kind: 'transposedConvolution',
    window: broughtTo(windowOf(node, [height, width]), x, size),
    filters,
    kernel,
    axes: [1, 2, 0, 3],
    shape: [height, width, filters, channels],
  });
  return withBias(writer, node, y, 3);
};

/** A matrix `[units, features]` on what is flattened to as many features, or on the last axis. */
const connect: Operator = (writer, node) => {
  const [x, kernel] = [writer.tensor(node), writer.weights(node, 1)];
  if (wholeNumber(node, 'weights_format') !== 0) throw new Refusal('Shuffled weights are not read.');
  const features = kernel.shape.at(-1);
  const isFlattened = x.shape && x.shape.length > 1 && wholeNumber(node, 'keep_num_dims') === 0;
  if (isFlattened && sizeOf(x.shape) !== features) throw new Refusal('This takes its positions for a batch.');
  const y = dense(writer, node, isFlattened ? flatten(writer, node, x) : x, kernel, true);
  return withBias(writer, node, y, 2);
};

const poolWith =
  (kind: 'maxPooling' | 'averagePooling'): Operator =>
  (writer, node) => {
    const size = ['filter_h', 'filter_w'].map((name) => wholeNumber(node, name, 1) ?? 1);
    return pool(writer, node, writer.tensor(node), kind, windowOf(node, [size[0], size[1]]));
  };

const reduce =
  (kind: 'globalMaxPooling' | 'globalAveragePooling'): Operator =>
  (writer, node) => {
    const x = writer.tensor(node);
    const rank = (x.shape?.length ?? 3) + 1;
    const axes = writer.numbers(node, 1)?.map((axis) => (axis < 0 ? axis + rank : axis));
    const isPositions = axes?.length === rank - 2 && axes.every((axis) => axis > 0 && axis < rank - 1);
    if (!isPositions || new Set(axes).size !== axes.length)
      throw new Refusal(`${node.op} over other axes than all positions is not analyzed.`);
    return poolAll(writer, node, x, kind, wholeNumber(node, 'keep_dims') === 1);
  };

const severalNumbers = (op: string) => `${op} with several numbers is not analyzed.`;

const padZeros: Operator = (writer, node) => {
  const numbers = writer.numbers(node, 1);
  if (!numbers || numbers.length % 2 !== 0) throw new Refusal('How far this pads is not known.');
  if (node.op === 'PADV2' && writer.numbers(node, 2)?.[0] !== 0)
    throw new Refusal('Padding with other numbers than zeros is not analyzed.');
  const sides = Array.from({ length: numbers.length / 2 }, (_, k) => [numbers[2 * k], numbers[2 * k + 1]] as const);
  const outer = [sides.at(0), sides.at(-1)];
  if (sides.length < 3 || outer.some((side) => side?.[0] !== 0 || side[1] !== 0))
    throw new Refusal('Padding along other axes than those of positions is not analyzed.');
  return pad(writer, node, writer.tensor(node), sides.slice(1, -1));
};

const enlarge =
  (bilinear: boolean): Operator =>
  (writer, node) => {
    const [x, size] = [writer.tensor(node), writer.numbers(node, 1)];
    const { shape } = x;
    if (!size || !shape) throw new Refusal('To what size this is brought is not known.');
    if (wholeNumber(node, 'align_corners') === 1) throw new Refusal('Resizing with aligned corners is not analyzed.');
    if (bilinear && wholeNumber(node, 'half_pixel_centers') !== 1)
      throw new Refusal('Bilinear resizing without half-pixel centers is not analyzed.');
    return resize(
      writer,
      node,
      x,
      size.map((extent, axis) => extent / shape[axis]),
      bilinear,
    );
  };

function tensorsOf(writer: GraphWriter, node: GraphNode): TensorValue[] {
  return node.inputs.map((_, k) => writer.tensor(node, k));
}

const same: Operator = (writer, node) => writer.value(node, 0) ?? { kind: 'opaque' };

const pointwise =
  (activation: Activation): Operator =>
  (writer, node) =>
    activate(writer, node, writer.tensor(node), activation);

const smooth =
  (what: string, hasWeights = false): Operator =>
  (writer, node) => {
    const inputs = node.inputs.map((_, k) => writer.value(node, k)).filter((value) => value?.kind === 'tensor');
    if (inputs.length === 0) return { kind: 'opaque' };
    return notPiecewiseLinear(writer, node, inputs, what, hasWeights);
  };

const shapeOf: Operator = (writer, node): Value => {
  const shape = fileShape(writer.tensor(node));
  return shape ? { kind: 'extents', items: [null, ...shape] } : { kind: 'opaque' };
};

/** Of a shape, its batch is what exporters take; a part of a tensor is refused. */
const slice: Operator = (_writer, node) =>
  wholeNumber(node, 'shrink_axis_mask') === 1 ? { kind: 'extents', items: [null] } : { kind: 'opaque' };

const pack: Operator = (writer, node) => {
  const parts = node.inputs.map((_, k) => writer.extents(node, k));
  if (!parts.every((part) => part !== undefined)) return { kind: 'opaque' };
  return { kind: 'extents', items: parts.flat().slice(0, 16) };
};

export const operators: Readonly<Record<string, Operator>> = {
  CONV_2D: fused(convolve),
  DEPTHWISE_CONV_2D: fused(convolveDepthwise),
  TRANSPOSE_CONV: fused(convolveTransposed),
  FULLY_CONNECTED: fused(connect),
  AVERAGE_POOL_2D: fused(poolWith('averagePooling')),
  MAX_POOL_2D: fused(poolWith('maxPooling')),
  MEAN: reduce('globalAveragePooling'),
  REDUCE_MAX: reduce('globalMaxPooling'),
  ADD: fused(binary(addition)),
  SUB: fused(binary(subtraction)),
  MUL: fused(binary(multiplication)),
  DIV: fused(binary(division)),
  ADD_N: (writer, node) => merge(writer, node, tensorsOf(writer, node), 'add'),
  MAXIMUM: extremum(true, severalNumbers),
  MINIMUM: extremum(false, severalNumbers),
  NEG: (writer, node) => straight(writer, node, writer.tensor(node), -1, 0),
  CONCATENATION: fused((writer, node) => concatenate(writer, node, tensorsOf(writer, node), wholeNumber(node, 'axis'))),
  RESHAPE: (writer, node) => {
    const target = writer.extents(node, 1) ?? wholeNumbers(node, 'new_shape', -1);
    if (!target) throw new Refusal('The shape that a tensor is brought into is not known.');
    return regroup(writer, node, target, () => false);
  },
  SQUEEZE: (writer, node) => removeAxes(writer, node, wholeNumbers(node, 'squeeze_dims')),
  EXPAND_DIMS: (writer, node) => {
    const axes = writer.numbers(node, 1);
    if (!axes) throw new Refusal('Which axis is added here is not known.');
    return addAxes(writer, node, axes);
  },
  TRANSPOSE: (writer, node) => {
    const axes = writer.numbers(node, 1);
    if (!axes) throw new Refusal('How axes are exchanged here is not known.');
    return exchangeAxes(writer, node, axes);
  },
  PAD: padZeros,
  PADV2: padZeros,
  RESIZE_BILINEAR: enlarge(true),
  RESIZE_NEAREST_NEIGHBOR: enlarge(false),
  RELU: pointwise(relu),
  RELU6: pointwise(generalRelu('relu6', { maxValue: 6 })),
  RELU_N1_TO_1: pointwise(named('hard_tanh')),
  RELU_0_TO_1: pointwise(clipped(0, 1)),
  LEAKY_RELU: (writer, node) => activate(writer, node, writer.tensor(node), leakyRelu(realNumber(node, 'alpha') ?? 0)),
  PRELU: (writer, node) => prelu(writer, node, writer.tensor(node), writer.weights(node, 1)),
  ABS: pointwise(named('abs')),
  ELU: pointwise(named('elu')),
  LOGISTIC: pointwise(named('sigmoid')),
  TANH: pointwise(named('tanh')),
  SOFTMAX: pointwise(named('softmax')),
  LOG_SOFTMAX: pointwise(named('log_softmax')),
  HARD_SWISH: pointwise(named('hard_swish')),
  GELU: pointwise(named('gelu')),
  EXP: pointwise(named('exp')),
  SQUARE: pointwise(named('square')),
  // Constants have their real numbers already; what layers give is looked at for the graph as a whole.
  DEQUANTIZE: same,
  QUANTIZE: same,
  SHAPE: shapeOf,
  STRIDED_SLICE: slice,
  PACK: pack,
  LSTM: smooth('an LSTM', true),
  UNIDIRECTIONAL_SEQUENCE_LSTM: smooth('an LSTM', true),
  BIDIRECTIONAL_SEQUENCE_LSTM: smooth('an LSTM', true),
  RNN: smooth('a recurrent layer', true),
  UNIDIRECTIONAL_SEQUENCE_RNN: smooth('a recurrent layer', true),
  LOCAL_RESPONSE_NORMALIZATION: smooth('local response normalization'),
  L2_NORMALIZATION: smooth('normalization'),
  SQRT: smooth('a root'),
  RSQRT: smooth('a reciprocal root'),
  POW: smooth('a power'),
  SQUARED_DIFFERENCE: smooth('a squared difference'),
  BATCH_MATMUL: smooth('a product of two tensors'),
};
