import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { networkToCount } from '../../../../src/analysis/counts/countPlan.ts';
import { simulationChoice } from '../../../../src/analysis/expectation/simulatedMean.ts';
import { settlePlace } from '../../../../src/analysis/places/settlePlace.ts';
import { meanOf, spreadOf } from '../../../../src/analysis/statistics.ts';
import { DEFAULT_BOX } from '../../../../src/common/place.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import { activationByName, leakyRelu, linear, relu, type Activation } from '../../../../src/network/activation.ts';
import type { LayerDefinition } from '../../../../src/network/definition.ts';
import type { Network } from '../../../../src/network/network.ts';
import type { Padding } from '../../../../src/network/operation.ts';
import { meanRegionsOnSegment } from '../../../../src/theory/kacRice/segment.ts';
import type { Segment, TheoryOptions } from '../../../../src/theory/bound.ts';
import { build, dense, layer, window1d, window2d } from '../../network/definitions.ts';
import { randomSegment, simulate } from './simulation.ts';

function means(network: Network, segment: Segment, options?: TheoryOptions): number[] {
  const found = meanRegionsOnSegment(network, segment, options);
  if ('reason' in found) throw new Error(found.reason);
  return found.perLayer.map((mean) => mean ?? NaN);
}

function diagonal(size: number): Segment {
  return { from: Array<number>(size).fill(-1), to: Array<number>(size).fill(1) };
}

/** Regions of one random network on the diagonal, by exact counting. */
function countOnDiagonal(network: Network, seed: number): number {
  const drawn = networkToCount(network, simulationChoice('simulated-line', seed, {}));
  const domain = settlePlace(DEFAULT_BOX, 'line', network.inputSize, { seed });
  return count({ network: drawn, method: 'line', domain, linear: false, keepRegions: false, limits: {} })
    .activationRegions;
}

function conv(
  name: string,
  kernel: number,
  filters: number,
  padding: Padding = 'valid',
  activation: Activation = relu,
) {
  const window = window2d(kernel, 1, padding);
  return layer(name, { kind: 'convolution', window, filters, groups: 1, useBias: true }, { activation });
}

function average(name: string, kernel: number, strides: number, padding: Padding = 'valid') {
  return layer(name, { kind: 'averagePooling', window: window2d(kernel, strides, padding) });
}

function node(name: string, units: number, adjacency: number[][]) {
  return layer(name, { kind: 'graphConvolution', units, adjacency, useBias: true }, { activation: relu });
}

/** Units at each position. */
function pointwise(name: string, units: number) {
  return layer(name, { kind: 'dense', units, useBias: true }, { activation: relu });
}

const flatten = layer('flat', { kind: 'flatten' });
const globalAverage = layer('mean', { kind: 'globalAveragePooling', rank: 2, keepDims: false });

/** Two convolutions and two dense layers, with average pooling over windows that overlap the border. */
function small(first: number, second: number, units: number): Network {
  return build(
    [10, 10, 1],
    [
      conv('a', 3, first, 'same'),
      average('p', 2, 2),
      conv('b', 3, second, 'same'),
      average('q', 2, 2, 'same'),
      flatten,
      dense('c', units),
      dense('d', units),
    ],
  ).network;
}

describe('values of an independent program', () => {
  interface Reference {
    readonly networks: readonly { readonly filters: readonly number[]; readonly predicted: readonly number[] }[];
  }
  const fixture = new URL('../../../fixtures/reference/lenet_average_pooling_means.json', import.meta.url);
  const { networks } = JSON.parse(readFileSync(fixture, 'utf8')) as Reference;

  test.each(networks)('LeNet with $filters filters', ({ filters, predicted }) => {
    const network = build(
      [28, 28, 1],
      [
        conv('a', 5, filters[0], 'same'),
        average('p', 2, 2),
        conv('b', 5, filters[1]),
        average('q', 2, 2),
        flatten,
        dense('c', 120),
        dense('d', 84),
      ],
    ).network;
    const [first, , second, , flat, third, fourth] = means(network, diagonal(784));
    expect(flat).toBe(second);
    const [one, , two, , three, four] = predicted;
    const pairs = [
      [first, one],
      [second, two],
      [third, three],
      [fourth, four],
    ];
    // To the accuracy of the other program's integration.
    for (const [mean, other] of pairs) expect(Math.abs(mean / other - 1)).toBeLessThan(1e-5);
  });

  test.each([
    [6, 6, 16, 188.6, 216.3],
    [24, 24, 32, 751.6, 806.9],
    [64, 64, 64, 2002.5, 2113],
  ])('small networks: %i and %i filters, %i units', (first, second, units, after, end) => {
    const found = means(small(first, second, units), diagonal(100));
    expect(Math.abs(found[2] - after)).toBeLessThan(0.06);
    expect(Math.abs(found[6] - end)).toBeLessThan(0.6);
  });
});

const simulated: { name: string; network: Network; segment: Segment; draws: number }[] = [
  {
    name: 'windows that overlap the border, anywhere',
    network: build(
      [5, 5, 1],
      [conv('a', 3, 24, 'same'), average('p', 2, 2, 'same'), conv('b', 2, 24), flatten, dense('c', 24)],
    ).network,
    segment: randomSegment(25, 5),
    draws: 10,
  },
  {
    name: 'overlapping windows, whose border means divide by the cells there',
    network: build([6, 6, 2], [conv('a', 2, 24), average('p', 3, 1, 'same'), conv('b', 2, 24)]).network,
    segment: diagonal(72),
    draws: 30,
  },
  {
    name: 'leaky ReLU and absolute values',
    network: build(
      [5, 5, 1],
      [
        conv('a', 2, 32, 'valid', leakyRelu(0.3)),
        average('p', 2, 1),
        conv('b', 2, 32, 'valid', activationByName('abs') ?? linear),
        average('q', 2, 1),
        conv('c', 2, 32),
      ],
    ).network,
    segment: randomSegment(25, 4),
    draws: 8,
  },
  {
    name: 'global average pooling before dense layers',
    network: build([5, 5, 2], [conv('a', 3, 48), globalAverage, dense('d', 48), dense('e', 48)]).network,
    segment: randomSegment(50, 3),
    draws: 12,
  },
  {
    name: 'bilinear resizing',
    network: build(
      [3, 3, 2],
      [
        conv('a', 2, 24, 'same'),
        layer('u', { kind: 'upSampling', factors: [2, 2], rank: 2, bilinear: true }),
        conv('b', 2, 16),
      ],
    ).network,
    segment: randomSegment(18, 6),
    draws: 12,
  },
  {
    name: 'graph convolutions',
    network: build(
      [4, 3],
      [
        node('a', 48, [
          [1, 1, 0, 0],
          [1, 1, 1, 0],
          [0, 1, 1, 1],
          [0, 0, 1, 1],
        ]),
        node('b', 48, [
          [1, 1, 0, 0],
          [1, 1, 1, 0],
          [0, 1, 1, 1],
          [0, 0, 1, 1],
        ]),
        dense('c', 16),
      ],
    ).network,
    segment: randomSegment(12, 2),
    draws: 12,
  },
  {
    name: 'pooling inside a pre-activation residual block',
    network: build(
      [4, 4, 1],
      [
        conv('a', 2, 32),
        average('p', 2, 1, 'same'),
        conv('b', 3, 16, 'same', linear),
        conv('c', 1, 16, 'same', linear),
        layer('s', { kind: 'add' }, { inputs: ['b', 'c'], activation: relu }),
        average('q', 3, 3),
        flatten,
        dense('d', 48),
      ].map((definition) => (definition.name === 'c' ? { ...definition, inputs: ['p'] } : definition)),
    ).network,
    segment: randomSegment(16, 8),
    draws: 16,
  },
];

describe('exact counts of random networks', () => {
  test.each(simulated)('$name', ({ network, segment, draws }) => {
    const predicted = means(network, segment);
    simulate(network, segment, draws).forEach(({ mean, error }, i) => {
      // Width costs some percent beside the error of the draws.
      expect(Math.abs(mean - predicted[i]), network.layers[i].name).toBeLessThanOrEqual(4 * error + 0.04 * mean);
    });
  });
});

test('equal windows that are pooled to equal cells bend together', () => {
  const network = build([9, 9, 1], [conv('a', 2, 16), average('p', 2, 2), conv('b', 2, 16)]).network;
  const [first, , second] = means(network, diagonal(81));
  // Without padding all positions see the same on the diagonal: as many units as one position has.
  const one = means(build([3, 3, 1], [conv('a', 2, 16), average('p', 2, 2), conv('b', 1, 16)]).network, diagonal(9));
  expect(first).toBeCloseTo(one[0], 8);
  expect(second).toBeLessThan(first + 16);
});

describe('sums that are mixed again', () => {
  const plain = (units: number, adjacency: number[][]) =>
    layer('mix', { kind: 'graphConvolution', units, adjacency, useBias: true });
  const first = layer('a', { kind: 'convolution', window: window1d(1), filters: 24, groups: 1, useBias: true });
  const ramp: Segment = { from: [-1, -2, -3], to: [1, 2, 3] };

  test('bend together where they are one function', () => {
    const halves = [
      [1, 0, 0],
      [0, 1, 0],
      [0.5, 0, 0.5],
    ];
    // With the weights of `a`, the mean of the first and the third position is the second one.
    const three = means(build([3, 1], [first, node('b', 16, halves), node('c', 16, halves)]).network, ramp);
    const copies = [halves[0], halves[1], halves[1]];
    const two = means(build([3, 1], [first, node('b', 16, copies)]).network, ramp);
    expect(three[1]).toBeCloseTo(two[1], 6);
    // Another point than the ramp keeps all three apart.
    const apart = { from: [-1, -2, -3.5], to: [1, 2, 3] };
    const [, all] = means(build([3, 1], [first, node('b', 16, halves)]).network, apart);
    expect(all).toBeGreaterThan(1.2 * two[1]);
  });

  const closeToCounts = (network: Network, mean: number) => {
    const counts = Array.from({ length: 40 }, (_, seed) => countOnDiagonal(network, seed + 1));
    const error = spreadOf(counts)?.standardError ?? 0;
    expect(Math.abs(meanOf(counts) - mean)).toBeLessThanOrEqual(4 * error);
  };

  test('bend together where multiples have one sum', () => {
    const bent = (name: string, units: number, useBias: boolean, adjacency: number[][], activation: Activation) =>
      layer(name, { kind: 'graphConvolution', units, adjacency, useBias }, { activation });
    const first = [
      [1, 0, 0, 0],
      [1, 1, 0, 0],
      [1, 1, 1, 0],
      [1, 1, 1, 1],
    ];
    // On equal inputs the first layer has 1, 2, 3 and 4 times one number: sums are 4, 4, 6 and 7 times it.
    const second = [
      [0, 0, 0, 1],
      [1, 0, 1, 0],
      [0, 1, 0, 1],
      [0, 0, 1, 1],
    ];
    const layers = [bent('a', 32, false, first, relu), bent('b', 32, true, second, activationByName('hard_tanh')!)];
    const { network } = build([4, 1], layers);
    const mean = means(network, diagonal(4)).at(-1)!;
    closeToCounts(network, mean);
    const apart = [second[0], [1, 1, 0.5, 0], [0, 1, 1, 0], second[3]];
    // 4, 4.5, 5 and 7 times.
    const four = build([4, 1], [layers[0], bent('b', 32, true, apart, activationByName('hard_tanh')!)]).network;
    expect(means(four, diagonal(4)).at(-1)!).toBeGreaterThan(1.2 * mean);
  });

  test('are refused where multiples may reach different breakpoints at one place', () => {
    const adjacency = [
      [1, 0],
      [1, -2],
    ];
    const bent = (useBias: boolean) =>
      layer(
        'a',
        { kind: 'graphConvolution', units: 32, adjacency, useBias },
        { activation: activationByName('hard_tanh')! },
      );
    // The second node holds the number of the first one with the other sign: both breakpoints of both coincide.
    expect(meanRegionsOnSegment(build([2, 1], [bent(false)]).network, diagonal(2))).toMatchObject({
      reason: expect.stringMatching(/its breakpoints may coincide where positions are multiples/) as string,
    });
    closeToCounts(build([2, 1], [bent(true)]).network, means(build([2, 1], [bent(true)]).network, diagonal(2))[0]);
  });

  test('bend at the origin alone, where all are multiples of one function', () => {
    const bent = (name: string, units: number, adjacency: number[][]) =>
      layer(name, { kind: 'graphConvolution', units, adjacency, useBias: false }, { activation: leakyRelu(0.25) });
    const first = [
      [1, 0, 1, 1],
      [0, 1, 0, 1],
      [1, 1, 1, 1],
      [0.3, 0.3, 0.5, 0],
    ];
    const second = [
      [0.5, -1, 0.3, 0.3],
      [-1, 0.5, 0.3, 0.5],
      [0.3, -1, -1, 0.5],
      [0.5, 0.5, -1, 0.3],
    ];
    const { network } = build([4, 1], [bent('a', 16, first), bent('b', 512, second)]);
    const [one, two] = means(network, diagonal(4));
    expect(one).toBeCloseTo(2, 5);
    expect(two).toBeCloseTo(2, 5);
  });

  test('as many as are counted behind units that hold multiples of one another', () => {
    // On equal inputs positions sum 4, 5, 2, 5, 4 and 4 of them, and the means of neighbors are 4 different numbers.
    const adjacency = [
      [1, 1, 0, 1, 0, 1],
      [1, 1, 1, 1, 0, 1],
      [0, 1, 1, 0, 0, 0],
      [0, 1, 1, 1, 1, 1],
      [1, 0, 1, 1, 1, 0],
      [0, 0, 1, 1, 1, 1],
    ];
    const unbiased = layer('mix', { kind: 'graphConvolution', units: 64, adjacency, useBias: false });
    const pooled = layer('p', { kind: 'averagePooling', window: window1d(3, 1, 'same') });
    const { network } = build(
      [6, 1],
      [unbiased, pooled, layer('r', { kind: 'identity' }, { activation: relu }), pointwise('d', 32)],
    );
    const [, , , mean] = means(network, diagonal(6));
    closeToCounts(network, mean);
    expect(mean).toBeLessThan(2 + 4 * 32);
  });

  test('as many as are counted, where equal nodes have different numbers of neighbors', () => {
    const adjacency = [
      [1, 1, 0, 0, 0, 0],
      [1, 1, 1, 1, 0, 0],
      [0, 0, 1, 1, 1, 0],
      [1, 1, 1, 1, 0, 0],
      [0, 1, 0, 1, 1, 1],
      [1, 1, 1, 1, 1, 1],
    ];
    const resized = layer('r', { kind: 'upSampling', rank: 1, factors: [1, 2], bilinear: true }, { activation: relu });
    const { network } = build([6, 2], [pointwise('h', 48), plain(16, adjacency), resized]);
    const predicted = means(network, diagonal(12));
    closeToCounts(network, predicted[2]);
    expect(predicted[2] - predicted[0]).toBeLessThan(0.85 * 12 * 16);
  });
});

test('an average of one cell changes nothing', () => {
  const plain = build([6, 1], [layer('f', { kind: 'flatten' }), dense('a', 8), dense('b', 8)]).network;
  const pooled = build(
    [6, 1],
    [
      layer('f', { kind: 'flatten' }),
      dense('a', 8),
      layer('r', { kind: 'reshape', target: [1, 8] }),
      layer('p', { kind: 'averagePooling', window: window1d(1) }),
      layer('g', { kind: 'flatten' }),
      dense('b', 8),
    ],
  ).network;
  const segment = randomSegment(6, 2);
  expect(means(pooled, segment)[5]).toBeCloseTo(means(plain, segment)[2], 4);
});

describe('refusals', () => {
  const reason = (network: Network, options?: TheoryOptions): string => {
    const found = meanRegionsOnSegment(network, randomSegment(network.inputSize, 3), options);
    return 'reason' in found ? found.reason : 'none';
  };

  test('units with breakpoints off zero before pooling', () => {
    const hard = activationByName('hard_tanh') ?? linear;
    const behind = build([4, 4, 1], [conv('a', 2, 8, 'valid', hard), average('p', 2, 1), conv('b', 1, 8)]).network;
    expect(reason(behind)).toMatch(/a: covariances behind units with breakpoints off zero/);
    const after = build([4, 4, 1], [conv('a', 2, 8), average('p', 2, 1), conv('b', 1, 8, 'valid', hard)]).network;
    expect(reason(after)).toBe('none');
  });

  test('units that are zero where the segment passes through the origin, as without pooling', () => {
    const shrink = activationByName('soft_shrink') ?? linear;
    const single = { window: window2d(1, 1, 'valid'), filters: 8 } as const;
    const tied = layer('a', { kind: 'convolution', ...single, groups: 1, useBias: false }, { activation: shrink });
    const untied = layer('a', { kind: 'locallyConnected', ...single, useBias: false }, { activation: shrink });
    const window = window2d(2, 1, 'valid');
    const mixing = layer('b', { kind: 'convolution', window, filters: 8, groups: 1, useBias: false });
    const units = layer('c', { kind: 'identity' }, { activation: relu });
    const onDiagonal = (...layers: LayerDefinition[]): string => {
      const found = meanRegionsOnSegment(build([5, 3, 1], layers).network, diagonal(15));
      return 'reason' in found ? found.reason : 'none';
    };
    expect(onDiagonal(tied, mixing, average('p', 2, 1), units)).toMatch(/^Before c so few units are active/);
    expect(onDiagonal(tied, mixing, units)).toMatch(/^Before c so few units are active/);
    expect(onDiagonal(untied, mixing, average('p', 2, 1), units)).toMatch(/a: covariances behind units/);
  });

  test('too many pairs of positions', () => {
    expect(reason(small(6, 6, 16), { budget: 1e4 })).toMatch(/too many/);
  });
});
