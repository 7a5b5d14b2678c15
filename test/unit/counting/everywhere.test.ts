import { describe, expect, it } from 'vitest';
import { count } from '../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../src/counting/program/initializers.ts';
import { chain } from './networks.ts';

const everywhere = { method: 'cells', domain: { kind: 'all' }, linear: true, keepRegions: false, limits: {} } as const;

describe('all of R^n', () => {
  it('counts one layer in general position as Zaslavsky does', () => {
    const network = drawWeights(chain([3, 7, 1]), 5);
    expect(count({ ...everywhere, network }).activationRegions).toBe(1 + 7 + 21 + 35);
  });

  it('counts one layer by linear programs where there are too many orthants', () => {
    const network = drawWeights(chain([7, 5, 1]), 5);
    expect(count({ ...everywhere, network }).activationRegions).toBe(2 ** 5);
    const wider = drawWeights(chain([7, 9, 1]), 5);
    // All subsets of 9 hyperplanes but those of 8 and 9, which have no common point in 7 dimensions.
    expect(count({ ...everywhere, network: wider }).activationRegions).toBe(2 ** 9 - 9 - 1);
    expect(() => count({ ...everywhere, cellsBy: 'vertices', network })).toThrow(/orthants/);
  });

  it('refuses more inputs than it can take on', () => {
    const network = drawWeights(chain([100, 2, 1]), 1);
    expect(() => count({ ...everywhere, network })).toThrow(/up to \d+ dimensions/);
  });
});
