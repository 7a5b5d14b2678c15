import type { Box } from './geometry.ts';
import type { SignQuery } from './signQuery.ts';
import { VERTEX, VERTEX_ERROR } from './vertex.ts';

/** Absolute rounding error of a coordinate in the unit square. */
export const COORDINATE_ERROR = 2 ** -50;

/** The box around a polygon, widened by what its vertices may be off: a first look at many functions at once. */
export class PolygonBox implements Box {
  /** It is that of the polygon as it is now. */
  isCurrent = false;
  centerX = 0;
  centerY = 0;
  reachX = 0;
  reachY = 0;

  /**
   * Fits it to the polygon whose vertices are at `start`, `start + VERTEX`, ... below `end` of `data`. Twice the
   * maximum of two numbers is their sum plus the absolute value of their difference: a branch would often be
   * mispredicted.
   */
  fit(data: Float64Array, start: number, end: number): void {
    this.isCurrent = true;
    let left = data[start];
    let right = left;
    let bottom = data[start + 1];
    let top = bottom;
    let error = data[start + VERTEX_ERROR];
    for (let j = start + VERTEX; j < end; j += VERTEX) {
      const u = data[j];
      const v = data[j + 1];
      const e = data[j + VERTEX_ERROR];
      left = 0.5 * (left + u - Math.abs(left - u));
      right = 0.5 * (right + u + Math.abs(right - u));
      bottom = 0.5 * (bottom + v - Math.abs(bottom - v));
      top = 0.5 * (top + v + Math.abs(top - v));
      error = 0.5 * (error + e + Math.abs(error - e));
    }
    // Rounding in the unit square, at each vertex.
    const rounding = (end - start) * COORDINATE_ERROR + error * (1 + COORDINATE_ERROR * (end - start));
    this.centerX = (left + right) / 2;
    this.centerY = (bottom + top) / 2;
    this.reachX = (right - left) / 2 + rounding;
    this.reachY = (top - bottom) / 2 + rounding;
  }

  /** Gives each unit the piece of its sign at the center; keeps those that may vanish in the box. */
  compare(query: SignQuery): void {
    const { centerX, centerY, reachX, reachY } = this;
    const { rows, tolerance, list, from, to, pattern, crossing, at } = query;
    const shift = query.breakpoints[0];
    let end = at;
    // Without branches: signs are almost random, so half of the branches would be mispredicted.
    for (let k = from; k < to; k++) {
      const unit = list[k];
      const row = 3 * unit;
      const a = rows[row];
      const b = rows[row + 1];
      const value = a * centerX + b * centerY + (rows[row + 2] - shift);
      const reach = Math.abs(a) * reachX + Math.abs(b) * reachY + tolerance;
      pattern[unit] = Number(value > 0);
      crossing[end] = unit;
      end += Number(!(Math.abs(value) > reach));
    }
    query.list = crossing;
    query.from = at;
    query.to = end;
  }
}
