import type { Slice } from '../geometry/slice.ts';
import type { Program, SparseMatrix } from '../program/program.ts';

/** All that a network reads of its input, in coordinates that keep lengths. */
export interface InputSpan {
  /** The span, through the origin. */
  readonly slice: Slice;
  /** Of a point of the input space, those of its projection onto the span. */
  coordinatesOf(point: ArrayLike<number>): Float64Array;
}

/** What is left of a row beside the others, relative to its size, that is rounding. */
const NOTHING_LEFT = 1e-12;

/**
 * The span of the weight vectors of the first layers, where it is much smaller than the input space: no unit changes
 * across it, so that gradients lie in it and distances to boundaries are the same. With 128 units on 784 inputs, maps
 * have a sixth of the numbers. Null where little would be won.
 */
export function inputSpan(program: Program): InputSpan | null {
  const { inputSize } = program;
  if (program.stages.some(({ source }) => source === 0) || program.outputs.includes(0)) return null;
  const readers = program.steps.flatMap((step) =>
    step.kind === 'affine' ? step.terms.filter(({ source }) => source === 0) : [],
  );
  if (readers.reduce((sum, { matrix }) => sum + matrix.rows, 0) > inputSize / 2) return null;
  const basis: Float64Array[] = [];
  for (const { matrix } of readers) for (let r = 0; r < matrix.rows; r++) extend(basis, rowOf(matrix, r));
  return {
    slice: spanOf(basis, inputSize),
    coordinatesOf: (point) => Float64Array.from(basis, (row) => dot(row, point)),
  };
}

function rowOf({ start, end, base, offset, value, columns }: SparseMatrix, row: number): Float64Array {
  const dense = new Float64Array(columns);
  for (let e = start[row]; e < end[row]; e++) dense[base[row] + offset[e]] += value[e];
  return dense;
}

/** Gram and Schmidt, twice: the second time takes away what rounding left the first time. */
function extend(basis: Float64Array[], row: Float64Array): void {
  const size = Math.sqrt(dot(row, row));
  for (let time = 0; time < 2; time++) {
    for (const other of basis) {
      const along = dot(other, row);
      for (let i = 0; i < row.length; i++) row[i] -= along * other[i];
    }
  }
  const left = Math.sqrt(dot(row, row));
  if (left > NOTHING_LEFT * size) basis.push(row.map((x) => x / left));
}

function spanOf(basis: readonly Float64Array[], inputs: number): Slice {
  const width = basis.length + 1;
  const rows = new Float64Array(inputs * width);
  basis.forEach((vector, d) => vector.forEach((x, i) => (rows[i * width + d] = x)));
  return { dimension: basis.length, rows, faces: [], corners: [] };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
