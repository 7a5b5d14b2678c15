import type { Budget } from './budget.ts';
import { cellsOf, positionLimit, positionsOf, type Grid, type Interval } from '../gridComponents.ts';

/**
 * What adding one position does to the state of the frontier (see frontierSum): for each set Y the next frontier keeps
 * track of, `g'(Y) = max(floor(Y), g(without), t - cost + g(with))`, indices into the family of the step before.
 */
export interface FrontierStep {
  /** Number of sets in the family before this position, and what the sets that are not tracked there stand at. */
  readonly familySize: number;
  readonly constants: Uint16Array;
  /** Of that family: the sets tracked as components of a state. */
  readonly tracked: Int32Array;
  /** By tracked set of the next family. */
  readonly without: Int32Array;
  readonly with: Int32Array;
  readonly cost: Int32Array;
  readonly floor: Int32Array;
  /** The position's own slots, and the index of its field among the sets before it. */
  readonly slots: number;
  readonly field: number;
}

/** Sets of cells of the rows from `row` on, as bit masks. */
interface Family {
  readonly row: number;
  readonly sets: bigint[];
  /** By the mask's text: V8 hashes integers by their lowest word alone. */
  readonly index: Map<string, number>;
  /**
   * Most that later positions could still ask beyond what they see: max of limit |J| - |N(J)|, N(J) leaving this trace.
   */
  readonly need: number[];
}

interface Links {
  readonly without: number[];
  readonly with: number[];
  readonly cost: number[];
  readonly slots: number;
  /** Index of the position's own field in the family before it. */
  readonly field: number;
}

/** Steps of the work on one set. */
const STEPS_PER_SET = 2500;

/** All steps of a grid in raster order, short rows first. Null beyond the budget. */
export function frontierSteps(grid: Grid, budget: Budget): FrontierStep[] | null {
  if (!budget.spend(STEPS_PER_SET * positionsOf(grid))) return null;
  const limit = positionLimit(grid);
  // Backwards: which traces N(J) of later positions J leave on what has been touched, and how much J could need.
  let family = emptyFamily(cellsOf(grid.rows));
  join(family, 0n, 0);
  const families = [family];
  const links: Links[] = [];
  for (let p = positionsOf(grid) - 1; p >= 0; p--) {
    const row = grid.rows[Math.floor(p / grid.columns.length)][0];
    const before = emptyFamily(row);
    const field = fieldMask(grid, p, row);
    const touched = touchedMask(grid, p, row);
    const shift = BigInt((family.row - row) * cellsOf(grid.columns));
    const step = { without: [] as number[], with: [] as number[], cost: [] as number[] };
    for (let k = 0; k < family.sets.length; k++) {
      const set = family.sets[k] << shift;
      const cost = grid.channels * popCount(field & ~set);
      step.without.push(join(before, set & touched, family.need[k]));
      step.with.push(join(before, (set | field) & touched, family.need[k] + limit - cost));
      step.cost.push(cost);
      if (!budget.spend(STEPS_PER_SET)) return null;
    }
    const own = before.index.get(keyOf(field & touched)) ?? 0;
    links.push({ ...step, slots: grid.channels * popCount(field), field: own });
    families.push((family = before));
  }
  links.reverse();
  families.reverse();
  return trackedSteps(grid, families, links);
}

function emptyFamily(row: number): Family {
  return { row, sets: [], index: new Map<string, number>(), need: [] };
}

function keyOf(set: bigint): string {
  return set.toString(32);
}

function join(family: Family, set: bigint, need: number): number {
  const key = keyOf(set);
  let k = family.index.get(key);
  if (k === undefined) {
    k = family.sets.length;
    family.index.set(key, k);
    family.sets.push(set);
    family.need.push(need);
  } else if (family.need[k] < need) {
    family.need[k] = need;
  }
  return k;
}

/** Forwards: a set whose deficiency can never rise above its floor is a constant and needs no tracking. */
function trackedSteps(grid: Grid, families: readonly Family[], links: readonly Links[]): FrontierStep[] {
  const limit = positionLimit(grid);
  const floors = families.map((family) => family.need.map((need) => Math.max(0, -need)));
  let highest = families[0].sets.map(() => 0);
  let tracked: number[] = [];
  return links.map((link, p) => {
    const next = families[p + 1];
    const highestNext = next.sets.map((set, k) =>
      Math.min(
        grid.channels * popCount(set),
        Math.max(highest[link.without[k]], limit - link.cost[k] + highest[link.with[k]]),
      ),
    );
    const trackedNext = next.sets.map((_, k) => k).filter((k) => highestNext[k] > floors[p + 1][k]);
    const pick = (values: readonly number[]) => Int32Array.from(trackedNext, (k) => values[k]);
    const step: FrontierStep = {
      familySize: families[p].sets.length,
      constants: Uint16Array.from(floors[p]),
      tracked: Int32Array.from(tracked),
      without: pick(link.without),
      with: pick(link.with),
      cost: pick(link.cost),
      floor: pick(floors[p + 1]),
      slots: link.slots,
      field: link.field,
    };
    tracked = trackedNext;
    highest = highestNext;
    return step;
  });
}

/** The cells of position p's field, from `row` on. */
function fieldMask(grid: Grid, p: number, row: number): bigint {
  const interval = grid.rows[Math.floor(p / grid.columns.length)];
  return linesMask(grid, columnMask(grid.columns[p % grid.columns.length]), interval[0] - row, interval[1] - row);
}

/** The cells that positions before p see, from the start of p's own row of fields on. */
function touchedMask(grid: Grid, p: number, row: number): bigint {
  const y = Math.floor(p / grid.columns.length);
  const x = p % grid.columns.length;
  const whole = columnMask([0, cellsOf(grid.columns)]);
  const above = y === 0 ? 0n : linesMask(grid, whole, 0, Math.max(0, grid.rows[y - 1][1] - row));
  if (x === 0) return above;
  return above | linesMask(grid, columnMask([0, grid.columns[x - 1][1]]), 0, grid.rows[y][1] - row);
}

function columnMask([start, end]: Interval): bigint {
  return ((1n << BigInt(end - start)) - 1n) << BigInt(start);
}

function linesMask(grid: Grid, line: bigint, from: number, to: number): bigint {
  const width = cellsOf(grid.columns);
  let mask = 0n;
  for (let y = from; y < to; y++) mask |= line << BigInt(y * width);
  return mask;
}

function popCount(mask: bigint): number {
  let count = 0;
  for (let rest = mask; rest > 0n; rest >>= 32n) {
    let word = Number(rest & 0xffffffffn);
    for (; word !== 0; word &= word - 1) count++;
  }
  return count;
}
