import { describe, expect, it } from 'vitest';
import { comparableMethod } from '../../../src/common/comparableMethod.ts';
import { leaderOf } from '../../../src/common/leader.ts';
import { DEFAULT_BOX } from '../../../src/common/place.ts';

describe('the network that is ahead', () => {
  it('is the one with the largest figure, with its ratio to the next', () => {
    const found = leaderOf([
      { name: 'a', log10: 2 },
      { name: 'b', log10: 5 },
      { name: 'c', log10: 4 },
    ]);
    expect(found).toEqual({ name: 'b', log10: 5, second: { name: 'c', ratioLog10: 1 } });
  });

  it('is not named where fewer than two have the figure', () => {
    expect(leaderOf([])).toBeNull();
    expect(
      leaderOf([
        { name: 'a', log10: 2 },
        { name: 'b', log10: null },
      ]),
    ).toBeNull();
  });

  it('is equal to the next where only rounding is between them', () => {
    const found = leaderOf([
      { name: 'a', log10: 2 },
      { name: 'b', log10: 2 + 1e-12 },
    ]);
    expect(found?.second.ratioLog10).toBe(0);
  });
});

describe('the method of counts that are compared', () => {
  it('is the plane only where all networks have two inputs', () => {
    expect(comparableMethod([2, 2], DEFAULT_BOX)).toBe('plane');
    expect(comparableMethod([2, 784], DEFAULT_BOX)).toBe('line');
    expect(comparableMethod([1], DEFAULT_BOX)).toBe('line');
  });

  it('is that of the place where the place leaves one', () => {
    expect(comparableMethod([2, 2], { kind: 'segment', from: [0, 0], to: [1, 1] })).toBe('line');
    expect(comparableMethod([2], { kind: 'all' })).toBe('cells');
  });
});
