import type { Slice } from '../geometry/slice.ts';
import { grown, type AffineStep, type Program, type SparseMatrix, type UnitStep } from '../program/program.ts';
import { ballOf, product, sum, type Ball } from './ball.ts';
import { BallSums } from './ballSums.ts';
import { BallTable, EACH, NONE, UNKNOWN, ZERO } from './ballTable.ts';
import type { ExactNumbers } from './exactNumbers.ts';
import { SameColumns } from './sameColumns.ts';

/**
 * Coefficients and constants over a slice of the numbers of each tensor on the current cell, by twice the digits of a
 * double, with bounds on their errors. They are computed when they are asked for, and kept until the cell is left.
 */
export class BallRows {
  private readonly width: number;
  private readonly program: Program;
  private readonly slice: Slice;
  private readonly tables: (BallTable | undefined)[];
  private readonly serials: number[];
  private readonly sums: BallSums;
  private readonly columns = new SameColumns();
  /** The row of a matrix that reads what was taken last: see `take`. */
  private taken: { readonly tensor: number; readonly matrix: SparseMatrix; readonly row: number } | null = null;
  /** Where the rows begin that were taken, and which entries of the matrix row these are. */
  private places = new Int32Array(64);
  private picks = new Int32Array(64);

  /**
   * `patterns[s]` is the pattern of stage `s` on the current cell; `serial[s]` changes whenever the cell of stages 0 to
   * `s` does.
   */
  constructor(
    private readonly numbers: ExactNumbers,
    private readonly patterns: readonly Int32Array[],
    private readonly serial: Float64Array,
  ) {
    this.program = numbers.program;
    this.slice = numbers.slice;
    this.width = this.slice.dimension + 1;
    this.tables = this.program.sizes.map(() => undefined);
    this.serials = this.program.sizes.map(() => -1);
    this.sums = new BallSums(this.width);
  }

  /** The row of a number; null where it has a constant that is not a double. */
  at(tensor: number, index: number): Ball[] | null {
    // The cell may be another one.
    this.taken = null;
    const table = this.table(tensor);
    return table.balls(this.slotOf(table, tensor, index));
  }

  /** The rows of a tensor that belong to the current cell. */
  private table(tensor: number): BallTable {
    const table = (this.tables[tensor] ??= new BallTable(this.program.sizes[tensor], this.width));
    const writer = this.numbers.writerOf(tensor);
    const before = writer?.stagesBefore ?? 0;
    // A bending step's output depends on its own pattern as well, which is settled once a later stage asks.
    const settled = writer && writer.step.kind !== 'affine' ? before : before - 1;
    const serial = settled < 0 ? 0 : this.serial[settled];
    if (this.serials[tensor] !== serial) {
      table.clear();
      this.serials[tensor] = serial;
    }
    return table;
  }

  private slotOf(table: BallTable, tensor: number, index: number): number {
    if (table.slots[index] === UNKNOWN) this.compute(table, tensor, index);
    return table.slots[index];
  }

  private compute(table: BallTable, tensor: number, index: number): void {
    const { width, slice } = this;
    const writer = this.numbers.writerOf(tensor);
    if (!writer) {
      const at = table.add(index);
      for (let k = 0; k < width; k++) table.write(at + EACH * k, ballOf(slice.rows[index * width + k]));
      return;
    }
    const { step, stagesBefore } = writer;
    if (step.kind === 'affine') return this.affine(table, step, index);
    const piece = this.patterns[stagesBefore][index];
    if (step.kind === 'units') return this.unit(table, step, index, piece);
    this.copy(table, index, step.source, step.members[step.start[index] + piece], 1);
  }

  private unit(table: BallTable, step: UnitStep, index: number, piece: number): void {
    const at = index * (step.breakpoints.length + 1) + piece;
    // Other constants follow from those of the pieces before: see `exactIntercepts`.
    if (step.intercepts[at] !== 0 || (piece > 0 && step.breakpoints.some((breakpoint) => breakpoint !== 0)))
      table.mark(index, NONE);
    else if (step.slopes[at] === 0) table.mark(index, ZERO);
    else this.copy(table, index, step.source, index, step.slopes[at]);
  }

  /** A number that is another one times a factor. */
  private copy(table: BallTable, index: number, tensor: number, from: number, factor: number): void {
    const source = this.table(tensor);
    const slot = this.slotOf(source, tensor, from);
    if (slot === NONE || slot === ZERO) return table.mark(index, slot);
    if (factor === 1) return table.copy(index, source, slot);
    const at = table.add(index);
    for (let k = 0; k < this.width; k++) table.write(at + EACH * k, product(ballOf(factor), source.ball(slot, k)));
  }

  private affine(table: BallTable, { terms, bias }: AffineStep, index: number): void {
    const { sums, width } = this;
    for (const { source, matrix } of terms) if (!this.areKnown(source, matrix, index)) return table.mark(index, NONE);
    if (terms.every(({ matrix }) => matrix.end[index] - matrix.start[index] === 1))
      return this.few(table, terms, bias[index], index);
    sums.begin(bias[index]);
    for (const { source, matrix } of terms) {
      this.take(source, matrix, index);
      sums.add(matrix.value, matrix.start[index], this.picks);
    }
    const at = table.add(index);
    for (let k = 0; k < width; k++) table.write(at + EACH * k, sums.ball(k));
  }

  /** Where each term has one entry, as in batch normalization and residual sums. */
  private few(table: BallTable, terms: AffineStep['terms'], bias: number, index: number): void {
    const { width } = this;
    const at = table.add(index);
    for (let k = 0; k < width; k++) {
      let total = ballOf(k === width - 1 ? bias : 0);
      for (const { source, matrix } of terms) {
        const e = matrix.start[index];
        const from = this.table(source);
        const ball = from.ball(from.slots[matrix.base[index] + matrix.offset[e]], k);
        total = sum(total, matrix.value[e] === 1 ? ball : product(ballOf(matrix.value[e]), ball));
      }
      table.write(at + EACH * k, total);
    }
  }

  /** Computes what a row of a matrix reads; false where one of these has no balls. */
  private areKnown(tensor: number, matrix: SparseMatrix, row: number): boolean {
    if (this.isTaken(tensor, matrix, row)) return true;
    const { start, end, base, offset } = matrix;
    const table = this.table(tensor);
    const { slots } = table;
    for (let e = start[row]; e < end[row]; e++) {
      const from = base[row] + offset[e];
      if (slots[from] === UNKNOWN) this.compute(table, tensor, from);
      if (slots[from] === NONE) return false;
    }
    return true;
  }

  /** Takes what a row of a matrix reads, unless it was taken last, and lists which entries of it are not zero. */
  private take(tensor: number, matrix: SparseMatrix, row: number): void {
    if (this.isTaken(tensor, matrix, row)) return;
    const { base, offset } = matrix;
    const [from, to] = [matrix.start[row], matrix.end[row]];
    while (this.places.length < to - from) {
      this.places = grown(this.places);
      this.picks = grown(this.picks);
    }
    const { places, picks } = this;
    const { slots, doubles } = this.table(tensor);
    const each = EACH * this.width;
    let count = 0;
    for (let e = from; e < to; e++) {
      const slot = slots[base[row] + offset[e]];
      if (slot === ZERO) continue;
      places[count] = slot * each;
      picks[count++] = e - from;
    }
    this.sums.setPatch(doubles, places, count);
    this.taken = { tensor, matrix, row };
  }

  /** Whether a row reads what was taken last, as all filters at one place of a convolution do. */
  private isTaken(tensor: number, matrix: SparseMatrix, row: number): boolean {
    const { taken } = this;
    return taken?.tensor === tensor && taken.matrix === matrix && this.columns.areSame(matrix, taken.row, row);
  }
}
