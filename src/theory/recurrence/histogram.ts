import { ExactHistogram } from './exactHistogram.ts';
import type { Magnitude } from '../numbers/magnitude.ts';
import type { Transition } from './transition.ts';

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
  stepped(stage: Transition): DimensionHistogram;
  /** Every mass times a factor that depends on its dimension. */
  weighted(factor: (dimension: number) => Magnitude): DimensionHistogram;
  /** At most `count` different dimensions, masses moved up: still an upper bound. */
  coarsened(count: number): DimensionHistogram;
  /**
   * Without integers if they would use up the work limit long before the end; `share` of the network is done.
   */
  demoteIfCostly(share: number): DimensionHistogram;
}

/** One region of the given dimension. `work` limits how much the exact integers may cost. */
export function singleRegion(dimension: number, work: number): DimensionHistogram {
  return new ExactHistogram(dimension, [1n], work);
}
