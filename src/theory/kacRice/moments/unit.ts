import { bends, type PiecewiseLinearActivation } from '../../../network/activation.ts';
import type { Network } from '../../../network/network.ts';

/** Moments after a unit from moments before it, in a layout of `components` blocks of equal length. */
export type MomentMap = (
  activation: PiecewiseLinearActivation,
  moments: Float64Array,
  components: number,
) => Float64Array;

/** Two pieces that meet at zero with value zero: ReLU, leaky ReLU, PReLU at its initial slope, abs. */
export function bendsAtZeroOnly({ breakpoints, intercepts }: PiecewiseLinearActivation): boolean {
  return breakpoints.length === 1 && breakpoints[0] === 0 && intercepts.every((intercept) => intercept === 0);
}

/** Whether all units bend at zero only, so that moments of units are multiples of those before them. */
export function unitsBendAtZeroOnly({ layers }: Network): boolean {
  return layers.every(
    ({ scope, activation }) =>
      scope === 'beyond' ||
      !bends(activation) ||
      (activation.kind === 'piecewiseLinear' && bendsAtZeroOnly(activation)),
  );
}

/**
 * E phi(z)^2 / E z^2 for such a unit; the same factor holds for E phi phi' z' and E (phi' z')^2, because (z, z') and
 * (-z, -z') have one law.
 */
export function zeroBendFactor({ slopes }: PiecewiseLinearActivation): number {
  return (slopes[0] ** 2 + slopes[1] ** 2) / 2;
}
