import { describe, expect, it } from 'vitest';
import { HistogramSteps } from '../../../src/theory/recurrence/histogramSteps.ts';
import { TheoryContext } from '../../../src/theory/context.ts';
import residual from '../../fixtures/reference/skip_residual_bounds.json';
import twoLayer from '../../fixtures/reference/conv_aware_two_layer.json';
import multilayer from '../../fixtures/reference/xiong_multilayer.json';
import randomCounts from '../../fixtures/reference/xiong_multilayer_random_counts.json';
import type { Network } from '../../../src/network/network.ts';
import {
  dimensionRecurrence,
  transitionsBy,
  type StageRule,
} from '../../../src/theory/recurrence/dimensionRecurrence.ts';
import { dominatorTree } from '../../../src/theory/recurrence/dominators.ts';
import { stageIndependence } from '../../../src/theory/recurrence/independence.ts';
import { TransitionCache } from '../../../src/theory/recurrence/transition.ts';
import { add, boundsOf, conv, dense, denseRelu, exactValue, maxPool, network, type SimpleLayer } from './networks.ts';

/** Blocks x + relu(W x + b) of the given widths (each as wide as the stream). */
function residualStack(n0: number, widths: readonly number[]): Network {
  const layers = widths.flatMap((width, i): SimpleLayer[] => [
    dense(width, 'relu', { name: `branch${i}`, inputs: [i === 0 ? 'input0' : `add${i - 1}`] }),
    dense(n0, 'linear', { name: `out${i}` }),
    { ...add(i === 0 ? 'input0' : `add${i - 1}`, `out${i}`), name: `add${i}` },
  ]);
  return network([n0], layers);
}

describe('residual networks', () => {
  it.each(residual)('keep the stream’s dimension: $n0 inputs, blocks $widths', (row) => {
    const bounds = boundsOf(residualStack(row.n0, row.widths));
    expect(exactValue(bounds, 'recurrence-upper')).toBe(row.dimension_preserving_upper);
    expect(exactValue(boundsOf(denseRelu(row.n0, row.widths)), 'serra2018-upper')).toBe(row.plain_serra);
  });

  it('are refused by theorems for chains', () => {
    const bounds = boundsOf(residualStack(2, [2, 2, 2]));
    for (const id of [
      'serra2018-upper',
      'hinz2021-upper',
      'montufar2017-upper',
      'montufar2014-lower',
      'serra2018-lower',
    ]) {
      expect([id, bounds.get(id)?.applies, bounds.get(id)?.value]).toEqual([id, false, null]);
    }
    // 12 regions are reached by weights found by search.
    expect(Number(exactValue(bounds, 'tightest-upper'))).toBeGreaterThanOrEqual(12);
    expect(exactValue(bounds, 'tightest-upper')).toBe('64');
  });

  it('lose dimensions to inactive neurons inside a block', () => {
    // Two ReLU layers of 3 in one block on a stream of 3: the second sees what the first leaves.
    const inside = network([3], [dense(3, 'relu', { name: 'a' }), dense(3, 'relu', { name: 'b' }), add('input0', 'b')]);
    const chain = denseRelu(3, [3, 3]);
    expect(exactValue(boundsOf(inside), 'recurrence-upper')).toBe(exactValue(boundsOf(chain), 'recurrence-upper'));
  });

  it('multiply branches side by side, in whatever order their layers are written', () => {
    const a = [dense(4, 'relu', { name: 'a1', inputs: ['input0'] }), dense(4, 'relu', { name: 'a2', inputs: ['a1'] })];
    const b = [dense(5, 'relu', { name: 'b1', inputs: ['input0'] }), dense(3, 'relu', { name: 'b2', inputs: ['b1'] })];
    const end = [{ operation: { kind: 'concatenate', axis: -1 }, inputs: ['a2', 'b2'] } as const, dense(6)];
    const single = ([x, y]: SimpleLayer[]): bigint =>
      BigInt(exactValue(boundsOf(network([2], [x, y])), 'recurrence-upper')!);
    const inTurn = boundsOf(network([2], [a[0], b[0], a[1], b[1], ...end]));
    const oneByOne = boundsOf(network([2], [...a, ...b, ...end]));
    expect(exactValue(inTurn, 'recurrence-upper')).toBe(exactValue(oneByOne, 'recurrence-upper'));
    expect(oneByOne.get('recurrence-upper')?.perLayer?.[3]?.exact).toBe(single(a) * single(b));
    // The concatenation has two dimensions again, whatever the branches lost: C(6, 0) + C(6, 1) + C(6, 2) = 22.
    expect(exactValue(inTurn, 'recurrence-upper')).toBe(String(single(a) * single(b) * 22n));
  });

  it('multiply heads that never meet, written in turn', () => {
    const head = (name: string, input: string): SimpleLayer => dense(4, 'relu', { name, inputs: [input] });
    const inTurn = network(
      [2],
      [head('trunk', 'input0'), head('a1', 'trunk'), head('b1', 'trunk'), head('a2', 'a1'), head('b2', 'b1')],
    );
    const bounds = boundsOf(inTurn);
    const perLayer = bounds.get('recurrence-upper')?.perLayer?.map((cut) => cut?.exact) ?? [];
    const oneByOne = network(
      [2],
      [head('trunk', 'input0'), head('a1', 'trunk'), head('a2', 'a1'), head('b1', 'trunk'), head('b2', 'b1')],
    );
    expect(perLayer.at(-1)).toBe(boundsOf(oneByOne).get('recurrence-upper')?.value?.exact);
    for (let i = 1; i < perLayer.length; i++) expect(perLayer[i]! >= perLayer[i - 1]!).toBe(true);
    expect(perLayer[0]).toBe(11n);
  });
});

describe('dimension that can enter a layer', () => {
  it('is at most the smallest vertex cut before it', () => {
    const net = network(
      [10],
      [
        dense(2, 'relu', { name: 'a', inputs: ['input0'] }),
        dense(3, 'relu', { name: 'b', inputs: ['input0'] }),
        dense(9, 'relu', { name: 'c', inputs: ['a'] }),
        dense(9, 'relu', { name: 'd', inputs: ['b'] }),
        add('c', 'd'),
        dense(20, 'relu'),
      ],
    );
    const { nodes } = dominatorTree(TheoryContext.of(net));
    expect(nodes.map((node) => node?.dimensionIn)).toEqual([10, 10, 2, 3, 5, 5]);
    expect(dominatorTree(TheoryContext.of(net, { sliceDimension: 4 })).nodes.map((node) => node?.dimensionIn)).toEqual([
      4, 4, 2, 3, 4, 4,
    ]);
  });

  it('counts shared tensors once', () => {
    // a feeds both branches: the sum has at most its 2 dimensions.
    const net = network(
      [10],
      [
        dense(2, 'relu', { name: 'a' }),
        dense(9, 'relu', { name: 'b', inputs: ['a'] }),
        dense(9, 'relu', { name: 'c', inputs: ['a'] }),
        add('b', 'c'),
        dense(5, 'relu'),
      ],
    );
    expect(dominatorTree(TheoryContext.of(net)).nodes[4]?.dimensionIn).toBe(2);
  });

  it('counts all inputs together', () => {
    const concatenated = { operation: { kind: 'concatenate', axis: -1 }, inputs: ['input0', 'input1'] } as const;
    const net = network([[2], [3]], [concatenated, dense(4)]);
    expect(dominatorTree(TheoryContext.of(net)).nodes.map((node) => node?.dimensionIn)).toEqual([5, 5]);
    expect(exactValue(boundsOf(net), 'recurrence-upper')).toBe('16');
    expect(boundsOf(net).get('serra2018-upper')?.reason).toContain('one input');
  });
});

/** The recurrence with the layers' independence numbers alone. */
function convolutionAware(net: Network): string | undefined {
  const cache = new TransitionCache();
  const theory = TheoryContext.of(net);
  const rule: StageRule = (layer, stage) =>
    cache.get(stageIndependence(theory, layer, stage), stage.neurons, stage.isRectifier);
  const cuts = dimensionRecurrence(theory, transitionsBy(rule, net), new HistogramSteps());
  return cuts.at(-1)?.exact?.toString();
}

describe('convolutions in the recurrence', () => {
  it.each(twoLayer)('two layers on four inputs, $d2 filters', (row) => {
    const net = network([1, 4, 1], [conv(2, [1, 2]), conv(row.d2, [1, 2])]);
    expect(convolutionAware(net)).toBe(row.conv_hist);
    expect(exactValue(boundsOf(net), 'serra2018-upper')).toBe(row.serra_fc);
    expect(Number(exactValue(boundsOf(net), 'recurrence-upper'))).toBeLessThanOrEqual(Number(row.conv_hist));
  });

  it.each(multilayer)('$input, $layers', (row) => {
    const layers = row.layers.map(({ kernel, stride, filters }) =>
      conv(filters, kernel as [number, number], { strides: kernel[0] === 1 ? [1, stride] : [stride, stride] }),
    );
    const net = network(row.input, layers);
    const bounds = boundsOf(net);
    expect(convolutionAware(net)).toBe(row.conv_aware_serra);
    expect(exactValue(bounds, 'serra2018-upper')).toBe(row.serra_upper_as_fc);
    expect(exactValue(bounds, 'hinz2021-upper')).toBe(row.hinz_best_gamma_as_fc);
    const least = Math.min(Number(row.conv_aware_serra), Number(row.hinz_best_gamma_as_fc));
    expect(Number(exactValue(bounds, 'recurrence-upper'))).toBeLessThanOrEqual(least);
  });

  it.each(randomCounts)('lie above the counts of random networks: $spec on $h inputs', (row) => {
    const net = network(
      [1, row.h, 1],
      row.spec.map(([kernel, filters]) => conv(filters, [1, kernel])),
    );
    const bounds = boundsOf(net);
    expect(convolutionAware(net)).toBe(row.conv_aware);
    expect(exactValue(bounds, 'serra2018-upper')).toBe(row.serra);
    expect(exactValue(bounds, 'xiong2020-upper')).toBe(row.xiong_upper);
    expect(exactValue(bounds, 'xiong2020-lower')).toBe(row.lower);
    expect(Number(exactValue(bounds, 'tightest-upper'))).toBeGreaterThanOrEqual(Math.max(...row.counts));
  });

  it('see through activation layers, batch norm and zero padding', () => {
    const activation = { operation: { kind: 'identity' }, activation: 'relu' } as const;
    const norm = { operation: { kind: 'batchNormalization', epsilon: 1e-3, center: true, scale: true } } as const;
    const padding = {
      operation: {
        kind: 'zeroPadding',
        padding: [
          [1, 1],
          [1, 1],
        ],
        rank: 2,
      },
    } as const;
    const padded = conv(2, [2, 2], {
      padding: [
        [1, 1],
        [1, 1],
      ],
    });
    const parts = [padding, { ...conv(2, [2, 2]), activation: 'linear' }, norm, activation];
    const together = boundsOf(network([2, 2, 1], [padded]));
    const apart = boundsOf(network([2, 2, 1], parts));
    expect(exactValue(apart, 'recurrence-upper')).toBe(exactValue(together, 'recurrence-upper'));
    expect(Number(exactValue(apart, 'recurrence-upper'))).toBeLessThan(Number(exactValue(apart, 'naive-upper')));
  });
});

describe('ReLU and max pooling as one unit', () => {
  it.each([
    ['before', [conv(1, [1, 1]), maxPool(2)]],
    [
      'behind',
      [
        { ...conv(1, [1, 1]), activation: 'linear' },
        maxPool(2),
        { operation: { kind: 'identity' }, activation: 'relu' } as const,
      ],
    ],
  ])('ReLU %s the pooling', (_, layers) => {
    // Two windows of four values: units of five pieces, on eight dimensions.
    const bounds = boundsOf(network([2, 4, 1], layers));
    expect(exactValue(bounds, 'tightest-upper-linear')).toBe('25');
    expect(Number(exactValue(bounds, 'tightest-upper'))).toBeGreaterThan(25);
    expect(bounds.get('tightest-upper-linear')?.of).toBe('linear');
  });

  it('is not used where another layer reads the values before pooling', () => {
    const layers = [
      { ...conv(1, [1, 1]), name: 'c' },
      maxPool(2),
      { operation: { kind: 'flatten' }, inputs: ['c'] } as const,
    ];
    const bounds = boundsOf(network([2, 4, 1], layers));
    expect(exactValue(bounds, 'tightest-upper-linear')).toBe(exactValue(bounds, 'tightest-upper'));
  });
});

describe('where the piecewise-linear part ends', () => {
  it('keeps the affine part of a last softmax', () => {
    const bounds = boundsOf(network([2], [dense(3), dense(3, 'softmax')]));
    expect(bounds.get('recurrence-upper')?.perLayer?.map((cut) => cut?.exact)).toEqual([7n, 7n]);
    expect(exactValue(bounds, 'serra2018-upper')).toBe('7');
  });

  it('says nothing beyond', () => {
    const bounds = boundsOf(network([2], [dense(3), dense(3, 'tanh'), dense(3)]));
    expect(bounds.get('tightest-upper')?.perLayer?.map((cut) => cut?.exact ?? null)).toEqual([7n, 7n, null]);
    expect(exactValue(bounds, 'tightest-upper')).toBe('7');
  });

  it('takes an affine layer as a bottleneck', () => {
    const bounds = boundsOf(network([4], [dense(8), dense(1, 'linear'), dense(6)]));
    const first = Number(bounds.get('recurrence-upper')?.perLayer?.[0]?.exact);
    expect(first).toBe(163);
    expect(Number(exactValue(bounds, 'recurrence-upper'))).toBe(first * 7);
  });
});
