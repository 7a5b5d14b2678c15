import { describe, expect, it } from 'vitest';
import type { CountRequest } from '../../../../src/counting/count.ts';
import { addParts, count, countPart } from '../../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { SharedCount } from '../../../../src/counting/walk/sharedCount.ts';
import type { Network } from '../../../../src/network/network.ts';
import { kinds, planeOf } from '../kinds.ts';
import { chain, dense, networkOf, tensor } from '../networks.ts';

/** Parts go to the threads as dealt here, whatever the threads' pace. */
class Dealt extends SharedCount {
  constructor(
    memory: SharedArrayBuffer,
    private readonly who: number,
    private readonly dealers: number,
    private readonly deal: (part: number) => number,
  ) {
    super(memory, who, dealers);
  }

  override claim(part: number): boolean {
    return this.deal(part) % this.dealers === this.who;
  }
}

function shared(request: CountRequest, threads: number, deal: (part: number) => number) {
  const memory = SharedCount.sharedMemory();
  const parts = Array.from({ length: threads }, (_, k) => countPart(request, {}, new Dealt(memory, k, threads, deal)));
  const { seconds, ...result } = addParts(request, parts, 0);
  expect(seconds).toBe(0);
  expect(new SharedCount(memory, 0, threads).shareDone).toBeCloseTo(1, 6);
  return result;
}

function alone(request: CountRequest) {
  const result = count(request);
  return { ...result, seconds: undefined };
}

function inPlane(network: Network, linear: boolean): CountRequest {
  return { network, method: 'plane', domain: planeOf(network), linear, keepRegions: false, limits: {} };
}

const deals: Record<string, (part: number) => number> = {
  'in turn': (part) => part,
  'in runs': (part) => Math.floor(part / 7),
  'at random': (part) => Math.imul(part + 1, 0x9e3779b1) >>> 13,
  'all to the first': () => 0,
};

describe('a count shared among threads', () => {
  for (const [name, bare] of Object.entries(kinds)) {
    const network = drawWeights(bare, 3);
    it(`is that of one thread for ${name}, however the parts are dealt`, () => {
      for (const linear of [false, true]) {
        const expected = alone(inPlane(network, linear));
        for (const deal of Object.values(deals)) {
          expect(shared(inPlane(network, linear), 2, deal)).toEqual(expected);
          expect(shared(inPlane(network, linear), 5, deal)).toEqual(expected);
        }
      }
    });

    it(`is that of one thread for ${name} on a line`, () => {
      const from = Array.from({ length: network.inputSize }, (_, i) => Math.cos(3 * i));
      const segment = { from, to: from.map((x, i) => Math.sin(5 * i + 2) - 2 * x) };
      const request: CountRequest = {
        ...inPlane(network, true),
        method: 'line',
        domain: { kind: 'segment', ...segment },
      };
      for (const deal of Object.values(deals)) expect(shared(request, 3, deal)).toEqual(alone(request));
    });
  }

  it('is that of one thread for cells in a box', () => {
    const network = drawWeights(chain([3, 9, 7, 2]), 5);
    const domain = { kind: 'box', lower: [-1, -1, -1], upper: [1, 1, 1] } as const;
    const request: CountRequest = { ...inPlane(network, true), method: 'cells', domain };
    for (const deal of Object.values(deals)) expect(shared(request, 4, deal)).toEqual(alone(request));
  });

  it('is that of one thread for a network of one layer', () => {
    const network = drawWeights(chain([3, 20, 2]), 2);
    const domain = { kind: 'box', lower: [-1, -1, -1], upper: [1, 1, 1] } as const;
    const request: CountRequest = { ...inPlane(network, false), method: 'cells', domain };
    for (const deal of Object.values(deals)) expect(shared(request, 4, deal)).toEqual(alone(request));
    const flat = inPlane(drawWeights(chain([2, 30, 2]), 2), false);
    for (const deal of Object.values(deals)) expect(shared(flat, 4, deal)).toEqual(alone(flat));
  });

  it('joins regions that different threads met', () => {
    // One sawtooth of many teeth, all of them flattened by what follows: one linear region.
    const teeth = Array.from({ length: 40 }, (_, i) => -1 + (2 * (i + 1)) / 41);
    const network = networkOf(
      [2],
      [
        dense(40, 'relu', { kernel: tensor([teeth.map(() => 1), teeth.map(() => 0.25)]), bias: tensor(teeth) }),
        dense(1, 'relu', { kernel: tensor(teeth.map((_, i) => [i % 2 ? 1 : -1])), bias: tensor([-1000]) }),
      ],
    );
    const result = shared(inPlane(network, true), 3, deals['at random']);
    expect(result.activationRegions).toBeGreaterThan(40);
    expect(result.linearRegions).toBe(1);
  });

  it('has no share left where there is nothing to cut', () => {
    const network = drawWeights(chain([2, 1]), 1);
    expect(shared(inPlane(network, true), 2, deals['in turn'])).toEqual(alone(inPlane(network, true)));
  });

  it('ends in all threads at a limit that one reaches, with a lower bound and no linear regions', () => {
    const network = drawWeights(chain([2, 24, 24, 1]), 1);
    const all = count(inPlane(network, true)).activationRegions;
    const request = { ...inPlane(network, true), limits: { regions: 200 } };
    const memory = SharedCount.sharedMemory();
    const parts = [0, 1].map((k) => countPart(request, {}, new Dealt(memory, k, 2, deals['in turn'])));
    expect(parts[1].walked.stoppedBy).toBe('regions');
    const result = addParts(request, parts, 0);
    expect(result).toMatchObject({ exact: false, stoppedBy: 'regions', linearRegions: null });
    expect(result.activationRegions).toBeGreaterThanOrEqual(200);
    expect(result.activationRegions).toBeLessThan(all);
  });
});

describe('linear regions', () => {
  it('are joined across where the argument of a maximum changes and nothing else does', () => {
    const network = networkOf(
      [2],
      [
        {
          operation: { kind: 'maxout', units: 1, rank: 3 },
          weights: {
            kernel: tensor([
              [[1], [0]],
              [[0], [1]],
              [[-1], [-1]],
            ]),
            bias: tensor([[0], [0], [0]]),
          },
        },
        dense(1, 'relu', { kernel: tensor([[1]]), bias: tensor([-100]) }),
      ],
    );
    expect(count(inPlane(network, true))).toMatchObject({ activationRegions: 3, linearRegions: 1 });
  });
});
