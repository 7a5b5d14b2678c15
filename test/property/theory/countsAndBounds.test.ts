import { describe, expect, it } from 'vitest';
import fc from '../../fastCheck.ts';
import { count } from '../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../src/counting/program/initializers.ts';
import { linear, type Activation } from '../../../src/network/activation.ts';
import type { Layer, Network } from '../../../src/network/network.ts';
import type { Operation, Padding, Window } from '../../../src/network/operation.ts';
import { sizeOf, type Shape } from '../../../src/network/shape.ts';
import type { BoundResult } from '../../../src/theory/bound.ts';
import { compare } from '../../../src/theory/numbers/magnitude.ts';
import { named, networkOf, type LayerSketch } from '../../unit/counting/networks.ts';
import { boundsOf } from '../../unit/theory/networks.ts';

/** Answers in turn, each below what is asked. */
type Choose = (below: number) => number;

const layer = (operation: Operation, activation: Activation = linear): LayerSketch => ({ operation, activation });
const relu = named('relu');
const oneOf = <T>(choose: Choose, items: readonly T[]): T => items[choose(items.length)];

/** Regions that this seed's weights make of all of R^n, by layer; null where there are too many to count here. */
function regionsOf(net: Network, seed: number): readonly number[] | null {
  const network = withShifts(drawWeights(net, seed), seed);
  const result = count({
    network,
    method: 'cells',
    domain: { kind: 'all' },
    linear: false,
    keepRegions: false,
    limits: { regions: 1200 },
  });
  return result.exact ? result.perLayer : null;
}

/** Batch norms are drawn as the identity; any shift is a weight as well. */
function withShifts(network: Network, seed: number): Network {
  const shifted = ({ data, shape }: { data: Float64Array; shape: Shape }, at: number) => ({
    shape,
    data: data.map((_, i) => Math.sin(7.3 * i + 3.1 * at + seed)),
  });
  const layers = network.layers.map((each, at): Layer => {
    const { beta, moving_mean: mean } = each.weights ?? {};
    if (each.operation.kind !== 'batchNormalization') return each;
    return {
      ...each,
      weights: {
        ...each.weights,
        ...(beta && { beta: shifted(beta, at) }),
        ...(mean && { moving_mean: shifted(mean, at + 0.5) }),
      },
    };
  });
  return { ...network, layers };
}

/** What counts must not exceed: upper bounds, and exact values, on activation regions. */
function ceilings(bounds: ReadonlyMap<string, BoundResult>): BoundResult[] {
  return [...bounds.values()].filter(
    ({ applies, kind, of }) => applies && of === 'activation' && (kind === 'upper' || kind === 'exact'),
  );
}

/** As published where a note says so: the equality that they rest on is not proven. */
function floors(bounds: ReadonlyMap<string, BoundResult>): BoundResult[] {
  return [...bounds.values()].filter(
    ({ applies, kind, note }) => applies && (kind === 'lower' || kind === 'exact') && !note?.includes('not proven'),
  );
}

function expectOrder(net: Network, seed: number): void {
  const bounds = boundsOf(net);
  const above = ceilings(bounds);
  const found = regionsOf(net, seed);
  net.layers.forEach((_, i) => {
    for (const ceiling of above) {
      const most = ceiling.perLayer![i]!;
      for (const floor of floors(bounds)) {
        const isOrdered = compare(floor.perLayer![i]!, most) <= 1e-9;
        expect([floor.id, ceiling.id, i, isOrdered]).toEqual([floor.id, ceiling.id, i, true]);
      }
      if (found) expect([ceiling.id, i, BigInt(found[i]) <= (most.exact ?? Infinity)]).toEqual([ceiling.id, i, true]);
    }
  });
  // What an exact value says of almost all weights.
  for (const { id, kind, applies, value } of bounds.values()) {
    if (kind !== 'exact' || !applies) continue;
    if (found) expect([id, found[found.length - 1]]).toEqual([id, Number(value!.exact)]);
  }
}

/** Networks by `next`, which adds layers to a shape, while they stay small. */
function networks(
  inputs: readonly Shape[],
  next: (choose: Choose, shape: Shape, at: number) => LayerSketch[],
  most: number,
) {
  return fc
    .record({
      input: fc.constantFrom(...inputs),
      choices: fc.array(fc.nat({ max: 5039 }), { minLength: 16, maxLength: 30, size: 'max' }),
      depth: fc.integer({ min: 1, max: most }),
    })
    .map(({ input, choices, depth }) => {
      let used = 0;
      const choose: Choose = (below) => choices[used++ % choices.length] % below;
      let network = networkOf(input, [layer({ kind: 'identity' })], 1);
      let layers: LayerSketch[] = [];
      for (let at = 0; at < depth; at++) {
        const shape = layers.length === 0 ? input : network.layers[network.layers.length - 1].outputShape;
        const longer = [...layers, ...next(choose, shape, at)];
        const built = longer.length > layers.length ? small(input, longer) : null;
        if (built) [network, layers] = [built, longer];
      }
      return network;
    });
}

function small(input: Shape, layers: readonly LayerSketch[]): Network | null {
  try {
    const network = networkOf(input, layers, 1);
    return network.layers.every(({ outputShape }) => sizeOf(outputShape) > 0 && sizeOf(outputShape) <= 16)
      ? network
      : null;
  } catch {
    return null;
  }
}

function window(choose: Choose, shape: Shape, paddings: readonly Padding[] = ['valid', 'same']): Window {
  const rank = shape.length === 3 ? 2 : 1;
  const along = (at: 0 | 1) => (rank === 2 || at === 1 ? Math.min(shape[rank === 2 ? at : 0], 1 + choose(3)) : 1);
  const isDilated = choose(3) === 0;
  const step = isDilated ? 1 : 1 + choose(2);
  return {
    rank,
    kernel: [along(0), along(1)],
    strides: [rank === 2 ? step : 1, step],
    dilation: isDilated ? [rank === 2 ? 2 : 1, 2] : [1, 1],
    padding: oneOf(choose, paddings),
  };
}

const padding = (choose: Choose, shape: Shape): LayerSketch =>
  layer({
    kind: 'zeroPadding',
    rank: shape.length === 3 ? 2 : 1,
    padding: [shape.length === 3 ? [choose(3), choose(2)] : [0, 0], [choose(2), choose(3)]],
  });
const normalization = (choose: Choose): LayerSketch =>
  layer({
    kind: 'batchNormalization',
    epsilon: 1e-3,
    center: choose(2) === 0,
    scale: choose(2) === 0,
    statistics: choose(2) === 0,
  });
const convolution = (choose: Choose, shape: Shape, activation: Activation, useBias: boolean): LayerSketch =>
  layer({ kind: 'convolution', window: window(choose, shape), filters: 1 + choose(3), groups: 1, useBias }, activation);

/** Affine layers of all kinds that keep positions and channels. */
function affine(choose: Choose, shape: Shape): LayerSketch {
  const rank = shape.length === 3 ? 2 : 1;
  const useBias = choose(2) === 0;
  const simple = { ...window(choose, shape, ['valid']), dilation: [1, 1] } as const;
  const groups = shape[rank] % 2 === 0 ? 1 + choose(2) : 1;
  return layer(
    oneOf<Operation>(choose, [
      { kind: 'upSampling', rank, factors: [rank, 2], bilinear: choose(2) === 0 },
      { kind: 'averagePooling', window: simple },
      { kind: 'transposedConvolution', window: simple, filters: groups * (1 + choose(3)), groups, useBias },
      { kind: 'locallyConnected', window: simple, filters: 1 + choose(3), useBias },
      {
        kind: 'separableConvolution',
        window: window(choose, shape),
        filters: 1 + choose(4),
        multiplier: 1 + choose(2),
        useBias,
      },
      { kind: 'depthwiseConvolution', window: window(choose, shape), multiplier: 1 + choose(2), useBias },
      { kind: 'convolution', window: window(choose, shape), filters: 1 + choose(4), groups: 1, useBias },
      padding(choose, shape).operation,
      normalization(choose).operation,
    ]),
  );
}

const seeds = fc.integer({ min: 1, max: 1e6 });
const images: Shape[] = [
  [2, 1],
  [3, 1],
  [4, 1],
  [2, 2],
  [2, 2, 1],
  [1, 3, 1],
  [2, 1, 2],
];

describe('counts in all of R^n and bounds are in order, cut by cut', () => {
  it('for runs of affine layers before units', () => {
    const units = (choose: Choose) => [
      layer({ kind: 'identity' }, oneOf(choose, [relu, relu, named('leaky_relu'), named('hard_tanh')])),
    ];
    const run = (choose: Choose, shape: Shape, at: number) => (at % 4 === 3 ? units(choose) : [affine(choose, shape)]);
    fc.assert(fc.property(networks(images, run, 7), seeds, expectOrder), { numRuns: 60 });
  });

  it('for dense chains with and without biases', () => {
    const activations = [relu, relu, relu, relu, named('leaky_relu'), named('abs'), named('hard_tanh')];
    const part = (choose: Choose, _: Shape, at: number) => {
      const dense = layer({ kind: 'dense', units: 1 + choose(6), useBias: choose(3) === 0 });
      const unit = oneOf(choose, activations);
      if (choose(4) > 0) return [{ ...dense, activation: unit }];
      return [dense, normalization(choose), layer({ kind: 'identity' }, at % 3 === 2 ? linear : unit)];
    };
    fc.assert(fc.property(networks([[1], [2], [3], [4]], part, 4), seeds, expectOrder), { numRuns: 80 });
  });

  it('for convolutions with padding, dilation and strides, and dense layers after them', () => {
    const part = (choose: Choose, shape: Shape) => {
      if (shape.length === 1) return [layer({ kind: 'dense', units: 1 + choose(4), useBias: choose(4) > 0 }, relu)];
      const kind = choose(6);
      if (kind === 0) return [layer({ kind: 'flatten' })];
      if (kind < 3) return [padding(choose, shape)];
      return [convolution(choose, shape, relu, choose(4) > 0), ...(choose(4) === 0 ? [padding(choose, shape)] : [])];
    };
    fc.assert(fc.property(networks(images, part, 4), seeds, expectOrder), { numRuns: 80 });
  });
});
