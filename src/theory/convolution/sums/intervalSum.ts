import type { Budget } from './budget.ts';
import { lengthOf, type Interval } from '../gridComponents.ts';

/**
 * Positions in one line. Position p holds t_p neurons, of weight `weights[p][t_p]`, and sees the cells of
 * `intervals[p]` (starts and ends ascend), each of which can serve `capacity` neurons.
 */
export interface IntervalChain<W> {
  readonly intervals: readonly Interval[];
  readonly capacity: number;
  readonly weights: readonly W[];
}

/**
 * The sum, over all choices of (t_p) in which every neuron gets a slot of its own, of the products of weights.
 *
 * Because both ends ascend, serving positions in order from the leftmost free slot is optimal, and the slots used from
 * the start of the current interval on form one block: its length is the whole state. `steps`
 * is what one product of a value and a weight costs. Null beyond the budget.
 */
export function intervalSum(chain: IntervalChain<readonly bigint[]>, steps: number, budget: Budget): bigint | null {
  const { intervals, capacity, weights } = chain;
  let states: bigint[] = [1n];
  for (let p = 0; p < intervals.length; p++) {
    const drop = p + 1 < intervals.length ? capacity * (intervals[p + 1][0] - intervals[p][0]) : Infinity;
    const slots = capacity * lengthOf(intervals[p]);
    const prefix = prefixSums(weights[p]);
    const next: bigint[] = [];
    for (let used = 0; used < states.length; used++) {
      const value = states[used];
      if (value === 0n) continue;
      const most = Math.min(weights[p].length - 1, slots - used);
      // All t that leave nothing used beyond the next start lead to the same state.
      const forgotten = Math.min(most, drop - used);
      if (forgotten >= 0) accumulate(next, 0, value * prefix[forgotten]);
      for (let t = Math.max(0, forgotten + 1); t <= most; t++) accumulate(next, used + t - drop, value * weights[p][t]);
      if (!budget.spend((most - Math.max(0, forgotten) + 1) * steps)) return null;
    }
    for (let used = 0; used < next.length; used++) next[used] ??= 0n;
    states = next;
  }
  return states.reduce((total, value) => total + value, 0n);
}

function accumulate(states: bigint[], index: number, value: bigint): void {
  states[index] = (states[index] ?? 0n) + value;
}

function prefixSums(weights: readonly bigint[]): bigint[] {
  let total = 0n;
  return weights.map((weight) => (total += weight));
}
