import { BOTH, POSITIVE, type Geometry } from './geometry.ts';

/**
 * Asks which units of a stage cut a cell. A walk has one query and fills it in again and again, so that asking
 * allocates nothing; `classify` may change it.
 */
export class SignQuery {
  /** The pre-activations of all units of the stage, `dimension + 1` numbers each, and how far they may be off. */
  rows: Float64Array = new Float64Array(0);
  tolerance = 0;
  /** The units' breakpoints, in ascending order. */
  breakpoints: readonly number[] = [];
  /** The line of the first breakpoint of unit 0; those of the other breakpoints and units follow. */
  firstId = 0;
  /** The units to classify: `list` at `from` to `to`. */
  list: Int32Array = new Int32Array(0);
  from = 0;
  to = 0;
  /** Receives the piece of each unit that does not cut the cell. */
  pattern: Int32Array = new Int32Array(0);
  /** Receives the units that cut it, from `at` on. */
  crossing: Int32Array = new Int32Array(0);
  at = 0;
}

/** Answers a query by the signs of each unit at each of its breakpoints; returns where the crossing units end. */
export function classifyUnits(query: SignQuery, geometry: Geometry): number {
  const { rows, tolerance, breakpoints, firstId, list, to, pattern, crossing } = query;
  const width = geometry.dimension + 1;
  const count = breakpoints.length;
  let end = query.at;
  for (let k = query.from; k < to; k++) {
    const unit = list[k];
    const id = firstId + unit * count;
    let piece = 0;
    let signs = POSITIVE;
    for (let b = 0; b < count && signs === POSITIVE; b++) {
      signs = geometry.signs(rows, unit * width, breakpoints[b], tolerance, id + b);
      if (signs === POSITIVE) piece = b + 1;
    }
    if (signs === BOTH) crossing[end++] = unit;
    else pattern[unit] = piece;
  }
  return end;
}
