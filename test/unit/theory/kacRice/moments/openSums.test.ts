import { describe, expect, it } from 'vitest';
import { areEqualSums, type Quotient } from '../../../../../src/theory/kacRice/moments/openSums.ts';

const sum = (weights: readonly number[], values = weights.map(() => 1), divisor = 1): Quotient => ({
  weights,
  values,
  divisor,
});

describe('sums of products of doubles', () => {
  it.each([
    ['means of one number over two and three', sum([1, 1], [0.1, 0.1], 2), sum([1, 1, 1], [0.1, 0.1, 0.1], 3), true],
    ['another order', sum([0.1, 0.2, 0.3]), sum([0.3, 0.1, 0.2]), true],
    ['halves', sum([0.5, 0.5, 0.5]), sum([0.25, 1.25]), true],
    ['tenths and halves', sum([0.3, 0.3, 0.3, 0.3, 0.3]), sum([0.5, 0.5, 0.5]), false],
    ['what rounding leaves of zero', sum([0.1, 0.2, -0.3]), sum([]), false],
    ['nothing and zeros', sum([0.25, -0.25]), sum([]), true],
    ['means of different numbers', sum([1, 1], [0.25, 0.75], 2), sum([1, 1, 2], [0.5, 0.5, 0.5], 4), true],
    ['means of decimals', sum([1, 1], [0.3, 0.5], 2), sum([1, 1], [0.4, 0.4], 2), false],
    ['numbers far apart', sum([1, 1], [2 ** 600, 2 ** -600]), sum([1], [2 ** 600]), false],
  ])('%s', (_, a, b, areEqual) => {
    expect([areEqualSums(a, b), areEqualSums(b, a)]).toEqual([areEqual, areEqual]);
  });
});
