import { drawnWeights } from '../../src/common/weightsSource.ts';
import { expect, it } from 'vitest';
import { DEFAULT_BOX } from '../../src/common/place.ts';
import { figuresOf, snapshotRequest } from '../../src/analysis/training/snapshotFigures.ts';
import { trainingPlaces } from '../../src/analysis/training/trainingPlaces.ts';
import { LocalGradients } from '../../src/counting/experiments/localGradients.ts';
import { runExperiment } from '../../src/counting/experiments/measure.ts';
import { compile } from '../../src/counting/program/compile.ts';
import { networkToCount } from '../../src/analysis/counts/countPlan.ts';
import { networkWithWeights } from '../../src/analysis/counts/networkWeights.ts';
import { dense, networkOf } from '../unit/counting/networks.ts';

/** Points on a chord; two breakpoints closer than this are rare on chords of random networks. */
const DENSE = 3000;

it.each([1, 2, 3])('breakpoints around points are those that dense sampling sees, seed %i', (seed) => {
  const network = networkOf([3], [dense(12, 'relu'), dense(12, 'leaky_relu'), dense(2)]);
  const drawn = networkToCount(network, { source: drawnWeights(seed) });
  const places = trainingPlaces({ data: null, lines: 4, points: 3, box: DEFAULT_BOX, radius: 0.4, seed }, 3);
  const measured = runExperiment(snapshotRequest(drawn, places));
  const gradients = new LocalGradients(compile(drawn));
  const patternAt = (point: readonly number[]) => {
    gradients.moveTo(point);
    return gradients.patterns.map((pattern) => pattern.join('')).join(' ');
  };
  const chords = [...places.lines.chords!, ...places.around.uniform!.flat()];
  const sampled = chords.map(({ from, to }) => {
    let changes = 0;
    let last = patternAt(from);
    for (let i = 1; i <= DENSE; i++) {
      const next = patternAt(from.map((x, d) => x + (i / DENSE) * (to[d] - x)));
      if (next !== last) changes++;
      last = next;
    }
    return changes;
  });
  const exact = measured.chords.map(({ breakpoints }) => breakpoints.at(-1)!);
  exact.forEach((count, i) => expect(count).toBeGreaterThanOrEqual(sampled[i]));
  // Sampling misses a breakpoint only where two of them lie between neighboring samples.
  const [all, seen] = [exact, sampled].map((counts) => counts.reduce((sum, count) => sum + count, 0));
  expect(seen).toBeGreaterThan(0.97 * all);
  const { localComplexity } = figuresOf(drawn, places, measured);
  const around = exact.slice(places.lines.chords!.length).reduce((sum, count) => sum + count, 0);
  expect(localComplexity.uniform!.breakpointsPerLength.mean).toBeCloseTo(around / (3 * 3 * 0.8));
});

it('units that are on one piece at all samples are counted by layer', () => {
  const kernel = [
    [1, 0, 0],
    [0, 0, 1],
  ];
  const layers = [{ type: 'dense', units: 3, activation: 'relu', weights: { kernel, bias: [0, -1, 9] } }];
  const { network } = networkWithWeights(JSON.stringify({ input: [2], layers }), 'a.network.json', 0, null)!;
  const places = trainingPlaces({ data: null, lines: 1, points: 50, box: DEFAULT_BOX, seed: 1 }, 2);
  const { constantUnits } = runExperiment(snapshotRequest(network, places));
  expect(constantUnits).toEqual([{ lowest: 1, other: 1 }]);
});
