import { expect, it } from 'vitest';
import type { CountRequest } from '../../../../src/counting/count.ts';
import { count, countPart } from '../../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { SampledShare } from '../../../../src/counting/walk/sampledShare.ts';
import { chain } from '../networks.ts';

const DEPTH = 6;
const request: CountRequest = {
  network: drawWeights(chain([3, 12, 12, 1]), 1),
  method: 'cells',
  domain: { kind: 'box', lower: [-1, -1, -1], upper: [1, 1, 1] },
  linear: false,
  keepRegions: false,
  limits: {},
};

function regionsIn(share: SampledShare): number {
  return countPart(request, {}, share).walked.cells.at(-1)!;
}

it('all parts together have all regions', () => {
  const share = new SampledShare(DEPTH, 1, 1);
  expect(regionsIn(share)).toBe(count(request).activationRegions);
  expect(share.drawn).toBe(share.parts);
});

it('parts that are drawn tell about how many regions there are', () => {
  const { activationRegions } = count(request);
  const estimates = Array.from({ length: 20 }, (_, seed) => {
    const share = new SampledShare(DEPTH, 0.3, seed);
    const regions = regionsIn(share);
    expect(share.drawn).toBeLessThan(share.parts);
    return (share.parts * regions) / share.drawn;
  });
  for (const estimate of estimates) {
    expect(estimate).toBeGreaterThan(activationRegions / 2);
    expect(estimate).toBeLessThan(activationRegions * 2);
  }
  const mean = estimates.reduce((sum, estimate) => sum + estimate, 0) / estimates.length;
  expect(Math.abs(mean / activationRegions - 1)).toBeLessThan(0.15);
});
