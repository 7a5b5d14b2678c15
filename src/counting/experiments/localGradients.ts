import { concatenated } from '../program/concatenated.ts';
import {
  evaluate,
  type AffineStep,
  type BendStep,
  type MaxStep,
  type Program,
  type SparseMatrix,
  type UnitStep,
} from '../program/program.ts';

/** What is left of a sum beside the sizes of its terms, where they cancel. */
const ROUNDING = 1e-12;

/** An affine function of the input. */
export interface Gradient {
  readonly gradient: Float64Array;
  readonly constant: number;
}

/**
 * A network around one point after another: its numbers, the pieces its units are on, and the gradients of single
 * numbers in the region of that point, by reverse differentiation. What no way back reaches costs nothing, so that a
 * neuron of a convolution takes no more than its receptive field.
 */
export class LocalGradients {
  /** Piece of each unit, by stage. */
  readonly patterns: readonly Int32Array[];
  /** By tensor, at the point. */
  values: readonly Float64Array[] = [];
  /** Derivatives of one number by those of each tensor: zeros but while a gradient is found. */
  private readonly adjoints: readonly Float64Array[];
  /** The sums of the sizes of what they are sums of, where these are asked for. */
  private sizes: readonly Float64Array[] | null = null;
  private madeSizes?: readonly Float64Array[];
  /** Where in them there may be others than zeros. */
  private readonly from: Int32Array;
  private readonly to: Int32Array;
  /** How far the columns of a matrix's rows are from their bases. */
  private readonly reaches = new Map<SparseMatrix, Reach>();
  /** The stage of each step that bends, the step of each tensor. */
  private readonly stages: ReadonlyMap<BendStep, number>;
  private readonly stepOf: Int32Array;

  constructor(private readonly program: Program) {
    const { sizes, stages, steps } = program;
    this.patterns = stages.map(({ output }) => new Int32Array(sizes[output]));
    this.adjoints = sizes.map((size) => new Float64Array(size));
    this.from = Int32Array.from(sizes);
    this.to = new Int32Array(sizes.length);
    for (const step of steps) {
      if (step.kind === 'affine') for (const { matrix } of step.terms) this.reaches.set(matrix, reachOf(matrix));
    }
    this.stages = new Map(stages.map((step, stage) => [step, stage]));
    this.stepOf = new Int32Array(sizes.length).fill(-1);
    steps.forEach(({ output }, k) => (this.stepOf[output] = k));
  }

  /**
   * Goes to a point; on a breakpoint a unit is on its lower piece, and equal arguments of a maximum tie to the first.
   */
  moveTo(point: ArrayLike<number>): void {
    this.values = evaluate(this.program, point);
    this.program.stages.forEach((step, stage) => bend(step, this.values[step.source], this.patterns[stage]));
  }

  /**
   * The function `gradient . input + constant` that number `first` of a tensor is in the region of the point, less that
   * of number `second` where it is not negative. With `exactZeros`, what cancels up to rounding is 0, which takes twice
   * as long.
   */
  find(tensor: number, first: number, second = -1, exactZeros = false): Gradient {
    this.sizes = exactZeros ? (this.madeSizes ??= this.adjoints.map(({ length }) => new Float64Array(length))) : null;
    this.add(tensor, first, 1);
    if (second >= 0) this.add(tensor, second, -1);
    let constant = 0;
    for (let k = this.stepOf[tensor]; k >= 0; k--) constant += this.goBack(this.program.steps[k]);
    this.dropRounding(0);
    const gradient = this.adjoints[0].slice();
    this.clear(0);
    return { gradient, constant };
  }

  /**
   * What all outputs change by, one after another, where the output of a unit grows by 1 and no piece changes. What
   * cancels up to rounding is 0.
   */
  effectOf(stage: number, unit: number): Float64Array {
    const { steps, stages, sizes, outputs } = this.program;
    const changes = sizes.map((size) => new Changes(size));
    const { output } = stages[stage];
    changes[output].set(unit, 1);
    for (const step of steps.slice(this.stepOf[output] + 1)) {
      const to = changes[step.output];
      if (step.kind === 'affine') this.changeSums(step, changes, to);
      else changeUnits(step, this.patterns[this.stages.get(step)!], changes[step.source], to);
    }
    return concatenated(outputs.map((tensor) => changes[tensor].all));
  }

  private changeSums({ terms }: AffineStep, changes: readonly Changes[], to: Changes): void {
    const sizes = new Float64Array(to.all.length);
    for (const { source, matrix } of terms) {
      const { rows, start, end, base, offset, value } = matrix;
      const { least, most } = this.reaches.get(matrix)!;
      const { all, from, to: behind } = changes[source];
      for (let r = 0; r < rows; r++) {
        if (base[r] + most < from || base[r] + least >= behind) continue;
        let [sum, size] = [0, 0];
        for (let e = start[r]; e < end[r]; e++) {
          const term = value[e] * all[base[r] + offset[e]];
          sum += term;
          size += Math.abs(term);
        }
        if (size === 0) continue;
        sizes[r] += size;
        to.set(r, to.all[r] + sum);
      }
    }
    for (let r = to.from; r < to.to; r++) if (Math.abs(to.all[r]) <= ROUNDING * sizes[r]) to.all[r] = 0;
  }

  /** Passes derivatives on from what a step writes to what it reads; returns the share of what it adds by itself. */
  private goBack(step: AffineStep | BendStep): number {
    const { from, to } = this;
    const { output } = step;
    if (from[output] >= to[output]) return 0;
    this.dropRounding(output);
    const own = this.adjoints[output];
    let constant = 0;
    if (step.kind === 'affine') {
      for (let r = from[output]; r < to[output]; r++) constant += own[r] * step.bias[r];
      for (const { source, matrix } of step.terms) this.addRows(source, matrix, own, from[output], to[output]);
    } else {
      const pattern = this.patterns[this.stages.get(step)!];
      for (let i = from[output]; i < to[output]; i++) {
        if (own[i] === 0) continue;
        const piece = pattern[i];
        if (step.kind === 'max') this.add(step.source, argument(step, i, piece), own[i]);
        else {
          this.add(step.source, i, own[i] * slopeOn(step, i, piece));
          constant += own[i] * step.intercepts[i * (step.breakpoints.length + 1) + piece];
        }
      }
    }
    this.clear(output);
    return constant;
  }

  /** Adds rows `first` to `end` of a matrix, each as often as `factors` says. */
  private addRows(source: number, matrix: SparseMatrix, factors: Float64Array, first: number, end: number): void {
    const { start, end: ends, base, offset, value } = matrix;
    const { least, most } = this.reaches.get(matrix)!;
    const to = this.adjoints[source];
    const sizes = this.sizes && this.sizes[source];
    for (let r = first; r < end; r++) {
      const factor = factors[r];
      if (factor === 0) continue;
      const at = base[r];
      for (let e = start[r]; e < ends[r]; e++) to[at + offset[e]] += factor * value[e];
      if (sizes) for (let e = start[r]; e < ends[r]; e++) sizes[at + offset[e]] += Math.abs(factor * value[e]);
      this.touch(source, Math.max(0, at + least), Math.min(to.length, at + most + 1));
    }
  }

  private add(tensor: number, at: number, value: number): void {
    this.adjoints[tensor][at] += value;
    if (this.sizes) this.sizes[tensor][at] += Math.abs(value);
    this.touch(tensor, at, at + 1);
  }

  /** What is left of derivatives whose terms cancel is 0. */
  private dropRounding(tensor: number): void {
    if (!this.sizes) return;
    const [own, sizes] = [this.adjoints[tensor], this.sizes[tensor]];
    for (let i = this.from[tensor]; i < this.to[tensor]; i++) if (Math.abs(own[i]) <= ROUNDING * sizes[i]) own[i] = 0;
  }

  private touch(tensor: number, from: number, to: number): void {
    if (from < this.from[tensor]) this.from[tensor] = from;
    if (to > this.to[tensor]) this.to[tensor] = to;
  }

  private clear(tensor: number): void {
    this.adjoints[tensor].fill(0, this.from[tensor], this.to[tensor]);
    this.sizes?.[tensor].fill(0, this.from[tensor], this.to[tensor]);
    this.from[tensor] = this.adjoints[tensor].length;
    this.to[tensor] = 0;
  }
}

interface Reach {
  readonly least: number;
  readonly most: number;
}

function reachOf({ rows, start, end, offset }: SparseMatrix): Reach {
  let [least, most] = [0, 0];
  for (let r = 0; r < rows; r++) {
    // Rows that share their entries reach as far as each other.
    if (r > 0 && start[r] === start[r - 1] && end[r] === end[r - 1]) continue;
    for (let e = start[r]; e < end[r]; e++) {
      if (offset[e] < least) least = offset[e];
      if (offset[e] > most) most = offset[e];
    }
  }
  return { least, most };
}

/** Which piece each unit is on where its arguments have these values. */
function bend(step: BendStep, values: Float64Array, pattern: Int32Array): void {
  for (let i = 0; i < pattern.length; i++) {
    let piece = 0;
    if (step.kind === 'units') {
      while (piece < step.breakpoints.length && values[i] > step.breakpoints[piece]) piece++;
    } else {
      const from = step.start[i];
      for (let k = from + 1; k < step.start[i + 1]; k++) {
        if (values[step.members[k]] > values[step.members[from + piece]]) piece = k - from;
      }
    }
    pattern[i] = piece;
  }
}

/** Changes of a tensor's numbers. */
class Changes {
  readonly all: Float64Array;
  /** Where there may be others than zeros. */
  from: number;
  to = 0;

  constructor(size: number) {
    this.all = new Float64Array(size);
    this.from = size;
  }

  set(at: number, change: number): void {
    this.all[at] = change;
    if (at < this.from) this.from = at;
    if (at >= this.to) this.to = at + 1;
  }
}

/** What units make of changes of their arguments on the pieces they are on. */
function changeUnits(step: BendStep, pattern: Int32Array, source: Changes, to: Changes): void {
  if (step.kind === 'max') {
    for (let g = 0; g < pattern.length; g++) {
      const change = source.all[argument(step, g, pattern[g])];
      if (change !== 0) to.set(g, change);
    }
    return;
  }
  for (let i = source.from; i < source.to; i++) {
    if (source.all[i] !== 0) to.set(i, slopeOn(step, i, pattern[i]) * source.all[i]);
  }
}

/** The place of the number that a maximum takes on this piece. */
export function argument({ start, members }: MaxStep, group: number, piece: number): number {
  return members[start[group] + piece];
}

export function slopeOn({ breakpoints, slopes }: UnitStep, unit: number, piece: number): number {
  return slopes[unit * (breakpoints.length + 1) + piece];
}

/** Adds to each number of a step's output the sizes of what it is a sum of. */
export function addSizes({ terms }: AffineStep, values: readonly Float64Array[], to: Float64Array): void {
  for (const { source, matrix } of terms) {
    const { rows, start, end, base, offset, value } = matrix;
    const from = values[source];
    for (let r = 0; r < rows; r++) {
      const [at, last] = [base[r], end[r]];
      let sum = 0;
      for (let e = start[r]; e < last; e++) sum += Math.abs(value[e] * from[at + offset[e]]);
      to[r] += sum;
    }
  }
}

/** Euclidean. */
export function lengthOf(vector: Float64Array): number {
  let square = 0;
  for (const x of vector) square += x * x;
  return Math.sqrt(square);
}
