import { describe, expect, test } from 'vitest';
import { meanRegionsOnParallelogram } from '../../../../src/theory/kacRice/plane.ts';
import { denseNetwork } from '../../network/definitions.ts';

const square = { origin: [-1, -1], u: [2, 0], v: [0, 2] };

function means(...result: Parameters<typeof meanRegionsOnParallelogram>): number[] {
  const found = meanRegionsOnParallelogram(...result);
  if ('reason' in found) throw new Error(found.reason);
  return found.perLayer.map((mean) => mean ?? NaN);
}

describe('mean regions in a plane', () => {
  // Predictions by a fixed fine quadrature, within 4 standard errors of exact counts of 20 to 300 random networks.
  test.each([
    { widths: [32, 32], expected: [484, 1862] },
    { widths: [64, 64, 64, 64, 64], expected: [1900, 7376, 16253, 28395, 43689] },
  ])('2-$widths', ({ widths, expected }) => {
    means(denseNetwork(2, widths), square).forEach((mean, i) => {
      expect(Math.abs(mean / expected[i] - 1)).toBeLessThan(1e-3);
    });
  });
});
