import { gaussians } from '../../common/random.ts';
import { RELATIVE_ERROR, UNDERFLOW_ERROR } from '../geometry/geometry.ts';
import { greatestSize } from '../exact/norm.ts';
import type { DenseChain } from '../program/denseChain.ts';

/**
 * A random combination of the outputs of a dense chain, as a function of the last stage's units, without its constant.
 * Where two regions have the same map, so they have the same combination.
 */
export class MixedOutput {
  /** What a row of the last stage is multiplied by: two for each unit, by its piece. */
  readonly gains: Float64Array;
  /** By how much the gain of the upper piece exceeds that of the lower. */
  readonly steps: Float64Array;
  /** The combination's map: two coefficients and a constant. */
  readonly map = new Float64Array(3);
  private readonly chosen: Float64Array;
  /** How far a step may be off, and a derivative by what a unit of the stage before puts out. */
  readonly stepError: number;
  readonly derivativeError: number;
  /** Sum of the sizes of the greatest gains of all units. */
  private readonly size: number;
  /** The weights of the last stage, by columns. */
  readonly weights: Float64Array;

  constructor({ layers, slopes }: DenseChain) {
    const stages = slopes.length;
    const last = slopes[stages - 1];
    const units = last.length / 2;
    const outputs = layers[layers.length - 1].outputs;
    const gaussian = gaussians(3);
    const factors = Float64Array.from({ length: outputs }, () => (outputs === 1 ? 1 : gaussian()));
    const columns = layers.length > stages ? layers[stages].columns : null;
    const stepSize = 2 * greatestSize(last) * sumOfSizes(factors) * (layers[stages]?.norm ?? 1);
    this.stepError = RELATIVE_ERROR * stepSize + UNDERFLOW_ERROR;
    this.derivativeError = units * (this.stepError * layers[stages - 1].norm + UNDERFLOW_ERROR);
    this.weights = layers[stages - 1].columns;
    this.gains = new Float64Array(2 * units);
    this.steps = new Float64Array(units);
    this.chosen = new Float64Array(units);
    this.size = 0;
    for (let unit = 0; unit < units; unit++) {
      let sum = 0;
      let size = 0;
      if (columns) {
        for (let r = 0; r < outputs; r++) {
          const term = factors[r] * columns[unit * outputs + r];
          sum += term;
          size += Math.abs(term);
        }
      } else {
        sum = factors[unit];
        size = Math.abs(sum);
      }
      const lower = last[2 * unit];
      const upper = last[2 * unit + 1];
      this.gains[2 * unit] = lower * sum;
      this.gains[2 * unit + 1] = upper * sum;
      this.steps[unit] = (upper - lower) * sum;
      this.size += Math.max(Math.abs(lower), Math.abs(upper)) * size;
    }
  }

  /** The derivative by what unit `before` of the stage before puts out, where the last stage's have these pieces. */
  derivative(before: number, pattern: Int32Array): number {
    const { gains, weights, steps } = this;
    const first = before * steps.length;
    let sum = 0;
    for (let i = 0; i < steps.length; i++) sum += gains[2 * i + pattern[i]] * weights[first + i];
    return sum;
  }

  /** What that is greater by where unit `last` is on its upper piece. */
  derivativeStep(before: number, last: number): number {
    return this.steps[last] * this.weights[before * this.steps.length + last];
  }

  /** How far each number of a map may be off, where those of the last stage's rows have this scale; see `Sizes`. */
  error(scale: number): number {
    return 2 * this.size * (RELATIVE_ERROR * scale + UNDERFLOW_ERROR) + UNDERFLOW_ERROR;
  }

  /** Sets `map` from all rows of the last stage, whose units have these pieces. */
  find(rows: Float64Array, pattern: Int32Array): void {
    const { gains, chosen } = this;
    for (let i = 0; i < chosen.length; i++) chosen[i] = gains[2 * i + pattern[i]];
    sumRows(chosen, rows, this.map);
  }

  /** Sets `map` to that of other rows and those in the first `count` of `units`. */
  findFrom(others: Float64Array, rows: Float64Array, pattern: Int32Array, units: Int32Array, count: number): void {
    const { gains, map } = this;
    let a = others[0];
    let b = others[1];
    let d = others[2];
    for (let k = 0; k < count; k++) {
      const i = units[k];
      const gain = gains[2 * i + pattern[i]];
      a += gain * rows[3 * i];
      b += gain * rows[3 * i + 1];
      d += gain * rows[3 * i + 2];
    }
    map[0] = a;
    map[1] = b;
    map[2] = d;
  }
}

function sumOfSizes(numbers: Float64Array): number {
  return numbers.reduce((sum, number) => sum + Math.abs(number), 0);
}

/** Sets `sum` to that of all rows, each times its factor. In two sums each, so that none waits for the last. */
function sumRows(factors: Float64Array, rows: Float64Array, sum: Float64Array): void {
  const even = factors.length & ~1;
  let [a, b, d, p, q, r] = [0, 0, 0, 0, 0, 0];
  for (let i = 0, at = 0; i < even; i += 2, at += 6) {
    const first = factors[i];
    const second = factors[i + 1];
    a += first * rows[at];
    b += first * rows[at + 1];
    d += first * rows[at + 2];
    p += second * rows[at + 3];
    q += second * rows[at + 4];
    r += second * rows[at + 5];
  }
  if (even < factors.length) {
    a += factors[even] * rows[3 * even];
    b += factors[even] * rows[3 * even + 1];
    d += factors[even] * rows[3 * even + 2];
  }
  sum[0] = a + p;
  sum[1] = b + q;
  sum[2] = d + r;
}
