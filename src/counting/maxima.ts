import { BOTH, NEGATIVE, type Geometry } from './geometry.ts';
import type { LineIds } from './lineIds.ts';
import { isRectified, largestGroup, type MaxStep, type Program } from './program.ts';

/** A maximum on the cell at hand: its step, its group there, the maps of its arguments and how far they may be off. */
export interface Maximum {
  readonly stage: number;
  readonly step: MaxStep;
  readonly group: number;
  readonly rows: Float64Array;
  readonly tolerance: number;
}

/** Finds the arguments of maxima that are the greatest somewhere on the cell at hand, and clips it to where they are. */
export class Maxima {
  /** What `listGreatest` found, and how far each goes. */
  readonly candidates: Int32Array;
  private readonly highs: Float64Array;
  private readonly difference: Float64Array;
  /** The stage of ReLUs that a stage reads directly, or -1. */
  private readonly rectified: readonly number[];
  private readonly width: number;

  constructor(
    { stages }: Program,
    private readonly geometry: Geometry,
    private readonly lines: LineIds,
    private readonly pieces: readonly Int32Array[],
  ) {
    const most = stages.reduce((size, step) => (step.kind === 'max' ? Math.max(size, largestGroup(step)) : size), 0);
    this.candidates = new Int32Array(most);
    this.highs = new Float64Array(most);
    this.width = geometry.dimension + 1;
    this.difference = new Float64Array(this.width);
    this.rectified = stages.map(({ source }) =>
      stages.findIndex((before) => before.output === source && isRectified(before)),
    );
  }

  /** Lists arguments of maximum `group`, by their place in it, that may be the greatest somewhere on the part; returns how many. */
  listGreatest(stage: number, step: MaxStep, group: number, rows: Float64Array, tolerance: number): number {
    const { geometry, width, candidates, highs } = this;
    const rectified = this.rectified[stage];
    const start = step.start[group];
    const size = step.start[group + 1] - start;
    let floor = -Infinity;
    let isPositive = false;
    let silent = -1;
    let count = 0;
    for (let k = 0; k < size; k++) {
      const member = step.members[start + k];
      if (rectified >= 0 && this.pieces[rectified][member] === 0) {
        // Zero throughout: only the first such argument can be meant, and where another is positive none.
        if (silent < 0) silent = k;
        continue;
      }
      isPositive ||= rectified >= 0;
      geometry.bounds(rows, member * width);
      if (geometry.low > floor) floor = geometry.low;
      highs[count] = geometry.high;
      candidates[count++] = k;
    }
    if (silent >= 0 && !isPositive) {
      candidates[0] = silent;
      return 1;
    }
    const least = floor - tolerance;
    let kept = 0;
    for (let c = 0; c < count; c++) {
      candidates[kept] = candidates[c];
      if (highs[c] >= least) kept++;
    }
    return kept;
  }

  /**
   * Clips a copy of the part to where candidate `c` is the greatest; of equal ones the first is meant. Two arguments that are greatest
   * on the two sides of a facet call its cut by the same number.
   */
  clipToGreatest(
    { stage, step, group, rows, tolerance }: Maximum,
    candidates: readonly number[],
    c: number,
    firstCut: number,
  ): 'none' | 'part' | 'whole' {
    const { width, difference, geometry } = this;
    const start = step.start[group];
    const k = candidates[c];
    const first = step.members[start + k];
    let clipped = false;
    for (const other of candidates) {
      if (other === k) continue;
      const second = step.members[start + other];
      for (let d = 0; d < width; d++) difference[d] = rows[first * width + d] - rows[second * width + d];
      const found = geometry.side(difference, 0, 0, tolerance, this.lines.ofPair(stage, first, second));
      if (found === NEGATIVE || (found === 0 && other < k)) {
        if (clipped) geometry.next();
        return 'none';
      }
      if (found === BOTH) {
        if (!clipped) geometry.keep();
        clipped = true;
        geometry.clip(other > k ? firstCut + (other * (other - 1)) / 2 + k : -(firstCut + (k * (k - 1)) / 2 + other));
      }
    }
    return clipped ? 'part' : 'whole';
  }
}
