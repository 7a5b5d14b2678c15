import type { SliceRanges, StageRange } from '../../common/stageRange.ts';
import { binomialPrefixSum, weightedBinomial } from '../numbers/binomial.ts';
import { add, multiply, one, zero, type Magnitude } from '../numbers/magnitude.ts';

/** Terms of the sums over inactive units that are taken one by one. */
const MAX_TERMS = 2e5;

/**
 * The most activation regions that a network with its weights can have on a bounded slice. Only units that can switch
 * there cut it: with u of them, a stage cuts a cell of d dimensions into at most sum over j <= d of C(u, j) parts, and
 * of ReLUs j are inactive in at most C(u, j) of them, where what follows sees the others alone (Serra et al. 2018,
 * Theorem 1; with ranges of units Serra and Ramalingam 2020).
 */
export function regionsForRanges({ stages, dimension }: SliceRanges): Magnitude {
  return new Recurrence(stages, dimension).atMost;
}

class Recurrence {
  private readonly known = new Map<number, Magnitude>();
  private terms = 0;

  constructor(
    private readonly stages: readonly StageRange[],
    private readonly dimension: number,
  ) {}

  get atMost(): Magnitude {
    return this.from(0, this.dimension);
  }

  /** Regions that the stages from this one on make of a cell whose image has this many dimensions. */
  private from(stage: number, entering: number): Magnitude {
    if (stage === this.stages.length) return one;
    const dimension = this.stages[stage].isChained ? entering : this.dimension;
    const key = stage * (this.dimension + 1) + dimension;
    const known = this.known.get(key) ?? this.sum(stage, dimension);
    this.known.set(key, known);
    return known;
  }

  private sum(stage: number, d: number): Magnitude {
    const { switching, mostBreakpoints, passing, alive, isRectifying } = this.stages[stage];
    const most = Math.min(d, switching);
    /** With up to this many inactive units, the others keep all dimensions. */
    const free = isRectifying && this.terms < MAX_TERMS ? Math.min(most, passing + switching - d) : most;
    const parts = binomialPrefixSum(switching, free, Math.max(1, mostBreakpoints));
    let total = free < 0 ? zero : multiply(parts, this.from(stage + 1, free < most ? d : Math.min(d, alive)));
    for (let j = Math.max(0, free + 1); j <= most; j++) {
      this.terms++;
      const inactive = weightedBinomial(switching, j);
      total = add(total, multiply(inactive, this.from(stage + 1, passing + switching - j)));
    }
    return total;
  }
}
