import type { IndependenceNumbers } from './denseIndependence.ts';
import type { Magnitude } from '../numbers/magnitude.ts';
import { ScaledArray } from '../numbers/scaled.ts';
import { scaledPrefixes, scaledTerms, type ScaledSequence } from '../numbers/sequence.ts';

/** A histogram over leaving dimensions 0, 1, ... for one entering dimension. */
export interface TransitionRow {
  readonly exact: readonly bigint[];
  /** The same, each rounded once. */
  readonly rounded: Float64Array;
  /** How many are not zero. */
  readonly entries: number;
}

/** Numbers that the sequences of all transitions of one cache may have together: some ten megabytes. */
const MAX_REMEMBERED = 1 << 21;

/** Lets transitions forget what they can compute again, before many wide layers fill the memory. */
class SequenceMemory {
  private readonly holders = new Set<Transition>();
  private remembered = 0;

  hold(holder: Transition, length: number): void {
    this.remembered += length;
    if (this.remembered > MAX_REMEMBERED) {
      for (const other of this.holders) if (other !== holder) other.forget();
      this.holders.clear();
      this.remembered = length;
    }
    this.holders.add(holder);
  }
}

/** What one stage of units does to a histogram of dimensions. Layers of equal shape share one. */
export class Transition {
  private readonly rows = new Map<number, TransitionRow | null>();
  private last: { readonly dimension: number; readonly total: Magnitude } | null = null;
  private terms: ScaledSequence | null = null;
  private prefixes: ScaledSequence | null = null;
  private working = new ScaledArray(0);

  /**
   * `isRectifier`: j inactive units leave at most `neurons - j` dimensions. `tighter`: for an entering dimension a
   * histogram that is at most as large in every tail as that of `numbers`, or null where that is at least as tight.
   */
  constructor(
    readonly numbers: IndependenceNumbers,
    readonly neurons: number,
    readonly isRectifier: boolean,
    private readonly tighter?: (d: number) => readonly bigint[] | null,
    private readonly memory = new SequenceMemory(),
  ) {}

  /** Most regions that the stage makes of one of dimension d. */
  total(d: number): Magnitude {
    const dimension = Math.min(d, this.neurons);
    if (this.last?.dimension !== dimension) this.last = { dimension, total: this.numbers.prefixSum(dimension) };
    return this.last.total;
  }

  /** Whether `dimensionRow` can return a row. */
  get hasRows(): boolean {
    return this.tighter !== undefined;
  }

  dimensionRow(d: number): TransitionRow | null {
    if (!this.tighter) return null;
    let row = this.rows.get(d);
    if (row === undefined) {
      const exact = this.tighter(d);
      row = exact && rowOf(exact);
      this.rows.set(d, row);
    }
    return row;
  }

  scaledTerms(from: number, to: number): ScaledSequence {
    if (this.terms?.from !== from || this.terms.to !== to) {
      this.terms = scaledTerms(this.numbers, from, to);
      this.memory.hold(this, to - from);
    }
    return this.terms;
  }

  scaledPrefixes(from: number, to: number): ScaledSequence {
    if (this.prefixes?.from !== from || this.prefixes.to !== to) {
      this.prefixes = scaledPrefixes(this.numbers, from, to);
      this.memory.hold(this, to - from);
    }
    return this.prefixes;
  }

  /** Scratch memory for at least `length` numbers within one step; its values are arbitrary. */
  room(length: number): ScaledArray {
    if (this.working.length < length) {
      this.working = new ScaledArray(length);
      this.memory.hold(this, length);
    }
    return this.working;
  }

  /** Gives up the sequences, which are computed again when they are asked for. */
  forget(): void {
    [this.terms, this.prefixes] = [null, null];
    this.working = new ScaledArray(0);
  }
}

function rowOf(exact: readonly bigint[]): TransitionRow {
  const entries = exact.reduce((count, value) => count + (value > 0n ? 1 : 0), 0);
  return { exact, rounded: Float64Array.from(exact, Number), entries };
}

/** One transition for all layers whose units and independence numbers are the same. */
export class TransitionCache {
  private readonly known = new Map<string, Transition>();
  private readonly memory = new SequenceMemory();
  /** By the object that holds the numbers, which layers of one shape have in common. */
  private readonly last = new Map<IndependenceNumbers, Transition>();

  get(
    numbers: IndependenceNumbers,
    neurons: number,
    isRectifier: boolean,
    tighter?: (numbers: IndependenceNumbers) => ((d: number) => readonly bigint[] | null) | undefined,
  ): Transition {
    const last = this.last.get(numbers);
    if (last?.neurons === neurons && last.isRectifier === isRectifier) return last;
    const { binomial, maxSize, most } = numbers;
    const key = binomial && [binomial.count, binomial.weight, maxSize, neurons, isRectifier, most?.log10].join();
    const known = key === undefined ? undefined : this.known.get(key);
    const transition = known ?? new Transition(numbers, neurons, isRectifier, tighter?.(numbers), this.memory);
    if (key !== undefined) this.known.set(key, transition);
    this.last.set(numbers, transition);
    return transition;
  }
}
