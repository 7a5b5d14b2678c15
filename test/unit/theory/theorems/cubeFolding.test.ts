import { fileWeights } from '../../../../src/common/weightsSource.ts';
import { describe, expect, it, test } from 'vitest';
import { networkWithWeights } from '../../../../src/analysis/counts/networkWeights.ts';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { networkToCount } from '../../../../src/analysis/counts/countPlan.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import { activationByName, type PiecewiseLinearActivation } from '../../../../src/network/activation.ts';
import { boundsOf, dense, denseRelu, exactValue, maxout, network } from '../networks.ts';

const chain = (n0: number, widths: readonly number[], activation: string) =>
  boundsOf(
    network(
      [n0],
      widths.map((width) => dense(width, activation)),
    ),
  );

describe('folds of a cube by units with a bend', () => {
  // The values of an independent program; clipped units have two cuts each in the last layer, which it does not use.
  test.each([
    ['leaky_relu', 1, [3, 3, 4], 45],
    ['leaky_relu', 2, [6, 7], 261],
    ['abs', 2, [4, 4, 5], 256],
    ['relu6', 1, [3, 3, 4], 81],
    ['hard_tanh', 2, [4, 4, 5], 816],
  ])('%s, %s inputs, %s', (activation, n0, widths, value) => {
    const bounds = chain(n0, widths, activation);
    expect(exactValue(bounds, 'folding-lower')).toBe(String(value));
    expect(Number(exactValue(bounds, 'best-lower'))).toBeGreaterThanOrEqual(value);
  });

  test.each([
    ['leaky_relu', [3, 3, 4]],
    ['abs', [3, 2, 4]],
    ['relu6', [3, 3, 4]],
    ['hard_tanh', [2, 3, 3]],
    ['hard_sigmoid', [3, 3, 2]],
  ])('%s %s: explicit weights reach it', (activation, widths) => {
    const text = foldingNetwork(activation, widths);
    const { network: folding } = networkWithWeights(text, 'folds.network.json', undefined, null)!;
    const { activationRegions, linearRegions } = count({
      network: networkToCount(folding, { source: fileWeights(1) }),
      method: 'line',
      domain: { kind: 'segment', from: [0], to: [1] },
      linear: true,
      keepRegions: false,
      limits: {},
    });
    const { of, value } = boundsOf(folding).get('folding-lower')!;
    expect(value!.exact).toBeGreaterThan(20n);
    expect(of === 'linear' ? linearRegions : activationRegions).toBeGreaterThanOrEqual(Number(value!.exact));
  });

  it('is for the best number of dimensions, and for narrow layers too', () => {
    // Two dimensions: 3^2 (1 + 7 + 21); all four of the input are more than the second layer's width lets through.
    const bounds = chain(4, [6, 3, 7], 'leaky_relu');
    expect(Number(exactValue(bounds, 'folding-lower'))).toBeGreaterThanOrEqual(9 * 29);
    expect(Number(exactValue(bounds, 'folding-lower'))).toBeLessThanOrEqual(
      Number(exactValue(bounds, 'tightest-upper')),
    );
  });

  // A function with 7 breakpoints, cut at zero, has at most 13 pieces.
  test.each(['pascanu2013-lower', 'montufar2014-lower', 'folding-lower'] as const)(
    '%s is for activation regions where all units of the last layer can be flat',
    (id) => {
      const [narrow, wide] = [boundsOf(denseRelu(1, [7, 1])), boundsOf(denseRelu(1, [7, 2]))];
      expect(Number(exactValue(narrow, id))).toBeGreaterThan(13);
      expect(narrow.get(id)?.of).toBe('activation');
      expect(wide.get(id)?.of).toBe('linear');
    },
  );

  test.each([
    ['relu6', [3, 3], 'activation'],
    ['abs', [3, 1], 'linear'],
    ['leaky_relu', [3, 1], 'linear'],
  ])('%s %s: on %s regions', (activation, widths, of) => {
    expect(chain(1, widths, activation).get('folding-lower')?.of).toBe(of);
  });

  it('is that of Serra et al. for ReLUs', () => {
    const bounds = boundsOf(denseRelu(2, [6, 7]));
    expect(exactValue(bounds, 'folding-lower')).toBe(exactValue(bounds, 'serra2018-lower'));
  });

  test.each([
    ['no bias', [{ type: 'dense', units: 4, activation: 'leaky_relu', use_bias: false }], /needs biases/],
    ['a convolution', [{ type: 'conv1d', filters: 4, kernel_size: 1, activation: 'abs' }], /fully connected/],
    [
      'a step',
      [{ type: 'dense', units: 4, activation: { breakpoints: [0], slopes: [0, 0], intercepts: [0, 1] } }],
      /no continuous bend/,
    ],
  ])('refuses %s', (_, layers, reason) => {
    const input = layers[0].type === 'conv1d' ? [3, 1] : [3];
    const analysis = analyze(JSON.stringify({ input, layers }), 'a.network.json')!;
    expect(analysis.networks[0].bound('folding-lower').reason).toMatch(reason);
  });
});

describe('folds of a cube by maxout units', () => {
  test.each([
    // 4^2 4^2 (1 + 6 + 15)
    [2, [7, 7, 6], 2, 5632],
    // One layer: its maximum.
    [2, [4], 3, 33],
    [1, [2, 3], 3, 35],
  ])('%s inputs, %s, rank %s', (n0, widths, rank, value) => {
    const bounds = boundsOf(maxout(n0, widths, rank));
    expect(exactValue(bounds, 'maxout-folding-lower')).toBe(String(value));
    expect(Number(exactValue(bounds, 'best-lower'))).toBeGreaterThanOrEqual(value);
    expect(Number(exactValue(bounds, 'tightest-upper'))).toBeGreaterThanOrEqual(value);
  });
});

describe('folds of a cube at every node of a graph', () => {
  const graph = (adjacency: readonly (readonly number[])[], features: readonly number[], activation = 'relu') =>
    boundsOf(
      network(
        [adjacency.length, features[0]],
        features.slice(1).map((units) => ({
          operation: { kind: 'graphConvolution', units, adjacency, useBias: true },
          activation,
        })),
      ),
    );
  const pair = [
    [2, 1],
    [1, 2],
  ];
  const triangle = [
    [2, 1, 1],
    [1, 2, 1],
    [1, 1, 2],
  ];

  test.each([
    [pair, [1, 2, 2], 36],
    // Three ReLUs fold once more: (4 (1 + 3))^2.
    [pair, [1, 3, 3], 256],
    [triangle, [1, 2, 2], 216],
  ])('%j, features %s', (adjacency, features, value) => {
    const bounds = graph(adjacency, features);
    expect(exactValue(bounds, 'gcn-folding-lower')).toBe(String(value));
    expect(exactValue(bounds, 'best-lower')).toBe(String(value));
    expect(Number(exactValue(bounds, 'tightest-upper'))).toBeGreaterThanOrEqual(value);
  });

  it('takes any invertible matrix in the first layer', () => {
    const skew = [
      [1, 1],
      [0, 1],
    ];
    const bounds = graph(skew, [1, 2]);
    expect(exactValue(bounds, 'gcn-folding-lower')).toBe('9');
    expect(exactValue(bounds, 'gcn-one-layer-exact')).toBe('9');
    expect(exactValue(graph(skew, [2, 3], 'hard_tanh'), 'gcn-folding-lower')).toBe(String((1 + 6 + 12) ** 2));
  });

  test.each([
    [
      'different sums',
      [
        [1, 1],
        [0, 1],
      ],
      /different sums/,
    ],
    [
      'a singular matrix',
      [
        [1, 1],
        [1, 1],
      ],
      /not invertible/,
    ],
  ])('refuses %s', (_, adjacency, reason) => {
    expect(graph(adjacency, [1, 2, 2]).get('gcn-folding-lower')?.reason).toMatch(reason);
  });
});

/** One input whose interval [0, 1] every layer but the last folds onto itself, and the last one cuts everywhere. */
function foldingNetwork(name: string, widths: readonly number[]): string {
  const activation = activationByName(name) as PiecewiseLinearActivation;
  const { breakpoints, slopes } = activation;
  const [bend, a, b] = [breakpoints[0], slopes[0], slopes[1]];
  // What the layer before makes of its numbers: the folded one is their combination.
  let combination = { weights: [1], constant: 0 };
  const layers = widths.map((width, l) => {
    const isLast = l === widths.length - 1;
    const reach = 1.5 * (breakpoints[breakpoints.length - 1] - bend + 1) * width;
    // The last layer's bends are spread over the interval, all at places of their own.
    const scale = isLast ? reach : 1;
    const thresholds = Array.from({ length: width }, (_, i) =>
      isLast ? (i + 0.1 + 0.01 * i) / (width + 1) : i / width,
    );
    const layer = {
      type: 'dense',
      units: width,
      activation: name,
      weights: {
        kernel: combination.weights.map((weight) => thresholds.map(() => scale * weight)),
        bias: thresholds.map((threshold) => scale * (combination.constant - threshold) + bend),
      },
    };
    const signs = Array.from({ length: width }, (_, i) => (i % 2 === 0 ? width : -width));
    const before = (a / b) * signs[width - 1];
    const weights = signs.map((sign, i) => (sign - (i === 0 ? before : signs[i - 1])) / (b - a));
    const atZero = weights.reduce((sum, weight, i) => sum + weight * valueAt(activation, bend - thresholds[i]), 0);
    combination = { weights, constant: -atZero };
    return layer;
  });
  return JSON.stringify({ input: [1], layers });
}

function valueAt({ breakpoints, slopes, intercepts }: PiecewiseLinearActivation, z: number): number {
  const piece = breakpoints.filter((breakpoint) => z > breakpoint).length;
  return slopes[piece] * z + intercepts[piece];
}
