import type { Network } from '../../network/network.ts';
import { NoClosedForm } from './state.ts';

/**
 * Mean numbers of regions after each layer (null beyond the piecewise-linear part), or a sentence why there are none.
 */
export type MeanRegions =
  | {
      readonly perLayer: readonly (number | null)[];
      readonly relativeError: number;
      /** Not the limit of wide layers. */
      readonly isAtWidth?: boolean;
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

export function perLayer(network: Network, mean: (layer: number) => number): (number | null)[] {
  return network.layers.map(({ index, scope }) => (scope === 'beyond' ? null : mean(index)));
}
