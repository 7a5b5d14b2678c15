import { pointOf, type Stretch } from './knots.ts';
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

  constructor(
    private readonly memory: LineMemory,
    stretch: Stretch,
    private readonly tensor: LineTensor,
    private readonly steps: Float64Array,
  ) {
    this.columns = columnsOf(stretch, tensor);
    this.errors = Float64Array.from({ length: steps.length + 1 }, (_, k) => pointOf(stretch, k).error);
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

  /** How far the value at knot `k` may be off. */
  margin({ slopes }: Trace, k: number, tolerance: number): number {
    const before = Math.abs(slopes[k > 0 ? k - 1 : 0]);
    const after = Math.abs(slopes[k < slopes.length ? k : k - 1]);
    return tolerance + (before > after ? before : after) * this.errors[k];
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
 * A value with its settled sign: about what it was, but clearly no zero unless it is. `tolerance` is how far the value
 * may be off without the error of the knot. Errors: `IllConditioned`.
 */
export function settled(value: number, tolerance: number, margin: number, sign: number): number {
  if (sign * value < 0 && Math.abs(value) > tolerance) throw new IllConditioned();
  return sign === 0 ? 0 : sign * Math.max(Math.abs(value), margin * 2 ** -20, Number.MIN_VALUE);
}
