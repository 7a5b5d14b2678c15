import { drawnWeights } from '../../../../src/common/weightsSource.ts';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { networkToCount } from '../../../../src/analysis/counts/countPlan.ts';
import {
  drawMean,
  drawShare,
  drawUntilEnough,
  meanOfShares,
  type RangeOfRounds,
  WORK_IN_BACKGROUND,
} from '../../../../src/analysis/expectation/drawnMean.ts';
import { spreadOf } from '../../../../src/analysis/statistics.ts';
import {
  conditionalMean,
  drawRounds,
  meanOfRounds,
  type ConditionalMean,
  type NumberedRound,
} from '../../../../src/analysis/expectation/conditionalMean.ts';
import { equalPlaces } from '../../../../src/analysis/expectation/equalPlaces.ts';
import { breakpointRates } from '../../../../src/analysis/expectation/forwardPass.ts';
import { Sources } from '../../../../src/analysis/expectation/sources.ts';
import { WideLimit } from '../../../../src/analysis/expectation/wideLimit.ts';
import { WidePlaces } from '../../../../src/analysis/expectation/widePlaces.ts';
import { Chance } from '../../../../src/analysis/expectation/chance.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import type { Network } from '../../../../src/network/network.ts';

type Sketch = Readonly<Record<string, unknown>>;

function networkOf(input: readonly number[], layers: readonly Sketch[], init?: Sketch): Network {
  const analysis = analyze(JSON.stringify({ input, layers, init }), 'a.network.json');
  expect(analysis?.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return analysis!.networks[0].network;
}

const dense = (units: number, activation?: string, more: Sketch = {}): Sketch => ({
  type: 'dense',
  units,
  activation,
  ...more,
});
const conv = (filters: number, kernel_size: number, activation?: string, more: Sketch = {}): Sketch => ({
  type: 'conv2d',
  filters,
  kernel_size,
  activation,
  ...more,
});
const units = (activation: string, more: Sketch = {}): Sketch => ({ type: 'activation', activation, ...more });

const networks: Record<string, Network> = {
  'a narrow chain': networkOf([6], [dense(4, 'relu'), dense(4, 'leaky_relu'), dense(4, 'abs')]),
  'several breakpoints': networkOf([6], [dense(6, 'hard_tanh'), dense(6, 'relu6'), dense(6, 'hard_sigmoid')]),
  maxout: networkOf(
    [5],
    [{ type: 'maxout', units: 5, rank: 3 }, { type: 'maxout', units: 4, rank: 2 }, dense(5, 'relu')],
  ),
  'tropical layers': networkOf(
    [5],
    [
      { type: 'tropical_dense', units: 4 },
      dense(5, 'relu'),
      { type: 'tropical_dense', units: 4, semiring: 'min' },
      dense(4, 'relu'),
    ],
  ),
  'tropical convolutions': networkOf(
    [5, 4, 1],
    [
      { type: 'tropical_conv2d', filters: 2, kernel_size: 2 },
      conv(3, 2, 'relu'),
      { type: 'tropical_conv2d', filters: 2, kernel_size: [2, 1], reduce: 'sum' },
      { type: 'flatten' },
      dense(3, 'relu'),
    ],
  ),
  'max pooling of ReLUs, over windows that overlap': networkOf(
    [6, 6, 1],
    [conv(3, 2, 'relu'), { type: 'max_pooling2d', pool_size: 2, strides: 1 }, conv(3, 2, 'relu')],
  ),
  'max pooling over windows that see padding, which meet at the origin': networkOf(
    [6, 1],
    [
      { type: 'conv1d', filters: 3, kernel_size: 2, padding: 'same', activation: 'relu' },
      { type: 'max_pooling1d', pool_size: 2 },
      { type: 'flatten' },
      dense(4, 'relu'),
    ],
  ),
  'ReLUs behind max pooling': networkOf(
    [6, 6, 1],
    [conv(3, 2), { type: 'max_pooling2d', pool_size: 2 }, units('relu'), conv(3, 2, 'relu')],
  ),
  'global max pooling and average pooling': networkOf(
    [6, 6, 1],
    [
      conv(3, 2, 'relu'),
      { type: 'average_pooling2d', pool_size: 2, strides: 1 },
      conv(3, 2, 'relu'),
      { type: 'global_max_pooling2d' },
      dense(4, 'relu'),
    ],
  ),
  'post-activation residual blocks': networkOf(
    [6],
    [
      dense(6, 'relu', { name: 'a' }),
      dense(6, 'relu'),
      dense(6, undefined, { name: 'b' }),
      { type: 'add', name: 's', inputs: ['a', 'b'] },
      units('relu', { name: 'r' }),
      dense(6, 'relu'),
      dense(6, undefined, { name: 'c' }),
      { type: 'add', inputs: ['r', 'c'] },
      units('relu'),
    ],
  ),
  'concatenation with values that were bent before': networkOf(
    [5, 5, 1],
    [
      conv(2, 2, undefined, { name: 'a', padding: 'same' }),
      { type: 'batch_normalization' },
      units('relu'),
      conv(2, 3, undefined, { name: 'b', padding: 'same' }),
      { type: 'concatenate', inputs: ['a', 'b'] },
      units('relu'),
      conv(3, 2, 'relu'),
    ],
  ),
  'separable and depthwise convolutions': networkOf(
    [6, 6, 2],
    [
      { type: 'separable_conv2d', filters: 4, kernel_size: 3, activation: 'relu' },
      { type: 'depthwise_conv2d', kernel_size: 2, activation: 'relu' },
      conv(3, 1, 'relu'),
    ],
  ),
  'units on maxout, whose pieces have weights of their own': networkOf(
    [3],
    [{ type: 'maxout', units: 4, rank: 3 }, units('hard_tanh'), dense(3, 'relu')],
  ),
  'two units on one maximum, which bend at the same places, and one on a multiple of it': networkOf(
    [3],
    [
      { type: 'maxout', name: 'm', units: 4, rank: 3 },
      units('relu6', { name: 'a' }),
      units('leaky_relu', { name: 'b', inputs: ['m'] }),
      { type: 'batch_normalization', name: 'n', inputs: ['m'], epsilon: 3 },
      units('relu6', { name: 'c', inputs: ['n'] }),
      { type: 'concatenate', inputs: ['a', 'b', 'c'] },
    ],
    { kernel: 'normal', kernel_stddev: 3 },
  ),
  'max pooling behind separable convolutions of two channels': networkOf(
    [8, 2],
    [
      { type: 'separable_conv1d', filters: 3, kernel_size: 3 },
      { type: 'max_pooling1d', pool_size: 2 },
    ],
  ),
  'many filters, whose outputs are drawn together': networkOf(
    [5, 5, 1],
    [
      conv(8, 3, 'relu'),
      conv(24, 2, 'relu'),
      { type: 'max_pooling2d', pool_size: 2, strides: 1, padding: 'same' },
      conv(16, 2, 'hard_tanh', { padding: 'same', groups: 2 }),
    ],
  ),
  'a tensor that is flattened before it is bent': networkOf(
    [7, 1],
    [{ type: 'conv1d', filters: 2, kernel_size: 2 }, { type: 'flatten' }, units('relu'), dense(4, 'relu')],
  ),
  'a tensor beside itself': networkOf(
    [4],
    [
      dense(3, undefined, { name: 'a' }),
      { type: 'concatenate', inputs: ['a', 'a'] },
      units('hard_tanh'),
      dense(4, 'relu'),
    ],
  ),
  'two poolings of one tensor, and units on them, which bend at the same places': networkOf(
    [5, 5, 1],
    [
      conv(3, 2, undefined, { name: 'a' }),
      { type: 'max_pooling2d', pool_size: 2, strides: 1 },
      units('relu6'),
      { type: 'flatten', name: 'f' },
      { type: 'max_pooling2d', pool_size: 3, strides: 1, inputs: ['a'] },
      units('relu6'),
      { type: 'flatten', name: 'g' },
      units('relu', { inputs: ['a'] }),
      { type: 'flatten', name: 'h' },
      { type: 'concatenate', inputs: ['f', 'g', 'h'] },
      dense(3, 'relu'),
    ],
  ),
  'pooling of what was pooled': networkOf(
    [6, 6, 1],
    [
      conv(3, 2, 'relu'),
      { type: 'max_pooling2d', pool_size: 2, strides: 1 },
      { type: 'max_pooling2d', pool_size: 2 },
      { type: 'flatten' },
      dense(3, 'relu'),
    ],
  ),
  'units and pooling on means over positions': networkOf(
    [6, 6, 1],
    [
      conv(2, 2, 'leaky_relu'),
      { type: 'depthwise_conv2d', kernel_size: 2, name: 'd' },
      { type: 'batch_normalization' },
      { type: 'average_pooling2d', pool_size: 2, strides: 1, name: 'p' },
      units('relu6', { name: 'u' }),
      { type: 'max_pooling2d', pool_size: 2, strides: 1, inputs: ['p'], name: 'm' },
      { type: 'flatten', name: 'f', inputs: ['u'] },
      { type: 'flatten', name: 'g', inputs: ['m'] },
      { type: 'concatenate', inputs: ['f', 'g'] },
      dense(3, 'relu'),
    ],
  ),
  'parts of tensors in another order': networkOf(
    [4, 4, 1],
    [
      conv(4, 2, undefined, { name: 'a' }),
      { type: 'select', axis: -1, places: [2, 0, 1] },
      units('relu', { name: 'u' }),
      { type: 'select', axis: -1, places: [-1, 1, 2, 3], inputs: ['a'] },
      units('relu6', { name: 'v' }),
      { type: 'concatenate', inputs: ['u', 'v'] },
      conv(3, 2),
      { type: 'select', axis: 1, places: [1, 0] },
      { type: 'max_pooling2d', pool_size: [2, 1], strides: 1 },
      { type: 'permute', dims: [3, 1, 2] },
      { type: 'max_pooling2d', pool_size: [1, 1] },
      units('hard_tanh'),
    ],
  ),
  'the greatest of several filters, of a tensor in another shape': networkOf(
    [3],
    [dense(6), { type: 'reshape', target_shape: [2, 3] }, { type: 'global_max_pooling1d' }, dense(3, 'relu')],
  ),
  'pooling over channels and rows, of what was pooled': networkOf(
    [5, 5, 1],
    [
      conv(3, 2),
      { type: 'max_pooling2d', pool_size: 2, strides: 1 },
      { type: 'permute', dims: [3, 1, 2] },
      { type: 'max_pooling2d', pool_size: 2, strides: 1 },
      { type: 'flatten' },
      dense(3, 'relu'),
    ],
  ),
  'one filter twice': networkOf(
    [4, 4, 1],
    [
      conv(3, 2, 'relu'),
      conv(3, 2),
      { type: 'select', axis: -1, places: [0, 0, 1] },
      units('relu'),
      conv(3, 2, 'relu'),
    ],
  ),
  'no biases': networkOf([4], [dense(4, 'relu', { use_bias: false }), dense(4, 'relu', { use_bias: false })]),
};

const COUNTS = 80;

function drawn(network: Network, segment: { from: number[]; to: number[] }, work = 4e6): ConditionalMean {
  const mean = conditionalMean(network, segment, { seed: 7, work: { all: work, fewest: 2 * work } });
  if (mean === null || typeof mean === 'string') throw new Error(String(mean));
  return mean;
}

/** Holds the mean against counts after each layer. */
function compare(network: Network, segment: { from: number[]; to: number[] }): void {
  const { perLayer, standardError } = drawn(network, segment);
  const counts = Array.from({ length: COUNTS }, (_, seed) =>
    count({
      network: networkToCount(network, { source: drawnWeights(seed + 1) }),
      method: 'line',
      domain: { kind: 'segment', ...segment },
      linear: false,
      keepRegions: false,
      limits: {},
    }),
  );
  network.layers.forEach(({ index, name }) => {
    const spread = spreadOf(counts.map((each) => each.perLayer[index]))!;
    const error = Math.hypot(standardError, spread.standardError!);
    expect(Math.abs(perLayer[index]! - spread.mean), name).toBeLessThanOrEqual(4 * error + 1e-6);
  });
}

const diagonal = ({ inputSize }: Network) => {
  const from = new Array<number>(inputSize).fill(-1);
  return { from, to: from.map((x) => -x) };
};

describe('agrees with exact counts of random networks at the real widths', () => {
  test.each(Object.entries(networks))('%s, on the diagonal', (_, network) => compare(network, diagonal(network)));

  test.each(Object.entries(networks))('%s, elsewhere', (_, network) => {
    const along = (at: (i: number) => number) => Array.from({ length: network.inputSize }, (__, i) => at(i));
    compare(network, { from: along((i) => Math.sin(7.3 * i)), to: along((i) => Math.cos(3.1 * i)) });
  });

  test('nodes of a graph whose sums are multiples of each other, since their inputs are equal', () => {
    const network = networkOf(
      [2, 1],
      [
        dense(3, 'relu', { name: 'd' }),
        { type: 'concatenate', inputs: ['input', 'd'] },
        {
          type: 'graph_conv',
          units: 4,
          adjacency: [
            [-1, 0.5],
            [-1, 0],
          ],
          activation: 'relu',
          use_bias: false,
        },
      ],
    );
    compare(network, diagonal(network));
  });
});

describe('factors, by which draws are compared with their mean, have the mean one after each layer, surprises zero', () => {
  // In one draw of a thousand there, all channels but one are dead, which is refused.
  const isDrawn = ([name]: [string, Network]) => name !== 'global max pooling and average pooling';
  test.each(Object.entries(networks).filter(isDrawn))('%s', (_, network) => {
    const segment = {
      from: Array.from({ length: network.inputSize }, (__, i) => Math.sin(7.3 * i)),
      to: Array.from({ length: network.inputSize }, (__, i) => Math.cos(3.1 * i)),
    };
    const places = equalPlaces(network, segment);
    const { t, origin, course } = new WidePlaces(network, segment, places).at(0.4);
    const direction = Float64Array.from(segment.from, (x, i) => segment.to[i] - x);
    const point = direction.map((slope, i) => segment.from[i] + t * slope);
    const chance = new Chance(29);
    const wide = new WideLimit(network, segment, places);
    const { initialization } = network;
    const draws = Array.from({ length: 1000 }, (__, k) => {
      const limit = k < 400 ? wide : null;
      const sources = new Sources();
      const draw = {
        initialization,
        chance,
        sources,
        places,
        origin,
        course,
        limit,
        sampled: null,
        cut: null,
        breathe: () => {},
      };
      return breakpointRates(network, point, direction, draw);
    });
    network.layers.forEach(({ index, name }) => {
      const factors = spreadOf(draws.map((draw) => draw.factors[index]))!;
      expect(Math.abs(factors.mean - 1), name).toBeLessThanOrEqual(4.5 * factors.standardError! + 1e-9);
      const surprises = spreadOf(draws.flatMap((draw) => draw.surprises?.[index] ?? []))!;
      expect(Math.abs(surprises.mean), name).toBeLessThanOrEqual(4.5 * surprises.standardError! + 1e-9);
    });
  });
});

describe('a residual network of few channels', () => {
  const block = (name: string, input: string): Sketch[] => [
    conv(12, 3, 'relu', { padding: 'same', name: `${name}1`, inputs: [input] }),
    conv(12, 3, undefined, { padding: 'same', name: `${name}2` }),
    { type: 'add', name: `${name}3`, inputs: [input, `${name}2`] },
    units('relu', { name }),
  ];
  const network = networkOf(
    [8, 8, 3],
    [conv(12, 3, 'relu', { padding: 'same', name: 'a' }), ...block('b', 'a'), ...block('c', 'b'), ...block('d', 'c')],
  );

  test('half the error that draws have without factors', () => {
    const mean = drawn(network, diagonal(network), 1e8);
    // 2,000 draws without factors, at places that are denser near the origin: 3480 ± 28, a share of 0.33 for one.
    expect(Math.abs(mean.perLayer.at(-1)! - 3480)).toBeLessThan(4 * Math.hypot(mean.standardError, 28));
    expect((mean.standardError / mean.perLayer.at(-1)!) * Math.sqrt(mean.draws)).toBeLessThan(0.18);
  });

  test('draws that are compared with more draws of the first layers give the same mean', () => {
    const mean = conditionalMean(network, diagonal(network), { seed: 2, work: { all: 1e8, fewest: 1e8, many: 0 } });
    if (mean === null || typeof mean === 'string') throw new Error(String(mean));
    expect(mean.earlyDraws).toBe(8 * mean.draws);
    const few = { seed: 2, work: { all: 5e6, fewest: 1e8, many: 0 } };
    const whole = conditionalMean(network, diagonal(network), few);
    const shares = [1, 0].map((index) => drawRounds(network, diagonal(network), few, { index, of: 2 }));
    expect(meanOfRounds(network, shares.flat() as NumberedRound[])).toEqual(whole);
    expect(Math.abs(mean.perLayer.at(-1)! - 3480)).toBeLessThan(4 * Math.hypot(mean.standardError, 28));
    expect((mean.standardError / mean.perLayer.at(-1)!) * Math.sqrt(mean.draws)).toBeLessThan(0.25);
  });
});

test('means do not fall from layer to layer, nor below one', () => {
  const network = networks['max pooling of ReLUs, over windows that overlap'];
  const drawsOf = (rate: number, factor: number) => ({
    rates: new Float64Array(3).fill(rate),
    limits: new Float64Array(3).fill(1),
    factors: Float64Array.from([1, factor, 1]),
    surprises: null,
  });
  const round = (number: number, rate: number, factors: readonly number[]) => ({
    number,
    roots: [],
    early: [],
    draws: factors.map((factor) => drawsOf(rate * factor, factor)),
  });
  const rounds = [round(0, 1, [0.5, 1.5]), round(1, 1e-6, [4, 4])];
  const { perLayer } = meanOfRounds(network, rounds)!;
  perLayer.forEach((mean, k) => expect(mean).toBeGreaterThanOrEqual(k === 0 ? 1 : perLayer[k - 1]!));
});

test('shares of the draws give the same figures together, however many they are', () => {
  const network = networks['max pooling over windows that see padding, which meet at the origin'];
  const choice = { segment: diagonal(network), work: { all: 1e5, fewest: 2e5 } };
  const whole = drawMean(network, choice);
  if ('reason' in whole) throw new Error(whole.reason);
  expect(whole.draws).toBeGreaterThan(64);
  const shareOf = (of: number) => (index: number) => drawShare(network, choice, { index, of });
  expect(meanOfShares(network, [2, 0, 1].map(shareOf(3)))).toEqual(whole);
  // Most of them have nothing to do.
  const many = Array.from({ length: 300 }, (_, index) => shareOf(300)(index));
  expect(meanOfShares(network, many)).toEqual(whole);
  expect(meanOfShares(network, many.slice(0, 1))).toHaveProperty('reason');
});

test('draws on request end when their standard error is small enough, or when they have become too many', async () => {
  const network = networks['max pooling over windows that see padding, which meet at the origin'];
  const ranges: (RangeOfRounds | undefined)[] = [];
  const meanFor = async (error: number, all: number, most = Infinity) => {
    ranges.length = 0;
    const work = { all, fewest: 2e5, rounds: 4 };
    const mean = await drawUntilEnough(
      network,
      { atFirst: { ...work, all: 1 }, inAll: work, error },
      (spent, range) => {
        if (ranges.push(range) > most) return Promise.resolve(null);
        const shares = [0, 1, 2].map((index) => ({ index, of: 3, ...range }));
        return Promise.resolve(shares.map((share) => drawShare(network, { work: spent }, share)));
      },
    );
    if ('reason' in mean) throw new Error(mean.reason);
    return { ...mean, share: mean.standardError / mean.perLayer.at(-1)! };
  };
  const loose = await meanFor(1, 1e7);
  expect([loose.draws, ranges]).toEqual([32, [undefined]]);
  const close = await meanFor(0.4 * loose.share, 1e7);
  expect(ranges.slice(0, 2)).toEqual([undefined, { from: 4, to: 8 }]);
  expect(close.draws).toBe(8 * ranges.at(-1)!.to);
  expect(close.share).toBeLessThan(0.8 * loose.share);
  expect(await meanFor(0.4 * loose.share, 1e7, 1)).toEqual(loose);
  const limited = await meanFor(1e-6, 1e5);
  expect(limited).toMatchObject(drawMean(network, { work: { all: 1e5, fewest: 2e5 } }));
});

test('the standard error of the fewest draws is not too small', () => {
  const network = networkOf([4], [dense(6, 'relu'), dense(6, 'relu')]);
  const segment = { from: [-1, -0.4, 0.2, 0.7], to: [0.9, 0.1, -1, 0.3] };
  const truth = drawn(network, segment).perLayer.at(-1)!;
  const few = Array.from({ length: 200 }, (_, seed) =>
    conditionalMean(network, segment, { seed, work: { all: 1, fewest: 1000 } }),
  );
  const outside = few.filter((mean) => {
    if (mean === null || typeof mean === 'string') throw new Error(String(mean));
    expect(mean.draws).toBe(16);
    return Math.abs(mean.perLayer.at(-1)! - truth) > 3 * mean.standardError;
  });
  // Two rounds compared with each other would leave out one mean in five.
  expect(outside.length).toBeLessThan(12);
});

test('LeNet: the value of an independent program for these widths', () => {
  const text = readFileSync('examples/lenet.network.json', 'utf8');
  const [{ network }] = analyze(text, 'lenet.network.json')!.networks;
  const mean = drawMean(network, { work: { all: 1e8, fewest: 2e8 } });
  if ('reason' in mean) throw new Error(mean.reason);
  // 9,600 passes of that program: 444.9 ± 2.9; the limit of wide layers is 460.9.
  expect(Math.abs(mean.perLayer.at(-1)! - 444.9)).toBeLessThan(4 * Math.hypot(mean.standardError, 2.9));
  expect(mean.standardError).toBeLessThan(30);
});

test('different breakpoints of units that are multiples of each other lie at one place', () => {
  const layer = { type: 'graph_conv', units: 12, activation: 'hard_tanh', use_bias: false };
  const steps = { breakpoints: [0, 1, 2, 3], slopes: [0, 1, -1, 1, 0], intercepts: [0, 0, 2, -2, 1] };
  const diagonal = { from: [-1, -1], to: [1, 1] };
  const nodes = (...adjacency: number[][]) => ({ ...layer, adjacency });
  compare(networkOf([2, 1], [nodes([1, 0], [1, -2])]), diagonal);
  compare(networkOf([2, 1], [{ ...nodes([3, 0], [3, 3]), activation: steps }]), diagonal);
});

describe('sums of equal numbers that are equal up to rounding alone', () => {
  const read = (...adjacency: number[][]) =>
    networkOf([2, 1], [{ type: 'graph_conv', units: 1, adjacency, activation: 'relu' }]);
  const segment = { from: [-1, -1], to: [1, 1] };
  const open = read([0.1, 0.7], [0.5, 0.3]);
  const equal = read([0.1, 0.7], [0.7, 0.1]);

  test('have no mean', () => {
    const said = [open, equal].map((network) =>
      conditionalMean(network, segment, { seed: 1, work: { all: 1e4, fewest: 2e4 } }),
    );
    expect(said[0]).toMatch(/equal up to rounding, but not exactly/);
    expect(said[1]).toMatchObject({ perLayer: [expect.any(Number)] });
  });

  test('are counted apart', () => {
    const regions = [open, equal].map(
      (network) =>
        count({
          network: networkToCount(network, { source: drawnWeights(1) }),
          method: 'line',
          domain: { kind: 'segment', ...segment },
          linear: false,
          keepRegions: false,
          limits: {},
        }).activationRegions,
    );
    expect(regions).toEqual([3, 2]);
  });
});

test('equal seeds give equal means', () => {
  const network = networks['a narrow chain'];
  const segment = { from: [-1, -1, -1, -1, -1, -1], to: [1, 1, 1, 1, 1, 1] };
  expect(drawn(network, segment, 1e5)).toEqual(drawn(network, segment, 1e5));
});

test('the fewest draws may take more work than others', () => {
  const network = networkOf([12, 12, 3], [conv(8, 3, 'relu'), conv(8, 3, 'relu')]);
  const mean = drawMean(network, { work: { all: 1e3, fewest: 1e12 } });
  expect('reason' in mean ? mean.reason : mean.draws).toBe(16);
});

test('a MobileNetV2 takes no more work than is spent in the background', () => {
  const text = `import torch
from torchvision import models
net = models.mobilenet_v2()
y = net(torch.randn(1, 3, 224, 224))`;
  const [{ network }] = analyze(text, 'net.py')!.networks;
  const mean = drawMean(network, { work: WORK_IN_BACKGROUND }, () => true);
  expect(mean).toEqual({ reason: 'Stopped before enough networks were drawn.' });
});

test('units with breakpoints off zero: half the error that draws have without surprises', () => {
  const network = networkOf(
    [16],
    Array.from({ length: 5 }, () => dense(24, 'hard_tanh')),
  );
  const mean = drawn(network, diagonal(network), 1e7);
  // 2,000 draws with factors in their place: 133.1 ± 0.7, a share of 0.22 for one.
  expect(Math.abs(mean.perLayer.at(-1)! - 133.1)).toBeLessThan(4 * Math.hypot(mean.standardError, 0.7));
  expect((mean.standardError / mean.perLayer.at(-1)!) * Math.sqrt(mean.draws)).toBeLessThan(0.14);
});

describe('says why there is no mean', () => {
  const reason = (network: Network) => {
    const ends = (phase: number) => Array.from({ length: network.inputSize }, (_, i) => Math.sin(7.3 * i + phase));
    const mean = drawMean(network, { segment: { from: ends(0), to: ends(1) }, work: { all: 1e5, fewest: 2e5 } });
    return 'reason' in mean ? mean.reason : 'none';
  };

  test.each([
    [
      'what tropical units give is bent',
      networkOf([3], [{ type: 'tropical_dense', units: 2 }, units('relu')]),
      /not sums with weights of their own/,
    ],
    [
      'the input itself is compared, also beside another tensor',
      networkOf(
        [2, 1],
        [
          dense(1, 'linear', { name: 'd' }),
          { type: 'concatenate', inputs: ['input', 'd'] },
          { type: 'max_pooling1d', pool_size: 2 },
        ],
      ),
      /not sums with weights of their own/,
    ],
    [
      'differences between inputs, of which a weight of one takes a share',
      networkOf(
        [2, 1],
        [
          dense(1, 'linear', { name: 'd' }),
          { type: 'subtract', inputs: ['input', 'd'] },
          { type: 'max_pooling1d', pool_size: 2 },
        ],
      ),
      /the sign of a single number/,
    ],
    ['the input itself is bent', networkOf([3], [units('relu')]), /not sums with weights of their own/],
    [
      'a maximum of tensors',
      networkOf(
        [3],
        [
          dense(3, 'relu', { name: 'a' }),
          dense(3, 'relu', { name: 'b', inputs: ['input'] }),
          { type: 'maximum', inputs: ['a', 'b'] },
        ],
      ),
      /greatest of several tensors/,
    ],
    [
      'differences of values that are one number times a weight',
      networkOf(
        [8, 1],
        [
          { type: 'separable_conv1d', filters: 8, kernel_size: 3 },
          { type: 'max_pooling1d', pool_size: 2 },
        ],
      ),
      /sign of a single number/,
    ],
    [
      'units on a step down, below zero',
      networkOf([2], [dense(3), { type: 'relu', threshold: -0.5 }, units('relu')]),
      /not sums with weights of their own/,
    ],
    [
      'one number times a weight',
      networkOf([4], [dense(1), dense(4, 'relu', { use_bias: false })]),
      /sign of a single number/,
    ],
    [
      'a draw takes too long',
      networkOf([64, 64, 3], [conv(64, 3, 'relu'), conv(64, 3, 'relu')]),
      /16 draws of this network take about .* more than the 2e\+5 that/,
    ],
    ['nothing bends', networkOf([3], [dense(3)]), /No layer has piecewise-linear units/],
  ])('%s', (_, network, says) => {
    expect(reason(network)).toMatch(says);
  });

  test('it was stopped', () => {
    const network = networks['a narrow chain'];
    expect(drawMean(network, { work: { all: 1e9, fewest: 2e9 } }, () => true)).toEqual({
      reason: 'Stopped before enough networks were drawn.',
    });
  });
});

test('a part of the channels says what all of them do where numbers are compared', () => {
  const network = networkOf(
    [12, 1],
    [
      { type: 'conv1d', filters: 128, kernel_size: 3, activation: 'relu' },
      { type: 'max_pooling1d', pool_size: 3, strides: 1 },
      { type: 'conv1d', filters: 96, kernel_size: 2 },
      { type: 'max_pooling1d', pool_size: 2 },
    ],
  );
  const ends = (seed: number) => Array.from({ length: 12 }, (_, k) => Math.sin(7 * k + seed));
  const meanOf = (sampled: number) => {
    const work = { all: 1, fewest: 1e12, rounds: 60, sampled };
    const mean = conditionalMean(network, { from: ends(1), to: ends(2) }, { seed: 1, work });
    if (mean === null || typeof mean === 'string') throw new Error(String(mean));
    return mean;
  };
  const [all, part] = [meanOf(Infinity), meanOf(0)];
  expect(part.perLayer).not.toEqual(all.perLayer);
  all.perLayer.forEach((mean, layer) => {
    const error = Math.hypot(all.standardError, part.standardError);
    expect(Math.abs(mean! - part.perLayer[layer]!)).toBeLessThan(3 * error);
  });
  expect(part.standardError).toBeLessThan(0.03 * part.perLayer.at(-1)!);
});

test('a part of the channels misses no breakpoint at the origin', () => {
  const network = networkOf(
    [4, 1],
    [
      { type: 'conv1d', filters: 1024, kernel_size: 3 },
      // Few units are on their sloping piece at the origin.
      { type: 'thresholded_relu', theta: 0.3 },
      { type: 'max_pooling1d', pool_size: 2 },
    ],
  );
  const to = [0.3, -0.7, 0.5, 0.9];
  const pooled = (sampled: number) => {
    const work = { all: 1, fewest: 1e12, rounds: 12, sampled };
    const mean = conditionalMean(network, { from: to.map((x) => -x), to }, { seed: 5, work });
    if (mean === null || typeof mean === 'string') throw new Error(String(mean));
    return mean.perLayer[2]! - mean.perLayer[1]!;
  };
  expect(pooled(Infinity)).toBeGreaterThan(0.5);
  // Of 96 draws each.
  expect(Math.abs(pooled(0) - pooled(Infinity))).toBeLessThan(0.25);
});
