import { memoized, type TheoryContext } from '../context.ts';
import type { Network, UnitStage } from '../../network/network.ts';
import { TighterHistograms } from './activationHistogram.ts';
import { dimensionRecurrence, transitionsBy, type LayerTransitions, type StageRule } from './dimensionRecurrence.ts';
import { inputDimension } from './dominators.ts';
import { HistogramSteps } from './histogramSteps.ts';
import { denseIndependence, type IndependenceNumbers } from './denseIndependence.ts';
import type { Magnitude } from '../numbers/magnitude.ts';
import { TransitionCache, type Transition } from './transition.ts';

interface Run {
  readonly network: Network;
  readonly dimension: number;
  readonly transitions: LayerTransitions;
  readonly cuts: readonly (Magnitude | null)[];
}

/**
 * What the recurrences of one network and its variations share: bounds that agree on a layer take the same step there,
 * and bounds that agree on all layers are computed once.
 */
export class RecurrenceMemory {
  private readonly steps = new HistogramSteps();
  private readonly runs: Run[] = [];
  private readonly plain = new TransitionCache();
  private readonly tightest = new TransitionCache();
  private readonly tables = new TighterHistograms();
  private readonly dense = memoized(
    (pieceCount: number) => pieceCount,
    (pieceCount) =>
      memoized(
        (neurons: number) => neurons,
        (neurons) => denseIndependence(neurons, Infinity, pieceCount),
      ),
  );

  /** The numbers of a fully connected layer that its inputs do not limit. */
  denseNumbers(neurons: number, pieceCount = 2): IndependenceNumbers {
    return this.dense(pieceCount)(neurons);
  }

  /** By independence numbers alone. */
  transition(numbers: IndependenceNumbers, { neurons, isRectifier }: UnitStage): Transition {
    return this.plain.get(numbers, neurons, isRectifier);
  }

  /** With Hinz's histograms where those are tighter. */
  tightestTransition(numbers: IndependenceNumbers, stage: UnitStage): Transition {
    const { neurons, isRectifier } = stage;
    if (!isRectifier) return this.transition(numbers, stage);
    return this.tightest.get(numbers, neurons, isRectifier, (each) => this.tables.of(neurons, each));
  }

  /** By layer index, as `dimensionRecurrence`. */
  regions(theory: TheoryContext, rule: StageRule): readonly (Magnitude | null)[] {
    const { network } = theory;
    const transitions = transitionsBy(rule, network);
    const dimension = inputDimension(theory);
    const isSame = (run: Run): boolean =>
      run.network === network &&
      run.dimension === dimension &&
      run.transitions.every((stages, i) => stages.every((each, k) => each === transitions[i][k]));
    const known = this.runs.find(isSame);
    if (known) return known.cuts;
    const cuts = dimensionRecurrence(theory, transitions, this.steps);
    this.runs.push({ network, dimension, transitions, cuts });
    return cuts;
  }
}

/** Kept while bounds of one network are computed one after the other, and given up for the next network. */
class MemoryHolder {
  /**
   * The one that keeps a memory. A weak reference to the memory itself would keep it for as long as the caller runs,
   * and so those of all networks of a file together.
   */
  private static latest: WeakRef<MemoryHolder> | null = null;
  private memory: RecurrenceMemory | null = null;

  get(): RecurrenceMemory {
    if (this.memory) return this.memory;
    const before = MemoryHolder.latest?.deref();
    if (before) before.memory = null;
    MemoryHolder.latest = new WeakRef(this);
    this.memory = new RecurrenceMemory();
    return this.memory;
  }
}

export function recurrenceMemory(theory: TheoryContext): RecurrenceMemory {
  return theory.onceForFamily(newHolder).get();
}

function newHolder(): MemoryHolder {
  return new MemoryHolder();
}
