import type { Box, Geometry } from '../geometry/geometry.ts';
import type { NarrowPropagation, Propagator } from './propagation.ts';

/** A geometry that knows a box around its cell. */
export interface BoxedGeometry extends Geometry {
  /** Around the current cell. */
  boxAround(): Box;
  /** As `bounds`, over the cell itself. */
  span(rows: Float64Array, at: number): void;
}

export function isBoxed(geometry: Geometry): geometry is BoxedGeometry {
  return 'boxAround' in geometry;
}

/**
 * Inside a small part that few units cut, most neurons of the last stage keep their sign throughout: their functions
 * change by little when those few flip. They are found once for the part, and neither updated nor looked at in its
 * cells.
 */
export class Narrowing {
  /** How many units of the last stage may vanish in the part: the first `candidates`. */
  count = 0;
  private readonly stage: number;
  private readonly unitCount: number;
  private readonly reach: Float64Array;
  /** Number of parts that waited when it began; -1 outside of any. */
  private floor = -1;

  constructor(
    private readonly propagation: NarrowPropagation,
    private readonly geometry: BoxedGeometry,
    private readonly propagator: Propagator,
    units: readonly number[],
    /** The line of the first unit of the stage before the last; those of the others follow. */
    private readonly firstLine: number,
  ) {
    this.stage = units.length - 2;
    this.unitCount = units[this.stage];
    this.reach = new Float64Array(this.unitCount);
  }

  get candidates(): Int32Array {
    return this.propagation.candidates;
  }

  isIn(stage: number): boolean {
    return this.floor >= 0 && stage === this.stage;
  }

  /** The current part is cut by the units at `from` to `to` in `open`. */
  open(pattern: Int32Array, open: Int32Array, from: number, to: number): void {
    const { geometry, reach, stage } = this;
    const rows = this.propagator.preActivations(stage);
    const width = geometry.dimension + 1;
    for (let k = from; k < to; k++) {
      geometry.bounds(rows, open[k] * width);
      // How far the function goes on the side where the unit is not now.
      reach[k - from] = Math.max(0, pattern[open[k]] === 1 ? -geometry.low : geometry.high);
    }
    this.propagation.open(pattern, open, from, to, reach);
    const { bound } = this.propagation;
    if (!bound) return;
    geometry.boundary((line) => {
      const unit = line - this.firstLine;
      if (unit >= 0 && unit < this.unitCount) bound(unit, pattern[unit]);
    });
  }

  /** Narrows to the part, while `waiting` others are put aside. False where the tolerance has grown. */
  start(waiting: number, tolerance: number): boolean {
    const count = this.propagation.start(this.geometry.boxAround(), tolerance);
    if (count < 0) return false;
    this.count = count;
    this.floor = waiting;
    return true;
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
