import type { AxisFields, FieldPattern } from './fieldPattern.ts';

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
  /** False where a field had gaps inside its component and was widened to an interval: then only upper bounds follow. */
  readonly faithful: boolean;
}

/**
 * Splits a layer into parts that see disjoint inputs: groups, strips between windows that do not overlap, residue
 * classes of a dilated window. Positions that see nothing but padding are constant and left out.
 */
export function gridsOf(pattern: FieldPattern): GridDecomposition {
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
  const byKey = new Map<string, { intervals: Interval[]; copies: number }>();
  let faithful = true;
  for (const members of connectedFields(fields)) {
    const { intervals, exact } = intervalsOf(members);
    faithful &&= exact;
    const key = intervals.join(';');
    const same = byKey.get(key);
    if (same) same.copies++;
    else byKey.set(key, { intervals, copies: 1 });
  }
  return { components: [...byKey.values()], faithful };
}

/** The non-empty fields, grouped so that two fields of different groups share no cell. */
function connectedFields(fields: AxisFields): (readonly number[])[][] {
  const parent = new Map<number, number>();
  const find = (cell: number): number => {
    let root = cell;
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) root = up;
    parent.set(cell, root);
    return root;
  };
  for (const field of fields) {
    for (const cell of field) parent.set(find(cell), find(field[0]));
  }
  const groups = new Map<number, (readonly number[])[]>();
  for (const field of fields) {
    if (field.length === 0) continue;
    const root = find(field[0]);
    const group = groups.get(root);
    if (group) group.push(field);
    else groups.set(root, [field]);
  }
  return [...groups.values()];
}

function intervalsOf(fields: readonly (readonly number[])[]): { intervals: Interval[]; exact: boolean } {
  const cells = [...new Set(fields.flat())].sort((a, b) => a - b);
  const index = new Map(cells.map((cell, k) => [cell, k]));
  const at = (cell: number) => index.get(cell) ?? 0;
  let exact = true;
  const intervals = fields.map((field): Interval => {
    const start = at(field[0]);
    const end = at(field[field.length - 1]) + 1;
    exact &&= end - start === field.length;
    return [start, end];
  });
  intervals.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  for (let k = 1; k < intervals.length; k++) {
    // A window nested inside its neighbour (never one of a single convolution) grows to keep the ends ascending.
    if (intervals[k][1] < intervals[k - 1][1]) {
      intervals[k] = [intervals[k][0], intervals[k - 1][1]];
      exact = false;
    }
  }
  return { intervals, exact };
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
