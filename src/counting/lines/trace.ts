import { isLong, pointOf, type Stretch } from './knots.ts';
import type { LineMemory } from './lineMemory.ts';
import type { LineTensor } from './lineTensor.ts';

/** One number of a tensor along a stretch. */
export interface Trace {
  /** At each knot, the ends included. */
  readonly values: Float64Array;
  /** On each cell. */
  readonly slopes: Float64Array;
}

/** Follows single numbers of a tensor along a stretch. */
export class Tracer {
  /** Where the column of each knot is, in doubles; 0 where nothing changes. */
  private readonly columns: Int32Array;
  /** How far each knot may be off. */
  private readonly errors: Float64Array;
  private readonly areLong: Uint8Array;

  constructor(
    private readonly memory: LineMemory,
    stretch: Stretch,
    private readonly tensor: LineTensor,
    private readonly steps: Float64Array,
  ) {
    this.columns = columnsOf(stretch, tensor);
    this.errors = Float64Array.from({ length: steps.length + 1 }, (_, k) => pointOf(stretch, k).error);
    this.areLong = Uint8Array.from(steps, (_, k) => Number(isLong(pointOf(stretch, k), pointOf(stretch, k + 1))));
  }

  trace(place: number): Trace {
    const { columns, steps, tensor } = this;
    const { floats } = this.memory;
    const count = columns.length;
    const values = new Float64Array(count + 2);
    const slopes = new Float64Array(count + 1);
    let value = (values[0] = floats[tensor.values / 8 + place]);
    let slope = (slopes[0] = floats[tensor.slopes / 8 + place]);
    for (let k = 0; k < count; k++) {
      values[k + 1] = value += slope * steps[k];
      if (columns[k] > 0) slope += floats[columns[k] + place];
      slopes[k + 1] = slope;
    }
    values[count + 1] = value + slope * steps[count];
    return { values, slopes };
  }

  /**
   * How far the value at knot `k`, or the difference from that of another number, may be off: from what it is at the
   * point that is meant. What was computed of it differs by at most the tolerance there, and by its slopes between the
   * knot and the point times the error of the knot. In a long cell on either side (see `isLong`) it is enough to know
   * the slope there, for three times the tolerance.
   */
  margin(trace: Trace, k: number, tolerance: number, other?: Trace): number {
    const error = this.errors[k];
    if (error === 0) return tolerance;
    const slope = (cell: number) => Math.abs(trace.slopes[cell] - (other ? other.slopes[cell] : 0));
    let least = Infinity;
    for (const cell of [k - 1, k]) if (this.areLong[cell] === 1) least = Math.min(least, slope(cell));
    if (least < Infinity) return 3 * tolerance + least * error;
    let [length, most] = [0, 0];
    for (let cell = k - 1; length < error; cell--) {
      if (cell < 0) return Infinity;
      most = Math.max(most, slope(cell));
      length += this.steps[cell];
    }
    length = 0;
    for (let cell = k; length < error; cell++) {
      if (cell === this.steps.length) return Infinity;
      most = Math.max(most, slope(cell));
      length += this.steps[cell];
    }
    return tolerance + most * error;
  }
}

/** Where the columns of a tensor are, in doubles, by knot: 0 where there is none. */
export function columnsOf({ knots }: Stretch, tensor: LineTensor): Int32Array {
  return Int32Array.from(knots, (knot) => (tensor.columns.has(knot) ? tensor.dense(knot) / 8 : 0));
}

/**
 * Ends a walk where a function has another sign at a knot than the knot's coordinate says, since that is far off: the
 * next crossings would be placed by it, and with them all values that follow. Counting cell by cell does not rely on
 * coordinates.
 */
export class IllConditioned extends Error {}

/**
 * A value with its settled sign: what it was if that had this sign, and clearly no zero unless it is. It is moved by no
 * more than the tolerance, which is how far it may be off without the error of the knot. Errors: `IllConditioned`.
 */
export function settled(value: number, tolerance: number, sign: number): number {
  if (!(sign * value > 0) && Math.abs(value) > tolerance) throw new IllConditioned();
  return sign === 0 ? 0 : sign * Math.max(sign * value, tolerance * 2 ** -20, Number.MIN_VALUE);
}
