import { bigintSteps, type Budget } from './budget.ts';
import { frontierSteps, type FrontierStep } from './frontierFamily.ts';
import { cellsOf, gridInputs, transposeGrid, type Grid } from '../gridComponents.ts';
import { StateTable } from './stateTable.ts';

/**
 * The sum of prod_p weights[t_p] over all (t_p) of a two-dimensional grid that satisfy Hall's condition, position by
 * position in raster order. `bits` is the length of a usual value. Null beyond the budget.
 *
 * The state after the processed positions is their deficiency function
 *     g(Y) = max over sets J of them of [ sum of t over J - channels |N(J) \ Y| ],
 * for those Y that the fields of later positions can leave on the cells touched so far. Adding position p with t
 * neurons:
 *     g'(Y) = max( g(Y), t - channels |S_p \ Y| + g(Y u S_p) ),  feasible while g(empty set) stays 0.
 * Raising g(Y) to where no later positions could make it matter merges states without changing the sum.
 */
export function frontierSum(grid: Grid, weights: readonly bigint[], bits: number, budget: Budget): bigint | null {
  const upright = cellsOf(grid.columns) <= cellsOf(grid.rows) ? grid : transposeGrid(grid);
  if (gridInputs(grid) >= 1 << 16) return null;
  const steps = frontierSteps(upright, budget);
  if (steps === null) return null;
  const prefix: bigint[] = [];
  weights.forEach((weight, t) => prefix.push(t === 0 ? weight : prefix[t - 1] + weight));
  let states = new StateTable(0);
  states.add(new Uint16Array(0), 1n);
  for (const step of steps) {
    const next = advance(states, step, weights, prefix, bits, budget);
    if (next === null) return null;
    states = next;
  }
  return states.values.reduce((total, value) => total + value, 0n);
}

function advance(
  states: StateTable,
  step: FrontierStep,
  weights: readonly bigint[],
  prefix: readonly bigint[],
  bits: number,
  budget: Budget,
): StateTable | null {
  const width = step.floor.length;
  const valueSteps = bigintSteps(bits);
  const next = new StateTable(width);
  const before = Uint16Array.from(step.constants);
  const kept = new Int32Array(width);
  const gained = new Int32Array(width);
  const vector = new Uint16Array(width);
  for (let s = 0; s < states.size; s++) {
    const value = states.values[s];
    const offset = s * states.width;
    for (let k = 0; k < states.width; k++) before[step.tracked[k]] = states.vectors[offset + k];

    let unchanged = Infinity;
    for (let k = 0; k < width; k++) {
      const keep = Math.max(step.floor[k], before[step.without[k]]);
      const gain = before[step.with[k]] - step.cost[k];
      kept[k] = keep;
      gained[k] = gain;
      if (keep - gain < unchanged) unchanged = keep - gain;
    }
    const most = Math.min(weights.length - 1, step.slots - before[step.field]);
    // Up to `unchanged` neurons leave the state as it is: one transition for all of them.
    const first = Math.min(unchanged, most);
    if (first >= 0) {
      for (let k = 0; k < width; k++) vector[k] = kept[k];
      next.add(vector, value * prefix[first]);
    }
    for (let t = Math.max(0, first + 1); t <= most; t++) {
      for (let k = 0; k < width; k++) vector[k] = Math.max(kept[k], t + gained[k]);
      next.add(vector, value * weights[t]);
    }
    const transitions = most - Math.max(0, first) + 1;
    if (!budget.spend(2 * (width + states.width) + transitions * (4 * width + valueSteps + 50))) return null;
    if (!budget.allowsBytes(bytesOf(states, bits) + bytesOf(next, bits))) return null;
  }
  return next;
}

/** Arrays grow to twice their size. */
function bytesOf({ size, width }: StateTable, bits: number): number {
  return size * (4 * width + bits / 8 + BYTES_PER_STATE);
}

const BYTES_PER_STATE = 80;
