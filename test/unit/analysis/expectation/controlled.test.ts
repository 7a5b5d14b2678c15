import { expect, test } from 'vitest';
import { gaussians } from '../../../../src/common/random.ts';
import { controlled, type ControlledDraw } from '../../../../src/analysis/expectation/controlled.ts';

const drawOf = (rates: number[], limits: number[], factors: number[]): ControlledDraw => ({
  rates: Float64Array.from(rates),
  limits: Float64Array.from(limits),
  factors: Float64Array.from(factors),
  surprises: null,
});

test('rates that are multiples of what the factors say lose all that differs from the mean', () => {
  const factors = [0.5, 1.5, 0.8, 1.2, 0.9, 1.1, 0.7, 1.3];
  const rounds = [0, 4].map((first) =>
    factors.slice(first, first + 4).map((factor) => drawOf([6 * factor, 10 * factor], [2, 5], [factor, factor])),
  );
  for (const parts of controlled(rounds)) {
    for (const [first, second] of parts) {
      expect(first).toBeCloseTo(6, 10);
      expect(second).toBeCloseTo(10, 10);
    }
  }
});

test('the weights of a round come from rounds of the other half alone', () => {
  const round = (ratio: number) => [0.5, 1.5].map((factor) => drawOf([ratio * factor], [1], [factor]));
  const [first, second] = controlled([round(2), round(3)]);
  // 2 × 0.5 - 3 (0.5 - 1), and 3 × 0.5 - 2 (0.5 - 1).
  expect(first[0][0]).toBeCloseTo(2.5, 10);
  expect(second[0][0]).toBeCloseTo(2.5, 10);
});

test('factors that have nothing to do with the rates change nothing in the mean', () => {
  const gaussian = gaussians(11);
  const rounds = Array.from({ length: 4000 }, () => [
    drawOf([5 + gaussian()], [1], [1 + gaussian()]),
    drawOf([7 + gaussian()], [1], [1 + gaussian()]),
  ]);
  const parts = controlled(rounds).flat();
  const mean = parts.reduce((sum, [rate]) => sum + rate, 0) / parts.length;
  expect(Math.abs(mean - 6)).toBeLessThan(4.5 * Math.sqrt(2 / parts.length));
});

test('surprises take the place of factors', () => {
  const draw = (surprise: number) => ({
    ...drawOf([5 + 0.5 * surprise, 7 + 0.5 * surprise], [1, 1], [9, -9]),
    surprises: Float64Array.of(surprise, surprise),
  });
  for (const parts of controlled([[-2, 2].map(draw), [4, -4].map(draw)]))
    for (const [first, second] of parts) expect([first, second]).toEqual([5, 7]);
});

test('factors beyond the range of numbers are left out', () => {
  const rounds = [0, 1].map(() => [drawOf([3], [0], [Infinity]), drawOf([4], [1], [Infinity])]);
  expect(controlled(rounds).map((round) => round.map((rates) => rates[0]))).toEqual([
    [3, 4],
    [3, 4],
  ]);
});
