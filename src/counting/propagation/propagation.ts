import {
  transpose,
  type AffineStep,
  type MaxStep,
  type Program,
  type SparseMatrix,
  type Step,
  type UnitStep,
} from '../program/program.ts';
import type { Box } from '../geometry/geometry.ts';
import { greatestSize, rowNorm } from '../exact/norm.ts';
import { Sizes } from './sizes.ts';
import type { Slice } from '../geometry/slice.ts';

/** Affine maps of a network's tensors on one cell after another, as coefficients over the slice and a constant. */
export interface Propagator {
  /** Maps of the source tensor of a stage, `dimension + 1` numbers each. */
  preActivations(stage: number): Float64Array;
  /** Greatest size of numbers met in those maps, for rounding errors. */
  scale(stage: number): number;
  /**
   * Enters a cell: stage `stage` has this pattern now, earlier ones are unchanged; updates `preActivations(stage + 1)`.
   */
  advance(stage: number, pattern: Int32Array): void;
  /** Where the pieces of a stage are to be written, if it matters. */
  patternOf?(stage: number): Int32Array;
  /** Classifies the units of a stage by a box around the cell, where it can. */
  readonly coarse?: CoarseClassifier;
  /** The walk is over: what was lent is given back. */
  release?(): void;
  /** Leaves out rows of the last stage where it can. */
  readonly narrow?: NarrowPropagation;
  /** Maps of the network's output, once the last stage has advanced. */
  output(): Float64Array[];
  /** Greatest size of numbers met in those. */
  outputScale(): number;
}

/** A first look at all units of a stage, which bend at 0, on a box around the cell. */
export interface CoarseClassifier {
  /**
   * Gives each unit the piece of its sign at the center; returns how many may vanish in the box: the first of
   * `doubtful`. Negative where numbers are larger than any before: `scale` has grown, and with it the tolerance.
   */
  classify(stage: number, box: Box, tolerance: number): number;
  readonly uncertain: Int32Array;
}

/** What a propagator offers for leaving out rows of the last stage that cannot vanish in a part of the plane. */
export interface NarrowPropagation {
  /**
   * In a part in which only the units of stage `stage` (second to last) at `from` to `to` in `open` are still
   * undecided: makes `rows` right for the pattern as it stands, and `margins` what each may be off by where those units
   * are on their other side, given how far the function of each goes there.
   */
  propagate(stage: number, pattern: Int32Array, open: Int32Array, from: number, to: number, reach: Float64Array): void;
  readonly rows: Float64Array;
  readonly margins: Float64Array;
  /** From now on only these rows of the last stage are kept right. */
  keep(candidates: Int32Array, count: number): void;
  /** The open units have these pieces now. */
  advance(pattern: Int32Array): void;
  end(): void;
}

/** Updates since the last computation from scratch, after which rounding is swept away by another one. */
export const UPDATES_BEFORE_FRESH = 128;

/**
 * Propagation through any program. An affine step remembers what it read last: rows of its source that did not change
 * since cost nothing, so that in a convolution only the receptive field of a flipped neuron is touched.
 */
export class SparsePropagator implements Propagator {
  private readonly tensors: Float64Array[];
  private readonly width: number;
  private readonly sizes: Sizes;
  /** Steps up to stage 0, from stage 0 to stage 1, ...; a bending step leads its group. */
  private readonly groups: Step[][] = [[]];
  private readonly updates = new Map<AffineStep, AffineUpdate>();
  /** How often each tensor changed, and at which of these each stage read its source last, with which pieces. */
  private readonly versions: Float64Array;
  private readonly read: Float64Array;
  private readonly patterns: readonly Int32Array[];
  /** Greatest size of a slope of each stage. */
  private readonly slopes: readonly number[];

  constructor(
    private readonly program: Program,
    slice: Slice,
  ) {
    this.width = slice.dimension + 1;
    this.tensors = program.sizes.map((size) => new Float64Array(size * this.width));
    this.tensors[0].set(slice.rows);
    this.versions = new Float64Array(program.sizes.length);
    this.read = new Float64Array(program.stages.length).fill(-1);
    this.patterns = program.stages.map(({ output }) => new Int32Array(program.sizes[output]));
    this.slopes = program.stages.map((step) => (step.kind === 'max' ? 1 : greatestSize(step.slopes)));
    this.sizes = new Sizes(program.sizes.length);
    this.sizes.first(0, greatest(slice.rows, this.width));
    for (const step of program.steps) {
      if (step.kind === 'affine') this.updates.set(step, new AffineUpdate(step, this.tensors, this.width));
      else this.groups.push([]);
      this.groups[this.groups.length - 1].push(step);
    }
    this.run(this.groups[0]);
  }

  preActivations(stage: number): Float64Array {
    return this.tensors[this.program.stages[stage].source];
  }

  scale(stage: number): number {
    return this.sizes.scale(this.program.stages[stage].source);
  }

  output(): Float64Array[] {
    return this.program.outputs.map((tensor) => this.tensors[tensor]);
  }

  outputScale(): number {
    return Math.max(...this.program.outputs.map((tensor) => this.sizes.scale(tensor)));
  }

  advance(stage: number, pattern: Int32Array): void {
    this.bend(stage, pattern);
    this.run(this.groups[stage + 1]);
  }

  private bend(stage: number, pattern: Int32Array): void {
    const step = this.program.stages[stage];
    const isNew = this.read[stage] !== this.versions[step.source];
    const size =
      step.kind === 'max' ? this.bendGroups(stage, step, pattern, isNew) : this.bendUnits(stage, step, pattern, isNew);
    this.read[stage] = this.versions[step.source];
    this.versions[step.output]++;
    this.sizes.bent(step.output, step.source, size, this.slopes[stage]);
  }

  // Where the source is as it was, only what changed its piece is looked at. Both return the greatest size of a row
  // that was.

  private bendGroups(stage: number, step: MaxStep, pattern: Int32Array, isNew: boolean): number {
    const { width } = this;
    const source = this.tensors[step.source];
    const output = this.tensors[step.output];
    const before = this.patterns[stage];
    let most = 0;
    for (let g = 0; g < pattern.length; g++) {
      const piece = pattern[g];
      if (piece === before[g] && !isNew) continue;
      before[g] = piece;
      const from = step.members[step.start[g] + piece] * width;
      let sum = 0;
      for (let k = 0; k < width; k++) {
        const value = source[from + k];
        output[g * width + k] = value;
        sum += Math.abs(value);
      }
      if (!(sum <= most)) most = sum;
    }
    return most;
  }

  private bendUnits(stage: number, step: UnitStep, pattern: Int32Array, isNew: boolean): number {
    const { width } = this;
    const { slopes, intercepts } = step;
    const source = this.tensors[step.source];
    const output = this.tensors[step.output];
    const before = this.patterns[stage];
    const count = step.breakpoints.length + 1;
    let most = 0;
    for (let i = 0; i < pattern.length; i++) {
      const piece = pattern[i];
      if (piece === before[i] && !isNew) continue;
      before[i] = piece;
      const slope = slopes[i * count + piece];
      const at = i * width;
      for (let k = at; k < at + width; k++) output[k] = slope * source[k];
      output[at + width - 1] += intercepts[i * count + piece];
      let sum = 0;
      for (let k = at; k < at + width; k++) sum += Math.abs(output[k]);
      if (!(sum <= most)) most = sum;
    }
    return most;
  }

  private run(steps: readonly Step[]): void {
    for (const step of steps) {
      if (step.kind === 'affine' && this.updates.get(step)?.run(this.sizes)) this.versions[step.output]++;
    }
  }
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
  const { start, column, value } = matrix;
  const end = start[row + 1];
  if (width === 3) {
    const [a, b, c] = delta;
    for (let e = start[row]; e < end; e++) {
      const at = 3 * column[e];
      const factor = value[e];
      output[at] += factor * a;
      output[at + 1] += factor * b;
      output[at + 2] += factor * c;
    }
    return;
  }
  for (let e = start[row]; e < end; e++) {
    const factor = value[e];
    const at = column[e] * width + first;
    for (let j = 0; j < delta.length; j++) output[at + j] += factor * delta[j];
  }
}

/** Adds `matrix` times the rows of `from`. */
function addProduct(output: Float64Array, matrix: SparseMatrix, from: Float64Array, width: number): void {
  if (width === 3) return addPlaneProduct(output, matrix, from);
  const { rows, start, column, value } = matrix;
  const sourceRows = from.length / width;
  const isZero = new Uint8Array(sourceRows);
  for (let first = 0; first < width; first += TILE) {
    const length = Math.min(TILE, width - first);
    for (let s = 0; s < sourceRows; s++) isZero[s] = Number(isZeroFrom(from, s * width + first, length));
    for (let r = 0; r < rows; r++) {
      const to = r * width + first;
      for (let e = start[r]; e < start[r + 1]; e++) {
        if (isZero[column[e]] === 1) continue;
        const factor = value[e];
        const at = column[e] * width + first;
        for (let j = 0; j < length; j++) output[to + j] += factor * from[at + j];
      }
    }
  }
}

function isZeroFrom(numbers: Float64Array, first: number, length: number): boolean {
  for (let k = first; k < first + length; k++) if (numbers[k] !== 0) return false;
  return true;
}

function addPlaneProduct(output: Float64Array, { rows, start, column, value }: SparseMatrix, from: Float64Array): void {
  for (let r = 0; r < rows; r++) {
    let a = output[3 * r];
    let b = output[3 * r + 1];
    let c = output[3 * r + 2];
    for (let e = start[r]; e < start[r + 1]; e++) {
      const factor = value[e];
      const at = 3 * column[e];
      a += factor * from[at];
      b += factor * from[at + 1];
      c += factor * from[at + 2];
    }
    output[3 * r] = a;
    output[3 * r + 1] = b;
    output[3 * r + 2] = c;
  }
}

class AffineUpdate {
  private readonly seen: Float64Array[];
  private readonly transposed: SparseMatrix[];
  private readonly entries: number;
  /** Greatest Euclidean norm of a row of each term: how much rounding errors that add up at random can grow. */
  private readonly norms: number[];
  private readonly sources: readonly number[];
  /** Rows of each term's source that changed since it was read, the first `counts` of them. */
  private readonly lists: readonly Int32Array[];
  private readonly counts: Int32Array;
  private readonly delta: Float64Array;
  private age = UPDATES_BEFORE_FRESH;

  constructor(
    private readonly step: AffineStep,
    private readonly tensors: readonly Float64Array[],
    private readonly width: number,
  ) {
    this.seen = step.terms.map(({ source }) => new Float64Array(tensors[source].length));
    this.transposed = step.terms.map(({ matrix }) => transpose(matrix));
    this.entries = step.terms.reduce((sum, { matrix }) => sum + matrix.column.length, 0);
    this.norms = step.terms.map(({ matrix }) => rowNorm(matrix));
    this.sources = step.terms.map(({ source }) => source);
    this.lists = step.terms.map(({ source }) => new Int32Array(tensors[source].length / width));
    this.counts = new Int32Array(step.terms.length);
    this.delta = new Float64Array(Math.min(width, TILE));
  }

  /** Brings the output up to date; returns whether it changed. */
  run(sizes: Sizes): boolean {
    const touched = this.age >= UPDATES_BEFORE_FRESH ? Infinity : this.changed();
    if (touched > 0) {
      if (touched > 0.8 * this.entries) this.fresh();
      else this.update();
    }
    if (touched > 0) {
      const { output } = this.step;
      const size = greatest(this.tensors[output], this.width);
      sizes.combined(output, this.sources, this.norms, size);
    }
    return touched > 0;
  }

  /** Lists the rows of the sources that changed; returns how many matrix entries they touch. */
  private changed(): number {
    let touched = 0;
    for (let k = 0; k < this.sources.length; k++) {
      const { start } = this.transposed[k];
      const list = this.lists[k];
      const count = listChanged(this.tensors[this.sources[k]], this.seen[k], this.width, list);
      this.counts[k] = count;
      for (let c = 0; c < count; c++) touched += start[list[c] + 1] - start[list[c]];
    }
    return touched;
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
      const from = this.tensors[this.sources[k]];
      const seen = this.seen[k];
      const list = this.lists[k];
      for (let c = 0; c < this.counts[k]; c++) {
        for (let j = 0, at = list[c] * width + first; j < delta.length; j++, at++) {
          delta[j] = from[at] - seen[at];
          seen[at] = from[at];
        }
        addColumn(output, this.transposed[k], list[c], width, first, delta);
      }
    }
  }
}
