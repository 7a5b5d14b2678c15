import { describe, expect, it } from 'vitest';
import type { CountRequest } from '../../../../src/counting/count.ts';
import { addParts, count, countPart, isShareable } from '../../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { chao1 } from '../../../../src/counting/experiments/sampling.ts';
import { FixedShare } from '../../../../src/counting/walk/fixedShare.ts';
import { kinds } from '../kinds.ts';
import { chain, dense, networkOf } from '../networks.ts';

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

  /** The sample by this many threads, each with every so manieth block of points. */
  function shared(one: CountRequest, threads: number, hooks = {}) {
    const parts = Array.from({ length: threads }, (_, k) => countPart(one, hooks, new FixedShare(k, threads)));
    return { parts, result: addParts(one, parts, 0) };
  }

  it('has the figures of one thread, however many draw the points', () => {
    const maxima = networkOf([3], [dense(30, 'hard_tanh'), { operation: { kind: 'maxout', units: 20, rank: 3 } }]);
    const networks = [...Object.values(kinds), maxima, chain([2, 16, 16, 1]), chain([3, 1])];
    for (const bare of networks) {
      const network = drawWeights(bare, 7);
      const to = Array.from({ length: network.inputSize }, (_, i) => 3 * Math.sin(1 + i));
      const cube = { kind: 'box', lower: to.map(() => -1), upper: to.map(() => 1) } as const;
      for (const domain of [cube, { kind: 'all' }, { kind: 'segment', from: to.map((x) => -x), to }] as const) {
        const one = { ...request, network, domain, samples: 517, seed: 5 };
        const whole = { ...count(one), seconds: 0 };
        for (const threads of [2, 3]) expect(shared(one, threads).result).toEqual(whole);
      }
    }
  });

  it('is of the points that were drawn where threads were stopped', () => {
    const one = { ...request, network: drawWeights(chain([2, 32, 32, 1]), 3), samples: 1000 };
    const { parts, result } = shared(one, 2, { stopped: () => true });
    expect(parts.map(({ sample }) => sample?.samples)).toEqual([16, 0]);
    expect(result).toMatchObject({ stoppedBy: 'request', exact: false, sampling: { samples: 16, newAtEnd: 1 } });
    expect(result.activationRegions).toBe(parts[0].walked.cells.at(-1));
    expect([undefined, 1000, 1001].map((regions) => isShareable({ ...one, limits: { regions } }))).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('estimates the unseen from what was seen once and twice', () => {
    const seen = Int32Array.of(1, 1, 1, 2, 7);
    expect(chao1(seen)).toBe(5 + (3 * 2) / (2 * 2));
  });
});
