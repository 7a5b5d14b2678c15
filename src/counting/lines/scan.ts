import { stepsOf, type Stretch } from './knots.ts';
import type { LineMemory } from './lineMemory.ts';
import type { LineTensor } from './lineTensor.ts';

/** Knots of a stretch at which a tensor's slopes change, in the memory of the kernel. */
export interface LinePath {
  readonly count: number;
  /** Addresses of the columns, and the steps between: one more. */
  readonly columns: number;
  readonly steps: number;
}

/** Goes along a stretch with all numbers of a tensor. */
export class Scan {
  /** Least and greatest value at the knots and greatest slope of each number, as vectors. */
  readonly lows: number;
  readonly highs: number;
  readonly steepest: number;
  private room = 0;
  private columns = 0;
  private steps = 0;

  constructor(
    private readonly memory: LineMemory,
    widest: number,
  ) {
    [this.lows, this.highs, this.steepest] = [0, 1, 2].map(() => memory.take(8 * (widest + 4)));
  }

  /** Knots where nothing changes are passed over. */
  path(stretch: Stretch, tensor: LineTensor): LinePath {
    const { memory } = this;
    const columns: number[] = [];
    const steps: number[] = [];
    const lengths = stepsOf(stretch);
    let length = 0;
    stretch.knots.forEach((knot, k) => {
      length += lengths[k];
      if (!tensor.columns.has(knot)) return;
      columns.push(tensor.dense(knot));
      steps.push(length);
      length = 0;
    });
    steps.push(length + lengths[lengths.length - 1]);
    if (steps.length > this.room) {
      this.room = 2 * steps.length;
      this.columns = memory.take(4 * this.room);
      this.steps = memory.take(8 * this.room);
    }
    memory.words.set(columns, this.columns / 4);
    memory.floats.set(steps, this.steps / 8);
    return { count: columns.length, columns: this.columns, steps: this.steps };
  }

  /**
   * What `run` would have returned for a tensor each of whose numbers was multiplied by one of `factors`, an address of
   * numbers other than zero, and then given a bias; the outcome being the tensor that `run` was called for last.
   */
  sizeBefore(size: number, bias: Float64Array, factors: number): number {
    const { lows, highs, steepest } = this;
    const { floats } = this.memory;
    let most = 0;
    for (let i = 0; i < size; i++) {
      const reach = Math.max(bias[i] - floats[lows / 8 + i], floats[highs / 8 + i] - bias[i]);
      const value = (reach + floats[steepest / 8 + i]) / Math.abs(floats[factors / 8 + i]);
      // What is not a number is kept.
      if (!(value <= most)) most = value;
    }
    return most;
  }

  /** Fills the vectors; returns the greatest value and slope of a number together. */
  run(path: LinePath, { size, values, slopes }: LineTensor): number {
    const { lows, highs, steepest } = this;
    const { kernel } = this.memory;
    kernel.scan(size, path.count, path.columns, path.steps, values, slopes, lows, highs, steepest);
    const { floats } = this.memory;
    let most = 0;
    for (let i = 0; i < size; i++) {
      const value = Math.max(-floats[lows / 8 + i], floats[highs / 8 + i]) + floats[steepest / 8 + i];
      // What is not a number is kept.
      if (!(value <= most)) most = value;
    }
    return most;
  }
}
