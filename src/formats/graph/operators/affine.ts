import { linear } from '../../../network/activation.ts';
import type { Operation, Tensor, Window } from '../../../network/operation.ts';
import { sizeOf, type Shape } from '../../../network/shape.ts';
import { transposed } from '../../transpose.ts';
import { rearranged } from './arrangement.ts';
import type { LayerDraft, LazyWeight, LazyWeights } from '../draft.ts';
import type { Constant, GraphNode } from '../node.ts';
import { withChannels } from '../order.ts';
import { Refusal } from '../refusal.ts';
import type { GraphWriter, TensorValue } from '../writer.ts';

/** A tensor of the file under another shape or with other numbers; `form` says which, for those that share it. */
export function changed(constant: Constant, form: string, change: (tensor: Tensor) => Tensor): LazyWeight {
  const read = () => {
    const tensor = constant.tensor();
    if (tensor === undefined || typeof tensor === 'string') return tensor;
    const expected = sizeOf(constant.shape);
    if (tensor.data.length !== expected)
      return `${tensor.data.length} numbers stand there, the shape needs ${expected}`;
    return change({ shape: constant.shape, data: tensor.data });
  };
  return { constant: constant.origin ?? constant.name, form, read };
}

/** The constant as a vector of channels, in our order for a vector that the file orders otherwise. */
function vector(constant: Constant, x: TensorValue, form = '', change = (value: number) => value): LazyWeight {
  const arrangement = x.shape?.length === 1 ? x.arrangement : undefined;
  return changed(constant, form + JSON.stringify(arrangement), ({ data }) =>
    rearranged({ shape: [data.length], data: data.map(change) }, arrangement),
  );
}

/** `x W` for a constant matrix W `[in, out]`, or `[out, in]` if it is transposed. */
export function dense(
  writer: GraphWriter,
  node: GraphNode,
  input: TensorValue,
  kernel: Constant,
  isTransposed: boolean,
): TensorValue {
  if (kernel.shape.length !== 2) throw new Refusal('A product with a constant of more than two axes is not analyzed.');
  // A product is along the last axis of the file.
  const x = input.shape && input.shape.length > 1 ? withChannels(writer, node, input, false) : input;
  const [rows, columns] = isTransposed ? [kernel.shape[1], kernel.shape[0]] : kernel.shape;
  const features = x.shape?.at(-1);
  if (features !== undefined && features !== rows) {
    writer.report(
      'shape-mismatch',
      'error',
      `${node.name}: the matrix has ${rows} rows, ${features} numbers come in.`,
      node,
    );
    throw new Refusal(`The matrix has ${rows} rows, ${features} numbers come in.`);
  }
  const weights = {
    kernel: changed(kernel, `${isTransposed} ${JSON.stringify(x.arrangement)}`, (tensor) =>
      rearranged(isTransposed ? transposed(tensor, [1, 0]) : tensor, x.arrangement),
    ),
  };
  const operation: Operation = { kind: 'dense', units: columns, useBias: false };
  return writer.emit(
    node,
    [x],
    { type: 'dense', operation, weights, storedAs: isTransposed ? {} : { kernel: kernel.name }, owner: kernel.name },
    { arrangement: undefined, channelsFirst: false },
  );
}

export interface ConvolutionParts {
  readonly kind: 'convolution' | 'depthwiseConvolution' | 'transposedConvolution';
  readonly window: Window;
  /** Filters; of a depthwise convolution, how many a channel. */
  readonly filters: number;
  readonly groups?: number;
  readonly kernel: Constant;
  /** Brings the kernel into Keras's layout, as a tensor of `shape`. */
  readonly axes: readonly number[];
  readonly shape: Shape;
}

export function convolution(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  parts: ConvolutionParts,
): TensorValue {
  const { kind, window, filters, groups = 1, kernel, axes, shape } = parts;
  if (x.shape && x.shape.length !== window.rank + 1)
    throw new Refusal(`A convolution over ${window.rank} axes needs an input with as many.`);
  const operation: Operation =
    kind === 'depthwiseConvolution'
      ? { kind, window, multiplier: filters, useBias: false }
      : { kind, window, filters, groups, useBias: false };
  const weight = changed(kernel, axes.join(), (tensor) => ({ shape, data: transposed(tensor, axes).data }));
  const name = kind === 'depthwiseConvolution' ? 'depthwise_kernel' : 'kernel';
  const weights: LazyWeights = { [name]: weight };
  const stem = { convolution: 'conv', depthwiseConvolution: 'depthwise_conv', transposedConvolution: 'conv' }[kind];
  const type = `${stem}${window.rank}d${kind === 'transposedConvolution' ? '_transpose' : ''}`;
  const isAsStored = axes.every((axis, k) => axis === k);
  return writer.emit(node, [x], {
    type,
    operation,
    weights,
    storedAs: isAsStored ? { [name]: kernel.name } : {},
    owner: kernel.name,
  });
}

/** How a constant spreads over a tensor: one number, one for each channel (or entry of a vector), or otherwise. */
function spread(x: TensorValue, { shape }: Constant, isBias: boolean): 'scalar' | 'channels' | 'other' {
  const size = sizeOf(shape);
  const channels = channelsOf(x);
  if (size === 1 && !(channels === 1 && shape.length > 0)) return 'scalar';
  if (channels !== undefined && size !== channels) return 'other';
  if (isBias) return 'channels';
  const rank = x.shape?.length ?? 1;
  const channelAxis = x.channelsFirst && rank > 1 ? 1 : rank;
  const first = rank + 1 - shape.length;
  return shape.every((extent, axis) => extent === 1 || first + axis === channelAxis) ? 'channels' : 'other';
}

function channelsOf(x: TensorValue): number | undefined {
  return x.shape ? x.shape[x.shape.length - 1] : undefined;
}

/** The layer before, if it is one that can take a bias. */
function takesBias(writer: GraphWriter, x: TensorValue): LayerDraft | undefined {
  const draft = writer.open(x);
  if (!draft || draft.activation !== linear || !('useBias' in draft.operation)) return undefined;
  return draft.operation.useBias ? undefined : draft;
}

/** The bare factors of the layer before, if no shift follows them yet. */
function takesShift(writer: GraphWriter, x: TensorValue): LayerDraft | undefined {
  const operation = writer.open(x)?.operation;
  const isBare = operation?.kind === 'batchNormalization' && operation.statistics === false && !operation.center;
  return isBare ? writer.open(x) : undefined;
}

const elsewhere = 'stands in another file. It is taken as nothing: bounds stay the same.';

/** `x + b`, or `x - b` with the sign -1. `isBias`: b is one number a channel by definition. */
export function shift(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  b: Constant,
  { sign = 1, isBias = false } = {},
): TensorValue {
  const kind = spread(x, b, isBias);
  const bias = vector(b, x, `${sign}`, (value) => sign * value);
  const draft = kind === 'channels' ? takesBias(writer, x) : undefined;
  if (draft && 'useBias' in draft.operation) {
    draft.operation = { ...draft.operation, useBias: true };
    draft.weights = { ...draft.weights, bias };
    if (sign === 1) draft.storedAs.bias = b.name;
    return writer.absorb(draft, node, x);
  }
  const scaled = kind === 'channels' ? takesShift(writer, x) : undefined;
  if (scaled?.operation.kind === 'batchNormalization') {
    scaled.operation = { ...scaled.operation, center: true };
    scaled.weights = { ...scaled.weights, beta: bias };
    if (sign === 1) scaled.storedAs.beta = b.name;
    return writer.absorb(scaled, node, x);
  }
  if (kind === 'channels') return factors(writer, node, x, { beta: bias }, sign === 1 ? { beta: b.name } : {});
  if (kind === 'other') throw new Refusal('Adding a number of its own at every position is not analyzed.');
  writer.notWeights.add(b.name);
  const value = b.few()?.[0];
  if (value === undefined) writer.approximate(node, `A number that ${node.op} adds ${elsewhere}`);
  return value === undefined ? x : straight(writer, node, x, 1, sign * value);
}

/** `x * f`, or `x / f`. */
export function scale(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  f: Constant,
  isDivided = false,
): TensorValue {
  const kind = spread(x, f, false);
  const invert = (value: number) => (isDivided ? 1 / value : value);
  if (kind === 'channels')
    return factors(
      writer,
      node,
      x,
      { gamma: vector(f, x, isDivided ? '1/' : '', invert) },
      isDivided ? {} : { gamma: f.name },
    );
  if (kind === 'other') throw new Refusal('Multiplying by a number of its own at every position is not analyzed.');
  writer.notWeights.add(f.name);
  const value = f.few()?.[0];
  if (value === undefined) writer.approximate(node, `A number that ${node.op} multiplies by ${elsewhere}`);
  return value === undefined ? x : straight(writer, node, x, invert(value), 0);
}

function factors(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  weights: LazyWeights,
  storedAs: Record<string, string>,
): TensorValue {
  const [center, scaled] = ['beta' in weights, 'gamma' in weights];
  const operation: Operation = { kind: 'batchNormalization', epsilon: 0, center, scale: scaled, statistics: false };
  return writer.emit(node, [x], { type: 'batch_normalization', operation, weights, storedAs });
}

/** `slope * x + intercept`, the same for all of x. */
export function straight(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  slope: number,
  intercept: number,
): TensorValue {
  if (slope === 1 && intercept === 0) return x;
  if (slope === 0) throw new Refusal(`${node.op} by zero leaves nothing of the input.`);
  if (!Number.isFinite(slope) || !Number.isFinite(intercept))
    throw new Refusal(`${node.op} by a number that is not finite.`);
  const activation = { ...linear, slopes: [slope], intercepts: [intercept] };
  return writer.emit(node, [x], { type: 'activation', operation: { kind: 'identity' }, activation });
}

export function batchNormalization(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  parts: {
    readonly gamma: Constant;
    readonly beta: Constant;
    readonly mean: Constant;
    readonly variance: Constant;
    readonly epsilon: number;
  },
): TensorValue {
  const { gamma, beta, mean, variance, epsilon } = parts;
  const operation: Operation = { kind: 'batchNormalization', epsilon, center: true, scale: true };
  const weights = {
    gamma: vector(gamma, x),
    beta: vector(beta, x),
    moving_mean: vector(mean, x),
    moving_variance: vector(variance, x),
  };
  const storedAs = { gamma: gamma.name, beta: beta.name, moving_mean: mean.name, moving_variance: variance.name };
  return writer.emit(node, [x], { type: 'batch_normalization', operation, weights, storedAs, owner: gamma.name });
}
