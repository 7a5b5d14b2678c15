import { describe, expect, it } from 'vitest';
import {
  binomialExact,
  exactBinomialTerms,
  RunningBinomial,
  binomialPrefixSum,
  scaledBinomial,
  scaledBinomialPrefixSum,
  weightedBinomial,
} from '../../../../src/theory/numbers/binomial.ts';
import {
  add,
  bitLength,
  compare,
  log10ErrorOf,
  magnitudeOf,
  multiply,
  one,
  power,
  sum,
  UNIT_ROUNDOFF,
  zero,
} from '../../../../src/theory/numbers/magnitude.ts';
import { magnitudeOfScaled } from '../../../../src/theory/numbers/scaled.ts';

describe('magnitudes', () => {
  it('are exact up to four thousand digits, logarithms beyond', () => {
    expect(power(magnitudeOf(10), 3999).exact).toBe(10n ** 3999n);
    const beyond = power(magnitudeOf(10), 5000);
    expect(beyond.exact).toBeNull();
    expect(Math.abs(beyond.log10 - 5000)).toBeLessThanOrEqual(beyond.log10Error);
    const sumBeyond = add(beyond, beyond);
    expect(Math.abs(sumBeyond.log10 - 5000 - Math.log10(2))).toBeLessThanOrEqual(sumBeyond.log10Error);
    const productBeyond = multiply(beyond, magnitudeOf(7));
    expect(Math.abs(productBeyond.log10 - 5000 - Math.log10(7))).toBeLessThanOrEqual(productBeyond.log10Error);
    expect(compare(beyond, productBeyond)).toBeLessThan(0);
  });

  it('know zero', () => {
    expect(add(zero, one)).toEqual(one);
    expect(multiply(zero, power(magnitudeOf(10), 5000)).exact).toBe(0n);
    expect(sum([]).exact).toBe(0n);
    expect(compare(zero, one)).toBeLessThan(0);
  });

  it('know how long an integer is', () => {
    for (const bits of [1, 2, 63, 64, 65, 1023, 1024, 1025, 4096, 9999]) {
      expect(bitLength((1n << BigInt(bits)) - 1n)).toBe(bits);
      expect(bitLength(1n << BigInt(bits - 1))).toBe(bits);
    }
    expect(bitLength(0n)).toBe(0);
  });
});

describe('binomials', () => {
  const cases = [
    [5, 2, 1],
    [40, 17, 1],
    [40, 23, 3],
    [500, 499, 2],
    [3456, 784, 1],
    [3456, 2700, 1],
    [12000, 30, 8],
    [13000, 6500, 1],
  ] as const;

  it.each(cases)('C(%i, %i) %i^j in logarithms stays within its error', (n, k, weight) => {
    const term = BigInt(weight) ** BigInt(k) * binomialExact(n, k);
    const exact = magnitudeOf(term);
    const scaled = magnitudeOfScaled(scaledBinomial(n, k, weight));
    expect(Math.abs(exact.log10 - scaled.log10)).toBeLessThanOrEqual(scaled.log10Error + log10ErrorOf(exact));
    expect(scaled.log10Error).toBeLessThan(1e-10);
    if (exact.exact !== null) expect(weightedBinomial(n, k, weight).exact).toBe(term);
  });

  it.each(cases)('sum of C(%i, j) for j <= %i, weight %i, in logarithms stays within its error', (n, d, weight) => {
    let term = 1n;
    let total = 1n;
    for (let j = 1; j <= d; j++) total += term = (term * BigInt(n - j + 1) * BigInt(weight)) / BigInt(j);
    const exact = magnitudeOf(total);
    const scaled = magnitudeOfScaled(scaledBinomialPrefixSum(n, d, weight));
    expect(Math.abs(exact.log10 - scaled.log10)).toBeLessThanOrEqual(scaled.log10Error + log10ErrorOf(exact));
    expect(binomialPrefixSum(n, d, weight).exact).toBe(exact.exact);
  });

  it.each([
    [30, 1],
    [700, 1],
    [700, 3],
    [20_000, 1],
    [2 ** 53 - 1, 5],
  ])('of %i elements, weight %i, are the same in any order of questions', (n, weight) => {
    const running = new RunningBinomial(n, weight);
    const terms = exactBinomialTerms(n, 600, weight);
    for (const d of [0, 3, 20, 21, 21, 29, 5, 30, 0, 600, 599].filter((each) => each <= n)) {
      expect(running.sumUpTo(d)).toBe(terms.slice(0, d + 1).reduce((sum, term) => sum + term));
      expect(running.termAt(d)).toBe(terms[d]);
      expect(running.termAt(d >> 1)).toBe(terms[d >> 1]);
    }
  });

  it('of very large numbers are computed without their digits', () => {
    // ln of the largest term by Stirling's series from its own definition: ln n! = n ln n - n + ln(2 pi n) / 2 + 1 /
    // 12n.
    const [n, k] = [3_211_264, 150_528];
    const lnFactorial = (m: number): number => m * Math.log(m) - m + Math.log(2 * Math.PI * m) / 2 + 1 / (12 * m);
    const term = weightedBinomial(n, k);
    expect(term.exact).toBeNull();
    expect(Math.abs(term.log10 - (lnFactorial(n) - lnFactorial(k) - lnFactorial(n - k)) / Math.LN10)).toBeLessThan(
      1e-7,
    );
    expect(term.log10Error).toBeLessThan(1e-8);
    const total = binomialPrefixSum(n, k);
    const ratio = k / (n - k + 1);
    expect(total.log10 - term.log10).toBeCloseTo(-Math.log10(1 - ratio), 3);
    expect(binomialPrefixSum(n, n).log10).toBeCloseTo(n * Math.log10(2), 6);
  });

  it.each([
    [1_000_000_000_001, 0.001],
    [4_000_000_000_001, 0.01],
    [4_000_000_000_000_001, 8],
  ])('half of the sets of %i units are found by blocks, within their error', (n, most) => {
    const half = scaledBinomialPrefixSum(n, (n - 1) / 2);
    const { log10, log10Error } = magnitudeOfScaled(half);
    expect(Math.abs(log10 - (n - 1) * Math.log10(2))).toBeLessThanOrEqual(log10Error + 4 * UNIT_ROUNDOFF * log10);
    expect(log10Error).toBeLessThan(most);
  });

  it.each([1, 3])('smaller sets of 4 * 10^12 units of weight %i follow the normal distribution', (weight) => {
    // P(X <= mean - 2 deviations) over the density there, of a normal variable.
    const n = 4e12;
    const deviation = Math.sqrt(n * weight) / (weight + 1);
    const d = Math.floor((n * weight) / (weight + 1) - 2 * deviation);
    const total = magnitudeOfScaled(scaledBinomialPrefixSum(n, d, weight));
    const last = magnitudeOfScaled(scaledBinomial(n, d, weight));
    expect(total.log10 - last.log10).toBeCloseTo(Math.log10((deviation * 0.022750131948) / 0.053990966513), 2);
  });
});
