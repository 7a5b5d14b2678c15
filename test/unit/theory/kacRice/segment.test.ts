import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { activationByName, leakyRelu, linear, relu, type Activation } from '../../../../src/network/activation.ts';
import type { Initialization, LayerDefinition } from '../../../../src/network/definition.ts';
import type { Network } from '../../../../src/network/network.ts';
import type { Padding } from '../../../../src/network/operation.ts';
import { meanRegionsOnSegment } from '../../../../src/theory/kacRice/segment.ts';
import type { Segment } from '../../../../src/theory/bound.ts';
import { openWithWeights } from '../../formats/values.ts';
import { build, dense, denseNetwork, layer, window1d, window2d } from '../../network/definitions.ts';
import { randomSegment, simulate } from './simulation.ts';

function means(network: Network, segment: Segment): number[] {
  const found = meanRegionsOnSegment(network, segment);
  if ('reason' in found) throw new Error(found.reason);
  return found.perLayer.map((mean) => mean ?? NaN);
}

function reason(network: Network, segment = diagonal(network.inputSize)): string {
  const found = meanRegionsOnSegment(network, segment);
  return 'reason' in found ? found.reason : 'none';
}

function diagonal(size: number): Segment {
  return { from: Array<number>(size).fill(-1), to: Array<number>(size).fill(1) };
}

function initialized(network: Network, changes: Partial<Initialization>): Network {
  return { ...network, initialization: { ...network.initialization, ...changes } };
}

const named = (name: string): Activation => activationByName(name) ?? linear;

function conv(name: string, kernel: number, filters: number, strides = 1, padding: Padding = 'valid', groups = 1) {
  const operation = {
    kind: 'convolution',
    window: window2d(kernel, strides, padding),
    filters,
    groups,
    useBias: true,
  } as const;
  return layer(name, operation, { activation: relu });
}

function conv1d(name: string, kernel: number, filters: number, strides: number): LayerDefinition {
  const operation = {
    kind: 'convolution',
    window: window1d(kernel, strides),
    filters,
    groups: 1,
    useBias: true,
  } as const;
  return layer(name, operation, { activation: relu });
}

const flatten = layer('flat', { kind: 'flatten' });
const unit = (name: string, inputs: string[] = []) => layer(name, { kind: 'identity' }, { activation: relu, inputs });
const add = (name: string, ...inputs: string[]) => layer(name, { kind: 'add' }, { inputs });
const join = (name: string, ...inputs: string[]) =>
  layer(name, { kind: 'concatenate', axis: -1 }, { inputs, activation: relu });
const activated = (inputs: number, width: number, ...names: string[]): Network =>
  build(
    [inputs],
    names.map((name, i) => dense(`d${i}`, width, named(name))),
  ).network;

interface Exact {
  readonly neurons: number;
  readonly sigma_w: number;
  readonly sigma_b: number;
  readonly interval: [number, number];
  readonly expected_regions: number;
}

describe('one hidden layer on a line', () => {
  const fixture = new URL('../../../fixtures/reference/expected_regions.json', import.meta.url);
  const { one_hidden_layer_1d_exact: exact } = JSON.parse(readFileSync(fixture, 'utf8')) as {
    one_hidden_layer_1d_exact: Exact[];
  };

  test.each(exact)('$neurons neurons', ({ neurons, sigma_w, sigma_b, interval, expected_regions }) => {
    const changes = { kernel: 'normal', kernelStddev: sigma_w, biasStddev: sigma_b } as const;
    const network = initialized(denseNetwork(1, [neurons]), changes);
    const [mean] = means(network, { from: [interval[0]], to: [interval[1]] });
    expect(mean).toBeCloseTo(expected_regions, 10);
  });
});

/** Networks wide enough that what narrow layers lose is less than the noise of the draws. */
const simulated: { name: string; network: Network; segment: Segment; draws: number }[] = [
  { name: 'dense, a diagonal', network: denseNetwork(10, [64, 64, 64]), segment: diagonal(10), draws: 40 },
  { name: 'dense, anywhere', network: denseNetwork(10, [64, 64, 64]), segment: randomSegment(10, 3), draws: 60 },
  {
    name: 'abs and leaky ReLU',
    network: build([10], [dense('a', 64, named('abs')), dense('b', 64, leakyRelu(0.3)), dense('c', 64)]).network,
    segment: randomSegment(10, 5),
    draws: 60,
  },
  {
    name: 'hard tanh',
    network: activated(10, 64, 'hard_tanh', 'hard_tanh', 'hard_tanh'),
    segment: randomSegment(10, 3),
    draws: 80,
  },
  {
    name: 'ReLU6 off the origin',
    network: activated(10, 96, 'relu6', 'relu6'),
    segment: { from: Array<number>(10).fill(-3), to: Array<number>(10).fill(5) },
    draws: 20,
  },
  {
    name: 'convolutions and a dense layer, anywhere',
    network: build([8, 8, 2], [conv('a', 3, 8, 2, 'same'), conv('b', 3, 16, 1, 'same'), flatten, dense('d', 48)])
      .network,
    segment: randomSegment(128, 2),
    draws: 20,
  },
  {
    name: 'convolutions of one row',
    network: build([20, 1], [conv1d('a', 5, 24, 1), conv1d('b', 3, 24, 2), flatten, dense('d', 48)]).network,
    segment: randomSegment(20, 2),
    draws: 12,
  },
  {
    name: 'grouped convolutions',
    network: build([5, 5, 4], [conv('a', 3, 32, 1, 'same', 2), conv('b', 3, 32, 2, 'valid', 2)]).network,
    segment: randomSegment(100, 2),
    draws: 8,
  },
  {
    name: 'equal patches, whose neurons are equal',
    network: build([8, 8, 3], [conv('a', 3, 32), conv('b', 3, 32)]).network,
    segment: diagonal(192),
    draws: 20,
  },
  {
    name: 'equal patches but for the padding',
    network: build([6, 6, 2], [conv('a', 3, 32, 1, 'same'), conv('b', 3, 16, 2, 'same')]).network,
    segment: diagonal(72),
    draws: 10,
  },
  {
    name: 'residual blocks on the input',
    network: build(
      [32],
      [
        dense('a', 64),
        dense('a2', 32, linear),
        add('s1', 'input', 'a2'),
        dense('b', 64),
        dense('b2', 32, linear),
        add('s2', 's1', 'b2'),
        dense('c', 64),
      ],
    ).network,
    segment: randomSegment(32, 3),
    draws: 40,
  },
  {
    name: 'residual stream with units on it',
    network: build(
      [8],
      [dense('s0', 64, linear), unit('r0'), dense('b1', 64, linear), add('s1', 's0', 'b1'), unit('r1'), dense('o', 64)],
    ).network,
    segment: randomSegment(8, 3),
    draws: 40,
  },
  {
    name: 'lists of all earlier layers, bent again and again',
    network: build(
      [8],
      [
        dense('a', 64, linear),
        unit('ra'),
        dense('b', 64, linear),
        join('ab', 'a', 'b'),
        dense('c', 64, linear),
        join('abc', 'a', 'b', 'c'),
        dense('d', 64),
      ],
    ).network,
    segment: randomSegment(8, 3),
    draws: 30,
  },
];

test.each(simulated)('agrees with exact counts: $name', ({ network, segment, draws }) => {
  const predicted = means(network, segment);
  simulate(network, segment, draws).forEach(({ mean, error }, i) => {
    // Layers of finite width differ from the limit by about one part in their width.
    expect(Math.abs(mean - predicted[i])).toBeLessThanOrEqual(4 * error + predicted[i] / 200);
  });
});

describe('without biases', () => {
  const unbiased = (input: number[], layers: LayerDefinition[]) =>
    initialized(build(input, layers).network, { biasStddev: 0 });

  test('a line through the origin has two regions, a half-line one', () => {
    const network = unbiased([3], [dense('a', 16), dense('b', 16)]);
    expect(means(network, diagonal(3))).toEqual([2, 2]);
    expect(means(network, { from: [0, 0, 0], to: [1, 2, 3] })).toEqual([1, 1]);
  });

  test('patches that vanish at different points give one breakpoint each', () => {
    const network = unbiased([4, 1], [conv1d('a', 1, 8, 1)]);
    expect(means(network, { from: [-1, -1, -1, 1], to: [1, 3, 1, 1] })).toEqual([3]);
  });

  test('other lines have a mean as with biases', () => {
    const [mean] = means(unbiased([2], [dense('a', 10)]), { from: [1, -1], to: [1, 1] });
    expect(mean).toBeCloseTo(6, 12);
  });
});

describe('zeros of the input', () => {
  const scaled = (numbers: readonly number[], factor: number) => numbers.map((x) => factor * x);
  const same = (name: string, kernel: number, filters: number, useBias = true, bent: Activation = relu) =>
    layer(
      name,
      { kind: 'convolution', window: window1d(kernel, 1, 'same'), filters, groups: 1, useBias },
      { activation: bent },
    );

  test('are to a window what padding is', () => {
    const ends = [1, 1, 1, 0, 0, 1, 1, 1];
    const { network } = build([8, 1], [same('a', 3, 32)]);
    // Different windows: 011, 111, 110, 100 and 001. With k ones, E z^2 = 2 k t^2 / 3 + 0.01.
    const crossing = (ones: number) => (2 / Math.PI) * Math.atan(Math.sqrt((2 * ones) / 3) / 0.1);
    const expected = 1 + 32 * (crossing(3) + 2 * crossing(2) + 2 * crossing(1));
    expect(means(network, { from: scaled(ends, -1), to: ends })[0]).toBeCloseTo(expected, 8);
    const { mean, error } = simulate(network, { from: scaled(ends, -1), to: ends }, 60)[0];
    expect(Math.abs(mean - expected)).toBeLessThanOrEqual(4 * error);
  });

  test('are that with several channels, too', () => {
    const doubled = (kernel: number) => {
      const window = { ...window1d(kernel, 1, 'same'), dilation: [1, 2] } as const;
      return layer('a', { kind: 'convolution', window, filters: 39, groups: 1, useBias: true }, { activation: relu });
    };
    const padding = layer('p', {
      kind: 'zeroPadding',
      rank: 1,
      padding: [
        [0, 0],
        [1, 1],
      ],
    });
    // Of 0xx0 each window sees one x and a zero, of the tensor or of its padding: in two orders.
    const [, found] = means(build([2, 2], [padding, doubled(2)]).network, diagonal(4));
    // E z^2 = 2 (2 t^2) / 4 + 0.01, for each of 39 units and both orders.
    expect(found).toBeCloseTo(1 + 2 * 39 * (2 / Math.PI) * Math.atan(1 / 0.1), 8);
  });

  test('stay zeros after a layer without biases', () => {
    const ends = [1, 1, 0, 0, 1, 1];
    const segment = { from: scaled(ends, 0.02), to: ends };
    const two = build([6, 1], [same('a', 1, 16, false), same('b', 3, 8)]).network;
    // A ReLU halves what He weights doubled.
    const one = build([6, 1], [same('b', 3, 8)]).network;
    expect(means(two, segment)[1]).toBeCloseTo(means(one, segment)[0], 8);
  });

  test('are no longer zeros after units that shift them', () => {
    const ends = [1, 1, 0, 0, 1, 1];
    const segment = { from: scaled(ends, 0.5), to: ends };
    const bent = build([6, 1], [same('a', 1, 16, false, named('hard_sigmoid')), same('b', 3, 8)]).network;
    const biased = build([6, 1], [same('a', 1, 16, true, named('hard_sigmoid')), same('b', 3, 8)]).network;
    const tiny = initialized(biased, { biasStddev: 1e-6 });
    const [, second] = means(initialized(bent, { biasStddev: 1e-6 }), segment);
    expect(second).toBeCloseTo(means(tiny, segment)[1], 3);
  });
});

describe('units without biases', () => {
  const free = (name: string, units: number, activation: Activation) =>
    layer(name, { kind: 'dense', units, useBias: false }, { activation });

  test.each([1, 2, 5])('all bend at the origin, whatever follows them (%i inputs)', (inputs) => {
    const behind = free('b', 24, named('hard_sigmoid'));
    const [first, second] = means(build([inputs], [free('a', 8, relu), behind]).network, diagonal(inputs));
    expect(first).toBeCloseTo(2, 5);
    const alone = means(build([inputs], [free('a', 8, linear), behind]).network, diagonal(inputs));
    expect(second).toBeGreaterThan(2);
    expect(alone[0]).toBeCloseTo(1, 5);
    // With a segment beside the origin nothing bends.
    const beside = { from: Array<number>(inputs).fill(0.5), to: Array<number>(inputs).fill(1) };
    expect(means(build([inputs], [free('a', 8, relu), behind]).network, beside)[0]).toBeCloseTo(1, 5);
  });
});

describe('refusals say why', () => {
  const pooling = { kind: 'maxPooling', window: window2d(2, 2) } as const;
  const average = { kind: 'globalAveragePooling', rank: 2, keepDims: false } as const;
  const depthwise = { kind: 'depthwiseConvolution', window: window2d(3), multiplier: 1, useBias: true } as const;
  const separable = { kind: 'separableConvolution', window: window1d(3), useBias: true } as const;
  const depthwise1d = { kind: 'depthwiseConvolution', window: window1d(3), useBias: true } as const;
  test.each([
    ['max pooling', build([4, 4, 1], [conv('a', 1, 4), layer('p', pooling)]).network, /p: .*max pooling/],
    ['maxout', build([4], [layer('m', { kind: 'maxout', units: 3, rank: 2 })]).network, /maxout/],
    [
      'maximum',
      build(
        [4],
        [dense('a', 4), dense('b', 4, relu, ['input']), layer('m', { kind: 'maximum' }, { inputs: ['a', 'b'] })],
      ).network,
      /maximum/,
    ],
    [
      'depthwise',
      build([4, 4, 4], [conv('a', 1, 4), layer('w', depthwise, { activation: relu })]).network,
      /w .*one random channel/,
    ],
    [
      'separable, of few known channels',
      build([8, 1], [layer('w', { ...separable, filters: 64, multiplier: 4 }, { activation: relu })]).network,
      /w .*few random channels/,
    ],
    [
      'depthwise of few known channels, then mixed',
      build(
        [8, 2],
        [
          layer('w', { ...depthwise1d, multiplier: 4 }),
          layer(
            'p',
            { kind: 'convolution', window: window1d(1), filters: 64, groups: 1, useBias: true },
            { activation: relu },
          ),
        ],
      ).network,
      /p .*few random channels/,
    ],
    [
      'behind a separable layer of few known channels',
      build(
        [8, 1],
        [layer('w', { ...separable, filters: 64, multiplier: 4 }), layer('f', { kind: 'flatten' }), dense('d', 9)],
      ).network,
      /d .*few random channels/,
    ],
    [
      'bent sum of bent values, at breakpoints off zero',
      build(
        [4],
        [
          dense('a', 4),
          dense('b', 4, linear),
          add('s', 'a', 'b'),
          layer('r', { kind: 'identity' }, { activation: named('hard_tanh') }),
        ],
      ).network,
      /r .*bent values, at breakpoints off zero/,
    ],
    [
      'bent sum of values bent off zero',
      build([4], [dense('a', 4, named('relu6')), dense('b', 4, linear), add('s', 'a', 'b'), unit('r')]).network,
      /r .*bent values: .*first sum/,
    ],
    [
      'second bent sum of bent values',
      build(
        [4],
        [
          dense('a', 4),
          dense('b', 4, linear),
          add('s', 'a', 'b'),
          unit('r'),
          dense('c', 4, linear),
          add('t', 'r', 'c'),
          unit('q'),
        ],
      ).network,
      /q .*bent values: .*first sum/,
    ],
    ['bent twice', build([4], [dense('a', 4), unit('r')]).network, /r .*bent values: .*first sum/],
    [
      'bent values in a list',
      build([4], [dense('a', 4), dense('b', 4, linear), join('r', 'a', 'b')]).network,
      /r .*bent values: .*first sum/,
    ],
    [
      'bent values and weights that they depend on',
      build([4], [dense('a', 4, linear), unit('r'), add('s', 'r', 'a'), unit('q')]).network,
      /q .*depend on it/,
    ],
    [
      'a part of a bent sum of bent values, before it',
      build([4], [dense('a', 4), dense('b', 4, linear), unit('p', ['b']), add('s', 'a', 'b'), unit('r')]).network,
      /r bends a sum that holds bent values, and p bends a part of it/,
    ],
    [
      'a part of a bent sum of bent values, behind it',
      build([4], [dense('a', 4), dense('b', 4, linear), add('s', 'a', 'b'), unit('r'), unit('p', ['b'])]).network,
      /r bends a sum that holds bent values, and p bends a part of it/,
    ],
    [
      'two bent values',
      build([4], [dense('a', 4), dense('b', 4), add('s', 'a', 'b'), dense('c', 4)]).network,
      /c .*covariance/,
    ],
    ['bent input', build([4], [unit('r')]).network, /r .*input itself/],
    [
      'bent sum with the input',
      build([4], [dense('a', 4, linear), add('s', 'a', 'input'), unit('r')]).network,
      /r .*input itself/,
    ],
    ['a tensor twice', build([4], [dense('a', 4, linear), add('s', 'a', 'a'), unit('r')]).network, /r .*twice/],
    [
      'shared weights',
      build(
        [4],
        [dense('a', 4), layer('b', { kind: 'dense', units: 4, useBias: true }, { activation: relu, sharedWith: 'a' })],
      ).network,
      /b .*shared/,
    ],
    [
      'a maximum of what is not followed',
      build([4], [dense('a', 4, linear), add('s', 'a', 'a'), layer('m', { kind: 'maximum' }, { inputs: ['s', 'a'] })])
        .network,
      /m: .*maximum/,
    ],
  ])('%s', (_, network, why) => {
    expect(reason(network)).toMatch(why);
  });

  describe('positions that hold multiples of others', () => {
    const adjacency = [
      [1, 0, 0, 1],
      [0, 1, 1, 1],
      [1, 1, 1, 1],
      [1, 0, 0, 0],
    ];
    const graph = (use_bias: boolean) => ({ type: 'graph_conv', units: 12, adjacency, activation: 'relu', use_bias });
    const read = (input: number[], ...layers: object[]) => openWithWeights(JSON.stringify({ input, layers }));
    const wide = { type: 'dense', units: 16, activation: 'relu' };

    test('are refused without biases, and have a mean with them', () => {
      expect(reason(read([4, 1], wide, graph(false)))).toMatch(/has no biases, and positions before it/);
      expect(reason(read([4, 1], wide, graph(true)))).toBe('none');
    });

    test('reach through layers without biases', () => {
      const layers = [wide, { ...graph(true), use_bias: false, activation: 'linear' }, graph(false)];
      expect(reason(read([4, 1], ...layers))).toMatch(/has no biases, and positions before it/);
    });

    test('are refused where the input has them, but for breakpoints at fixed places', () => {
      const network = read([4, 2], graph(false));
      const alike = { from: [1, 2, 1, 2, 1, 2, 1, 2], to: [-1, 1, -1, 1, -1, 1, -1, 1] };
      expect(reason(network, alike)).toMatch(/has no biases, and positions before it/);
      expect(means(network, diagonal(8)).at(-1)).toBeCloseTo(2, 9);
    });
  });

  test.each([
    ['[1, 1, 1]', '{"type": "space_to_depth", "block_size": 1}, {"type": "batch_normalization"}'],
    ['[5, 1, 1]', '{"type": "permute", "dims": [2, 3, 1]}, {"type": "dense", "units": 5}'],
  ])('a maximum that a selection of the inputs %s reaches', (input, before) => {
    const [selection, other] = JSON.parse(`[${before}]`) as object[];
    const layers = [
      { name: 'a', ...selection },
      { name: 'b', ...other },
      { name: 'm', type: 'maximum', inputs: ['a', 'b'] },
    ];
    expect(reason(openWithWeights(`{"input": ${input}, "layers": ${JSON.stringify(layers)}}`))).toMatch(/m: .*maximum/);
  });

  test('many channels average out, and one layer of each is a sum of normals', () => {
    const wide = build([8, 4], [layer('w', { ...separable, filters: 8, multiplier: 4 }, { activation: relu })]).network;
    const single = build([8, 1], [layer('w', { ...depthwise1d, multiplier: 4 }, { activation: relu })]).network;
    expect([reason(wide), reason(single)]).toEqual(['none', 'none']);
  });

  test('segments that do not fit', () => {
    const network = denseNetwork(2, [4]);
    expect(reason(network, { from: [0], to: [1, 1] })).toMatch(/2 coordinates/);
    expect(reason(network, { from: [0, NaN], to: [1, 1] })).toMatch(/2 coordinates/);
    expect(reason(network, { from: [1, 2], to: [1, 2] })).toMatch(/no length/);
  });

  test('sizes beyond the budget, before they are allocated', () => {
    const padded = layer('p', {
      kind: 'zeroPadding',
      padding: [
        [1e7, 1e7],
        [1e7, 1e7],
      ],
      rank: 2,
    });
    expect(reason(build([2, 2, 1], [padded, conv('a', 3, 4)]).network)).toMatch(/too many/);
  });

  test('what follows the last unit does not matter', () => {
    const network = build([4, 4, 1], [conv('a', 1, 4), layer('g', average), dense('d', 4, linear)]).network;
    expect(means(network, randomSegment(16, 1))).toHaveLength(3);
  });
});

describe('units that are almost all on a flat piece', () => {
  const shrunk = (width: number, kernelStddev: number): Network => {
    const unbiased = layer('b', { kind: 'dense', units: 32, useBias: false }, { activation: relu });
    const { network } = build([10], [dense('a', width, named('soft_shrink')), unbiased]);
    return initialized(network, { kernel: 'normal', kernelStddev, biasStddev: 0.1 });
  };

  test.each([
    { width: 16, kernelStddev: 0.05 },
    { width: 64, kernelStddev: 0.08 },
    { width: 48, kernelStddev: 0.15 },
  ])('make no Gaussian sum: $width units, weights of $kernelStddev', ({ width, kernelStddev }) => {
    const network = shrunk(width, kernelStddev);
    expect(reason(network)).toMatch(/Before b so few units/);
    // The sum of Gaussians would expect some hundred regions.
    const [, counted] = simulate(network, diagonal(10), 30);
    expect(counted.mean).toBeLessThan(90);
  });

  test('make no Gaussian sum: a graph convolution of 24 units', () => {
    const adjacency = Array.from({ length: 12 }, (_, i) =>
      Array.from({ length: 12 }, (_, j) => [0, 0.3, 0.5, -1][(i * i + 3 * i * j + 5 * j) % 4]),
    );
    const activation = { breakpoints: [-1, 1], slopes: [0.5, 0, 2], intercepts: [0.5, 0, -2] };
    const layers = [
      { type: 'graph_conv', name: 'g', units: 24, adjacency, activation },
      { type: 'conv1d', name: 'c', filters: 48, kernel_size: 1, activation: 'relu' },
    ];
    const network = openWithWeights(JSON.stringify({ input: [12, 2], layers }));
    expect(reason(network)).toMatch(/Before c so few units/);
    const [, counted] = simulate(network, diagonal(24), 30);
    // The limit of wide layers is 343.7.
    expect(counted.mean).toBeLessThan(315);
  });

  test('have a mean again where many are active', () => {
    const network = shrunk(96, 1);
    const segment = { from: new Array<number>(10).fill(0.5), to: new Array<number>(10).fill(3) };
    const [, counted] = simulate(network, segment, 40);
    const [, mean] = means(network, segment);
    expect(Math.abs(mean - counted.mean)).toBeLessThan(3.5 * counted.error + 0.04 * counted.mean);
  });
});

describe('units on a line through the origin, clipped but rarely', () => {
  const chain = (activation: string, useBias: boolean, biasStddev = 0.1): Network => {
    const layers = [
      { type: 'dense', units: 32, use_bias: useBias, activation },
      { type: 'dense', units: 480, use_bias: useBias, activation: 'abs' },
    ];
    const init = { kernel: 'he_normal', bias_stddev: biasStddev };
    return openWithWeights(JSON.stringify({ input: [1], layers, init }));
  };

  test('have no mean without biases, where the few make the next units bend', () => {
    const network = chain('relu6', false);
    expect(reason(network)).toMatch(/Before dense_2 so few units/);
    // The sum of Gaussians would expect over half a region more.
    const [, counted] = simulate(network, diagonal(1), 30);
    expect(counted.mean).toBeLessThan(2.2);
  });

  test.each([
    { what: 'small biases', network: chain('relu6', true, 0.003) },
    { what: 'biases', network: chain('relu6', true, 0.1) },
  ])('have a mean with $what', ({ network }) => {
    const [, counted] = simulate(network, diagonal(1), 60);
    const [, mean] = means(network, diagonal(1));
    expect(Math.abs(mean - counted.mean)).toBeLessThan(3.5 * counted.error + 0.04 * counted.mean);
  });

  test('have a mean in the wide limit where many are clipped', () => {
    const network = chain('hard_tanh', false);
    const [, counted] = simulate(network, diagonal(1), 60);
    const [, mean] = means(network, diagonal(1));
    expect(Math.abs(mean - counted.mean)).toBeLessThan(3.5 * counted.error + 0.1 * counted.mean);
  });
});

describe('layers of one unit', () => {
  const read = (...layers: readonly object[]): Network => openWithWeights(JSON.stringify({ input: [8, 1], layers }));
  const single = { name: 'single', type: 'dense', units: 1, activation: 'relu' };
  const wide = { name: 'wide', type: 'dense', units: 24, activation: 'hard_tanh' };

  test('pass on no variance that averages out', () => {
    expect(reason(read(single, wide))).toMatch(/wide .* reads few random channels only/);
    expect(reason(read({ ...single, type: 'conv1d', filters: 1, units: undefined, kernel_size: 3 }, wide))).toMatch(
      /wide .* reads few random channels only/,
    );
  });

  test('nor through layers without units in between', () => {
    const local = { type: 'locally_connected1d', filters: 19, kernel_size: 2 };
    const adjacency = Array.from({ length: 7 }, (_, i) => Array.from({ length: 7 }, (__, j) => (i === j ? 1 : 0.5)));
    const graph = { name: 'wide', type: 'graph_conv', units: 48, adjacency, activation: 'relu' };
    expect(reason(read({ ...single, activation: undefined }, local, graph))).toMatch(
      /wide .* few random channels only/,
    );
  });

  test('neither beside the input', () => {
    const normal = { name: 'normal', type: 'batch_normalization', inputs: ['input'] };
    const both = { name: 'both', type: 'concatenate', inputs: ['single', 'normal'] };
    expect(reason(read(single, normal, both, { type: 'flatten' }, wide))).toMatch(/reads few random channels only/);
  });

  test('have a mean themselves', () => {
    expect(means(read(wide, single), diagonal(8))).toHaveLength(2);
  });
});

describe('a constant image', () => {
  const read = (input: readonly number[], ...layers: readonly object[]): Network =>
    openWithWeights(JSON.stringify({ input, layers }));
  const conv = { type: 'conv1d', filters: 16, kernel_size: 1, use_bias: false, activation: 'hard_tanh' };
  const total = (network: Network): number => means(network, diagonal(network.inputSize)).at(-1)!;

  test('has one average over two cells and over three', () => {
    const pooled = read([8, 1], { type: 'average_pooling1d', pool_size: 3, padding: 'same' }, conv);
    expect(total(pooled)).toBeCloseTo(total(read([1, 1], conv)), 9);
  });

  const graph = (...adjacency: readonly (readonly number[])[]) => {
    const zeros = Array.from({ length: adjacency[0].length - adjacency.length }, () => adjacency[0].map(() => 0));
    const rows = [...adjacency, ...zeros];
    return read([rows.length, 1], { type: 'graph_conv', units: 3, adjacency: rows, activation: 'relu' });
  };

  test('has one sum, whatever the order of its terms', () => {
    const once = graph([0.3, 0.1, 0.2], [0, 0, 0], [0, 0, 0]);
    expect(total(graph([0.3, 0.1, 0.2], [0.2, 0.1, 0.3], [0.1, 0.3, 0.2]))).toBeCloseTo(total(once), 9);
  });

  test('has different sums where they agree up to rounding alone, which is refused', () => {
    // 0.1 + 0.2 is not 0.3 with these doubles, and 5 times 0.3 is not 3 times 0.5.
    const zero = graph([0.3, 0.1, 0.2], [0.1, 0.2, -0.3], [0, 0, 0]);
    const tenths = graph([0.3, 0.3, 0.3, 0.3, 0.3], [0.5, 0.5, 0.5, 0, 0], [1, 0, 0, 0, 0]);
    const halves = graph([0.25, 0.5, 0.75, 0, 0], [0.5, 0.5, 0.5, 0, 0], [1.5, 0, 0, 0, 0]);
    for (const network of [zero, tenths]) expect(reason(network)).toMatch(/equal up to rounding, but not exactly/);
    expect(total(halves)).toBeCloseTo(total(graph([1.5, 0, 0], [0, 0, 0], [0, 0, 0])), 9);
  });

  test('is not changed by a normalization that has no statistics', () => {
    const normalized = { type: 'batch_normalization', name: 'n', statistics: false, epsilon: 0.5 };
    expect(total(read([4, 1], normalized, conv))).toBeCloseTo(total(read([4, 1], conv)), 9);
  });
});

describe('a tensor beside its normalization', () => {
  const joined = (between: object, last: object): Network => {
    const layers = [
      { type: 'conv1d', name: 'a', filters: 48, kernel_size: 2, activation: 'relu' },
      { ...between, name: 'b', inputs: ['a'] },
      { type: 'concatenate', inputs: ['a', 'b'], axis: 1 },
      { type: 'conv1d', name: 'c', filters: 32, kernel_size: 1, ...last },
    ];
    return openWithWeights(JSON.stringify({ input: [8, 1], layers }));
  };
  const normalization = { type: 'batch_normalization' };
  const nothing = { type: 'dropout', rate: 0.5 };

  test('holds a multiple of each position, which bends elsewhere', () => {
    const [first, , , total] = means(joined(normalization, { activation: 'hard_sigmoid' }), diagonal(8));
    const [, , , once] = means(joined(nothing, { activation: 'hard_sigmoid' }), diagonal(8));
    // The factor is 1.001 ** -0.5: next to one, and yet another place.
    expect((total - first) / (once - first)).toBeCloseTo(2, 2);
  });

  test('is refused where units without biases may bend together or not', () => {
    const last = { activation: 'hard_sigmoid', use_bias: false };
    expect(reason(joined(normalization, last))).toMatch(/^c .* may hold multiples of one another/);
    expect(reason(joined(nothing, last))).toBe('none');
  });
});

test('units that a reshape makes positions of are too few in each to average out', () => {
  const layers = [
    { type: 'dense', units: 24, activation: 'relu' },
    { type: 'reshape', target_shape: [24, 1] },
    { type: 'separable_conv1d', filters: 32, kernel_size: 1, activation: 'relu' },
  ];
  expect(reason(openWithWeights(JSON.stringify({ input: [4], layers })))).toContain('few random channels');
});
