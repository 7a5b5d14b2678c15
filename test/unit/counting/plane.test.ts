import { describe, expect, it } from 'vitest';
import { compile } from '../../../src/counting/program/compile.ts';
import type { CountRequest, PlaneRegions } from '../../../src/counting/count.ts';
import { count } from '../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../src/counting/program/initializers.ts';
import { evaluate } from '../../../src/counting/program/program.ts';
import { generalRelu } from '../../../src/network/activation.ts';
import type { Network } from '../../../src/network/network.ts';
import { kinds, planeOf } from './kinds.ts';
import { chain, dense, networkOf, tensor } from './networks.ts';

function requestFor(network: Network, more: Partial<CountRequest> = {}): CountRequest {
  return { network, method: 'plane', domain: planeOf(network), linear: false, keepRegions: true, limits: {}, ...more };
}

function polygons({ vertices, offsets }: PlaneRegions): [number, number][][] {
  return Array.from({ length: offsets.length - 1 }, (_, i) =>
    Array.from({ length: offsets[i + 1] - offsets[i] }, (_, k) => {
      const at = 2 * (offsets[i] + k);
      return [vertices[at], vertices[at + 1]];
    }),
  );
}

function area(polygon: readonly [number, number][]): number {
  return polygon.reduce((sum, [x, y], k) => {
    const [u, v] = polygon[(k + 1) % polygon.length];
    return sum + (x * v - u * y) / 2;
  }, 0);
}

for (const [name, bare] of Object.entries(kinds)) {
  describe(`the regions of ${name} in a plane`, () => {
    const network = drawWeights(bare, 11);
    const result = count(requestFor(network));
    const regions = result.regions!;
    const cells = polygons(regions);

    it('are as many as without keeping them', () => {
      expect(cells).toHaveLength(result.activationRegions);
      const bareResult = count(requestFor(network, { keepRegions: false }));
      expect(bareResult.activationRegions).toBe(result.activationRegions);
      expect(bareResult.perLayer).toEqual(result.perLayer);
      expect(result.activationRegions).toBeGreaterThan(10);
    });

    it('fill the square without overlap', () => {
      const areas = cells.map(area);
      expect(areas.every((a) => a > 0)).toBe(true);
      expect(areas.reduce((sum, a) => sum + a, 0)).toBeCloseTo(1, 9);
    });

    it("obey Euler's relation", () => {
      const corner = ([x, y]: [number, number]) => `${Math.round(x * 1e8)},${Math.round(y * 1e8)}`;
      const corners = new Set<string>();
      const edges = new Set<string>();
      for (const cell of cells) {
        cell.forEach((point, k) => {
          const [a, b] = [corner(point), corner(cell[(k + 1) % cell.length])];
          corners.add(a);
          if (a !== b) edges.add(a < b ? `${a};${b}` : `${b};${a}`);
        });
      }
      expect(corners.size - edges.size + cells.length).toBe(1);
    });

    it('have the gradient that a forward pass has', () => {
      const program = compile(network);
      const { origin, u, v } = planeOf(network);
      const output = (s: number, t: number) =>
        evaluate(
          program,
          origin.map((x, i) => x + s * u[i] + t * v[i]),
        )[program.outputs[0]][0];
      cells.forEach((cell, i) => {
        // Large enough for a difference quotient inside.
        if (area(cell) < 1e-4) return;
        const x = cell.reduce((sum, p) => sum + p[0], 0) / cell.length;
        const y = cell.reduce((sum, p) => sum + p[1], 0) / cell.length;
        const h = 1e-7;
        expect((output(x + h, y) - output(x - h, y)) / (2 * h)).toBeCloseTo(regions.gradients[2 * i], 5);
        expect((output(x, y + h) - output(x, y - h)) / (2 * h)).toBeCloseTo(regions.gradients[2 * i + 1], 5);
      });
    });

    it('are along each side of the square those of the line there', () => {
      const { origin, u, v } = planeOf(network);
      const at = (s: number, t: number) => origin.map((x, i) => x + s * u[i] + t * v[i]);
      for (const axis of [0, 1]) {
        for (const side of [0, 1]) {
          const touching = cells.filter((cell) => cell.filter((corner) => corner[axis] === side).length === 2);
          const [from, to] = [0, 1].map((along) => (axis === 0 ? at(side, along) : at(along, side)));
          const domain = { kind: 'segment', from, to } as const;
          const along = count(requestFor(network, { method: 'line', domain, keepRegions: false }));
          expect(touching).toHaveLength(along.activationRegions);
        }
      }
    });

    it('have edges of bending layers, and of the square', () => {
      const bending = new Set(compile(network).stages.map(({ layer }) => layer));
      const kinds = new Set(regions.edgeLayers);
      expect(kinds.delete(-1)).toBe(true);
      expect([...kinds].every((layer) => bending.has(layer))).toBe(true);
    });
  });
}

describe('the plane counter', () => {
  it('counts one layer in general position as Zaslavsky does, in a huge square', () => {
    const network = drawWeights(chain([2, 20, 1]), 2);
    const parallelogram = { origin: [-1e6, -1e6], u: [2e6, 0], v: [0, 2e6] };
    const request = requestFor(network, { domain: { kind: 'parallelogram', ...parallelogram } });
    expect(count(request).activationRegions).toBe(1 + 20 + 190);
  });

  it('agrees with the cells method', () => {
    const network = drawWeights(chain([2, 10, 10, 1]), 4);
    const box = { kind: 'box', lower: [-1, -1], upper: [1, 1] } as const;
    const request = requestFor(network, { linear: true });
    const plane = count(request);
    const threeInputs = drawWeights(chain([3, 8, 8, 1]), 4);
    expect(count({ ...request, method: 'cells', domain: box }).linearRegions).toBe(plane.linearRegions);
    expect(
      count({
        ...request,
        method: 'cells',
        network: threeInputs,
        domain: { kind: 'box', lower: [-1, -1, -1], upper: [1, 1, 1] },
      }).exact,
    ).toBe(true);
  });

  it('joins linear regions across a maximum that the output does not see', () => {
    const kernel = tensor([
      [
        [1, 0],
        [0, 1],
      ],
      [
        [-1, 2],
        [0, -1],
      ],
      [
        [2, 1],
        [1, 0.5],
      ],
    ]);
    const maxout = {
      operation: { kind: 'maxout', units: 2, rank: 3 },
      weights: {
        kernel,
        bias: tensor([
          [0, 0.1],
          [0.2, 0],
          [0, 0],
        ]),
      },
    } as const;
    const blind = dense(1, 'linear', { kernel: tensor([[0], [0]]), bias: tensor([1]) });
    const halfBlind = dense(1, 'linear', { kernel: tensor([[0], [1]]), bias: tensor([1]) });
    const box = { kind: 'box', lower: [-1, -1], upper: [1, 1] } as const;
    const ways = [
      { method: 'plane' },
      { method: 'cells', cellsBy: 'vertices' },
      { method: 'cells', cellsBy: 'programs' },
    ] as const;
    const segment = { from: [-1, -0.9], to: [1, 0.8] };
    for (const way of ways) {
      const both = count(requestFor(networkOf([2], [maxout, halfBlind]), { ...way, domain: box, linear: true }));
      const none = count(requestFor(networkOf([2], [maxout, blind]), { ...way, domain: box, linear: true }));
      expect(none).toMatchObject({ activationRegions: both.activationRegions, linearRegions: 1 });
      expect(both.linearRegions).toBe(3);
      expect(both.activationRegions).toBeGreaterThan(3);
    }
    const line = count(
      requestFor(networkOf([2], [maxout, blind]), {
        method: 'line',
        domain: { kind: 'segment', ...segment },
        linear: true,
      }),
    );
    expect(line.activationRegions).toBeGreaterThan(2);
    expect(line.linearRegions).toBe(1);
  });

  it('reports no linear regions of a network that jumps', () => {
    const jump = generalRelu('relu', { threshold: 0.25 });
    const network = drawWeights(networkOf([2], [{ ...dense(5), activation: jump }, dense(1)]), 2);
    const result = count(requestFor(network, { linear: true }));
    expect(result).toMatchObject({ exact: true, linearRegions: null });
    expect(result.activationRegions).toBeGreaterThan(1);
    const steady = drawWeights(networkOf([2], [dense(5, 'hard_sigmoid'), dense(1)]), 2);
    expect(count(requestFor(steady, { linear: true })).linearRegions).toBeGreaterThan(0);
  });

  it('stops at a limit of regions, of time, or when asked, and says so', () => {
    const network = drawWeights(chain([2, 64, 64, 64, 1]), 1);
    const request = requestFor(network, { keepRegions: false });
    expect(count({ ...request, limits: { regions: 500 } })).toMatchObject({ exact: false, stoppedBy: 'regions' });
    expect(count({ ...request, limits: { seconds: 0 } })).toMatchObject({ exact: false, stoppedBy: 'seconds' });
    const fractions: number[] = [];
    const stopped = count(requestFor(network), {
      progress: ({ fraction }) => fractions.push(fraction),
      stopped: () => fractions.length > 1,
    });
    expect(stopped).toMatchObject({ exact: false, stoppedBy: 'request' });
    expect(stopped.regions!.offsets).toHaveLength(stopped.activationRegions + 1);
    expect(fractions.every((fraction) => fraction >= 0 && fraction < 1)).toBe(true);
  });

  it('finds one region where nothing bends', () => {
    const result = count(requestFor(drawWeights(chain([2, 1]), 1), { linear: true }));
    expect(result).toMatchObject({ activationRegions: 1, linearRegions: 1, perLayer: [1], exact: true });
  });

  it('refuses a domain that does not fit, and numbers that overflow', () => {
    const network = drawWeights(chain([3, 4, 1]), 1);
    const domain = { kind: 'parallelogram', origin: [0, 0], u: [1, 0], v: [0, 1] } as const;
    expect(() => count(requestFor(network, { domain }))).toThrow(/3 coordinates/);
    expect(() => count(requestFor(network, { domain: { kind: 'all' } }))).toThrow(/cells/);
    const huge = { kind: 'segment', from: [0, 0, 0], to: [1e308, 1e308, 1e308] } as const;
    expect(() => count(requestFor(network, { method: 'line', domain: huge }))).toThrow(/overflow/);
    expect(() => count(requestFor(network, { domain: huge }))).toThrow(/dimension 2/);
  });
});
