import type { TheoryContext } from '../context.ts';
import type { Layer, UnitStage } from '../../network/network.ts';
import { sizeOf } from '../../network/shape.ts';
import { convolutionIndependence } from '../convolution/convolutionNumbers.ts';
import { DEFAULT_BUDGET } from '../convolution/sums/convolutionSum.ts';
import { networkFields, tooLarge } from '../convolution/networkFields.ts';
import { denseIndependence, withMost, type IndependenceNumbers } from './denseIndependence.ts';
import { poolingPatterns } from './poolingPatterns.ts';
import { tropicalFormula, tropicalPatterns } from './tropicalPatterns.ts';
import { graphConvolutionIndependence } from '../theorems/graphConvolution.ts';
import { affineRun } from '../units.ts';

/**
 * The independence numbers of one stage of a layer's units. No layer has more than the dense one of its size: sparsity
 * and shared weights only lose independence.
 */
export function stageIndependence(
  theory: TheoryContext,
  layer: Layer,
  stage: UnitStage,
  options = theory.options,
): IndependenceNumbers {
  const { neurons, pieceCount } = stage;
  const [first] = layer.stages;
  if (stage.kind === 'activation' && first.kind === 'operation') {
    return denseIndependence(neurons, neurons, pieceCount, 'upper');
  }
  const run = affineRun(theory.network, layer);
  const source = run[run.length - 1];
  const fanIn = source.inputShapes.reduce((total, shape) => total + sizeOf(shape), 0);
  const { kind } = source.operation;
  if (stage.kind === 'operation') {
    const numbers = denseIndependence(neurons, fanIn, pieceCount, kind === 'maxout' ? 'exact' : 'upper');
    const loads = tropicalPatterns(source);
    return loads
      ? withMost(numbers, loads, tropicalFormula(source))
      : withMost(numbers, poolingPatterns(source, false));
  }
  if (kind === 'graphConvolution') return graphConvolutionIndependence(source, neurons, pieceCount);
  const fields = networkFields(theory);
  const pattern = fields.ofLayer(run) ?? fields.ofLayer([source]);
  if (pattern && pattern !== tooLarge) return convolutionIndependence(pattern, pieceCount, options);
  return denseIndependence(neurons, fanIn, pieceCount, kind === 'dense' ? 'exact' : 'upper');
}

/** Steps that all convolutions of one network may take together, about a second. */
const BUDGET_OF_NETWORK = 1e9;

/**
 * A network's numbers by what its layers compute: those of convolutions are expensive, deep networks repeat their
 * layers, and networks that differ in one layer share the rest.
 */
class IndependenceCache {
  private readonly byLayer = new Map<Layer, Map<UnitStage['kind'], IndependenceNumbers>>();
  private readonly byShape = new Map<string, IndependenceNumbers>();
  /** What one layer may take, so that all together end in time. */
  private readonly budget: number;
  private lastDense: { fanIn: number; neurons: number; pieces: number; numbers: IndependenceNumbers } | undefined;

  constructor({ network, options }: TheoryContext) {
    const windows = network.layers.filter(({ operation }) => 'window' in operation);
    const shapes = new Set(windows.map(({ operation, inputShapes }) => JSON.stringify([operation, inputShapes])));
    this.budget = Math.min(options.budget ?? DEFAULT_BUDGET, BUDGET_OF_NETWORK / Math.max(1, shapes.size));
  }

  of(theory: TheoryContext, layer: Layer, stage: UnitStage): IndependenceNumbers {
    if (layer.operation.kind === 'dense') return this.ofDense(sizeOf(layer.inputShapes[0]), stage);
    const stages = this.byLayer.get(layer) ?? new Map<UnitStage['kind'], IndependenceNumbers>();
    this.byLayer.set(layer, stages);
    const numbers = stages.get(stage.kind) ?? this.ofShape(theory, layer, stage);
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

  private ofShape(theory: TheoryContext, layer: Layer, stage: UnitStage): IndependenceNumbers {
    const run = affineRun(theory.network, layer);
    if (run.every(({ operation }) => !('window' in operation))) return stageIndependence(theory, layer, stage);
    const shapes = [layer, ...run].map(({ operation, inputShapes, outputShape }) => [
      operation,
      inputShapes,
      outputShape,
    ]);
    const key = JSON.stringify([stage, layer.stages[0], shapes]);
    const known = this.byShape.get(key);
    if (known) return known;
    const numbers = stageIndependence(theory, layer, stage, { ...theory.options, budget: this.budget });
    this.byShape.set(key, numbers);
    return numbers;
  }
}

export function independenceOf(theory: TheoryContext): IndependenceCache {
  return theory.onceForFamily(newCache);
}

function newCache(original: TheoryContext): IndependenceCache {
  return new IndependenceCache(original);
}
