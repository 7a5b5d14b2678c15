import { fileWeights } from '../../../src/common/weightsSource.ts';
import { expect, test } from 'vitest';
import { planCount } from '../../../src/analysis/counts/countPlan.ts';
import { countCost } from '../../../src/analysis/counts/countCost.ts';
import { estimateCost } from '../../../src/counting/estimateCost.ts';
import { denseNetwork } from '../network/definitions.ts';

const choice = { method: 'auto', source: fileWeights(1), linear: true, keepRegions: false, limits: {} } as const;

test('a small count is made whole, and its time is not an estimate', () => {
  const cost = countCost(denseNetwork(2, [8, 8]), choice);
  expect(cost.isMeasured).toBe(true);
  expect(cost.seconds).toBe(cost.pilotSeconds);
});

test('a pilot of a large count ends early, and the rest is longer than what it did', () => {
  const request = planCount(denseNetwork(2, [512, 512, 512]), choice);
  for (const expected of [null, 1e6]) {
    const cost = estimateCost(request, { seconds: 1, expected });
    expect(cost.isMeasured).toBe(false);
    expect(cost.seconds).toBeGreaterThan(cost.pilotSeconds);
  }
});

test('nothing is said of a count that came to no share of its domain', () => {
  const request = planCount(denseNetwork(2, [256, 256, 256]), choice);
  const cost = estimateCost(request, { seconds: 1, expected: 1e300 }, { stopped: () => true });
  expect(cost).toMatchObject({ seconds: null, isMeasured: false });
});
