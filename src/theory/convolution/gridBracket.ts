import { greatestOf } from '../../network/extremes.ts';
import { binomialPrefixSum } from '../numbers/binomial.ts';
import {
  compare,
  larger,
  log10ErrorOf,
  magnitudeOf,
  magnitudeOfLog10,
  one,
  power,
  product,
  smaller,
  type Magnitude,
} from '../numbers/magnitude.ts';
import { magnitudeOfScaled } from '../numbers/scaled.ts';
import type { Budget } from './sums/budget.ts';
import { isFree, lengthOf, positionLimit, positionsOf } from './gridComponents.ts';
import type { Grid, Interval } from './gridComponents.ts';
import { bandedGridSum, bandsOf, countsBy, eitherWay, exactGridSum, lineOf, relaxedGridSum } from './sums/gridSum.ts';
import { atWeight } from './indeterminate.ts';
import { scaledIntervalSum, scaledSelections } from './sums/scaledLine.ts';

/** Two numbers with the sought one between them; the same number twice where it is known. */
export interface Bracket {
  readonly lower: Magnitude;
  readonly upper: Magnitude;
  /** Whether the two are the sought number itself, as far as its error says. */
  readonly exact: boolean;
}

function known(value: Magnitude): Bracket {
  return { lower: value, upper: value, exact: true };
}

/** What is asked for: where only the upper side is, the lower one may be 1. */
export type Sides = 'both' | 'upper';

/**
 * sum I(j) weight^j of one copy of a grid: exactly where the budget allows, else between a relaxation (fewer of Hall's
 * conditions) and a restriction (inputs handed to positions or rows beforehand).
 */
export function gridBracket(grid: Grid, weight: number, sides: Sides, budget: Budget): Bracket {
  if (isFree(grid)) return known(freeSum(grid, weight));
  const x = atWeight(weight);
  const exact = budget.share(0.6 * budget.left, (part) => exactGridSum(grid, x, part));
  if (exact !== null) return known(magnitudeOf(exact));
  const line = lineOf(grid);
  if (line) return lineBracket(line.intervals, line.capacity, grid, weight, budget);
  const upper = upperGridSum(grid, weight, budget);
  return { lower: sides === 'both' ? lowerGridSum(grid, weight, budget) : one, upper, exact: false };
}

function freeSum(grid: Grid, weight: number): Magnitude {
  const most = positionLimit(grid);
  if (most === grid.filters) return power(magnitudeOf(weight + 1), positionsOf(grid) * grid.filters);
  return power(positionSum(grid, most, weight), positionsOf(grid));
}

/** Selections of at most `most` neurons of one position. */
function positionSum(grid: Grid, most: number, weight: number): Magnitude {
  return binomialPrefixSum(grid.filters, Math.min(positionLimit(grid), most), weight);
}

function lineBracket(
  intervals: readonly Interval[],
  capacity: number,
  grid: Grid,
  weight: number,
  budget: Budget,
): Bracket {
  const unknown = () => ({ lower: separateSum(grid, weight), upper: positionsSum(grid, weight), exact: false });
  const most = Math.min(positionLimit(grid), capacity * greatestOf(intervals.map(lengthOf)));
  if (most > budget.left) return unknown();
  const terms = scaledSelections(grid.filters, most, weight);
  const chain = { intervals, capacity, weights: intervals.map(() => terms) };
  const upper = budget.share(budget.left / 2, (part) => scaledIntervalSum(chain, 'upper', part));
  const lower = scaledIntervalSum(chain, 'lower', budget);
  if (upper === null || lower === null) return unknown();
  return merged(magnitudeOfScaled(lower), magnitudeOfScaled(upper));
}

/** One magnitude in place of two that differ by less than their errors. */
function merged(lower: Magnitude, upper: Magnitude): Bracket {
  const gap = upper.log10 - lower.log10;
  const error = log10ErrorOf(lower) + log10ErrorOf(upper);
  if (gap > error) return { lower, upper, exact: false };
  return known(magnitudeOfLog10(upper.log10, error + Math.abs(gap)));
}

/** At least sum I(j) weight^j. */
function upperGridSum(grid: Grid, weight: number, budget: Budget): Magnitude {
  const positions = positionsSum(grid, weight);
  const x = atWeight(weight);
  const least = (a: bigint, b: bigint) => (a < b ? a : b);
  const integer = eitherWay(grid, (g) => budget.share(budget.left / 4, (part) => relaxedGridSum(g, x, part)), least);
  return integer === null ? positions : smaller(positions, magnitudeOf(integer));
}

/** Every position for itself: Hall's condition for single positions only. */
function positionsSum(grid: Grid, weight: number): Magnitude {
  const columns = countsBy(grid.columns.map(lengthOf));
  const factors: Magnitude[] = [];
  for (const [height, rows] of countsBy(grid.rows.map(lengthOf))) {
    for (const [width, count] of columns) {
      factors.push(power(positionSum(grid, grid.channels * height * width, weight), rows * count));
    }
  }
  return product(factors);
}

/** At most sum I(j) weight^j. */
function lowerGridSum(grid: Grid, weight: number, budget: Budget): Magnitude {
  const separate = separateSum(grid, weight);
  const x = atWeight(weight);
  const most = (a: bigint, b: bigint) => (a > b ? a : b);
  const integer = eitherWay(grid, (g) => budget.share(budget.left / 4, (part) => bandedGridSum(g, x, part)), most);
  return integer === null ? separate : larger(separate, magnitudeOf(integer));
}

/** Every cell serves one position only. */
function separateSum(grid: Grid, weight: number): Magnitude {
  const widths = countsBy(bandsOf(grid.columns));
  const factors: Magnitude[] = [];
  for (const [height, rows] of countsBy(bandsOf(grid.rows))) {
    for (const [width, columns] of widths) {
      const most = grid.channels * height * width;
      factors.push(most === 0 ? one : power(positionSum(grid, most, weight), rows * columns));
    }
  }
  return product(factors);
}

/** The product of brackets of parts that see different inputs. */
export function combined(parts: readonly { readonly bracket: Bracket; readonly copies: number }[]): Bracket {
  const exact = parts.every(({ bracket }) => bracket.exact);
  const upper = product(parts.map(({ bracket, copies }) => power(bracket.upper, copies)));
  if (exact) return known(upper);
  const lower = product(parts.map(({ bracket, copies }) => power(bracket.lower, copies)));
  return { lower: compare(lower, upper) > 0 ? upper : lower, upper, exact };
}
