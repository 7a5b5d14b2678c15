import { BOTH, NEGATIVE, POSITIVE, type ExactLine, type Geometry } from '../geometry/geometry.ts';
import type { LineIds } from '../exact/lineIds.ts';
import { isRectified, largestGroup, type MaxStep, type Program } from '../program/program.ts';

/** A maximum on the current cell: its step, its group, and the maps of its arguments with their error. */
export interface Maximum {
  readonly stage: number;
  readonly step: MaxStep;
  readonly group: number;
  readonly rows: Float64Array;
  readonly tolerance: number;
}

/** The arguments of each maximum that may be the greatest in a part of the domain, by their place in it. */
export interface Candidates {
  readonly candidates: Int32Array;
  readonly firstCandidate: readonly Int32Array[];
  readonly lastCandidate: readonly Int32Array[];
}

/**
 * Finds the arguments of maxima that are the greatest somewhere on the current cell, and clips it to where they are.
 */
export class Maxima {
  /** The result of `listGreatest`, and the upper bound of each candidate. */
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
    private readonly patterns: readonly Int32Array[],
    private readonly exactLine: ExactLine,
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

  /**
   * Lists arguments of maximum `group`, by their place in it, that may be the greatest somewhere on the part; returns
   * how many. With `among` only those are looked at.
   */
  listGreatest(
    stage: number,
    step: MaxStep,
    group: number,
    rows: Float64Array,
    tolerance: number,
    among?: Candidates | null,
  ): number {
    const { geometry, width, candidates, highs } = this;
    const rectified = this.rectified[stage];
    const start = step.start[group];
    const size = among
      ? among.lastCandidate[stage][group] - among.firstCandidate[stage][group]
      : step.start[group + 1] - start;
    const firstCandidate = among ? among.firstCandidate[stage][group] : 0;
    if (among && size === 2) {
      const [first, second] = [among.candidates[firstCandidate], among.candidates[firstCandidate + 1]];
      return this.greaterOf({ stage, step, group, rows, tolerance }, first, second);
    }
    let floor = -Infinity;
    let isPositive = false;
    let silent = -1;
    let leader = -1;
    let greatest = -Infinity;
    let count = 0;
    for (let j = 0; j < size; j++) {
      const k = among ? among.candidates[firstCandidate + j] : j;
      const member = step.members[start + k];
      if (rectified >= 0 && this.patterns[rectified][member] === 0) {
        // Zero throughout: only the first such argument can be chosen, and none if another one is positive.
        if (silent < 0) silent = k;
        continue;
      }
      isPositive ||= rectified >= 0;
      geometry.bounds(rows, member * width);
      const center = geometry.low + geometry.high;
      if (leader < 0 || center > greatest) {
        leader = k;
        greatest = center;
      }
      if (geometry.low > floor) floor = geometry.low;
      highs[count] = geometry.high;
      candidates[count++] = k;
    }
    if (silent >= 0 && !isPositive) {
      candidates[0] = silent;
      return 1;
    }
    const least = floor - tolerance;
    let boxed = 0;
    for (let c = 0; c < count; c++) {
      candidates[boxed] = candidates[c];
      if (highs[c] >= least) boxed++;
    }
    return this.keepGreatest({ stage, step, group, rows, tolerance }, boxed, leader);
  }

  /** As `listGreatest`, where no other argument than these two can be the greatest. */
  private greaterOf({ stage, step, group, rows, tolerance }: Maximum, first: number, second: number): number {
    const { geometry, candidates, difference } = this;
    const start = step.start[group];
    const [one, other] = [step.members[start + first], step.members[start + second]];
    candidates[0] = first;
    candidates[1] = second;
    const rectified = this.rectified[stage];
    if (rectified >= 0) {
      const pattern = this.patterns[rectified];
      // Zero throughout: the other one is chosen if it is not.
      if (pattern[one] === 0) candidates[0] = pattern[other] === 0 ? first : second;
      if (pattern[one] === 0 || pattern[other] === 0) return 1;
    }
    const line = this.subtract(stage, rows, one, other);
    geometry.bounds(difference, 0);
    const { low, high } = geometry;
    if (low > tolerance) return 1;
    if (high < -tolerance) {
      candidates[0] = second;
      return 1;
    }
    const isAhead = low + high >= 0;
    if (isAhead ? high <= tolerance : low >= -tolerance) return 2;
    const found = geometry.signs(difference, 0, 0, tolerance, line);
    geometry.wasTied();
    if (found !== (isAhead ? POSITIVE : NEGATIVE)) return 2;
    if (!isAhead) candidates[0] = second;
    return 1;
  }

  /**
   * Of the first `count` candidates keeps those that are greater than the one at `leader` somewhere on the part;
   * returns how many.
   */
  private keepGreatest({ stage, step, group, rows, tolerance }: Maximum, count: number, leader: number): number {
    const { candidates } = this;
    const start = step.start[group];
    const greatest = step.members[start + leader];
    let kept = 0;
    for (let c = 0; c < count; c++) {
      const k = candidates[c];
      candidates[kept] = k;
      if (k === leader || !this.isNowhereGreater(stage, rows, tolerance, step.members[start + k], greatest)) kept++;
    }
    return kept;
  }

  /** Where the argument at `k` is greater than that at `other`, and where less; remembered as by `side`. */
  compare({ stage, step, group, rows, tolerance }: Maximum, k: number, other: number): number {
    const start = step.start[group];
    const line = this.subtract(stage, rows, step.members[start + k], step.members[start + other]);
    return this.geometry.side(this.difference, 0, 0, tolerance, line);
  }

  /** Whether one argument of a stage is surely nowhere greater than another: both by their places in what it reads. */
  isNowhereGreater(stage: number, rows: Float64Array, tolerance: number, member: number, other: number): boolean {
    const { geometry, difference } = this;
    const line = this.subtract(stage, rows, member, other);
    geometry.bounds(difference, 0);
    if (geometry.high < -tolerance) return true;
    // Where it is clear nowhere that it is less, the two are mostly equal.
    if (geometry.low >= -tolerance) return false;
    const found = geometry.signs(difference, 0, 0, tolerance, line);
    // That arguments are equal on a facet says nothing of units.
    geometry.wasTied();
    return found === NEGATIVE;
  }

  /** Writes the difference of two arguments; returns the name of the line where it vanishes. */
  private subtract(stage: number, rows: Float64Array, first: number, second: number): number {
    const { width, difference } = this;
    for (let d = 0; d < width; d++) difference[d] = rows[first * width + d] - rows[second * width + d];
    return this.lines.ofPair(stage, first, second);
  }

  /**
   * Clips a copy of the part to where candidate `c` is the greatest; of equal arguments the first is chosen. Two
   * arguments that are greatest on the two sides of a facet call its cut by the same number: where several are equal to
   * `c` along it, the facet is made by the one that is greatest beyond.
   */
  clipToGreatest(
    maximum: Maximum,
    candidates: readonly number[],
    c: number,
    firstCut: number,
  ): 'none' | 'part' | 'whole' {
    const { geometry } = this;
    const k = candidates[c];
    let clipped = false;
    for (const other of this.steepestFirst(maximum, candidates, k)) {
      const found = this.compare(maximum, k, other);
      if (found === NEGATIVE || (found === 0 && other < k)) {
        if (clipped) geometry.pop();
        return 'none';
      }
      if (found === BOTH) {
        if (!clipped) geometry.duplicate();
        clipped = true;
        geometry.clip(other > k ? firstCut + cutOf(k, other) : -(firstCut + cutOf(other, k)));
      }
    }
    return clipped ? 'part' : 'whole';
  }

  /**
   * The other candidates, in descending order of their difference from argument `k`. Where several are equal to it
   * along one hyperplane their differences are multiples of one function, and the greatest multiple is that of the
   * argument that is greatest beyond.
   */
  private steepestFirst(
    { stage, step, group, rows, tolerance }: Maximum,
    candidates: readonly number[],
    k: number,
  ): readonly number[] {
    const others = candidates.filter((other) => other !== k);
    if (others.length < 2) return others;
    const { width } = this;
    const start = step.start[group];
    const first = step.members[start + k];
    const sizes = new Map<number, number>();
    for (const other of others) {
      const second = step.members[start + other];
      let size = 0;
      for (let d = 0; d < width; d++) size += Math.abs(rows[first * width + d] - rows[second * width + d]);
      sizes.set(other, size);
    }
    const sorted = [...others].sort((a, b) => sizes.get(b)! - sizes.get(a)!);
    const isClear = sorted.every(
      (other, i) => i === 0 || sizes.get(sorted[i - 1])! - sizes.get(other)! > 2 * width * tolerance,
    );
    if (isClear) return sorted;
    const exact = new Map(
      others.map((other) => [
        other,
        sizeOf(this.exactLine(this.lines.ofPair(stage, first, step.members[start + other]))),
      ]),
    );
    return [...others].sort((a, b) => {
      const difference = exact.get(b)! - exact.get(a)!;
      return difference > 0n ? 1 : difference < 0n ? -1 : a - b;
    });
  }
}

/** The number of the cut between two arguments of a maximum, the first of which comes before the other. */
export function cutOf(first: number, second: number): number {
  return (second * (second - 1)) / 2 + first;
}

function sizeOf(row: readonly bigint[]): bigint {
  return row.reduce((sum, value) => sum + (value < 0n ? -value : value), 0n);
}
