import { describe, expect, it } from 'vitest';
import { networkWithWeights } from '../../src/analysis/counts/networkWeights.ts';
import { uniforms } from '../../src/common/random.ts';
import type { CountRequest, CountResult } from '../../src/counting/count.ts';
import { countFixedPart, mergeParts } from '../../src/counting/countParts.ts';
import { addParts, count, countPart, type CountPart } from '../../src/counting/countRegions.ts';
import { drawWeights } from '../../src/counting/program/initializers.ts';
import { FixedShare } from '../../src/counting/walk/fixedShare.ts';
import { SharedCount } from '../../src/counting/walk/sharedCount.ts';
import type { Network } from '../../src/network/network.ts';
import { cellsAlone } from '../unit/counting/lines/cellsAlone.ts';
import { dense, named, networkOf, tensor, type LayerSketch } from '../unit/counting/networks.ts';

/** Each piece of the line falls to one of those who share the count, as drawn. */
class Dealt extends FixedShare {
  constructor(
    private readonly who: number,
    private readonly threads: number,
    private readonly seed: number,
  ) {
    super(who, threads);
  }

  override claim(index: number): boolean {
    return Math.floor(uniforms(1000 * this.seed + index)() * this.threads) === this.who;
  }
}

function partsOf(request: CountRequest, threads: number, seed: number): CountPart[] {
  return Array.from({ length: threads }, (_, k) => countPart(request, {}, new Dealt(k, threads, seed)));
}

const filled = (length: number, value: (i: number) => number) => Array.from({ length }, (_, i) => value(i));
const conv = (filters: number, activation = 'relu', useBias = true): LayerSketch => ({
  operation: {
    kind: 'convolution',
    window: { rank: 2, kernel: [3, 3], strides: [1, 1], dilation: [1, 1], padding: 'same' },
    filters,
    groups: 1,
    useBias,
  },
  activation: named(activation),
});
const pool = (kind: 'maxPooling' | 'averagePooling'): LayerSketch => ({
  operation: { kind, window: { rank: 2, kernel: [2, 2], strides: [2, 2], dilation: [1, 1], padding: 'valid' } },
});
const flatten: LayerSketch = { operation: { kind: 'flatten' } };

function request(network: Network, seed: number, reach: number): CountRequest {
  const uniform = uniforms(seed);
  const place = () => filled(network.inputSize, () => reach * (2 * uniform() - 1));
  const domain = { kind: 'segment', from: place(), to: place() } as const;
  return { network, method: 'line', domain, linear: true, keepRegions: true, units: true, limits: {} };
}

/** All figures, to the last bit of each number. */
function figures(result: CountResult): object {
  return { ...result, seconds: 0 };
}

/** How many seams lie between runs of different threads, and at how many of these nothing clearly bends. */
interface Seams {
  readonly all: number;
  readonly flat: number;
}

function expectSame(one: CountRequest, seed: number): Seams {
  const whole = figures(count(one));
  let [all, flat] = [0, 0];
  for (const threads of [2, 3, 7]) {
    const parts = partsOf(one, threads, seed);
    expect(figures(addParts(one, parts, 0)), `${threads} threads`).toEqual(whole);
    const runs = parts.flatMap(({ lines }) => lines!.runs).sort((a, b) => a.from - b.from);
    all += runs.length - 1;
    runs.slice(1).forEach(({ ends }, k) => {
      const last = runs[k].ends?.last;
      if (!last || !ends) return;
      const change = last.slopes.map((slope, i) => Math.abs(slope - ends.first.slopes[i]));
      if (Math.max(...change) <= last.tolerance) flat++;
    });
  }
  return { all, flat };
}

describe('a line that several threads count', () => {
  const kinds: Record<string, (seed: number) => Network> = {
    'dense, of several activations': () =>
      networkOf([5], [dense(1500, 'relu'), dense(60, 'hard_tanh'), dense(40, 'abs'), dense(3)], 1),
    'convolutional, with maxima': () =>
      networkOf([12, 12, 2], [conv(6), pool('maxPooling'), conv(6), pool('maxPooling'), flatten, dense(3)], 0.3),
    'convolutional, with averages': () =>
      networkOf([12, 12, 2], [conv(6), pool('averagePooling'), conv(6, 'leaky_relu'), flatten, dense(3)], 0.3),
    'without biases': () => networkOf([10, 10, 1], [conv(6, 'relu', false), conv(4), flatten, dense(2)], 0),
    'whose outputs bend by less than rounding errors': () => {
      const slight = { kernel: tensor(Array.from({ length: 30 }, () => [2 ** -70])), bias: tensor([0]) };
      const layers = [dense(1500, 'relu'), dense(30, 'relu'), dense(1, 'linear', slight)];
      return networkOf([3], layers, 1);
    },
  };
  for (const [name, make] of Object.entries(kinds)) {
    it(`is the same ${name}`, () => {
      let [all, flat] = [0, 0];
      for (const seed of [1, 2, 3]) {
        const seams = expectSame(request(drawWeights(make(seed), seed), seed, 3), seed);
        all += seams.all;
        flat += seams.flat;
      }
      expect(all).toBeGreaterThan(10);
      if (name.includes('maxima')) expect(flat).toBeGreaterThan(3);
    }, 60_000);
  }

  it('through the origin, where many units bend at one point', () => {
    const network = drawWeights(networkOf([8, 8, 1], [conv(6), conv(4), flatten, dense(300, 'relu'), dense(2)], 0), 4);
    const to = filled(64, (i) => Math.sin(1 + i));
    const one = { ...request(network, 1, 1), domain: { kind: 'segment', from: to.map((x) => -x), to } as const };
    expectSame(one, 1);
  }, 60_000);

  it('on images of one color, where many units are one', () => {
    const network = drawWeights(
      networkOf([24, 24, 1], [conv(8), conv(8), pool('maxPooling'), flatten, dense(2)], 1),
      4,
    );
    const corner = (x: number) => filled(576, () => x);
    const one = { ...request(network, 1, 1), domain: { kind: 'segment', from: corner(-9), to: corner(9) } as const };
    expectSame(one, 1);
  }, 60_000);

  it('where units of a later layer bend between pieces', () => {
    const size = 300;
    const eye = Array.from({ length: size }, (_, i) => filled(size, (k) => Number(k === i)));
    const first = { kernel: tensor([filled(size, () => 1)]), bias: tensor(filled(size, (i) => -(i + 1) / 512)) };
    const second = { kernel: tensor(eye), bias: tensor(filled(size, () => 0)) };
    const network = networkOf([1], [dense(size, 'relu', first), dense(size, 'relu', second)]);
    const one = { ...request(network, 1, 1), domain: { kind: 'segment', from: [0], to: [1] } as const };
    expect(expectSame(one, 2).all).toBeGreaterThan(2);
    expect(count(one).unitBreakpoints!.flat()).toEqual(filled(2 * size, () => 1));
  });

  it('however little of it was asked for', () => {
    const whole = request(drawWeights(kinds['dense, of several activations'](1), 1), 1, 3);
    for (const some of [
      { linear: false, keepRegions: false, units: false },
      { linear: true, keepRegions: false, units: false },
      { linear: false, keepRegions: true, units: false },
      { linear: false, keepRegions: false, units: true },
    ])
      expectSame({ ...whole, ...some }, 5);
  }, 60_000);

  it('shares the work', () => {
    const one = request(drawWeights(kinds['dense, of several activations'](1), 1), 1, 3);
    const { activationRegions } = count(one);
    const parts = partsOf(one, 2, 1);
    for (const { walked } of parts) expect(walked.cells.at(-1)).toBeLessThan(0.8 * activationRegions);
  });

  it('is a lower bound that says so where a thread was stopped', () => {
    const network = networkOf([4], [dense(2500, 'relu'), dense(1500, 'relu'), dense(2)], 1);
    const one = request(drawWeights(network, 3), 1, 2);
    const whole = count(one);
    const stopped = countPart(one, { stopped: () => true }, new Dealt(0, 2, 1));
    const merged = addParts(one, [stopped, countPart(one, {}, new Dealt(1, 2, 1))], 0);
    expect(merged).toMatchObject({ exact: false, stoppedBy: 'request', linearRegions: null, unitBreakpoints: null });
    merged.perLayer.forEach((regions, layer) => expect(regions).toBeLessThanOrEqual(whole.perLayer[layer]));
    expect(merged.activationRegions).toBeGreaterThan(0.3 * whole.activationRegions);
    const { knots } = merged.line!;
    expect(Array.from(knots)).toEqual(Array.from(whole.line!.knots.slice(0, knots.length)));
  }, 60_000);

  it('is a lower bound that says so where parts are missing', () => {
    const drawn = { ...request(drawWeights(kinds['dense, of several activations'](1), 1), 1, 3), keepRegions: false };
    const whole = count(drawn);
    const parts = [1, 2, 3].map((part) => countFixedPart(drawn, part, 3));
    expect(figures(mergeParts(drawn, parts, 0))).toEqual(figures(whole));
    const merged = mergeParts(drawn, parts.slice(1), 0, 'Part 1 is missing.');
    expect(merged).toMatchObject({ exact: false, doubt: 'Part 1 is missing.', linearRegions: null });
    merged.perLayer.forEach((regions, layer) => expect(regions).toBeLessThanOrEqual(whole.perLayer[layer]));
    expect(() => mergeParts(drawn, parts.slice(1), 0)).toThrow('do not fit together');
  });

  it('is refused where it can only be counted cell by cell', () => {
    const { network } = networkWithWeights(cellsAlone, 'a.network.json', 0, null)!;
    const domain = { kind: 'segment', from: [-1], to: [1] } as const;
    const one = { ...request(network, 1, 1), domain };
    const memory = SharedCount.sharedMemory();
    const part = countPart(one, {}, new SharedCount(memory, 1, 2));
    expect(part.isRefused).toBe(true);
    const lead = new SharedCount(memory, 0, 2);
    expect([lead.isRefused, lead.claim(0)]).toEqual([true, false]);
    expect(() => countFixedPart(one, 1, 2)).toThrow('--cells-by vertices');
    const cells = { ...one, cellsBy: 'vertices', keepRegions: false, units: false } as const;
    const parts = [1, 2].map((k) => countFixedPart(cells, k, 2));
    expect(mergeParts(cells, parts, 0)).toMatchObject({ exact: true, perLayer: count(one).perLayer });
  });
});
