import type { Parallelogram, Segment } from '../common/place.ts';
import type { TheoryContext } from './context.ts';
import type { Magnitude } from './numbers/magnitude.ts';
import type { BoundId, FigureId } from './boundIds.ts';

export type BoundKind = 'upper' | 'lower' | 'exact' | 'mean' | 'scale';

/**
 * Which of the two counts a figure is about; a bound on activation regions bounds linear regions from above as well.
 */
export type RegionNotion = 'activation' | 'linear';

export interface Citation {
  readonly label: string;
  readonly url: string;
}

export type { Parallelogram, Segment };

export interface TheoryOptions {
  /** Bounds for a slice of this dimension in place of the whole input space. */
  readonly sliceDimension?: number;
  /** What the means are for; default the diagonal of [-1, 1]^n and, for two inputs, the square [-1, 1]^2. */
  readonly segment?: Segment;
  readonly parallelogram?: Parallelogram;
  /**
   * Work limit for the exponential parts, in elementary steps (deterministic, so that a report never depends on the
   * machine).
   */
  readonly budget?: number;
  /** Called every few milliseconds in long computations; where it returns true they throw `Cancelled`. */
  readonly cancelled?: () => boolean;
}

/** The facts about a theorem, a combination of theorems or a mean that hold for any network: here and nowhere else. */
export interface BoundFacts {
  readonly id: FigureId;
  readonly kind: BoundKind;
  readonly of: RegionNotion;
  readonly citation: Citation;
  /** The formula; null where there is no single one. */
  readonly latex: string | null;
  /** What the theorem asks of a network, in short. */
  readonly hypotheses: string;
  /** False for a published statement whose proof is known to have a gap: it is listed but not built on. */
  readonly isProven?: boolean;
  /** Where another theorem has the same value, that one is the better name for it. */
  readonly isGeneral?: boolean;
  /** Dimension of the domain that a mean is for. */
  readonly domainDimension?: 1 | 2;
}

/** One bound of one network. Without `applies` there is a `reason` and no number. */
export interface BoundResult extends BoundFacts {
  readonly applies: boolean;
  /** Why it does not apply, as a sentence. */
  readonly reason: string | null;
  readonly value: Magnitude | null;
  /**
   * The bound of the network cut after layer `i`, by layer index; null where it says nothing (beyond the
   * piecewise-linear part).
   */
  readonly perLayer: readonly (Magnitude | null)[] | null;
  /**
   * What a reader must know beside the number: "exact for one layer", "bracket", "published equality is false here",
   * the domain of a mean.
   */
  readonly note: string | null;
  /** Of the value of a mean from draws or counts. */
  readonly standardError?: number;
}

/** One theorem, as the registry holds it. */
export interface Bound extends BoundFacts {
  readonly id: BoundId;
  /** The id of a bound of the same kind that, where it applies, is at least as tight at every cut. */
  readonly impliedBy?: BoundId;
  readonly evaluate: (theory: TheoryContext) => Evaluation;
}

export type Evaluation =
  | {
      readonly applies: true;
      readonly perLayer: readonly (Magnitude | null)[];
      readonly note?: string;
      /** Where it holds for another count than the theorem usually does. */
      readonly of?: RegionNotion;
    }
  | { readonly applies: false; readonly reason: string };
