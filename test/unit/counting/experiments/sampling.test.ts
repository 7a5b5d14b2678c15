import { describe, expect, it } from 'vitest';
import { count } from '../../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { chao1 } from '../../../../src/counting/experiments/sampling.ts';
import { chain } from '../networks.ts';

const box = { kind: 'box', lower: [-1, -1], upper: [1, 1] } as const;
const request = { method: 'sample', domain: box, linear: false, keepRegions: false, limits: {} } as const;

describe('sampling', () => {
  it('finds all regions of a small network, and knows that it is saturated', () => {
    const network = drawWeights(chain([2, 3, 1]), 3);
    const exact = count({ ...request, method: 'plane', network });
    const sampled = count({ ...request, network, samples: 20_000 });
    expect(sampled.activationRegions).toBe(exact.activationRegions);
    expect(sampled.sampling).toMatchObject({ samples: 20_000, newAtEnd: 0 });
  });

  it('finds a part of those of a larger one, and says that more are to come', () => {
    const network = drawWeights(chain([2, 32, 32, 1]), 3);
    const sampled = count({ ...request, network, samples: 1000 });
    const exact = count({ ...request, method: 'plane', network });
    expect(sampled.exact).toBe(false);
    expect(sampled.activationRegions).toBeLessThan(exact.activationRegions);
    expect(sampled.sampling!.newAtEnd).toBeGreaterThan(0.1);
    expect(sampled.sampling!.chao1).toBeGreaterThan(sampled.activationRegions);
    expect(sampled.perLayer[0]).toBeLessThanOrEqual(sampled.perLayer[1]);
  });

  it('works in dimensions where nothing else does, and stops when asked', () => {
    const network = drawWeights(chain([200, 30, 1]), 3);
    const domain = { kind: 'all' } as const;
    expect(count({ ...request, domain, network, samples: 50 }).activationRegions).toBe(50);
    expect(count({ ...request, domain, network, samples: 50 }, { stopped: () => true })).toMatchObject({
      stoppedBy: 'request',
    });
  });

  it('estimates the unseen from what was seen once and twice', () => {
    const seen = new Map([
      ['a', 1],
      ['b', 1],
      ['c', 1],
      ['d', 2],
      ['e', 7],
    ]);
    expect(chao1(seen)).toBe(5 + (3 * 2) / (2 * 2));
  });
});
