import type { NetworkDefinition } from '../../network/definition.ts';
import type { Layer, Network, TensorId } from '../../network/network.ts';
import type { Operation } from '../../network/operation.ts';
import { sizeOf, type Shape } from '../../network/shape.ts';
import type { TensorOwner } from './addresses.ts';
import type { StoredTensor } from './weightsFile.ts';

/** How files call each weight, by the name it has here (Keras's), in the order in which they are looked for. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  kernel: ['kernel', 'W', 'w', 'weights', 'weight'],
  depthwise_kernel: ['depthwise_kernel', 'kernel', 'weight'],
  pointwise_kernel: ['pointwise_kernel'],
  bias: ['bias', 'b', 'biases'],
  gamma: ['gamma', 'scale', 'weight'],
  beta: ['beta', 'bias'],
  moving_mean: ['moving_mean', 'running_mean', 'mean'],
  // What Keras 1 calls a deviation is a variance.
  moving_variance: ['moving_variance', 'running_variance', 'running_var', 'running_std', 'var'],
  alpha: ['alpha', 'alphas', 'weight'],
};

/** The tensor that an owner has for a weight; `position` is that weight's among the layer's. */
export function tensorFor(owner: TensorOwner, weight: string, position: number): StoredTensor | undefined {
  const name = (aliases[weight] ?? [weight]).find((alias) => owner.parts.has(alias)) ?? String(position);
  return owner.parts.get(name);
}

/** A network with what its definition says of the order in which files keep its numbers. */
export interface Model {
  readonly network: Network;
  readonly definition: NetworkDefinition;
}

/**
 * How the numbers of a stored tensor are put into the order of a layer's weight. Null where the shapes do not allow it.
 */
export type Arrangement = (values: Float64Array) => Float64Array;

/**
 * PyTorch calls the kernel `weight` and keeps the outputs in front; everything else is in Keras's layouts already, up
 * to axes of length one, and to the order of what was flattened with channels first.
 */
export function arrangement(
  model: Model,
  layer: Layer,
  weight: string,
  wanted: Shape,
  stored: StoredTensor,
): Arrangement | null {
  if (/(^|[._/])weight$/.test(stored.name) && (weight === 'kernel' || weight === 'depthwise_kernel')) {
    const torch = torchKernel(model, layer, stored.shape, wanted);
    if (torch) return torch;
  }
  const fromTorch = /(^|[._/])(weight|running_mean|running_var)$/.test(stored.name);
  if (weight === 'alpha' && model.definition.channelsFirst && wanted.length > 1)
    return positionsFirst(stored.shape, wanted);
  if (weight === 'alpha' && !sameUpToOnes(stored.shape, wanted)) return slopes(stored.shape, wanted);
  if (!sameUpToOnes(stored.shape, wanted)) return null;
  const isRows = weight === 'kernel' && hasRowsByInput(layer.operation);
  const width = isRows ? wanted[1] : 1;
  if (weight !== 'alpha' && (fromTorch || isTorchBias(layer, stored)))
    return reordered(flattenedInput(model, layer), width);
  const order = flattenedByChannel(model, layer);
  // Where the order is not known, that is said of the layer as a whole.
  if (order === 'mixed') return (values) => values;
  return reordered(readsRows(layer, weight) ? order : 'plain', width);
}

/** Kernels `[in, out]`. */
function hasRowsByInput({ kind }: Operation): boolean {
  return kind === 'dense' || kind === 'tropicalDense';
}

/** Whether a weight has a row for each number that comes in. */
function readsRows({ operation: { kind } }: Layer, weight: string): boolean {
  if (weight === 'alpha') return kind !== 'dense';
  switch (kind) {
    case 'dense':
    case 'tropicalDense':
      return weight === 'kernel';
    case 'batchNormalization':
      return true;
    case 'convolution':
    case 'depthwiseConvolution':
    case 'separableConvolution':
    case 'transposedConvolution':
    case 'locallyConnected':
    case 'graphConvolution':
    case 'maxout':
    case 'tropicalConvolution':
    case 'maxPooling':
    case 'averagePooling':
    case 'globalMaxPooling':
    case 'globalAveragePooling':
    case 'flatten':
    case 'reshape':
    case 'select':
    case 'identity':
    case 'zeroPadding':
    case 'upSampling':
    case 'add':
    case 'subtract':
    case 'average':
    case 'maximum':
    case 'concatenate':
    case 'notPiecewiseLinear':
    case 'unknown':
      return false;
  }
}

/** `[channels, ...positions]` to `[...positions, channels]`. */
function positionsFirst(stored: Shape, wanted: Shape): Arrangement | null {
  const channels = wanted[wanted.length - 1];
  if (!sameUpToOnes(stored, [channels, ...wanted.slice(0, -1)])) return null;
  return reordered(wanted, 1);
}

/** The bias of a normalization of PyTorch is named as all others are; only after a flatten does its order matter. */
function isTorchBias(layer: Layer, { name }: StoredTensor): boolean {
  return layer.operation.kind === 'batchNormalization' && name.includes('.') && /bias$/.test(name);
}

function sameUpToOnes(a: Shape, b: Shape): boolean {
  const [left, right] = [a, b].map((shape) => shape.filter((extent) => extent !== 1));
  return left.length === right.length && left.every((extent, i) => extent === right[i]);
}

/** A slope for each unit, for each channel, or one for all. */
function slopes(stored: Shape, wanted: Shape): Arrangement | null {
  const channels = wanted[wanted.length - 1];
  const size = sizeOf(stored);
  if (size !== 1 && !(size === channels && stored.length === 1)) return null;
  return (values) => Float64Array.from({ length: sizeOf(wanted) }, (_, i) => values[i % size]);
}

/** Whether PyTorch has a layer whose kernel is this one's with its axes in another order. */
function isTorchKernel({ kind }: Operation): boolean {
  switch (kind) {
    case 'dense':
    case 'convolution':
    case 'depthwiseConvolution':
    case 'separableConvolution':
    case 'transposedConvolution':
    case 'graphConvolution':
    case 'tropicalDense':
    case 'tropicalConvolution':
      return true;
    case 'locallyConnected':
    case 'maxout':
    case 'maxPooling':
    case 'averagePooling':
    case 'globalMaxPooling':
    case 'globalAveragePooling':
    case 'batchNormalization':
    case 'flatten':
    case 'reshape':
    case 'select':
    case 'identity':
    case 'zeroPadding':
    case 'upSampling':
    case 'add':
    case 'subtract':
    case 'average':
    case 'maximum':
    case 'concatenate':
    case 'notPiecewiseLinear':
    case 'unknown':
      return false;
  }
}

/** `[out, in, ...window]` (transposed convolutions `[in, out, ...window]`) to `[...window, in, out]`. */
function torchKernel(model: Model, layer: Layer, stored: Shape, wanted: Shape): Arrangement | null {
  if (!isTorchKernel(layer.operation)) return null;
  const [inner, outer] = wanted.slice(-2);
  const window = wanted.slice(0, -2);
  const positions = sizeOf(window);
  const transposed = layer.operation.kind === 'transposedConvolution';
  // A depthwise kernel keeps [channels, multiplier] where PyTorch has [channels * multiplier, 1].
  const depthwise = layer.operation.kind === 'depthwiseConvolution';
  const front = depthwise ? [inner * outer, 1] : [outer, inner];
  if (!sameUpToOnes(stored, [...front, ...window]) || stored.length < 2 || stored[0] !== front[0]) return null;
  const isRows = hasRowsByInput(layer.operation);
  const order = isRows ? reordered(flattenedInput(model, layer), outer) : null;
  if (isRows && !order) return null;
  return (values) => {
    const result = new Float64Array(values.length);
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++)
        for (let p = 0; p < positions; p++) {
          const source = depthwise ? (i * outer + o) * positions + p : (o * inner + i) * positions + p;
          result[(p * inner + i) * outer + o] = values[source];
        }
    // Both keep a transposed kernel as [window, out, in] here and [in, out, window] there: only the window moves.
    return transposed || !order ? result : order(result);
  };
}

/**
 * PyTorch flattens channels first, so what reads a flattened image has its rows in another order. `width` numbers stand
 * for each input. Null where it is not known what a vector was flattened from.
 */
function reordered(shape: Flattened, width: number): Arrangement | null {
  if (shape === 'mixed') return null;
  if (shape === 'plain') return (values) => values;
  const channels = shape[shape.length - 1];
  const positions = sizeOf(shape) / channels;
  return (values) => {
    const result = new Float64Array(values.length);
    for (let p = 0; p < positions; p++)
      for (let c = 0; c < channels; c++) {
        const from = (c * positions + p) * width;
        result.set(values.subarray(from, from + width), (p * channels + c) * width);
      }
    return result;
  };
}

/**
 * The shape that a layer's vector was flattened from, where that has several positions and channels and the file keeps
 * the vector channel by channel. PyTorch does, unless the definition says that the channels were brought to the end.
 */
function flattenedInput(model: Model, layer: Layer): Flattened {
  if (saysOrder(model.definition)) return flattenedByChannel(model, layer);
  return layer.inputShapes[0].length > 1 ? 'plain' : flattenedFrom(model.network, layer.inputs[0], () => true);
}

/** Whether the definition was written for channels first, tensor by tensor. */
function saysOrder({ inputs, layers }: NetworkDefinition): boolean {
  return (
    inputs.some(({ channelsFirst }) => channelsFirst) ||
    layers.some(({ channelsFirst, isChannelByChannel }) => channelsFirst === true || isChannelByChannel === true)
  );
}

/** The same where files keep such a vector channel by channel. */
export function flattenedByChannel({ network, definition }: Model, layer: Layer): Flattened {
  if (layer.inputShapes[0].length > 1) return 'plain';
  return flattenedFrom(
    network,
    layer.inputs[0],
    ({ definition: at }) => definition.layers[at].isChannelByChannel === true,
  );
}

type Flattened = Shape | 'plain' | 'mixed';

function flattenedFrom(network: Network, start: TensorId, counts: (flatten: Layer) => boolean): Flattened {
  for (let tensor = start; ;) {
    const layer = network.layers[tensor] as Layer | undefined;
    if (!layer) return 'plain';
    switch (layer.operation.kind) {
      case 'identity':
      case 'batchNormalization':
        tensor = layer.inputs[0];
        break;
      case 'flatten':
      case 'reshape': {
        const [from] = layer.inputShapes;
        if (from.length === 1) {
          tensor = layer.inputs[0];
          break;
        }
        const channels = from[from.length - 1];
        return channels === 1 || channels === sizeOf(from) || !counts(layer) ? 'plain' : from;
      }
      case 'add':
      case 'subtract':
      case 'average':
      case 'maximum':
      case 'concatenate':
        return layer.inputs.every((input) => flattenedFrom(network, input, counts) === 'plain') ? 'plain' : 'mixed';
      case 'select':
        return flattenedFrom(network, layer.inputs[0], counts) === 'plain' ? 'plain' : 'mixed';
      case 'dense':
      case 'convolution':
      case 'depthwiseConvolution':
      case 'separableConvolution':
      case 'transposedConvolution':
      case 'locallyConnected':
      case 'graphConvolution':
      case 'maxout':
      case 'tropicalDense':
      case 'tropicalConvolution':
      case 'maxPooling':
      case 'averagePooling':
      case 'globalMaxPooling':
      case 'globalAveragePooling':
      case 'zeroPadding':
      case 'upSampling':
      case 'notPiecewiseLinear':
      case 'unknown':
        return 'plain';
    }
  }
}
