import type { SparseMatrix } from '../program/program.ts';

/** A sum of squares above this has lost nothing that counts to underflow. */
const SMALL_SQUARE = 2 ** -900;

/** The greatest of the numbers' sizes. */
export function greatestSize(values: Float64Array): number {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return most;
}

/** The Euclidean norm, also of numbers whose squares overflow or underflow. */
export function norm(values: Float64Array): number {
  const most = greatestSize(values);
  if (most === 0) return 0;
  let sum = 0;
  for (const value of values) sum += (value / most) ** 2;
  return most * Math.sqrt(sum);
}

/** The greatest Euclidean norm of a row. */
export function rowNorm({ rows, start, end, value }: SparseMatrix): number {
  let most = 0;
  const seen = new Set<number>();
  for (let r = 0; r < rows; r++) {
    // Rows that begin at one entry are one, but for empty ones.
    if (start[r] === end[r] || seen.has(start[r])) continue;
    seen.add(start[r]);
    most = Math.max(most, normOf(value, start[r], end[r]));
  }
  return most;
}

/** Of a part of the values. */
function normOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += values[k] * values[k];
  // Squares that overflow or underflow take the longer way.
  return sum > SMALL_SQUARE && sum < Infinity ? Math.sqrt(sum) : norm(values.subarray(from, to));
}
