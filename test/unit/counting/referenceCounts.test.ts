import { describe, expect, it } from 'vitest';
import { count } from '../../../src/counting/countRegions.ts';
import type { Domain } from '../../../src/common/place.ts';
import type { CountMethod, CountRequest } from '../../../src/counting/count.ts';
import { expectedCounts, fixture } from './networks.ts';

const slices: Record<number, CountMethod> = { 1: 'line', 2: 'plane' };
/** From this many regions on, only the method made for their dimension looks at each. */
const MANY = 10_000;

type Way = Pick<CountRequest, 'method' | 'cellsBy'>;

/** The method made for a box of this dimension first. */
function waysFor(dimension: number): Way[] {
  const natural = slices[dimension];
  const ways: Way[] = [{ method: 'cells', cellsBy: 'programs' }];
  if (dimension > 1) ways.unshift({ method: 'cells', cellsBy: 'vertices' });
  return natural ? [{ method: natural }, ...ways] : ways;
}

function nameOf({ method, cellsBy }: Way): string {
  return cellsBy ? `${method} by ${cellsBy}` : method;
}

describe('networks whose counts are known from exact integer arithmetic', () => {
  const counted = (name: string, way: Way, domain: Domain, linear: boolean) =>
    count({ ...way, network: fixture(name), domain, linear, keepRegions: false, limits: {} });

  for (const [name, { domain, activationRegions, linearRegions }] of expectedCounts()) {
    waysFor(domain.lower.length).forEach((way, k) => {
      it(`${name} by ${nameOf(way)}`, () => {
        const box = { kind: 'box', ...domain } as const;
        expect(counted(name, way, box, false)).toMatchObject({ exact: true, activationRegions, linearRegions: null });
        if (k > 0 && activationRegions > MANY) return;
        expect(counted(name, way, box, true)).toMatchObject({ exact: true, activationRegions, linearRegions });
      });
    });
    // Their boxes are so large that every cell of R^n reaches into them.
    if (!/^(unb|xiong|zaslavsky)_/.test(name)) continue;
    for (const cellsBy of ['vertices', 'programs'] as const) {
      it(`${name} in all of R^n by ${cellsBy}`, () => {
        const found = counted(name, { method: 'cells', cellsBy }, { kind: 'all' }, true);
        expect(found).toMatchObject({ exact: true, activationRegions, linearRegions });
      });
    }
  }
});
