import type { AffineStep, BendStep, Program, SparseMatrix } from '../program/program.ts';
import { addSizes, argument, lengthOf, slopeOn, type LocalGradients } from './localGradients.ts';
import { operatorNorm } from './operatorNorm.ts';

/** What is known of a matrix at all points. */
interface Weights {
  /** How much it lengthens a vector, at most. */
  readonly norm: number;
  readonly rowLengths: Float64Array;
}

/**
 * How long the gradients of all numbers of a network are at most in the region of a point, up to rounding. Of a tensor
 * that is affine in the input the lengths are known. Beyond, a gradient is no longer than the sum of the lengths of
 * what it is made of, nor than its row of weights times the norm of the Jacobian matrix of what the row reads.
 */
export class LengthBounds {
  /** By tensor. */
  readonly of: readonly Float64Array[];
  /** By tensor: the norm of its Jacobian matrix is at most this. */
  private readonly norms: Float64Array;
  /** By tensor: its function is the same at all points. */
  private readonly affine: Uint8Array;
  private readonly weights = new Map<SparseMatrix, Weights>();
  private readonly stages: ReadonlyMap<BendStep, number>;

  constructor(
    private readonly program: Program,
    private readonly gradients: LocalGradients,
  ) {
    const { sizes, steps, stages } = program;
    this.of = sizes.map((size) => new Float64Array(size));
    this.norms = new Float64Array(sizes.length);
    this.affine = new Uint8Array(sizes.length);
    this.stages = new Map(stages.map((step, stage) => [step, stage]));
    this.of[0].fill(1);
    this.norms[0] = 1;
    this.affine[0] = 1;
    for (const step of steps) if (step.kind === 'affine') this.weigh(step);
  }

  /** Whether a tensor is affine in the input, so that its bounds are the lengths themselves. */
  isAffine(tensor: number): boolean {
    return this.affine[tensor] === 1;
  }

  /** Finds the bounds at the point where `gradients` is now. */
  update(): void {
    for (const step of this.program.steps) {
      if (this.isAffine(step.output)) continue;
      this.norms[step.output] = step.kind === 'affine' ? this.boundSums(step) : this.boundUnits(step);
      this.norms[step.output] = Math.min(this.norms[step.output], lengthOf(this.of[step.output]));
    }
  }

  private weigh(step: AffineStep): void {
    const { output, terms } = step;
    for (const { matrix } of terms)
      this.weights.set(matrix, { norm: operatorNorm(matrix), rowLengths: rowLengths(matrix) });
    if (!terms.every(({ source }) => this.isAffine(source))) return;
    this.affine[output] = 1;
    const own = this.of[output];
    for (let i = 0; i < own.length; i++) own[i] = lengthOf(this.gradients.find(output, i).gradient);
    this.norms[output] = Math.min(this.normOf(step), lengthOf(own));
  }

  private normOf({ terms }: AffineStep): number {
    return terms.reduce((sum, { source, matrix }) => sum + this.weights.get(matrix)!.norm * this.norms[source], 0);
  }

  /** These return bounds on the norm of the Jacobian matrix. */
  private boundSums(step: AffineStep): number {
    const own = this.of[step.output].fill(0);
    addSizes(step, this.of, own);
    const rows = step.terms.map(({ source, matrix }) => ({
      norm: this.norms[source],
      lengths: this.weights.get(matrix)!.rowLengths,
    }));
    for (let i = 0; i < own.length; i++) {
      let whole = 0;
      for (const { norm, lengths } of rows) whole += norm * lengths[i];
      if (whole < own[i]) own[i] = whole;
    }
    return this.normOf(step);
  }

  private boundUnits(step: BendStep): number {
    const [from, own] = [this.of[step.source], this.of[step.output]];
    const pattern = this.gradients.patterns[this.stages.get(step)!];
    const norm = this.norms[step.source];
    if (step.kind === 'max') {
      const reads = new Uint32Array(from.length);
      let most = 0;
      for (let g = 0; g < own.length; g++) {
        const at = argument(step, g, pattern[g]);
        own[g] = from[at];
        most = Math.max(most, ++reads[at]);
      }
      return norm * Math.sqrt(most);
    }
    let steepest = 0;
    for (let i = 0; i < own.length; i++) {
      const slope = Math.abs(slopeOn(step, i, pattern[i]));
      own[i] = slope * from[i];
      if (slope > steepest) steepest = slope;
    }
    return norm * steepest;
  }
}

/** No row reads a number twice. */
function rowLengths({ rows, start, end, value }: SparseMatrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, r) => lengthOf(value.subarray(start[r], end[r])));
}
