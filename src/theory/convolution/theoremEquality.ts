import type { ReceptiveFields } from './receptiveFields.ts';
import { gridsOf, lengthOf, type Grid, type Interval } from './gridComponents.ts';
import { lineOf } from './sums/gridSum.ts';

/** Whether the sum of independence numbers, which ignores that weights are shared, is what shared weights reach. */
export type TheoremEquality = 'exact' | 'loose' | 'open';

/**
 * What is proven of the equality in Theorem 2 of Xiong et al. 2020.
 *
 * `exact` for untied weights (Rado), and for a convolution whose positions lie in lines that share no inputs (one row
 * or column of positions, windows that do not overlap along one axis, 1x1 kernels). Proof for a line: let B be a set
 * that Hall's condition allows, C cells it can be matched with. Put kernel entries w_f[k] = T^((k - a_f)^2) with
 * distinct a_f in (0, 1), channels as cells a little apart. The matching (p, f) -> c has weight T^(sum (c - p -
 * a_f)^2), and the sum is least for one matching alone, the one in ascending order of p + a_f, which is allowed because
 * both ends of the fields ascend. So the determinant of B and C is not zero for some kernel, hence for almost all of
 * them.
 *
 * `loose` where a block of positions is large enough for c min(k_h, s) min(k_w, s) + 1 filters to be related by
 * Cramer's rule, as polynomials are: for two filters of one channel, w_2 * w_1 - w_1 * w_2 = 0.
 */
export function theoremEquality(pattern: ReceptiveFields): TheoremEquality {
  const { grids, faithful } = gridsOf(pattern);
  if (!faithful || pattern.sharing === 'composed') return 'open';
  if (pattern.sharing === 'untied' || grids.every((grid) => lineOf(grid) !== null)) return 'exact';
  return isUnpadded(pattern) && grids.some(hasCramerRelation) ? 'loose' : 'open';
}

/** Whether every position uses the whole kernel. */
function isUnpadded({ taps }: ReceptiveFields): boolean {
  if (taps === null) return false;
  return [taps.rows, taps.columns].every((axis) => axis.every((list) => list.join() === axis[0].join()));
}

function hasCramerRelation(grid: Grid): boolean {
  const row = regularWindow(grid.rows);
  const column = regularWindow(grid.columns);
  if (!row || !column || row.stride !== column.stride) return false;
  const { stride } = row;
  const { channels } = grid;
  return (
    row.kernel > stride &&
    column.kernel > stride &&
    grid.filters > channels * stride * stride &&
    grid.rows.length > channels * stride * (row.kernel - stride) &&
    grid.columns.length > channels * stride * (column.kernel - stride)
  );
}

/** Kernel and stride of windows that lie regularly; null for a single one. */
function regularWindow(intervals: readonly Interval[]): { kernel: number; stride: number } | null {
  if (intervals.length < 2) return null;
  const kernel = lengthOf(intervals[0]);
  const stride = intervals[1][0];
  const regular = intervals.every(([start, end], p) => start === p * stride && end === start + kernel);
  return regular ? { kernel, stride } : null;
}
