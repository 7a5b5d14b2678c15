import { fileWeights } from '../../../src/common/weightsSource.ts';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { networkToCount } from '../../../src/analysis/counts/countPlan.ts';
import { networkWithWeights } from '../../../src/analysis/counts/networkWeights.ts';
import type { Domain } from '../../../src/common/place.ts';
import type { CountRequest } from '../../../src/counting/count.ts';
import { count } from '../../../src/counting/countRegions.ts';
import type { Network } from '../../../src/network/network.ts';

function networkIn(text: string): Network {
  const found = networkWithWeights(text, 'test.network.json', undefined, null);
  if (!found) throw new Error('no network');
  return networkToCount(found.network, { source: fileWeights(1) });
}

const written = (definition: object) => networkIn(JSON.stringify(definition));
const fixture = (name: string) =>
  networkIn(readFileSync(new URL(`../../fixtures/precision/${name}.network.json`, import.meta.url), 'utf8'));

/** Every way to count in the box between these sides, and in all of R^n. */
function countsOf(network: Network, [lower, upper] = [-1, 1]) {
  const n = network.inputSize;
  const box: Domain = { kind: 'box', lower: Array<number>(n).fill(lower), upper: Array<number>(n).fill(upper) };
  const segment: Domain = { kind: 'segment', from: box.lower, to: box.upper };
  const width = upper - lower;
  const square: Domain = {
    kind: 'parallelogram',
    origin: [lower, lower],
    u: [width, 0],
    v: [0, width],
  };
  const asked = (request: Pick<CountRequest, 'method' | 'cellsBy' | 'domain'>) => {
    const { exact, activationRegions, linearRegions } = count({
      network,
      ...request,
      linear: true,
      keepRegions: false,
      limits: { regions: 10_000 },
    });
    return { exact, activationRegions, linearRegions };
  };
  return {
    line: asked({ method: 'line', domain: segment }),
    inside: [
      ...(n === 2 ? [asked({ method: 'plane', domain: square })] : []),
      ...(n > 1 ? [asked({ method: 'cells', cellsBy: 'vertices', domain: box })] : []),
      asked({ method: 'cells', cellsBy: 'programs', domain: box }),
    ],
    everywhere: [
      asked({ method: 'cells', cellsBy: 'vertices', domain: { kind: 'all' } }),
      asked({ method: 'cells', cellsBy: 'programs', domain: { kind: 'all' } }),
    ],
  };
}

const exactly = (activationRegions: number, linearRegions: number | null) => ({
  exact: true,
  activationRegions,
  linearRegions,
});

describe('counts that rounding could make wrong', () => {
  it('a hard sigmoid meets zero where it bends, though a fifth of 2.5 and a half do not in doubles', () => {
    const dense = { type: 'dense', units: 2, weights: { kernel: [[1, -1.25]], bias: [0, 0.5] } };
    const bends = { type: 'activation', activation: 'hard_sigmoid' };
    const count = (...after: object[]) => countsOf(written({ input: [1], layers: [dense, bends, ...after] }), [-8, 8]);
    const alone = count().inside[0];
    expect(alone).toEqual(exactly(5, 5));
    for (const after of [{ type: 'relu' }, { type: 'prelu', alpha: -1 }, { type: 'leaky_relu' }]) {
      const { line, inside, everywhere } = count(after);
      for (const found of [line, ...inside, ...everywhere]) expect(found).toEqual(exactly(5, 5));
    }
  });

  it.each([1, 2, 3, 5])('finds one region of a network without units in R^%i', (inputs) => {
    const { inside, everywhere } = countsOf(written({ input: [inputs], layers: [{ type: 'dense', units: 3 }] }));
    for (const found of [...inside, ...everywhere]) expect(found).toEqual(exactly(1, 1));
  });

  it('finds one region of units that never bend', () => {
    const weights = {
      kernel: [
        [0, 0],
        [0, 0],
      ],
      bias: [1, -1],
    };
    const network = written({ input: [2], layers: [{ type: 'dense', units: 2, activation: 'relu', weights }] });
    const { inside, everywhere } = countsOf(network);
    for (const found of [...inside, ...everywhere]) expect(found).toEqual(exactly(1, 1));
  });

  it('cuts no cell of all of R^n that touches a breakpoint from one side', () => {
    const network = written({
      input: [2],
      layers: [
        { type: 'relu', name: 'p', max_value: 0.5, negative_slope: 0.2 },
        { type: 'activation', name: 'q', activation: 'abs' },
        { type: 'subtract', inputs: ['p', 'q'] },
        {
          type: 'maxout',
          units: 1,
          rank: 2,
          weights: {
            kernel: [
              [[1], [0]],
              [[0], [1]],
            ],
            bias: [[0], [0]],
          },
        },
        { type: 'relu' },
      ],
    });
    for (const found of countsOf(network).everywhere) expect(found).toEqual(exactly(10, 1));
  });

  it.each([[[-1, 0, 1]], [[-1, 1, 0]], [[0, 1, -1]], [[1, 0, -1]]])(
    'joins regions where the maxout arguments %j times x are equal',
    (slopes) => {
      const kernel = slopes.map((slope) => [[slope]]);
      const network = written({
        input: [1],
        layers: [
          { type: 'maxout', units: 1, rank: 3, weights: { kernel, bias: [[0], [0], [0]] } },
          { type: 'dense', units: 1, weights: { kernel: [[0]], bias: [0] } },
        ],
      });
      const { line, inside, everywhere } = countsOf(network);
      for (const found of [line, ...inside, ...everywhere]) expect(found).toEqual(exactly(2, 1));
    },
  );

  it('joins thin pieces of one output, and not those of a branch that leads nowhere', () => {
    const network = written({
      input: [1],
      layers: [
        { type: 'dense', name: 'b', units: 1, activation: 'relu', weights: { kernel: [[1]], bias: [-1] } },
        {
          type: 'maxout',
          name: 'c',
          inputs: ['input'],
          units: 1,
          rank: 2,
          weights: { kernel: [[[1]], [[0]]], bias: [[-0.9999999999], [0]] },
        },
        { type: 'relu', name: 'd', inputs: ['c'] },
      ],
      outputs: ['d'],
    });
    const { line, inside, everywhere } = countsOf(network, [0, 3]);
    for (const found of [line, ...inside, ...everywhere]) expect(found).toEqual(exactly(3, 2));
  });

  it('tells maps apart that differ by a billionth of a billionth', () => {
    const network = written({
      input: [1],
      layers: [
        { type: 'dense', units: 1, activation: 'relu', name: 'a', weights: { kernel: [[1e-18]], bias: [0] } },
        { type: 'dense', units: 1, name: 'b', inputs: ['input'], weights: { kernel: [[1]], bias: [0] } },
        { type: 'add', inputs: ['a', 'b'] },
      ],
    });
    const { line, inside, everywhere } = countsOf(network);
    for (const found of [line, ...inside, ...everywhere]) expect(found).toEqual(exactly(2, 2));
  });

  // All counts by rational arithmetic.
  it('is right where weights are of about 1e-9', () => {
    const { line, inside, everywhere } = countsOf(fixture('weights-of-1e-9'));
    expect(line).toEqual(exactly(2, 2));
    for (const found of inside) expect(found).toEqual(exactly(12, 12));
    for (const found of everywhere) expect(found).toEqual(exactly(26, 26));
  });

  it('is right where products of weights underflow', () => {
    const { line, inside, everywhere } = countsOf(fixture('weights-that-underflow'));
    expect(line).toEqual(exactly(4, 4));
    for (const found of inside) expect(found).toEqual(exactly(7, 7));
    for (const found of everywhere) expect(found).toEqual(exactly(59, 49));
  });

  it('is right where weights are of about 1e9', () => {
    const { line, inside, everywhere } = countsOf(fixture('weights-of-1e9'));
    for (const found of [line, ...inside, ...everywhere]) expect(found.activationRegions).toBe(11);
  });

  it('counts linear regions between pieces that meet only up to rounding in doubles', () => {
    const network = written({
      input: [2],
      layers: [
        {
          type: 'dense',
          units: 3,
          use_bias: false,
          activation: 'hard_sigmoid',
          weights: {
            kernel: [
              [0, 0, 1],
              [0, 1, 0],
            ],
          },
        },
        {
          type: 'dense',
          units: 3,
          use_bias: false,
          weights: {
            kernel: [
              [-1, -2, -2],
              [1, 0, 0],
              [1, 0, 1],
            ],
          },
        },
        {
          type: 'dense',
          units: 2,
          activation: 'relu6',
          weights: {
            kernel: [
              [-2, 0],
              [1, 0],
              [1, 1],
            ],
            bias: [1, 1],
          },
        },
      ],
    });
    for (const found of countsOf(network).everywhere) expect(found).toEqual(exactly(12, 3));
  });
});

describe('a graph convolution', () => {
  const adjacency = [
    [0.5, -1, 0.5],
    [0.5, 0.3, -1],
    [0.3, 0.5, 0.5],
  ];
  const convolution = { type: 'graph_conv', units: 2, adjacency, activation: 'relu' };

  it.each([
    ['with biases', {}, 27],
    ['without biases', { use_bias: false }, 8],
  ])('keeps the boundaries of one node parallel, %s', (_, fields, regions) => {
    const network = written({ input: [3, 1], layers: [{ ...convolution, ...fields }] });
    const all: Domain = { kind: 'all' };
    for (const cellsBy of ['vertices', 'programs'] as const) {
      const request = { network, method: 'cells', cellsBy, domain: all, linear: true, keepRegions: false } as const;
      expect(count({ ...request, limits: {} })).toMatchObject({ exact: true, activationRegions: regions });
    }
  });
});
