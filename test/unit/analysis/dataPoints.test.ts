import { expect, it } from 'vitest';
import { readDataPoints } from '../../../src/analysis/places/dataFile.ts';
import { parseDataPoints } from '../../../src/analysis/places/points.ts';
import { npy } from '../formats/weights/files.ts';

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

const array = (shape: readonly number[], numbers: readonly number[]) => ({ shape, data: Float64Array.from(numbers) });

it('arrays of NumPy have a row for each point, and its class behind', () => {
  expect(readDataPoints(npy(array([2, 3], [0.5, -1, 0, 2, 3, 1])), 2)).toEqual(expected);
  expect(readDataPoints(npy(array([2, 2], [0.5, -1, 2, 3])), 2)).toEqual({ ...expected, labels: null });
  // By columns, as NumPy saves a transposed array.
  expect(readDataPoints(npy(array([2, 2], [0.5, 2, -1, 3]), '<f8', 'True'), 2).points).toEqual(expected.points);
});

it('arrays of NumPy may hold images, one point, or numbers for one input', () => {
  const images = readDataPoints(npy(array([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8])), 4);
  expect(images.points).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ]);
  expect(readDataPoints(npy(array([3], [1, 2, 3])), 3).points).toEqual([[1, 2, 3]]);
  expect(readDataPoints(npy(array([3], [1, 2, 3])), 1).points).toEqual([[1], [2], [3]]);
  expect(readDataPoints(npy(array([2, 2], [1, Number.NaN, 3, 4])), 2).points).toEqual([[3, 4]]);
});

it.each([
  ['of other rows', npy(array([2, 3], [1, 2, 3, 4, 5, 6])), 'it holds rows of 3'],
  ['without rows', npy(array([0, 5], [])), 'it holds none'],
  ['that end early', npy(array([9, 5], [1])), 'fewer numbers than its shape says'],
  ['of more numbers than fit', npy(array([1e9, 5], [1])), 'more than 100 million numbers'],
  ['that are only a beginning', npy(array([1, 5], [1])).subarray(0, 20), 'incomplete'],
])('arrays %s are refused', (_, bytes, message) => {
  expect(() => readDataPoints(bytes, 5)).toThrow(message);
});
