import type { AffineStep, BendStep, Program, SparseMatrix, Step, UnitStep } from '../program/program.ts';
import type { PartBounds } from './partBounds.ts';

/**
 * How much one number of the network changes with what the unstable units of a part put out, all units on the pieces
 * that they have: by reverse differentiation, through those numbers alone that may change in the part.
 */
export class Sensitivities {
  /** The last result, the first `count` of each: unstable units by their numbers, and the derivative by each. */
  readonly units: Int32Array;
  readonly values: Float64Array;
  count = 0;
  /** Weights looked at so far. */
  work = 0;
  private readonly adjoints: readonly Float64Array[];
  private readonly isTouched: readonly Uint8Array[];
  private readonly touched: readonly Int32Array[];
  private readonly touchedCounts: Int32Array;
  /** By step: its stage, or -1. */
  private readonly stageOf: readonly number[];

  /** `columnsOf` gives the matrices of a step, transposed; no more units than `most` are unstable. */
  constructor(
    private readonly program: Program,
    private readonly bounds: PartBounds,
    private readonly columnsOf: (step: AffineStep) => readonly SparseMatrix[],
    most: number,
  ) {
    this.units = new Int32Array(most);
    this.values = new Float64Array(most);
    const { sizes, steps, stages } = program;
    this.adjoints = sizes.map((size) => new Float64Array(size));
    this.isTouched = sizes.map((size) => new Uint8Array(size));
    this.touched = sizes.map((size) => new Int32Array(size));
    this.touchedCounts = new Int32Array(sizes.length);
    this.stageOf = steps.map((step) => (step.kind === 'affine' ? -1 : stages.indexOf(step)));
  }

  /** Adds the number `row` of a tensor, times `factor`, to what `find` differentiates next. */
  start(tensor: number, row: number, factor: number): void {
    if (this.bounds.deviations[tensor][row] > 0) this.add(tensor, row, factor);
  }

  /** Goes back from the step at `from` to that at `to`, both included. `numbers` are those of the unstable units. */
  find(from: number, to: number, numbers: readonly Int32Array[], patterns: readonly Int32Array[]): void {
    const { program, stageOf } = this;
    this.count = 0;
    for (let k = from; k >= to; k--) {
      const step = program.steps[k];
      if (this.touchedCounts[step.output] === 0) continue;
      if (step.kind === 'affine') this.throughAffine(step);
      else this.throughBend(step, numbers[stageOf[k]], patterns[stageOf[k]], this.bounds.isUnstable[stageOf[k]]);
      this.clear(step);
    }
  }

  private add(tensor: number, row: number, by: number): void {
    if (this.isTouched[tensor][row] === 0) {
      this.isTouched[tensor][row] = 1;
      this.touched[tensor][this.touchedCounts[tensor]++] = row;
      this.adjoints[tensor][row] = by;
    } else this.adjoints[tensor][row] += by;
  }

  private clear({ output }: Step): void {
    const touched = this.touched[output];
    for (let k = 0; k < this.touchedCounts[output]; k++) this.isTouched[output][touched[k]] = 0;
    this.touchedCounts[output] = 0;
  }

  private throughAffine(step: AffineStep): void {
    const { output, terms } = step;
    const { live, liveCounts } = this.bounds;
    const columns = this.columnsOf(step);
    for (let k = 0; k < terms.length; k++) {
      const { source, matrix } = terms[k];
      if (liveCounts[source] === 0) continue;
      let byRows = 0;
      for (let j = 0; j < this.touchedCounts[output]; j++) {
        const row = this.touched[output][j];
        byRows += matrix.end[row] - matrix.start[row];
      }
      const { start, end } = columns[k];
      let byColumns = 0;
      for (let j = 0; j < liveCounts[source] && byColumns < byRows; j++) {
        const row = live[source][j];
        byColumns += end[row] - start[row];
      }
      this.work += Math.min(byColumns, byRows);
      if (byColumns < byRows) this.byColumns(output, source, columns[k]);
      else this.byRows(output, source, matrix);
    }
  }

  /** Each number of the source that may change takes in its own column. */
  private byColumns(output: number, source: number, { start, end, base, offset, value }: SparseMatrix): void {
    const { live, liveCounts } = this.bounds;
    const adjoint = this.adjoints[output];
    const isTouched = this.isTouched[output];
    for (let j = 0; j < liveCounts[source]; j++) {
      const row = live[source][j];
      let sum = 0;
      const first = base[row];
      for (let e = start[row]; e < end[row]; e++) {
        const c = first + offset[e];
        if (isTouched[c] === 1) sum += value[e] * adjoint[c];
      }
      if (sum !== 0) this.add(source, row, sum);
    }
  }

  private byRows(output: number, source: number, { start, end, base, offset, value }: SparseMatrix): void {
    const deviation = this.bounds.deviations[source];
    for (let j = 0; j < this.touchedCounts[output]; j++) {
      const row = this.touched[output][j];
      const factor = this.adjoints[output][row];
      const first = base[row];
      for (let e = start[row]; e < end[row]; e++) {
        const c = first + offset[e];
        if (deviation[c] > 0) this.add(source, c, factor * value[e]);
      }
    }
  }

  private throughBend(step: BendStep, numbers: Int32Array, pattern: Int32Array, isUnstable: Uint8Array): void {
    const { output, source } = step;
    for (let j = 0; j < this.touchedCounts[output]; j++) {
      const unit = this.touched[output][j];
      const adjoint = this.adjoints[output][unit];
      if (isUnstable[unit] === 1) {
        this.units[this.count] = numbers[unit];
        this.values[this.count++] = adjoint;
      }
      const from = step.kind === 'max' ? step.members[step.start[unit] + pattern[unit]] : unit;
      const factor = step.kind === 'max' ? adjoint : adjoint * slopeOf(step, unit, pattern[unit]);
      if (factor !== 0 && this.bounds.deviations[source][from] > 0) this.add(source, from, factor);
    }
  }
}

function slopeOf({ slopes, breakpoints }: UnitStep, unit: number, piece: number): number {
  return slopes[unit * (breakpoints.length + 1) + piece];
}
