import type { Initialization } from './definition.ts';
import type { Layer } from './network.ts';
import type { Operation } from './operation.ts';
import { weightShapes } from './parameters.ts';
import { sizeOf, type Shape } from './shape.ts';

/**
 * Variance of one entry of a layer's kernel as drawn at initialization: He et al. 2015, Glorot and Bengio 2010, LeCun
 * et al. 1998 for the number of inputs one neuron reads; orthogonal ones have unit rows or columns.
 * `name` is that of a kernel the layer has (`kernel`, `depthwise_kernel`, `pointwise_kernel`).
 */
export function kernelVariance(
  layer: Pick<Layer, 'operation' | 'activation' | 'inputShapes' | 'outputShape'>,
  initialization: Initialization,
  name = 'kernel',
): number {
  const shape = weightShapes(layer)[name];
  const { fanIn, fanOut } = fans(name, shape, layer.operation);
  switch (initialization.kernel) {
    case 'he_normal':
    case 'he_uniform':
      return 2 / fanIn;
    case 'glorot_normal':
    case 'glorot_uniform':
      return 2 / (fanIn + fanOut);
    case 'lecun_normal':
    case 'lecun_uniform':
      return 1 / fanIn;
    case 'orthogonal': {
      const columns = shape[shape.length - 1];
      return 1 / Math.max(columns, sizeOf(shape) / columns);
    }
    case 'normal':
      return (initialization.kernelStddev ?? 1) ** 2;
  }
}

/** How many numbers one output neuron reads, and how many output neurons one input number reaches. */
export function fans(name: string, shape: Shape, operation: Operation): { fanIn: number; fanOut: number } {
  const [inner, outer] = shape.slice(-2);
  const spatial = sizeOf(shape.slice(0, -2));
  if (name === 'depthwise_kernel') return { fanIn: spatial, fanOut: spatial * outer };
  switch (operation.kind) {
    case 'transposedConvolution':
      // The filters of a group come before the channels of all groups.
      return { fanIn: (spatial * outer) / operation.groups, fanOut: spatial * inner };
    case 'locallyConnected':
    case 'maxout':
      // The positions, or the rank of a unit, come first.
      return { fanIn: inner, fanOut: outer };
    case 'dense':
    case 'convolution':
    case 'depthwiseConvolution':
    case 'separableConvolution':
    case 'graphConvolution':
    case 'tropicalDense':
    case 'tropicalConvolution':
      return { fanIn: spatial * inner, fanOut: spatial * outer };
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
      throw new TypeError(`a layer of kind ${operation.kind} has no kernel`);
  }
}
