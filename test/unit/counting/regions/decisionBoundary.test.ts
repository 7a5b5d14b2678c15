import { drawnWeights } from '../../../../src/common/weightsSource.ts';
import { describe, expect, it } from 'vitest';
import { planCount } from '../../../../src/analysis/counts/countPlan.ts';
import { networkWithWeights } from '../../../../src/analysis/counts/networkWeights.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import { describeRegion } from '../../../../src/counting/regions/describeRegion.ts';

/** A random network 2-12-12-outputs, and the boundary that is drawn of it in the square. */
function drawn(outputs: number, seed: number, level = 0) {
  const { network } = networkWithWeights(textOf(outputs), 'a.network.json', 0, null)!;
  const choice = { method: 'plane', source: drawnWeights(seed), linear: false, keepRegions: true, level, limits: {} };
  const request = planCount(network, choice as Parameters<typeof planCount>[1]);
  const { boundary } = count(request).regions!;
  const outputsAt = (x: number, y: number) =>
    describeRegion(request.network, request.domain, [x, y]).outputs.map(
      ({ coefficients: [a, b], constant }) => a * (2 * x - 1) + b * (2 * y - 1) + constant,
    );
  return { boundary, outputsAt };
}

function textOf(outputs: number): string {
  const layers = [12, 12].map((units) => ({ type: 'dense', units, activation: 'relu' }));
  return JSON.stringify({ input: [2], layers: [...layers, { type: 'dense', units: outputs }] });
}

const middles = (boundary: Float64Array) =>
  Array.from({ length: boundary.length / 4 }, (_, i) => {
    const [x0, y0, x1, y1] = boundary.subarray(4 * i, 4 * i + 4);
    return [(x0 + x1) / 2, (y0 + y1) / 2] as const;
  });

/** Crossings of the boundary with a horizontal line. */
const crossings = (boundary: Float64Array, at: number) =>
  Array.from({ length: boundary.length / 4 }, (_, i) => boundary.subarray(4 * i, 4 * i + 4)).filter(
    ([, y0, , y1]) => y0 < at !== y1 < at,
  ).length;

describe('the decision boundary of a picture', () => {
  it.each([
    [4, 0],
    [2, 0],
    [2, 0.1],
  ])('is where one output has the level, seed %i, level %d', (seed, level) => {
    const { boundary, outputsAt } = drawn(1, seed, level);
    expect(boundary.length).toBeGreaterThan(0);
    for (const [x, y] of middles(boundary)) expect(outputsAt(x, y)[0]).toBeCloseTo(level, 9);
  });

  it('is not looked for without a level', () => {
    const choice = {
      method: 'plane',
      source: drawnWeights(2),
      linear: false,
      keepRegions: true,
      limits: {},
    } as const;
    const { regions } = count(planCount(networkWithWeights(textOf(1), 'a.network.json', 0, null)!.network, choice));
    expect(regions).toMatchObject({ outputs: 1, boundary: new Float64Array() });
    expect(drawn(1, 2, 0).boundary.length).toBeGreaterThan(0);
  });

  it.each([2, 5])('is where the two greatest of several outputs are equal, seed %i', (seed) => {
    const { boundary, outputsAt } = drawn(4, seed);
    expect(boundary.length).toBeGreaterThan(0);
    for (const [x, y] of middles(boundary)) {
      const [first, second] = outputsAt(x, y).sort((a, b) => b - a);
      expect(first).toBeCloseTo(second, 9);
    }
  });

  it.each([1, 4])('misses no change of the decision along a line, %i outputs', (outputs) => {
    const { boundary, outputsAt } = drawn(outputs, 7);
    const decide = (values: readonly number[]) =>
      values.length === 1 ? Number(values[0] >= 0) : values.indexOf(Math.max(...values));
    for (const at of [0.313, 0.707]) {
      const decisions = Array.from({ length: 2001 }, (_, i) => decide(outputsAt(i / 2000, at)));
      const changes = decisions.filter((decision, i) => i > 0 && decision !== decisions[i - 1]).length;
      expect(crossings(boundary, at)).toBe(changes);
    }
  });

  it('is empty where the level is never reached', () => {
    expect(drawn(1, 1, 1e6).boundary).toHaveLength(0);
  });
});
