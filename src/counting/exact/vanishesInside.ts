import { Dyadic } from '../../common/dyadic.ts';
import type { Slice } from '../geometry/slice.ts';
import { meetingPoint } from './meetingPoint.ts';

/** Whether all inputs are zero at one point inside the square of a plane, exactly. */
export function vanishesInside({ rows }: Slice): boolean {
  const [first, second] = leastParallel(rows);
  // Most planes have no such point, as doubles tell.
  if (!vanishNearly(rows, first, second)) return false;
  const exact = new Dyadic(rows);
  const row = (i: number) => [0, 1, 2].map((k) => exact.numerator(3 * i + k));
  const point = meetingPoint([row(first), row(second)], 2);
  if (!point || point[2] === 0n) return false;
  const [x, y, scale] = point[2] < 0n ? point.map((value) => -value) : point;
  if (x <= 0n || y <= 0n || x >= scale || y >= scale) return false;
  for (let i = 0; 3 * i < rows.length; i++) {
    const [a, b, c] = row(i);
    if (a * x + b * y + c * scale !== 0n) return false;
  }
  return true;
}

/** The input that grows most, and the one that grows most along where that one is constant. */
function leastParallel(rows: Float64Array): readonly [number, number] {
  let first = 0;
  for (let i = 1; 3 * i < rows.length; i++) if (lengthOf(rows, i) > lengthOf(rows, first)) first = i;
  let second = 0;
  for (let i = 1; 3 * i < rows.length; i++)
    if (Math.abs(areaOf(rows, first, i)) > Math.abs(areaOf(rows, first, second))) second = i;
  return [first, second];
}

/** Whether all inputs are about zero where these two are. */
function vanishNearly(rows: Float64Array, first: number, second: number): boolean {
  const area = areaOf(rows, first, second);
  if (area === 0) return false;
  const [c, d] = [rows[3 * first + 2], rows[3 * second + 2]];
  const x = (rows[3 * first + 1] * d - c * rows[3 * second + 1]) / area;
  const y = (c * rows[3 * second] - rows[3 * first] * d) / area;
  const margin = 1e-9 * lengthOf(rows, first);
  for (let k = 0; k < rows.length; k += 3) {
    if (!(Math.abs(rows[k] * x + rows[k + 1] * y + rows[k + 2]) <= margin)) return false;
  }
  return true;
}

function lengthOf(rows: Float64Array, i: number): number {
  return Math.abs(rows[3 * i]) + Math.abs(rows[3 * i + 1]);
}

function areaOf(rows: Float64Array, i: number, j: number): number {
  return rows[3 * i] * rows[3 * j + 1] - rows[3 * i + 1] * rows[3 * j];
}
