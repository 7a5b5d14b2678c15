import type { Settlement } from './settlement.ts';
import { isLong, pointOf, type Knot, type Stretch } from './knots.ts';
import { IllConditioned } from './trace.ts';

/** Absolute rounding error of a coordinate in [0, 1], computed by four operations from others. */
const COORDINATE_ERROR = 2 ** -50;

/** Where a function changes its sign inside a cell, so that a unit or a maximum changes its piece. */
export interface Crossing {
  readonly cell: number;
  readonly x: number;
  readonly error: number;
  /** What the values' errors make of it. */
  readonly ownError: number;
  readonly line: number;
  /** The function's sign before it. */
  readonly before: number;
  /** The piece beyond. */
  readonly piece: number;
  /** The point itself, once crossings at one point were found. */
  knot: Knot | null;
}

interface Ends {
  readonly cell: number;
  readonly line: number;
  readonly piece: number;
  /** Values at the cell's ends, of different signs. */
  readonly left: number;
  readonly right: number;
  readonly tolerance: number;
}

/**
 * The zero of a function in a cell where it has these values at the ends. Let `t` be the tolerance. In a long cell (see
 * `isLong`) what was computed of the function is off by at most `3 t` at its true zero. A settled sign moved the values
 * at the ends by at most `t`, and so the line through them by at most `2 t` there, which is outside by less than half
 * the length of the cell. So the two zeros are at most `5 t` over the line's slope apart; 8 leaves room for rounding.
 * In any cell, the zeros are in it and in the one that is meant, and so no further apart than those reach.
 */
export function crossingOf(stretch: Stretch, { cell, line, piece, left, right, tolerance }: Ends): Crossing {
  const [from, to] = [pointOf(stretch, cell), pointOf(stretch, cell + 1)];
  const length = to.x - from.x;
  const x = from.x + (left / (left - right)) * length;
  const ownError = COORDINATE_ERROR + (8 * tolerance * Math.abs(length)) / Math.abs(left - right);
  const most = COORDINATE_ERROR + Math.abs(length) + Math.max(from.error, to.error);
  const error = isLong(from, to) && ownError < most ? ownError : most;
  return { cell, x, error, ownError, line, before: left > 0 ? 1 : -1, piece, knot: null };
}

/** Orders crossings of one cell: negative where `a` is first, 0 where they are one point. */
export function compareCrossings(
  settlement: Settlement,
  stretch: Stretch,
  stage: number,
  a: Crossing,
  b: Crossing,
): number {
  if (Math.abs(a.x - b.x) > a.error + b.error) return a.x - b.x;
  if (a.line === b.line || settlement.areSame(a.line, b.line)) return 0;
  // Where `a` vanishes before `b` does, `b` still has its first sign.
  const sign = settlement.signWhere(stretch, a.cell, stage, b.line, a.line);
  return sign === 0 ? 0 : sign === b.before ? -1 : 1;
}

/**
 * Makes knots of the crossings of a stage and puts them among those of the stretch. Crossings at one point are one
 * knot; one strictly inside a cell is at no knot from before.
 */
export function insertKnots(
  settlement: Settlement,
  stretch: Stretch,
  stage: number,
  crossings: readonly Crossing[],
  nextId: () => number,
): number {
  if (crossings.length === 0) return 0;
  const sorted = [...crossings].sort((a, b) => a.cell - b.cell || a.x - b.x);
  const cells: Knot[][] = stretch.knots.map(() => []);
  cells.push([]);
  let made = 0;
  for (let from = 0; from < sorted.length;) {
    let to = from + 1;
    let reach = sorted[from].x + sorted[from].error;
    for (; to < sorted.length && mayMeet(sorted[from], sorted[to], reach); to++)
      reach = Math.max(reach, sorted[to].x + sorted[to].error);
    const near = sorted.slice(from, to);
    if (near.length > 1) near.sort((a, b) => compareCrossings(settlement, stretch, stage, a, b));
    const cell = cells[near[0].cell];
    for (const alike of together(near, (a, b) => compareCrossings(settlement, stretch, stage, a, b) === 0)) {
      const knot = knotOf(stretch, stage, clearest(alike), cell, nextId());
      for (const crossing of alike) crossing.knot = knot;
      cell.push(knot);
      made++;
    }
    from = to;
  }
  const old = stretch.knots;
  stretch.knots = cells.flatMap((inside, k) => (k < old.length ? [...inside, old[k]] : inside));
  return made;
}

/** Neighbors that are one point. */
function together(
  sorted: readonly Crossing[],
  areOne: (before: Crossing, crossing: Crossing) => boolean,
): readonly Crossing[][] {
  const found: Crossing[][] = [];
  sorted.forEach((crossing, k) => {
    if (k > 0 && areOne(sorted[k - 1], crossing)) found[found.length - 1].push(crossing);
    else found.push([crossing]);
  });
  return found;
}

/**
 * The crossing at a point whose coordinate is known best. The others' functions are moved to it: by no more than their
 * values are off anyway, or the walk ends.
 */
function clearest(alike: readonly Crossing[]): Crossing {
  const best = alike.reduce((least, crossing) => (crossing.ownError < least.ownError ? crossing : least));
  for (const { x, ownError } of alike) if (Math.abs(x - best.x) > 2 * ownError) throw new IllConditioned();
  return best;
}

/** The intervals of where they may be overlap, or rounding cannot tell. */
function mayMeet(first: Crossing, next: Crossing, reach: number): boolean {
  return next.cell === first.cell && !(next.x - next.error > reach);
}

/** Coordinates ascend, whatever rounding made of them. */
function knotOf(stretch: Stretch, stage: number, crossing: Crossing, inside: Knot[], id: number): Knot {
  const { cell, x, error, ownError, line } = crossing;
  const before = inside.length > 0 ? inside[inside.length - 1].x : pointOf(stretch, cell).x;
  const ascending = Math.min(Math.max(x, before), pointOf(stretch, cell + 1).x);
  if (Math.abs(ascending - x) > ownError) throw new IllConditioned();
  return { id, x: ascending, error: error + Math.abs(ascending - x), line, stage, name: 0, flips: [] };
}
