import { drawnWeights } from '../../../../src/common/weightsSource.ts';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import type { Place } from '../../../../src/common/place.ts';
import { planCount, type CountChoice } from '../../../../src/analysis/counts/countPlan.ts';
import { parseDataPoints } from '../../../../src/analysis/places/points.ts';
import { count } from '../../../../src/counting/countRegions.ts';

describe('points of a file', () => {
  it.each([
    [
      'a list of lists',
      '[[1, 2], [3, -4.5]]',
      2,
      [
        [1, 2],
        [3, -4.5],
      ],
    ],
    ['one point', '[1, 2, 3]', 3, [[1, 2, 3]]],
    [
      'images, row by row',
      '[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]',
      4,
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
    ],
    [
      'an object with a list in it',
      '{ "name": "two", "data": [[1, 2], [3, 4]] }',
      2,
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      'objects of numbers',
      '[{ "x": 1, "y": 2, "label": "a" }, { "x": 3, "y": 4, "label": "b" }]',
      2,
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      'those of the right length',
      '[[1, 2], [1, 2, 3], [4, 5]]',
      2,
      [
        [1, 2],
        [4, 5],
      ],
    ],
    [
      'lines with commas and a header',
      'x,y\n1,2\n3,4.5\n',
      2,
      [
        [1, 2],
        [3, 4.5],
      ],
    ],
    [
      'lines with spaces and Windows ends',
      '1  2\r\n-3e-1\t4\r\n\r\n',
      2,
      [
        [1, 2],
        [-0.3, 4],
      ],
    ],
    ['lines with semicolons', '1; 2; 3', 3, [[1, 2, 3]]],
  ] as const)('are read from %s', (_, text, inputs, points) => {
    expect(parseDataPoints(text, inputs).points).toEqual(points);
  });

  it.each([
    [
      'points of another length',
      '[[1, 2, 3, 4]]',
      'the file holds no points of 2 numbers, one for each input; it holds rows of 4',
    ],
    ['words', 'the quick brown fox', 'the file holds no points of 2 numbers, one for each input; it holds none'],
    ['nothing', '', 'it holds none'],
    ['an object without a list', '{ "a": 1 }', 'it holds none'],
    ['JSON that is cut', '[[1, 2], [3', 'the file is not JSON that can be read'],
  ])('are not found in %s, and the sentence says so', (_, text, sentence) => {
    expect(() => parseDataPoints(text, 2)).toThrow(RangeError);
    expect(() => parseDataPoints(text, 2)).toThrow(sentence);
  });
});

describe('a plane through three points', () => {
  const text = `{ "input": [5], "layers": [
    { "type": "dense", "units": 10, "activation": "relu" },
    { "type": "dense", "units": 10, "activation": "relu" }, { "type": "dense", "units": 1 } ] }`;
  const { network } = analyze(text, 'a.network.json')!.networks[0];
  const points = [
    [0.1, 0.2, -0.3, 0.4, 0.5],
    [1, -0.5, 0.25, 0, 0.7],
    [-0.4, 0.9, 0.6, -0.8, 0.2],
  ];
  const through = (set: readonly (readonly number[])[]): Place => ({ kind: 'points', label: 'a.csv', points: set });
  const choice: CountChoice = {
    method: 'plane',
    source: drawnWeights(3),
    linear: false,
    keepRegions: true,
    limits: {},
  };

  it('holds them all, with room around', () => {
    const { domain } = planCount(network, { ...choice, place: through(points) });
    if (domain.kind !== 'parallelogram') throw new Error('It is a plane.');
    const { origin, u, v } = domain;
    const at = (s: number, t: number) => origin.map((x, i) => x + s * u[i] + t * v[i]);
    // A quarter of a side on each side of the triangle: its sides are two thirds of those of the parallelogram.
    const corners = [at(1 / 6, 1 / 6), at(5 / 6, 1 / 6), at(1 / 6, 5 / 6)];
    corners.forEach((corner, k) => corner.forEach((x, i) => expect(x).toBeCloseTo(points[k][i], 12)));
  });

  it('is counted as the parallelogram that it is, whether it is asked for or chosen', () => {
    const { domain } = planCount(network, { ...choice, place: through(points) });
    if (domain.kind !== 'parallelogram') throw new Error('It is a plane.');
    const found = count(planCount(network, { ...choice, place: through(points) }));
    const given = count(planCount(network, { ...choice, place: domain }));
    const chosen = count(planCount(network, { ...choice, method: 'auto', place: through(points) }));
    expect(found.activationRegions).toBeGreaterThan(10);
    expect(given.perLayer).toEqual(found.perLayer);
    expect(chosen).toMatchObject({
      method: 'plane',
      chosen: { why: 'three points are given' },
      perLayer: found.perLayer,
    });
  });

  it('is a line through two, and neither through points that do not fit', () => {
    const line = planCount(network, { ...choice, method: 'auto', place: through(points.slice(0, 2)) });
    expect(line.domain).toEqual({ kind: 'segment', from: points[0], to: points[1] });
    expect(() => planCount(network, { ...choice, place: through(points.slice(0, 2)) })).toThrow(
      'a plane needs three points',
    );
    expect(() => planCount(network, { ...choice, method: 'line', place: through([points[0]]) })).toThrow(
      'a line needs two points',
    );
    const short = points.map((point) => point.slice(1));
    expect(() => planCount(network, { ...choice, place: through(short) })).toThrow('need 5 finite coordinates');
  });
});
