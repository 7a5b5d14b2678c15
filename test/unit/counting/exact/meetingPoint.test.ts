import { describe, expect, it } from 'vitest';
import { meetingPoint, shortPoint } from '../../../../src/counting/exact/meetingPoint.ts';

const whole = (...rows: number[][]) => rows.map((row) => row.map(BigInt));

/** Coordinates of a point that is not at infinity. */
function coordinates(rows: number[][], n: number) {
  const point = meetingPoint(whole(...rows), n);
  return point?.slice(0, n).map((value) => Number(value) / Number(point[n]));
}

describe('where hyperplanes meet', () => {
  it('is found whatever the order of pivots', () => {
    // 2 x + 3 y = 12, x - y = 1; then the planes z = 2, x + y = 3, y = 5 of space.
    expect(
      coordinates(
        [
          [2, 3, -12],
          [1, -1, -1],
        ],
        2,
      ),
    ).toEqual([3, 2]);
    expect(
      coordinates(
        [
          [0, 0, 1, -2],
          [1, 1, 0, -3],
          [0, 1, 0, -5],
        ],
        3,
      ),
    ).toEqual([-2, 5, 2]);
  });

  it('needs only as many independent ones as there are dimensions', () => {
    expect(
      coordinates(
        [
          [1, 1, -2],
          [2, 2, -4],
          [1, 0, -1],
          [0, 1, -1],
        ],
        2,
      ),
    ).toEqual([1, 1]);
    expect(meetingPoint(whole([1, 1, -2], [2, 2, -4]), 2)).toBeNull();
  });

  it('may be at infinity', () => {
    const point = meetingPoint(whole([1, 1, -2], [1, 1, -3]), 2);
    expect(point?.[2]).toBe(0n);
    expect(Number(point?.[0])).toBe(-Number(point?.[1]));
    expect(point?.[0]).not.toBe(0n);
  });
});

describe('shortPoint', () => {
  const factor = 3n ** 500n;

  it('takes out a long common factor, with the signs as they are', () => {
    expect(shortPoint([1n, -2n, 3n].map((x) => x * factor))).toEqual([1n, -2n, 3n]);
    expect(shortPoint([0n, 0n, -7n * factor])).toEqual([0n, 0n, -1n]);
    const long = [(1n << 255n) - 1n, (1n << 254n) + 1n, 1n << 250n];
    expect(shortPoint(long.map((x) => x * factor))).toEqual(long);
  });

  it('gives up where coordinates are long without it', () => {
    expect(shortPoint([2n ** 600n, 5n ** 300n, 7n])).toBeNull();
    expect(shortPoint([1n << 300n, 3n, 1n])).toBeNull();
  });
});
