import * as tf from '@tensorflow/tfjs-core';
import type { PiecewiseLinearActivation } from '../network/activation.ts';
import type { Layer, Network } from '../network/network.ts';
import { isInput } from '../network/network.ts';

/** The trainable weights of a network, by layer index and name. */
export type Variables = readonly Readonly<Record<string, tf.Variable>>[];

/** Why a network cannot be trained here, as a sentence; null where it can. */
export function whyNotTrained(network: Network): string | null {
  if (!network.complete) return 'Some layers could not be read, so there is no whole network to train.';
  if (network.inputs.length !== 1 || network.outputs.length !== 1)
    return 'Only networks with one input and one output are trained here.';
  const last = network.outputs[0];
  for (const layer of network.layers) {
    const fault = whyNotLayer(layer, layer.index === last);
    if (fault !== null) return fault;
  }
  return null;
}

function whyNotLayer({ name, type, operation, activation, outputShape }: Layer, isLast: boolean): string | null {
  const other = `${name} (${type}) is a layer that is not trained here.`;
  if (outputShape.length !== 1) return other;
  switch (operation.kind) {
    case 'dense':
    case 'maxout':
    case 'flatten':
    case 'identity':
    case 'add':
    case 'subtract':
    case 'average':
    case 'maximum':
    case 'concatenate':
      break;
    case 'convolution':
    case 'depthwiseConvolution':
    case 'separableConvolution':
    case 'transposedConvolution':
    case 'locallyConnected':
    case 'graphConvolution':
    case 'tropicalDense':
    case 'tropicalConvolution':
    case 'maxPooling':
    case 'averagePooling':
    case 'globalMaxPooling':
    case 'globalAveragePooling':
    case 'batchNormalization':
    case 'reshape':
    case 'select':
    case 'zeroPadding':
    case 'upSampling':
    case 'notPiecewiseLinear':
    case 'unknown':
      return other;
  }
  // The last one only turns outputs into probabilities, which the loss does itself.
  const isProbability = isLast && (activation.name === 'sigmoid' || activation.name === 'softmax');
  if (activation.kind === 'smooth' && !isProbability)
    return `${name} has the activation ${activation.name}, which is not piecewise linear.`;
  return null;
}

/** The weights of a network as variables; those of a shared layer are variables of its first application. */
export function variablesOf(network: Network): Variables {
  const all: Record<string, tf.Variable>[] = [];
  for (const { weights, sharedWith } of network.layers) {
    const own = Object.entries(weights ?? {}).map(([name, { shape, data }]) => [
      name,
      tf.variable(tf.tensor(Float32Array.from(data), [...shape])),
    ]);
    all.push(sharedWith === undefined ? (Object.fromEntries(own) as Record<string, tf.Variable>) : all[sharedWith]);
  }
  return all;
}

/** The network with the values of its variables. */
export function withValues(network: Network, variables: Variables): Network {
  const layers = network.layers.map((layer) => {
    const entries = Object.entries(variables[layer.index]).map(([name, variable]) => [
      name,
      { shape: variable.shape, data: Float64Array.from(variable.dataSync()) },
    ]);
    return {
      ...layer,
      weights: entries.length > 0 ? (Object.fromEntries(entries) as Layer['weights']) : layer.weights,
    };
  });
  return { ...network, layers };
}

/** The outputs for a batch of inputs, before a sigmoid or softmax at the end. */
export function forward(network: Network, variables: Variables, inputs: tf.Tensor2D): tf.Tensor2D {
  const tensors: tf.Tensor2D[] = [];
  for (const layer of network.layers) {
    const sources = layer.inputs.map((tensor) => (isInput(tensor) ? inputs : tensors[tensor]));
    const before = operate(layer, variables[layer.index], sources);
    tensors[layer.index] = activate(before, layer, variables[layer.index]);
  }
  return tensors[network.outputs[0]];
}

function operate(
  { name, operation }: Layer,
  { kernel, bias }: Readonly<Record<string, tf.Tensor | undefined>>,
  sources: readonly tf.Tensor2D[],
): tf.Tensor2D {
  const [first] = sources;
  const shifted = (product: tf.Tensor2D): tf.Tensor2D => (bias ? tf.add(product, bias) : product);
  switch (operation.kind) {
    case 'dense':
      return shifted(tf.matMul(first, kernel as tf.Tensor2D));
    case 'maxout': {
      const kernels = tf.unstack(kernel!) as tf.Tensor2D[];
      const biases = bias && tf.unstack(bias);
      const pieces = kernels.map((piece, k) => {
        const product = tf.matMul<tf.Tensor2D>(first, piece);
        return biases ? tf.add<tf.Tensor2D>(product, biases[k]) : product;
      });
      return pieces.reduce((most, piece) => tf.maximum<tf.Tensor2D>(most, piece));
    }
    case 'add':
      return sources.reduce((sum, source) => tf.add<tf.Tensor2D>(sum, source));
    case 'subtract':
      return tf.sub<tf.Tensor2D>(first, sources[1]);
    case 'average':
      return tf.div<tf.Tensor2D>(
        sources.reduce((sum, source) => tf.add<tf.Tensor2D>(sum, source)),
        sources.length,
      );
    case 'maximum':
      return sources.reduce((most, source) => tf.maximum<tf.Tensor2D>(most, source));
    case 'concatenate':
      return tf.concat([...sources], 1);
    case 'flatten':
    case 'identity':
      return first;
    case 'convolution':
    case 'depthwiseConvolution':
    case 'separableConvolution':
    case 'transposedConvolution':
    case 'locallyConnected':
    case 'graphConvolution':
    case 'tropicalDense':
    case 'tropicalConvolution':
    case 'maxPooling':
    case 'averagePooling':
    case 'globalMaxPooling':
    case 'globalAveragePooling':
    case 'batchNormalization':
    case 'reshape':
    case 'select':
    case 'zeroPadding':
    case 'upSampling':
    case 'notPiecewiseLinear':
    case 'unknown':
      throw new RangeError(`${name} is a layer that is not trained here.`);
  }
}

function activate(
  before: tf.Tensor2D,
  { activation }: Layer,
  { alpha }: Readonly<Record<string, tf.Tensor | undefined>>,
): tf.Tensor2D {
  if (activation.kind === 'smooth') return before;
  if (alpha) return tf.sub(tf.relu(before), tf.mul(alpha, tf.relu(tf.neg(before))));
  return piecewiseLinear(before, activation);
}

/** A continuous piecewise-linear function is its first piece and a change of slope at each breakpoint. */
function piecewiseLinear(z: tf.Tensor2D, { breakpoints, slopes, intercepts }: PiecewiseLinearActivation): tf.Tensor2D {
  if (breakpoints.length === 0 && slopes[0] === 1 && intercepts[0] === 0) return z;
  let sum = tf.add<tf.Tensor2D>(tf.mul(z, slopes[0]), intercepts[0]);
  breakpoints.forEach((breakpoint, k) => {
    const change = slopes[k + 1] - slopes[k];
    if (change !== 0) sum = tf.add(sum, tf.mul(tf.relu(tf.sub(z, breakpoint)), change));
  });
  return sum;
}
