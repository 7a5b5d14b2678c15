import { ExactHistogram } from './exactHistogram.ts';
import type { IndependenceNumbers } from './independence.ts';
import type { Magnitude } from './magnitude.ts';
import { ScaledHistogram } from './scaledHistogram.ts';

/** What one stage of units does to a histogram. */
export interface HistogramStage {
  readonly numbers: IndependenceNumbers;
  readonly neurons: number;
  /** True: j inactive units leave at most `neurons - j` dimensions. */
  readonly drops: boolean;
  /**
   * For an entering dimension d, a histogram over leaving dimensions 0 .. min(d, neurons) that is known to be at
   * most as large in every tail; null where `numbers` says all.
   */
  readonly tighter?: (d: number) => readonly bigint[] | null;
}

/** An upper bound on how many regions have each dimension: number of regions by dimension of the layer's image. */
export interface DimensionHistogram {
  readonly low: number;
  readonly top: number;
  total(): Magnitude;
  /** The mass at every dimension, lowest first; zeros left out. */
  entries(): { readonly dimension: number; readonly mass: Magnitude }[];
  /** After an affine map into `width` dimensions. */
  capped(width: number): DimensionHistogram;
  /** After a stage of units: the dimension recurrence, run forward. */
  stepped(stage: HistogramStage): DimensionHistogram;
  /** Every mass times a factor that depends on its dimension. */
  weighted(factor: (dimension: number) => Magnitude): DimensionHistogram;
  /** At most `count` different dimensions, masses moved up: still an upper bound. */
  coarsened(count: number): DimensionHistogram;
}

/** One region of the given dimension. `work` limits how much the exact integers may cost. */
export function singleRegion(dimension: number, work: { left: number }): DimensionHistogram {
  return new ExactHistogram(dimension, [1n], work);
}

export function scaledSingleRegion(dimension: number): DimensionHistogram {
  return ScaledHistogram.single(dimension);
}
