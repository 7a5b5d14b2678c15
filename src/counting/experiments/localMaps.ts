import { concatenated } from '../program/concatenated.ts';
import type { BendStep, Program } from '../program/program.ts';
import { SparsePropagator } from '../propagation/propagation.ts';
import { wholeSpace, type Slice } from '../geometry/slice.ts';

/** Doubles that fit into a worker's memory with room to count in. */
const MAX_NUMBERS = 1e8;

/** Affine maps of a network's tensors around one point after another, over the input space or a slice of it. */
export class LocalMaps {
  /** Piece of each unit, by stage. */
  readonly patterns: readonly Int32Array[];
  /** Of the space in which points and gradients are. */
  readonly dimension: number;
  private readonly propagator: SparsePropagator;

  /** Errors: RangeError where that many maps over that many dimensions are too many numbers. */
  constructor(
    private readonly program: Program,
    slice: Slice = wholeSpace(program.inputSize),
  ) {
    this.dimension = slice.dimension;
    const numbers = program.sizes.reduce((sum, size) => sum + size, 0) * (this.dimension + 1);
    if (numbers > MAX_NUMBERS) throw new RangeError('the gradients of all neurons are too many numbers to hold');
    this.propagator = new SparsePropagator(program, slice);
    this.patterns = program.stages.map(({ output }) => new Int32Array(program.sizes[output]));
  }

  /**
   * Goes to a point; on a breakpoint a unit is on its lower piece, and equal arguments of a maximum tie to the first.
   */
  moveTo(point: ArrayLike<number>): void {
    this.program.stages.forEach((step, stage) => {
      const rows = this.rows(stage);
      const values = Float64Array.from({ length: rows.length / (this.dimension + 1) }, (_, i) =>
        this.valueAt(rows, i, point),
      );
      bend(step, values, this.patterns[stage]);
      this.propagator.advance(stage, this.patterns[stage]);
    });
  }

  /** The maps as they would be with other pieces at one stage and the same at all later ones. */
  withPieces(stage: number, pattern: Int32Array, look: () => void): void {
    this.advanceFrom(stage, pattern);
    look();
    this.advanceFrom(stage, this.patterns[stage]);
  }

  private advanceFrom(stage: number, pattern: Int32Array): void {
    this.propagator.advance(stage, pattern);
    for (let later = stage + 1; later < this.patterns.length; later++)
      this.propagator.advance(later, this.patterns[later]);
  }

  /** Maps of what a stage bends: a gradient and a constant for each number. */
  rows(stage: number): Float64Array {
    return this.propagator.preActivations(stage);
  }

  /** Maps of the network's outputs, one after another. */
  output(): Float64Array {
    return concatenated(this.propagator.output());
  }

  private valueAt(rows: Float64Array, row: number, point: ArrayLike<number>): number {
    const { dimension } = this;
    const at = row * (dimension + 1);
    let value = rows[at + dimension];
    for (let k = 0; k < dimension; k++) value += rows[at + k] * point[k];
    return value;
  }
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
