import type { Budget } from './budget.ts';
import { lengthOf, positionLimit, type Grid, type Interval } from './gridComponents.ts';

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

interface Family {
  readonly sets: bigint[];
  readonly index: Map<bigint, number>;
  /** Most that later positions could still ask beyond what they see: max of limit |J| - |N(J)|, N(J) leaving this trace. */
  readonly need: number[];
}

interface Links {
  readonly without: number[];
  readonly with: number[];
  readonly cost: number[];
  readonly field: bigint;
}

/** All steps of a grid in raster order, short rows first. Null beyond the budget. */
export function frontierSteps(grid: Grid, budget: Budget): FrontierStep[] | null {
  const fields = grid.rows.flatMap((row) => grid.columns.map((column) => cellMask(grid, row, column)));
  const limit = positionLimit(grid);
  const touched = [0n];
  for (const field of fields) touched.push(touched[touched.length - 1] | field);

  // Backwards: which traces N(J) of later positions J leave on what has been touched, and how much J could need.
  let family = emptyFamily();
  join(family, 0n, 0);
  const families = [family];
  const links: Links[] = [];
  for (let p = fields.length - 1; p >= 0; p--) {
    const before = emptyFamily();
    const step: Links = { without: [], with: [], cost: [], field: fields[p] };
    for (let k = 0; k < family.sets.length; k++) {
      const set = family.sets[k];
      const cost = grid.channels * popCount(fields[p] & ~set);
      step.without.push(join(before, set & touched[p], family.need[k]));
      step.with.push(join(before, (set | fields[p]) & touched[p], family.need[k] + limit - cost));
      step.cost.push(cost);
    }
    if (!budget.spend(200 * family.sets.length)) return null;
    links.push(step);
    families.push((family = before));
  }
  links.reverse();
  families.reverse();
  return trackedSteps(grid, families, links, touched);
}

function emptyFamily(): Family {
  return { sets: [], index: new Map<bigint, number>(), need: [] };
}

function join(family: Family, set: bigint, need: number): number {
  let k = family.index.get(set);
  if (k === undefined) {
    k = family.sets.length;
    family.index.set(set, k);
    family.sets.push(set);
    family.need.push(need);
  } else if (family.need[k] < need) {
    family.need[k] = need;
  }
  return k;
}

/** Forwards: a set whose deficiency can never rise above its floor is a constant and needs no tracking. */
function trackedSteps(
  grid: Grid,
  families: readonly Family[],
  links: readonly Links[],
  touched: readonly bigint[],
): FrontierStep[] {
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
      slots: grid.channels * popCount(link.field),
      field: families[p].index.get(link.field & touched[p]) ?? 0,
    };
    tracked = trackedNext;
    highest = highestNext;
    return step;
  });
}

function cellMask(grid: Grid, row: Interval, column: Interval): bigint {
  const width = grid.columns[grid.columns.length - 1][1];
  const line = ((1n << BigInt(lengthOf(column))) - 1n) << BigInt(column[0]);
  let mask = 0n;
  for (let y = row[0]; y < row[1]; y++) mask |= line << BigInt(y * width);
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
