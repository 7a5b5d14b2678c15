import { describe, expect, it } from 'vitest';
import fc from '../fastCheck.ts';
import type { Domain } from '../../src/common/place.ts';
import type { CountRequest } from '../../src/counting/count.ts';
import { count } from '../../src/counting/countRegions.ts';
import type { Network } from '../../src/network/network.ts';
import { dense, networkOf, type LayerSketch } from '../unit/counting/networks.ts';

/**
 * Few, small, whole weights: parallel, coincident and concurrent breakpoints, breakpoints on the domain's edge, dead
 * and duplicate neurons, zero biases and bottlenecks all the time.
 */
function wholeWeights(inputs: number): fc.Arbitrary<Network> {
  const weight = fc.constantFrom(0, 1, -1, 2, -2, 1);
  const kind = fc.constantFrom('relu', 'abs', 'hard_tanh', 'maxout');
  const bias = fc.oneof(fc.constant(0), fc.integer({ min: -2, max: 2 }));
  const numbers = (length: number, of: fc.Arbitrary<number>) => fc.array(of, { minLength: length, maxLength: length });
  const layer = (from: number, to: number, activation: string): fc.Arbitrary<LayerSketch> => {
    const rank = activation === 'maxout' ? 2 : 1;
    return fc.record({ kernel: numbers(rank * from * to, weight), bias: numbers(rank * to, bias) }).map((drawn) => {
      const weights = (kernel: number[], biases: number[]) => ({
        kernel: { shape: kernel, data: Float64Array.from(drawn.kernel) },
        bias: { shape: biases, data: Float64Array.from(drawn.bias) },
      });
      return activation === 'maxout'
        ? { operation: { kind: 'maxout', units: to, rank }, weights: weights([rank, from, to], [rank, to]) }
        : dense(to, activation, weights([from, to], [to]));
    });
  };
  return fc
    .record({
      first: fc.integer({ min: 1, max: 4 }),
      second: fc.integer({ min: 1, max: 4 }),
      kinds: fc.tuple(kind, kind),
    })
    .chain(({ first, second, kinds: [one, two] }) =>
      fc.tuple(layer(inputs, first, one), layer(first, second, two), layer(second, 1, 'linear')),
    )
    .map((layers) => networkOf([inputs], layers));
}

type Way = Pick<CountRequest, 'method' | 'cellsBy'>;
const cells = (cellsBy: CountRequest['cellsBy']): Way => ({ method: 'cells', cellsBy });

function figures(network: Network, domain: Domain, way: Way) {
  const { exact, activationRegions, linearRegions, perLayer } = count({
    network,
    domain,
    ...way,
    linear: true,
    keepRegions: false,
    limits: {},
  });
  return { exact, activationRegions, linearRegions, perLayer };
}

const box = (n: number, half = 1): Domain => ({
  kind: 'box',
  lower: Array<number>(n).fill(-half),
  upper: Array<number>(n).fill(half),
});

describe('degenerate networks', () => {
  it.each<[number, Way[]]>([
    [1, [{ method: 'line' }, cells('programs')]],
    [2, [{ method: 'plane' }, cells('vertices'), cells('programs')]],
    [3, [cells('vertices'), cells('programs')]],
    [4, [cells('vertices'), cells('programs')]],
  ])('have the same regions in a box of %i dimensions by every method', (n, ways) => {
    fc.assert(
      fc.property(wholeWeights(n), (network) => {
        const [first, ...others] = ways.map((way) => figures(network, box(n), way));
        expect(first.exact).toBe(true);
        for (const other of others) expect(other).toEqual(first);
        // Without linear regions some cells are counted and never made.
        for (const way of ways) {
          const { activationRegions, perLayer } = count({
            network,
            domain: box(n),
            ...way,
            linear: false,
            keepRegions: false,
            limits: {},
          });
          expect({ activationRegions, perLayer }).toEqual({
            activationRegions: first.activationRegions,
            perLayer: first.perLayer,
          });
        }
      }),
      { numRuns: n < 3 ? 150 : 50 },
    );
  });

  it.each([1, 2, 3])(
    'have the same regions in all of R^%i by vertices, by linear programs and in a very large box',
    (n) => {
      fc.assert(
        fc.property(wholeWeights(n), (network) => {
          const all = figures(network, { kind: 'all' }, cells('vertices'));
          expect(figures(network, { kind: 'all' }, cells('programs'))).toEqual(all);
          // Small whole weights: nothing happens so far out.
          expect(figures(network, box(n, 2 ** 20), n === 1 ? { method: 'line' } : cells('programs'))).toEqual(all);
        }),
        { numRuns: n < 3 ? 80 : 30 },
      );
    },
  );

  it.each([2, 3])('with numbers that underflow have the same regions by every method in %i dimensions', (n) => {
    const number = fc.double({ min: -1, max: 1, noNaN: true });
    const weights = fc.record({
      drawn: fc.array(number, { minLength: 90, maxLength: 90 }),
      scales: fc.tuple(...[1, 2, 3].map(() => fc.constantFrom(1, 1e-150, 1e-160, 1e-304, 1e-315, 1e-321))),
    });
    fc.assert(
      fc.property(weights, ({ drawn, scales }) => {
        let at = 0;
        const layer = (from: number, to: number, activation: string, scale: number) => {
          const take = (length: number) => Float64Array.from({ length }, () => drawn[at++] * scale);
          return dense(to, activation, {
            kernel: { shape: [from, to], data: take(from * to) },
            bias: { shape: [to], data: take(to) },
          });
        };
        const layers = [
          layer(n, 6, 'relu', scales[0]),
          layer(6, 6, 'abs', scales[1]),
          layer(6, 1, 'linear', scales[2]),
        ];
        const network = networkOf([n], layers);
        const ways = [cells('vertices'), cells('programs'), ...(n === 2 ? [{ method: 'plane' } as const] : [])];
        const counts = ways.map(
          (way) =>
            count({ network, domain: box(n), ...way, linear: false, keepRegions: false, limits: {} }).activationRegions,
        );
        expect(new Set(counts).size).toBe(1);
      }),
      { numRuns: n === 2 ? 80 : 30 },
    );
  });
});
