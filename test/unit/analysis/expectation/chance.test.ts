import { expect, test } from 'vitest';
import { gaussians } from '../../../../src/common/random.ts';
import { Chance } from '../../../../src/analysis/expectation/chance.ts';

test.each([7, -3, 2 ** 40 + 5])('numbers of the seed %i are those of `gaussians`, alone and in panels', (seed) => {
  const chance = new Chance(1);
  chance.begin(seed);
  const gaussian = gaussians(seed);
  expect([chance.gaussian(), chance.gaussian()]).toEqual([gaussian(), gaussian()]);
  const [rows, width] = [4001, 11];
  const panels = chance.takePanels(rows, width, 0.5) / 8;
  const wrong: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let f = 0; f < width; f++) {
      const at = panels + 8 * rows * Math.floor(f / 8) + 8 * row + (f % 8);
      if (chance.floats[at] !== 0.5 * gaussian()) wrong.push(at);
    }
  }
  expect(wrong).toEqual([]);
  expect(chance.gaussian()).toBe(gaussian());
});

test('room that is given back is taken again, and numbers stay where memory grows', () => {
  const chance = new Chance(1);
  const one = chance.take(8);
  chance.floats[one / 8] = 5;
  const other = chance.take(1 << 20);
  expect(chance.floats[one / 8]).toBe(5);
  chance.giveBack(other);
  expect(chance.take(16)).toBe(other);
});
