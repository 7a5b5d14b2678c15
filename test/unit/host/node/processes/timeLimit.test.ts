import { describe, expect, it } from 'vitest';
import { withinTime } from '../../../../../src/host/node/processes/timeLimit.ts';

function forever(): never {
  for (;;) Math.random();
}

describe('a limit of time', () => {
  it('ends what does not end by itself', () => {
    const began = performance.now();
    expect(() => withinTime(50, 'it takes too long', forever)).toThrow('it takes too long');
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('gives what ends in time, also after another did not', () => {
    expect(() => withinTime(20, 'late', forever)).toThrow('late');
    expect(withinTime(1000, 'late', () => [1, 2])).toEqual([1, 2]);
    expect(() =>
      withinTime(1000, 'late', () => {
        throw new TypeError('of its own');
      }),
    ).toThrow(TypeError);
  });
});
