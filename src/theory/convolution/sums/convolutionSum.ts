import { binomialPrefixSum } from '../../numbers/binomial.ts';
import type { TheoryOptions } from '../../bound.ts';
import { one, smaller } from '../../numbers/magnitude.ts';
import { Budget } from './budget.ts';
import type { ReceptiveFields } from '../receptiveFields.ts';
import { combined, gridBracket, type Bracket, type Sides } from '../gridBracket.ts';
import { gridInputs, gridNeurons, gridsOf, lengthOf, positionLimit, type Grid } from '../gridComponents.ts';
import { countsBy } from './gridSum.ts';

/** Steps that one layer may take where the caller says nothing: some ten milliseconds. */
export const DEFAULT_BUDGET = 1e7;

/**
 * sum over j of I(j) (pieces - 1)^j for a layer with these receptive fields: Theorem 2 of Xiong et al. 2020, for more
 * than two pieces their 2024 extension. Exact or a bracket, as far as options.budget goes.
 */
export function convolutionSum(
  pattern: ReceptiveFields,
  pieceCount: number,
  options: TheoryOptions,
  sides: Sides = 'both',
): Bracket {
  const { grids, faithful } = gridsOf(pattern);
  const budget = new Budget(options.budget ?? DEFAULT_BUDGET, options.cancelled);
  const parts = grids.map((grid, k) => ({
    bracket: budget.share(budget.left / (grids.length - k), (part) => gridBracket(grid, pieceCount - 1, sides, part)),
    copies: grid.copies,
  }));
  const bracket = combined(parts);
  const narrowed = Number.isFinite(pattern.rankLimit);
  if (bracket.exact && faithful && !narrowed) return bracket;
  const dense = binomialPrefixSum(totalNeurons(grids), rankBound(grids), pieceCount - 1);
  const upper = smaller(bracket.upper, dense);
  // Widened fields and inner tensors only ever say what a layer cannot exceed.
  return { lower: faithful && !narrowed ? bracket.lower : one, upper, exact: false };
}

/** Neurons that see any input at all. */
export function totalNeurons(grids: readonly Grid[]): number {
  return grids.reduce((sum, grid) => sum + grid.copies * gridNeurons(grid), 0);
}

/**
 * Upper bound on the number of independent neurons: the number of inputs, and what its own field allows each position.
 */
export function rankBound(grids: readonly Grid[]): number {
  return grids.reduce((sum, grid) => sum + grid.copies * Math.min(gridInputs(grid), capacityOfPositions(grid)), 0);
}

function capacityOfPositions(grid: Grid): number {
  const widths = countsBy(grid.columns.map(lengthOf));
  let sum = 0;
  for (const [height, rows] of countsBy(grid.rows.map(lengthOf))) {
    for (const [width, columns] of widths) {
      sum += rows * columns * Math.min(positionLimit(grid), grid.channels * height * width);
    }
  }
  return sum;
}
