import type { Layer } from './network.ts';
import { sizeOf } from './shape.ts';
import { windowGeometry } from './window.ts';

/** Bytes of a number of 32 bits, in which networks run unless someone says otherwise. */
const BYTES = 4;

type CostedLayer = Pick<Layer, 'operation' | 'activation' | 'inputShapes' | 'outputShape'>;

/**
 * Multiply-adds of one pass through a layer for one input: products with kernels. Batch normalization, which is folded
 * into the layer before it when a network runs, pooling, sums and activations are not among them, as in published
 * figures. Null for a layer whose products are not known.
 */
export function multiplyAdds(layer: CostedLayer): number | null {
  const { operation, inputShapes, outputShape } = layer;
  const features = inputShapes[0]?.at(-1) ?? 0;
  const outputs = sizeOf(outputShape);
  const channels = outputShape.at(-1) ?? 1;
  const taps = sizeOf(windowGeometry(layer)?.kernel ?? []);
  switch (operation.kind) {
    case 'dense':
      return outputs * features;
    case 'maxout':
      return outputs * operation.rank * features;
    case 'convolution':
      return outputs * taps * (features / operation.groups);
    case 'locallyConnected':
      return outputs * taps * features;
    case 'depthwiseConvolution':
      return outputs * taps;
    case 'separableConvolution': {
      const depthwise = (outputs / channels) * features * operation.multiplier;
      return depthwise * taps + depthwise * operation.filters;
    }
    case 'transposedConvolution':
      return sizeOf(inputShapes[0]) * taps * (operation.filters / operation.groups);
    case 'graphConvolution': {
      const edges = operation.adjacency.reduce((sum, row) => sum + row.filter((entry) => entry !== 0).length, 0);
      return edges * features + outputs * features;
    }
    // Sums and comparisons only.
    case 'tropicalDense':
    case 'tropicalConvolution':
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
      return 0;
    case 'notPiecewiseLinear':
    case 'unknown':
      return null;
  }
}

/** The sum over layers; null if one of them is not known. */
export function totalMultiplyAdds(layers: readonly CostedLayer[]): number | null {
  let total = 0;
  for (const layer of layers) {
    const own = multiplyAdds(layer);
    if (own === null) return null;
    total += own;
  }
  return total;
}

/** Bytes of a layer's output for one input, in 32-bit numbers. */
export function activationMemory({ outputShape }: Pick<Layer, 'outputShape'>): number {
  return BYTES * sizeOf(outputShape);
}
