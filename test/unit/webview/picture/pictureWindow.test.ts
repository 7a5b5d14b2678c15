import { zoomIdentity } from 'd3-zoom';
import { describe, expect, it } from 'vitest';
import fc from '../../../fastCheck.ts';
import { WHOLE } from '../../../../src/common/place.ts';
import {
  contains,
  isNearlyWhole,
  placementOf,
  sameWindow,
  windowInSight,
} from '../../../../webview/picture/pictureWindow.ts';

const SIDE = 400;
const share = fc.double({ min: 0, max: 1, noNaN: true });
/** Moves that leave the view inside the square. */
const moves = fc
  .record({ k: fc.double({ min: 1, max: 100, noNaN: true }), u: share, v: share })
  .map(({ k, u, v }) => zoomIdentity.translate(-u * (k - 1) * SIDE, -v * (k - 1) * SIDE).scale(k));

describe('a moved picture', () => {
  it('is whole before it is moved', () => {
    expect(windowInSight(zoomIdentity, SIDE)).toEqual(WHOLE);
    expect(placementOf(WHOLE, zoomIdentity, SIDE, 2 * SIDE)).toEqual({ scale: 2 * SIDE, left: 0, top: 0 });
  });

  it('shows the part that is enlarged, from its lower left corner', () => {
    // Twice as large, from the upper right corner.
    const { x, y, size } = windowInSight(zoomIdentity.translate(-SIDE, 0).scale(2), SIDE);
    expect([x, y, size]).toEqual([0.5, 0.5, 0.5]);
  });

  it('has the window in sight on all of the canvas, and inside the square', () => {
    fc.assert(
      fc.property(moves, (move) => {
        const inSight = windowInSight(move, SIDE);
        const { scale, left, top } = placementOf(inSight, move, SIDE, SIDE);
        expect(scale).toBeCloseTo(SIDE, 6);
        expect(left).toBeCloseTo(0, 6);
        expect(top).toBeCloseTo(0, 6);
        expect(contains(WHOLE, inSight)).toBe(true);
        expect(isNearlyWhole(inSight)).toBe(1 / move.k > 0.98);
      }),
    );
  });

  it('has parts of the square where d3 moves them', () => {
    const window = { x: 0.25, y: 0.5, size: 0.125 };
    fc.assert(
      fc.property(moves, (move) => {
        const { scale, left, top } = placementOf(window, move, SIDE, SIDE);
        const [moved, below] = [move.apply([0.25 * SIDE, 0.375 * SIDE]), move.apply([0.375 * SIDE, 0.5 * SIDE])];
        expect([left, top]).toEqual(moved.map((at) => expect.closeTo(at, 6) as number));
        expect([left + scale, top + scale]).toEqual(below.map((at) => expect.closeTo(at, 6) as number));
      }),
    );
  });
});

describe('windows', () => {
  it('are the same but for rounding, and hold what lies inside them', () => {
    const window = { x: 0.2, y: 0.3, size: 0.4 };
    expect(sameWindow(window, { ...window, x: 0.2 + 1e-12 })).toBe(true);
    expect(sameWindow(window, { ...window, size: 0.41 })).toBe(false);
    expect(contains(window, { x: 0.3, y: 0.3, size: 0.3 })).toBe(true);
    expect(contains(window, { x: 0.3, y: 0.3, size: 0.31 })).toBe(false);
    expect(contains(window, { x: 0.1, y: 0.4, size: 0.1 })).toBe(false);
  });
});
