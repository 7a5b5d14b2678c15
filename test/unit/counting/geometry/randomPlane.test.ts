import { describe, expect, it } from 'vitest';
import { count } from '../../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { orthonormalPair } from '../../../../src/counting/geometry/randomPlane.ts';
import { chain } from '../networks.ts';

describe('a random plane', () => {
  it.each([3, 20, 784])('of %i dimensions has orthonormal directions, and others for another seed', (n) => {
    const [e, f] = orthonormalPair(n, 7);
    const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
    expect(dot(e, e)).toBeCloseTo(1, 9);
    expect(dot(f, f)).toBeCloseTo(1, 9);
    expect(dot(e, f)).toBeCloseTo(0, 9);
    expect(orthonormalPair(n, 7)).toEqual([e, f]);
    expect(orthonormalPair(n, 8)).not.toEqual([e, f]);
  });

  it('goes through its center exactly: without biases, one layer of n units makes 2n cones there', () => {
    const [e, f] = orthonormalPair(50, 3);
    const parallelogram = { origin: e.map((x, i) => -x - f[i]), u: e.map((x) => 2 * x), v: f.map((x) => 2 * x) };
    const { origin, u, v } = parallelogram;
    expect(origin.every((x, i) => x + u[i] / 2 + v[i] / 2 === 0)).toBe(true);
    const bare = chain([50, 30, 1]);
    const network = drawWeights({ ...bare, initialization: { ...bare.initialization, biasStddev: 0 } }, 1);
    const found = count({
      network,
      method: 'plane',
      domain: { kind: 'parallelogram', ...parallelogram },
      linear: false,
      keepRegions: false,
      limits: {},
    });
    expect(found.activationRegions).toBe(60);
  });
});
