import { expect, test } from 'vitest';
import { gaussians } from '../../../../../src/common/random.ts';
import {
  bentSumMoments,
  sumMoments,
  type Moments,
  type Slopes,
} from '../../../../../src/theory/kacRice/integrals/bentSum.ts';
import { crossingRate } from '../../../../../src/theory/kacRice/integrals/levels.ts';

interface Case {
  readonly name: string;
  readonly inner: Slopes;
  readonly outer: Slopes;
  readonly z: Moments;
  readonly f: Moments;
}

const relu: Slopes = [0, 1];

const cases: readonly Case[] = [
  { name: 'ReLUs', inner: relu, outer: relu, z: [1.3, 0.4, 2.1], f: [0.7, -0.5, 1.9] },
  { name: 'leaky ReLUs', inner: [0.3, 1], outer: [0.2, 1], z: [1.3, -0.9, 2.1], f: [0.7, 0.5, 1.9] },
  { name: 'ReLUs of absolute values', inner: [-1, 1], outer: relu, z: [2, 0.4, 1.1], f: [0.2, 0.1, 0.9] },
  { name: 'what is subtracted', inner: [0, -0.5], outer: relu, z: [2, 0.4, 1.1], f: [0.5, 0.1, 0.9] },
  { name: 'falling slopes', inner: [1, 0.25], outer: [1, -0.5], z: [0.6, 0.5, 2], f: [1.5, -1, 0.9] },
  { name: 'nothing that was bent', inner: relu, outer: relu, z: [0, 0, 0], f: [0.5, 0.1, 0.9] },
  { name: 'nothing that is added here', inner: relu, outer: relu, z: [1, 0.5, 1.5], f: [0, 0, 0.9] },
];

/** The standard deviation of what does not follow the number, and how the derivative follows it. */
function regression([square, product, slope]: Moments): [follows: number, spread: number] {
  const follows = square > 0 ? product / square : 0;
  return [follows, Math.sqrt(slope - follows * product)];
}

const slopeAt = (slopes: Slopes, value: number) => slopes[value > 0 ? 1 : 0];

test.each(cases)('agrees with samples: $name', ({ inner, outer, z, f }) => {
  const normal = gaussians(4711);
  const [[followsZ, spreadZ], [followsF, spreadF]] = [regression(z), regression(f)];
  const sums = [0, 0, 0];
  const samples = 400_000;
  for (let i = 0; i < samples; i++) {
    const [x, y] = [Math.sqrt(z[0]) * normal(), Math.sqrt(f[0]) * normal()];
    const first = slopeAt(inner, x);
    const sum = first * x + y;
    const derivative = first * (followsZ * x + spreadZ * normal()) + followsF * y + spreadF * normal();
    const second = slopeAt(outer, sum);
    [sum ** 2, sum * derivative, derivative ** 2].forEach((product, k) => (sums[k] += second ** 2 * product));
  }
  const found = bentSumMoments(inner, outer, z, f);
  // A product of two such numbers has a standard deviation of about twice the root of their moments.
  const errors = [found[0], Math.sqrt(found[0] * found[2]), found[2]].map((size) => (10 * size) / Math.sqrt(samples));
  found.forEach((moment, k) => expect(Math.abs(moment - sums[k] / samples)).toBeLessThan(errors[k]));
});

/** The moments as means over the directions of (z, f), whose squared length is 2 on average. */
function overDirections({ inner, outer, z, f }: Case): number[] {
  const [[followsZ, spreadZ], [followsF, spreadF]] = [regression(z), regression(f)];
  const sums = [0, 0, 0];
  const directions = 200_000;
  for (let i = 0; i < directions; i++) {
    const angle = (2 * Math.PI * (i + 0.5)) / directions;
    const [x, y] = [Math.sqrt(2 * z[0]) * Math.cos(angle), Math.sqrt(2 * f[0]) * Math.sin(angle)];
    const first = slopeAt(inner, x);
    const sum = first * x + y;
    const derivative = first * followsZ * x + followsF * y;
    const spread = (first * spreadZ) ** 2 + spreadF ** 2;
    const second = slopeAt(outer, sum) ** 2 / directions;
    [sum ** 2, sum * derivative, derivative ** 2 + spread].forEach((product, k) => (sums[k] += second * product));
  }
  return sums;
}

test.each(cases.slice(0, 6))('agrees with the mean over directions: $name', (one) => {
  const expected = overDirections(one);
  bentSumMoments(one.inner, one.outer, one.z, one.f).forEach((moment, k) => expect(moment).toBeCloseTo(expected[k], 4));
});

test('of one slope, the sum is Gaussian', () => {
  const [z, f]: [Moments, Moments] = [
    [1.3, 0.4, 2.1],
    [0.7, -0.5, 1.9],
  ];
  const whole = sumMoments(0.5, z, f);
  bentSumMoments([0.5, 0.5], relu, z, f).forEach((moment, k) => expect(moment).toBeCloseTo(whole[k] / 2, 12));
  bentSumMoments(relu, [1, 1], z, f).forEach((moment, k) => expect(moment).toBeCloseTo(z[k] / 2 + f[k], 12));
});

test('the zeros of a ReLU plus a Gaussian are half of those of either side', () => {
  // Two random waves: z and f are stationary, of known moments.
  const normal = gaussians(11);
  const wave = (frequencies: readonly number[]) => {
    const parts = frequencies.map((frequency) => [frequency, normal(), normal()]);
    return (t: number) =>
      parts.reduce((sum, [frequency, a, b]) => sum + a * Math.cos(frequency * t) + b * Math.sin(frequency * t), 0);
  };
  const momentsOf = (frequencies: readonly number[]): Moments => [
    frequencies.length,
    0,
    frequencies.reduce((sum, frequency) => sum + frequency ** 2, 0),
  ];
  const [slow, fast] = [
    [1, 1.7],
    [3.1, 5.3],
  ];
  const [length, steps, draws] = [20, 2000, 150];
  const zeros = Array.from({ length: draws }, () => {
    const [z, f] = [wave(slow), wave(fast)];
    let [count, before] = [0, 0];
    for (let i = 0; i <= steps; i++) {
      const t = (length * i) / steps;
      const sum = Math.max(0, z(t)) + f(t);
      if (i > 0 && sum > 0 !== before > 0) count++;
      before = sum;
    }
    return count;
  });
  const mean = zeros.reduce((sum, count) => sum + count, 0) / draws;
  const variance = zeros.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (draws - 1);
  const [below, above] = relu.map((slope) => crossingRate([0], ...sumMoments(slope, momentsOf(slow), momentsOf(fast))));
  const expected = (length * (below + above)) / 2;
  expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt(variance / draws));
  // Neither of the sides alone, nor a Gaussian of the same variance.
  expect(Math.abs(mean - length * below)).toBeGreaterThan(8 * Math.sqrt(variance / draws));
});
