/** A point of the line where a unit bends, or an end of the line. */
export interface Knot {
  /** A number of its own; knots of later stages have greater ones. */
  readonly id: number;
  /** Coordinate on the line, in [0, 1], and how far it may be off. */
  readonly x: number;
  readonly error: number;
  /** The function that vanishes here: see `LineIds`. */
  readonly line: number;
  /** Where that bends; -1 at the ends of the line. */
  readonly stage: number;
  /** What exact arithmetic calls the point, or 0. */
  name: number;
  /** What changes its piece here: stage, unit and the piece beyond, in turn. */
  readonly flips: number[];
}

/** A stretch of the line and its cells so far: the knots inside, in order. */
export interface Stretch {
  readonly start: Knot;
  readonly end: Knot;
  knots: readonly Knot[];
  /** Piece of each unit in the first cell, by stage, as far as it was settled. */
  readonly pieces: readonly Int32Array[];
  /** The last knot of stages 0 to `s` at or before the start, by its id. */
  readonly serials: readonly number[];
  /** What is known of each unit of a stage on the whole stretch. */
  readonly states: Map<number, Uint8Array>;
}

/** A unit's states in `Stretch.states`, as in the kernel. */
export const CHANGES = 0;
export const SILENT = 1;
export const ACTIVE = 2;

/** Numbers in `flips` for each. */
export const FLIP = 3;

/** Knot `k` of a stretch, its start being the first. */
export function pointOf({ start, end, knots }: Stretch, k: number): Knot {
  return k === 0 ? start : k > knots.length ? end : knots[k - 1];
}

/**
 * Whether a cell is so much longer than its ends may be off that they matter little. Let a function and what was
 * computed of it differ by at most `t` at every coordinate, and be affine on the cell, as it is and as it is computed.
 * Both cells, the one that is meant and the one with the computed ends, have more than half of the latter's length in
 * common. Affine functions that differ by at most `t` there differ by at most `3 t` as far outside as the ends are off,
 * which is less than half that length: at every point of both cells.
 */
export function isLong(from: Knot, to: Knot): boolean {
  return to.x - from.x > 2 * (from.error + to.error);
}

/** From each knot to the next. */
export function stepsOf(stretch: Stretch): Float64Array {
  return Float64Array.from(
    { length: stretch.knots.length + 1 },
    (_, k) => pointOf(stretch, k + 1).x - pointOf(stretch, k).x,
  );
}
