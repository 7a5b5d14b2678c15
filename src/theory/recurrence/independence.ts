import type { Layer, Network } from '../../network/network.ts';
import { sizeOf } from '../../network/shape.ts';
import type { TheoryOptions } from '../bound.ts';
import { convolutionIndependence } from '../convolution/convolutionNumbers.ts';
import { networkFields, tooLarge } from '../convolution/networkFields.ts';
import { denseIndependence, type IndependenceNumbers } from './denseIndependence.ts';
import { graphConvolutionIndependence } from '../theorems/graphConvolution.ts';
import { affineRun, unitStages, type UnitStage } from '../units.ts';

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
  const { neurons, pieceCount } = stage;
  const [first] = unitStages(layer);
  if (stage.kind === 'activation' && first.kind === 'operation') {
    return denseIndependence(neurons, neurons, pieceCount, 'upper');
  }
  const run = affineRun(network, layer);
  const source = run[run.length - 1];
  const fanIn = source.inputShapes.reduce((total, shape) => total + sizeOf(shape), 0);
  const { kind } = source.operation;
  if (stage.kind === 'operation')
    return denseIndependence(neurons, fanIn, pieceCount, kind === 'maxout' ? 'exact' : 'upper');
  if (kind === 'graphConvolution') return graphConvolutionIndependence(source, neurons, pieceCount);
  const fields = networkFields(network);
  const pattern = fields.ofLayer(run) ?? fields.ofLayer([source]);
  if (pattern && pattern !== tooLarge) return convolutionIndependence(pattern, pieceCount, options);
  return denseIndependence(neurons, fanIn, pieceCount, kind === 'dense' ? 'exact' : 'upper');
}

type Known = Map<string, IndependenceNumbers>;

/** By network and work limit. */
const knownNumbers = new WeakMap<Network, Map<number | undefined, Known>>();

/**
 * Remembers a network's numbers by what its layers compute: those of convolutions are dear, deep networks repeat their
 * layers, and networks that differ in one layer share the rest.
 */
export class IndependenceCache {
  private readonly byLayer = new Map<Layer, Map<UnitStage['kind'], IndependenceNumbers>>();
  private readonly byShape: Known;
  private lastDense: { fanIn: number; neurons: number; pieces: number; numbers: IndependenceNumbers } | undefined;

  constructor(
    network: Network,
    private readonly options: TheoryOptions,
  ) {
    const limits = knownNumbers.get(network) ?? new Map<number | undefined, Known>();
    knownNumbers.set(network, limits);
    this.byShape = limits.get(options.budget) ?? new Map<string, IndependenceNumbers>();
    limits.set(options.budget, this.byShape);
  }

  of(network: Network, layer: Layer, stage: UnitStage): IndependenceNumbers {
    if (layer.operation.kind === 'dense') return this.ofDense(sizeOf(layer.inputShapes[0]), stage);
    const stages = this.byLayer.get(layer) ?? new Map<UnitStage['kind'], IndependenceNumbers>();
    this.byLayer.set(layer, stages);
    const numbers = stages.get(stage.kind) ?? this.ofShape(network, layer, stage);
    stages.set(stage.kind, numbers);
    return numbers;
  }

  /** One object for all layers of one shape. */
  private ofDense(fanIn: number, { neurons, pieceCount }: UnitStage): IndependenceNumbers {
    const { lastDense: last } = this;
    if (last?.fanIn === fanIn && last.neurons === neurons && last.pieces === pieceCount) return last.numbers;
    const key = `dense ${fanIn} ${neurons} ${pieceCount}`;
    const numbers = this.byShape.get(key) ?? denseIndependence(neurons, fanIn, pieceCount);
    this.byShape.set(key, numbers);
    this.lastDense = { fanIn, neurons, pieces: pieceCount, numbers };
    return numbers;
  }

  private ofShape(network: Network, layer: Layer, stage: UnitStage): IndependenceNumbers {
    const { cancelled } = this.options;
    const run = affineRun(network, layer);
    if (run.every(({ operation }) => !('window' in operation)))
      return stageIndependence(network, layer, stage, this.options);
    const shapes = [layer, ...run].map(({ operation, inputShapes, outputShape }) => [
      operation,
      inputShapes,
      outputShape,
    ]);
    const key = JSON.stringify([stage, unitStages(layer)[0], shapes]);
    const known = this.byShape.get(key);
    if (known) return known;
    let cut = false;
    const options = { ...this.options, cancelled: cancelled && (() => (cut ||= cancelled())) };
    const numbers = stageIndependence(network, layer, stage, options);
    // What was cut short is no answer to the same question asked again.
    if (!cut) this.byShape.set(key, numbers);
    return numbers;
  }
}
