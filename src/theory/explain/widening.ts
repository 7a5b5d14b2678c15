import { inferShape } from '../../network/inferShape.ts';
import { isInput, shapeOfTensor, type Layer, type Network } from '../../network/network.ts';
import type { Operation } from '../../network/operation.ts';
import { neuronsOf, unitStages } from '../../network/units.ts';
import { sameShape } from '../../network/shape.ts';

/**
 * The network with one more unit in a dense or maxout layer, or one more filter; null for other layers, or where it no
 * longer fits.
 */
export function widened(network: Network, index: number): Network | null {
  const operation = widerOperation(network.layers[index].operation);
  if (!operation) return null;
  const layers = [...network.layers];
  for (let i = index; i < layers.length; i++) {
    const layer = layers[i];
    const current = { ...network, layers };
    const inputShapes = layer.inputs.map((tensor) =>
      isInput(tensor) ? shapeOfTensor(network, tensor) : shapeOfTensor(current, tensor),
    );
    const isSame = i > index && inputShapes.every((shape, k) => sameShape(shape, layer.inputShapes[k]));
    if (isSame || layer.scope === 'beyond') continue;
    const resized = resize(layer, i === index ? operation : layer.operation, inputShapes);
    if (!resized) return null;
    layers[i] = resized;
  }
  return { ...network, layers };
}

function widerOperation(operation: Operation): Operation | null {
  switch (operation.kind) {
    case 'dense':
    case 'maxout':
    case 'tropicalDense':
      return { ...operation, units: operation.units + 1 };
    case 'convolution':
      return operation.groups === 1 ? { ...operation, filters: operation.filters + 1 } : null;
    case 'tropicalConvolution':
      return { ...operation, filters: operation.filters + 1 };
    case 'depthwiseConvolution':
    case 'separableConvolution':
    case 'transposedConvolution':
    case 'locallyConnected':
    case 'graphConvolution':
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
      return null;
  }
}

function resize(layer: Layer, operation: Operation, inputShapes: Layer['inputShapes']): Layer | null {
  // What it selects was chosen for the shape as it is.
  if (operation.kind === 'select') return null;
  const inferred = inferShape(operation, inputShapes);
  if ('fault' in inferred) return null;
  const resized = { ...layer, operation, inputShapes, outputShape: inferred.shape };
  const stages = unitStages(resized, layer.scope);
  return { ...resized, stages, neurons: neuronsOf(stages) };
}
