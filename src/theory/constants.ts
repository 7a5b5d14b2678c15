import type { Activation } from '../network/activation.ts';
import type { Layer } from '../network/network.ts';
import type { Operation } from '../network/operation.ts';

/**
 * Whether every filter (or unit) at the end of this run of affine layers has its own constant: a bias of the last
 * layer with weights, or the shift of a batch norm after it that has a value for every filter.
 */
export function hasBias(run: readonly Layer[]): boolean {
  let isBiased = false;
  let filters = 1;
  for (const { operation, outputShape } of run) {
    const channels = outputShape[outputShape.length - 1];
    if ('useBias' in operation) [isBiased, filters] = [operation.useBias, channels];
    else if (addsConstants(operation) && (operation.kind === 'maxout' || channels % filters === 0)) isBiased = true;
  }
  return isBiased;
}

/** Whether the operation adds constants: biases, or the shift of a batch norm (trained, or a mean it subtracts). */
function addsConstants(operation: Operation): boolean {
  switch (operation.kind) {
    case 'dense':
    case 'convolution':
    case 'depthwiseConvolution':
    case 'separableConvolution':
    case 'transposedConvolution':
    case 'locallyConnected':
    case 'graphConvolution':
      return operation.useBias;
    case 'maxout':
    case 'tropicalDense':
    case 'tropicalConvolution':
      return true;
    case 'batchNormalization':
      return operation.center || operation.statistics !== false;
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
      return false;
    case 'notPiecewiseLinear':
    case 'unknown':
      return true;
  }
}

function describeConstants({ kind }: Operation): string {
  if (kind === 'batchNormalization') return 'shifts its channels';
  return kind === 'tropicalDense' || kind === 'tropicalConvolution' ? 'adds its weights' : 'has biases';
}

/** Positively homogeneous: f(t x) = t f(x) for t > 0. */
function isHomogeneousActivation(activation: Activation): boolean {
  if (activation.kind === 'smooth') return false;
  return activation.breakpoints.every((at) => at === 0) && activation.intercepts.every((intercept) => intercept === 0);
}

/** Why what a layer computes is not positively homogeneous in its inputs, or null where it is. */
export function constantIn(layer: Layer): string | null {
  const { name, operation, activation, scope } = layer;
  if (addsConstants(operation)) return `${name} ${describeConstants(operation)}`;
  // Only the affine map of a layer that ends the piecewise-linear part counts.
  if (scope === 'piecewiseLinear' && !isHomogeneousActivation(activation)) return `${name} bends or shifts off zero`;
  return null;
}

/** A layer whose output does not depend on its input: one piece, and that is flat. */
export function isConstant({ activation }: Layer): boolean {
  return activation.kind === 'piecewiseLinear' && activation.slopes.length === 1 && activation.slopes[0] === 0;
}

/** A sentence about the first of these layers that uses the weights of another layer; null where none does. */
export function sharedWeightsIn(layers: readonly Layer[]): string | null {
  const shared = layers.find(({ sharedWith }) => sharedWith !== undefined);
  return shared ? `The construction needs weights of its own in every layer; ${shared.name} shares them.` : null;
}
