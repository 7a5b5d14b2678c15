import { CellRows } from './cellRows.ts';
import { CloseLines } from './closeLines.ts';
import { ExactNumbers } from './exactNumbers.ts';
import { ExactPoints } from './exactPoints.ts';
import type { ExactSigns } from '../geometry/geometry.ts';
import type { LineIds } from './lineIds.ts';
import { isShort, meetingPoint, shortPoint } from './meetingPoint.ts';
import { isContinuous, type AffineStep, type Program, type UnitStep } from '../program/program.ts';
import type { Slice } from '../geometry/slice.ts';

const MAX_POINTS = 1024;

/** A point with long coordinates may recur if it is asked about this often in one cell. */
const OFTEN = 4;

/** Where lines meet. */
interface MeetingPoint {
  readonly coordinates: readonly bigint[];
  /** Without a common factor, where they are short; undefined before it is known. */
  short?: readonly bigint[] | null;
  /** How often it was asked about. */
  asked: number;
}

/**
 * Exact signs for decisions that rounding leaves open. Weights are doubles, so every pre-activation on a cell is an
 * affine function with dyadic rational coefficients: here they are BigInt numerators over one power of two for each
 * tensor, which never changes a sign. Rows are computed on demand and kept until the cell they belong to is left.
 */
export class ExactLines implements ExactSigns {
  private readonly width: number;
  private readonly numbers: ExactNumbers;
  /** Null where a point may have several values. */
  private readonly named: ExactPoints | null;
  private readonly rows: CellRows<bigint[]>;
  private readonly close: CloseLines | null;
  private readonly lineCache: Map<number, bigint[]>[];
  private readonly lineSerial: number[];
  /** The points looked up last where lines meet, in cells of `pointStage`, by their lines. */
  private readonly points = new Map<string, MeetingPoint | null>();
  private pointStage = -1;
  private pointSerial = -1;
  name = 0;

  /**
   * `pieces[s]` is the pattern of stage `s` on the current cell; `serial[s]` changes whenever the cell of stages 0 to
   * `s` does. Line ids come from `lines`.
   */
  constructor(
    private readonly program: Program,
    private readonly slice: Slice,
    private readonly lines: LineIds,
    private readonly patterns: readonly Int32Array[],
    private readonly serial: Float64Array,
  ) {
    this.width = slice.dimension + 1;
    this.numbers = new ExactNumbers(program, slice);
    this.named = isContinuous(program)
      ? new ExactPoints(this.numbers, lines, (tensor, index) => this.row(tensor, index))
      : null;
    this.rows = new CellRows(this.numbers, serial, (tensor, index) => this.computeRow(tensor, index));
    this.close = slice.dimension <= 2 ? new CloseLines(this.numbers, lines, patterns, serial) : null;
    this.lineCache = program.stages.map(() => new Map<number, bigint[]>());
    this.lineSerial = program.stages.map(() => -1);
  }

  /** See `ExactSigns`. There may be more lines than the slice has dimensions. */
  sign(id: number, through: ArrayLike<number>, name: number, near?: Float64Array): number {
    const known = this.named?.get(name);
    this.name = known ? name : 0;
    if (known) return this.named!.sign(id, known);
    const close = near ? 0 : (this.close?.sign(id, through) ?? 0);
    if (close !== 0) return close;
    const met = this.pointAt(id, through);
    if (met === null) return 0;
    const short = this.named && this.shortOf(met);
    if (this.named && short) {
      const found = this.named.at(short);
      this.name = found.name;
      return this.named.sign(id, found);
    }
    const { coordinates: point } = met;
    // One known coordinate settles which of the two opposite points is meant.
    let at = this.width - 1;
    if (near) {
      const size = (k: number) => (point[k] === 0n ? -1 : Math.abs(near[k]));
      for (let k = 0; k < near.length; k++) if (size(k) > size(at)) at = k;
    }
    const isOpposite = point[at] > 0n === (near !== undefined && near[at] < 0);
    const value = this.line(id).reduce((sum, coefficient, k) => sum + coefficient * point[k], 0n);
    return value === 0n ? 0 : value > 0n === isOpposite ? -1 : 1;
  }

  /** See `ExactSigns`. */
  meetingPlace(first: number, second: number): readonly [number, number, number] | null {
    return this.close?.meetingPlace(first, second) ?? null;
  }

  /**
   * Where these lines meet. Many lines are asked about in one vertex, so points are kept while no line of theirs
   * changes.
   */
  private pointAt(id: number, through: ArrayLike<number>): MeetingPoint | null {
    const stage = id < 0 ? 0 : this.lines.stageOf(id);
    const serial = stage === 0 ? 0 : this.serial[stage - 1];
    if (this.pointStage !== stage || this.pointSerial !== serial || this.points.size >= MAX_POINTS) {
      this.points.clear();
      this.pointStage = stage;
      this.pointSerial = serial;
    }
    const key = Array.prototype.join.call(through, ' ');
    let point = this.points.get(key);
    if (point === undefined) {
      const rows = Array.from(through, (other) => this.line(other));
      const coordinates = meetingPoint(rows, this.width - 1);
      point = coordinates && { coordinates, asked: 0 };
      this.points.set(key, point);
    }
    return point;
  }

  /** Short coordinates of a point that may recur; else null, or undefined. */
  private shortOf(met: MeetingPoint): MeetingPoint['short'] {
    const { coordinates } = met;
    if (met.short === undefined && (coordinates.every(isShort) || ++met.asked > OFTEN))
      met.short = coordinates[this.width - 1] === 0n ? null : shortPoint(coordinates);
    return met.short;
  }

  /** Coefficients and constant of line `id`, up to a positive factor. */
  line(id: number): bigint[] {
    if (id < 0) return this.slice.faces[-1 - id].map(BigInt);
    const { stage, first, second, breakpoint } = this.lines.decode(id);
    const serial = stage === 0 ? 0 : this.serial[stage - 1];
    if (this.lineSerial[stage] !== serial) {
      this.lineCache[stage].clear();
      this.lineSerial[stage] = serial;
    }
    const known = this.lineCache[stage].get(id);
    if (known) return known;
    const { source } = this.program.stages[stage];
    const row = this.row(source, first).slice();
    if (second >= 0) this.row(source, second).forEach((value, k) => (row[k] -= value));
    else {
      const constant = this.numbers.dyadic((this.program.stages[stage] as UnitStep).breakpoints);
      const last = row.length - 1;
      const [value, threshold] = [row[last], constant.numerator(breakpoint)];
      // Over the common exponent of the two.
      const shift = constant.exponent - this.numbers.exponent[source];
      if (shift > 0n) row.forEach((number, k) => (row[k] = number << shift));
      row[last] = shift > 0n ? (value << shift) - threshold : value - (threshold << -shift);
    }
    this.lineCache[stage].set(id, row);
    return row;
  }

  private row(tensor: number, index: number): bigint[] {
    return this.rows.at(tensor, index);
  }

  private computeRow(tensor: number, index: number): bigint[] {
    const writer = this.numbers.writerOf(tensor);
    if (!writer)
      return Array.from({ length: this.width }, (_, k) =>
        this.numbers.dyadic(this.slice.rows).numerator(index * this.width + k),
      );
    const { step, stagesBefore } = writer;
    if (step.kind === 'affine') return this.affineRow(step, index);
    const piece = this.patterns[stagesBefore][index];
    if (step.kind === 'max') return this.row(step.source, step.members[step.start[index] + piece]);
    const at = index * (step.breakpoints.length + 1) + piece;
    const slopes = this.numbers.dyadic(step.slopes);
    const intercepts = this.numbers.intercepts(step);
    const shift = this.numbers.exponent[tensor] - this.numbers.exponent[step.source] - slopes.exponent;
    const slope = slopes.numerator(at);
    const row =
      slope === 0n
        ? Array<bigint>(this.width).fill(0n)
        : this.row(step.source, index).map((value) => (value * slope) << shift);
    row[this.width - 1] += intercepts.numerator(at) << (this.numbers.exponent[tensor] - intercepts.exponent);
    return row;
  }

  private affineRow(step: AffineStep, index: number): bigint[] {
    const exponent = this.numbers.exponent[step.output];
    const row = Array<bigint>(this.width).fill(0n);
    for (const { source, matrix } of step.terms) {
      const values = this.numbers.dyadic(matrix.value);
      const shift = exponent - this.numbers.exponent[source] - values.exponent;
      for (let e = matrix.start[index]; e < matrix.end[index]; e++) {
        const factor = values.numerator(e) << shift;
        const from = this.row(source, matrix.base[index] + matrix.offset[e]);
        for (let k = 0; k < row.length; k++) if (from[k] !== 0n) row[k] += factor * from[k];
      }
    }
    const bias = this.numbers.dyadic(step.bias);
    row[row.length - 1] += bias.numerator(index) << (exponent - bias.exponent);
    return row;
  }
}
