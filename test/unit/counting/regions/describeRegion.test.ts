import { describe, expect, it } from 'vitest';
import { compile } from '../../../../src/counting/program/compile.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import { describeRegion } from '../../../../src/counting/regions/describeRegion.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { evaluate } from '../../../../src/counting/program/program.ts';
import { chain, dense, networkOf } from '../networks.ts';

const parallelogram = { origin: [-1, 0, 0.5], u: [2, 0.5, 0], v: [0, 1, -1] };
const domain = { kind: 'parallelogram', ...parallelogram } as const;

describe('the region at a point of a plane', () => {
  const network = drawWeights(networkOf([3], [dense(7, 'relu'), dense(5, 'hard_tanh'), dense(2)]), 4);
  const program = compile(network);
  const { regions } = count({ network, method: 'plane', domain, linear: false, keepRegions: true, limits: {} });
  const polygons = Array.from({ length: regions!.offsets.length - 1 }, (_, i) => {
    const corners = Array.from(regions!.vertices.subarray(2 * regions!.offsets[i], 2 * regions!.offsets[i + 1]));
    const center = [0, 1].map(
      (d) => corners.filter((_, k) => k % 2 === d).reduce((a, b) => a + b) / (corners.length / 2),
    );
    return { corners, center };
  });

  it('has another pattern in each polygon, and the map that a forward pass has at its corners', () => {
    const patterns = new Set<string>();
    for (const { corners, center } of polygons) {
      const { pattern, outputs } = describeRegion(network, domain, center);
      patterns.add(JSON.stringify(pattern));
      expect(outputs).toHaveLength(2);
      for (let k = 0; k < corners.length; k += 2) {
        const { point } = describeRegion(network, domain, [corners[k], corners[k + 1]]);
        const values = evaluate(program, point)[program.outputs[0]];
        outputs.forEach(({ coefficients, constant }, o) => {
          expect(coefficients.reduce((sum, a, i) => sum + a * point[i], constant)).toBeCloseTo(values[o], 9);
        });
      }
    }
    expect(polygons.length).toBeGreaterThan(10);
    expect(patterns.size).toBe(polygons.length);
  });

  it('names pieces from the lowest on', () => {
    const { pattern } = describeRegion(drawWeights(chain([3, 4, 1]), 1), domain, [0.5, 0.5]);
    const [{ layer, pieces }] = pattern;
    expect(layer).toBe(0);
    const signs = evaluate(compile(drawWeights(chain([3, 4]), 1)), [0, 0.75, 0])[1];
    expect(pieces).toEqual(Array.from(signs, (z) => Number(z > 0)));
  });

  it('needs as many coordinates as the domain has', () => {
    expect(() => describeRegion(network, domain, [0.5])).toThrow(/2 coordinates/);
  });
});
