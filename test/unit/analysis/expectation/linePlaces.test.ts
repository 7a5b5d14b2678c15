import { describe, expect, test } from 'vitest';
import { placesOn } from '../../../../src/analysis/expectation/linePlaces.ts';

const diagonal = { from: [-1, -1, -1], to: [1, 1, 1] };
const askew = { from: [-1, 0.5, 2], to: [0.3, 1, -1] };

describe.each([
  ['one layer', [5]],
  ['three layers', [5, 20, 1]],
  ['forty layers', Array.from({ length: 40 }, (_, k) => k)],
])('%s', (_, units) => {
  test.each([diagonal, askew])('places rise from end to end, and have the density that is stated: %j', (segment) => {
    const place = placesOn(segment, 0.1, units);
    expect(place(1e-9).t).toBeLessThan(1e-6);
    expect(place(1 - 1e-9).t).toBeGreaterThan(1 - 1e-6);
    for (const share of [0.01, 0.2, 0.5, 0.77, 0.99]) {
      const [before, here, behind] = [share - 1e-5, share, share + 1e-5].map(place);
      expect((behind.t - before.t) / 2e-5 / here.weight).toBeCloseTo(1, 4);
    }
  });
});

test('behind one layer, the breakpoints of units on the diagonal, whose density is known', () => {
  // z = (2 t - 1) s + b with deviations s = sqrt(2) and 0.1: zeros follow a law of Cauchy of width 0.05 / sqrt(2).
  const width = 0.05 / Math.SQRT2;
  const place = placesOn(diagonal, 0.1, [7]);
  const whole = 2 * Math.atan(0.5 / width);
  for (const share of [0.1, 0.5, 0.8])
    expect(place(share).t).toBeCloseTo(0.5 + width * Math.tan((share - 0.5) * whole), 12);
});

test('deeper units have wider spread breakpoints', () => {
  const [shallow, deep] = [placesOn(diagonal, 0.1, [1]), placesOn(diagonal, 0.1, [0, 0, 0, 1])];
  expect((deep(0.7).t - 0.5) / (shallow(0.7).t - 0.5)).toBeGreaterThan(1.7);
});

test('the origin is known where the segment passes through it; without biases there, places are even', () => {
  const place = placesOn(diagonal, 0, [3]);
  expect(place(0.3)).toEqual({ t: 0.3, weight: 1, origin: 0.2 });
  expect(placesOn(askew, 0, [3])(0.3).origin).toBeNull();
});
