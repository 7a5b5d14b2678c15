import { describe, expect, it } from 'vitest';
import fc from '../fastCheck.ts';
import { compile } from '../../src/counting/program/compile.ts';
import type { CountRequest } from '../../src/counting/count.ts';
import { count } from '../../src/counting/countRegions.ts';
import { drawWeights } from '../../src/counting/program/initializers.ts';
import { Polytopes } from '../../src/counting/geometry/polytopes.ts';
import { evaluate } from '../../src/counting/program/program.ts';
import { SparsePropagator } from '../../src/counting/propagation/propagation.ts';
import { sliceOf } from '../../src/counting/geometry/slice.ts';
import { RegionWalk } from '../../src/counting/walk/regionWalk.ts';
import type { Network } from '../../src/network/network.ts';
import { chain, dense, networkOf, tensor } from '../unit/counting/networks.ts';

function box(dimension: number, half = 1) {
  const upper = Array.from({ length: dimension }, () => half);
  return { kind: 'box', lower: upper.map((x) => -x), upper } as const;
}

function counted(network: Network, more: Partial<CountRequest> = {}) {
  const { activationRegions, linearRegions, perLayer } = count({
    network,
    method: 'cells',
    domain: box(network.inputSize),
    linear: false,
    keepRegions: false,
    limits: {},
    ...more,
  });
  return { activationRegions, linearRegions, perLayer };
}

interface Weights {
  /** `[in][out]`. */
  readonly kernels: readonly number[][][];
  readonly biases: readonly number[][];
}

function networkWith({ kernels, biases }: Weights): Network {
  const last = kernels.length - 1;
  const layers = kernels.map((kernel, l) =>
    dense(biases[l].length, l === last ? 'linear' : 'relu', { kernel: tensor(kernel), bias: tensor(biases[l]) }),
  );
  return networkOf([kernels[0].length], layers);
}

function weightsOf(entry: fc.Arbitrary<number>, bias: fc.Arbitrary<number>, widths: readonly number[]) {
  const list = <T>(item: fc.Arbitrary<T>, length: number) => fc.array(item, { minLength: length, maxLength: length });
  const pairs = widths.slice(1).map((width, l) => [widths[l], width]);
  return fc.record({
    kernels: fc.tuple(...pairs.map(([from, to]) => list(list(entry, to), from))),
    biases: fc.tuple(...pairs.map(([, to]) => list(bias, to))),
  });
}

const fraction = fc.integer({ min: -1024, max: 1024 }).map((x) => x / 1024);
const smallWeight = fc.integer({ min: -2, max: 2 });
const anyWidths = fc
  .tuple(fc.integer({ min: 3, max: 4 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5 }))
  .map(([inputs, first, second]) => [inputs, first, second, 2]);
const kinds: Record<string, fc.Arbitrary<Weights>> = {
  random: anyWidths.chain((widths) => weightsOf(fraction, fraction, widths)),
  // Parallel, coincident and concurrent hyperplanes, dead and duplicate neurons all the time.
  degenerate: anyWidths.chain((widths) => weightsOf(smallWeight, smallWeight, widths)),
  // All cells are cones that meet in one point inside the box.
  'zero-bias': anyWidths.chain((widths) => weightsOf(smallWeight, fc.constant(0), widths)),
};

/** The current cell by its vertices and the vertices of each facet. */
class Opened extends Polytopes {
  vertices(): number[][] {
    return Array.from({ length: this.end - this.start }, (_, v) => {
      const at = (this.start + v) * this.width;
      return Array.from(this.points.subarray(at, at + this.dimension));
    });
  }

  facetSets(): number[][] {
    const all = this.vertices().map((_, v) => v);
    return Array.from({ length: this.lastSlot - this.firstSlot }, (_, s) =>
      all.filter((v) => this.liesOn(this.start + v, s)),
    );
  }
}

/** Volume of the pyramids over the facets of a face, recursively; `apexes` are those chosen so far. */
function volume(points: number[][], facets: number[][], face: number[], apexes: number[][]): number {
  if (face.length === 1) return simplexVolume([...apexes, points[face[0]]]);
  const proper = facets.map((facet) => face.filter((v) => facet.includes(v))).filter((set) => set.length < face.length);
  const largest = proper.filter(
    (set, s) =>
      !proper.some(
        (other, o) =>
          (other.length > set.length || (other.length === set.length && o < s)) && set.every((v) => other.includes(v)),
      ),
  );
  const [apex] = face;
  return largest
    .filter((set) => set.length > 0 && !set.includes(apex))
    .reduce((sum, set) => sum + volume(points, facets, set, [...apexes, points[apex]]), 0);
}

function simplexVolume(corners: number[][]): number {
  const n = corners.length - 1;
  const m = corners.slice(1).map((corner) => corner.map((x, k) => x - corners[0][k]));
  let result = 1;
  for (let k = 0; k < n; k++) {
    const pivot = m.slice(k).reduce((best, row, r) => (Math.abs(row[k]) > Math.abs(m[best][k]) ? r + k : best), k);
    if (m[pivot][k] === 0) return 0;
    [m[k], m[pivot]] = [m[pivot], m[k]];
    result *= Math.abs(m[k][k]) / (k + 1);
    for (let r = k + 1; r < n; r++) m[r] = m[r].map((x, c) => x - (m[k][c] * m[r][k]) / m[k][k]);
  }
  return result;
}

/**
 * Corners less edges plus faces of a solid, given by the corners on each face: planes that only touch it are none of
 * its faces.
 */
function eulerCharacteristic(corners: number, facets: number[][]): number {
  const isWithin = (set: number[], other: number[]) => set.every((v) => other.includes(v));
  const faces = facets.filter(
    (set, s) =>
      set.length > 2 &&
      !facets.some(
        (other, o) => isWithin(set, other) && (other.length > set.length || (other.length === set.length && o < s)),
      ),
  );
  let edges = 0;
  for (let v = 0; v < corners; v++) {
    for (let w = 0; w < v; w++) {
      const around = faces.filter((face) => face.includes(v) && face.includes(w));
      if (around.length > 1 && around[0].filter((u) => around.every((face) => face.includes(u))).length === 2) edges++;
    }
  }
  return corners - edges + faces.length;
}

function choose(n: number, k: number): number {
  return k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k;
}

describe('cells of a box', () => {
  for (const [kind, arbitrary] of Object.entries(kinds)) {
    it(`of ${kind} networks are as many when counted by sections as when each is looked at`, () => {
      fc.assert(
        fc.property(arbitrary, (weights) => {
          const network = networkWith(weights);
          const { linearRegions, ...looked } = counted(network, { linear: true });
          expect(counted(network)).toMatchObject(looked);
          expect(linearRegions).toBeLessThanOrEqual(looked.activationRegions);
        }),
        { numRuns: 60 },
      );
    });

    it(`of ${kind} networks fill it, are solids, and the network does in each what its map says`, () => {
      fc.assert(
        fc.property(arbitrary, (weights) => {
          const program = compile(networkWith(weights));
          const n = program.inputSize;
          const slice = sliceOf(box(n), n);
          let sum = 0;
          let cells = 0;
          const visit = () => {
            const points = walk.geometry.vertices();
            sum += volume(
              points,
              walk.geometry.facetSets(),
              points.map((_, v) => v),
              [],
            );
            cells++;
            if (n === 3) expect(eulerCharacteristic(points.length, walk.geometry.facetSets())).toBe(2);
            const inside = points[0].map(
              (_, k) => points.reduce((total, point) => total + point[k], 0) / points.length,
            );
            const values = evaluate(
              program,
              inside.map((x) => 2 * x - 1),
            );
            const [map] = walk.propagator.output();
            values[program.outputs[0]].forEach((value, o) => {
              const row = map.subarray(o * (n + 1), (o + 1) * (n + 1));
              expect(inside.reduce((total, x, k) => total + row[k] * x, row[n])).toBeCloseTo(value, 6);
            });
          };
          const walk = new RegionWalk(
            program,
            slice,
            (exact) => new Opened(slice, exact),
            () => new SparsePropagator(program, slice),
            { limits: {}, visit },
          );
          expect(walk.run().cells.at(-1)).toBe(cells);
          expect(sum).toBeCloseTo(1, 6);
        }),
        { numRuns: 40 },
      );
    });

    it(`of ${kind} networks stay as many when neurons change places, are scaled, or are added dead`, () => {
      fc.assert(
        fc.property(arbitrary, fc.constantFrom(2, 0.5, 8), ({ kernels: [first, second, third], biases }, factor) => {
          const expected = counted(networkWith({ kernels: [first, second, third], biases }), { linear: true });
          const [one, two, three] = biases;
          const scaleFirst = ([head, ...rest]: readonly number[], by: number) => [head * by, ...rest];
          const same: Weights[] = [
            {
              kernels: [first.map((row) => row.toReversed()), second.toReversed(), third],
              biases: [one.toReversed(), two, three],
            },
            {
              kernels: [
                first.map((row) => scaleFirst(row, factor)),
                [second[0].map((w) => w / factor), ...second.slice(1)],
                third,
              ],
              biases: [scaleFirst(one, factor), two, three],
            },
            {
              kernels: [first.map((row) => [...row, 0]), [...second, second[0].map(() => 1)], third],
              biases: [[...one, -1], two, three],
            },
          ];
          for (const weights of same) expect(counted(networkWith(weights), { linear: true })).toEqual(expected);
        }),
        { numRuns: 40 },
      );
    });
  }

  it('are those of the plane behind layers that are silent in places, or nearly', () => {
    const entry = fc.oneof(
      fc.constant(0),
      smallWeight,
      fraction,
      fraction.map((x) => x * 2 ** -42),
      fraction.map((x) => x * 2 ** -80),
    );
    fc.assert(
      fc.property(weightsOf(entry, entry, [2, 5, 4, 4, 1]), (weights) => {
        const network = networkWith(weights);
        const { perLayer } = counted(network, { method: 'plane' });
        expect(counted(network, { cellsBy: 'vertices' }).perLayer).toEqual(perLayer);
        expect(counted(network, { cellsBy: 'programs' }).perLayer).toEqual(perLayer);
      }),
      { numRuns: 150 },
    );
  });

  it('are those of the plane for two inputs', () => {
    const entry = fc.oneof(
      smallWeight,
      fraction,
      fraction.map((x) => x * 2 ** -42),
    );
    fc.assert(
      fc.property(weightsOf(entry, entry, [2, 6, 5, 1]), (weights) => {
        const network = networkWith(weights);
        const program = compile(network);
        const slice = sliceOf(box(2), 2);
        const walk = new RegionWalk(
          program,
          slice,
          (exact) => new Polytopes(slice, exact),
          () => new SparsePropagator(program, slice),
          { limits: {} },
        );
        const { perLayer } = counted(network, { method: 'plane' });
        expect(walk.run().cells).toEqual(perLayer.slice(0, 2));
      }),
      { numRuns: 300 },
    );
  });

  it('are told apart where a neuron has next to no weights', () => {
    // It and the other one each halve the square; the second layer bends where the first has bent already.
    const network = networkWith({
      kernels: [
        [
          [7e-323, 1],
          [-1e-323, 0],
        ],
        [[0], [2 ** -16]],
        [[1]],
      ],
      biases: [[0, 0], [0], [0]],
    });
    expect(counted(network, { method: 'plane' }).perLayer).toEqual([4, 4, 4]);
    expect(counted(network, { method: 'plane', linear: true }).perLayer).toEqual([4, 4, 4]);
  });
});

describe('one layer in general position', () => {
  const sizes = fc.tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 7 }),
    fc.integer({ min: 1, max: 1e6 }),
  );

  it('has in all of R^n as many regions as Zaslavsky says', () => {
    fc.assert(
      fc.property(sizes, ([inputs, units, seed]) => {
        const network = drawWeights(chain([inputs, units, 1]), seed);
        let expected = 0;
        for (let k = 0; k <= inputs; k++) expected += choose(units, k);
        expect(counted(network, { domain: { kind: 'all' } }).activationRegions).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('has them also around a cell of more facets than a word has bits', () => {
    // Hyperplanes touch the unit sphere at points that wind around it.
    const units = 40;
    const normals = Array.from({ length: units }, (_, i) => {
      const height = (2 * i + 1) / units - 1;
      const radius = Math.sqrt(1 - height * height);
      return [radius * Math.cos(2.4 * i), radius * Math.sin(2.4 * i), height];
    });
    const network = networkWith({
      kernels: [[0, 1, 2].map((k) => normals.map((normal) => normal[k])), normals.map(() => [1])],
      biases: [normals.map(() => -1), [0]],
    });
    const expected = 1 + choose(units, 1) + choose(units, 2) + choose(units, 3);
    const domain = box(3, 1e6);
    expect(counted(network, { domain }).activationRegions).toBe(expected);
    expect(counted(network, { domain, linear: true }).activationRegions).toBe(expected);
    expect(counted(network, { domain: { kind: 'all' } }).activationRegions).toBe(expected);
  });
});
