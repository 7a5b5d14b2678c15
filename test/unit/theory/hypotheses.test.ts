import { describe, expect, it } from 'vitest';
import { count } from '../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../src/counting/program/initializers.ts';
import { activationByName, linear, relu, type Activation } from '../../../src/network/activation.ts';
import type { LayerDefinition } from '../../../src/network/definition.ts';
import type { Network } from '../../../src/network/network.ts';
import type { Operation, Padding, Window } from '../../../src/network/operation.ts';
import type { Shape } from '../../../src/network/shape.ts';
import type { BoundResult, TheoryOptions } from '../../../src/theory/bound.ts';
import { evaluateBounds } from '../../../src/theory/registry.ts';
import { build, layer } from '../network/definitions.ts';

/** What the theorems silently take for granted: biases, inputs that are not padding, weights of their own. */

let names = 0;
const of = (operation: Operation, activation: Activation = linear): LayerDefinition =>
  layer(`t${names++}`, operation, { activation });
const activation = (name: string): Activation => activationByName(name) ?? linear;
const dense = (units: number, useBias: boolean, unit: Activation = relu) => of({ kind: 'dense', units, useBias }, unit);
const norm = (center: boolean, statistics: boolean, unit: Activation = linear) =>
  of({ kind: 'batchNormalization', epsilon: 1e-3, center, scale: true, statistics }, unit);
const window1d = (kernel: number, more: Partial<Window> = {}): Window => ({
  rank: 1,
  kernel: [1, kernel],
  strides: [1, 1],
  dilation: [1, 1],
  padding: 'valid',
  ...more,
});
const window2d = (kernel: number): Window => ({ ...window1d(kernel), rank: 2, kernel: [kernel, kernel] });
const conv = (window: Window, filters: number, useBias = true, unit: Activation = relu) =>
  of({ kind: 'convolution', window, filters, groups: 1, useBias }, unit);
const padding = (rank: 1 | 2, padding: Exclude<Padding, string>) => of({ kind: 'zeroPadding', rank, padding });

function network(input: Shape, ...layers: LayerDefinition[]): Network {
  const built = build(input, layers);
  expect(built.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return built.network;
}

class Bounds {
  private readonly results: readonly BoundResult[];

  constructor(network: Network, options: TheoryOptions = {}) {
    this.results = evaluateBounds(network, options);
  }

  find(id: string): BoundResult {
    return this.results.find((bound) => bound.id === id)!;
  }

  value(id: string): number | null {
    const exact = this.find(id).value?.exact;
    return exact === undefined || exact === null ? null : Number(exact);
  }

  /** By layer. */
  cuts(id: string): (number | null)[] {
    return (this.find(id).perLayer ?? []).map((cut) => Number(cut?.exact));
  }

  /** Ids of the lower bounds that give a number, the combination aside. */
  get lower(): string[] {
    return this.results
      .filter(({ kind, applies, id }) => kind === 'lower' && applies && id !== 'best-lower')
      .map(({ id }) => id);
  }
}

const bounds = (net: Network, options?: TheoryOptions) => new Bounds(net, options);

function counted(net: Network): number {
  const domain = { kind: 'all' } as const;
  return count({ network: net, method: 'cells', domain, linear: false, keepRegions: false, limits: {} })
    .activationRegions;
}

const binomial = (n: number, k: number): number => (k === 0 ? 1 : (binomial(n, k - 1) * (n - k + 1)) / k);
const prefix = (n: number, k: number): number => (k < 0 ? 0 : binomial(n, k) + prefix(n, k - 1));

describe('runs of affine layers before units', () => {
  const separable = (kernel: number, filters: number) =>
    of({ kind: 'separableConvolution', window: window1d(kernel), filters, multiplier: 1, useBias: true }, relu);
  const bilinear = of({ kind: 'upSampling', rank: 1, factors: [1, 2], bilinear: true });
  const average = (size: number) => of({ kind: 'averagePooling', window: window1d(size, { strides: [1, 1] }) });
  const uppers = [
    'recurrence-upper',
    'xiong2020-one-layer',
    'xiong2020-upper',
    'tightest-upper',
    'tightest-upper-linear',
  ];

  it('have at least the counted regions: up-sampling before a separable convolution', () => {
    const net = network([2, 2], bilinear, separable(1, 3));
    for (const seed of [1, 2]) expect(counted(drawWeights(net, seed))).toBe(337);
    const found = bounds(net);
    for (const id of uppers) expect([id, found.value(id)! >= 337]).toEqual([id, true]);
  });

  it('have at least the counted regions: average pooling before a separable convolution, and convolutions in a row', () => {
    const pooled = network([4, 1], average(2), separable(2, 4));
    const convolved = network(
      [3, 1],
      conv(window1d(2), 1, false, linear),
      conv(window1d(2), 1, false, linear),
      conv(window1d(1), 3),
    );
    for (const net of [pooled, convolved]) {
      const found = bounds(net);
      for (const seed of [1, 2, 3]) {
        const regions = counted(drawWeights(net, seed));
        for (const id of uppers) expect([id, found.value(id)! >= regions]).toEqual([id, true]);
      }
    }
    // One number is left after two convolutions, whatever comes behind: 3 + 1 pieces.
    expect(bounds(convolved).value('tightest-upper')).toBe(4);
  });
});

describe('dense layers without biases', () => {
  it('one layer has exactly 2 Σ C(n − 1, j) regions, j < inputs', () => {
    for (const [inputs, units] of [
      [3, 4],
      [1, 5],
      [2, 2],
      [4, 3],
      [2, 7],
    ]) {
      const net = network([inputs], dense(units, false));
      const expected = 2 * prefix(units - 1, inputs - 1);
      const found = bounds(net);
      expect([found.value('best-lower'), found.value('tightest-upper')]).toEqual([expected, expected]);
      expect(found.find('homogeneous-upper').note).toContain('exact maximum');
      expect(counted(drawWeights(net, 3))).toBe(expected);
    }
    expect(bounds(network([3], dense(4, false))).value('best-lower')).toBe(14);
  });

  it('several layers have twice the regions of a slice, at most', () => {
    // f(1; 2, 3): no unit of two inactive, or one of two, and up to 4 cells of each by the second layer: 4 + 2 · 4.
    expect(bounds(network([2], dense(3, false), dense(3, false))).cuts('homogeneous-upper')).toEqual([6, 24]);
    expect(bounds(network([1], dense(4, false), dense(4, false))).cuts('homogeneous-upper')).toEqual([2, 2]);
  });

  it('a bias after the last units cuts nothing, a bias before them does', () => {
    const behind = network([2], dense(3, false), dense(2, true, linear));
    expect(bounds(behind).cuts('tightest-upper')).toEqual([6, 6]);
    const before = network([2], dense(2, true, linear), dense(3, false));
    expect(bounds(before).find('homogeneous-upper').applies).toBe(false);
    expect(bounds(before).value('tightest-upper')).toBeGreaterThanOrEqual(counted(drawWeights(before, 1)));
  });

  it('the lower bound is reached by a fold on the slice and the cells that lie opposite', () => {
    const kernels = [
      // Of (x, y): y itself, and the two sides of a tent of the height y / 2 over 0 < x < y.
      { shape: [2, 3], data: Float64Array.of(0, 1, 1, 1, 0.125, -0.5) },
      // The tent cut at a fourth, a half and three fourths of the height.
      { shape: [3, 3], data: Float64Array.of(-0.25, -0.375, -0.5, 1, 1, 1, -2, -2, -2) },
    ];
    const layers = kernels.map((kernel) => ({ ...dense(3, false), weights: { kernel } }));
    const net = network([2], ...layers);
    // 2 · 4 on the slice, 3 of the 6 sectors of the first layer opposite.
    expect(bounds(net).cuts('homogeneous-lower')).toEqual([6, 11]);
    expect(counted(net)).toBeGreaterThanOrEqual(11);
  });

  it('bounds that need biases are refused with a reason', () => {
    const found = bounds(network([2], dense(6, true), dense(6, false)));
    expect(found.lower).toEqual(['pointwise-lower', 'homogeneous-lower']);
    for (const id of [
      'pascanu2013-lower',
      'montufar2014-lower',
      'serra2018-lower',
      'arora2018-lower',
      'serra2018-size-lower',
    ]) {
      expect(found.find(id).reason).toMatch(/needs biases/);
    }
    // The first layer has biases, and cuts the plane into 22; the second does not.
    expect(found.cuts('pointwise-lower')).toEqual([22, 22]);
    expect(found.find('homogeneous-upper').reason).toMatch(/has biases/);
  });

  it('units that bend off zero, and constants that are added, are not homogeneous', () => {
    const shifted: Activation = {
      kind: 'piecewiseLinear',
      name: 'shift',
      breakpoints: [],
      slopes: [1],
      intercepts: [1],
    };
    const nets = [
      network([2], dense(4, false, activation('hard_tanh'))),
      network([2], dense(4, false, activation('relu6'))),
      network([2], dense(4, false, shifted), of({ kind: 'identity' }, relu)),
    ];
    for (const net of nets) {
      const found = bounds(net);
      expect(found.find('homogeneous-upper').applies).toBe(false);
      expect(found.value('tightest-upper')).toBeGreaterThanOrEqual(counted(drawWeights(net, 1)));
    }
    expect(bounds(nets[0]).lower).toEqual([]);
    expect(bounds(network([2], dense(4, false, activation('abs')))).value('best-lower')).toBe(8);
  });

  it('are refused on a slice, which need not pass through zero', () => {
    const net = network([3], dense(4, false));
    expect(bounds(net, { sliceDimension: 2 }).find('homogeneous-upper').reason).toMatch(/slice/);
    expect(bounds(net, { sliceDimension: 2 }).value('tightest-upper')).toBe(11);
  });
});

describe('batch norms', () => {
  const after = (center: boolean, statistics: boolean) =>
    bounds(network([3, 1], conv(window1d(2), 2, false, linear), norm(center, statistics, relu)));

  it('are biases if they shift', () => {
    for (const found of [after(true, false), after(false, true), after(true, true)]) {
      expect([found.value('conv-generic-exact'), found.value('best-lower')]).toEqual([15, 15]);
    }
    const still = after(false, false);
    expect(still.find('conv-generic-exact').reason).toMatch(/no biases/);
    expect(still.find('xiong2020-one-layer').note).toMatch(/^upper bound/);
    // Four lines through 0 in space make 14 cells, two of one position in its plane 4.
    expect([still.value('best-lower'), still.value('tightest-upper')]).toEqual([4, 14]);
  });

  it('are not biases before the weights, or with fewer channels than filters', () => {
    const before = bounds(network([2], norm(true, true), dense(4, false)));
    expect(before.find('montufar2014-lower').reason).toMatch(/needs biases/);
    const folded = bounds(
      network([2], dense(4, false, linear), of({ kind: 'reshape', target: [2, 2] }), norm(true, true, relu)),
    );
    expect(folded.find('montufar2014-lower').reason).toMatch(/needs biases/);
    const own = bounds(network([2], dense(4, false, linear), norm(true, false, relu)));
    expect(own.value('montufar2014-lower')).toBe(11);
  });
});

describe('graph convolutions without biases', () => {
  const graph = (unit: Activation) =>
    bounds(
      network(
        [2, 2],
        of(
          {
            kind: 'graphConvolution',
            units: 3,
            adjacency: [
              [1, 1],
              [0, 1],
            ],
            useBias: false,
          },
          unit,
        ),
      ),
    );

  it('have an exact number for units that bend at zero only', () => {
    expect(graph(relu).value('gcn-one-layer-exact')).toBe(6 ** 2);
    const off: Activation = {
      kind: 'piecewiseLinear',
      name: 'off',
      breakpoints: [1],
      slopes: [0, 1],
      intercepts: [0, -1],
    };
    expect(graph(off).find('gcn-one-layer-exact').reason).toMatch(/bend at zero/);
  });
});

describe('padding and dilation', () => {
  const lowest = (net: Network) => bounds(net).value('pointwise-lower');

  it('cells that padding layers add are not inputs', () => {
    const onLine = network(
      [2, 1],
      padding(1, [
        [0, 0],
        [0, 1],
      ]),
      conv(window1d(1), 1),
    );
    expect([lowest(onLine), bounds(onLine).value('tightest-upper')]).toEqual([4, 4]);
    const onePixel = network(
      [1, 1, 1],
      padding(2, [
        [2, 2],
        [2, 2],
      ]),
      conv(window2d(1), 1),
    );
    expect([lowest(onePixel), bounds(onePixel).value('tightest-upper')]).toEqual([2, 2]);
    for (const filters of [1, 2]) {
      const image = bounds(
        network(
          [8, 8, 1],
          padding(2, [
            [3, 3],
            [3, 3],
          ]),
          conv(window2d(3), filters),
        ),
      );
      const [lower, upper] = [image.find('best-lower').value!, image.find('tightest-upper').value!];
      expect(lower.log10).toBeLessThanOrEqual(upper.log10);
    }
  });

  it('cells that padding layers add are not inputs after flattening either', () => {
    const flat = network(
      [2, 1],
      padding(1, [
        [0, 0],
        [1, 2],
      ]),
      of({ kind: 'flatten' }),
      dense(4, true),
    );
    expect([lowest(flat), bounds(flat).value('tightest-upper')]).toEqual([11, 11]);
  });

  it('negative padding takes inputs away', () => {
    const cropped = network(
      [4, 1],
      padding(1, [
        [0, 0],
        [-1, -1],
      ]),
      conv(window1d(1), 1),
    );
    expect([lowest(cropped), bounds(cropped).value('tightest-upper')]).toEqual([4, 4]);
  });

  it('the taps of a dilated kernel lie apart', () => {
    const dilated = network([3, 1], conv(window1d(2, { dilation: [1, 2], padding: 'same' }), 1));
    expect([lowest(dilated), bounds(dilated).value('conv-generic-exact')]).toEqual([4, 6]);
    expect(counted(drawWeights(dilated, 1))).toBe(6);
    // Along one tap five of six positions see an input.
    const wide = network(
      [6, 1],
      conv(
        window1d(2, {
          dilation: [1, 2],
          padding: [
            [0, 0],
            [1, 1],
          ],
        }),
        1,
      ),
    );
    expect(lowest(wide)).toBeLessThanOrEqual(bounds(wide).value('conv-generic-exact')!);
  });
});

describe('layers that share weights', () => {
  it('are not used in constructions', () => {
    const first = dense(3, true);
    const found = bounds(network([3], first, { ...dense(3, true), sharedWith: first.name }));
    expect(found.find('montufar2014-lower').reason).toMatch(/shares them/);
    expect(found.find('arora2018-lower').reason).toMatch(/shares them/);
    // What the first layer cuts stays cut.
    expect([found.lower, found.cuts('best-lower')]).toEqual([['pointwise-lower'], [8, 8]]);
    const kernel = conv(window1d(1), 1);
    const tied = bounds(network([3, 1], kernel, { ...conv(window1d(1), 1), sharedWith: kernel.name }));
    expect(tied.find('xiong2020-lower-corrected').reason).toMatch(/shares them/);
    expect(tied.cuts('best-lower')).toEqual([8, 8]);
  });
});

describe('a constant between layers', () => {
  it('leaves nothing to cut', () => {
    const constant: Activation = {
      kind: 'piecewiseLinear',
      name: 'one',
      breakpoints: [],
      slopes: [0],
      intercepts: [1],
    };
    const net = network([2], dense(4, true), of({ kind: 'identity' }, constant), dense(4, true));
    const found = bounds(net);
    expect(found.find('montufar2014-lower').reason).toMatch(/does not depend on its input/);
    expect(found.cuts('best-lower')).toEqual([11, 11, 11]);
  });
});
