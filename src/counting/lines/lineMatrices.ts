import { rowNorm } from '../exact/norm.ts';
import type { SparseMatrix } from '../program/program.ts';
import type { LineMemory } from './lineMemory.ts';

/** A matrix in the memory of the kernel. */
export type LineMatrix = GroupedMatrix | RowMatrix;

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
  readonly column: number;
  readonly value: number;
  readonly norm: number;
}

/** Rows of a panel of weights, as in the kernel. */
const PANEL = 4;
/** Words of a `Group` and of a run in the kernel. */
const GROUP = 6;
/** With fewer rows to a group they are multiplied one by one. */
const MIN_ROWS = 2;

export function lineMatrix(memory: LineMemory, matrix: SparseMatrix): LineMatrix {
  const ends = groupEnds(matrix);
  const norm = rowNorm(matrix);
  if (ends.length * MIN_ROWS > matrix.rows) {
    return {
      kind: 'rows',
      rows: matrix.rows,
      start: memory.takeWords(matrix.start),
      column: memory.takeWords(matrix.column),
      value: memory.takeFloats(matrix.value),
      norm,
    };
  }
  const panels = new SharedPanels(memory, matrix);
  const words: number[] = [];
  let from = 0;
  for (const to of ends) {
    const runs = runsOf(matrix, from);
    const bytes = 8 * PANEL * (matrix.start[from + 1] - matrix.start[from]);
    words.push(memory.takeWords(runs), runs.length / 3, panels.of(from, to), bytes, to - from, from);
    from = to;
  }
  return { kind: 'groups', at: memory.takeWords(words), count: words.length / GROUP, norm };
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

function readSame({ start, column }: SparseMatrix, first: number, second: number): boolean {
  const length = start[first + 1] - start[first];
  if (start[second + 1] - start[second] !== length) return false;
  for (let p = start[first], q = start[second], end = p + length; p < end; p++, q++) {
    if (column[p] !== column[q]) return false;
  }
  return true;
}

/** Ranges of columns that a row reads: first column, how many, and how many entries stand before. */
function runsOf({ start, column }: SparseMatrix, row: number): number[] {
  const runs: number[] = [];
  for (let e = start[row]; e < start[row + 1]; e++) {
    if (e > start[row] && column[e] === column[e - 1] + 1) runs[runs.length - 2]++;
    else runs.push(column[e], 1, e - start[row]);
  }
  return runs;
}

/** Panels of weights. Groups with the same weights, as at all inner places of a convolution, share them. */
class SharedPanels {
  /** The first rows of the groups met, with where their panels are, by a few of their weights. */
  private readonly known = new Map<string, { readonly from: number; readonly at: number }[]>();

  constructor(
    private readonly memory: LineMemory,
    private readonly matrix: SparseMatrix,
  ) {}

  of(from: number, to: number): number {
    const { start, value } = this.matrix;
    const [first, end] = [start[from], start[to]];
    const key = `${to - from} ${end - first} ${value[first]} ${value[(first + end) >> 1]} ${value[end - 1]}`;
    const candidates = this.known.get(key) ?? [];
    const same = candidates.find((other) => this.equal(start[other.from], first, end - first));
    if (same) return same.at;
    const at = this.make(from, to);
    this.known.set(key, [...candidates, { from, at }]);
    return at;
  }

  private equal(p: number, q: number, length: number): boolean {
    const { value } = this.matrix;
    for (let k = 0; k < length; k++) if (value[p + k] !== value[q + k]) return false;
    return true;
  }

  private make(from: number, to: number): number {
    const { start, value } = this.matrix;
    const inputs = start[from + 1] - start[from];
    const at = this.memory.take(8 * PANEL * inputs * Math.ceil((to - from) / PANEL));
    const { floats } = this.memory;
    for (let row = from; row < to; row++) {
      const k = row - from;
      let place = at / 8 + (k - (k % PANEL)) * inputs + (k % PANEL);
      for (let e = start[row]; e < start[row + 1]; e++, place += PANEL) floats[place] = value[e];
    }
    return at;
  }
}
