import { describe, expect, it } from 'vitest';
import fc from '../fastCheck.ts';
import { Budget } from '../../src/theory/convolution/sums/budget.ts';
import { convolutionSum } from '../../src/theory/convolution/sums/convolutionSum.ts';
import type { ReceptiveFields } from '../../src/theory/convolution/receptiveFields.ts';
import { genericSum } from '../../src/theory/convolution/genericIndependence.ts';
import { fieldElements } from '../../src/theory/convolution/sums/primeField.ts';
import { theoremEquality } from '../../src/theory/convolution/theoremEquality.ts';
import { patternOf } from '../unit/theory/convolution/layers.ts';

const prime = 2_147_483_647n;

const smallConvolution: fc.Arbitrary<ReceptiveFields> = fc
  .record({
    input: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    pad: fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 1 })),
    stride: fc.integer({ min: 1, max: 2 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    groups: fc.integer({ min: 1, max: 2 }),
    channels: fc.integer({ min: 1, max: 2 }),
    filters: fc.integer({ min: 1, max: 3 }),
  })
  .filter(({ input, kernel, pad, stride, dilation, groups, filters }) => {
    const out = input.map((extent, k) =>
      Math.floor((extent + 2 * pad[k] - (kernel[k] - 1) * dilation - 1) / stride + 1),
    );
    return out.every((extent) => extent > 0) && out[0] * out[1] * filters * groups <= 11;
  })
  .map(({ channels, filters, groups, dilation, input, ...rest }) =>
    patternOf({ ...rest, input: [...input, channels * groups], filters: filters * groups }, { dilation, groups }),
  );

/** The normals of all neurons for one kernel drawn from `entry`. */
function normals(pattern: ReceptiveFields, entry: () => bigint): bigint[][] {
  const kernel = new Map<string, bigint>();
  const weight = (...place: number[]): bigint => {
    const key = place.join();
    const value = kernel.get(key) ?? entry();
    kernel.set(key, value);
    return value;
  };
  const all: bigint[][] = [];
  const extent = 8;
  for (let g = 0; g < pattern.groups; g++) {
    pattern.rows.forEach((row, y) =>
      pattern.columns.forEach((column, x) => {
        for (let f = 0; f < pattern.filters; f++) {
          const normal = Array<bigint>(pattern.groups * pattern.channels * extent * extent).fill(0n);
          row.forEach((cellY, i) =>
            column.forEach((cellX, j) => {
              for (let c = 0; c < pattern.channels; c++) {
                const at = ((g * pattern.channels + c) * extent + cellY) * extent + cellX;
                normal[at] = weight(g, f, c, pattern.taps?.rows[y][i] ?? 0, pattern.taps?.columns[x][j] ?? 0);
              }
            }),
          );
          all.push(normal);
        }
      }),
    );
  }
  return all;
}

/** Independent sets, one by one: each extends an independent set of earlier vectors. */
function independentSets(vectors: readonly bigint[][], from = 0, basis: readonly bigint[][] = []): number {
  let count = 1;
  for (let k = from; k < vectors.length; k++) {
    const rest = reduced(vectors[k], basis);
    if (rest.some((entry) => entry !== 0n)) count += independentSets(vectors, k + 1, [...basis, rest]);
  }
  return count;
}

function reduced(vector: readonly bigint[], basis: readonly bigint[][]): bigint[] {
  let rest = [...vector];
  for (const row of basis) {
    const lead = row.findIndex((entry) => entry !== 0n);
    const [a, b] = [row[lead], rest[lead]];
    rest = rest.map((entry, k) => (((entry * a - row[k] * b) % prime) + prime) % prime);
  }
  return rest;
}

describe('independent sets of a shared kernel', () => {
  it('are counted as by going through them one by one', () => {
    fc.assert(
      fc.property(smallConvolution, fc.integer({ min: 1, max: 1_000_000 }), (pattern, seed) => {
        const elements = fieldElements(BigInt(seed));
        const entry = () => elements.next().value % prime;
        const count = BigInt(independentSets(normals(pattern, entry)));
        expect(genericSum(pattern, 1, new Budget(1e10))).toBe(count);

        // Theorem 2 is never below, and equal or not where that is said to be proven.
        const { upper, exact } = convolutionSum(pattern, 2, { budget: 1e10 });
        if (!exact || upper.exact === null) throw new Error('the sum is not exact');
        expect(upper.exact).toBeGreaterThanOrEqual(count);
        if (theoremEquality(pattern) === 'exact') expect(upper.exact).toBe(count);
        if (theoremEquality(pattern) === 'loose') expect(upper.exact).toBeGreaterThan(count);
      }),
      { numRuns: 120 },
    );
  });

  it('cannot be counted without a shared kernel, or beyond the budget', () => {
    const pattern = patternOf({ input: [3, 3, 1], kernel: [2, 2], stride: 1, filters: 2 });
    expect(genericSum(pattern, 1, new Budget(1e9))).toBe(255n);
    expect(genericSum({ ...pattern, sharing: 'untied' }, 1, new Budget(1e9))).toBeNull();
    expect(genericSum(pattern, 1, new Budget(1e4))).toBeNull();
  });

  it('are known to be fewer only for whole kernels: padding can make other windows look regular', () => {
    // Windows cut to two rows each, by different rows of the kernel.
    const cut = patternOf({ input: [2, 2, 1], kernel: [3, 3], stride: 1, filters: 1, pad: [1, 1] });
    expect(cut.rows).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(theoremEquality(cut)).toBe('open');
  });
});
