import type { Box, Geometry } from '../geometry/geometry.ts';
import type { NarrowPropagation, Propagator } from './propagation.ts';

/** A geometry that can list the functions that may vanish on its cell. */
export interface NearGeometry extends Geometry {
  /** Around the current cell. */
  box(): Box;
  /**
   * Of `count` units, lists those whose function may vanish on the cell when it is off by up to its margin; returns how
   * many.
   */
  near(rows: Float64Array, margins: Float64Array, tolerance: number, count: number, list: Int32Array): number;
}

export function isNear(geometry: Geometry): geometry is NearGeometry {
  return 'near' in geometry;
}

/**
 * Inside a small part that few units cut, most neurons of the last stage keep their sign throughout: their functions
 * change by little when those few flip. They are found once for the part, and neither updated nor looked at in its
 * cells.
 */
export class Narrowing {
  /** Units of the last stage that may vanish in the part: the first `count`. */
  readonly candidates: Int32Array;
  count = 0;
  private readonly stage: number;
  private readonly reach: Float64Array;
  /** Number of parts that waited when it began; -1 outside of any. */
  private floor = -1;

  constructor(
    private readonly propagation: NarrowPropagation,
    private readonly geometry: NearGeometry,
    private readonly propagator: Propagator,
    units: readonly number[],
  ) {
    this.stage = units.length - 2;
    this.candidates = new Int32Array(units[units.length - 1]);
    this.reach = new Float64Array(units[this.stage]);
  }

  isIn(stage: number): boolean {
    return this.floor >= 0 && stage === this.stage;
  }

  /** The current part is cut by the units at `from` to `to` in `open`. */
  propagate(pattern: Int32Array, open: Int32Array, from: number, to: number): void {
    const { geometry, reach, stage } = this;
    const rows = this.propagator.preActivations(stage);
    const width = geometry.dimension + 1;
    for (let k = from; k < to; k++) {
      geometry.bounds(rows, open[k] * width);
      // How far the function goes on the side where the unit is not now.
      reach[k - from] = Math.max(0, pattern[open[k]] === 1 ? -geometry.low : geometry.high);
    }
    this.propagation.propagate(stage, pattern, open, from, to, reach);
  }

  /** Narrows to the part, while `waiting` others are put aside. */
  start(waiting: number, tolerance: number): void {
    const { rows, margins } = this.propagation;
    this.count = this.geometry.near(rows, margins, tolerance, margins.length, this.candidates);
    this.propagation.keep(this.candidates, this.count, this.geometry.box());
    this.floor = waiting;
  }

  advance(pattern: Int32Array): void {
    this.propagation.advance(pattern);
  }

  /** A part was taken up, after which `waiting` are left: it may lie outside. */
  endAbove(waiting: number): void {
    if (waiting >= this.floor) return;
    this.floor = -1;
    this.propagation.end();
  }
}
