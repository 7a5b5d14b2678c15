import type { SparseMatrix } from '../program/program.ts';

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
export function rowNorm({ rows, start, value }: SparseMatrix): number {
  let most = 0;
  for (let r = 0; r < rows; r++) most = Math.max(most, norm(value.subarray(start[r], start[r + 1])));
  return most;
}
