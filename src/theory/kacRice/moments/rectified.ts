import { bentSumMoments, sumMoments, type Moments, type Slopes } from '../integrals/bentSum.ts';
import { commonBorders, splitGroups, type Cells } from './cells.ts';
import type { Identities } from './identities.ts';
import { scaled } from './state.ts';

/**
 * A sum of units that bend at zero, on one Gaussian z, and of a Gaussian that is independent of z along the line: on
 * either side of `z = 0` it is a Gaussian. The cells of both are those of the sum.
 */
export interface Rectified {
  /** Of the units below and above zero, times all factors behind them. */
  readonly slopes: Slopes;
  /** The pre-activation z. */
  readonly gaussian: Cells;
  /** What is added; null where nothing is. */
  readonly rest: Cells | null;
}

/** A first bent sum: something is added. */
export type BentSum = Rectified & { readonly rest: Cells };

export function timesFactor({ slopes, gaussian, rest }: Rectified, factor: number): Rectified {
  const [below, above] = slopes;
  return { slopes: [factor * below, factor * above], gaussian, rest: rest && scaled(rest, factor ** 2) };
}

/** With more added to it; `sum` is all of that as one tensor, and says how channels are grouped. */
export function plus(rectified: Rectified, rest: Cells | null, sum: Cells, identities: Identities): Rectified {
  const borders = commonBorders([sum]);
  return {
    slopes: rectified.slopes,
    gaussian: splitGroups(rectified.gaussian, borders, identities),
    rest: rest && splitGroups(rest, borders, identities),
  };
}

/** The two Gaussians that the sum is, below and above `z = 0`. */
export function sidesOf({ slopes, gaussian, rest }: BentSum): Cells[] {
  return slopes.map((slope) => ({ ...rest, values: mapped(gaussian, rest, (z, f) => sumMoments(slope, z, f)) }));
}

/** Moments behind units on the sum, which bend at zero with these slopes. */
export function bentValues({ slopes, gaussian, rest }: BentSum, outer: Slopes): Float64Array {
  return mapped(gaussian, rest, (z, f) => bentSumMoments(slopes, outer, z, f));
}

/** By cell and node of a line, three components each. */
function mapped(gaussian: Cells, rest: Cells, map: (z: Moments, f: Moments) => Moments): Float64Array {
  const values = new Float64Array(rest.values.length);
  const count = values.length / rest.components;
  const at = (of: Float64Array, i: number): Moments => [of[i], of[i + count], of[i + 2 * count]];
  for (let from = 0; from < values.length; from += 3 * count) {
    for (let i = from; i < from + count; i++) {
      const moments = map(at(gaussian.values, i), at(rest.values, i));
      moments.forEach((moment, k) => (values[i + k * count] = moment));
    }
  }
  return values;
}

/**
 * Why units on the sum may bend where others do, or null. Where the slope on one side is zero, they bend there where
 * what is added vanishes: at positions at which that is the same, and z is not, some do and some do not.
 */
export function reasonAgainst({ slopes, rest }: BentSum, ids: Int32Array): string | null {
  if (rest.ids.some((id, cell) => id === 0 && ids[cell] !== 0))
    return 'holds bent values to which nothing is added at some positions.';
  if (!slopes.includes(0)) return null;
  const sumOf = new Map<number, number>();
  const isShared = rest.ids.some((id, cell) => {
    const sum = sumOf.get(id) ?? ids[cell];
    sumOf.set(id, sum);
    return sum !== ids[cell];
  });
  return isShared ? 'holds bent values to which one number is added at different positions.' : null;
}
