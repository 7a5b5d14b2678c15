import { describe, expect, test } from 'vitest';
import { Chance } from '../../../../src/analysis/expectation/chance.ts';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { equalPlaces, type NetworkPlaces } from '../../../../src/analysis/expectation/equalPlaces.ts';
import { breakpointRates } from '../../../../src/analysis/expectation/forwardPass.ts';
import { Sources } from '../../../../src/analysis/expectation/sources.ts';
import type { Network } from '../../../../src/network/network.ts';
import { vgg16 } from '../realNetworks.ts';

type Sketch = Readonly<Record<string, unknown>>;

function networkOf(input: readonly number[], layers: readonly Sketch[]): Network {
  const analysis = analyze(JSON.stringify({ input, layers }), 'a.network.json');
  expect(analysis?.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return analysis!.networks[0].network;
}

const conv = (filters: number, kernel_size: number, more: Sketch = {}): Sketch => ({
  type: 'conv2d',
  filters,
  kernel_size,
  padding: 'same',
  activation: 'relu',
  ...more,
});

const diagonal = ({ inputSize }: Network) => {
  const to = new Array<number>(inputSize).fill(1);
  return { from: to.map((x) => -x), to };
};

/** All numbers differ. */
const elsewhere = ({ inputSize }: Network) => {
  const along = (at: (i: number) => number) => Array.from({ length: inputSize }, (_, i) => at(i));
  return { from: along((i) => Math.sin(7.3 * i)), to: along((i) => Math.cos(3.1 * i)) };
};

const rowCounts = (network: Network, places: NetworkPlaces) =>
  network.layers.map(({ index }) => places.layers.get(index)!.output.count);

test('on images of one color the distance from the border tells positions apart', () => {
  const network = networkOf(
    [20, 16, 3],
    [
      conv(4, 3),
      conv(4, 3),
      { type: 'max_pooling2d', pool_size: 2 },
      { type: 'zero_padding2d', padding: 1 },
      conv(4, 3, { padding: 'valid' }),
      { type: 'flatten' },
    ],
  );
  // Of a row or a column: both ends and the middle; two at each end; pairs of these; with a zero beyond each end.
  expect(rowCounts(network, equalPlaces(network, diagonal(network)))).toEqual([9, 25, 9, 10, 25, 1]);
  expect(rowCounts(network, equalPlaces(network, elsewhere(network)))).toEqual([320, 320, 80, 81, 80, 1]);
});

test('inputs are equal where both ends are, in all channels', () => {
  const network = networkOf([1, 4, 2], [{ type: 'conv2d', filters: 1, kernel_size: 1 }]);
  const places = equalPlaces(network, { from: [1, 2, 1, 2, 1, 2, 1, 3], to: [0, 0, 0, 0, 0, 1, 0, 0] });
  expect([...places.inputs[0].of]).toEqual([0, 0, 1, 2]);
});

test('VGG16 on images of one color has few different positions', () => {
  const [{ network }] = analyze(vgg16(), 'vgg16.json')!.networks;
  const counts = rowCounts(network, equalPlaces(network, diagonal(network)));
  // Both borders of a convolution are one further away with each; two of pooling's are one.
  expect(counts.slice(0, 13)).toEqual([3, 5, 3, 5, 7, 5, 7, 9, 11, 7, 9, 11, 13].map((side) => side ** 2));
});

describe('rates are those of all positions, to rounding', () => {
  const unit = (more: Sketch = {}): Sketch => ({ type: 'activation', activation: 'relu', ...more });
  const networks: Record<string, Network> = {
    'convolutions, max pooling and dense layers': networkOf(
      [12, 12, 1],
      [
        conv(4, 3),
        { type: 'max_pooling2d', pool_size: 2 },
        conv(6, 3),
        { type: 'max_pooling2d', pool_size: 3, strides: 2, padding: 'same' },
        { type: 'flatten' },
        { type: 'dense', units: 8, activation: 'relu' },
      ],
    ),
    'ReLUs behind max pooling and flattening': networkOf(
      [8, 8, 2],
      [conv(3, 3, { activation: 'linear' }), { type: 'max_pooling2d', pool_size: 2 }, { type: 'flatten' }, unit()],
    ),
    'steps, dilation and groups': networkOf(
      [13, 11, 2],
      [conv(4, 3, { strides: 2 }), conv(4, 3, { dilation_rate: 2 }), conv(6, 3, { groups: 2 })],
    ),
    'separable, depthwise and transposed convolutions': networkOf(
      [8, 8, 4],
      [
        { type: 'separable_conv2d', filters: 5, kernel_size: 3, padding: 'same', activation: 'relu' },
        { type: 'depthwise_conv2d', kernel_size: 3, padding: 'same', activation: 'leaky_relu' },
        { type: 'conv2d_transpose', filters: 3, kernel_size: 3, strides: 2, padding: 'same', activation: 'relu' },
      ],
    ),
    'a residual block, padding, means and up-sampling': networkOf(
      [10, 10, 3],
      [
        conv(4, 3, { name: 'a' }),
        { type: 'batch_normalization' },
        conv(4, 3),
        conv(4, 3, { name: 'b', activation: 'linear' }),
        { type: 'add', inputs: ['a', 'b'] },
        unit(),
        { type: 'average_pooling2d', pool_size: 3, strides: 2, padding: 'same' },
        conv(3, 3),
        { type: 'up_sampling2d', size: 2, interpolation: 'bilinear' },
        { type: 'zero_padding2d', padding: 1 },
        conv(3, 3),
        { type: 'global_average_pooling2d' },
        { type: 'dense', units: 4, activation: 'relu' },
      ],
    ),
    'tensors side by side along channels and along rows': networkOf(
      [6, 5, 1],
      [
        conv(2, 3, { name: 'a' }),
        conv(3, 5, { name: 'b', inputs: ['input'] }),
        { type: 'concatenate', name: 'c', inputs: ['a', 'b'] },
        conv(2, 3, { name: 'd' }),
        { type: 'concatenate', inputs: ['a', 'd'], axis: 1 },
        conv(3, 3),
        { type: 'global_max_pooling2d' },
      ],
    ),
    'untied weights, and a layer at every position': networkOf(
      [7, 7, 1],
      [
        conv(3, 3),
        { type: 'dense', units: 4, activation: 'hard_tanh' },
        { type: 'locally_connected2d', filters: 2, kernel_size: 2, activation: 'relu' },
      ],
    ),
    'a sequence': networkOf(
      [30, 2],
      [
        { type: 'conv1d', filters: 4, kernel_size: 5, padding: 'causal', activation: 'relu' },
        { type: 'max_pooling1d', pool_size: 2 },
        { type: 'conv1d', filters: 4, kernel_size: 3, padding: 'same', activation: 'relu6' },
      ],
    ),
  };

  test.each(Object.entries(networks))('%s', (_, network) => {
    const { from, to } = diagonal(network);
    const direction = Float64Array.from(from, (x, i) => to[i] - x);
    const ratesBy = (places: NetworkPlaces, t: number) => {
      const point = Float64Array.from(from, (x, i) => x + t * direction[i]);
      const draw = { initialization: network.initialization, chance: new Chance(5), origin: 0.5 - t };
      return breakpointRates(network, point, direction, {
        ...draw,
        sources: new Sources(),
        places,
        breathe: () => {},
        limit: null,
        sampled: null,
        cut: null,
        course: {
          shares: new Float64Array(network.layers.length),
          kept: new Float64Array(network.layers.length).fill(1),
        },
      });
    };
    const once = equalPlaces(network, { from, to });
    const all = equalPlaces(network, elsewhere(network));
    const [few, many] = [once, all].map((places) => rowCounts(network, places).reduce((sum, count) => sum + count));
    expect(few).toBeLessThan(many);
    for (const t of [0.1, 0.3, 0.8]) {
      const [found, wanted] = [ratesBy(once, t), ratesBy(all, t)];
      expect(found.rootLayer).toBe(wanted.rootLayer);
      wanted.perLayer.forEach((rate, layer) =>
        expect(Math.abs(found.perLayer[layer] - rate), network.layers[layer].name).toBeLessThan(1e-9 * (1 + rate)),
      );
      expect(wanted.perLayer.some((rate) => rate > 0)).toBe(true);
    }
  });
});
