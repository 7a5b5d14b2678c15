import { expect, it } from 'vitest';
import { parseDataPoints } from '../../../src/analysis/points.ts';

const expected = {
  points: [
    [0.5, -1],
    [2, 3],
  ],
  labels: ['0', '1'],
};

it.each([
  ['CSV with a header', 'x,y,label\n0.5,-1,0\n2,3,1\n'],
  ['CSV with the class in front', 'class;x;y\n0;0.5;-1\n1;2;3'],
  ['numbers without a header', '0.5 -1 0\n2 3 1\n'],
  ['JSON rows', '[[0.5, -1, 0], [2, 3, 1]]'],
  ['JSON objects', '[{"x": 0.5, "y": -1, "label": 0}, {"x": 2, "y": 3, "label": 1}]'],
  ['a list of points and one of classes', '{"points": [[0.5, -1], [2, 3]], "labels": [0, 1]}'],
])('%s give points and classes', (_, text) => {
  expect(parseDataPoints(text, 2)).toEqual(expected);
});

it('classes may be words', () => {
  expect(parseDataPoints('1,2,cat\n3,4,dog\n', 2).labels).toEqual(['cat', 'dog']);
});

it('points without classes have none', () => {
  expect(parseDataPoints('x,y\n1,2\n3,4\n', 2)).toEqual({
    points: [
      [1, 2],
      [3, 4],
    ],
    labels: null,
  });
});

it('images may be nested', () => {
  expect(parseDataPoints('[[[1, 2], [3, 4]]]', 4).points).toEqual([[1, 2, 3, 4]]);
});

it.each([
  ['1,2\n3,4\n', 'it holds rows of 2'],
  ['{"a": 1}', 'it holds none'],
  ['[1, 2', 'the file is not JSON that can be read'],
])('%j is refused', (text, message) => {
  expect(() => parseDataPoints(text, 5)).toThrow(message);
});
