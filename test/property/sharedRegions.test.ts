import { describe, expect, it } from 'vitest';
import type { Domain } from '../../src/common/place.ts';
import { uniforms } from '../../src/common/random.ts';
import type { CountRequest } from '../../src/counting/count.ts';
import { addParts, count, countPart } from '../../src/counting/countRegions.ts';
import { drawWeights } from '../../src/counting/program/initializers.ts';
import { SharedCount } from '../../src/counting/walk/sharedCount.ts';
import { generalRelu } from '../../src/network/activation.ts';
import type { Network } from '../../src/network/network.ts';
import { kinds } from '../unit/counting/kinds.ts';
import { chain, dense, networkOf } from '../unit/counting/networks.ts';
import { toTheLastBit } from '../unit/counting/toTheLastBit.ts';

/** Parts fall to the threads as drawn, and each walks its own without any of the others. */
class Dealt extends SharedCount {
  constructor(
    private readonly who: number,
    private readonly dealers: number,
    private readonly seed: number,
  ) {
    super(SharedCount.sharedMemory(), who, dealers);
  }

  override claim(part: number): boolean {
    return Math.floor(uniforms(1000 * this.seed + part)() * this.dealers) === this.who;
  }
}

const box = (network: Network, reach = 1): Domain => ({
  kind: 'box',
  lower: Array.from({ length: network.inputSize }, () => -reach),
  upper: Array.from({ length: network.inputSize }, () => reach),
});

function planeThrough(network: Network): Domain {
  const along = (k: number) => Array.from({ length: network.inputSize }, (_, i) => Math.sin(3 * k + 2 * i + 1));
  return { kind: 'parallelogram', origin: along(1).map((x) => -x), u: along(2), v: along(3) };
}

function requestOf(network: Network, more: Partial<CountRequest>): CountRequest {
  const domain = network.inputSize === 2 ? box(network) : planeThrough(network);
  return { network, method: 'plane', domain, linear: true, keepRegions: true, level: 0, limits: {}, ...more };
}

function expectSame(request: CountRequest, least = 5): void {
  const whole = count(request);
  expect(whole.activationRegions).toBeGreaterThan(least);
  for (const threads of [1, 2, 3]) {
    const parts = Array.from({ length: threads }, (_, k) => countPart(request, {}, new Dealt(k, threads, threads)));
    expect(toTheLastBit(addParts(request, parts, 0)) === toTheLastBit(whole), `${threads} threads`).toBe(true);
  }
}

describe('regions that several threads keep', () => {
  for (const [name, bare] of Object.entries(kinds))
    it(`are those of one thread, in its order, for ${name}`, () => {
      expectSame(requestOf(drawWeights(bare, 3), { listRegions: true }));
    });

  it('are those of one thread where layers are wide, and parts are of the first one alone', () => {
    const wide = drawWeights(networkOf([2], [dense(60, 'relu'), dense(20, 'relu'), dense(3)], 1), 2);
    expectSame(requestOf(wide, { listRegions: true }), 1000);
    const clipped = networkOf([5], [dense(30, 'hard_tanh'), dense(12, 'abs'), dense(1)], 1);
    expectSame(requestOf(drawWeights(clipped, 5), { listRegions: true }), 20);
  });

  it('are those of one thread where rounding leaves much open', () => {
    const bare = networkOf([2], [dense(12, 'relu'), dense(12, 'relu'), dense(12, 'relu'), dense(1, 'relu')], 0);
    expectSame(requestOf(drawWeights(bare, 9), { domain: box(bare, 1e-3), listRegions: true }));
  });

  it('are those of one thread in boxes, by vertices and by linear programs, and in all of R^n', () => {
    const network = drawWeights(chain([3, 9, 7, 2]), 5);
    const cells = { method: 'cells', domain: box(network), keepRegions: false, listRegions: true } as const;
    expectSame(requestOf(network, cells), 50);
    const few = drawWeights(chain([3, 7, 4, 2]), 5);
    expectSame(requestOf(few, { ...cells, cellsBy: 'programs', linear: false }), 20);
    expectSame(requestOf(few, { ...cells, domain: { kind: 'all' } }), 20);
  });

  it('are those of one thread along a line', () => {
    const jumping = { ...dense(40), activation: generalRelu('jump', { threshold: 0.5 }) };
    const jumps = networkOf([4], [jumping, dense(20, 'relu'), dense(2)], 1);
    const segment = { kind: 'segment', from: [-2, 1, 2, -1], to: [2, -2, 1, 3] } as const;
    const line = { method: 'line', domain: segment, listRegions: true } as const;
    expectSame(requestOf(drawWeights(chain([4, 40, 30, 2]), 4), line), 20);
    expectSame(requestOf(drawWeights(jumps, 4), { ...line, listRegions: false }), 20);
  });

  it('are each in one part, and some in each', () => {
    const request = requestOf(drawWeights(chain([2, 24, 24, 1]), 1), { listRegions: true });
    const parts = [0, 1].map((k) => countPart(request, {}, new Dealt(k, 2, 1)));
    const all = count(request).activationRegions;
    const [first, second] = parts.map(({ kept }) => kept!.list!.table.count);
    expect(first + second).toBe(all);
    for (const own of [first, second]) expect(own).toBeGreaterThan(0.2 * all);
  });

  it('are a part of all that says so where a thread was stopped', () => {
    const request = requestOf(drawWeights(chain([2, 24, 24, 1]), 1), { listRegions: true });
    const limited = { ...request, limits: { regions: 200 } };
    const memory = SharedCount.sharedMemory();
    const parts = [0, 1].map((k) => countPart(limited, {}, new SharedCount(memory, k, 2)));
    const result = addParts(limited, parts, 0);
    expect(result).toMatchObject({ exact: false, stoppedBy: 'regions', linearRegions: null });
    expect(result.activationRegions).toBeGreaterThanOrEqual(200);
    expect(result.list!.count).toBe(result.activationRegions);
    expect(result.regions!.offsets).toHaveLength(result.activationRegions + 1);
  });
});
