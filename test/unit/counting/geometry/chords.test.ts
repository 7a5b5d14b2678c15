import { expect, it } from 'vitest';
import { uniforms } from '../../../../src/common/random.ts';
import { Polygons } from '../../../../src/counting/geometry/polygons.ts';
import { SignQuery } from '../../../../src/counting/geometry/signQuery.ts';
import { VERTEX } from '../../../../src/counting/geometry/vertex.ts';

/** How far around the unit square, from 0 at the origin to 4, a line enters its positive side, and leaves it. */
function endsOf([a, b, c]: readonly number[]): [number, number] {
  const value = (t: number) => {
    const [side, along] = [Math.floor(t), t % 1];
    const [x, y] = [
      [along, 0],
      [1, along],
      [1 - along, 1],
      [0, 1 - along],
    ][side % 4];
    return a * x + b * y + c;
  };
  const found: [number, number] = [NaN, NaN];
  for (let side = 0; side < 4; side++) {
    const [from, to] = [value(side), value(side + 1)];
    if (from > 0 !== to > 0) found[Number(from > 0)] = side + from / (from - to);
  }
  return found;
}

it('the ends of chords are listed in their order along each edge', () => {
  const polygons = new Polygons({ name: 0, sign: () => 0, meetingPlace: () => null });
  const uniform = uniforms(1);
  let most = 0;
  for (let round = 0; round < 200; round++) {
    const lines = Array.from({ length: 1 + Math.floor(12 * uniform()) }, () => {
      const [a, b] = [uniform() - 0.5, uniform() - 0.5];
      return [a, b, -a * uniform() - b * uniform()];
    });
    const places = lines.map(endsOf);
    const expected = places
      .flatMap(([enters, leaves], k) => [
        { end: 2 * k, at: enters },
        { end: 2 * k + 1, at: leaves },
      ])
      .sort((p, q) => p.at - q.at);
    const query = new SignQuery();
    query.rows = Float64Array.from(lines.flat());
    query.list = Int32Array.from(lines, (_, k) => k);
    query.to = lines.length;
    query.breakpoints = [0];
    expect(polygons.countParts(query)).toBeGreaterThan(lines.length);
    for (let side = 0; side < 4; side++) {
      const onSide = expected.filter(({ at }) => Math.floor(at) === side).map(({ end }) => end);
      expect(polygons.chords.listEnds(polygons, lines.length, side * VERTEX)).toBe(onSide.length);
      expect(Array.from(polygons.chords.ends.subarray(0, onSide.length))).toEqual(onSide);
      const isUpper = places.map(([enters, leaves]) =>
        enters < leaves ? enters < side && side < leaves : side > enters || side < leaves,
      );
      expect(lines.map((_, k) => polygons.chords.isUpperAt(k, side * VERTEX))).toEqual(isUpper);
    }
    most = Math.max(most, lines.length);
  }
  expect(most).toBeGreaterThan(8);
});

it('the order of ends that are too close together is open', () => {
  const polygons = new Polygons({ name: 0, sign: () => 0, meetingPlace: () => null });
  const query = new SignQuery();
  // Both start at about (0.5, 0).
  query.rows = Float64Array.from([1, 0, -0.5, 1, -0.25, -0.5 - 2 ** -30]);
  query.list = Int32Array.from([0, 1]);
  query.to = 2;
  query.breakpoints = [0];
  expect(polygons.countParts(query)).toBe(3);
  expect(polygons.chords.listEnds(polygons, 2, 0)).toBe(2);
  query.tolerance = 2 ** -32;
  polygons.countParts(query);
  expect(polygons.chords.listEnds(polygons, 2, 0)).toBe(-1);
});
