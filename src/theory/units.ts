import { isInput, type Layer, type Network } from '../network/network.ts';
import type { Operation } from '../network/operation.ts';
import { sizeOf } from '../network/shape.ts';

/**
 * The layers whose affine map feeds a layer's activation. The last one has the weights: the layer itself, or one before
 * it if batch norm, dropout, flatten or reshape follow, which scale and rename scalars one by one. Padding and
 * up-sampling, which only move inputs, come before it.
 */
export function affineRun(network: Network, layer: Layer): Layer[] {
  const before = ({ inputs }: Layer): Layer | null => {
    const found = inputs.length === 1 && !isInput(inputs[0]) ? network.layers[inputs[0]] : null;
    return found && found.stages.length === 0 ? found : null;
  };
  let source = layer;
  for (let next: Layer | null = layer; next && isNeutral(source.operation); next = before(source)) source = next;
  const run = [source];
  let next = before(source);
  for (; next && isResampling(next.operation); next = before(next)) run.unshift(next);
  // Units directly after padding or up-sampling: the weights come before those.
  if (next && isResampling(source.operation)) run.unshift(next);
  return run;
}

/** Scales or renames scalars one by one, at inference. */
export function isNeutral(operation: Operation): boolean {
  const effect = effectOf(operation);
  return effect === 'scales' || effect === 'renames';
}

function isResampling(operation: Operation): boolean {
  const effect = effectOf(operation);
  return effect === 'scales' || effect === 'resamples';
}

/** What an operation does to its input, between a layer of weights and the units that follow. */
function effectOf({ kind }: Operation): 'scales' | 'renames' | 'resamples' | 'computes' {
  switch (kind) {
    case 'batchNormalization':
    case 'identity':
      return 'scales';
    case 'flatten':
    case 'reshape':
      return 'renames';
    case 'zeroPadding':
    case 'upSampling':
      return 'resamples';
    case 'select':
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
    case 'add':
    case 'subtract':
    case 'average':
    case 'maximum':
    case 'concatenate':
    case 'notPiecewiseLinear':
    case 'unknown':
      return 'computes';
  }
}

/** Upper bound on the rank of a layer's affine map from inside it, beyond its input and output sizes. */
export function innerWidth(layer: Layer): number {
  const { operation } = layer;
  if (operation.kind !== 'separableConvolution') return Infinity;
  const channels = layer.inputShapes[0][operation.window.rank];
  const positions = sizeOf(layer.outputShape) / operation.filters;
  return positions * channels * operation.multiplier;
}
