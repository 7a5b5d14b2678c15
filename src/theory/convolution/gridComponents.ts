import type { AxisFields, ReceptiveFields } from './receptiveFields.ts';

/** Cells `start .. end - 1`. */
export type Interval = readonly [start: number, end: number];

/**
 * A set of positions that share input cells, along one axis and in its own numbering of the cells it sees:
 * intervals whose starts and ends both ascend. `copies` components look the same.
 */
interface AxisComponent {
  readonly intervals: readonly Interval[];
  readonly copies: number;
}

/**
 * Positions `rows` x `columns`, each with `filters` neurons that see the `channels` scalars of every cell of their
 * field. At most `rankLimit` neurons of a position can be independent whatever the fields. `copies` grids look the same
 * and see different inputs, so that the generating polynomial of the layer is the product over grids of
 * (polynomial of the grid)^copies.
 */
export interface Grid {
  readonly rows: readonly Interval[];
  readonly columns: readonly Interval[];
  readonly channels: number;
  readonly filters: number;
  readonly rankLimit: number;
  readonly copies: number;
}

export interface GridDecomposition {
  readonly grids: readonly Grid[];
  /**
   * False where a field had gaps inside its component and was widened to an interval: then only upper bounds follow.
   */
  readonly faithful: boolean;
}

/**
 * Splits a layer into parts that see disjoint inputs: groups, strips between windows that do not overlap, residue
 * classes of a dilated window. Positions that see nothing but padding are constant and left out.
 */
export function gridsOf(pattern: ReceptiveFields): GridDecomposition {
  let grids = decompositions.get(pattern);
  if (!grids) decompositions.set(pattern, (grids = decomposed(pattern)));
  return grids;
}

/** Several theorems ask for them. */
const decompositions = new WeakMap<ReceptiveFields, GridDecomposition>();

function decomposed(pattern: ReceptiveFields): GridDecomposition {
  const rows = axisComponents(pattern.rows);
  const columns = axisComponents(pattern.columns);
  const { channels, filters, rankLimit, groups } = pattern;
  const grids = rows.components.flatMap((row) =>
    columns.components.map((column) => ({
      rows: row.intervals,
      columns: column.intervals,
      channels,
      filters,
      rankLimit,
      copies: row.copies * column.copies * groups,
    })),
  );
  return { grids, faithful: rows.faithful && columns.faithful };
}

function axisComponents(fields: AxisFields): { components: AxisComponent[]; faithful: boolean } {
  const { componentOf, rankOf } = connectedCells(fields);
  const members = new Map<number, Interval[]>();
  let faithful = true;
  for (const field of fields) {
    if (field.length === 0) continue;
    const interval: Interval = [rankOf[field[0]], rankOf[field[field.length - 1]] + 1];
    faithful &&= lengthOf(interval) === field.length;
    const component = componentOf[field[0]];
    const others = members.get(component);
    if (others) others.push(interval);
    else members.set(component, [interval]);
  }
  const byKey = new Map<string, { intervals: Interval[]; copies: number }>();
  for (const intervals of members.values()) {
    faithful = ascending(intervals) && faithful;
    const key = intervals.join(';');
    const same = byKey.get(key);
    if (same) same.copies++;
    else byKey.set(key, { intervals, copies: 1 });
  }
  return { components: [...byKey.values()], faithful };
}

/**
 * For every cell: its component (cells that one field sees belong together) and its rank among the component's cells.
 */
function connectedCells(fields: AxisFields): { componentOf: Int32Array; rankOf: Int32Array } {
  const extent = fields.reduce((most, field) => Math.max(most, field[field.length - 1] ?? -1), -1) + 1;
  const parent = Int32Array.from({ length: extent }, (_, cell) => cell);
  const find = (cell: number): number => {
    let at = cell;
    for (; parent[at] !== at; at = parent[at]) parent[at] = parent[parent[at]];
    return at;
  };
  const seen = new Uint8Array(extent);
  for (const field of fields) {
    for (const cell of field) {
      seen[cell] = 1;
      parent[find(cell)] = find(field[0]);
    }
  }
  const componentOf = parent.map((_, cell) => find(cell));
  const sizes = new Int32Array(extent);
  const rankOf = componentOf.map((component, cell) => (seen[cell] ? sizes[component]++ : -1));
  return { componentOf, rankOf };
}

/**
 * Sorts intervals. Where one ends before its neighbor on the left (never in a single convolution) it grows to keep the
 * ends ascending; false then.
 */
function ascending(intervals: Interval[]): boolean {
  intervals.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let unchanged = true;
  for (let k = 1; k < intervals.length; k++) {
    if (intervals[k][1] < intervals[k - 1][1]) {
      intervals[k] = [intervals[k][0], intervals[k - 1][1]];
      unchanged = false;
    }
  }
  return unchanged;
}

export function lengthOf(interval: Interval): number {
  return interval[1] - interval[0];
}

/** Cells that at least one interval covers: all of them, in a component's own numbering. */
export function cellsOf(intervals: readonly Interval[]): number {
  return intervals[intervals.length - 1][1];
}

export function positionsOf(grid: Grid): number {
  return grid.rows.length * grid.columns.length;
}

/** Neurons of one copy. */
export function gridNeurons(grid: Grid): number {
  return positionsOf(grid) * grid.filters;
}

/** Most neurons of one position that can be independent, its field aside. */
export function positionLimit(grid: Grid): number {
  return Math.min(grid.filters, grid.rankLimit);
}

/** Input scalars of one copy. */
export function gridInputs(grid: Grid): number {
  return cellsOf(grid.rows) * cellsOf(grid.columns) * grid.channels;
}

/**
 * Whether every choice of at most `positionLimit` neurons a position is independent: by Hall, `limit |J| <= |N(J)|` for
 * all sets J of positions. The fields are products, so the worst J is a run of rows times a run of columns, each the
 * one with the fewest cells a position, and the two runs are found apart from each other.
 */
export function isFree(grid: Grid): boolean {
  const row = scarcestRun(grid.rows);
  const column = scarcestRun(grid.columns);
  return positionLimit(grid) * row.positions * column.positions <= grid.channels * row.cells * column.cells;
}

/**
 * The run of consecutive positions with the fewest cells a position, by Dinkelbach's method: while a run beats the best
 * ratio known, take the one that beats it most. A pass is linear in the number of positions.
 */
function scarcestRun(intervals: readonly Interval[]): { cells: number; positions: number } {
  let worst = { cells: cellsOf(intervals), positions: intervals.length };
  for (;;) {
    const { cells, positions } = worst;
    let best = 0;
    let opening = { index: 0, gain: -Infinity };
    intervals.forEach(([start, end], index) => {
      const gain = start * positions - index * cells;
      if (gain > opening.gain) opening = { index, gain };
      const excess = (index + 1) * cells - end * positions + opening.gain;
      if (excess > best) {
        best = excess;
        worst = { cells: end - intervals[opening.index][0], positions: index - opening.index + 1 };
      }
    });
    if (best === 0) return worst;
  }
}

export function transposeGrid(grid: Grid): Grid {
  return { ...grid, rows: grid.columns, columns: grid.rows };
}
