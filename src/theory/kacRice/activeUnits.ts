import { truncatedMoments } from './normal.ts';
import type { PiecewiseLinearActivation } from '../../network/activation.ts';
import type { Cells } from './cells.ts';
import { bendsAtZeroOnly } from './unit.ts';

/**
 * How many of a layer's channels pass a change on at a node, on average: n (E s^2)^2 / E s^4 for the slope s of n
 * units, positions of one channel as one. The sums behind a layer are Gaussian only where this is not small.
 * Infinity for units that are active half of the time whatever their scale.
 */
export function activeUnits(
  activation: PiecewiseLinearActivation,
  cells: Pick<Cells, 'values' | 'groups' | 'ids'>,
  node: number,
): number {
  if (bendsAtZeroOnly(activation)) return Infinity;
  const { breakpoints, slopes } = activation;
  const { values, groups, ids } = cells;
  const count = ids.length;
  let [deviations, means] = [0, 0];
  for (let position = 0; position < count; position += groups.length) {
    let [fourth, second] = [0, 0];
    groups.forEach((channels, g) => {
      const variance = values[3 * node * count + position + g];
      if (!(variance > 0)) return;
      slopes.forEach((slope, k) => {
        const [from, to] = [breakpoints[k - 1] ?? -Infinity, breakpoints[k] ?? Infinity];
        const [probability] = truncatedMoments(from, to, Math.sqrt(variance));
        fourth += channels * slope ** 4 * probability;
        second += channels * slope ** 2 * probability;
      });
    });
    // Positions share their weights: their deviations add up at worst.
    deviations += Math.sqrt(fourth);
    means += second;
  }
  return means === 0 ? 0 : means ** 2 / deviations ** 2;
}
