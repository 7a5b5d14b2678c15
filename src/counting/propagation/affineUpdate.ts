import { entryCount, isDense, transpose, type AffineStep, type SparseMatrix } from '../program/program.ts';
import { rowNorm } from '../exact/norm.ts';
import type { ChangeLog } from './changeLog.ts';
import type { Sizes } from './sizes.ts';

/** Updates since the last computation from scratch, after which rounding is swept away by another one. */
export const UPDATES_BEFORE_FRESH = 128;

/** A transposed matrix: where it is dense, its columns stand one after another. */
export interface Columns extends SparseMatrix {
  readonly isDense: boolean;
}

/** Greatest sum of sizes in a row. */
export function greatest(rows: Float64Array, width: number): number {
  let most = 0;
  for (let at = 0; at < rows.length;) {
    let sum = 0;
    for (const end = at + width; at < end; at++) sum += Math.abs(rows[at]);
    if (!(sum <= most)) most = sum;
  }
  return most;
}

/** Lists the rows in which two tensors' maps differ; returns how many. */
function listChanged(now: Float64Array, seen: Float64Array, width: number, list: Int32Array): number {
  let count = 0;
  for (let at = 0; at < now.length; at++) {
    if (now[at] === seen[at]) continue;
    const row = Math.floor(at / width);
    list[count++] = row;
    at = row * width + width - 1;
  }
  return count;
}

function isSame(now: Float64Array, seen: Float64Array, from: number, length: number): boolean {
  for (let k = from; k < from + length; k++) if (now[k] !== seen[k]) return false;
  return true;
}

/** Numbers of a row that are worked on at a time: rows over many inputs do not fit into the caches of a processor. */
const TILE = 64;

/**
 * Adds to each row of `output` that `matrix` (transposed) reads row `row` of the source in what a change of that row by
 * `delta` does: `delta` holds the numbers from `first` on.
 */
function addColumn(
  output: Float64Array,
  matrix: SparseMatrix,
  row: number,
  width: number,
  first: number,
  delta: Float64Array,
): void {
  const { start, base, offset, value } = matrix;
  const end = matrix.end[row];
  const column = base[row];
  if (width === 3) {
    const [a, b, c] = delta;
    for (let e = start[row]; e < end; e++) {
      const at = 3 * (column + offset[e]);
      const factor = value[e];
      output[at] += factor * a;
      output[at + 1] += factor * b;
      output[at + 2] += factor * c;
    }
    return;
  }
  for (let e = start[row]; e < end; e++) {
    const factor = value[e];
    const at = (column + offset[e]) * width + first;
    for (let j = 0; j < delta.length; j++) output[at + j] += factor * delta[j];
  }
}

/** Adds `matrix` times the rows of `from`. */
function addProduct(output: Float64Array, matrix: SparseMatrix, from: Float64Array, width: number): void {
  if (width === 3) return addPlaneProduct(output, matrix, from);
  const { rows, start, end, base, offset, value } = matrix;
  const sourceRows = from.length / width;
  const isZero = new Uint8Array(sourceRows);
  for (let first = 0; first < width; first += TILE) {
    const length = Math.min(TILE, width - first);
    for (let s = 0; s < sourceRows; s++) isZero[s] = Number(isZeroFrom(from, s * width + first, length));
    for (let r = 0; r < rows; r++) {
      const to = r * width + first;
      for (let e = start[r]; e < end[r]; e++) {
        const column = base[r] + offset[e];
        if (isZero[column] === 1) continue;
        const factor = value[e];
        const at = column * width + first;
        for (let j = 0; j < length; j++) output[to + j] += factor * from[at + j];
      }
    }
  }
}

function isZeroFrom(numbers: Float64Array, first: number, length: number): boolean {
  for (let k = first; k < first + length; k++) if (numbers[k] !== 0) return false;
  return true;
}

function addPlaneProduct(output: Float64Array, matrix: SparseMatrix, from: Float64Array): void {
  const { rows, start, end, base, offset, value } = matrix;
  for (let r = 0; r < rows; r++) {
    let a = output[3 * r];
    let b = output[3 * r + 1];
    let c = output[3 * r + 2];
    const first = base[r];
    for (let e = start[r]; e < end[r]; e++) {
      const factor = value[e];
      const at = 3 * (first + offset[e]);
      a += factor * from[at];
      b += factor * from[at + 1];
      c += factor * from[at + 2];
    }
    output[3 * r] = a;
    output[3 * r + 1] = b;
    output[3 * r + 2] = c;
  }
}

/**
 * The maps of an affine step's output. It remembers what it read last, so that only rows that changed since cost
 * something.
 */
export class AffineUpdate {
  private readonly seen: Float64Array[];
  /** The matrix of each term, transposed. */
  readonly columns: readonly Columns[];
  private readonly entries: number;
  /** Greatest Euclidean norm of a row of each term: how much rounding errors that add up at random can grow. */
  private readonly norms: number[];
  private readonly sources: readonly number[];
  /** Rows of each term's source that changed since it was read, the first `counts` of them. */
  private readonly lists: readonly Int32Array[];
  private readonly counts: Int32Array;
  private readonly delta: Float64Array;
  private deltas = new Float64Array(64);
  /** How far the log of each term's source was read, and which rows of it are in the list. */
  private readonly read: Float64Array;
  private readonly isListed: readonly Uint8Array[];
  private age = UPDATES_BEFORE_FRESH;

  constructor(
    private readonly step: AffineStep,
    private readonly tensors: readonly Float64Array[],
    private readonly logs: readonly ChangeLog[],
    private readonly width: number,
  ) {
    this.seen = step.terms.map(({ source }) => new Float64Array(tensors[source].length));
    this.columns = step.terms.map(({ matrix }) => ({ ...transpose(matrix), isDense: isDense(matrix) }));
    this.entries = step.terms.reduce((sum, { matrix }) => sum + entryCount(matrix), 0);
    this.norms = step.terms.map(({ matrix }) => rowNorm(matrix));
    this.sources = step.terms.map(({ source }) => source);
    this.lists = step.terms.map(({ source }) => new Int32Array(tensors[source].length / width));
    this.counts = new Int32Array(step.terms.length);
    this.delta = new Float64Array(Math.min(width, TILE));
    this.read = new Float64Array(step.terms.length);
    this.isListed = this.lists.map(({ length }) => new Uint8Array(length));
  }

  /** The output is computed from scratch next. */
  restart(): void {
    this.age = UPDATES_BEFORE_FRESH;
  }

  /** Brings the output up to date. */
  run(sizes: Sizes): void {
    const touched = this.changed();
    const isOld = this.age >= UPDATES_BEFORE_FRESH;
    if (touched === 0 && !isOld) return;
    if (isOld || touched > 0.8 * this.entries) this.fresh();
    else this.update();
    const { output, bias } = this.step;
    const isWhole = this.age === 0 || touched >= bias.length;
    const log = this.logs[output];
    if (isWhole) log.addAll();
    const size = isWhole ? greatest(this.tensors[output], this.width) : this.logTouched(log);
    sizes.combined(output, this.sources, this.norms, size);
  }

  /** Lists the rows of the sources that changed; returns how many matrix entries they touch. */
  private changed(): number {
    let touched = 0;
    for (let k = 0; k < this.sources.length; k++) {
      const { start, end } = this.columns[k];
      const list = this.lists[k];
      const count = (this.counts[k] = this.list(k));
      for (let c = 0; c < count; c++) touched += end[list[c]] - start[list[c]];
    }
    return touched;
  }

  /** Lists the rows of one source that changed; returns how many. */
  private list(term: number): number {
    const { width } = this;
    const source = this.sources[term];
    const log = this.logs[source];
    const now = this.tensors[source];
    const seen = this.seen[term];
    const list = this.lists[term];
    const from = this.read[term];
    this.read[term] = log.count;
    if (log.isLost(from)) return listChanged(now, seen, width, list);
    const isListed = this.isListed[term];
    let count = 0;
    for (let k = from; k < log.count; k++) {
      const row = log.at(k);
      if (isListed[row] === 1 || isSame(now, seen, row * width, width)) continue;
      isListed[row] = 1;
      list[count++] = row;
    }
    for (let c = 0; c < count; c++) isListed[list[c]] = 0;
    return count;
  }

  /** Logs the rows of the output that an update wrote; returns the greatest size of one. */
  private logTouched(log: ChangeLog): number {
    const { width } = this;
    const output = this.tensors[this.step.output];
    let most = 0;
    for (let k = 0; k < this.sources.length; k++) {
      const { start, end, base, offset } = this.columns[k];
      const list = this.lists[k];
      for (let c = 0; c < this.counts[k]; c++) {
        for (let e = start[list[c]]; e < end[list[c]]; e++) {
          const row = base[list[c]] + offset[e];
          log.add(row);
          let sum = 0;
          for (let at = row * width; at < (row + 1) * width; at++) sum += Math.abs(output[at]);
          if (!(sum <= most)) most = sum;
        }
      }
    }
    return most;
  }

  private fresh(): void {
    const { step, width } = this;
    const output = this.tensors[step.output].fill(0);
    for (let r = 0; r < step.bias.length; r++) output[r * width + width - 1] = step.bias[r];
    for (let k = 0; k < this.sources.length; k++) {
      const from = this.tensors[this.sources[k]];
      this.seen[k].set(from);
      addProduct(output, step.terms[k].matrix, from, width);
    }
    this.age = 0;
  }

  private update(): void {
    const { width } = this;
    for (let first = 0; first < width; first += TILE) {
      this.updateTile(first, this.delta.subarray(0, Math.min(TILE, width - first)));
    }
    this.age++;
  }

  private updateTile(first: number, delta: Float64Array): void {
    const { step, width } = this;
    const output = this.tensors[step.output];
    for (let k = 0; k < this.sources.length; k++) {
      if (width === 3 && this.columns[k].isDense) {
        this.updateDense(k, output);
        continue;
      }
      const from = this.tensors[this.sources[k]];
      const seen = this.seen[k];
      const list = this.lists[k];
      for (let c = 0; c < this.counts[k]; c++) {
        for (let j = 0, at = list[c] * width + first; j < delta.length; j++, at++) {
          delta[j] = from[at] - seen[at];
          seen[at] = from[at];
        }
        addColumn(output, this.columns[k], list[c], width, first, delta);
      }
    }
  }

  /** As `updateTile`, in the plane: row by row of a dense matrix, so that each number is written once. */
  private updateDense(term: number, output: Float64Array): void {
    const { value, columns } = this.step.terms[term].matrix;
    const from = this.tensors[this.sources[term]];
    const seen = this.seen[term];
    const list = this.lists[term];
    const count = this.counts[term];
    if (this.deltas.length < 3 * count) this.deltas = new Float64Array(6 * count);
    const { deltas } = this;
    for (let c = 0, to = 0; c < count; c++) {
      for (let at = 3 * list[c]; at < 3 * list[c] + 3; at++) {
        deltas[to++] = from[at] - seen[at];
        seen[at] = from[at];
      }
    }
    addDense(output, value, columns, list, deltas, count);
  }
}

/** Adds a dense matrix times the first `count` changes, of the source's rows in `list`: two rows of it at a time. */
function addDense(
  output: Float64Array,
  value: Float64Array,
  columns: number,
  list: Int32Array,
  deltas: Float64Array,
  count: number,
): void {
  let to = 0;
  let first = 0;
  for (; to + 6 <= output.length; to += 6, first += 2 * columns) {
    let x = 0;
    let y = 0;
    let z = 0;
    let u = 0;
    let v = 0;
    let w = 0;
    for (let c = 0, at = 0; c < count; c++, at += 3) {
      const here = value[first + list[c]];
      const below = value[first + columns + list[c]];
      const a = deltas[at];
      const b = deltas[at + 1];
      const d = deltas[at + 2];
      x += here * a;
      y += here * b;
      z += here * d;
      u += below * a;
      v += below * b;
      w += below * d;
    }
    output[to] += x;
    output[to + 1] += y;
    output[to + 2] += z;
    output[to + 3] += u;
    output[to + 4] += v;
    output[to + 5] += w;
  }
  if (to === output.length) return;
  for (let c = 0, at = 0; c < count; c++, at += 3) {
    const weight = value[first + list[c]];
    for (let j = 0; j < 3; j++) output[to + j] += weight * deltas[at + j];
  }
}
