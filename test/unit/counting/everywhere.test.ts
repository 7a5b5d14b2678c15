import { describe, expect, it } from 'vitest';
import { count } from '../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../src/counting/initializers.ts';
import { chain, expectedCounts, fixture } from './networks.ts';

const everywhere = { method: 'cells', domain: { kind: 'all' }, linear: true, keepRegions: false, limits: {} } as const;

describe('all of R^n', () => {
  // Their boxes are so large that every cell of R^n reaches into them.
  const unbounded = expectedCounts().filter(([name]) => /^(unb|xiong|zaslavsky)_/.test(name));
  for (const [name, { activationRegions, linearRegions }] of unbounded) {
    it(`${name} has as many regions as its very large box`, () => {
      expect(count({ ...everywhere, network: fixture(name) })).toMatchObject({
        exact: true,
        activationRegions,
        linearRegions,
      });
    });
  }

  it('counts one layer in general position as Zaslavsky does', () => {
    const network = drawWeights(chain([3, 7, 1]), 5);
    expect(count({ ...everywhere, network }).activationRegions).toBe(1 + 7 + 21 + 35);
  });

  it('refuses more inputs than it can take orthants of', () => {
    const network = drawWeights(chain([7, 2, 1]), 1);
    expect(() => count({ ...everywhere, network })).toThrow(/orthants/);
  });
});
