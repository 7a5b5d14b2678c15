import * as tf from '@tensorflow/tfjs-core';
import type { PiecewiseLinearActivation } from '../network/activation.ts';
import type { Layer, Network } from '../network/network.ts';
import { isInput } from '../network/network.ts';
import type { Operation } from '../network/operation.ts';

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
  if (computationOf(operation) === null) return other;
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
    const compute = computationOf(layer.operation);
    if (compute === null) throw new RangeError(`${layer.name} is a layer that is not trained here.`);
    const before = compute(sources, variables[layer.index]);
    tensors[layer.index] = activate(before, layer, variables[layer.index]);
  }
  return tensors[network.outputs[0]];
}

type Weights = Readonly<Record<string, tf.Tensor | undefined>>;
type Computation = (sources: readonly tf.Tensor2D[], weights: Weights) => tf.Tensor2D;

/** What an operation makes of a batch, without its activation; null where it is not trained here. */
function computationOf(operation: Operation): Computation | null {
  switch (operation.kind) {
    case 'dense':
      return ([first], { kernel, bias }) => {
        const product = tf.matMul<tf.Tensor2D>(first, kernel!);
        return bias ? tf.add(product, bias) : product;
      };
    case 'maxout':
      return ([first], { kernel, bias }) => {
        const biases = bias && tf.unstack(bias);
        const pieces = tf.unstack(kernel!).map((piece, k) => {
          const product = tf.matMul<tf.Tensor2D>(first, piece);
          return biases ? tf.add<tf.Tensor2D>(product, biases[k]) : product;
        });
        return greatest(pieces);
      };
    case 'add':
      return sum;
    case 'subtract':
      return ([first, second]) => tf.sub<tf.Tensor2D>(first, second);
    case 'average':
      return (sources) => tf.div<tf.Tensor2D>(sum(sources), sources.length);
    case 'maximum':
      return greatest;
    case 'concatenate':
      return (sources) => tf.concat([...sources], 1);
    case 'flatten':
    case 'identity':
      return ([first]) => first;
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
      return null;
  }
}

function sum(tensors: readonly tf.Tensor2D[]): tf.Tensor2D {
  return tensors.reduce((total, tensor) => tf.add<tf.Tensor2D>(total, tensor));
}

function greatest(tensors: readonly tf.Tensor2D[]): tf.Tensor2D {
  return tensors.reduce((most, tensor) => tf.maximum<tf.Tensor2D>(most, tensor));
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
