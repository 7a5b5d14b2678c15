import type { Slice } from '../geometry/slice.ts';
import { ballOf, difference, LOST, product, ROUNDED_UP, signOfBall, sum, UNIT, type Ball } from './ball.ts';
import { BallRows } from './ballRows.ts';
import type { ExactNumbers } from './exactNumbers.ts';
import type { LineIds } from './lineIds.ts';
import type { Program } from '../program/program.ts';

/**
 * Signs where lines meet, on segments and in planes, by coefficients of twice the digits of a double, with bounds on
 * their errors. They settle almost everything that is not zero, in a fraction of the time that integers take.
 */
export class CloseLines {
  private readonly width: number;
  private readonly program: Program;
  private readonly slice: Slice;
  private readonly rows: BallRows;
  /** The lines of each stage that were asked for on its current cell. */
  private readonly known: readonly Map<number, readonly Ball[] | null>[];
  private readonly serials: number[];

  /** As `ExactLines`. */
  constructor(
    numbers: ExactNumbers,
    private readonly lines: LineIds,
    patterns: readonly Int32Array[],
    private readonly serial: Float64Array,
  ) {
    this.program = numbers.program;
    this.slice = numbers.slice;
    this.width = this.slice.dimension + 1;
    this.rows = new BallRows(numbers, patterns, serial);
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

  /** Where two lines of a plane meet, and how far each coordinate may be off; null where that is not known. */
  meetingPlace(first: number, second: number): readonly [number, number, number] | null {
    const [a, b] = [this.line(first), this.line(second)];
    if (!a || !b || this.width !== 3) return null;
    const [x, y, scale] = meeting(a, b);
    if (signOfBall(scale) === 0) return null;
    const [u, v] = [quotient(x, scale), quotient(y, scale)];
    const error = Math.max(u.error, v.error);
    return Number.isFinite(error) ? [u.value, v.value, error] : null;
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
    const row = this.rows.at(step.source, first);
    if (!row) return null;
    if (step.kind === 'max') {
      const other = this.rows.at(step.source, second);
      return other && row.map((ball, k) => difference(ball, other[k]));
    }
    return [...row.slice(0, -1), difference(row[row.length - 1], ballOf(step.breakpoints[breakpoint]))];
  }
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

/** A double near the quotient, and how far it may be off: the divisor is clear of zero. */
function quotient(a: Ball, b: Ball): { readonly value: number; readonly error: number } {
  const value = (a.high + a.low) / (b.high + b.low);
  const least = Math.abs(b.high + b.low) * (1 - 4 * UNIT) - b.error;
  // Both sums and the quotient are rounded once.
  const error = (a.error + Math.abs(value) * b.error) / least + 8 * UNIT * Math.abs(value);
  return { value, error: error * ROUNDED_UP + LOST };
}
