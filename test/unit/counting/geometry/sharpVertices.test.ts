import { expect, it } from 'vitest';
import { BOTH, type ExactSigns } from '../../../../src/counting/geometry/geometry.ts';
import { Polygons } from '../../../../src/counting/geometry/polygons.ts';
import { VERTEX, VERTEX_ERROR } from '../../../../src/counting/geometry/vertex.ts';

const CUTS = 30;
/** Sides of the square, by their negative names. */
const SIDES = [
  [1, 0, 0],
  [1, 0, -1],
  [0, 1, 0],
  [0, 1, -1],
];

it('vertices stay sharp where many lines meet in one point and each sign there is settled exactly', () => {
  // Lines through the center of the square, each of which halves the wedge between the last two.
  const lines: number[][] = [];
  const lineOf = (id: number) => (id < 0 ? SIDES[-1 - id] : lines[id]);
  const meeting = (first: number, second: number): [number, number] => {
    const [[a, b, c], [d, e, f]] = [lineOf(first), lineOf(second)];
    return [(b * f - e * c) / (a * e - b * d), (c * d - f * a) / (a * e - b * d)];
  };
  const signs: ExactSigns = {
    name: 0,
    sign: (id, through) => {
      const [x, y] = meeting(through[0], through[1]);
      const value = lineOf(id)[0] * (x - 0.5) + lineOf(id)[1] * (y - 0.5);
      return Math.abs(value) < 1e-14 ? 0 : Math.sign(value);
    },
    meetingPlace: (first, second) => [...meeting(first, second), 1e-14],
  };
  const polygons = new Polygons(signs);
  let [low, high] = [0.3, 0.3 + Math.PI];
  const cut = (angle: number, keepPositive: boolean) => {
    const [a, b] = [-Math.sin(angle), Math.cos(angle)];
    lines.push([a, b, -(a + b) / 2]);
    const row = Float64Array.from(lines[lines.length - 1]);
    expect(polygons.side(row, 0, 0, 1e-15, lines.length - 1)).toBe(BOTH);
    polygons.split(keepPositive, lines.length);
  };
  cut(low, true);
  for (let k = 0; k < CUTS; k++) {
    const middle = (low + high) / 2;
    const keepsAbove = k % 2 === 0;
    cut(middle, keepsAbove);
    if (keepsAbove) low = middle;
    else high = middle;
  }
  for (let j = polygons.start; j < polygons.end; j += VERTEX) {
    expect(polygons.data[j + VERTEX_ERROR]).toBeLessThan(1e-9);
  }
});
