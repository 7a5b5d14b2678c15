import type { Layer, Network } from '../network/network.ts';
import { sizeOf } from '../network/shape.ts';
import { binomialPrefixSum, weightedBinomial } from './binomial.ts';
import type { TheoryOptions } from './bound.ts';
import { graphConvolutionIndependence } from './graphConvolution.ts';
import { zero, type Magnitude } from './magnitude.ts';
import { affineSource, unitStages, type UnitStage } from './units.ts';

/**
 * The numbers I(j) of j-element sets of a layer's neurons whose normals are linearly independent for generic
 * weights of the layer's sparsity, each set weighted by the number of ways to choose one breakpoint a neuron.
 */
export interface IndependenceNumbers {
  /** I(j) = 0 beyond. */
  readonly maxSize: number;
  /** `upper`: every prefix sum is at least that of the true numbers. */
  readonly quality: 'exact' | 'upper';
  /** I(j), or what stands for it in an upper bound. */
  at(j: number): Magnitude;
  /** I(0) + ... + I(j). */
  prefixSum(j: number): Magnitude;
  /** Set where I(j) = C(count, j) weight^j for all j up to `maxSize`: such sums need no single terms. */
  readonly binomial?: { readonly count: number; readonly weight: number };
}

/** `count` neurons of `pieces` pieces with all inputs in common: I(j) = C(count, j) (pieces - 1)^j for j <= fanIn. */
export function denseIndependence(
  count: number,
  fanIn: number,
  pieces = 2,
  quality: IndependenceNumbers['quality'] = 'exact',
): IndependenceNumbers {
  const maxSize = Math.min(count, fanIn);
  const weight = pieces - 1;
  return {
    maxSize,
    quality,
    binomial: { count, weight },
    at: (j) => (j > maxSize ? zero : weightedBinomial(count, j, weight)),
    prefixSum: (j) => binomialPrefixSum(count, Math.min(j, maxSize), weight),
  };
}

/**
 * The independence numbers of a layer's own operation and activation. No layer has more than the dense one of its
 * size: sparsity and shared weights only lose independence.
 */
export function independenceOf(layer: Layer, _options: TheoryOptions): IndependenceNumbers {
  if (layer.operation.kind === 'graphConvolution') return graphConvolutionIndependence(layer);
  const fanIn = layer.inputShapes.reduce((total, shape) => total + sizeOf(shape), 0);
  return denseIndependence(layer.neurons, fanIn, layer.pieces, layer.operation.kind === 'dense' ? 'exact' : 'upper');
}

/** The same for one stage of units, whose affine map may belong to a layer before it (an activation layer's). */
export function stageIndependence(
  network: Network,
  layer: Layer,
  stage: UnitStage,
  options: TheoryOptions,
): IndependenceNumbers {
  const { neurons, pieces } = stage;
  const fanIn = layer.inputShapes.reduce((total, shape) => total + sizeOf(shape), 0);
  if (stage.kind === 'operation')
    return denseIndependence(neurons, fanIn, pieces, layer.operation.kind === 'maxout' ? 'exact' : 'upper');
  if (unitStages(layer).length > 1) return denseIndependence(neurons, neurons, pieces, 'upper');
  const source = affineSource(network, layer);
  return independenceOf({ ...source, activation: layer.activation, neurons, pieces }, options);
}
