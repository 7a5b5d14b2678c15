import { describe, expect, test } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { equalPlaces } from '../../../../src/analysis/expectation/equalPlaces.ts';
import { WideLimit } from '../../../../src/analysis/expectation/wideLimit.ts';
import { WidePlaces } from '../../../../src/analysis/expectation/widePlaces.ts';
import type { Network } from '../../../../src/network/network.ts';
import { meanRegionsOnSegment } from '../../../../src/theory/kacRice/segment.ts';

type Sketch = Readonly<Record<string, unknown>>;

function networkOf(input: readonly number[], layers: readonly Sketch[], init?: Sketch): Network {
  return analyze(JSON.stringify({ input, layers, init }), 'a.network.json')!.networks[0].network;
}

const dense = (units: number, activation?: string, more: Sketch = {}): Sketch => ({
  type: 'dense',
  units,
  activation,
  ...more,
});
const STEPS = 4000;

const chains: Record<string, readonly Sketch[]> = {
  ReLUs: [dense(20, 'relu'), dense(30, 'leaky_relu'), dense(10, 'abs')],
  'ReLUs without biases': [dense(20, 'relu', { use_bias: false }), dense(20, 'relu', { use_bias: false })],
  'breakpoints off zero': [dense(24, 'hard_tanh'), { type: 'batch_normalization' }, dense(16, 'relu6')],
  'a sum that nothing has bent': [
    dense(12, 'relu', { name: 'a' }),
    dense(8, undefined, { name: 'b' }),
    dense(8, undefined, { name: 'c', inputs: ['a'] }),
    { type: 'add', inputs: ['b', 'c'] },
    { type: 'activation', activation: 'relu' },
  ],
};

const segment = { from: [-1, -0.4, 0.2, 0.7, 1, 0.3], to: [0.9, 0.1, -1, 0.3, -0.8, 0.5] };

test.each(Object.entries(chains))('the limit of wide layers is that of the formula: %s', (_, layers) => {
  const network = networkOf([6], layers);
  const mean = meanRegionsOnSegment(network, segment);
  if ('reason' in mean) throw new Error(mean.reason);
  const limit = new WideLimit(network, segment, equalPlaces(network, segment));
  let regions = 1;
  for (let step = 0; step < STEPS; step++)
    regions += limit.at((step + 0.5) / STEPS).rates.reduce((sum, rate) => sum + rate, 0) / STEPS;
  expect(regions / mean.perLayer.at(-1)!).toBeCloseTo(1, 4);
});

test('what layers behind keep of a layer, and the share of what is newest in a sum', () => {
  // Squares of values: 2 and biases of 0.01 more in each layer; of derivatives: 2 throughout (he_normal, ReLU).
  const layers = [dense(9, 'relu', { name: 'a' }), dense(9, 'relu'), dense(9, undefined, { name: 'b' })];
  const network = networkOf(
    [4],
    [...layers, { type: 'add', inputs: ['a', 'b'] }, { type: 'activation', activation: 'relu' }],
  );
  const ends = { from: [1, 1, 1, 1], to: [2, 0, 2, 0] };
  const { kept, shares } = new WideLimit(network, ends, equalPlaces(network, ends)).at(0);
  expect(shares[3]).toBeCloseTo(2.03 / (2.01 / 2 + 2.03), 10);
  // The earlier a layer is, the more biases come behind it.
  expect(kept[0]).toBeGreaterThan(0.98);
  expect(kept[0]).toBeLessThan(kept[1]);
  expect(kept[1]).toBeLessThanOrEqual(kept[2]);
  expect(kept[2]).toBeLessThanOrEqual(1);
});

describe('places', () => {
  const deep = Array.from({ length: 12 }, () => dense(10, 'relu'));
  test.each([
    ['behind layers with biases', deep],
    ['without biases', [dense(9, 'relu', { use_bias: false })]],
    ['where nothing is known', [{ type: 'maxout', units: 3, rank: 2 }, ...deep]],
  ])('rise from end to end, and have the density that is stated: %s', (_, layers) => {
    const network = networkOf([3], layers);
    const ends = { from: [-1, -1, -1], to: [1, 1, 1] };
    const places = new WidePlaces(network, ends, equalPlaces(network, ends));
    expect(places.at(1e-9).t).toBeLessThan(1e-6);
    expect(places.at(1 - 1e-9).t).toBeGreaterThan(1 - 1e-6);
    let whole = 0;
    for (let step = 0; step < STEPS; step++) {
      const [before, here, behind] = [0.001, 0.5, 0.999].map((part) => places.at((step + part) / STEPS));
      expect(behind.t).toBeGreaterThan(before.t);
      whole += here.weight / STEPS;
    }
    expect(whole).toBeCloseTo(1, 3);
  });

  test('follow the breakpoints: as many to a part of the line as its share of them', () => {
    const network = networkOf([3], [dense(9, 'relu'), ...deep]);
    const ends = { from: [-1, -1, -1], to: [1, 1, 1] };
    const equal = equalPlaces(network, ends);
    const [places, limit] = [new WidePlaces(network, ends, equal), new WideLimit(network, ends, equal)];
    // Over a fifth of places free of it, weight times rate is the same everywhere.
    const products = [0.1, 0.3, 0.5, 0.8].map((share) => {
      const { t, weight } = places.at(share);
      return weight * limit.at(t).rates.reduce((sum, rate) => sum + rate, 0);
    });
    for (const product of products) expect(product / products[2]).toBeGreaterThan(0.75);
  });
});

test('squares beyond the range of numbers leave places as they are', () => {
  const network = networkOf(
    [2],
    Array.from({ length: 40 }, () => dense(4, 'relu')),
    { kernel: 'normal', kernel_stddev: 1e9 },
  );
  const ends = { from: [-1, -1], to: [1, 1] };
  const { t, weight, wide, course } = new WidePlaces(network, ends, equalPlaces(network, ends)).at(0.3);
  for (const number of [t, weight, ...wide, ...course.shares, ...course.kept]) expect(number).toBeGreaterThanOrEqual(0);
});
