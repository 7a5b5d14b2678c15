import { expect, it } from 'vitest';
import { DEFAULT_BOX, type Segment } from '../../../../src/common/place.ts';
import { sampledData, trainingPlaces } from '../../../../src/analysis/training/trainingPlaces.ts';

const data = {
  points: Array.from({ length: 40 }, (_, i) => [Math.cos(i) * (1 + i), Math.sin(i) * (1 + i), i - 20]),
  labels: Array.from({ length: 40 }, (_, i) => String(i % 3)),
};
const choice = { data, lines: 12, points: 7, box: DEFAULT_BOX, seed: 4 };
const norm = (point: readonly number[]) => Math.hypot(...point);
const direction = ({ from, to }: Segment) => from.map((x, d) => to[d] - x);
const classOf = (point: readonly number[]) =>
  data.labels[data.points.findIndex((each) => each.every((x, d) => x === point[d]))];

it('lines through samples are centered at the origin and as long as the largest sample on each side', () => {
  const largest = Math.max(...data.points.map(norm));
  const { through } = trainingPlaces(choice, 3).lines;
  expect(through).toHaveLength(12);
  for (const { from, to } of through!) {
    expect(norm(from)).toBeCloseTo(largest);
    expect(to.map((x) => -x)).toEqual([...from]);
    const onIt = data.points.some((point) => norm(point.map((x, d) => x - (to[d] * norm(point)) / norm(to))) < 1e-9);
    expect(onIt).toBe(true);
  }
});

it('lines between classes join samples of different classes', () => {
  const { between } = trainingPlaces(choice, 3).lines;
  expect(between).toHaveLength(12);
  for (const { from, to } of between!) expect(classOf(from)).not.toBe(classOf(to));
});

it('chords around a point have it in their middle, and are at right angles', () => {
  const { around, points, radius } = trainingPlaces(choice, 3);
  around.data!.forEach((chords, i) => {
    expect(chords).toHaveLength(3);
    for (const [a, chord] of chords.entries()) {
      chord.from.forEach((x, d) => expect((x + chord.to[d]) / 2).toBeCloseTo(points.data![i][d]));
      expect(norm(direction(chord))).toBeCloseTo(2 * radius);
      for (const other of chords.slice(a + 1)) {
        const product = direction(chord).reduce((sum, x, d) => sum + x * direction(other)[d], 0);
        expect(product).toBeCloseTo(0);
      }
    }
  });
});

it('without data the lines are chords of the box, and the points uniform ones', () => {
  const { lines, points } = trainingPlaces({ ...choice, data: null }, 3);
  expect(Object.keys(lines)).toEqual(['chords']);
  expect(Object.keys(points)).toEqual(['uniform']);
});

it('data of one class have no lines between classes', () => {
  const same = { ...data, labels: data.labels.map(() => 'a') };
  expect(trainingPlaces({ ...choice, data: same }, 3).lines.between).toBeUndefined();
});

it('places are the same for a seed, and samples are drawn without repetition', () => {
  expect(trainingPlaces(choice, 3)).toEqual(trainingPlaces(choice, 3));
  const few = sampledData(data, 30, 1);
  expect(new Set(few.points).size).toBe(30);
  few.points.forEach((point, i) => expect(few.labels![i]).toBe(classOf(point)));
});

it('planes go through three samples of different classes, with room around them', () => {
  const { planes } = trainingPlaces({ ...choice, planes: 5 }, 3);
  expect(planes).toHaveLength(5);
  for (const { origin, u, v } of planes) {
    const at = (s: number, t: number) => origin.map((x, d) => x + s * u[d] + t * v[d]);
    const corners = [at(1 / 6, 1 / 6), at(5 / 6, 1 / 6), at(1 / 6, 5 / 6)];
    const rows = corners.map((corner) =>
      data.points.findIndex((each) => each.every((x, d) => Math.abs(x - corner[d]) < 1e-9)),
    );
    expect(new Set(rows.map((row) => data.labels[row])).size).toBe(3);
  }
  expect(trainingPlaces(choice, 3).planes).toEqual([]);
});

it('has no planes where samples lie on one line', () => {
  const line = { points: data.points.map((_, i) => [i, 2 * i, 3 * i]), labels: data.labels };
  expect(trainingPlaces({ ...choice, data: line, planes: 5 }, 3).planes).toEqual([]);
});
