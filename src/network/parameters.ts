import { analyzedLayers, type Layer, type Network } from './network.ts';
import type { ParameterRule } from './operation.ts';
import { sizeOf, type Shape } from './shape.ts';
import { windowGeometry } from './window.ts';

/**
 * Shapes of a layer's weights by Keras's names and in Keras's layouts, for example `kernel` `[kh, kw, cin / groups,
 * filters]` of a two-dimensional convolution. Empty for a layer without weights; a shared layer's further applications
 * own none, but this still gives the shapes they use.
 */
export function weightShapes(
  layer: Pick<Layer, 'operation' | 'activation' | 'inputShapes' | 'outputShape'>,
): Record<string, Shape> {
  const shapes = operationWeights(layer);
  const { activation } = layer;
  if (activation.kind === 'piecewiseLinear' && activation.learned) {
    const shared = activation.sharedAxes ?? [];
    shapes.alpha = layer.outputShape.map((extent, axis) => (shared.includes(axis) ? 1 : extent));
  }
  return shapes;
}

/**
 * Number of weights, trainable or not (Keras's total), without PyTorch's buffers; null where the layer is of a kind
 * whose weights are not known.
 */
export function parameterCount(layer: Parameters<typeof weightShapes>[0]): number | null {
  const { operation } = layer;
  if (operation.kind === 'notPiecewiseLinear') return ruledCount(operation.parameters, layer.inputShapes);
  if (operation.kind === 'identity' && operation.parameters) return ruledCount(operation.parameters, layer.inputShapes);
  const hasBuffers = operation.kind === 'batchNormalization' && operation.statistics === 'buffers';
  return Object.entries(weightShapes(layer))
    .filter(([name]) => !hasBuffers || !name.startsWith('moving_'))
    .reduce((sum, [, shape]) => sum + sizeOf(shape), 0);
}

function ruledCount(rule: ParameterRule | undefined, inputs: readonly Shape[]): number | null {
  if (!rule) return null;
  if (rule.axis !== undefined && rule.axis >= (inputs[0]?.length ?? 0)) return null;
  const features = (shape: Shape | undefined) => shape?.at(rule.axis ?? -1) ?? 0;
  return rule.perFeature.reduce((sum, each, k) => sum + each * features(inputs[k] ?? inputs.at(-1)), rule.constant);
}

/** The sum over layers; null if one of them is not known. */
export function totalParameters(layers: readonly Pick<Layer, 'parameters'>[]): number | null {
  return layers.reduce<number | null>(
    (sum, { parameters }) => (sum === null || parameters === null ? null : sum + parameters),
    0,
  );
}

/** The sum over the layers about which regions can be stated, whose weights are all known. */
export function analyzedParameters(network: Network): number {
  return totalParameters(analyzedLayers(network)) ?? 0;
}

function operationWeights(layer: Parameters<typeof weightShapes>[0]): Record<string, Shape> {
  const { operation } = layer;
  const input = layer.inputShapes[0];
  const features = input?.[input.length - 1];
  const window = windowGeometry(layer);
  const bias = (shape: Shape): Record<string, Shape> =>
    'useBias' in operation && operation.useBias ? { bias: shape } : {};
  const spatial = window && 'window' in operation ? window.kernel.slice(2 - operation.window.rank) : [];
  switch (operation.kind) {
    case 'dense':
    case 'graphConvolution':
      return { kernel: [features, operation.units], ...bias([operation.units]) };
    case 'tropicalDense':
      return { kernel: [features, operation.units] };
    case 'tropicalConvolution':
      return { kernel: [...spatial, features, operation.filters] };
    case 'maxout':
      return {
        kernel: [operation.rank, features, operation.units],
        bias: [operation.rank, operation.units],
      };
    case 'convolution':
      return {
        kernel: [...spatial, features / operation.groups, operation.filters],
        ...bias([operation.filters]),
      };
    case 'depthwiseConvolution':
      return {
        depthwise_kernel: [...spatial, features, operation.multiplier],
        ...bias([features * operation.multiplier]),
      };
    case 'separableConvolution':
      return {
        depthwise_kernel: [...spatial, features, operation.multiplier],
        pointwise_kernel: [...spatial.map(() => 1), features * operation.multiplier, operation.filters],
        ...bias([operation.filters]),
      };
    case 'transposedConvolution':
      return {
        kernel: [...spatial, operation.filters / operation.groups, features],
        ...bias([operation.filters]),
      };
    case 'locallyConnected': {
      const positions = layer.outputShape.slice(0, -1);
      const patch = sizeOf(spatial) * features;
      return {
        kernel: [sizeOf(positions), patch, operation.filters],
        ...bias([...positions, operation.filters]),
      };
    }
    case 'batchNormalization': {
      const names = [...(operation.scale ? ['gamma'] : []), ...(operation.center ? ['beta'] : [])];
      const statistics = operation.statistics === false ? [] : ['moving_mean', 'moving_variance'];
      return Object.fromEntries([...names, ...statistics].map((name) => [name, [features]]));
    }
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
      return {};
  }
}
