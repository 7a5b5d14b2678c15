import { transpose, type AffineStep, type Program, type SparseMatrix, type Step } from './program.ts';
import { Sizes } from './sizes.ts';
import type { Slice } from './slice.ts';

/** Affine maps of a network's tensors on one cell after another, as coefficients over the slice and a constant. */
export interface Propagator {
  /** Maps of the source tensor of a stage, `dimension + 1` numbers each. */
  rows(stage: number): Float64Array;
  /** Greatest size of numbers met in those maps, for rounding errors. */
  scale(stage: number): number;
  /** Enters a cell: stage `stage` has this pattern now (earlier ones as told before); makes `rows(stage + 1)` right. */
  advance(stage: number, pieces: Int32Array, parent: number): void;
  /** Leaves out rows of the last stage where it can. */
  readonly narrow?: NarrowPropagation;
  /** Maps of the network's output, once the last stage has advanced. */
  output(): Float64Array[];
  /** Greatest size of numbers met in those. */
  outputScale(): number;
}

/** What a propagator offers for leaving out rows of the last stage that cannot vanish in a part of the plane. */
export interface NarrowPropagation {
  /**
   * In a part in which only the units of stage `stage` (second to last) at `from` to `to` in `open` are still undecided: makes `rows`
   * right for the pattern as it stands, and `margins` what each may be off by where those units are on their other side,
   * given how far the function of each goes there.
   */
  propagate(
    stage: number,
    pieces: Int32Array,
    parent: number,
    open: Int32Array,
    from: number,
    to: number,
    reach: Float64Array,
  ): void;
  readonly rows: Float64Array;
  readonly margins: Float64Array;
  /** From now on only these rows of the last stage are kept right. */
  keep(candidates: Int32Array, count: number): void;
  /** The open units have these pieces now. */
  advance(pieces: Int32Array): void;
  end(): void;
}

/** Updates since the last computation from scratch, after which rounding is swept away by another one. */
export const UPDATES_BEFORE_FRESH = 128;

/**
 * Propagation through any program. An affine step remembers what it read last: rows of its source that did not change since
 * cost nothing, so that in a convolution only the receptive field of a flipped neuron is touched.
 */
export class SparsePropagator implements Propagator {
  private readonly tensors: Float64Array[];
  private readonly width: number;
  private readonly sizes: Sizes;
  /** Steps up to stage 0, from stage 0 to stage 1, ...; a bending step leads its group. */
  private readonly groups: Step[][] = [[]];
  private readonly updates = new Map<AffineStep, AffineUpdate>();

  constructor(
    private readonly program: Program,
    slice: Slice,
  ) {
    this.width = slice.dimension + 1;
    this.tensors = program.sizes.map((size) => new Float64Array(size * this.width));
    this.tensors[0].set(slice.rows);
    this.sizes = new Sizes(program.sizes.length);
    this.sizes.first(0, greatest(slice.rows, this.width));
    for (const step of program.steps) {
      if (step.kind === 'affine') this.updates.set(step, new AffineUpdate(step, this.tensors, this.width));
      else this.groups.push([]);
      this.groups[this.groups.length - 1].push(step);
    }
    this.run(this.groups[0]);
  }

  rows(stage: number): Float64Array {
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

  advance(stage: number, pieces: Int32Array): void {
    this.bend(stage, pieces);
    this.run(this.groups[stage + 1]);
  }

  private bend(stage: number, pieces: Int32Array): void {
    const step = this.program.stages[stage];
    const { width } = this;
    const source = this.tensors[step.source];
    const output = this.tensors[step.output];
    if (step.kind === 'max') {
      for (let g = 0; g < pieces.length; g++) {
        const from = step.members[step.start[g] + pieces[g]] * width;
        for (let k = 0; k < width; k++) output[g * width + k] = source[from + k];
      }
    } else {
      const count = step.breakpoints.length + 1;
      for (let i = 0; i < pieces.length; i++) {
        const slope = step.slopes[i * count + pieces[i]];
        for (let k = 0; k < width; k++) output[i * width + k] = slope * source[i * width + k];
        output[i * width + width - 1] += step.intercepts[i * count + pieces[i]];
      }
    }
    this.sizes.bent(step.output, step.source, greatest(output, width));
  }

  private run(steps: readonly Step[]): void {
    for (const step of steps) {
      if (step.kind !== 'affine') continue;
      this.updates.get(step)?.run(this.sizes);
    }
  }
}

/** Greatest sum of sizes in a row. */
export function greatest(rows: Float64Array, width: number): number {
  let most = 0;
  for (let at = 0; at < rows.length; at += width) {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += Math.abs(rows[at + k]);
    if (!(sum <= most)) most = sum;
  }
  return most;
}

class AffineUpdate {
  private readonly seen: Float64Array[];
  private readonly transposed: SparseMatrix[];
  private readonly entries: number;
  /** Greatest Euclidean norm of a row of each term: how much rounding errors that add up at random can grow. */
  private readonly norms: number[];
  private readonly sources: readonly number[];
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
  }

  /** Brings the output up to date. */
  run(sizes: Sizes): void {
    if (this.age >= UPDATES_BEFORE_FRESH || this.changed() * 2 > this.entries) this.fresh();
    else this.update();
    const { output } = this.step;
    sizes.combined(output, this.sources, this.norms, greatest(this.tensors[output], this.width));
  }

  /** Matrix entries that changed rows of the sources would touch. */
  private changed(): number {
    let touched = 0;
    this.step.terms.forEach(({ source }, k) => {
      const { start } = this.transposed[k];
      for (let i = 0; i + 1 < start.length; i++) {
        if (this.differs(this.tensors[source], this.seen[k], i)) touched += start[i + 1] - start[i];
      }
    });
    return touched;
  }

  private differs(now: Float64Array, seen: Float64Array, row: number): boolean {
    for (let k = row * this.width; k < (row + 1) * this.width; k++) if (now[k] !== seen[k]) return true;
    return false;
  }

  private fresh(): void {
    const { step, width } = this;
    const output = this.tensors[step.output].fill(0);
    step.bias.forEach((value, r) => (output[r * width + width - 1] = value));
    step.terms.forEach(({ source, matrix }, k) => {
      const from = this.tensors[source];
      this.seen[k].set(from);
      for (let r = 0; r < matrix.rows; r++) {
        for (let e = matrix.start[r]; e < matrix.start[r + 1]; e++) {
          const factor = matrix.value[e];
          const at = matrix.column[e] * width;
          for (let j = 0; j < width; j++) output[r * width + j] += factor * from[at + j];
        }
      }
    });
    this.age = 0;
  }

  private update(): void {
    const { step, width } = this;
    const output = this.tensors[step.output];
    const delta = new Float64Array(width);
    step.terms.forEach(({ source }, k) => {
      const from = this.tensors[source];
      const seen = this.seen[k];
      const { start, column, value } = this.transposed[k];
      for (let i = 0; i + 1 < start.length; i++) {
        if (!this.differs(from, seen, i)) continue;
        for (let j = 0; j < width; j++) {
          delta[j] = from[i * width + j] - seen[i * width + j];
          seen[i * width + j] = from[i * width + j];
        }
        for (let e = start[i]; e < start[i + 1]; e++) {
          const at = column[e] * width;
          for (let j = 0; j < width; j++) output[at + j] += value[e] * delta[j];
        }
      }
    });
    this.age++;
  }
}

function rowNorm(matrix: SparseMatrix): number {
  let most = 0;
  for (let r = 0; r < matrix.rows; r++) {
    let sum = 0;
    for (let e = matrix.start[r]; e < matrix.start[r + 1]; e++) sum += matrix.value[e] ** 2;
    if (sum > most) most = sum;
  }
  return Math.sqrt(most);
}
