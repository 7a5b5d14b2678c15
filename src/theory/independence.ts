import type { Layer, Network } from '../network/network.ts';
import { sizeOf } from '../network/shape.ts';
import type { TheoryOptions } from './bound.ts';
import { convolutionIndependence } from './convolution/convolutionNumbers.ts';
import { fieldPatternOf } from './convolution/fieldPattern.ts';
import { denseIndependence, type IndependenceNumbers } from './denseIndependence.ts';
import { graphConvolutionIndependence } from './graphConvolution.ts';
import { affineRun, unitStages, type UnitStage } from './units.ts';

export { denseIndependence, type IndependenceNumbers } from './denseIndependence.ts';

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
