import { describe, expect, it } from 'vitest';
import { compile } from '../../../../src/counting/program/compile.ts';
import type { CountRequest } from '../../../../src/counting/count.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { recordsOf } from '../../../../src/counting/regions/regionTable.ts';
import { volumeOf } from '../../../../src/counting/geometry/cellOutline.ts';
import { evaluate } from '../../../../src/counting/program/program.ts';
import { sliceOf } from '../../../../src/counting/geometry/slice.ts';
import { chain, dense, networkOf } from '../networks.ts';

const box = (n: number) =>
  ({ kind: 'box', lower: Array<number>(n).fill(-1), upper: Array<number>(n).fill(1) }) as const;

function listed(request: Pick<CountRequest, 'network' | 'method' | 'domain'> & Partial<CountRequest>) {
  const result = count({ linear: true, keepRegions: false, listRegions: true, limits: {}, ...request });
  return { result, list: [...recordsOf(result.list!)] };
}

describe('the list of regions', () => {
  const branched = (n: number) =>
    drawWeights(
      networkOf(
        [n],
        [dense(5, 'relu'), dense(4, 'hard_tanh'), { operation: { kind: 'maxout', units: 3, rank: 3 } }, dense(2)],
      ),
      3,
    );
  const slanted = {
    kind: 'parallelogram',
    origin: [-1, 0, 0.5],
    u: [2, 0.5, 0],
    v: [0, 1, -1],
  } as const;
  const segment = { kind: 'segment', from: [-1, -1, 2], to: [2, 1, -1] } as const;
  const cases = [
    ['a segment', { network: branched(3), method: 'line', domain: segment }, Math.sqrt(9 + 4 + 9)],
    ['a square', { network: branched(2), method: 'plane', domain: box(2) }, 4],
    // |u x v| for u = (2, 1/2, 0), v = (0, 1, -1).
    ['a plane askew', { network: branched(3), method: 'plane', domain: slanted }, Math.hypot(0.5, 2, 2)],
    ['a cube', { network: branched(3), method: 'cells', domain: box(3) }, 8],
    ['a box of four dimensions', { network: branched(4), method: 'cells', domain: box(4) }, 16],
    ['five dimensions', { network: drawWeights(chain([5, 4, 4, 1]), 2), method: 'cells', domain: box(5) }, 32],
  ] as const;

  it.each(cases)('fills %s, each with a pattern of its own', (_, request, volume) => {
    const { result, list } = listed(request);
    expect(list).toHaveLength(result.activationRegions);
    expect(list.length).toBeGreaterThan(5);
    expect(new Set(list.map(({ pattern }) => pattern)).size).toBe(list.length);
    expect(list.every((region) => region.volume! > 0)).toBe(true);
    expect(list.reduce((sum, region) => sum + region.volume!, 0) / volume).toBeCloseTo(1, 9);
  });

  it.each(cases)('has the outputs of a forward pass inside and at the corners, in %s', (_, request) => {
    const program = compile(request.network);
    const { dimension, rows } = sliceOf(request.domain, program.inputSize);
    const forward = (at: readonly number[]) => {
      const point = Array.from({ length: program.inputSize }, (_, i) =>
        at.reduce((sum, x, d) => sum + x * rows[i * (dimension + 1) + d], rows[i * (dimension + 1) + dimension]),
      );
      return evaluate(program, point)[program.outputs[0]];
    };
    for (const { corners, inside, outputs } of listed(request).list) {
      for (const at of [inside!, ...corners!]) {
        const values = forward(at);
        expect(outputs).toHaveLength(values.length);
        outputs.forEach((row, o) => {
          expect(at.reduce((sum, x, d) => sum + x * row[d], row[dimension])).toBeCloseTo(values[o], 8);
        });
      }
    }
  });

  it('reports the facets of each: two ends, as many sides as corners, and in space as Euler says', () => {
    const [line, square, askew, cube] = cases.map(([, request]) => listed(request).list);
    expect(line.every(({ faces }) => faces === 2)).toBe(true);
    for (const list of [square, askew])
      expect(list.every(({ faces, corners }) => faces === corners!.length)).toBe(true);
    // In general position three facets meet in each corner: 2 F - 4 corners.
    expect(cube.every(({ faces, corners }) => corners!.length === 2 * faces! - 4)).toBe(true);
    expect(cube.some(({ faces }) => faces! > 4)).toBe(true);
  });

  it('names patterns by layers, and a point inside where there are no corners', () => {
    const { list } = listed({ network: branched(3), method: 'cells', domain: box(3), cellsBy: 'programs' });
    const vertices = listed({ network: branched(3), method: 'cells', domain: box(3) }).list;
    expect(list.map(({ pattern }) => pattern).sort()).toEqual(vertices.map(({ pattern }) => pattern).sort());
    expect(list[0].pattern).toMatch(/^[01]{5}\|[012]{4}\|[012]{3}$/);
    expect(list.every(({ corners, faces, volume }) => corners === null && faces === null && volume === null)).toBe(
      true,
    );
    const program = compile(branched(3));
    for (const { inside, pattern } of list) {
      const values = evaluate(
        program,
        inside!.map((x) => 2 * x - 1),
      );
      expect(Array.from(values[program.stages[0].source], (z) => Number(z > 0)).join('')).toBe(pattern.slice(0, 5));
    }
  });

  it('is of whole regions in all of R^n', () => {
    const network = drawWeights(chain([2, 6, 1]), 2);
    const { list } = listed({ network, method: 'cells', domain: { kind: 'all' } });
    expect(list).toHaveLength(1 + 6 + 15);
    const program = compile(network);
    for (const { inside, outputs } of list) {
      const [row] = outputs;
      expect(row[0] * inside![0] + row[1] * inside![1] + row[2]).toBeCloseTo(
        evaluate(program, inside!)[program.outputs[0]][0],
        8,
      );
    }
  });
});

describe('the volume of a polytope', () => {
  it('is right for a pyramid, whose apex lies on many facets', () => {
    const corners = [
      [0, 0, 0],
      [2, 0, 0],
      [2, 2, 0],
      [0, 2, 0],
      [1, 1, 3],
    ];
    const facets = [
      [0, 1, 2, 3],
      [0, 1, 4],
      [1, 2, 4],
      [2, 3, 4],
      [3, 0, 4],
    ];
    expect(volumeOf({ corners, facets }, 3)).toBeCloseTo(4, 12);
  });

  it('is not misled by planes that touch in an edge or a corner, or by one that is there twice', () => {
    const corners = [
      [0, 0],
      [3, 0],
      [0, 4],
    ];
    expect(volumeOf({ corners, facets: [[0, 1], [1, 2], [2, 0], [1], [1, 2]] }, 2)).toBeCloseTo(6, 12);
  });
});
