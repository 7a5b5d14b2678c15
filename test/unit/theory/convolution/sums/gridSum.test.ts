import { Cancelled } from '../../../../../src/theory/cancellation.ts';
import { describe, expect, it } from 'vitest';
import fc from '../../../../fastCheck.ts';
import { exactBinomialTerms } from '../../../../../src/theory/numbers/binomial.ts';
import { Budget } from '../../../../../src/theory/convolution/sums/budget.ts';
import { gridBracket } from '../../../../../src/theory/convolution/gridBracket.ts';
import { gridNeurons, isFree, transposeGrid, type Grid } from '../../../../../src/theory/convolution/gridComponents.ts';
import { bandedGridSum, exactGridSum, relaxedGridSum } from '../../../../../src/theory/convolution/sums/gridSum.ts';
import { asPolynomial, atWeight } from '../../../../../src/theory/convolution/indeterminate.ts';
import { intervalSum } from '../../../../../src/theory/convolution/sums/intervalSum.ts';
import { packingFor, unpack } from '../../../../../src/theory/convolution/sums/packedPolynomial.ts';
import { scaledIntervalSum, scaledSelections } from '../../../../../src/theory/convolution/sums/scaledLine.ts';
import { log10OfBigInt } from '../../../../../src/theory/numbers/magnitude.ts';
import { magnitudeOfScaled } from '../../../../../src/theory/numbers/scaled.ts';

const plenty = () => new Budget(1e10);

function windows(count: number, kernel: number, stride: number): (readonly [number, number])[] {
  return Array.from({ length: count }, (_, p) => [p * stride, p * stride + kernel] as const);
}

function grid(rows: Grid['rows'], columns: Grid['columns'], filters: number, channels = 1): Grid {
  return { rows, columns, channels, filters, rankLimit: Infinity, copies: 1 };
}

/** Overlapping windows: starts and ends ascend, and every window touches the next. */
const axis: fc.Arbitrary<Grid['rows']> = fc
  .array(fc.record({ move: fc.integer({ min: 0, max: 2 }), grow: fc.integer({ min: 0, max: 2 }) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((moves) => {
    let [start, end] = [0, 1];
    return moves.map(({ move, grow }, k) => {
      if (k > 0) start = Math.min(end - 1, start + move);
      end += grow;
      return [start, end] as const;
    });
  });

const smallGrid = fc
  .record({
    rows: axis,
    columns: axis,
    filters: fc.integer({ min: 1, max: 6 }),
    channels: fc.integer({ min: 1, max: 2 }),
  })
  .map(({ rows, columns, filters, channels }) => grid(rows, columns, filters, channels));

function coefficients(
  each: Grid,
  sum: (grid: Grid, x: ReturnType<typeof asPolynomial>, budget: Budget) => bigint | null,
): bigint[] {
  const neurons = gridNeurons(each);
  const packing = packingFor(1n << BigInt(neurons), neurons);
  const packed = sum(each, asPolynomial(packing), plenty());
  if (packed === null) throw new Error('the budget is too small');
  return unpack(packed, packing);
}

describe('the generating polynomial of a grid', () => {
  it('lies between its restriction and its relaxation, coefficient by coefficient', () => {
    fc.assert(
      fc.property(smallGrid, (each) => {
        const exact = coefficients(each, exactGridSum);
        const dense = exactBinomialTerms(gridNeurons(each), gridNeurons(each));
        for (const oriented of [each, transposeGrid(each)]) {
          const above = coefficients(oriented, relaxedGridSum);
          const below = coefficients(oriented, bandedGridSum);
          exact.forEach((value, j) => {
            expect(below[j] <= value && value <= above[j] && above[j] <= dense[j]).toBe(true);
          });
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is met by the relaxation where one row or the whole is all that binds', () => {
    // Windows as wide as the input: the runs of rows are all conditions there are.
    const wide = grid(windows(4, 2, 1), windows(1, 3, 1), 5);
    expect(coefficients(wide, relaxedGridSum)).toEqual(coefficients(wide, exactGridSum));
  });

  it('is met by the restriction where windows do not overlap', () => {
    const apart = grid(windows(3, 2, 2), windows(2, 2, 2), 6);
    expect(coefficients(apart, bandedGridSum)).toEqual(coefficients(apart, exactGridSum));
  });

  it('is 2^N exactly where every set of positions sees enough', () => {
    fc.assert(
      fc.property(smallGrid, (each) => {
        const all = 1n << BigInt(gridNeurons(each));
        expect(exactGridSum(each, atWeight(1), plenty()) === all).toBe(isFree(each));
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on the orientation', () => {
    fc.assert(
      fc.property(smallGrid, (each) => {
        expect(coefficients(transposeGrid(each), exactGridSum)).toEqual(coefficients(each, exactGridSum));
      }),
      { numRuns: 100 },
    );
  });

  it('takes a limit on the rank of one position for fewer filters to choose', () => {
    const limited = { ...grid(windows(2, 3, 3), windows(2, 3, 3), 4), rankLimit: 2 };
    expect(exactGridSum(limited, atWeight(1), plenty())).toBe(BigInt(1 + 4 + 6) ** 4n);
  });
});

describe('budgets', () => {
  const square = grid(windows(6, 3, 1), windows(6, 3, 1), 4);

  it('end a computation without a result', () => {
    expect(exactGridSum(square, atWeight(1), new Budget(1e5))).toBeNull();
  });

  it('is not known where its states take more memory than they may, whatever the budget is', () => {
    const small = grid(windows(4, 2, 1), windows(4, 2, 1), 4);
    expect(exactGridSum(small, atWeight(1), new Budget(1e12, undefined, 1e6))).not.toBeNull();
    expect(exactGridSum(small, atWeight(1), new Budget(1e12, undefined, 1e4))).toBeNull();
  });

  it('stop when the caller cancels', () => {
    let calls = 0;
    const cancelled = () => ++calls > 2;
    expect(() => exactGridSum(square, atWeight(1), new Budget(1e12, cancelled))).toThrow(Cancelled);
    expect(calls).toBe(3);
  });

  it('leave a bracket that holds the sum of a grid too large for them', () => {
    // 7x7 input, 3x3 windows, 4 filters: the sum itself is known from the larger budget.
    const seven = grid(windows(5, 3, 1), windows(5, 3, 1), 4);
    const exact = log10OfBigInt(exactGridSum(seven, atWeight(1), plenty()) ?? 0n);
    const { lower, upper, exact: known } = gridBracket(seven, 1, 'both', new Budget(1e6));
    expect(known).toBe(false);
    expect(lower.log10).toBeLessThan(exact);
    expect(upper.log10).toBeGreaterThan(exact);
    expect(upper.log10 - lower.log10).toBeLessThan(3);
  });
});

describe('the sum over a line in floating point', () => {
  const cases = [
    { count: 40, kernel: 5, stride: 2, capacity: 3, filters: 16 },
    { count: 3, kernel: 2, stride: 1, capacity: 130, filters: 1500 },
    { count: 200, kernel: 11, stride: 1, capacity: 1, filters: 8 },
  ];
  for (const { count, kernel, stride, capacity, filters } of cases) {
    it(`agrees with integers: ${count} windows of ${kernel}, ${filters} filters`, () => {
      const intervals = windows(count, kernel, stride);
      const most = Math.min(filters, capacity * kernel);
      const integers = exactBinomialTerms(filters, most);
      const exact = intervalSum({ intervals, capacity, weights: intervals.map(() => integers) }, 1, new Budget(1e12));
      const weights = intervals.map(() => scaledSelections(filters, most, 1));
      const expected = log10OfBigInt(exact ?? 0n);
      for (const direction of ['lower', 'upper'] as const) {
        const found = scaledIntervalSum({ intervals, capacity, weights }, direction, new Budget(1e12));
        const { log10, log10Error } = magnitudeOfScaled(found ?? { mantissa: 0, exponent: 0, error: 0 });
        expect(log10Error).toBeLessThan(1e-8);
        expect(Math.abs(log10 - expected)).toBeLessThan(log10Error + 1e-11);
      }
    });
  }
});
