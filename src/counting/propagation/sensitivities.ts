import type { AffineStep, BendStep, Program, SparseMatrix, UnitStep } from '../program/program.ts';
import type { Columns } from './affineUpdate.ts';
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
  /** Those of the rows that are touched, in their order. */
  private readonly factors: Float64Array;
  /** By step: its stage, or -1. */
  private readonly stageOf: readonly number[];

  /** `columnsOf` gives the matrices of a step, transposed; no more units than `most` are unstable. */
  constructor(
    private readonly program: Program,
    private readonly bounds: PartBounds,
    private readonly columnsOf: (step: AffineStep) => readonly Columns[],
    most: number,
  ) {
    this.units = new Int32Array(most);
    this.values = new Float64Array(most);
    const { sizes, steps, stages } = program;
    this.adjoints = sizes.map((size) => new Float64Array(size));
    this.isTouched = sizes.map((size) => new Uint8Array(size));
    this.touched = sizes.map((size) => new Int32Array(size));
    this.touchedCounts = new Int32Array(sizes.length);
    this.factors = new Float64Array(sizes.reduce((most, size) => Math.max(most, size), 0));
    this.stageOf = steps.map((step) => (step.kind === 'affine' ? -1 : stages.indexOf(step)));
  }

  /** Adds the number `row` of a tensor, times `factor`, to what `find` differentiates next. */
  start(tensor: number, row: number, factor: number): void {
    if (this.bounds.deviations[tensor][row] > 0) this.add(tensor, row, factor);
  }

  /**
   * Goes back from the step at `from` to that at `to`, both included; `numbers` are those of the unstable units, and
   * `beyond` is how much each may put out. Returns how far what is differentiated may be from its map; where that is
   * known to be less than `enough` it stops, and the result is not complete.
   */
  find(
    from: number,
    to: number,
    numbers: readonly Int32Array[],
    patterns: readonly Int32Array[],
    beyond: Float64Array,
    enough: number,
  ): number {
    const { program, stageOf } = this;
    this.count = 0;
    for (let k = from; k >= to; k--) {
      const step = program.steps[k];
      if (this.touchedCounts[step.output] === 0) continue;
      if (step.kind === 'affine') this.throughAffine(step);
      else this.throughBend(step, numbers[stageOf[k]], patterns[stageOf[k]], this.bounds.isUnstable[stageOf[k]]);
      this.clear(step.output);
      if (step.kind !== 'affine' || k === to || !(enough > 0)) continue;
      const most = this.most(beyond);
      if (!(most < enough)) continue;
      for (let tensor = 0; tensor < this.touched.length; tensor++) this.clear(tensor);
      return most;
    }
    return this.most(beyond);
  }

  /** By what the units met so far may put out, and how far the numbers may be off that were reached. */
  private most(beyond: Float64Array): number {
    const { units, values, touched, touchedCounts, adjoints } = this;
    let most = 0;
    for (let k = 0; k < this.count; k++) most += Math.abs(values[k]) * beyond[units[k]];
    for (let tensor = 0; tensor < touched.length; tensor++) {
      const deviations = this.bounds.deviations[tensor];
      const adjoint = adjoints[tensor];
      for (let j = 0; j < touchedCounts[tensor]; j++) {
        const row = touched[tensor][j];
        most += Math.abs(adjoint[row]) * deviations[row];
      }
    }
    return most;
  }

  private add(tensor: number, row: number, by: number): void {
    if (this.isTouched[tensor][row] === 0) {
      this.isTouched[tensor][row] = 1;
      this.touched[tensor][this.touchedCounts[tensor]++] = row;
    }
    this.adjoints[tensor][row] += by;
  }

  private clear(tensor: number): void {
    const touched = this.touched[tensor];
    for (let k = 0; k < this.touchedCounts[tensor]; k++)
      this.isTouched[tensor][touched[k]] = this.adjoints[tensor][touched[k]] = 0;
    this.touchedCounts[tensor] = 0;
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
      if (columns[k].isDense) this.byDenseColumns(output, source, columns[k]);
      else if (byColumns < byRows) this.byColumns(output, source, columns[k]);
      else this.byRows(output, source, matrix);
    }
  }

  /** Each number of the source that may change takes in its own column: of a dense matrix, no more than is touched. */
  private byDenseColumns(output: number, source: number, { start, value }: SparseMatrix): void {
    const { live, liveCounts } = this.bounds;
    const adjoint = this.adjoints[output];
    const touched = this.touched[output];
    const count = this.touchedCounts[output];
    const { factors } = this;
    for (let j = 0; j < count; j++) factors[j] = adjoint[touched[j]];
    const list = live[source];
    const even = count & ~3;
    for (let k = 0; k < liveCounts[source]; k++) {
      const first = start[list[k]];
      // In four sums, so that none waits for the last.
      let [one, two, three, four] = [0, 0, 0, 0];
      for (let j = 0; j < even; j += 4) {
        one += value[first + touched[j]] * factors[j];
        two += value[first + touched[j + 1]] * factors[j + 1];
        three += value[first + touched[j + 2]] * factors[j + 2];
        four += value[first + touched[j + 3]] * factors[j + 3];
      }
      for (let j = even; j < count; j++) one += value[first + touched[j]] * factors[j];
      const sum = one + two + (three + four);
      if (sum !== 0) this.add(source, list[k], sum);
    }
  }

  /** As `byDenseColumns`: of any matrix, all of the column. What is not touched has the adjoint 0. */
  private byColumns(output: number, source: number, { start, end, base, offset, value }: SparseMatrix): void {
    const { live, liveCounts } = this.bounds;
    const adjoint = this.adjoints[output];
    for (let j = 0; j < liveCounts[source]; j++) {
      const row = live[source][j];
      let sum = 0;
      const first = base[row];
      for (let e = start[row]; e < end[row]; e++) sum += value[e] * adjoint[first + offset[e]];
      if (sum !== 0) this.add(source, row, sum);
    }
  }

  private byRows(output: number, source: number, { start, end, base, offset, value }: SparseMatrix): void {
    const deviation = this.bounds.deviations[source];
    const adjoint = this.adjoints[source];
    const isTouched = this.isTouched[source];
    const touched = this.touched[source];
    let count = this.touchedCounts[source];
    for (let j = 0; j < this.touchedCounts[output]; j++) {
      const row = this.touched[output][j];
      const factor = this.adjoints[output][row];
      const first = base[row];
      for (let e = start[row]; e < end[row]; e++) {
        const c = first + offset[e];
        if (!(deviation[c] > 0)) continue;
        adjoint[c] += factor * value[e];
        if (isTouched[c] === 1) continue;
        isTouched[c] = 1;
        touched[count++] = c;
      }
    }
    this.touchedCounts[source] = count;
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
