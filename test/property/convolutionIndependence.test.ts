import { describe, expect, it } from 'vitest';
import fc from '../fastCheck.ts';
import { binomialExact } from '../../src/theory/numbers/binomial.ts';
import { convolutionIndependence } from '../../src/theory/convolution/convolutionNumbers.ts';
import { convolutionSum } from '../../src/theory/convolution/sums/convolutionSum.ts';
import type { AxisFields, ReceptiveFields } from '../../src/theory/convolution/receptiveFields.ts';
import type { Magnitude } from '../../src/theory/numbers/magnitude.ts';

const rounds = { numRuns: 150 };

interface AxisShape {
  readonly extent: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: number;
}

const axisShape: fc.Arbitrary<AxisShape> = fc.record({
  extent: fc.integer({ min: 1, max: 5 }),
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  pad: fc.integer({ min: 0, max: 2 }),
});

function fieldsOf({ extent, kernel, stride, dilation, pad }: AxisShape): AxisFields {
  const fields: number[][] = [];
  for (let start = -pad; start + (kernel - 1) * dilation < extent + pad; start += stride) {
    const cells = Array.from({ length: kernel }, (_, a) => start + a * dilation);
    fields.push(cells.filter((cell) => cell >= 0 && cell < extent));
  }
  return fields;
}

/** Few enough positions and neurons to try every selection. */
const smallPattern: fc.Arbitrary<ReceptiveFields> = fc
  .record({
    rows: axisShape.map(fieldsOf),
    columns: axisShape.map(fieldsOf),
    groups: fc.integer({ min: 1, max: 2 }),
    channels: fc.integer({ min: 1, max: 2 }),
    filters: fc.integer({ min: 1, max: 4 }),
  })
  .map((shape) => ({ ...shape, rankLimit: Infinity, sharing: 'untied' as const, taps: null }))
  .filter(({ rows, columns, filters, groups }) => {
    const positions = rows.length * columns.length * groups;
    return positions > 0 && positions <= 9 && (filters + 1) ** positions <= 20_000;
  });

/** I(j) by the definition: all (t_p) that leave every set of positions with enough inputs. */
function enumerated({ rows, columns, groups, channels, filters }: ReceptiveFields): bigint[] {
  const fields: Set<string>[] = [];
  for (let g = 0; g < groups; g++) {
    for (const row of rows) {
      for (const column of columns) {
        const cells = row.flatMap((y) =>
          column.flatMap((x) => Array.from({ length: channels }, (_, c) => [g, y, x, c])),
        );
        fields.push(new Set(cells.map(String)));
      }
    }
  }
  const subsets = 2 ** fields.length;
  const room = Array.from({ length: subsets }, (_, mask) => {
    const union = new Set<string>();
    fields.forEach((field, p) => (mask >> p) & 1 && field.forEach((cell) => union.add(cell)));
    return union.size;
  });
  const counts: bigint[] = [];
  const place = (p: number, taken: number[], weight: bigint, size: number): void => {
    if (p === fields.length) {
      counts[size] = (counts[size] ?? 0n) + weight;
      return;
    }
    for (let t = 0; t <= filters; t++) {
      // Sets of positions whose last one is p.
      const sums = [...taken, ...taken.map((sum) => sum + t)];
      if (sums.every((sum, mask) => mask < taken.length || sum <= room[mask])) {
        place(p + 1, sums, weight * binomialExact(filters, t), size + t);
      }
    }
  };
  place(0, [0], 1n, 0);
  return counts;
}

function total(counts: readonly bigint[], weight: bigint): bigint {
  return counts.reduce((sum, count, j) => sum + count * weight ** BigInt(j), 0n);
}

function atMost(a: Magnitude, b: Magnitude): boolean {
  if (a.exact !== null && b.exact !== null) return a.exact <= b.exact;
  return a.log10 - a.log10Error <= b.log10 + b.log10Error;
}

function exactly(value: bigint): Magnitude {
  return { exact: value, log10: Math.log10(Number(value)), log10Error: 1e-12 };
}

describe('independence numbers of a layer with receptive fields', () => {
  it('count the selections that satisfy Hall’s condition', () => {
    fc.assert(
      fc.property(smallPattern, fc.integer({ min: 2, max: 4 }), (pattern, pieces) => {
        const counts = enumerated(pattern);
        const numbers = convolutionIndependence(pattern, pieces, { budget: 1e10 });
        expect(numbers.quality).toBe('exact');
        const weight = BigInt(pieces - 1);
        counts.forEach((count, j) => expect(numbers.at(j).exact).toBe(count * weight ** BigInt(j)));
        expect(numbers.at(counts.length).exact).toBe(0n);
        expect(numbers.prefixSum(counts.length + 3).exact).toBe(total(counts, weight));
        const sum = convolutionSum(pattern, pieces, { budget: 1e10 });
        expect(sum.exact && sum.upper.exact).toBe(total(counts, weight));
      }),
      rounds,
    );
  });

  it('lie within the bracket that a small budget leaves, for every prefix', () => {
    fc.assert(
      fc.property(
        smallPattern,
        fc.integer({ min: 2, max: 3 }),
        fc.integer({ min: 1, max: 30_000 }),
        (pattern, pieces, budget) => {
          const counts = enumerated(pattern);
          const weight = BigInt(pieces - 1);
          const { lower, upper } = convolutionSum(pattern, pieces, { budget });
          expect(atMost(lower, exactly(total(counts, weight)))).toBe(true);
          expect(atMost(exactly(total(counts, weight)), upper)).toBe(true);
          const numbers = convolutionIndependence(pattern, pieces, { budget });
          counts.forEach((_, j) => {
            expect(atMost(exactly(total(counts.slice(0, j + 1), weight)), numbers.prefixSum(j))).toBe(true);
          });
          expect(numbers.maxSize).toBeGreaterThanOrEqual(counts.length - 1);
        },
      ),
      rounds,
    );
  });

  it('give the same answer to the same question, whatever was asked before', () => {
    fc.assert(
      fc.property(smallPattern, fc.integer({ min: 1, max: 30_000 }), (pattern, budget) => {
        const first = convolutionSum(pattern, 2, { budget });
        const numbers = convolutionIndependence(pattern, 2, { budget });
        const backwards = Array.from({ length: numbers.maxSize + 1 }, (_, k) => numbers.at(numbers.maxSize - k));
        const again = convolutionIndependence(pattern, 2, { budget });
        expect(backwards.reverse()).toEqual(backwards.map((_, j) => again.at(j)));
        expect(convolutionSum(pattern, 2, { budget })).toEqual(first);
      }),
      { numRuns: 50 },
    );
  });
});
