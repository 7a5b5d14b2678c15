import type { Network } from '../../network/network.ts';
import { NoClosedForm } from './moments/state.ts';

/**
 * Mean numbers of regions after each layer (null beyond the piecewise-linear part), or a sentence why there are none.
 */
export type MeanRegions =
  | {
      readonly perLayer: readonly (number | null)[];
      readonly relativeError: number;
      /** Not the limit of wide layers. */
      readonly isAtWidth?: boolean;
      /** What else a reader must know. */
      readonly remark?: string;
    }
  | { readonly reason: string };

/** Elementary steps, some tenths of a second's. */
export const DEFAULT_BUDGET = 4e7;

/** Larger inputs are not read number by number. */
export const MAX_INPUTS = 2e6;
export const tooManyInputs = `The input has more than ${MAX_INPUTS} numbers: too many for the mean.`;

export function unlessRefused(compute: () => MeanRegions): MeanRegions {
  try {
    return compute();
  } catch (error) {
    if (error instanceof NoClosedForm) return { reason: error.message };
    throw error;
  }
}

/** A mean after each layer; null beyond the piecewise-linear part. Throws NoClosedForm where one is not a number. */
export function perLayer(network: Network, mean: (layer: number) => number): (number | null)[] {
  return network.layers.map(({ index, name, scope }) => (scope === 'beyond' ? null : finite(mean(index), name)));
}

/** Slopes of 10^28 take the variances of a few layers out of the range of floating-point numbers. */
export function finite(mean: number, layer: string): number {
  if (Number.isFinite(mean)) return mean;
  throw new NoClosedForm(`The variances at ${layer} are too large or too small to calculate with.`);
}
