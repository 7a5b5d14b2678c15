import type { Attribute } from './layers.ts';
import { PickledTensor } from './tensors.ts';
import { Extent, isTensor, numberOf, numbersOf, Unfollowed, type Value } from './scriptValues.ts';

/** Writes nodes of a graph in ONNX's words. */
export interface NodeWriter {
  emit(op: string, inputs: readonly Value[], attributes?: Readonly<Record<string, Attribute | undefined>>): Value;
}

type ScriptOperator = (writer: NodeWriter, args: readonly Value[]) => Value;

/** A size for each axis; a single one is for all. */
function sizes(value: Value | undefined, rank: number, what: string): number[] {
  const found = numbersOf(value, what);
  return found.length === 1 ? Array<number>(rank).fill(found[0]) : found;
}

function padding(value: Value | undefined, rank: number): Readonly<Record<string, Attribute>> {
  if (value === 'same') return { auto_pad: 'SAME_UPPER' };
  if (value === 'valid') return { auto_pad: 'VALID' };
  const sides = sizes(value ?? 0, rank, 'a padding');
  return { pads: [...sides, ...sides] };
}

/** Kernels have two axes before those of positions. */
function rankOf(weight: Value | undefined): number {
  return weight instanceof PickledTensor ? weight.shape.length - 2 : 2;
}

const convolution: ScriptOperator = (
  writer,
  [x, weight, bias = null, stride = 1, pad = 0, dilation = 1, groups = 1],
) => {
  const rank = rankOf(weight);
  return writer.emit('Conv', [x, weight, bias], {
    strides: sizes(stride, rank, 'a stride'),
    dilations: sizes(dilation, rank, 'a dilation'),
    group: numberOf(groups, 'a number of groups'),
    ...padding(pad, rank),
  });
};

const transposed: ScriptOperator = (
  writer,
  [x, weight, bias = null, stride = 1, pad = 0, more = 0, groups = 1, dilation = 1],
) => {
  const rank = rankOf(weight);
  return writer.emit('ConvTranspose', [x, weight, bias], {
    strides: sizes(stride, rank, 'a stride'),
    dilations: sizes(dilation, rank, 'a dilation'),
    group: numberOf(groups, 'a number of groups'),
    output_padding: sizes(more, rank, 'a padding'),
    ...padding(pad, rank),
  });
};

/** What a traced model calls for convolutions of both kinds. */
const anyConvolution: ScriptOperator = (
  writer,
  [x, weight, bias, stride, pad, dilation, isTransposed, more, groups],
) =>
  isTransposed === true
    ? transposed(writer, [x, weight, bias, stride, pad, more, groups, dilation])
    : convolution(writer, [x, weight, bias, stride, pad, dilation, groups]);

function pooling(op: 'MaxPool' | 'AveragePool', rank: number): ScriptOperator {
  return (writer, [x, size, stride, pad = 0, fifth, sixth, divisor = null]) => {
    const kernel = sizes(size, rank, 'the size of a window');
    const isGiven = stride !== undefined && stride !== null && !(Array.isArray(stride) && stride.length === 0);
    const common = { kernel_shape: kernel, strides: isGiven ? sizes(stride, rank, 'a stride') : kernel };
    if (op === 'MaxPool')
      return writer.emit(op, [x], {
        ...common,
        ...padding(pad, rank),
        dilations: sizes(fifth ?? 1, rank, 'a dilation'),
        ceil_mode: numberOf(sixth ?? 0, 'a mode'),
      });
    if (divisor !== null) throw new Unfollowed('an average with a divisor of its own');
    return writer.emit(op, [x], {
      ...common,
      ...padding(pad, rank),
      ceil_mode: numberOf(fifth ?? 0, 'a mode'),
      count_include_pad: numberOf(sixth ?? 1, 'a mode'),
    });
  };
}

const wholePooling =
  (op: 'GlobalAveragePool' | 'GlobalMaxPool'): ScriptOperator =>
  (writer, [x, size]) => {
    if (!numbersOf(size, 'a size').every((extent) => extent === 1))
      throw new Unfollowed('a pooling to several positions');
    return writer.emit(op, [x]);
  };

const normalization: ScriptOperator = (writer, [x, weight, bias, mean, variance, isTraining, , epsilon]) => {
  if (isTraining !== false)
    throw new Unfollowed('a normalization by the batch (call eval() before the model is saved)');
  if (![weight, bias, mean, variance].every(isTensor))
    throw new Unfollowed('a normalization without all of its weights');
  return writer.emit('BatchNormalization', [x, weight, bias, mean, variance], {
    epsilon: numberOf(epsilon, 'a number'),
  });
};

/** Sizes to bring a tensor to: the extent of the batch stays. */
const reshaped: ScriptOperator = (writer, [x, size]) => {
  const items: readonly Value[] = Array.isArray(size) ? size : [size];
  const target = items.map((item, axis) => {
    if (item instanceof Extent && item.axis === axis) return 0;
    return numberOf(item, 'a size');
  });
  return writer.emit('Reshape', [x, target]);
};

const flattened: ScriptOperator = (writer, [x, start = 0, end = -1]) => {
  if (end !== -1) throw new Unfollowed('a flattening of some axes');
  return writer.emit('Flatten', [x], { axis: numberOf(start, 'an axis') });
};

const arithmetic =
  (op: string): ScriptOperator =>
  (writer, [a, b, factor = 1]) => {
    if (factor !== 1) throw new Unfollowed('a sum with a factor');
    return writer.emit(op, [a, b]);
  };

const plain =
  (op: string): ScriptOperator =>
  (writer, [x]) =>
    writer.emit(op, [x]);

/** An activation with one number of its own. */
const withNumber =
  (op: string, name: string, fallback: number): ScriptOperator =>
  (writer, [x, value = fallback]) =>
    writer.emit(op, [x], { [name]: numberOf(value, 'a number') });

const clipped =
  (low: number | null, high: number | null): ScriptOperator =>
  (writer, [x, min = low, max = high]) =>
    writer.emit('Clip', [x], {
      ...(min !== null && { min: numberOf(min, 'a limit') }),
      ...(max !== null && { max: numberOf(max, 'a limit') }),
    });

const axesOf = (value: Value | undefined) => numbersOf(value, 'an axis');

/** The functions of PyTorch that are followed, by their names without `torch.` and the mark of those in place. */
export const scriptOperators: Readonly<Record<string, ScriptOperator>> = {
  conv1d: convolution,
  conv2d: convolution,
  conv_transpose1d: transposed,
  conv_transpose2d: transposed,
  _convolution: anyConvolution,
  linear: (writer, [x, weight, bias = null]) => writer.emit('Gemm', [x, weight, bias], { transB: 1 }),
  addmm: (writer, [bias, x, weight, beta = 1, alpha = 1]) => {
    if (beta !== 1 || alpha !== 1) throw new Unfollowed('a product with factors');
    return writer.emit('Gemm', [x, weight, bias]);
  },
  matmul: (writer, [a, b]) => writer.emit('MatMul', [a, b]),
  mm: (writer, [a, b]) => writer.emit('MatMul', [a, b]),
  t: (writer, [x]) => writer.emit('Transpose', [x], { perm: [1, 0] }),
  batch_norm: normalization,
  max_pool1d: pooling('MaxPool', 1),
  max_pool2d: pooling('MaxPool', 2),
  avg_pool1d: pooling('AveragePool', 1),
  avg_pool2d: pooling('AveragePool', 2),
  adaptive_avg_pool1d: wholePooling('GlobalAveragePool'),
  adaptive_avg_pool2d: wholePooling('GlobalAveragePool'),
  adaptive_max_pool2d: wholePooling('GlobalMaxPool'),
  mean: (writer, [x, axes, keep = false]) =>
    writer.emit('ReduceMean', [x], { axes: axesOf(axes), keepdims: numberOf(keep, 'a mode') }),
  flatten: flattened,
  view: reshaped,
  reshape: reshaped,
  squeeze: (writer, [x, axis]) => writer.emit('Squeeze', [x], { axes: axesOf(axis) }),
  unsqueeze: (writer, [x, axis]) => writer.emit('Unsqueeze', [x], { axes: axesOf(axis) }),
  permute: (writer, [x, axes]) => writer.emit('Transpose', [x], { perm: axesOf(axes) }),
  cat: (writer, [parts, axis = 0]) => {
    if (!Array.isArray(parts)) throw new Unfollowed('a list of tensors that is not known');
    return writer.emit('Concat', parts, { axis: numberOf(axis, 'an axis') });
  },
  size: (_writer, [, axis]) => new Extent(numberOf(axis, 'an axis')),
  add: arithmetic('Add'),
  sub: arithmetic('Sub'),
  mul: arithmetic('Mul'),
  div: arithmetic('Div'),
  neg: plain('Neg'),
  abs: plain('Abs'),
  relu: plain('Relu'),
  relu6: clipped(0, 6),
  hardtanh: clipped(-1, 1),
  clamp: clipped(null, null),
  clamp_min: clipped(null, null),
  leaky_relu: withNumber('LeakyRelu', 'alpha', 0.01),
  prelu: (writer, [x, slopes]) => writer.emit('PRelu', [x, slopes]),
  hardsigmoid: (writer, [x]) => writer.emit('HardSigmoid', [x], { alpha: 1 / 6, beta: 0.5 }),
  hardswish: plain('HardSwish'),
  sigmoid: plain('Sigmoid'),
  tanh: plain('Tanh'),
  softmax: plain('Softmax'),
  log_softmax: plain('LogSoftmax'),
  softplus: plain('Softplus'),
  elu: plain('Elu'),
  selu: plain('Selu'),
  celu: plain('Celu'),
  gelu: plain('Gelu'),
  silu: plain('Swish'),
  mish: plain('Mish'),
  dropout: (_writer, [x]) => x,
  feature_dropout: (_writer, [x]) => x,
  alpha_dropout: (_writer, [x]) => x,
  contiguous: (_writer, [x]) => x,
  detach: (_writer, [x]) => x,
  to: (_writer, [x]) => x,
};
