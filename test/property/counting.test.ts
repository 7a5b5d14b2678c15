import { describe, expect, it } from 'vitest';
import fc from '../fastCheck.ts';
import type { CountRequest } from '../../src/counting/count.ts';
import { count } from '../../src/counting/countRegions.ts';
import { drawWeights } from '../../src/counting/program/initializers.ts';
import type { Network } from '../../src/network/network.ts';
import type { Tensor } from '../../src/network/operation.ts';
import { chain, dense, networkOf } from '../unit/counting/networks.ts';

const square = { kind: 'parallelogram', origin: [-1, -1], u: [2, 0], v: [0, 2] } as const;

function counted(network: Network, more: Partial<CountRequest> = {}) {
  return count({ network, method: 'plane', domain: square, linear: true, keepRegions: false, limits: {}, ...more });
}

/** Weights as matrices and vectors, to be changed. */
interface Matrices {
  kernels: number[][][];
  biases: number[][];
}

function matrices(network: Network): Matrices {
  const rows = ({ shape, data }: Tensor) =>
    Array.from({ length: shape[0] }, (_, i) => Array.from(data.subarray(i * shape[1], (i + 1) * shape[1])));
  return {
    kernels: network.layers.map((layer) => rows(layer.weights!.kernel)),
    biases: network.layers.map((layer) => Array.from(layer.weights!.bias.data)),
  };
}

function chainOf({ kernels, biases }: Matrices): Network {
  const layers = kernels.map((kernel, l) => {
    const units = biases[l].length;
    const weights = {
      kernel: { shape: [kernel.length, units], data: Float64Array.from(kernel.flat()) },
      bias: { shape: [units], data: Float64Array.from(biases[l]) },
    };
    return dense(units, l + 1 === kernels.length ? 'linear' : 'relu', weights);
  });
  return networkOf([kernels[0].length], layers);
}

const seeds = fc.integer({ min: 1, max: 1e6 });
/** Two hidden layers. */
const networks = fc
  .record({ seed: seeds, first: fc.integer({ min: 2, max: 7 }), second: fc.integer({ min: 2, max: 7 }) })
  .map(({ seed, first, second }) => matrices(drawWeights(chain([2, first, second, 2]), seed)));
/** Few, small, whole weights: parallel, coincident and concurrent lines, dead and duplicate neurons all the time. */
const degenerateNetworks = fc
  .record({ first: fc.integer({ min: 1, max: 5 }), second: fc.integer({ min: 1, max: 4 }) })
  .chain(({ first, second }) => {
    const weight = fc.integer({ min: -2, max: 2 });
    const matrix = (rows: number, columns: number) =>
      fc.array(fc.array(weight, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows });
    const vector = (length: number) => fc.array(weight, { minLength: length, maxLength: length });
    return fc.record({
      kernels: fc.tuple(matrix(2, first), matrix(first, second), matrix(second, 1)),
      biases: fc.tuple(vector(first), vector(second), vector(1)),
    });
  });

function permuted({ kernels, biases }: Matrices, layer: number): Matrices {
  return {
    kernels: kernels.map((kernel, l) =>
      l === layer ? kernel.map((row) => row.toReversed()) : l === layer + 1 ? kernel.toReversed() : kernel,
    ),
    biases: biases.map((bias, l) => (l === layer ? bias.toReversed() : bias)),
  };
}

function scaled({ kernels, biases }: Matrices, layer: number, factor: number): Matrices {
  return {
    kernels: kernels.map((kernel, l) =>
      l === layer
        ? kernel.map(([first, ...rest]) => [first * factor, ...rest])
        : l === layer + 1
          ? [kernel[0].map((weight) => weight / factor), ...kernel.slice(1)]
          : kernel,
    ),
    biases: biases.map((bias, l) => (l === layer ? [bias[0] * factor, ...bias.slice(1)] : bias)),
  };
}

/** One more neuron in layer `layer` that is below zero on the whole square, and read with weight 1. */
function withDeadNeuron({ kernels, biases }: Matrices, layer: number): Matrices {
  return {
    kernels: kernels.map((kernel, l) =>
      l === layer ? kernel.map((row) => [...row, 0]) : l === layer + 1 ? [...kernel, kernel[0].map(() => 1)] : kernel,
    ),
    biases: biases.map((bias, l) => (l === layer ? [...bias, -1] : bias)),
  };
}

describe('the number of regions', () => {
  for (const [kind, arbitrary] of [
    ['random', networks],
    ['degenerate', degenerateNetworks],
  ] as const) {
    it(`of ${kind} networks does not change when neurons change places, are scaled, or are added dead`, () => {
      fc.assert(
        fc.property(arbitrary, fc.integer({ min: 0, max: 1 }), fc.constantFrom(2, 0.5, 8), (weights, layer, factor) => {
          const { activationRegions, linearRegions } = counted(chainOf(weights));
          for (const same of [
            permuted(weights, layer),
            scaled(weights, layer, factor),
            withDeadNeuron(weights, layer),
          ]) {
            expect(counted(chainOf(same))).toMatchObject({ activationRegions, linearRegions });
          }
          expect(linearRegions).toBeLessThanOrEqual(activationRegions);
        }),
        { numRuns: 60 },
      );
    });

    it(`of ${kind} networks is the same by polygons, by vertices of polytopes, and without looking at each`, () => {
      fc.assert(
        fc.property(arbitrary, (weights) => {
          const network = chainOf(weights);
          const { activationRegions, linearRegions, perLayer } = counted(network);
          const box = { kind: 'box', lower: [-1, -1], upper: [1, 1] } as const;
          // A third coordinate that nothing reads makes prisms of the polygons, and another algorithm of the count.
          const prism = chainOf({
            ...weights,
            kernels: [[...weights.kernels[0], weights.biases[0].map(() => 0)], ...weights.kernels.slice(1)],
          });
          const cube = { kind: 'box', lower: [-1, -1, -1], upper: [1, 1, 1] } as const;
          expect(counted(network, { linear: false, domain: box })).toMatchObject({ activationRegions, perLayer });
          expect(counted(prism, { method: 'cells', domain: cube })).toMatchObject({ activationRegions, linearRegions });
        }),
        { numRuns: 60 },
      );
    });

    it(`of ${kind} networks along a line is at most that of a plane through it`, () => {
      fc.assert(
        fc.property(arbitrary, fc.integer({ min: -4, max: 4 }), fc.integer({ min: -4, max: 4 }), (weights, a, b) => {
          const network = chainOf(weights);
          const segment = { from: [-1, a / 4], to: [1, b / 4] };
          const line = counted(network, { method: 'line', domain: { kind: 'segment', ...segment } });
          const plane = counted(network);
          expect(line.activationRegions).toBeLessThanOrEqual(plane.activationRegions);
          // Backwards it is the same line.
          const back = { kind: 'segment', from: segment.to, to: segment.from } as const;
          expect(counted(network, { method: 'line', domain: back })).toMatchObject({
            activationRegions: line.activationRegions,
            linearRegions: line.linearRegions,
          });
        }),
        { numRuns: 60 },
      );
    });

    it(`of ${kind} networks met by sampling is never more than there are`, () => {
      fc.assert(
        fc.property(arbitrary, seeds, (weights, seed) => {
          const network = chainOf(weights);
          const sampled = counted(network, { method: 'sample', samples: 300, seed });
          expect(sampled.exact).toBe(false);
          expect(sampled.activationRegions).toBeLessThanOrEqual(counted(network).activationRegions);
        }),
        { numRuns: 30 },
      );
    });
  }

  it('does not change when the square is turned or mirrored', () => {
    fc.assert(
      fc.property(networks, (weights) => {
        const network = chainOf(weights);
        const { activationRegions, linearRegions } = counted(network);
        const turned = { kind: 'parallelogram', origin: [1, -1], u: [0, 2], v: [-2, 0] } as const;
        const mirrored = { kind: 'parallelogram', origin: [-1, -1], u: [0, 2], v: [2, 0] } as const;
        expect(counted(network, { domain: turned })).toMatchObject({ activationRegions, linearRegions });
        expect(counted(network, { domain: mirrored })).toMatchObject({ activationRegions, linearRegions });
      }),
      { numRuns: 40 },
    );
  });
});
