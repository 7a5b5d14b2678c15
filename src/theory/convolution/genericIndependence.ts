import { greatestOf } from '../../network/extremes.ts';
import type { Budget } from './sums/budget.ts';
import type { AxisFields, ReceptiveFields } from './receptiveFields.ts';
import { fieldElements, inverseMod, multiplyMod, subtractProduct } from './sums/primeField.ts';

/**
 * The sum over j of (number of independent j-sets of normals) * weight^j of a convolution with one generic kernel for
 * all positions. For generic biases this is its number of regions over the whole input space, and the most it can have:
 *
 * - The regions of an arrangement are as many as its independent sets, weighted by the choice of breakpoints, if no
 *   dependent set of hyperplanes has a common point (Whitney); otherwise they are fewer. A kernel that is not generic
 *   has fewer independent sets.
 * - One bias a filter, at all positions, is generic enough. Let B be a minimal dependent set. For e in B the minors of
 *   B - e are homogeneous in the kernel's row and column offsets, of a degree that depends on e's position; so those of
 *   two neurons of one filter cannot cancel, and a bias of that filter can be chosen that leaves B no common point.
 *
 * Independence is decided for one random kernel over the field of 2^61 - 1 elements. A set independent there is
 * independent for generic real kernels, so the count is never too large. It is too small only if one of the tests below
 * fails by accident, where a minor, a polynomial in the kernel of degree at most r = number of inputs, vanishes:
 * probability at most r 2^-61 a test (Schwartz, Zippel), below 2^-30 for ten million tests on a hundred inputs.
 *
 * Null where weights are not shared or beyond the budget.
 */
export function genericSum(pattern: ReceptiveFields, weight: number, budget: Budget): bigint | null {
  const { taps } = pattern;
  if (taps === null || pattern.sharing !== 'shared') return null;
  if (pattern.channels * longest(taps.rows) * longest(taps.columns) * pattern.filters > MAX_ENTRIES) return null;
  const kernel = randomKernel(pattern);
  const parts = connectedPositions(pattern);
  if (parts === null) return null;
  const known = new Map<string, bigint>();
  let group = 1n;
  for (const part of parts) {
    const key = relativeShape(part);
    let sum = known.get(key);
    if (sum === undefined) {
      const found = new SubspaceCount(part, pattern, kernel, BigInt(weight)).run(budget);
      if (found === null) return null;
      known.set(key, (sum = found));
    }
    group *= sum;
  }
  // Groups have kernels and inputs of their own.
  return group ** BigInt(pattern.groups);
}

/** A cell that a position sees, and the entry of the kernel it is multiplied by. */
interface Sight {
  readonly cell: number;
  readonly tap: number;
}

/** One entry for filter, tap and channel. */
type Kernel = (filter: number, tap: number, channel: number) => bigint;

const MAX_POSITIONS = 4096;
/** Cells that all positions together see; where there are more, their subspaces are beyond the budget too. */
const MAX_SIGHTS = 2 ** 20;
const MAX_ENTRIES = 65536;

function randomKernel(pattern: ReceptiveFields): Kernel {
  const elements = fieldElements(1n);
  const entries = new Map<number, bigint>();
  return (filter, tap, channel) => {
    const key = (tap * pattern.channels + channel) * pattern.filters + filter;
    let entry = entries.get(key);
    if (entry === undefined) entries.set(key, (entry = elements.next().value));
    return entry;
  };
}

/** Positions of one group in raster order along the longer axis, split where they share no cell. */
function connectedPositions({ rows, columns, taps }: ReceptiveFields): Sight[][][] | null {
  if (taps === null || rows.length * columns.length > MAX_POSITIONS) return null;
  if (entriesOf(rows) * entriesOf(columns) > MAX_SIGHTS) return null;
  const stride =
    1 +
    greatestOf(
      columns.map((field) => field[field.length - 1] ?? 0),
      0,
    );
  const tapStride =
    1 +
    greatestOf(
      taps.columns.map((list) => greatestOf(list)),
      0,
    );
  const at = (y: number, x: number): Sight[] =>
    rows[y].flatMap((row, i) =>
      columns[x].map((column, j) => ({
        cell: row * stride + column,
        tap: taps.rows[y][i] * tapStride + taps.columns[x][j],
      })),
    );
  const positions =
    rows.length >= columns.length
      ? rows.flatMap((_, y) => columns.map((__, x) => at(y, x)))
      : columns.flatMap((_, x) => rows.map((__, y) => at(y, x)));
  return separated(positions.filter((sights) => sights.length > 0));
}

function separated(positions: readonly Sight[][]): Sight[][][] {
  const root = new Map<number, number>();
  const find = (cell: number): number => {
    let at = cell;
    for (let up = root.get(at); up !== undefined && up !== at; up = root.get(at)) at = up;
    root.set(cell, at);
    return at;
  };
  for (const sights of positions) {
    for (const { cell } of sights) root.set(find(cell), find(sights[0].cell));
  }
  const parts = new Map<number, Sight[][]>();
  for (const sights of positions) {
    const key = find(sights[0].cell);
    parts.set(key, [...(parts.get(key) ?? []), sights]);
  }
  return [...parts.values()];
}

/** Equal for parts that differ by the names of their cells only. */
function relativeShape(part: readonly Sight[][]): string {
  const names = new Map<number, number>();
  const name = (cell: number): number => {
    const known = names.get(cell) ?? names.size;
    names.set(cell, known);
    return known;
  };
  return part.map((sights) => sights.map(({ cell, tap }) => `${name(cell)}:${tap}`).join()).join(';');
}

function entriesOf(fields: AxisFields): number {
  return fields.reduce((sum, field) => sum + field.length, 0);
}

function longest(fields: AxisFields): number {
  return fields.reduce((most, field) => Math.max(most, field.length), 0);
}

/** A row of a reduced echelon basis: its leading column, and its entries in the columns from there on. */
interface BasisRow {
  readonly pivot: number;
  readonly entries: readonly bigint[];
}

interface State {
  readonly basis: readonly BasisRow[];
  readonly sum: bigint;
}

/**
 * Adds neurons one by one. Of an independent set only this matters to later neurons: the subspace of its span that
 * vanishes outside the inputs they see. Columns are ordered by when they are last seen, so that in reduced echelon form
 * an input that is not seen any more takes away at most one row, and equal subspaces have equal bases.
 */
class SubspaceCount {
  private readonly columns: number;
  private readonly columnOf = new Map<number, number>();
  /** By position: the columns before this one are not seen any more. */
  private readonly firstAlive: number[];

  constructor(
    private readonly positions: readonly Sight[][],
    private readonly pattern: ReceptiveFields,
    private readonly kernel: Kernel,
    private readonly weight: bigint,
  ) {
    const lastSeen = new Map<number, number>();
    positions.forEach((sights, p) => sights.forEach(({ cell }) => lastSeen.set(cell, p)));
    const cells = [...lastSeen.keys()].sort((a, b) => (lastSeen.get(a) ?? 0) - (lastSeen.get(b) ?? 0));
    cells.forEach((cell, k) => this.columnOf.set(cell, k * pattern.channels));
    this.columns = cells.length * pattern.channels;
    let passed = 0;
    this.firstAlive = positions.map((_, p) => {
      while (passed < cells.length && lastSeen.get(cells[passed])! < p) passed++;
      return passed * pattern.channels;
    });
  }

  run(budget: Budget): bigint | null {
    const neurons = this.positions.length * this.pattern.filters;
    if (neurons <= this.columns && this.allIndependent(budget)) return (1n + this.weight) ** BigInt(neurons);
    let states: State[] = [{ basis: [], sum: 1n }];
    let held = 0;
    for (let p = 0; p < this.positions.length; p++) {
      for (let filter = 0; filter < this.pattern.filters; filter++) {
        const normal = this.normal(p, filter);
        const next = new StateMap();
        for (const state of states) {
          const kept = filter === 0 ? alive(state.basis, this.firstAlive[p]) : state.basis;
          next.add(kept, state.sum);
          const extended = this.extended(kept, normal);
          if (extended) next.add(extended, state.sum * this.weight);
          if (!budget.spend((kept.length + 2) * this.columns * STEPS_PER_PRODUCT)) return null;
          if (!budget.allowsBytes(held + next.bytes)) return null;
        }
        states = next.states();
        held = next.bytes;
      }
    }
    return states.reduce((total, { sum }) => total + sum, 0n);
  }

  private allIndependent(budget: Budget): boolean {
    let basis: readonly BasisRow[] = [];
    for (let p = 0; p < this.positions.length; p++) {
      for (let filter = 0; filter < this.pattern.filters; filter++) {
        const next = this.extended(basis, this.normal(p, filter));
        if (next === null || !budget.spend((basis.length + 2) * this.columns * STEPS_PER_PRODUCT)) return false;
        basis = next;
      }
    }
    return true;
  }

  private normal(position: number, filter: number): bigint[] {
    const normal = Array<bigint>(this.columns).fill(0n);
    for (const { cell, tap } of this.positions[position]) {
      const column = this.columnOf.get(cell) ?? 0;
      for (let channel = 0; channel < this.pattern.channels; channel++) {
        normal[column + channel] = this.kernel(filter, tap, channel);
      }
    }
    return normal;
  }

  /** The basis with one vector more, or null if it is in the span already. */
  private extended(basis: readonly BasisRow[], normal: readonly bigint[]): BasisRow[] | null {
    const rest = [...normal];
    for (const { pivot, entries } of basis) {
      const factor = rest[pivot];
      if (factor === 0n) continue;
      entries.forEach((entry, k) => {
        if (entry !== 0n) rest[pivot + k] = subtractProduct(rest[pivot + k], factor, entry);
      });
    }
    const pivot = rest.findIndex((entry) => entry !== 0n);
    if (pivot < 0) return null;
    const scale = inverseMod(rest[pivot]);
    const entries = rest.slice(pivot).map((entry) => (entry === 0n ? 0n : multiplyMod(entry, scale)));
    const result = basis.map((row) => withoutColumn(row, pivot, entries));
    const place = result.findIndex((row) => row.pivot > pivot);
    result.splice(place < 0 ? result.length : place, 0, { pivot, entries });
    return result;
  }
}

function withoutColumn(row: BasisRow, pivot: number, entries: readonly bigint[]): BasisRow {
  const offset = pivot - row.pivot;
  const factor = offset < 0 ? 0n : row.entries[offset];
  if (factor === 0n) return row;
  const reduced = row.entries.map((entry, k) =>
    k < offset || entries[k - offset] === 0n ? entry : subtractProduct(entry, factor, entries[k - offset]),
  );
  return { pivot: row.pivot, entries: reduced };
}

function alive(basis: readonly BasisRow[], firstAlive: number): readonly BasisRow[] {
  return basis.filter(({ pivot }) => pivot >= firstAlive);
}

/** Sums by subspace. */
class StateMap {
  /** What its states hold, about. */
  bytes = 0;
  private readonly byBasis = new Map<string, { basis: readonly BasisRow[]; sum: bigint }>();

  add(basis: readonly BasisRow[], sum: bigint): void {
    const key = basis
      .map(({ pivot, entries }) => `${pivot}:${entries.map((entry) => entry.toString(36)).join()}`)
      .join(';');
    const known = this.byBasis.get(key);
    if (known) {
      known.sum += sum;
      return;
    }
    this.byBasis.set(key, { basis, sum });
    this.bytes += BYTES_PER_STATE + BYTES_PER_DIGIT * key.length;
  }

  states(): State[] {
    return [...this.byBasis.values()];
  }
}

const STEPS_PER_PRODUCT = 200;
/** A state without its rows; and a digit of its name with its share of the numbers. */
const BYTES_PER_STATE = 300;
const BYTES_PER_DIGIT = 4;
