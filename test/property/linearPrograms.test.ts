import { describe, expect, it } from 'vitest';
import fc from '../fastCheck.ts';
import { DualSimplex } from '../../src/counting/geometry/dualSimplex.ts';
import { takesPositiveValue } from '../../src/counting/exact/exactSimplex.ts';

const coefficient = fc.integer({ min: -3, max: 3 });
/** `a x + b y + c`, small whole numbers: parallel, coincident and concurrent lines all the time. */
const line = fc.tuple(coefficient, coefficient, coefficient);
const programs = fc.record({ objective: line, constraints: fc.array(line, { maxLength: 6 }) });
const square = [
  [1, 0, 0],
  [-1, 0, 1],
  [0, 1, 0],
  [0, -1, 1],
] as const;

type Line = readonly [number, number, number];

/**
 * The greatest value of the objective at the corners of the polygon, by trying where any two borders meet; null where
 * it is empty.
 */
function greatestAtCorners(objective: Line, constraints: readonly Line[]): number | null {
  const all = [...square, ...constraints];
  let most: number | null = null;
  for (const [a, b, c] of all) {
    for (const [d, e, f] of all) {
      const determinant = a * e - b * d;
      if (determinant === 0) continue;
      const [x, y] = [(b * f - c * e) / determinant, (c * d - a * f) / determinant];
      // Small whole numbers: what is not zero is far from it.
      if (all.some(([p, q, r]) => p * x + q * y + r < -1e-9)) continue;
      most = Math.max(most ?? -Infinity, objective[0] * x + objective[1] * y + objective[2]);
    }
  }
  return most;
}

describe('a linear program in a square', () => {
  it('has a positive value, in exact arithmetic, where one of the corners has', () => {
    let [positive, zero] = [0, 0];
    fc.assert(
      fc.property(programs, ({ objective, constraints }) => {
        const most = greatestAtCorners(objective, constraints);
        const big = (row: Line) => row.map(BigInt);
        const found = takesPositiveValue(big(objective), constraints.map(big), [0n, 0n], [1n, 1n]);
        expect(found).toBe(most !== null && most > 1e-9);
        if (found) positive++;
        else if (most !== null && Math.abs(most) < 1e-9) zero++;
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(positive, zero)).toBeGreaterThan(30);
  });

  it('has, in doubles, the value of the best corner, and prices that prove it', () => {
    const dictionary = new DualSimplex(new Float64Array(2), new Float64Array(2).fill(1));
    let solved = 0;
    fc.assert(
      fc.property(programs, ({ objective, constraints }) => {
        const most = greatestAtCorners(objective, constraints);
        if (most === null) return;
        const rows = constraints.map((row) => Float64Array.from(row));
        dictionary.load(rows, 2, Float64Array.from(objective));
        expect(dictionary.run(() => false)).toBe(true);
        expect(dictionary.value).toBeCloseTo(most, 9);
        const tight = dictionary.read();
        const [x, y] = dictionary.point;
        expect(objective[0] * x + objective[1] * y + objective[2]).toBeCloseTo(most, 9);
        // The objective and the priced constraints together are at most the value anywhere in the square.
        const sum = [...objective];
        for (let k = 0; k < tight; k++) {
          expect(dictionary.prices[k]).toBeGreaterThanOrEqual(0);
          rows[dictionary.tight[k]].forEach((value, j) => (sum[j] += dictionary.prices[k] * value));
        }
        expect(sum[2] + Math.max(0, sum[0]) + Math.max(0, sum[1])).toBeCloseTo(most, 9);
        solved++;
      }),
      { numRuns: 2000 },
    );
    expect(solved).toBeGreaterThan(500);
  });
});
