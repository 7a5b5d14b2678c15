import type { CellOutline } from './cellOutline.ts';
import type { SignQuery } from './signQuery.ts';

/** How a line lies to a cell: bits for "positive somewhere inside" and "negative somewhere inside". */
export const ZERO = 0;
export const POSITIVE = 1;
export const NEGATIVE = 2;
export const BOTH = 3;

/** Signs that rounding leaves open, decided exactly. */
export interface ExactSigns {
  /**
   * Sign of line `id` where the lines `through` meet. `name` is the name that an earlier call gave the point, or 0.
   * `near` approximates the point in homogeneous coordinates, if it may lie at infinity.
   */
  sign(id: number, through: ArrayLike<number>, name: number, near?: Float64Array): number;
  /** The name of the point of the last call, or 0 if it has none. */
  readonly name: number;
  /** Coordinates where two lines of a plane meet, and how far each may be off; null where that is not known. */
  meetingPlace(first: number, second: number): readonly [number, number, number] | null;
}

/** Coefficients and constant of a line on the current cell, exact up to a positive factor. */
export type ExactLine = (id: number) => readonly bigint[];

/** A box around a cell in the plane, widened by what its vertices may be off. */
export interface Box {
  readonly centerX: number;
  readonly centerY: number;
  readonly reachX: number;
  readonly reachY: number;
}

/** Relative rounding error allowed for in coefficients: they come from sums that lose some digits of the 53 bits. */
export const RELATIVE_ERROR = 2 ** -38;

/** Absolute error allowed for in addition, because underflow loses more than the last digits. */
export const UNDERFLOW_ERROR = 2 ** -1040;

/**
 * Convex cells of one dimension on a stack, inside the unit cube. A linear function is given by its coefficients and
 * constant at `rows[at ...]`, minus `shift`, with an absolute error of at most `tolerance` on the cube; `id` names it
 * for exact decisions. Functions work on the cell on top.
 */
export interface Geometry {
  readonly dimension: number;
  /** Back to the whole cube alone. */
  reset(): void;
  /** Where the function is positive and negative on the cell; remembers its values for `split`. */
  side(rows: Float64Array, at: number, shift: number, tolerance: number, id: number): number;
  /**
   * After `side` said BOTH: the cell becomes one part, the other is put aside. The facets that this makes are those of
   * cut `cut`.
   */
  split(keepPositive: boolean, cut: number): void;
  /**
   * After `side` said BOTH: the cell becomes its positive part; the facet belongs to cut `cut`, on the side given by
   * its sign.
   */
  clip(cut: number): void;
  /** The part put aside last becomes the cell. */
  pop(): void;
  /** Puts a copy of the cell aside, so that `pop` returns to it. */
  duplicate(): void;
  /** The cell and the part put aside last change places. */
  swap(): void;
  /** As `side`, but may stop as soon as both signs are seen, and remembers nothing for `split`. */
  signs(rows: Float64Array, at: number, shift: number, tolerance: number, id: number): number;
  /** Finds the units that cut the cell and the pieces of the others; returns where the list of the former ends. */
  classify(query: SignQuery): number;
  /** Greatest and least value of a function over a box around the cell, into `this.low` and `this.high`. */
  bounds(rows: Float64Array, at: number): void;
  low: number;
  high: number;
  /**
   * Into how many parts the units of a query divide the cell, if each has one breakpoint and cuts it; 0 where only
   * cutting can decide.
   */
  countParts(query: SignQuery): number;
  /**
   * Calls `visit` for each facet that a cut made: the number of the cut (positive on the positive part, negative on the
   * other), a number that is about the same for the two cells on its sides and differs for the other facets of the cut
   * (NaN where there is none), and the line it lies in. With `isWanted` only those in lines for which it is true.
   */
  facets(visit: (cut: number, key: number, line: number) => void, isWanted?: (line: number) => boolean): void;
  /** Calls `visit` with the lines of all facets of the cell, and maybe others; some may come twice. */
  boundary(visit: (line: number) => void): void;
  /**
   * Whether since it was asked last a function that `classify` looked at may have vanished on all of a facet of its
   * cell, or two that `countParts` looked at on the same part of it.
   */
  wasTied(): boolean;
  /** Calls `visit` with the cuts that have facets, or may have, on the cell and the parts put aside. */
  openCuts(visit: (cut: number) => void): void;
  /** The corners of the cell; null if they are not known, or if it is unbounded. */
  corners(): CellOutline | null;
  /** A point inside, in the slice's coordinates, for cells without known corners; null if none is known. */
  pointInside?(): number[] | null;
  /** Estimates the share of the work that is left, in the cell and all parts put aside. */
  remaining(): number;
}

/** The direction by which facets are distinguished: no hand-made network has a line perpendicular to it. */
export const GENERIC_DIRECTION = [0.8191725133961645, 0.6710436067037893, 0.5497004779019703, 0.450303607, 0.36887604];
