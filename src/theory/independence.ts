import type { Layer, Network } from '../network/network.ts';
import { sizeOf } from '../network/shape.ts';
import { binomialPrefixSum, weightedBinomial } from './binomial.ts';
import type { TheoryOptions } from './bound.ts';
import { convolutionIndependence } from './convolution/convolutionNumbers.ts';
import { fieldPatternOf } from './convolution/fieldPattern.ts';
import { graphConvolutionIndependence } from './graphConvolution.ts';
import { zero, type Magnitude } from './magnitude.ts';
import { affineRun, unitStages, type UnitStage } from './units.ts';

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
 * The independence numbers of one stage of a layer's units. No layer has more than the dense one of its size: sparsity
 * and shared weights only lose independence.
 */
export function stageIndependence(
  network: Network,
  layer: Layer,
  stage: UnitStage,
  options: TheoryOptions,
): IndependenceNumbers {
  const { neurons, pieces } = stage;
  const [first] = unitStages(layer);
  if (stage.kind === 'activation' && first.kind === 'operation') {
    return denseIndependence(neurons, neurons, pieces, 'upper');
  }
  const run = affineRun(network, layer);
  const source = run[run.length - 1];
  const fanIn = source.inputShapes.reduce((total, shape) => total + sizeOf(shape), 0);
  const { kind } = source.operation;
  if (stage.kind === 'operation')
    return denseIndependence(neurons, fanIn, pieces, kind === 'maxout' ? 'exact' : 'upper');
  if (kind === 'graphConvolution') return graphConvolutionIndependence(source, neurons, pieces);
  const pattern = fieldPatternOf(run) ?? fieldPatternOf([source]);
  if (pattern) return convolutionIndependence(pattern, pieces, options);
  return denseIndependence(neurons, fanIn, pieces, kind === 'dense' ? 'exact' : 'upper');
}

/** Remembers the numbers by layer: those of convolutions are dear, and networks that differ in one layer share the rest. */
export class IndependenceCache {
  private readonly known = new Map<Layer, Map<UnitStage['kind'], IndependenceNumbers>>();

  constructor(private readonly options: TheoryOptions) {}

  of(network: Network, layer: Layer, stage: UnitStage): IndependenceNumbers {
    const stages = this.known.get(layer) ?? new Map<UnitStage['kind'], IndependenceNumbers>();
    this.known.set(layer, stages);
    const numbers = stages.get(stage.kind) ?? stageIndependence(network, layer, stage, this.options);
    stages.set(stage.kind, numbers);
    return numbers;
  }
}
