import { describe, expect, it } from 'vitest';
import { countFixedPart, mergeParts, requestInParts } from '../../../src/counting/countParts.ts';
import { count } from '../../../src/counting/countRegions.ts';
import type { CountMethod, CountRequest } from '../../../src/counting/count.ts';
import type { Domain } from '../../../src/common/place.ts';
import { expectedCounts, fixture } from './networks.ts';

const slices: Record<number, CountMethod> = { 1: 'line', 2: 'plane' };
/** Larger networks are left to the tests of the command line. */
const MANY = 1000;

function requestFor(name: string, domain: Domain, method: CountMethod): CountRequest {
  return { network: fixture(name), method, domain, linear: true, keepRegions: false, limits: {} };
}

function partsOf(request: CountRequest, parts: number) {
  const divided = requestInParts(request);
  return Array.from({ length: parts }, (_, k) => countFixedPart(divided, k + 1, parts));
}

describe('a count in parts', () => {
  for (const [name, { domain, activationRegions, linearRegions }] of expectedCounts()) {
    if (activationRegions > MANY) continue;
    const method = slices[domain.lower.length] ?? 'cells';
    it(`${name} adds up to the whole, after every layer`, () => {
      const request = requestFor(name, { kind: 'box', ...domain }, method);
      const { perLayer } = count(request);
      for (const parts of [3, 8]) {
        expect(mergeParts(request, partsOf(request, parts), 0), `${parts} parts`).toMatchObject({
          exact: true,
          activationRegions,
          linearRegions,
          perLayer,
        });
      }
    });
  }

  it('is the same in more parts than there are pieces to count', () => {
    const request = requestFor('mlp_2-16-16-1_s2', { kind: 'box', lower: [-1, -1], upper: [1, 1] }, 'plane');
    const whole = count(request);
    expect(mergeParts(request, partsOf(request, 300), 0)).toMatchObject({ ...whole, seconds: 0 });
  });

  it('takes all of R^n', () => {
    const request = requestFor('zaslavsky_n12_d2', { kind: 'all' }, 'cells');
    const divided = requestInParts(request);
    const { activationRegions, linearRegions } = count(request);
    expect(mergeParts(divided, partsOf(request, 5), 0)).toMatchObject({
      exact: true,
      activationRegions,
      linearRegions,
    });
  });

  it('divides the work: no part counts it all', () => {
    const request = requestFor('mlp_2-32-32-1_s2', { kind: 'box', lower: [-1, -1], upper: [1, 1] }, 'plane');
    const { activationRegions } = count(request);
    const own = partsOf(request, 4).map(({ walked }) => walked.cells.at(-1)!);
    expect(Math.max(...own)).toBeLessThan(activationRegions / 2);
    expect(Math.min(...own)).toBeGreaterThan(0);
  });

  it('part 0 is the last part, for arrays that count from 0', () => {
    const request = requestFor('mlp_2-16-16-1_s2', { kind: 'box', lower: [-1, -1], upper: [1, 1] }, 'plane');
    expect(countFixedPart(request, 0, 3)).toEqual(countFixedPart(request, 3, 3));
    expect(countFixedPart(request, 3, 3)).not.toEqual(countFixedPart(request, 1, 3));
  });

  it('without some parts it is a lower bound that says so', () => {
    const request = requestFor('mlp_2-16-16-1_s2', { kind: 'box', lower: [-1, -1], upper: [1, 1] }, 'plane');
    const whole = count(request);
    const found = mergeParts(request, partsOf(request, 4).slice(1), 0, 'Part 1 is missing.');
    expect(found).toMatchObject({ exact: false, linearRegions: null, doubt: 'Part 1 is missing.' });
    expect(found.activationRegions).toBeLessThan(whole.activationRegions);
    found.perLayer.forEach((regions, layer) => expect(regions).toBeLessThanOrEqual(whole.perLayer[layer]));
  });

  it('a part that a limit stops makes the whole inexact', () => {
    const request = requestFor('mlp_2-32-32-1_s2', { kind: 'box', lower: [-1, -1], upper: [1, 1] }, 'plane');
    const stopped = countFixedPart({ ...request, limits: { regions: 10 } }, 1, 2);
    const merged = mergeParts(request, [stopped, countFixedPart(request, 2, 2)], 0);
    expect(merged).toMatchObject({ exact: false, stoppedBy: 'regions', linearRegions: null });
  });

  it('says what cannot be divided', () => {
    const request = requestFor('mlp_2-16-16-1_s2', { kind: 'all' }, 'cells');
    expect(() => requestInParts({ ...request, method: 'sample' })).toThrow('a sample is not divided');
    expect(() => requestInParts({ ...request, cellsBy: 'vertices' })).toThrow('by vertices is not divided');
    expect(() => requestInParts({ ...request, listRegions: true })).toThrow('regions are not listed');
  });
});
