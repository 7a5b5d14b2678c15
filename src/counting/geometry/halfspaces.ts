import { CellStack } from './cellStack.ts';
import { DualSimplex } from './dualSimplex.ts';
import { meetingPoint } from '../exact/meetingPoint.ts';
import { takesPositiveValue } from '../exact/exactSimplex.ts';
import { BOTH, NEGATIVE, POSITIVE, RELATIVE_ERROR, ZERO, type ExactLine, type Geometry } from './geometry.ts';
import { classifyUnits, type SignQuery } from './signQuery.ts';
import type { Slice } from './slice.ts';

/** How many points inside a cell are kept. */
const MAX_POINTS = 24;
/** A generous bound on the rounding error of one operation. */
const ROUNDING = 2 ** -51;
/** A cell as the cuts that bound it, in addition to the sides of the domain. Immutable. */
interface Cell {
  /**
   * Functions that are not negative in it, `dimension + 1` numbers each, the greatest of size 1; how far they may be
   * off.
   */
  readonly rows: readonly Float64Array[];
  readonly errors: readonly number[];
  /** The line of each, and 1 or -1: on which side of it the cell is. */
  readonly lines: readonly number[];
  readonly signs: readonly number[];
  /** Number of the cut that made each, negative on the negative side. */
  readonly cuts: readonly number[];
  /** Inside by more than rounding; more may be added. */
  readonly points: Float64Array[];
  /** Share of the work: half of that of the cell it was cut from. */
  readonly weight: number;
}

type ExactCell = Pick<Cell, 'rows' | 'errors' | 'lines' | 'signs'>;

/**
 * Convex cells of any dimension as intersections of halfspaces. Their vertices are never computed: high dimensions have
 * too many. Whether a function takes a sign in a cell is a linear program. A point inside proves that it does, and a
 * combination of the cell's functions proves that it does not. If rounding leaves both open, exact arithmetic solves
 * the program.
 *
 * In all of R^n the coordinates are homogeneous: a cell is the cone over it, cut off by a box, so that unbounded cells
 * are like any other. A cone is full-dimensional where its cell is, and a function is positive in the one where it is
 * in the other.
 */
export class Halfspaces extends CellStack<Cell> implements Geometry {
  readonly dimension: number;
  low = 0;
  high = 0;
  private readonly width: number;
  /** Sides of the box, by coordinate. */
  private readonly lower: Float64Array;
  private readonly upper: Float64Array;
  private readonly program: DualSimplex;
  /** The function that `side` looked at last, and its negative. */
  private plane: Float64Array;
  private readonly opposite: Float64Array;
  private line = 0;
  private error = 0;
  /** The box's sides by coordinate. */
  private readonly sides: readonly (readonly [lower: bigint, upper: bigint])[];

  constructor(
    slice: Slice,
    private readonly isWholeSpace: boolean,
    private readonly exactLine: ExactLine,
  ) {
    super(wholeDomain(slice.dimension, isWholeSpace));
    this.dimension = slice.dimension;
    this.width = slice.dimension + 1;
    const columns = this.dimension + Number(isWholeSpace);
    this.lower = new Float64Array(columns).fill(isWholeSpace ? -1 : 0);
    this.upper = new Float64Array(columns).fill(1);
    if (isWholeSpace) this.lower[this.dimension] = 0;
    this.program = new DualSimplex(this.lower, this.upper);
    this.sides = Array.from(this.lower, (lower, j) => [BigInt(lower), BigInt(this.upper[j])] as const);
    this.plane = new Float64Array(this.width);
    this.opposite = new Float64Array(this.width);
  }

  reset(): void {
    this.cell = wholeDomain(this.dimension, this.isWholeSpace);
    this.aside = [];
  }

  side(rows: Float64Array, at: number, shift: number, tolerance: number, id: number): number {
    this.setPlane(rows, at, shift, tolerance, id);
    const { plane, opposite, error, cell } = this;
    let found = ZERO;
    for (const point of cell.points) {
      const value = dot(plane, point);
      if (value > error) found |= POSITIVE;
      else if (value < -error) found |= NEGATIVE;
      if (found === BOTH) return BOTH;
    }
    if ((found & POSITIVE) === 0 && this.isPositive(plane, id, 1)) found |= POSITIVE;
    if ((found & NEGATIVE) === 0 && this.isPositive(opposite, id, -1)) found |= NEGATIVE;
    return found;
  }

  private setPlane(rows: Float64Array, at: number, shift: number, tolerance: number, id: number): void {
    const { width, opposite } = this;
    // Cells keep it.
    const plane = (this.plane = rows.slice(at, at + width));
    plane[width - 1] -= shift;
    const size = plane.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (let k = 0; k < width; k++) {
      if (size > 0) plane[k] /= size;
      opposite[k] = -plane[k];
    }
    this.error = (size > 0 ? tolerance / size : 1) + width * ROUNDING;
    this.line = id;
  }

  /** Whether `sign` times line `id`, whose function is `objective`, is positive somewhere in the cell. */
  private isPositive(objective: Float64Array, id: number, sign: number): boolean {
    const { cell } = this;
    return this.isPositiveAmong(objective, id, sign, cell, cell.points);
  }

  private isPositiveAmong(
    objective: Float64Array,
    id: number,
    sign: number,
    cell: ExactCell,
    points: Float64Array[],
  ): boolean {
    const { program, dimension } = this;
    program.load(cell.rows, this.isWholeSpace ? Infinity : dimension, objective);
    const isDone = program.run(() => program.value < -this.error && this.isRefuted(objective, cell));
    if (isDone) {
      const tight = program.read();
      if (program.value <= this.error && this.isRefuted(objective, cell, tight)) return false;
      if (program.value > this.error && this.foundPoint(objective, cell, points)) return true;
      if (program.value <= this.error && this.isRefutedExactly(this.exactRow(id, sign), cell, tight)) return false;
    }
    const exact = (line: number, side: number) => this.exactRow(line, side);
    return takesPositiveValue(
      exact(id, sign),
      cell.lines.map((line, i) => exact(line, cell.signs[i])),
      this.sides.map(([lower]) => lower),
      this.sides.map(([, upper]) => upper),
    );
  }

  private exactRow(id: number, sign: number): bigint[] {
    const row = this.exactLine(id).map((value) => (sign > 0 ? value : -value));
    return this.isWholeSpace ? [...row, 0n] : row;
  }

  /**
   * Whether the program's prices prove that the objective is not positive: with prices p, objective + sum of p row is
   * at most what the box allows, and no row is negative in the cell.
   */
  private isRefuted(objective: Float64Array, cell: Pick<Cell, 'rows' | 'errors'>, known?: number): boolean {
    const { program, width, lower, upper, error } = this;
    const tight = known ?? program.read();
    const rest = objective.slice();
    let doubt = error;
    for (let k = 0; k < tight; k++) {
      const row = cell.rows[program.tight[k]];
      const price = program.prices[k];
      for (let j = 0; j < width; j++) rest[j] += price * row[j];
      doubt += price * (cell.errors[program.tight[k]] + width * ROUNDING);
    }
    let most = lower.length < width ? rest[width - 1] : 0;
    for (let j = 0; j < lower.length; j++) most += Math.max(rest[j] * lower[j], rest[j] * upper[j]);
    return most + doubt < 0;
  }

  /**
   * As `isRefuted`, with exact prices: those that solve the program's equations. Many functions of a network without
   * biases touch a cell at its apex, or depend on few of its inputs, and then rounding settles nothing.
   */
  private isRefutedExactly(objective: readonly bigint[], { lines, signs }: ExactCell, tight: number): boolean {
    const { program, sides } = this;
    const rows = Array.from(program.tight.subarray(0, tight), (i) => this.exactRow(lines[i], signs[i]));
    const equations = Array.from(program.free.subarray(0, tight), (j) => [...rows.map((row) => row[j]), objective[j]]);
    const solution = meetingPoint(equations, tight);
    if (!solution) return false;
    const isOpposite = solution[tight] < 0n;
    const prices = solution.map((price) => (isOpposite ? -price : price));
    if (prices[tight] === 0n || prices.some((price) => price < 0n)) return false;
    const rest = objective.map((value, j) =>
      rows.reduce((sum, row, k) => sum + prices[k] * row[j], prices[tight] * value),
    );
    let most = rest[sides.length];
    sides.forEach(([lower, upper], j) => (most += rest[j] * (rest[j] > 0n ? upper : lower)));
    return most <= 0n;
  }

  /** Moves the program's point inside by little enough that the objective stays positive, and keeps it. */
  private foundPoint(objective: Float64Array, cell: Pick<Cell, 'rows' | 'errors'>, points: Float64Array[]): boolean {
    const { program, width, error } = this;
    const best = new Float64Array(width).fill(1);
    best.set(program.point);
    const value = dot(objective, best);
    for (const inside of points) {
      const drop = value - dot(objective, inside);
      const share = 0.5 * Math.min(1, value / drop > 0 ? value / drop : 1);
      const point = best.map((x, k) => x + share * (inside[k] - x));
      if (!(dot(objective, point) > error) || !this.isInside(point, cell)) continue;
      if (points.length < MAX_POINTS) points.push(point);
      return true;
    }
    return false;
  }

  /** Checks the sides of the box as well: the program may exceed them slightly. */
  private isInside(point: Float64Array, { rows, errors }: Pick<Cell, 'rows' | 'errors'>): boolean {
    const { lower, upper } = this;
    for (let j = 0; j < lower.length; j++) if (!(point[j] >= lower[j] && point[j] <= upper[j])) return false;
    for (let i = 0; i < rows.length; i++) if (!(dot(rows[i], point) > errors[i])) return false;
    return true;
  }

  split(keepPositive: boolean, cut: number): void {
    const kept = keepPositive ? cut : -cut;
    this.aside.push(this.part(!keepPositive, -kept));
    this.cell = this.part(keepPositive, kept);
  }

  clip(cut: number): void {
    this.cell = this.part(true, cut);
  }

  private part(positive: boolean, cut: number): Cell {
    const { cell, plane, error, line } = this;
    const row = positive ? plane : plane.map((value) => -value);
    return {
      rows: [...cell.rows, row],
      errors: [...cell.errors, error],
      lines: [...cell.lines, line],
      signs: [...cell.signs, positive ? 1 : -1],
      cuts: [...cell.cuts, cut],
      points: cell.points.filter((point) => dot(row, point) > error),
      weight: cell.weight / 2,
    };
  }

  signs(rows: Float64Array, at: number, shift: number, tolerance: number, id: number): number {
    return this.side(rows, at, shift, tolerance, id);
  }

  classify(query: SignQuery): number {
    return classifyUnits(query, this);
  }

  bounds(rows: Float64Array, at: number): void {
    const { width } = this;
    this.low = -Infinity;
    this.high = Infinity;
    // Only the sign of a homogeneous function has a meaning.
    if (this.isWholeSpace) return;
    const plane = rows.slice(at, at + width);
    this.high = this.greatest(plane);
    this.low = -this.greatest(plane.map((value) => -value));
  }

  /** An upper bound of a function in the cell, near its maximum. */
  private greatest(objective: Float64Array): number {
    const { program, width, cell } = this;
    const size = objective.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    program.load(cell.rows, this.dimension, objective);
    program.run(() => false);
    const tight = program.read();
    const rest = objective.slice();
    let doubt = RELATIVE_ERROR * size;
    for (let k = 0; k < tight; k++) {
      const price = program.prices[k];
      for (let j = 0; j < width; j++) rest[j] += price * cell.rows[program.tight[k]][j];
      doubt += price * (cell.errors[program.tight[k]] + width * ROUNDING);
    }
    let most = rest[width - 1] + doubt;
    for (let j = 0; j < this.dimension; j++) most += Math.max(0, rest[j]);
    return most;
  }

  /** On which of its facets functions vanish is not known. */
  wasTied(): boolean {
    return true;
  }

  countParts(): number {
    return 0;
  }

  boundary(visit: (line: number) => void): void {
    this.cell.lines.forEach(visit);
  }

  facets(visit: (cut: number, key: number, line: number) => void, isWanted?: (line: number) => boolean): void {
    const { cell } = this;
    cell.cuts.forEach((cut, i) => {
      if ((!isWanted || isWanted(cell.lines[i])) && this.isFacet(i)) visit(cut, NaN, cell.lines[i]);
    });
  }

  openCuts(visit: (cut: number) => void): void {
    for (const { cuts } of this.all()) for (const cut of cuts) visit(Math.abs(cut));
  }

  /**
   * A halfspace is a facet's if the others alone allow more: no two of them have the same border, since a cut has both
   * sides.
   */
  private isFacet(i: number): boolean {
    const { cell } = this;
    const without = <T>(list: readonly T[]) => list.filter((_, k) => k !== i);
    const others = {
      rows: without(cell.rows),
      errors: without(cell.errors),
      lines: without(cell.lines),
      signs: without(cell.signs),
    };
    this.error = cell.errors[i];
    const outwards = cell.rows[i].map((value) => -value);
    return this.isPositiveAmong(outwards, cell.lines[i], -cell.signs[i], others, [...cell.points]);
  }

  /** Its corners are not known. */
  corners(): null {
    return null;
  }

  pointInside(): number[] | null {
    if (this.cell.points.length === 0) return null;
    const [point] = this.cell.points;
    return Array.from(point.subarray(0, this.dimension), (x) => x / point[this.dimension]);
  }

  remaining(): number {
    return this.all().reduce((sum, { weight }) => sum + weight, 0);
  }
}

/** Without cuts; all of R^n in homogeneous coordinates, or the unit cube. */
function wholeDomain(dimension: number, isWholeSpace: boolean): Cell {
  const center = new Float64Array(dimension + 1).fill(isWholeSpace ? 0 : 0.5);
  center[dimension] = isWholeSpace ? 0.5 : 1;
  return { rows: [], errors: [], lines: [], signs: [], cuts: [], points: [center], weight: 1 };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
