import { rowNorm } from '../exact/norm.ts';
import type { SparseMatrix } from '../program/program.ts';
import type { LineMemory } from './lineMemory.ts';

/** A matrix in the memory of the kernel. */
export type LineMatrix = GroupedMatrix | RowMatrix | DiagonalMatrix;

/** Rows that read the same columns stand together, as the filters at one place of a convolution. */
interface GroupedMatrix {
  readonly kind: 'groups';
  readonly at: number;
  readonly count: number;
  readonly norm: number;
}

/** Compressed rows as they are. */
interface RowMatrix {
  readonly kind: 'rows';
  readonly rows: number;
  readonly start: number;
  readonly end: number;
  readonly base: number;
  readonly offset: number;
  readonly value: number;
  readonly norm: number;
}

/** Each number is multiplied by its own. */
export interface DiagonalMatrix {
  readonly kind: 'diagonal';
  readonly factors: number;
  /** Nothing is changed. */
  readonly isIdentity: boolean;
  readonly hasZeros: boolean;
  readonly norm: number;
}

export function isDiagonal(matrix: LineMatrix): matrix is DiagonalMatrix {
  return matrix.kind === 'diagonal';
}

/** Rows of a panel of weights, as in the kernel. */
const PANEL = 4;
/** Words of a `Group` and of a run in the kernel. */
const GROUP = 6;
/** With fewer rows to a group they are multiplied one by one. */
const MIN_ROWS = 2;

export function lineMatrix(memory: LineMemory, matrix: SparseMatrix): LineMatrix {
  const norm = rowNorm(matrix);
  const factors = diagonalOf(matrix);
  if (factors) {
    const isIdentity = factors.every((x) => x === 1);
    return { kind: 'diagonal', factors: memory.takeFloats(factors), isIdentity, hasZeros: factors.includes(0), norm };
  }
  const ends = groupEnds(matrix);
  if (ends.length * MIN_ROWS > matrix.rows) {
    return {
      kind: 'rows',
      rows: matrix.rows,
      start: memory.takeWords(matrix.start),
      end: memory.takeWords(matrix.end),
      base: memory.takeWords(matrix.base),
      offset: memory.takeWords(matrix.offset),
      value: memory.takeFloats(matrix.value),
      norm,
    };
  }
  const panels = new SharedPanels(memory, matrix);
  const words: number[] = [];
  let from = 0;
  for (const to of ends) {
    const runs = runsOf(matrix, from);
    const bytes = 8 * PANEL * (matrix.end[from] - matrix.start[from]);
    words.push(memory.takeWords(runs), runs.length / 3, panels.of(from, to), bytes, to - from, from);
    from = to;
  }
  return { kind: 'groups', at: memory.takeWords(words), count: words.length / GROUP, norm };
}

/** The numbers of a matrix that is zero but on its diagonal, and null for others. */
function diagonalOf({ rows, columns, start, end, base, offset, value }: SparseMatrix): Float64Array | null {
  if (rows !== columns) return null;
  const found = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    const e = start[r];
    if (end[r] - e > 1 || (end[r] > e && base[r] + offset[e] !== r)) return null;
    found[r] = end[r] > e ? value[e] : 0;
  }
  return found;
}

/** Where each group of rows that read the same columns ends. */
function groupEnds(matrix: SparseMatrix): number[] {
  const ends: number[] = [];
  for (let from = 0; from < matrix.rows;) {
    let to = from + 1;
    while (to < matrix.rows && readSame(matrix, from, to)) to++;
    ends.push(to);
    from = to;
  }
  return ends;
}

function readSame({ start, end, base, offset }: SparseMatrix, first: number, second: number): boolean {
  if (base[first] !== base[second] || end[second] - start[second] !== end[first] - start[first]) return false;
  for (let p = start[first], q = start[second]; p < end[first]; p++, q++) {
    if (offset[p] !== offset[q]) return false;
  }
  return true;
}

/** Ranges of columns that a row reads: first column, how many, and how many entries stand before. */
function runsOf({ start, end, base, offset }: SparseMatrix, row: number): number[] {
  const runs: number[] = [];
  for (let e = start[row]; e < end[row]; e++) {
    if (e > start[row] && offset[e] === offset[e - 1] + 1) runs[runs.length - 2]++;
    else runs.push(base[row] + offset[e], 1, e - start[row]);
  }
  return runs;
}

/** Panels of weights. Groups with the same weights, as at all inner places of a convolution, share them. */
class SharedPanels {
  /** The first rows of the groups met, with where their panels are, by where the entries of their rows begin. */
  private readonly known = new Map<string, { readonly from: number; readonly at: number }[]>();

  constructor(
    private readonly memory: LineMemory,
    private readonly matrix: SparseMatrix,
  ) {}

  of(from: number, to: number): number {
    const { start } = this.matrix;
    const key = `${to - from} ${start[from]} ${start[to - 1]}`;
    const candidates = this.known.get(key) ?? [];
    const same = candidates.find((other) => this.areSame(other.from, from, to - from));
    if (same) return same.at;
    const at = this.make(from, to);
    this.known.set(key, [...candidates, { from, at }]);
    return at;
  }

  /** Like rows share their entries. */
  private areSame(first: number, second: number, rows: number): boolean {
    const { start, end } = this.matrix;
    for (let k = 0; k < rows; k++)
      if (start[first + k] !== start[second + k] || end[first + k] !== end[second + k]) return false;
    return true;
  }

  private make(from: number, to: number): number {
    const { start, end, value } = this.matrix;
    const inputs = end[from] - start[from];
    const at = this.memory.take(8 * PANEL * inputs * Math.ceil((to - from) / PANEL));
    const { floats } = this.memory;
    for (let row = from; row < to; row++) {
      const k = row - from;
      let place = at / 8 + (k - (k % PANEL)) * inputs + (k % PANEL);
      for (let e = start[row]; e < end[row]; e++, place += PANEL) floats[place] = value[e];
    }
    return at;
  }
}
