import { scaledBinomial } from '../../numbers/binomial.ts';
import { UNIT_ROUNDOFF } from '../../numbers/magnitude.ts';
import { multiplyScaled, scaled, scaledExp, type Scaled } from '../../numbers/scaled.ts';
import type { Budget } from './budget.ts';
import { lengthOf } from '../gridComponents.ts';
import type { IntervalChain } from './intervalSum.ts';

/** Positive weights `values[t] * factor`, the largest value being about 1. */
interface ScaledWeights {
  readonly values: Float64Array;
  readonly factor: Scaled;
}

/** Relative to the largest of its kind; far above where floating point loses digits. */
const MIN_SCALED = 2 ** -900;

/** C(count, t) x^t for t = 0 .. most. */
export function scaledSelections(count: number, most: number, x: number): ScaledWeights {
  const top = Math.min(count, most);
  const mode = Math.min(top, Math.floor(((count + 1) * x) / (1 + x)));
  const values = new Float64Array(top + 1);
  values[mode] = 1;
  for (let t = mode; t < top; t++) values[t + 1] = (values[t] * (count - t) * x) / (t + 1);
  for (let t = mode; t > 0; t--) values[t - 1] = (values[t] * t) / ((count - t + 1) * x);
  const peak = multiplyScaled(scaledBinomial(count, mode), powerOf(x, mode));
  return { values, factor: multiplyScaled(peak, scaled(1, 5 * UNIT_ROUNDOFF * (top + 1))) };
}

function powerOf(x: number, exponent: number): Scaled {
  const ln = exponent * Math.log(x);
  return scaledExp(ln, 4 * UNIT_ROUNDOFF * Math.abs(ln));
}

/**
 * The sum of intervalSum in floating point, with its error. Numbers too small beside their neighbors to be kept are
 * lifted for an upper bound and dropped for a lower one. Null beyond the budget.
 */
export function scaledIntervalSum(
  chain: IntervalChain<ScaledWeights>,
  direction: 'upper' | 'lower',
  budget: Budget,
): Scaled | null {
  const { intervals, capacity, weights } = chain;
  const least = direction === 'upper' ? MIN_SCALED : 0;
  let states = Float64Array.of(1);
  let factor = scaled(1);
  for (let p = 0; p < intervals.length; p++) {
    const slots = capacity * lengthOf(intervals[p]);
    const drop = p + 1 < intervals.length ? capacity * (intervals[p + 1][0] - intervals[p][0]) : slots;
    // The budget would not be enough to process these states.
    if (slots - drop > budget.left) return null;
    if (!budget.spend(2 * states.length * Math.min(weights[p].values.length, slots + 1))) return null;
    const values = weights[p].values.map((value) => (value < MIN_SCALED ? least : value));
    const next = new Float64Array(Math.max(0, slots - drop) + 1);
    for (let used = 0; used < states.length && used <= slots; used++) {
      const most = Math.min(values.length - 1, slots - used);
      for (let t = 0; t <= most; t++) next[Math.max(0, used + t - drop)] += states[used] * values[t];
    }
    const highest = next.reduce((a, b) => Math.max(a, b), 0);
    const roundings = states.length * values.length + 4;
    factor = multiplyScaled(multiplyScaled(factor, weights[p].factor), scaled(highest, roundings * UNIT_ROUNDOFF));
    states = next.map((value) => (value / highest < MIN_SCALED ? least : value / highest));
  }
  const total = states.reduce((a, b) => a + b, 0);
  return multiplyScaled(factor, scaled(total, (states.length + 1) * UNIT_ROUNDOFF));
}
