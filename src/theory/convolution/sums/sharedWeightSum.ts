import type { TheoryOptions } from '../../bound.ts';
import { memoized, type TheoryContext } from '../../context.ts';
import { magnitudeOf, type Magnitude } from '../../numbers/magnitude.ts';
import { Budget } from './budget.ts';
import { convolutionSum, DEFAULT_BUDGET } from './convolutionSum.ts';
import type { ReceptiveFields } from '../receptiveFields.ts';
import { genericSum } from '../genericIndependence.ts';
import { theoremEquality } from '../theoremEquality.ts';

export type SharedWeightSum = { readonly value: Magnitude; readonly note: string } | { readonly reason: string };

/** The same, computed once for all bounds that ask for it within one budget. */
export function sharedWeightSumOf(
  theory: TheoryContext,
  pattern: ReceptiveFields,
  pieceCount: number,
  options: TheoryOptions,
): SharedWeightSum {
  return theory.onceForFamily(sums)(pattern)({ pieceCount, options });
}

interface Question {
  readonly pieceCount: number;
  readonly options: TheoryOptions;
}

function sums(): (pattern: ReceptiveFields) => (question: Question) => SharedWeightSum {
  return memoized(
    (pattern: ReceptiveFields) => pattern,
    (pattern) =>
      memoized(
        ({ pieceCount, options }: Question) => `${pieceCount} ${options.budget ?? DEFAULT_BUDGET}`,
        ({ pieceCount, options }) => sharedWeightSum(pattern, pieceCount, options),
      ),
  );
}

/**
 * The number of regions of one layer for almost all weights, which is the most it can have: by the sum over receptive
 * fields where that is proven to be it, else by counting independent sets of normals over a prime field (genericSum).
 */
function sharedWeightSum(pattern: ReceptiveFields, pieceCount: number, options: TheoryOptions): SharedWeightSum {
  if (pattern.sharing === 'composed') {
    return { reason: 'Several affine layers in a row tie the weights in ways that this count does not follow.' };
  }
  if (theoremEquality(pattern) === 'exact') {
    const { upper, exact } = convolutionSum(pattern, pieceCount, options, 'upper');
    return exact ? { value: upper, note: 'exact' } : { reason: tooLarge };
  }
  const budget = new Budget(options.budget ?? DEFAULT_BUDGET, options.cancelled);
  const sum = genericSum(pattern, pieceCount - 1, budget);
  if (sum === null) return { reason: tooLarge };
  return { value: magnitudeOf(sum), note: 'exact but for a chance below 2^-30 of an accident in a prime field' };
}

const tooLarge = 'The layer is too large to count its independent sets within the budget of steps and memory.';
