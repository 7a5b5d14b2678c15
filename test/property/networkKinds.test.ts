import { describe, expect, it } from 'vitest';
import fc from '../fastCheck.ts';
import { compile } from '../../src/counting/program/compile.ts';
import type { Domain } from '../../src/common/place.ts';
import type { CountRequest } from '../../src/counting/count.ts';
import { recordsOf } from '../../src/counting/regions/regionTable.ts';
import { count } from '../../src/counting/countRegions.ts';
import { drawWeights } from '../../src/counting/program/initializers.ts';
import { evaluate } from '../../src/counting/program/program.ts';
import { sliceOf } from '../../src/counting/geometry/slice.ts';
import {
  bends,
  generalRelu,
  hardSigmoid,
  leakyRelu,
  linear,
  prelu,
  type Activation,
} from '../../src/network/activation.ts';
import type { Network } from '../../src/network/network.ts';
import type { Operation, Padding, Window } from '../../src/network/operation.ts';
import { sizeOf, type Shape } from '../../src/network/shape.ts';
import { dense, named, networkOf, type LayerSketch } from '../unit/counting/networks.ts';

/** Answers in turn, each below what is asked. */
type Choose = (below: number) => number;
type Block = (choose: Choose, shape: Shape, at: string) => LayerSketch[];

const activations: readonly Activation[] = [
  named('relu'),
  named('relu6'),
  named('hard_tanh'),
  hardSigmoid(0.25),
  named('abs'),
  named('soft_shrink'),
  linear,
  leakyRelu(0.3),
  leakyRelu(-0.5),
  prelu(),
  generalRelu('relu', { maxValue: 0.5, negativeSlope: 0.2 }),
];
const bending = activations.filter(bends);
const one = (choose: Choose) => bending[choose(bending.length)];
const any = (choose: Choose) => activations[choose(activations.length)];

function window(choose: Choose, shape: Shape, paddings: readonly Padding[] = ['valid', 'same']): Window {
  const rank = shape.length === 3 ? 2 : 1;
  const [h, w] = rank === 2 ? [shape[0], shape[1]] : [1, shape[0]];
  const kernel = [Math.min(h, 1 + choose(2)), Math.min(w, 2)] as const;
  const padding = paddings[choose(paddings.length)];
  const dilated = padding === 'same' && choose(3) === 0;
  const strides = dilated ? [1, 1] : [rank === 2 ? 1 + choose(2) : 1, 1 + choose(2)];
  return {
    rank,
    kernel,
    strides: strides as [number, number],
    dilation: dilated ? [rank === 2 ? 2 : 1, 2] : [1, 1],
    padding,
  };
}

const layer = (operation: Operation, activation: Activation = linear): LayerSketch => ({ operation, activation });

/** Blocks for tensors with positions and channels. */
const spatial: Record<string, Block> = {
  tropicalWindows: (choose, shape) => [
    layer({
      kind: 'tropicalConvolution',
      window: window(choose, shape, ['valid']),
      filters: 1 + choose(2),
      semiring: choose(2) ? 'max' : 'min',
      sumsChannels: choose(2) === 1,
    }),
  ],
  convolution: (choose, shape) => {
    const groups = shape[shape.length - 1] % 2 === 0 ? 1 + choose(2) : 1;
    const paddings: Padding[] =
      shape.length === 2
        ? ['valid', 'same', 'causal']
        : [
            'valid',
            'same',
            [
              [1, 0],
              [0, 1],
            ],
          ];
    return [
      layer(
        { kind: 'convolution', window: window(choose, shape, paddings), filters: 2, groups, useBias: choose(3) > 0 },
        one(choose),
      ),
    ];
  },
  depthwise: (choose, shape) => [
    layer(
      { kind: 'depthwiseConvolution', window: window(choose, shape), multiplier: 1 + choose(2), useBias: true },
      one(choose),
    ),
  ],
  separable: (choose, shape) => [
    layer(
      { kind: 'separableConvolution', window: window(choose, shape), filters: 2, multiplier: 1, useBias: true },
      one(choose),
    ),
  ],
  transposed: (choose, shape) => {
    if (shape.length === 2) return [];
    const groups = shape[shape.length - 1] % 2 === 0 ? 1 + choose(2) : 1;
    const simple = { ...window(choose, shape), dilation: [1, 1] } as const;
    return [
      layer({ kind: 'transposedConvolution', window: simple, filters: groups, groups, useBias: true }, one(choose)),
    ];
  },
  locallyConnected: (choose, shape) => [
    layer(
      {
        kind: 'locallyConnected',
        window: { ...window(choose, shape, ['valid']), dilation: [1, 1] },
        filters: 1,
        useBias: true,
      },
      one(choose),
    ),
  ],
  maxPooling: (choose, shape) => [
    layer({ kind: 'maxPooling', window: { ...window(choose, shape), dilation: [1, 1] } }),
  ],
  averagePooling: (choose, shape) => [
    layer({ kind: 'averagePooling', window: { ...window(choose, shape), dilation: [1, 1] } }, any(choose)),
  ],
  globalPooling: (choose, shape) => [
    layer({
      kind: choose(2) === 0 ? 'globalMaxPooling' : 'globalAveragePooling',
      rank: shape.length === 3 ? 2 : 1,
      keepDims: true,
    }),
  ],
  padding: (_, shape) => [
    layer({
      kind: 'zeroPadding',
      rank: shape.length === 3 ? 2 : 1,
      padding: [shape.length === 3 ? [1, 0] : [0, 0], [0, 1]],
    }),
  ],
  upSampling: (choose, shape) => [
    layer({
      kind: 'upSampling',
      rank: shape.length === 3 ? 2 : 1,
      factors: [1, 2],
      bilinear: shape.length === 3 && choose(2) === 0,
    }),
  ],
};

/** Blocks for tensors of any shape. */
const general: Record<string, Block> = {
  normalization: (choose) => [
    layer({ kind: 'batchNormalization', epsilon: 1e-3, center: true, scale: true }, any(choose)),
  ],
  activation: (choose) => [layer({ kind: 'identity' }, one(choose))],
  residual: (choose, _, at) => {
    const kind = (['add', 'subtract', 'average', 'maximum'] as const)[choose(4)];
    const bent = { name: `${at}bent`, ...layer({ kind: 'identity' }, one(choose)) };
    const other = { name: `${at}other`, ...layer({ kind: 'identity' }, one(choose)) };
    return [bent, other, { ...layer({ kind }), inputs: [bent.name, other.name] }];
  },
  concatenation: (choose, _, at) => {
    const bent = { name: `${at}left`, ...layer({ kind: 'identity' }, one(choose)) };
    const other = { name: `${at}right`, ...layer({ kind: 'identity' }, one(choose)) };
    return [bent, other, { ...layer({ kind: 'concatenate', axis: -1 }), inputs: [bent.name, other.name] }];
  },
  selection: (choose, shape) => {
    const axis = choose(shape.length);
    const places = Array.from({ length: 1 + choose(shape[axis]) }, () => choose(shape[axis] + 1) - 1);
    return [layer({ kind: 'select', selection: { by: 'places', axis, places } }, any(choose))];
  },
  order: (_, shape) => {
    const order = shape.map((_extent, axis) => shape.length - 1 - axis);
    return [layer({ kind: 'select', selection: { by: 'axes', order } })];
  },
  dense: (choose, shape) =>
    [layer({ kind: 'dense', units: 3, useBias: true }, one(choose))].filter(() => shape.length > 0),
  maxout: (choose) => [layer({ kind: 'flatten' }), layer({ kind: 'maxout', units: 3, rank: 2 + choose(2) })],
  tropical: (choose) => [
    layer({ kind: 'flatten' }),
    layer({ kind: 'tropicalDense', units: 2 + choose(2), semiring: choose(2) ? 'max' : 'min' }),
  ],
};

/** Nodes with features. */
const graph: Block = (choose, [nodes]) => {
  const adjacency = Array.from({ length: nodes }, (_, i) =>
    Array.from({ length: nodes }, (_, j) => (i === j || choose(2) === 0 ? 1 : 0)),
  );
  return [layer({ kind: 'graphConvolution', units: 2, adjacency, useBias: true }, one(choose))];
};

function blocksFor(shape: Shape): [string, Block][] {
  const found = Object.entries(general);
  if (shape.length === 2) found.push(['graph', graph]);
  return shape.length >= 2 ? [...found, ...Object.entries(spatial)] : found;
}

/** A random network over this input, ending in an affine layer, and the names of its blocks. */
function randomNetwork(input: Shape, choices: readonly number[], seed: number): { network: Network; names: string[] } {
  let next = 0;
  const choose: Choose = (below) => choices[next++ % choices.length] % below;
  const layers: LayerSketch[] = [];
  const names: string[] = [];
  const shapeNow = (): Shape => (layers.length === 0 ? input : networkOf(input, layers).layers.at(-1)!.outputShape);
  const depth = 1 + choose(3);
  while (names.length < depth) {
    const shape = shapeNow();
    const blocks = blocksFor(shape);
    const [name, block] = blocks[choose(blocks.length)];
    const more = block(choose, shape, `b${names.length}`);
    // Shapes that fit nothing more, or would make large networks, are left as they were.
    const isSmall = [...layers, ...more].length < 9 && fits(input, [...layers, ...more]);
    names.push(isSmall ? name : 'nothing');
    if (isSmall) layers.push(...more);
  }
  layers.push(layer({ kind: 'flatten' }), dense(2));
  return { network: drawWeights(networkOf(input, layers, 0.3), seed), names };
}

function fits(input: Shape, layers: readonly LayerSketch[]): boolean {
  try {
    return networkOf(input, layers).layers.every(
      ({ outputShape }) => sizeOf(outputShape) > 0 && sizeOf(outputShape) <= 24,
    );
  } catch {
    return false;
  }
}

const networks = (...inputs: Shape[]) =>
  fc
    .record({
      input: fc.constantFrom(...inputs),
      choices: fc.array(fc.nat({ max: 5039 }), { minLength: 12, maxLength: 24, size: 'max' }),
      seed: fc.integer({ min: 1, max: 1e6 }),
    })
    .map(({ input, choices, seed }) => randomNetwork(input, choices, seed));

const plane = (inputs: number): Domain => {
  const wave = (phase: number) => Array.from({ length: inputs }, (_, i) => 1.5 * Math.sin(1.7 * i + phase));
  return { kind: 'parallelogram', origin: wave(4).map((x) => -x), u: wave(1), v: wave(2.3) };
};

function counted(network: Network, more: Pick<CountRequest, 'method' | 'domain'> & Partial<CountRequest>) {
  return count({ network, linear: true, keepRegions: false, limits: {}, ...more });
}

/** Regions fill the domain, and have the outputs of a forward pass inside and at their corners. */
function expectRegionsToBeRight(network: Network, result: ReturnType<typeof count>, domain: Domain, volume: number) {
  const program = compile(network);
  const { dimension, rows } = sliceOf(domain, program.inputSize);
  const list = [...recordsOf(result.list!)];
  expect(list).toHaveLength(result.activationRegions);
  expect(new Set(list.map(({ pattern }) => pattern)).size).toBe(list.length);
  expect(list.reduce((sum, region) => sum + region.volume!, 0) / volume).toBeCloseTo(1, 8);
  for (const { corners, inside, outputs } of list) {
    for (const at of [inside!, ...corners!]) {
      const point = Array.from({ length: program.inputSize }, (_, i) =>
        at.reduce((sum, x, d) => sum + x * rows[i * (dimension + 1) + d], rows[i * (dimension + 1) + dimension]),
      );
      const values = evaluate(program, point)[program.outputs[0]];
      outputs.forEach((row, o) =>
        expect(at.reduce((sum, x, d) => sum + x * row[d], row[dimension])).toBeCloseTo(values[o], 7),
      );
    }
  }
}

describe('networks of all kinds', () => {
  const seen = new Map<string, number>();

  it('have the same regions in a plane by polygons, vertices and linear programs, with the outputs of a forward pass', () => {
    fc.assert(
      fc.property(networks([2, 3, 1], [3, 3, 1], [2, 2, 2], [4, 1], [3, 2], [3]), ({ network, names }) => {
        const domain = plane(network.inputSize);
        const result = counted(network, { method: 'plane', domain, listRegions: true, keepRegions: true });
        const { activationRegions, linearRegions, perLayer } = result;
        if (activationRegions > 1) for (const name of names) seen.set(name, (seen.get(name) ?? 0) + 1);
        for (const cellsBy of ['vertices', 'programs'] as const) {
          expect(counted(network, { method: 'plane', domain, cellsBy })).toMatchObject({
            exact: true,
            activationRegions,
            linearRegions,
            perLayer,
          });
        }
        expect(counted(network, { method: 'plane', domain, linear: false }).activationRegions).toBe(activationRegions);
        const { u, v } = domain as Extract<Domain, { kind: 'parallelogram' }>;
        const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
        expectRegionsToBeRight(network, result, domain, Math.sqrt(dot(u, u) * dot(v, v) - dot(u, v) ** 2));
        expectEdgeToAgree(network, result, domain);
      }),
      { numRuns: 150 },
    );
  });

  /** A line along the plane's lower side has a region for each polygon that stands on it. */
  function expectEdgeToAgree(network: Network, result: ReturnType<typeof count>, domain: Domain) {
    const { origin, u } = domain as Extract<Domain, { kind: 'parallelogram' }>;
    const segment = { from: origin, to: origin.map((x, i) => x + u[i]) };
    const line = counted(network, { method: 'line', domain: { kind: 'segment', ...segment } });
    const { vertices, offsets, edgeLayers } = result.regions!;
    let standing = 0;
    for (let i = 0; i + 1 < offsets.length; i++) {
      for (let k = offsets[i]; k < offsets[i + 1]; k++) {
        const next = k + 1 === offsets[i + 1] ? offsets[i] : k + 1;
        if (edgeLayers[k] < 0 && vertices[2 * k + 1] === 0 && vertices[2 * next + 1] === 0) standing++;
      }
    }
    expect(line.activationRegions).toBe(standing);
  }

  it('have the same cells in a box by vertices and linear programs, with the outputs of a forward pass', () => {
    fc.assert(
      fc.property(networks([1, 3, 1], [2, 2, 1], [3, 1], [2, 2], [4]), ({ network, names }) => {
        const n = network.inputSize;
        const domain = { kind: 'box', lower: Array<number>(n).fill(-1), upper: Array<number>(n).fill(1) } as const;
        const result = counted(network, { method: 'cells', domain, listRegions: true, limits: { regions: 300 } });
        // Larger ones take too long to be looked at closely.
        if (!result.exact) return;
        if (result.activationRegions > 1) for (const name of names) seen.set(name, (seen.get(name) ?? 0) + 1);
        const { activationRegions, linearRegions, perLayer } = result;
        expect(
          counted(network, { method: 'cells', domain, cellsBy: 'programs', linear: activationRegions < 150 }),
        ).toMatchObject({
          exact: true,
          activationRegions,
          perLayer,
          ...(activationRegions < 150 && { linearRegions }),
        });
        expectRegionsToBeRight(network, result, domain, 2 ** n);
      }),
      { numRuns: 40 },
    );
  });

  it('were all among these', () => {
    const missing = [...Object.keys(spatial), ...Object.keys(general), 'graph'].filter((name) => !seen.has(name));
    expect(missing).toEqual([]);
  });
});
