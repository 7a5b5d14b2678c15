import { pointOf, type Stretch } from './knots.ts';
import type { LineMemory } from './lineMemory.ts';
import type { Column, LineTensor } from './lineTensor.ts';
import { isDense } from './lineTensor.ts';

/** One number of a tensor along a stretch. */
export interface Trace {
  /** At each knot, the ends included. */
  readonly values: Float64Array;
  /** On each cell. */
  readonly slopes: Float64Array;
}

/** Follows single numbers of a tensor along a stretch. */
export class Tracer {
  private readonly columns: readonly (Column | undefined)[];

  constructor(
    private readonly memory: LineMemory,
    private readonly stretch: Stretch,
    private readonly tensor: LineTensor,
    private readonly steps: Float64Array,
  ) {
    this.columns = stretch.knots.map((knot) => tensor.columns.get(knot));
  }

  trace(place: number): Trace {
    const { columns, steps, tensor } = this;
    const { floats } = this.memory;
    const values = new Float64Array(columns.length + 2);
    const slopes = new Float64Array(columns.length + 1);
    let value = (values[0] = floats[tensor.values / 8 + place]);
    let slope = (slopes[0] = floats[tensor.slopes / 8 + place]);
    for (let k = 0; k < columns.length; k++) {
      values[k + 1] = value += slope * steps[k];
      const column = columns[k];
      if (column) slope += isDense(column) ? floats[column.at / 8 + place] : tensor.changeAt(this.stretch.knots[k], place);
      slopes[k + 1] = slope;
    }
    values[columns.length + 1] = value + slope * steps[columns.length];
    return { values, slopes };
  }

  /** How far the value at knot `k` may be off. */
  margin({ slopes }: Trace, k: number, tolerance: number): number {
    const before = Math.abs(slopes[Math.max(0, k - 1)]);
    const after = Math.abs(slopes[Math.min(k, slopes.length - 1)]);
    return tolerance + Math.max(before, after) * pointOf(this.stretch, k).error;
  }
}

/** A value with its settled sign: about what it was, but clearly no zero unless it is. */
export function settled(value: number, margin: number, sign: number): number {
  return sign === 0 ? 0 : sign * Math.max(Math.abs(value), margin * 2 ** -20, Number.MIN_VALUE);
}
