import type { Network } from '../../network/network.ts';
import { TighterHistograms } from './activationHistogram.ts';
import type { TheoryOptions } from '../bound.ts';
import { dimensionRecurrence, transitionsBy, type LayerTransitions, type StageRule } from './dimensionRecurrence.ts';
import { inputDimension } from './dominators.ts';
import { HistogramSteps } from './histogramSteps.ts';
import { denseIndependence, type IndependenceNumbers } from './denseIndependence.ts';
import type { Magnitude } from '../numbers/magnitude.ts';
import { TransitionCache, type Transition } from './transition.ts';
import type { UnitStage } from '../units.ts';

interface Run {
  readonly network: Network;
  readonly dimension: number;
  readonly transitions: LayerTransitions;
  readonly cuts: readonly (Magnitude | null)[];
}

/**
 * What the recurrences of one network, and of its variations, have in common: bounds that agree on a layer take the
 * same step there, and bounds that agree on all layers are one.
 */
export class RecurrenceMemory {
  private readonly steps = new HistogramSteps();
  private readonly runs: Run[] = [];
  private readonly plain = new TransitionCache();
  private readonly tightest = new TransitionCache();
  private readonly tables = new TighterHistograms();
  /** By pieces, then by neurons. */
  private readonly dense = new Map<number, Map<number, IndependenceNumbers>>();

  /** Of a fully connected layer that its inputs do not limit. */
  denseNumbers(neurons: number, pieceCount = 2): IndependenceNumbers {
    let known = this.dense.get(pieceCount);
    if (!known) this.dense.set(pieceCount, (known = new Map<number, IndependenceNumbers>()));
    let numbers = known.get(neurons);
    if (!numbers) known.set(neurons, (numbers = denseIndependence(neurons, Infinity, pieceCount)));
    return numbers;
  }

  /** By independence numbers alone. */
  transition(numbers: IndependenceNumbers, { neurons, isRectifier: drops }: UnitStage): Transition {
    return this.plain.get(numbers, neurons, drops);
  }

  /** With Hinz's histograms where those are tighter. */
  tightestTransition(numbers: IndependenceNumbers, stage: UnitStage): Transition {
    const { neurons, isRectifier: drops } = stage;
    if (!drops) return this.transition(numbers, stage);
    return this.tightest.get(numbers, neurons, drops, (each) => this.tables.of(neurons, each));
  }

  /** By layer index, as `dimensionRecurrence`. */
  regions(network: Network, options: TheoryOptions, rule: StageRule): readonly (Magnitude | null)[] {
    const transitions = transitionsBy(rule, network);
    const dimension = inputDimension(network, options);
    const isSame = (run: Run): boolean =>
      run.network === network &&
      run.dimension === dimension &&
      run.transitions.every((stages, i) => stages.every((each, k) => each === transitions[i][k]));
    const known = this.runs.find(isSame);
    if (known) return known.cuts;
    const cuts = dimensionRecurrence(network, options, transitions, this.steps);
    this.runs.push({ network, dimension, transitions, cuts });
    return cuts;
  }
}

const memories = new WeakMap<Network, WeakRef<RecurrenceMemory>>();

/** Kept while bounds are computed one after the other; given up when room is needed. */
export function recurrenceMemory(network: Network): RecurrenceMemory {
  let memory = memories.get(network)?.deref();
  if (!memory) memories.set(network, new WeakRef((memory = new RecurrenceMemory())));
  return memory;
}
