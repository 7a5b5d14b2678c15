import { expect, it } from 'vitest';
import { networkToCount } from '../../../../src/analysis/counts/countPlan.ts';
import { spreadOf } from '../../../../src/analysis/statistics.ts';
import { expectedFigures, figuresOf, snapshotRequest } from '../../../../src/analysis/training/snapshotFigures.ts';
import { trainingPlaces } from '../../../../src/analysis/training/trainingPlaces.ts';
import { DEFAULT_BOX } from '../../../../src/common/place.ts';
import { drawnWeights } from '../../../../src/common/weightsSource.ts';
import { runExperiment } from '../../../../src/counting/experiments/measure.ts';
import { dense, networkOf } from '../../counting/networks.ts';

const points = Array.from({ length: 12 }, (_, i) => [0, 1, 2, 3].map((d) => Math.sin(1 + 5 * i + 2 * d)));
const data = { points, labels: points.map((_, i) => String(i % 3)) };
const choice = { data, lines: 1, planes: 2, points: 6, box: DEFAULT_BOX, radius: 0.2, seed: 1 };

it('figures expected at initialization are the means of those that random networks have', { timeout: 60_000 }, () => {
  const network = networkOf([4], [dense(40, 'relu'), dense(40, 'relu'), dense(2)]);
  const places = trainingPlaces(choice, 4);
  const { breakpointsPerLength, inPlanes } = expectedFigures(network, places);
  const measured = Array.from({ length: 60 }, (_, seed) => {
    const drawn = networkToCount(network, { source: drawnWeights(seed + 1) });
    return figuresOf(drawn, places, runExperiment(snapshotRequest(drawn, places)));
  });
  const near = spreadOf(measured.map(({ localComplexity }) => localComplexity.data!.breakpointsPerLength.mean))!;
  const away = spreadOf(measured.map(({ localComplexity }) => localComplexity.uniform!.breakpointsPerLength.mean))!;
  const planes = spreadOf(measured.map((each) => each.planes!.regions.mean))!;
  for (const [expected, found] of [
    [breakpointsPerLength.data!, near],
    [breakpointsPerLength.uniform!, away],
    [inPlanes!, planes],
  ] as const) {
    // One chord around each point is measured against all of them, and the mean is that of wide layers.
    expect(Math.abs(found.mean - expected)).toBeLessThan(4 * found.standardError! + 0.06 * expected);
  }
});

it('figures without a mean have none', () => {
  const { breakpointsPerLength, inPlanes } = expectedFigures(
    networkOf([4], [dense(5, 'relu'), dense(2)]),
    trainingPlaces({ ...choice, data: null, planes: 0 }, 4),
  );
  expect(Object.keys(breakpointsPerLength)).toEqual(['uniform']);
  expect(inPlanes).toBeUndefined();
});
