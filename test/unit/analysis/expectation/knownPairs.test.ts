import { expect, test } from 'vitest';
import { uniforms } from '../../../../src/common/random.ts';
import { KnownPairs } from '../../../../src/analysis/expectation/knownPairs.ts';

test('gives what a pair came with first, as a map of names does, also for numbers of all kinds', () => {
  const next = uniforms(5);
  const few = [0, -0, NaN, 1, -1, Infinity, -Infinity, 2 ** -1074, 1 + 2 ** -52, 2 ** 40];
  const some = () => (next() < 0.2 ? few[Math.floor(next() * few.length)] : Math.floor(next() * 60) / 7);
  const pairs = new KnownPairs();
  const known = new Map<string, number>();
  for (let own = 0; own < 4000; own++) {
    const [one, other] = [some(), some()];
    const name = `${one} ${other}`;
    expect(pairs.has(one, other)).toBe(known.has(name));
    if (!known.has(name)) known.set(name, own);
    expect(pairs.firstOf(one, other, own)).toBe(known.get(name));
  }
  expect(known.size).toBeGreaterThan(1000);
});
