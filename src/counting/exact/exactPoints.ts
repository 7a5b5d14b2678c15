import type { ExactNumbers } from './exactNumbers.ts';
import type { LineIds } from './lineIds.ts';
import type { AffineStep, UnitStep } from '../program/program.ts';

/** How many points are kept, about ten million bytes; fewer if the network has many values at each. */
const MAX_POINTS = 256;
const MAX_VALUES = 100_000;
const MIN_POINTS = 4;

interface Point {
  readonly name: number;
  /** Homogeneous coordinates in the slice, the last positive, without a common factor. */
  readonly coordinates: readonly bigint[];
  readonly key: string;
  /**
   * The values of the network there, as far as they were needed: `2^exponent` times the last coordinate times the
   * value.
   */
  readonly values: readonly (bigint | undefined)[][];
}

/**
 * Exact signs at points that recur. A continuous network has one value at a point, the same in all cells around it.
 * Where hundreds of cells meet (at the origin, if no unit has a bias) it is computed once.
 */
export class ExactPoints {
  private readonly byName = new Map<number, Point>();
  private readonly byKey = new Map<string, Point>();
  private lastName = 0;
  private lastAsked = 0;
  private readonly mostPoints: number;

  constructor(
    private readonly numbers: ExactNumbers,
    private readonly lines: LineIds,
    /** Of what no cell changes: exact coefficients and constant over the slice. */
    private readonly fixedRow: (tensor: number, index: number) => readonly bigint[],
  ) {
    const values = numbers.program.sizes.reduce((sum, size) => sum + size, 0);
    this.mostPoints = Math.min(MAX_POINTS, Math.max(MIN_POINTS, Math.floor(MAX_VALUES / values)));
  }

  /** The point of this name, while it is kept. */
  get(name: number): Point | undefined {
    const point = this.byName.get(name);
    if (point && name !== this.lastAsked) {
      this.lastAsked = name;
      this.byName.delete(name);
      this.byName.set(name, point);
    }
    return point;
  }

  /** A point that is not at infinity, by homogeneous coordinates without a common factor. */
  at(found: readonly bigint[]): Point {
    const coordinates = found[found.length - 1] < 0n ? found.map((x) => -x) : found;
    const key = coordinates.join(' ');
    const known = this.byKey.get(key);
    if (known) return known;
    this.makeRoom();
    const { sizes } = this.numbers.program;
    const values = sizes.map((size) => Array<bigint | undefined>(size));
    const point = { name: ++this.lastName, coordinates, key, values };
    this.byName.set(point.name, point);
    this.byKey.set(key, point);
    return point;
  }

  /** Of line `id` at a point in the closure of the current cell. */
  sign(id: number, point: Point): number {
    const { slice, program, exponent } = this.numbers;
    const { coordinates } = point;
    if (id < 0) return signOf(dot(slice.faces[-1 - id].map(BigInt), coordinates));
    const { stage, first, second, breakpoint } = this.lines.decode(id);
    const { source } = program.stages[stage];
    const value = this.value(point, source, first);
    if (second >= 0) return signOf(value - this.value(point, source, second));
    const thresholds = this.numbers.dyadic((program.stages[stage] as UnitStep).breakpoints);
    return this.compare(value, exponent[source], thresholds.numerator(breakpoint), thresholds.exponent, point);
  }

  /** Sign of `value / 2^exponent` (times the last coordinate) less a constant. */
  private compare(value: bigint, exponent: bigint, constant: bigint, over: bigint, { coordinates }: Point): number {
    const threshold = constant * coordinates[coordinates.length - 1];
    const shift = exponent - over;
    return signOf(shift >= 0n ? value - (threshold << shift) : (value << -shift) - threshold);
  }

  private value(point: Point, tensor: number, index: number): bigint {
    return (point.values[tensor][index] ??= this.compute(point, tensor, index));
  }

  private compute(point: Point, tensor: number, index: number): bigint {
    const { coordinates } = point;
    const writer = this.numbers.writerOf(tensor);
    if (!writer) {
      const rows = this.numbers.dyadic(this.numbers.slice.rows);
      const width = coordinates.length;
      return coordinates.reduce((sum, x, k) => (x === 0n ? sum : sum + x * rows.numerator(index * width + k)), 0n);
    }
    const { step, stagesBefore } = writer;
    if (step.kind === 'affine' && stagesBefore === 0) return dot(this.fixedRow(tensor, index), coordinates);
    if (step.kind === 'affine') return this.affine(point, step, index);
    if (step.kind === 'units') return this.unit(point, step, index);
    let most = this.value(point, step.source, step.members[step.start[index]]);
    for (let k = step.start[index] + 1; k < step.start[index + 1]; k++) {
      const other = this.value(point, step.source, step.members[k]);
      if (other > most) most = other;
    }
    return most;
  }

  private affine(point: Point, step: AffineStep, index: number): bigint {
    const { numbers } = this;
    const exponent = numbers.exponent[step.output];
    const bias = numbers.dyadic(step.bias);
    const { coordinates } = point;
    let sum = (bias.numerator(index) * coordinates[coordinates.length - 1]) << (exponent - bias.exponent);
    for (const { source, matrix } of step.terms) {
      const weights = numbers.dyadic(matrix.value);
      let part = 0n;
      for (let e = matrix.start[index]; e < matrix.end[index]; e++) {
        const from = this.value(point, source, matrix.base[index] + matrix.offset[e]);
        if (from !== 0n) part += weights.numerator(e) * from;
      }
      sum += part << (exponent - numbers.exponent[source] - weights.exponent);
    }
    return sum;
  }

  private unit(point: Point, step: UnitStep, index: number): bigint {
    const { numbers } = this;
    const from = this.value(point, step.source, index);
    const over = numbers.exponent[step.source];
    const thresholds = numbers.dyadic(step.breakpoints);
    let piece = 0;
    // On a breakpoint both pieces have one value.
    while (
      piece < step.breakpoints.length &&
      this.compare(from, over, thresholds.numerator(piece), thresholds.exponent, point) > 0
    )
      piece++;
    const at = index * (step.breakpoints.length + 1) + piece;
    const slopes = numbers.dyadic(step.slopes);
    const intercepts = numbers.intercepts(step);
    const exponent = numbers.exponent[step.output];
    const { coordinates } = point;
    const constant = intercepts.numerator(at) * coordinates[coordinates.length - 1];
    return (
      ((slopes.numerator(at) * from) << (exponent - over - slopes.exponent)) +
      (constant << (exponent - intercepts.exponent))
    );
  }

  /** Drops the least recently used point. */
  private makeRoom(): void {
    if (this.byName.size < this.mostPoints) return;
    const [oldest] = this.byName.values();
    this.byName.delete(oldest.name);
    this.byKey.delete(oldest.key);
  }
}

function dot(a: readonly bigint[], b: readonly bigint[]): bigint {
  return a.reduce((sum, x, k) => sum + x * b[k], 0n);
}

function signOf(value: bigint): number {
  return value > 0n ? 1 : value < 0n ? -1 : 0;
}
