import type { Attribute } from '../graph/plainAttributes.ts';
import { PickledTensor } from './tensors.ts';
import { Extent, isTensor, numberOf, numbersOf, Unfollowed, type Value } from './scriptValues.ts';

/** Writes nodes of a graph in ONNX's words. */
export interface NodeWriter {
  emit(op: string, inputs: readonly Value[], attributes?: Readonly<Record<string, Attribute | undefined>>): Value;
  /** An operation that is refused by its name and the module that it belongs to. */
  unknown(name: string, inputs: readonly Value[]): Value;
  /** An operation in place: whoever reads `target` from now on reads `result`. */
  overwrite(target: Value | undefined, result: Value): void;
  /** How many axes a tensor has, with the batch; undefined where the program does not say. */
  rankOf(value: Value | undefined): number | undefined;
}

/** Throws `Unfollowed` for what it cannot tell. */
export type ScriptOperator = (writer: NodeWriter, args: readonly Value[]) => Value;

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

/** To a given number of positions. */
const adaptivePooling =
  (kind: 'Average' | 'Max', rank: number): ScriptOperator =>
  (writer, [x, size]) => {
    const extents = sizes(size, rank, 'a size');
    if (extents.every((extent) => extent === 1)) return writer.emit(`Global${kind}Pool`, [x]);
    return writer.emit(`Adaptive${kind}Pool`, [x], { output_size: extents });
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
    // All tensors have one batch; other extents stay where they are those of the tensor itself.
    if (item instanceof Extent && item.axis === axis && (axis === 0 || item.of === x)) return 0;
    return numberOf(item, 'a size');
  });
  return writer.emit('Reshape', [x, target]);
};

const flattened: ScriptOperator = (writer, [x, start = 0, end = -1]) => {
  const rank = writer.rankOf(x);
  const isToTheEnd = end === -1 || (rank !== undefined && end === rank - 1);
  if (!isToTheEnd) throw new Unfollowed('a flattening of some axes');
  return writer.emit('Flatten', [x], { axis: numberOf(start, 'an axis') });
};

const arithmetic =
  (op: string): ScriptOperator =>
  (writer, [a, b, factor = 1]) => {
    if (factor !== 1) throw new Unfollowed('a sum with a factor');
    return writer.emit(op, [a, b]);
  };

/** Of two tensors; along an axis it gives places, too. */
const extremumOfTwo =
  (op: 'Max' | 'Min'): ScriptOperator =>
  (writer, [a, b]) => {
    if (!isTensor(b)) throw new Unfollowed('along an axis');
    return writer.emit(op, [a, b]);
  };

/** A constant without axes is a number. */
function filled(size: Value | undefined, value: number): number {
  if (Array.isArray(size) && size.length === 0) return value;
  throw new Unfollowed('a tensor of constants');
}

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

const reduced =
  (op: string): ScriptOperator =>
  (writer, [x, written, keep = false]) => {
    const axes = axesOf(written);
    if (axes.length === 0) throw new Unfollowed('along all axes');
    return writer.emit(op, [x], { axes, keepdims: numberOf(keep, 'a mode') });
  };

const joined: ScriptOperator = (writer, [parts, axis = 0]) => {
  if (!Array.isArray(parts)) throw new Unfollowed('a list of tensors that is not known');
  return writer.emit('Concat', parts, { axis: numberOf(axis, 'an axis') });
};

const extentOf: ScriptOperator = (_writer, [x, written]) => {
  const axis = numberOf(written, 'an axis');
  return x instanceof PickledTensor ? (x.shape.at(axis) ?? null) : new Extent(axis, x);
};

/** A tensor of its own with the same numbers. */
const copied: ScriptOperator = (writer, [x]) => writer.emit('Identity', [x]);

/** PyTorch's codes for the kinds of whole numbers and for truth values. */
const wholeKinds = new Set([0, 1, 2, 3, 4, 11]);
/** ONNX's code for whole numbers of 64 bits. */
const INT64 = 7;

const converted: ScriptOperator = (writer, [x, ...rest]) =>
  rest.some((item) => typeof item === 'number' && wholeKinds.has(item)) ? writer.emit('Cast', [x], { to: INT64 }) : x;

/** Two axes change places. */
const exchanged: ScriptOperator = (writer, [x, ...pair]) => {
  const rank = writer.rankOf(x);
  if (rank === undefined) throw new Unfollowed('an exchange of axes of a tensor of unknown shape');
  const [a, b] = axesOf(pair).map((axis) => (axis < 0 ? axis + rank : axis));
  const perm = Array.from({ length: rank }, (_, axis) => (axis === a ? b : axis === b ? a : axis));
  return writer.emit('Transpose', [x], { perm });
};

const part: ScriptOperator = (writer, [x, axis = 0, start = null, end = null, step = 1]) =>
  writer.emit('Slice', [
    x,
    [numberOf(start ?? 0, 'a place')],
    [numberOf(end ?? Number.MAX_SAFE_INTEGER, 'a place')],
    [numberOf(axis, 'an axis')],
    [numberOf(step, 'a step')],
  ]);

const paddingModes: Readonly<Record<string, string>> = {
  constant: 'constant',
  reflect: 'reflect',
  replicate: 'edge',
  circular: 'wrap',
};

/** The last axis comes first, each with its beginning and end. */
const padded: ScriptOperator = (writer, [x, written, mode = 'constant', value = null]) => {
  const [rank, sides] = [writer.rankOf(x), numbersOf(written, 'a padding')];
  if (rank === undefined) throw new Unfollowed('a padding of a tensor of unknown shape');
  const name = typeof mode === 'string' && Object.hasOwn(paddingModes, mode) ? paddingModes[mode] : undefined;
  if (name === undefined) throw new Unfollowed('a padding in another mode');
  const pads = Array<number>(2 * rank).fill(0);
  for (let k = 0; 2 * k + 1 < sides.length; k++) {
    pads[rank - 1 - k] = sides[2 * k];
    pads[2 * rank - 1 - k] = sides[2 * k + 1];
  }
  return writer.emit('Pad', [x], { pads, mode: name, value: numberOf(value ?? 0, 'a number') });
};

/** By factors; a size to reach is not followed. */
const enlarged =
  (isNearest: boolean): ScriptOperator =>
  (writer, [x, size, factors]) => {
    if (size !== null || !Array.isArray(factors)) throw new Unfollowed('an enlargement to a given size');
    const scales = [1, 1, ...numbersOf(factors, 'a factor')];
    const mode = isNearest
      ? { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
      : { mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' };
    return writer.emit('Resize', [x, null, scales], mode);
  };

/** The functions of PyTorch that are followed, by their names without `torch.` and the mark of those in place. */
export const scriptOperators: Readonly<Record<string, ScriptOperator>> = {
  conv1d: convolution,
  conv2d: convolution,
  conv_transpose1d: transposed,
  conv_transpose2d: transposed,
  convolution: anyConvolution,
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
  native_batch_norm: normalization,
  _native_batch_norm_legit: normalization,
  _native_batch_norm_legit_no_training: (writer, [x, weight, bias, mean, variance, momentum, epsilon]) =>
    normalization(writer, [x, weight, bias, mean, variance, false, momentum, epsilon]),
  max_pool1d: pooling('MaxPool', 1),
  max_pool2d: pooling('MaxPool', 2),
  max_pool2d_with_indices: pooling('MaxPool', 2),
  avg_pool1d: pooling('AveragePool', 1),
  avg_pool2d: pooling('AveragePool', 2),
  adaptive_avg_pool1d: adaptivePooling('Average', 1),
  adaptive_avg_pool2d: adaptivePooling('Average', 2),
  _adaptive_avg_pool2d: adaptivePooling('Average', 2),
  adaptive_max_pool2d: adaptivePooling('Max', 2),
  mean: reduced('ReduceMean'),
  sum: reduced('ReduceSum'),
  amax: reduced('ReduceMax'),
  amin: reduced('ReduceMin'),
  flatten: flattened,
  view: reshaped,
  reshape: reshaped,
  _unsafe_view: reshaped,
  squeeze: (writer, [x, axis]) => writer.emit('Squeeze', [x], { axes: axesOf(axis) }),
  unsqueeze: (writer, [x, axis]) => writer.emit('Unsqueeze', [x], { axes: axesOf(axis) }),
  permute: (writer, [x, axes]) => {
    const rank = writer.rankOf(x);
    const perm = axesOf(axes).map((axis) => (axis < 0 && rank !== undefined ? axis + rank : axis));
    return writer.emit('Transpose', [x], { perm });
  },
  transpose: exchanged,
  slice: part,
  select: (writer, [x, axis, place]) =>
    writer.emit('Gather', [x, numberOf(place, 'a place')], { axis: numberOf(axis, 'an axis') }),
  pad: padded,
  constant_pad_nd: (writer, [x, sides, value = 0]) => padded(writer, [x, sides, 'constant', value]),
  upsample_nearest1d: enlarged(true),
  upsample_nearest2d: enlarged(true),
  upsample_bilinear2d: (writer, [x, size, isAligned, factors]) => {
    if (isAligned !== false) throw new Unfollowed('an enlargement with aligned corners');
    return enlarged(false)(writer, [x, size, factors]);
  },
  pixel_shuffle: (writer, [x, factor]) =>
    writer.emit('DepthToSpace', [x], { blocksize: numberOf(factor, 'a factor'), mode: 'CRD' }),
  embedding: (writer, [table, places]) => writer.emit('Gather', [table, places], { axis: 0 }),
  cat: joined,
  concat: joined,
  size: extentOf,
  sym_size: extentOf,
  add: arithmetic('Add'),
  sub: arithmetic('Sub'),
  mul: arithmetic('Mul'),
  div: arithmetic('Div'),
  rsub: (writer, [a, b, factor]) => arithmetic('Sub')(writer, [b, a, factor]),
  maximum: arithmetic('Max'),
  minimum: arithmetic('Min'),
  max: extremumOfTwo('Max'),
  min: extremumOfTwo('Min'),
  zeros: (_writer, [size]) => filled(size, 0),
  ones: (_writer, [size]) => filled(size, 1),
  full: (_writer, [size, value]) => filled(size, numberOf(value, 'a number')),
  gt: arithmetic('Greater'),
  lt: arithmetic('Less'),
  where: (writer, [condition, a, b]) => writer.emit('Where', [condition, a, b]),
  neg: plain('Neg'),
  abs: plain('Abs'),
  relu: plain('Relu'),
  relu6: clipped(0, 6),
  hardtanh: clipped(-1, 1),
  clamp: clipped(null, null),
  clamp_min: clipped(null, null),
  clamp_max: (writer, [x, max]) => clipped(null, null)(writer, [x, null, max]),
  leaky_relu: withNumber('LeakyRelu', 'alpha', 0.01),
  prelu: (writer, [x, slopes]) => writer.emit('PRelu', [x, slopes]),
  hardsigmoid: (writer, [x]) => writer.emit('HardSigmoid', [x], { alpha: 1 / 6, beta: 0.5 }),
  hardswish: plain('HardSwish'),
  sigmoid: plain('Sigmoid'),
  tanh: plain('Tanh'),
  softmax: plain('Softmax'),
  _softmax: plain('Softmax'),
  log_softmax: plain('LogSoftmax'),
  _log_softmax: plain('LogSoftmax'),
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
  alias: (_writer, [x]) => x,
  lift_fresh_copy: copied,
  clone: copied,
  to: converted,
  _to_copy: (writer, args) => copied(writer, [converted(writer, args)]),
};
