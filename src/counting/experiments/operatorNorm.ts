import type { SparseMatrix } from '../program/program.ts';

/** Rows that are taken together at most. */
const MAX_ROWS = 512;
/** Steps of the power iteration. */
const STEPS = 30;
/** The first guesses are this much above what the iteration finds, each greater than the one before. */
const ROOM = [1.05, 1.2, 1.5];
/** Of numbers that are made from each other up to `MAX_ROWS` times, what rounding leaves open. */
const ROUNDING = 1e-11;

/**
 * An upper bound on how much a matrix A lengthens a vector. Its rows are taken in groups A_g of those that read the
 * same numbers: the channels of a convolution at one place, all rows of a dense layer. Then |A x|^2 = sum over g of
 * |A_g x_g|^2 <= sum of |A_g|^2 |x_g|^2, where x_g is what group g reads, so that |A|^2 is at most the greatest sum of
 * |A_g|^2 over the groups that read one number.
 */
export function operatorNorm(matrix: SparseMatrix): number {
  const { rows, columns, start, end, base, offset } = matrix;
  const sums = new Float64Array(columns);
  // Groups at other places often share their entries.
  const known = new Map<string, number>();
  for (let first = 0; first < rows;) {
    const last = lastOfGroup(matrix, first);
    const key = `${end[first] - start[first]} from ${start.subarray(first, last).join()}`;
    let square = known.get(key);
    if (square === undefined) known.set(key, (square = squaredNorm(matrix, first, last)));
    for (let e = start[first]; e < end[first]; e++) sums[base[first] + offset[e]] += square;
    first = last;
  }
  return Math.sqrt(sums.reduce((most, sum) => Math.max(most, sum), 0));
}

/** Behind the rows from `first` on that read the same numbers in the same order. */
function lastOfGroup({ rows, start, end, base, offset }: SparseMatrix, first: number): number {
  const length = end[first] - start[first];
  let row = first + 1;
  const isAlike = () => {
    if (base[row] !== base[first] || end[row] - start[row] !== length) return false;
    for (let k = 0; k < length; k++) if (offset[start[row] + k] !== offset[start[first] + k]) return false;
    return true;
  };
  while (row < rows && row - first < MAX_ROWS && isAlike()) row++;
  return row;
}

/** An upper bound: `t` such that `t I - A A^T` has a Cholesky factor, near the greatest eigenvalue, or the trace. */
function squaredNorm(matrix: SparseMatrix, first: number, last: number): number {
  const side = last - first;
  const gram = gramOf(matrix, first, last);
  let trace = 0;
  for (let i = 0; i < side; i++) trace += gram[i * (side + 1)];
  if (side === 1 || trace === 0) return trace;
  const found = greatestEigenvalue(gram, side);
  for (const room of ROOM) {
    const bound = found * room;
    if (bound < trace && isDefinite(gram, side, bound)) return bound;
  }
  return trace;
}

/** Products of all pairs of rows, which read the same numbers. */
function gramOf({ start, end, value }: SparseMatrix, first: number, last: number): Float64Array {
  const side = last - first;
  const length = end[first] - start[first];
  const gram = new Float64Array(side * side);
  for (let r = 0; r < side; r++) {
    const own = start[first + r];
    for (let q = 0; q <= r; q++) {
      const other = start[first + q];
      let sum = 0;
      for (let k = 0; k < length; k++) sum += value[own + k] * value[other + k];
      gram[r * side + q] = sum;
      gram[q * side + r] = sum;
    }
  }
  return gram;
}

/** By power iteration: from below, and near it. */
function greatestEigenvalue(gram: Float64Array, side: number): number {
  let vector = Float64Array.from({ length: side }, (_, i) => 1 + (i % 7) / 7);
  let found = 0;
  for (let step = 0; step < STEPS; step++) {
    const next = vector.map((_, r) => {
      let sum = 0;
      for (let c = 0; c < side; c++) sum += gram[r * side + c] * vector[c];
      return sum;
    });
    const length = Math.hypot(...next);
    if (length === 0) return 0;
    found = length;
    vector = next.map((x) => x / length);
  }
  return found;
}

/** Whether `bound I - gram` has a Cholesky factor, all of whose pivots are above what rounding may make of them. */
function isDefinite(gram: Float64Array, side: number, bound: number): boolean {
  const factor = new Float64Array(side * side);
  const least = ROUNDING * bound;
  for (let r = 0; r < side; r++) {
    const row = r * side;
    for (let c = 0; c <= r; c++) {
      const other = c * side;
      let sum = (r === c ? bound : 0) - gram[row + c];
      for (let k = 0; k < c; k++) sum -= factor[row + k] * factor[other + k];
      if (c < r) factor[row + c] = sum / factor[other + c];
      else if (sum > least) factor[row + r] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}
