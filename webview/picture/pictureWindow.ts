import type { PlaneWindow } from '../../src/common/place.ts';
import type { Placement } from './regionPainter.ts';

/** How far a picture is moved, in pixels, and how much it is enlarged. */
export interface Move {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

/** What is in sight of a square with this many pixels a side, in coordinates of the whole square. */
export function windowInSight({ x, y, k }: Move, side: number): PlaneWindow {
  const size = Math.min(1, 1 / k);
  const clamp = (at: number): number => Math.min(Math.max(0, at), 1 - size);
  return { x: clamp(-x / (k * side)), y: clamp(1 - (side - y) / (k * side)), size };
}

/** Where a window of the moved square stands on a canvas with `pixels` a side in place of `side`. */
export function placementOf(window: PlaneWindow, { x, y, k }: Move, side: number, pixels: number): Placement {
  const ratio = pixels / side;
  const square = k * pixels;
  return {
    scale: square * window.size,
    left: x * ratio + window.x * square,
    top: y * ratio + (1 - window.y - window.size) * square,
  };
}

export function sameWindow(a: PlaneWindow, b: PlaneWindow): boolean {
  return Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y), Math.abs(a.size - b.size)) < 1e-9;
}

/** With room for rounding. */
export function contains(outer: PlaneWindow, inner: PlaneWindow): boolean {
  const slack = 1e-6;
  return (
    outer.x <= inner.x + slack &&
    outer.y <= inner.y + slack &&
    outer.x + outer.size >= inner.x + inner.size - slack &&
    outer.y + outer.size >= inner.y + inner.size - slack
  );
}

/** Almost nothing is out of sight: the whole square serves as well. */
export function isNearlyWhole({ size }: PlaneWindow): boolean {
  return size > 0.98;
}
