import type { SparseMatrix } from '../program/program.ts';

/** Tells which rows of matrices read the same columns. */
export class SameColumns {
  /** Of each matrix, by where the entries of a row begin, the first such place with the same offsets. */
  private readonly known = new Map<SparseMatrix, Map<number, number>>();

  areSame(matrix: SparseMatrix, a: number, b: number): boolean {
    if (a === b) return true;
    return matrix.base[a] === matrix.base[b] && this.kindOf(matrix, a) === this.kindOf(matrix, b);
  }

  private kindOf(matrix: SparseMatrix, row: number): number {
    let kinds = this.known.get(matrix);
    if (!kinds) this.known.set(matrix, (kinds = kindsOf(matrix)));
    const { start, end } = matrix;
    return start[row] === end[row] ? -1 : kinds.get(start[row])!;
  }
}

function kindsOf({ rows, start, end, offset }: SparseMatrix): Map<number, number> {
  const kinds = new Map<number, number>();
  const candidates = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const [first, length] = [start[row], end[row] - start[row]];
    if (length === 0 || kinds.has(first)) continue;
    // Rows with the same first and last offset and as many entries mostly have the same offsets.
    const key = length * 65_537 + offset[end[row] - 1];
    const known = candidates.get(key) ?? [];
    const same = known.find((other) => isSame(offset, first, other, length));
    kinds.set(first, same ?? first);
    if (same === undefined) candidates.set(key, [...known, first]);
  }
  return kinds;
}

function isSame(offset: Int32Array, a: number, b: number, length: number): boolean {
  for (let k = 0; k < length; k++) if (offset[a + k] !== offset[b + k]) return false;
  return true;
}
