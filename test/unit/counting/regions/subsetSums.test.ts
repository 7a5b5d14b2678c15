import { expect, test } from 'vitest';
import fc from '../../../fastCheck.ts';
import { MAX_TERMS, SubsetSums } from '../../../../src/counting/regions/subsetSums.ts';

test('the sum closest to zero is that of one of all sets of terms', () => {
  const sums = new SubsetSums();
  const whole = fc.integer({ min: -50, max: 50 });
  fc.assert(
    fc.property(whole, fc.array(whole, { maxLength: 9 }), (base, terms) => {
      let least = Infinity;
      for (let set = 0; set < 1 << terms.length; set++) {
        const sum = terms.reduce((all, term, k) => all + ((set >> k) & 1) * term, base);
        least = Math.min(least, Math.abs(sum));
      }
      expect(sums.least(base, Float64Array.from(terms), terms.length)).toBe(least);
    }),
  );
});

test('many terms that cannot reach zero say so, and others say nothing', () => {
  const sums = new SubsetSums();
  const ones = new Float64Array(MAX_TERMS + 1).fill(1);
  expect(sums.least(0.5, ones, ones.length)).toBe(0.5);
  expect(sums.least(-0.5, ones, ones.length)).toBe(0);
  expect(sums.least(-0.5, ones, MAX_TERMS)).toBe(0.5);
  expect(sums.least(Infinity, ones, 1)).toBeNaN();
});
