import type { SliceRanges, StageRange } from '../../common/stageRange.ts';
import { scaledBinomial, weightedBinomial } from '../numbers/binomial.ts';
import { add, log10ErrorOf, magnitudeOfLog10, multiply, one, zero, type Magnitude } from '../numbers/magnitude.ts';
import { magnitudeOfScaled } from '../numbers/scaled.ts';

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
  private readonly parts: readonly Parts[];
  private terms = 0;

  constructor(
    private readonly stages: readonly StageRange[],
    private readonly dimension: number,
  ) {
    this.parts = stages.map(({ switching, mostBreakpoints }) => new Parts(switching, Math.max(1, mostBreakpoints)));
  }

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
    const { switching, passing, alive, isRectifying } = this.stages[stage];
    const parts = this.parts[stage];
    const most = Math.min(d, switching);
    /** With up to this many inactive units, the others keep all dimensions. */
    const free = isRectifying && this.terms < MAX_TERMS ? Math.min(most, passing + switching - d) : most;
    let total =
      free < 0 ? zero : written(multiply(parts.upTo(free), this.from(stage + 1, free < most ? d : Math.min(d, alive))));
    for (let j = Math.max(0, free + 1); j <= most; j++) {
      this.terms++;
      const behind = this.from(stage + 1, passing + switching - j);
      total = written(add(total, written(multiply(parts.of(j), behind))));
    }
    return total;
  }
}

/** Integers of more digits are kept as logarithms: adding and multiplying them would take milliseconds each. */
const MAX_DIGITS = 15;

function written(value: Magnitude): Magnitude {
  return value.log10 > MAX_DIGITS ? magnitudeOfLog10(value.log10, log10ErrorOf(value)) : value;
}

/** C(units, j) breakpoints^j, and the sums of those up to j; each is computed once. */
class Parts {
  private readonly terms: Magnitude[] = [];
  private readonly sums: Magnitude[] = [];

  constructor(
    private readonly units: number,
    private readonly breakpoints: number,
  ) {}

  of(j: number): Magnitude {
    for (let k = this.terms.length; k <= j; k++) {
      const rough = magnitudeOfScaled(scaledBinomial(this.units, k, this.breakpoints));
      this.terms.push(rough.log10 > MAX_DIGITS ? rough : weightedBinomial(this.units, k, this.breakpoints));
    }
    return this.terms[j];
  }

  /** Parts of a cell of j dimensions (Zaslavsky 1975). */
  upTo(j: number): Magnitude {
    for (let k = this.sums.length; k <= j; k++) this.sums.push(written(add(this.sums[k - 1] ?? zero, this.of(k))));
    return this.sums[j];
  }
}
