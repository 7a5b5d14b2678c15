import { greatestOf } from '../../../network/extremes.ts';
import { bigintSteps, productSteps, type Budget } from './budget.ts';
import { frontierSum } from './frontierSum.ts';
import {
  cellsOf,
  gridNeurons,
  isFree,
  lengthOf,
  positionLimit,
  positionsOf,
  transposeGrid,
} from '../gridComponents.ts';
import type { Grid, Interval } from '../gridComponents.ts';
import { asPolynomial, selectionTerms, type Indeterminate } from '../indeterminate.ts';
import { intervalSum } from './intervalSum.ts';
import { packingOfBits, unpack } from './packedPolynomial.ts';

/**
 * The generating polynomial sum I(j) x^j of one copy of a grid: of the transversal matroid in which every position
 * offers `filters` neurons, each to be matched with an input scalar of its field (Hall, Rado). Null beyond the budget.
 */
export function exactGridSum(grid: Grid, x: Indeterminate, budget: Budget): bigint | null {
  if (isFree(grid)) return freeGridSum(grid, x, budget);
  const line = lineOf(grid);
  if (line) return lineSum(line.intervals, line.capacity, grid, x, budget);
  const most = Math.min(positionLimit(grid), largestField(grid));
  if ((most + 1) * x.bits(most) > MAX_TERM_BITS) return null;
  return frontierSum(grid, selectionTerms(grid.filters, most, x), x.bits(gridNeurons(grid)) / 2, budget);
}

/** Positions in one row or one column: their fields are intervals of whole columns or rows of cells. */
export function lineOf(grid: Grid): { intervals: readonly Interval[]; capacity: number } | null {
  if (grid.rows.length === 1) {
    return { intervals: grid.columns, capacity: grid.channels * lengthOf(grid.rows[0]) };
  }
  if (grid.columns.length === 1) {
    return { intervals: grid.rows, capacity: grid.channels * lengthOf(grid.columns[0]) };
  }
  return null;
}

function freeGridSum(grid: Grid, x: Indeterminate, budget: Budget): bigint | null {
  const bits = x.bits(gridNeurons(grid));
  if (!budget.spend(productSteps(bits / 2, bits / 2))) return null;
  const terms = selectionTerms(grid.filters, positionLimit(grid), x);
  return x.power(
    terms.reduce((total, term) => total + term, 0n),
    positionsOf(grid),
  );
}

/** Where the terms of one position are longer together, their products are beyond any budget. */
const MAX_TERM_BITS = 2 ** 29;

function lineSum(
  intervals: readonly Interval[],
  capacity: number,
  grid: Grid,
  x: Indeterminate,
  budget: Budget,
): bigint | null {
  const longest = intervals.reduce((most, interval) => Math.max(most, lengthOf(interval)), 0);
  const most = Math.min(positionLimit(grid), capacity * longest);
  if ((most + 1) * x.bits(most) > MAX_TERM_BITS) return null;
  const terms = selectionTerms(grid.filters, most, x);
  const weights = intervals.map(() => terms);
  const steps = productSteps(x.bits(intervals.length * grid.filters) / 2, x.bits(terms.length - 1));
  return intervalSum({ intervals, capacity, weights }, steps, budget);
}

/**
 * At least the generating polynomial, coefficient by coefficient: of Hall's conditions only those for runs of positions
 * within a row and for runs of whole rows are kept, so that each row enters by the number of neurons it holds.
 */
export function relaxedGridSum(grid: Grid, x: Indeterminate, budget: Budget): bigint | null {
  const capacity = grid.channels * cellsOf(grid.columns);
  const selections = new Map<number, bigint[]>();
  for (const row of grid.rows) {
    const length = lengthOf(row);
    if (selections.has(length)) continue;
    const counts = rowSelections(grid, length, budget);
    if (counts === null) return null;
    selections.set(
      length,
      counts.map((count, t) => x.term(count, t)),
    );
  }
  const weights = grid.rows.map((row) => selections.get(lengthOf(row)) ?? []);
  const steps = productSteps(x.bits(gridNeurons(grid)) / 2, x.bits(grid.columns.length * grid.filters));
  return intervalSum({ intervals: grid.rows, capacity, weights }, steps, budget);
}

/** By number of neurons: the selections from one row of positions whose fields are `height` cells high. */
function rowSelections(grid: Grid, height: number, budget: Budget): bigint[] | null {
  const neurons = grid.columns.length * grid.filters;
  const most = Math.min(
    neurons,
    positionLimit(grid) * grid.columns.length,
    grid.channels * height * cellsOf(grid.columns),
  );
  const packing = packingOfBits(neurons + 1, most);
  if (budget.left < packing.slot * packing.degree) return null;
  const x = asPolynomial(packing);
  const packed = lineSum(grid.columns, grid.channels * height, grid, x, budget);
  if (packed === null) return null;
  const counts = unpack(packed, packing);
  while (counts[counts.length - 1] === 0n) counts.pop();
  return counts;
}

/** Shares the cells out among intervals as evenly as the intervals allow: the number that each is given. */
export function bandsOf(intervals: readonly Interval[]): number[] {
  const cells = cellsOf(intervals);
  let from = 0;
  return intervals.map(([, end], k) => {
    const even = Math.round(((k + 1) * cells) / intervals.length);
    const next = k + 1 < intervals.length ? intervals[k + 1][0] : cells;
    const to = Math.max(from, Math.min(end, Math.max(next, even)));
    const given = to - from;
    from = to;
    return given;
  });
}

/**
 * At most the generating polynomial: every row of cells serves one row of positions only, which leaves lines of
 * positions that have nothing to do with each other.
 */
export function bandedGridSum(grid: Grid, x: Indeterminate, budget: Budget): bigint | null {
  let total = 1n;
  for (const [height, rows] of countsBy(bandsOf(grid.rows))) {
    if (height === 0) continue;
    const factor = lineSum(grid.columns, grid.channels * height, grid, x, budget);
    if (factor === null || !budget.spend(rows * bigintSteps(x.bits(gridNeurons(grid))))) return null;
    total = x.trim(total * x.power(factor, rows));
  }
  return total;
}

/** How often each number occurs. */
export function countsBy(numbers: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return counts;
}

/** The better of both orientations. */
export function eitherWay(
  grid: Grid,
  bound: (grid: Grid) => bigint | null,
  better: (a: bigint, b: bigint) => bigint,
): bigint | null {
  const upright = bound(grid);
  const turned = bound(transposeGrid(grid));
  return upright !== null && turned !== null ? better(upright, turned) : (upright ?? turned);
}

function largestField(grid: Grid): number {
  const longest = (intervals: readonly Interval[]) => greatestOf(intervals.map(lengthOf));
  return grid.channels * longest(grid.rows) * longest(grid.columns);
}
