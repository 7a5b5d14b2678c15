import { describe, expect, test } from 'vitest';
import { activationByName, leakyRelu, linear, relu } from '../../../../src/network/activation.ts';
import type { LayerDefinition } from '../../../../src/network/definition.ts';
import type { Network } from '../../../../src/network/network.ts';
import type { Parallelogram } from '../../../../src/theory/bound.ts';
import { meanRegionsOnParallelogram } from '../../../../src/theory/kacRice/plane.ts';
import { meanRegionsOnSegment } from '../../../../src/theory/kacRice/segment.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { build, dense, denseNetwork, layer, window2d } from '../../network/definitions.ts';

const square: Parallelogram = { origin: [-1, -1], u: [2, 0], v: [0, 2] };

function means(network: Network, parallelogram = square): number[] {
  const found = meanRegionsOnParallelogram(network, parallelogram);
  if ('reason' in found) throw new Error(found.reason);
  return found.perLayer.map((mean) => mean ?? NaN);
}

function reason(network: Network, parallelogram = square): string {
  const found = meanRegionsOnParallelogram(network, parallelogram);
  return 'reason' in found ? found.reason : 'none';
}

const unit = (name: string) => layer(name, { kind: 'identity' }, { activation: relu });
const add = (name: string, ...inputs: string[]) => layer(name, { kind: 'add' }, { inputs });
const unbiased = (name: string, units: number) =>
  layer(name, { kind: 'dense', units, useBias: false }, { activation: relu });

test.each([28, 60, 100, 200, -28, -100, -200])('slopes of 10^%i end in figures or a reason', (exponent) => {
  const steep = build(
    [2],
    [4, 3, 2].map((width, i) => dense(`d${i}`, width, leakyRelu(10 ** exponent))),
  ).network;
  const onPlane = meanRegionsOnParallelogram(steep, square);
  const onLine = meanRegionsOnSegment(steep, { from: [-1, -1], to: [1, 1] });
  for (const found of [onPlane, onLine]) {
    if ('reason' in found) expect(found.reason).toMatch(/too large or too small/);
    else expect(found.perLayer.every((mean) => Number.isFinite(mean))).toBe(true);
  }
});

describe('mean regions in a plane', () => {
  // Predictions by a fixed fine quadrature, within 4 standard errors of exact counts of 20 to 300 random networks.
  test.each([
    { widths: [32, 32], expected: [484, 1862] },
    { widths: [64, 64, 64, 64, 64], expected: [1900, 7376, 16253, 28395, 43689] },
  ])('2-$widths', ({ widths, expected }) => {
    means(denseNetwork(2, widths)).forEach((mean, i) => expect(Math.abs(mean / expected[i] - 1)).toBeLessThan(1e-3));
  });

  const skewed: Parallelogram = { origin: [0.5, 0.5], u: [1, 0.2], v: [-0.3, 1] };
  const far: Parallelogram = { origin: [1, 0, -1, 0.5], u: [-2, 1, 1, 0], v: [0, 1, -1, -2] };
  const simulated: { name: string; layers: LayerDefinition[]; plane: Parallelogram; draws: number }[] = [
    { name: 'two layers', layers: [dense('a', 32), dense('b', 32)], plane: square, draws: 30 },
    { name: 'a plane in R^4', layers: [dense('a', 32), dense('b', 32)], plane: far, draws: 60 },
    {
      name: 'a residual stream, whose units vanish together',
      layers: [dense('s', 32, linear), unit('r'), dense('b', 32, linear), add('t', 's', 'b'), unit('q')],
      plane: square,
      draws: 30,
    },
    {
      name: 'residual blocks on the input',
      layers: [dense('a', 32), dense('b', 2, linear), add('t', 'input', 'b'), dense('c', 32)],
      plane: square,
      draws: 40,
    },
    { name: 'no bias in the first layer', layers: [unbiased('a', 24), dense('b', 32)], plane: square, draws: 30 },
    { name: 'no bias, off the origin', layers: [unbiased('a', 32), unbiased('b', 32)], plane: skewed, draws: 60 },
  ];
  test.each(simulated)('agrees with exact counts: $name', ({ layers, plane, draws }) => {
    const { network } = build([plane.u.length], layers);
    const predicted = means(network, plane);
    const counts = Array.from({ length: draws }, (_, seed) => exactCount(drawWeights(network, seed + 1), plane));
    predicted.forEach((expected, i) => {
      const mean = counts.reduce((sum, counted) => sum + counted[i], 0) / draws;
      const variance = counts.reduce((sum, counted) => sum + (counted[i] - mean) ** 2, 0) / (draws - 1);
      expect(Math.abs(mean - expected)).toBeLessThanOrEqual(4 * Math.sqrt(variance / draws) + expected / 100);
    });
  });

  test('without biases every neuron adds two half-lines, however deep', () => {
    const found = means(build([2], [unbiased('a', 8), unbiased('b', 5), unbiased('c', 7)]).network);
    [16, 26, 40].forEach((expected, i) => expect(found[i]).toBeCloseTo(expected, 10));
  });
});

function exactCount(network: Network, parallelogram: Parallelogram): readonly number[] {
  const domain = { kind: 'parallelogram', ...parallelogram } as const;
  return count({ network, method: 'plane', domain, linear: false, keepRegions: false, limits: {} }).perLayer;
}

describe('refusals say why', () => {
  const conv = { kind: 'convolution', window: window2d(2), filters: 4, groups: 1, useBias: true } as const;
  const local = { kind: 'locallyConnected', window: window2d(1), filters: 4, useBias: true } as const;
  const inputPlane: Parallelogram = { origin: [0, 0, 0, 0, 0, 0], u: [1, 0, 0, 0, 0, 0], v: [0, 1, 0, 0, 1, 0] };

  test('neurons that share weights', () => {
    const network = build([2, 3, 1], [layer('c', conv, { activation: relu })]).network;
    expect(reason(network, inputPlane)).toMatch(/c: .*share weights/);
  });

  test('neurons that see one direction only', () => {
    const network = build([2, 3, 1], [layer('c', local, { activation: relu })]).network;
    expect(reason(network, inputPlane)).toMatch(/one direction/);
  });

  test('breakpoints off zero', () => {
    expect(reason(build([2], [dense('h', 4, activationByName('hard_tanh'))]).network)).toMatch(/off zero/);
  });

  test('parallelograms that do not fit', () => {
    const network = denseNetwork(2, [4]);
    expect(reason(network, { origin: [0], u: [1, 0], v: [0, 1] })).toMatch(/2 coordinates/);
    expect(reason(network, { origin: [0, 0], u: [1, 2], v: [2, 4] })).toMatch(/no area/);
    expect(reason(network, { origin: [0, 0], u: [0, 0], v: [2, 4] })).toMatch(/no area/);
  });

  test('concurrent boundaries on the edge', () => {
    const network = build([2], [unbiased('a', 4)]).network;
    expect(reason(network, { origin: [0, 0], u: [1, 0], v: [0, 1] })).toMatch(/edge/);
  });
});
