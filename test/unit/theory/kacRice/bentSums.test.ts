import { describe, expect, test } from 'vitest';
import { drawMean } from '../../../../src/analysis/expectation/drawnMean.ts';
import type { Network } from '../../../../src/network/network.ts';
import { meanRegionsOnParallelogram } from '../../../../src/theory/kacRice/plane.ts';
import { meanRegionsOnSegment } from '../../../../src/theory/kacRice/segment.ts';
import type { Segment } from '../../../../src/theory/bound.ts';
import { openWithWeights } from '../../formats/values.ts';
import { randomSegment, simulate } from './simulation.ts';

function means(network: Network, segment: Segment): number[] {
  const found = meanRegionsOnSegment(network, segment);
  if ('reason' in found) throw new Error(found.reason);
  return found.perLayer.map((mean) => mean ?? NaN);
}

function diagonal(size: number): Segment {
  return { from: Array<number>(size).fill(-1), to: Array<number>(size).fill(1) };
}

type Layers = readonly Readonly<Record<string, unknown>>[];

const native = (input: readonly number[], layers: Layers) => openWithWeights(JSON.stringify({ input, layers }));

/** Layers of a width, of kind `dense` or `conv` with `same` padding. */
const affine = (type: string, width: number) => (name?: string, activation?: string, more?: object) => ({
  type,
  ...(type === 'dense' ? { units: width } : { filters: width, kernel_size: 3, padding: 'same' }),
  ...(name && { name }),
  ...(activation && { activation }),
  ...more,
});

const full = affine('dense', 64);
const units = (activation = 'relu', name?: string) => ({ type: 'activation', activation, ...(name && { name }) });
const merge = (type: string, ...inputs: string[]) => ({ type, inputs });
const normalization = { type: 'batch_normalization' };

/** A post-activation residual block and a layer behind it. */
function block(layer: ReturnType<typeof affine>): Layers {
  return [
    layer('a', 'relu'),
    layer(undefined, 'relu'),
    layer('b'),
    merge('add', 'a', 'b'),
    units(),
    layer(undefined, 'relu'),
  ];
}

const bentSums: { name: string; network: Network; segment: Segment; draws: number }[] = [
  {
    name: 'a post-activation residual block',
    network: native([10], [...block(full), full(undefined, 'relu')]),
    segment: randomSegment(10, 3),
    draws: 60,
  },
  {
    name: 'a branch that reads the input, without biases, on a line through the origin',
    network: native(
      [10],
      [
        full('a', 'relu'),
        full('b', undefined, { inputs: ['input'], use_bias: false }),
        merge('add', 'a', 'b'),
        units(),
        full(undefined, 'relu'),
      ],
    ),
    segment: diagonal(10),
    draws: 60,
  },
  {
    name: 'a difference of leaky ReLUs and of what is normalized',
    network: native(
      [10],
      [
        full(),
        { type: 'leaky_relu', alpha: 0.3, name: 'a' },
        full(),
        { ...normalization, name: 'b', epsilon: 0.2 },
        merge('subtract', 'b', 'a'),
        { type: 'leaky_relu', alpha: 0.2 },
        full(undefined, 'relu'),
      ],
    ),
    segment: randomSegment(10, 4),
    draws: 60,
  },
  {
    name: 'a second sum, behind a Gaussian one with weights in both branches',
    network: native(
      [10],
      [
        ...block(full),
        full('c', undefined),
        full('d', 'relu'),
        full('e'),
        merge('add', 'c', 'e'),
        units('relu', 'r'),
        full('f'),
        merge('add', 'r', 'f'),
        units('abs'),
        full(undefined, 'relu'),
      ],
    ),
    segment: diagonal(10),
    draws: 40,
  },
  {
    name: 'a residual block of convolutions of one row',
    network: native([12, 2], block(affine('conv1d', 32))),
    segment: randomSegment(24, 2),
    draws: 10,
  },
  {
    name: 'a residual block of convolutions, on equal patches',
    network: native([3, 3, 1], block(affine('conv2d', 24))),
    segment: diagonal(9),
    draws: 12,
  },
  {
    name: 'a residual block behind average pooling',
    network: native(
      [4, 4, 1],
      [
        affine('conv2d', 24)(undefined, 'relu'),
        { type: 'average_pooling2d', pool_size: 2 },
        ...block(affine('conv2d', 24)),
      ],
    ),
    segment: randomSegment(16, 2),
    draws: 10,
  },
];

test.each(bentSums)('agrees with exact counts: $name', ({ network, segment, draws }) => {
  const predicted = means(network, segment);
  simulate(network, segment, draws).forEach(({ mean, error }, i) => {
    // Layers of finite width differ from the limit by about one part in their width.
    expect(Math.abs(mean - predicted[i])).toBeLessThanOrEqual(4 * error + predicted[i] / 200);
  });
});

/** The draws are of the widths the networks have; their error is far below that of counts. */
const drawn = [
  { type: 'dense', input: [10], width: 256 },
  { type: 'conv1d', input: [6, 2], width: 128 },
];

test.each(drawn)('of a post-activation block agrees with draws: $type', ({ type, input, width }) => {
  const network = native(input, block(affine(type, width)));
  for (const segment of [diagonal(network.inputSize), randomSegment(network.inputSize, 5)]) {
    const found = drawMean(network, { segment, work: { all: 4e7, fewest: 2 * 4e7 } });
    if ('reason' in found) throw new Error(found.reason);
    const predicted = means(network, segment);
    [0, 1, 4, 5].forEach((layer) => {
      const mean = found.perLayer[layer] ?? NaN;
      expect(Math.abs(predicted[layer] - mean)).toBeLessThanOrEqual(3 * found.standardError + mean / 200);
    });
  }
});

describe('refusals say why', () => {
  const cases: readonly (readonly [string, Network, RegExp, Segment | null])[] = [
    [
      'one number added to bent values at different positions',
      native(
        [3, 2],
        [
          { type: 'dense', units: 24, activation: 'relu', name: 'a' },
          { type: 'global_average_pooling1d', keepdims: true, inputs: ['input'] },
          { type: 'up_sampling1d', size: 3 },
          { type: 'dense', units: 24, name: 'b' },
          merge('add', 'a', 'b'),
          { ...units(), name: 'r' },
        ],
      ),
      /r .*one number is added at different positions/,
      randomSegment(6, 2),
    ],
    [
      'zeros added to bent values',
      native(
        [4, 2],
        [
          { type: 'dense', units: 24, activation: 'relu', name: 'a' },
          { type: 'conv1d', filters: 24, kernel_size: 3, inputs: ['input'] },
          { type: 'zero_padding1d', padding: 1, name: 'b' },
          merge('add', 'a', 'b'),
          { ...units(), name: 'r' },
        ],
      ),
      /r .*nothing is added at some positions/,
      null,
    ],
    [
      'multiples of one another among bent values',
      native(
        [4, 1],
        [
          { type: 'dense', units: 24, activation: 'relu', name: 'a' },
          { type: 'dense', units: 24, name: 'b', inputs: ['input'], use_bias: false },
          merge('add', 'a', 'b'),
          { ...units(), name: 'r' },
        ],
      ),
      /r .*may hold multiples/,
      { from: [1, 2, 1, 3], to: [2, 4, 0, 1] },
    ],
    [
      'covariances behind a bent sum of bent values',
      native(
        [4, 2],
        [...block(affine('conv1d', 24)).slice(0, 5), { type: 'average_pooling1d', pool_size: 2 }, full('q', 'relu')],
      ),
      /covariances behind units on a sum that holds bent values/,
      randomSegment(8, 2),
    ],
  ];

  test.each(cases)('%s', (_, network, why, segment) => {
    const found = meanRegionsOnSegment(network, segment ?? diagonal(network.inputSize));
    expect('reason' in found ? found.reason : 'none').toMatch(why);
  });

  test('a plane', () => {
    const network = native([2], block(full));
    const found = meanRegionsOnParallelogram(network, { origin: [-1, -1], u: [2, 0], v: [0, 2] });
    expect(found).toHaveProperty('reason', expect.stringMatching(/bent values, which has no closed form in a plane/));
  });
});
