import { expect, test } from 'vitest';
import { gaussians } from '../../../../src/common/random.ts';
import { Chance } from '../../../../src/analysis/expectation/chance.ts';
import {
  covarianceMatrix,
  drawnTogether,
  rootOf,
  worksOf,
  type Reading,
} from '../../../../src/analysis/expectation/jointRows.ts';

const breathe = () => {};

/** Three positions with windows of two taps on five, one of them a zero; two parts of two channels. */
function reading(filters: number): Reading {
  const input = Int32Array.from([0, 1, 1, 3, 4, -1]);
  return {
    positions: 3,
    taps: 2,
    input,
    inputChannels: 4,
    filters,
    parts: 2,
    isUntied: false,
    variance: 0.5,
    bias: 0.3,
  };
}

const gaussian = gaussians(3);
const chance = new Chance(4);
const random = (length: number) => Float64Array.from({ length }, gaussian);
const tensor = { values: random(20), tangents: random(20) };

/** What a filter of a part reads: numbers for each of its weights, values and derivatives in turn, and its bias. */
function rowsRead(part: number): number[][] {
  const { positions, taps, input, variance, bias } = reading(2);
  return Array.from({ length: 2 * positions }, (_, row) => {
    const from = row % 2 === 0 ? tensor.values : tensor.tangents;
    const read = Array.from({ length: taps * 2 }, (__, k) => {
      const position = input[(row >> 1) * taps + (k >> 1)];
      return position < 0 ? 0 : Math.sqrt(variance) * from[position * 4 + part * 2 + (k % 2)];
    });
    return [...read, row % 2 === 0 ? Math.sqrt(bias) : 0];
  });
}

const inner = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, k) => sum + x * b[k], 0);

test.each([0, 1])('covariances are products of what is read, part %i', (part) => {
  const matrix = covarianceMatrix(tensor, reading(2), part, chance, breathe);
  const rows = rowsRead(part);
  rows.forEach((a, i) => rows.forEach((b, j) => expect(matrix[i * 6 + j]).toBeCloseTo(inner(a, b), 12)));
});

test('numbers drawn together have these covariances, and filters have none', () => {
  const filters = 40_000;
  const size = 6;
  const identity = Float64Array.from({ length: 36 }, (_, i) => (i % 7 === 0 ? 1 : 0));
  const other = covarianceMatrix({ values: random(20), tangents: random(20) }, reading(2), 0, chance, breathe);
  // Of four numbers each and a bias, six are not independent in general.
  for (let i = 0; i < size; i++) other[i * 7] += 0.1;
  const [values, tangents] = drawnTogether([other, identity], reading(filters), chance, breathe)!;
  const drawn = (row: number, f: number) => (row % 2 === 0 ? values : tangents)[(row >> 1) * filters + f];
  const mean = (of: (f: number) => number, from: number) => {
    let sum = 0;
    for (let f = 0; f < filters / 2; f++) sum += of(from + f);
    return sum / (filters / 2);
  };
  [other, identity].forEach((matrix, part) => {
    const first = (part * filters) / 2;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const spread = Math.sqrt((2 * matrix[i * 7] * matrix[j * 7]) / (filters / 2));
        const found = mean((f) => drawn(i, f) * drawn(j, f), first);
        expect(Math.abs(found - matrix[i * size + j])).toBeLessThan(4.5 * spread);
        expect(Math.abs(mean((f) => drawn(i, f) * drawn(j, f ^ 1), first))).toBeLessThan(4.5 * spread);
      }
    }
  });
});

test('a root, times its transpose, is the matrix; zeros and multiples of a number stay that to the last digits', () => {
  const basis = Array.from({ length: 4 }, () => Array.from(random(9)));
  const rows = [basis[0], basis[1], basis[0].map((x) => -2 * x), basis[2], basis[2].map(() => 0), basis[1], basis[3]];
  const side = rows.length;
  const matrix = Float64Array.from({ length: side * side }, (_, at) =>
    inner(rows[Math.floor(at / side)], rows[at % side]),
  );
  const root = rootOf(matrix, side, chance, breathe)! / 8;
  const row = (i: number) => Array.from(chance.floats.subarray(root + i * side, root + (i + 1) * side));
  rows.forEach((_, i) => rows.forEach((__, j) => expect(inner(row(i), row(j))).toBeCloseTo(matrix[i * side + j], 12)));
  expect(row(5)).toEqual(row(1));
  row(2).forEach((x, k) => expect(Math.abs(x + 2 * row(0)[k])).toBeLessThan(1e-14));
  expect(row(4).every((x) => x === 0)).toBe(true);
});

test('there is no root where a number depends on several', () => {
  const basis = [random(9), random(9)];
  const rows = [basis[0], basis[1], basis[0].map((x, k) => x + basis[1][k])].map((row) => Array.from(row));
  const matrix = Float64Array.from({ length: 9 }, (_, at) => inner(rows[Math.floor(at / 3)], rows[at % 3]));
  expect(rootOf(matrix, 3, chance, breathe)).toBeNull();
});

test('what is cheaper depends on the number of positions', () => {
  const at = (positions: number) => {
    const input = Int32Array.from({ length: positions }, (_, p) => p);
    return worksOf({ positions, taps: 1, input, inputChannels: 512, filters: 512, parts: 1, isUntied: false });
  };
  expect(at(49).together).toBeLessThan(at(49).apart);
  // 2 × 600 numbers of 512 weights.
  expect(at(600).together).toBe(Infinity);
  expect(at(600).apart).toBe((2 * 600 + 20) * 512 * 512);
});
