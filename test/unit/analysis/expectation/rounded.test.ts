import { expect, test } from 'vitest';
import { gaussians } from '../../../../src/common/random.ts';
import { rounded } from '../../../../src/analysis/expectation/rounded.ts';

test('numbers that differ by rounding are one', () => {
  expect(rounded(0.1 + 0.2)).toBe(rounded(0.3));
  expect(rounded(0)).toBe(0);
  const next = gaussians(7);
  let equal = 0;
  for (let i = 0; i < 1000; i++) {
    const terms = [next(), next(), next(), next()];
    const [forwards, backwards] = [terms, terms.toReversed()].map((each) => each.reduce((sum, x) => sum + x, 0));
    if (rounded(forwards) === rounded(backwards)) equal++;
  }
  expect(equal).toBeGreaterThan(997);
});

test('numbers that differ in the ninth digit are two, whatever their size', () => {
  for (const x of [1, -3.7, 1e-200, 2.5e200]) {
    expect(rounded(x * (1 + 1e-9))).not.toBe(rounded(x));
    expect(Math.abs(rounded(x) / x - 1)).toBeLessThan(1e-10);
  }
});
