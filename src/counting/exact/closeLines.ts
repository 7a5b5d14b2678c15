import type { Slice } from '../geometry/slice.ts';
import type { AffineStep, Program, UnitStep } from '../program/program.ts';
import {
  ballOf,
  difference,
  LOST,
  product,
  renewed,
  ROUNDED_UP,
  signOfBall,
  SPLITTER,
  sum,
  UNIT,
  type Ball,
} from './ball.ts';
import { CellRows } from './cellRows.ts';
import type { ExactNumbers } from './exactNumbers.ts';
import type { LineIds } from './lineIds.ts';

/** Numbers held for a coefficient: its high part, that in two halves, its low part, and its error. */
const EACH = 5;
const [HIGH, UPPER, LOWER, LOW, ERROR] = [0, 1, 2, 3, 4];

/**
 * Signs where lines meet, on segments and in planes, by coefficients of twice the digits of a double, with bounds on
 * their errors. They settle almost everything that is not zero, in a fraction of the time that integers take.
 */
export class CloseLines {
  private readonly width: number;
  private readonly program: Program;
  private readonly slice: Slice;
  /** Null where a number has a constant that is not a double. */
  private readonly rows: CellRows<Float64Array | null>;
  /** The lines of each stage that were asked for on its current cell. */
  private readonly known: readonly Map<number, readonly Ball[] | null>[];
  private readonly serials: number[];

  /** As `ExactLines`. */
  constructor(
    private readonly numbers: ExactNumbers,
    private readonly lines: LineIds,
    private readonly patterns: readonly Int32Array[],
    private readonly serial: Float64Array,
  ) {
    this.program = numbers.program;
    this.slice = numbers.slice;
    this.width = this.slice.dimension + 1;
    this.rows = new CellRows(numbers, serial, (tensor, index) => this.compute(tensor, index));
    this.known = this.program.stages.map(() => new Map());
    this.serials = this.program.stages.map(() => -1);
  }

  /** Sign of line `id` where the lines `through` meet, one for each dimension; 0 where it is not clear. */
  sign(id: number, through: ArrayLike<number>): number {
    if (through.length !== this.width - 1) return 0;
    const rows = Array.from(through, (other) => this.line(other));
    const row = this.line(id);
    if (!row || rows.some((other) => other === null)) return 0;
    const point = this.width === 2 ? crossing(rows[0]!) : meeting(rows[0]!, rows[1]!);
    const value = point.map((x, k) => product(x, row[k])).reduce(sum);
    return signOfBall(value) * signOfBall(point[this.width - 1]);
  }

  private line(id: number): readonly Ball[] | null {
    if (id < 0) return this.slice.faces[-1 - id].map(ballOf);
    const stage = this.lines.stageOf(id);
    const serial = stage === 0 ? 0 : this.serial[stage - 1];
    if (this.serials[stage] !== serial) {
      this.known[stage].clear();
      this.serials[stage] = serial;
    }
    let line = this.known[stage].get(id);
    if (line === undefined) this.known[stage].set(id, (line = this.computeLine(id)));
    return line;
  }

  private computeLine(id: number): Ball[] | null {
    const { stage, first, second, breakpoint } = this.lines.decode(id);
    const step = this.program.stages[stage];
    const row = this.balls(this.rows.at(step.source, first));
    if (!row) return null;
    if (step.kind === 'max') {
      const other = this.balls(this.rows.at(step.source, second));
      return other && row.map((ball, k) => difference(ball, other[k]));
    }
    return [...row.slice(0, -1), difference(row[row.length - 1], ballOf(step.breakpoints[breakpoint]))];
  }

  private balls(row: Float64Array | null): Ball[] | null {
    if (!row) return null;
    return Array.from({ length: this.width }, (_, k) => ({
      high: row[EACH * k + HIGH],
      low: row[EACH * k + LOW],
      error: row[EACH * k + ERROR],
    }));
  }

  private compute(tensor: number, index: number): Float64Array | null {
    const { width, numbers, slice } = this;
    const writer = numbers.writerOf(tensor);
    if (!writer) {
      const row = new Float64Array(EACH * width);
      for (let k = 0; k < width; k++) write(row, k, slice.rows[index * width + k], 0, 0);
      return row;
    }
    const { step, stagesBefore } = writer;
    if (step.kind === 'affine') return this.affine(step, index);
    const piece = this.patterns[stagesBefore][index];
    if (step.kind === 'max') return this.rows.at(step.source, step.members[step.start[index] + piece]);
    return this.unit(step, index, piece);
  }

  private unit(step: UnitStep, index: number, piece: number): Float64Array | null {
    const at = index * (step.breakpoints.length + 1) + piece;
    // Other constants follow from those of the pieces before: see `exactIntercepts`.
    if (step.intercepts[at] !== 0 || (piece > 0 && step.breakpoints.some((breakpoint) => breakpoint !== 0)))
      return null;
    const row = new Float64Array(EACH * this.width);
    const slope = step.slopes[at];
    if (slope === 0) return row;
    const from = this.rows.at(step.source, index);
    if (!from || slope === 1) return from;
    for (let k = 0; k < this.width; k++) {
      const ball = { high: from[EACH * k + HIGH], low: from[EACH * k + LOW], error: from[EACH * k + ERROR] };
      const { high, low, error } = product(ballOf(slope), ball);
      write(row, k, high, low, error);
    }
    return row;
  }

  /**
   * Weights times rows. Products of high parts with their errors, and sums of the former with theirs, are exact but for
   * underflow (TwoProduct, TwoSum), so that the result is the last sum and the small numbers: these errors and the
   * products with low parts. With `n` entries each small number takes part in at most `n + 3` operations, so that
   * adding them up is off by at most `gamma(n + 3)` times the sum of their sizes (Higham 2002, section 4.2): by less
   * than `4 n u` times it as it is computed.
   */
  private affine({ terms, bias }: AffineStep, index: number): Float64Array | null {
    const { width } = this;
    const row = new Float64Array(EACH * width);
    let entries = 1;
    // Of each coefficient the high sum, the small numbers' sum and that of their sizes, and the errors so far.
    const high = new Float64Array(width);
    const small = new Float64Array(width);
    const sizes = new Float64Array(width);
    const errors = new Float64Array(width);
    high[width - 1] = bias[index];
    for (const { source, matrix } of terms) {
      for (let e = matrix.start[index]; e < matrix.start[index + 1]; e++) {
        const from = this.rows.at(source, matrix.column[e]);
        if (!from) return null;
        const w = matrix.value[e];
        const cut = SPLITTER * w;
        const upper = cut - (cut - w);
        const lower = w - upper;
        entries++;
        for (let k = 0, at = 0; k < width; k++, at += EACH) {
          const x = from[at];
          const error = from[at + ERROR];
          if (x === 0 && error === 0) continue;
          const p = w * x;
          const rest =
            lower * from[at + LOWER] -
            (p - upper * from[at + UPPER] - lower * from[at + UPPER] - upper * from[at + LOWER]);
          const before = high[k];
          const after = before + p;
          const part = after - before;
          const lost = before - (after - part) + (p - part);
          const low = w * from[at + LOW];
          high[k] = after;
          small[k] += lost + (rest + low);
          sizes[k] += Math.abs(lost) + Math.abs(rest) + Math.abs(low);
          errors[k] += Math.abs(w) * error;
        }
      }
    }
    for (let k = 0; k < width; k++) {
      const bound = (errors[k] + 4 * entries * UNIT * sizes[k]) * ROUNDED_UP + entries * LOST;
      const { high: total, low, error } = renewed(high[k], small[k], bound);
      write(row, k, total, low, error);
    }
    return row;
  }
}

function write(row: Float64Array, k: number, high: number, low: number, error: number): void {
  const cut = SPLITTER * high;
  const upper = cut - (cut - high);
  row.set([high, upper, high - upper, low, error], EACH * k);
}

/** Where a line of a segment vanishes, in homogeneous coordinates. */
function crossing([slope, constant]: readonly Ball[]): Ball[] {
  return [{ high: -constant.high, low: -constant.low, error: constant.error }, slope];
}

/** Where two lines of a plane meet, in homogeneous coordinates. */
function meeting(a: readonly Ball[], b: readonly Ball[]): Ball[] {
  const minor = (i: number, j: number) => difference(product(a[i], b[j]), product(a[j], b[i]));
  return [minor(1, 2), minor(2, 0), minor(0, 1)];
}
