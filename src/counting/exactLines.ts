import { Dyadic } from './dyadic.ts';
import { meetingPoint } from './meetingPoint.ts';
import type { AffineStep, Program, UnitStep } from './program.ts';
import type { Slice } from './slice.ts';

const MOST_POINTS = 1024;

/**
 * Exact signs for decisions that rounding leaves open. Weights are doubles, so every pre-activation on a cell is an affine
 * function with dyadic rational coefficients: here they are BigInt numerators over one power of two for each tensor,
 * which never changes a sign. Rows are computed on demand and kept until the cell they belong to is left.
 */
export class ExactLines {
  private readonly width: number;
  /** Numerators of tensor `t` are over `2^exponent[t]`. */
  private readonly exponent: bigint[];
  private readonly rowCache: Map<number, bigint[]>[];
  private readonly lineCache: Map<number, bigint[]>[];
  private readonly cacheSerial: number[];
  private readonly lineSerial: number[];
  /** Points where lines meet that were asked about last, in cells of `pointStage`, by the lines. */
  private readonly points = new Map<string, bigint[] | null>();
  private pointStage = -1;
  private pointSerial = -1;
  private readonly constants = new Map<ArrayLike<number>, Dyadic>();
  /** Step that writes each tensor, and how many stages stand before it. */
  private readonly writer = new Map<number, { step: Program['steps'][number]; stagesBefore: number }>();

  /**
   * `pieces[s]` is the pattern of stage `s` on the current cell; `serial[s]` changes whenever the cell of stages 0 to `s`
   * does. Line ids come from `lines`.
   */
  constructor(
    private readonly program: Program,
    private readonly slice: Slice,
    private readonly lines: LineIds,
    private readonly pieces: readonly Int32Array[],
    private readonly serial: Float64Array,
  ) {
    this.width = slice.dimension + 1;
    let stages = 0;
    for (const step of program.steps) {
      this.writer.set(step.output, { step, stagesBefore: stages });
      if (step.kind !== 'affine') stages++;
    }
    this.exponent = this.exponents();
    this.rowCache = program.sizes.map(() => new Map<number, bigint[]>());
    this.cacheSerial = program.sizes.map(() => -1);
    this.lineCache = program.stages.map(() => new Map<number, bigint[]>());
    this.lineSerial = program.stages.map(() => -1);
  }

  /**
   * Sign of line `id` at the point where the lines `through` meet. There may be more of these than the slice has dimensions. `near` is
   * about that point in homogeneous coordinates; without it the point is not at infinity.
   */
  signAt(id: number, through: ArrayLike<number>, near?: Float64Array): number {
    const point = this.pointAt(id, through);
    if (point === null) return 0;
    // One known coordinate settles which of the two opposite points is meant.
    let known = this.width - 1;
    if (near) {
      const size = (k: number) => (point[k] === 0n ? -1 : Math.abs(near[k]));
      for (let k = 0; k < near.length; k++) if (size(k) > size(known)) known = k;
    }
    const isOpposite = point[known] > 0n === (near !== undefined && near[known] < 0);
    const value = this.line(id).reduce((sum, coefficient, k) => sum + coefficient * point[k], 0n);
    return value === 0n ? 0 : value > 0n === isOpposite ? -1 : 1;
  }

  /** Where these lines meet. Many lines are asked about in one vertex, so points are kept while no line of theirs changes. */
  private pointAt(id: number, through: ArrayLike<number>): bigint[] | null {
    const stage = id < 0 ? 0 : this.lines.stageOf(id);
    const serial = stage === 0 ? 0 : this.serial[stage - 1];
    if (this.pointStage !== stage || this.pointSerial !== serial || this.points.size >= MOST_POINTS) {
      this.points.clear();
      this.pointStage = stage;
      this.pointSerial = serial;
    }
    const key = Array.prototype.join.call(through, ' ');
    let point = this.points.get(key);
    if (point === undefined) {
      const rows = Array.from(through, (other) => this.line(other));
      point = meetingPoint(rows, this.width - 1);
      this.points.set(key, point);
    }
    return point;
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
      const constant = this.dyadic((this.program.stages[stage] as UnitStep).breakpoints);
      const last = row.length - 1;
      const [value, threshold] = [row[last], constant.numerator(breakpoint)];
      // Over the common exponent of the two.
      const shift = constant.exponent - this.exponent[source];
      if (shift > 0n) row.forEach((number, k) => (row[k] = number << shift));
      row[last] = shift > 0n ? (value << shift) - threshold : value - (threshold << -shift);
    }
    this.lineCache[stage].set(id, row);
    return row;
  }

  private row(tensor: number, index: number): bigint[] {
    const writer = this.writer.get(tensor);
    const before = writer?.stagesBefore ?? 0;
    // A bending step's output depends on its own pattern as well, which is settled once a later stage asks.
    const settled = writer && writer.step.kind !== 'affine' ? before : before - 1;
    const serial = settled < 0 ? 0 : this.serial[settled];
    if (this.cacheSerial[tensor] !== serial) {
      this.rowCache[tensor].clear();
      this.cacheSerial[tensor] = serial;
    }
    const known = this.rowCache[tensor].get(index);
    if (known) return known;
    const row = this.computeRow(tensor, index);
    this.rowCache[tensor].set(index, row);
    return row;
  }

  private computeRow(tensor: number, index: number): bigint[] {
    const writer = this.writer.get(tensor);
    if (!writer) return Array.from({ length: this.width }, (_, k) => this.dyadic(this.slice.rows).numerator(index * this.width + k)); // prettier-ignore
    const { step, stagesBefore } = writer;
    if (step.kind === 'affine') return this.affineRow(step, index);
    const piece = this.pieces[stagesBefore][index];
    if (step.kind === 'max') return this.row(step.source, step.members[step.start[index] + piece]);
    const at = index * (step.breakpoints.length + 1) + piece;
    const slopes = this.dyadic(step.slopes);
    const intercepts = this.dyadic(step.intercepts);
    const shift = this.exponent[tensor] - this.exponent[step.source] - slopes.exponent;
    const slope = slopes.numerator(at);
    const row = slope === 0n
      ? Array<bigint>(this.width).fill(0n)
      : this.row(step.source, index).map((value) => (value * slope) << shift); // prettier-ignore
    row[this.width - 1] += intercepts.numerator(at) << (this.exponent[tensor] - intercepts.exponent);
    return row;
  }

  private affineRow(step: AffineStep, index: number): bigint[] {
    const exponent = this.exponent[step.output];
    const row = Array<bigint>(this.width).fill(0n);
    for (const { source, matrix } of step.terms) {
      const values = this.dyadic(matrix.value);
      const shift = exponent - this.exponent[source] - values.exponent;
      for (let e = matrix.start[index]; e < matrix.start[index + 1]; e++) {
        const factor = values.numerator(e) << shift;
        const from = this.row(source, matrix.column[e]);
        for (let k = 0; k < row.length; k++) if (from[k] !== 0n) row[k] += factor * from[k];
      }
    }
    const bias = this.dyadic(step.bias);
    row[row.length - 1] += bias.numerator(index) << (exponent - bias.exponent);
    return row;
  }

  private exponents(): bigint[] {
    const exponent = this.program.sizes.map(() => 0n);
    exponent[0] = this.dyadic(this.slice.rows).exponent;
    for (const step of this.program.steps) {
      if (step.kind === 'max') exponent[step.output] = exponent[step.source];
      else if (step.kind === 'units') {
        const scaled = exponent[step.source] + this.dyadic(step.slopes).exponent;
        exponent[step.output] = greater(scaled, this.dyadic(step.intercepts).exponent);
      } else {
        const terms = step.terms.map(({ source, matrix }) => exponent[source] + this.dyadic(matrix.value).exponent);
        exponent[step.output] = terms.reduce(greater, this.dyadic(step.bias).exponent);
      }
    }
    return exponent;
  }

  private dyadic(values: ArrayLike<number>): Dyadic {
    const known = this.constants.get(values);
    if (known) return known;
    const vector = new Dyadic(values);
    this.constants.set(values, vector);
    return vector;
  }
}

/** Names the lines that can cut cells: breakpoint `b` of unit `i`, or where two arguments of a maximum are equal. */
export class LineIds {
  private readonly base: number[] = [];
  private readonly perMember: number[] = [];

  constructor(private readonly program: Program) {
    let next = 0;
    for (const step of program.stages) {
      this.base.push(next);
      const size = program.sizes[step.source];
      // A pair of arguments is named by their places in the source tensor.
      const each = step.kind === 'units' ? step.breakpoints.length : size;
      this.perMember.push(each);
      next += size * each;
    }
  }

  ofBreakpoint(stage: number, unit: number, breakpoint: number): number {
    return this.base[stage] + unit * this.perMember[stage] + breakpoint;
  }

  /** Where `first - second` vanishes; both are places in the source tensor. */
  ofPair(stage: number, first: number, second: number): number {
    return this.base[stage] + first * this.perMember[stage] + second;
  }

  stageOf(id: number): number {
    let stage = this.base.length - 1;
    while (id < this.base[stage]) stage--;
    return stage;
  }

  decode(id: number): { stage: number; first: number; second: number; breakpoint: number } {
    const stage = this.stageOf(id);
    const local = id - this.base[stage];
    const first = Math.floor(local / this.perMember[stage]);
    const rest = local % this.perMember[stage];
    const isPair = this.program.stages[stage].kind === 'max';
    return { stage, first, second: isPair ? rest : -1, breakpoint: rest };
  }
}

function greater(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
