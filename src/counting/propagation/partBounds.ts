import { grown, isRectified, type AffineStep, type MaxStep, type Program, type UnitStep } from '../program/program.ts';
import type { Box } from '../geometry/geometry.ts';
import type { Columns } from './affineUpdate.ts';

/** Room for rounding in sums of deviations. */
export const ROUNDING = 1 + 2 ** -30;
/** Of a unit that may change its piece, so that it counts as one whose output deviates. */
export const LEAST = 2 ** -1000;

/** Units of a stage in a part: their maps and how far those are off by rounding, their pieces, a box around it. */
export interface UnitPart {
  readonly rows: Float64Array;
  readonly pattern: Int32Array;
  readonly box: Box;
  /** Least and greatest value of a function on the part itself, but for its own error. */
  readonly span: (row: Float64Array) => { readonly low: number; readonly high: number };
  readonly tolerance: number;
}

/** The same of a stage of maxima, with the pieces of all stages. */
export interface MaximaPart extends Omit<UnitPart, 'pattern'> {
  readonly patterns: readonly Int32Array[];
  /** Whether the argument at `member` is nowhere greater than that at `other`, decided exactly. */
  readonly isNowhereGreater: (member: number, other: number) => boolean;
}

/**
 * Bounds in a part of the plane that some units may still cut: how far each number in the network may be from what its
 * map says while those units keep their pieces. Units whose sign is certain all the same are stable there, whatever the
 * others do; the other ones are unstable.
 */
export class PartBounds {
  /** By tensor: how far its numbers may be from their maps; 0 except in the rows listed in `live`. */
  readonly deviations: readonly Float64Array[];
  readonly live: readonly Int32Array[];
  readonly liveCounts: Int32Array;
  /** By stage: its unstable units, the first `counts` of each, and at the place of each unit whether it is one. */
  readonly unstable: readonly Int32Array[];
  readonly counts: Int32Array;
  readonly isUnstable: readonly Uint8Array[];
  /** Of an unstable maximum, from where to where its arguments that may be greatest are, by their place in it. */
  readonly firstCandidate: readonly Int32Array[];
  readonly lastCandidate: readonly Int32Array[];
  candidates = new Int32Array(256);
  private candidateCount = 0;
  private readonly difference = new Float64Array(3);
  /** Of what a stage of maxima reads: values at the center of the box, and how far those in it may be from them. */
  private readonly centers: Float64Array;
  private readonly reaches: Float64Array;
  /** By stage, in the order of `unstable`: how far an output may be from what the unit's piece makes of its input. */
  readonly beyond: readonly Float64Array[];
  private readonly isLive: readonly Uint8Array[];
  /** By stage of units: the greatest size of a slope, and of the difference of two of a unit. */
  private readonly slopes: readonly { readonly most: number; readonly turn: number }[];
  /** The stage of ReLUs that a stage reads directly, or -1. */
  readonly rectified: readonly number[];

  constructor(program: Program) {
    const { sizes, stages } = program;
    this.deviations = sizes.map((size) => new Float64Array(size));
    this.live = sizes.map((size) => new Int32Array(size));
    this.liveCounts = new Int32Array(sizes.length);
    this.isLive = sizes.map((size) => new Uint8Array(size));
    this.unstable = stages.map(({ output }) => new Int32Array(sizes[output]));
    this.counts = new Int32Array(stages.length);
    this.beyond = stages.map(({ output }) => new Float64Array(sizes[output]));
    this.isUnstable = stages.map(({ output }) => new Uint8Array(sizes[output]));
    this.firstCandidate = stages.map(({ output, kind }) => new Int32Array(kind === 'max' ? sizes[output] : 0));
    this.lastCandidate = stages.map(({ output, kind }) => new Int32Array(kind === 'max' ? sizes[output] : 0));
    this.slopes = stages.map((step) => (step.kind === 'max' ? { most: 1, turn: 0 } : slopeSizes(step)));
    const most = stages.reduce((size, step) => (step.kind === 'max' ? Math.max(size, sizes[step.source]) : size), 0);
    this.centers = new Float64Array(most);
    this.reaches = new Float64Array(most);
    this.rectified = stages.map(({ source }) =>
      stages.findIndex((before) => before.output === source && isRectified(before)),
    );
  }

  clear(): void {
    const { deviations, live, liveCounts, isLive, unstable, counts, isUnstable } = this;
    for (let tensor = 0; tensor < live.length; tensor++) {
      for (let k = 0; k < liveCounts[tensor]; k++) {
        const row = live[tensor][k];
        deviations[tensor][row] = isLive[tensor][row] = 0;
      }
      liveCounts[tensor] = 0;
    }
    for (let stage = 0; stage < unstable.length; stage++) {
      for (let k = 0; k < counts[stage]; k++) isUnstable[stage][unstable[stage][k]] = 0;
      counts[stage] = 0;
    }
    this.candidateCount = 0;
  }

  /** The greatest difference of two slopes of a unit of a stage. */
  turn(stage: number): number {
    return this.slopes[stage].turn;
  }

  private raise(tensor: number, row: number, by: number): void {
    if (this.isLive[tensor][row] === 0) {
      this.isLive[tensor][row] = 1;
      this.live[tensor][this.liveCounts[tensor]++] = row;
    }
    this.deviations[tensor][row] += by;
  }

  private add(stage: number, unit: number, beyond: number): void {
    this.isUnstable[stage][unit] = 1;
    this.beyond[stage][this.counts[stage]] = beyond;
    this.unstable[stage][this.counts[stage]++] = unit;
  }

  /** The units of the part's own stage at `from` to `to` in `open` are undecided there; their maps are right. */
  open(stage: number, step: UnitStep, rows: Float64Array, pattern: Int32Array, box: Box, open: Int32Array): void {
    const { breakpoints } = step;
    const { turn } = this.slopes[stage];
    for (const unit of open) {
      const { value, reach } = spanInBox(rows, unit, box);
      const piece = pattern[unit];
      const below = piece > 0 ? breakpoints[piece - 1] - (value - reach) : 0;
      const above = piece < breakpoints.length ? value + reach - breakpoints[piece] : 0;
      const beyond = turn * Math.max(0, below, above) + LEAST;
      this.add(stage, unit, beyond);
      this.raise(step.output, unit, beyond);
    }
  }

  /** Brings deviations through an affine step, whose matrices stand transposed in `columns`. */
  pass({ terms, output }: AffineStep, columns: readonly Columns[]): void {
    for (let k = 0; k < terms.length; k++) {
      if (this.liveCounts[terms[k].source] === 0) continue;
      if (columns[k].isDense) this.passDense(terms[k].source, output, columns[k]);
      else this.passSparse(terms[k].source, output, columns[k]);
    }
  }

  private passDense(source: number, output: number, { start, value }: Columns): void {
    const from = this.deviations[source];
    const to = this.deviations[output];
    const list = this.live[source];
    const count = this.liveCounts[source];
    this.makeAllLive(output);
    // Two columns at a time, so that each sum is written half as often.
    for (let j = 0; j + 1 < count; j += 2) {
      const [first, second] = [start[list[j]], start[list[j + 1]]];
      const [here, there] = [from[list[j]], from[list[j + 1]]];
      for (let row = 0; row < to.length; row++)
        to[row] += Math.abs(value[first + row]) * here + Math.abs(value[second + row]) * there;
    }
    if (count % 2 === 0) return;
    const first = start[list[count - 1]];
    const here = from[list[count - 1]];
    for (let row = 0; row < to.length; row++) to[row] += Math.abs(value[first + row]) * here;
  }

  private makeAllLive(tensor: number): void {
    const isLive = this.isLive[tensor];
    if (this.liveCounts[tensor] === isLive.length) return;
    const live = this.live[tensor];
    for (let row = 0; row < live.length; row++) live[row] = row;
    isLive.fill(1);
    this.liveCounts[tensor] = live.length;
  }

  private passSparse(source: number, output: number, { start, end, base, offset, value }: Columns): void {
    const from = this.deviations[source];
    const to = this.deviations[output];
    const isLive = this.isLive[output];
    const live = this.live[output];
    let count = this.liveCounts[output];
    for (let j = 0; j < this.liveCounts[source]; j++) {
      const c = this.live[source][j];
      const by = from[c];
      const first = base[c];
      for (let e = start[c]; e < end[c]; e++) {
        const row = first + offset[e];
        if (isLive[row] === 0) {
          isLive[row] = 1;
          live[count++] = row;
        }
        to[row] += Math.abs(value[e]) * by;
      }
    }
    this.liveCounts[output] = count;
  }

  /**
   * Gives each unit the piece of its map at the center of the box; lists the unstable ones. `tighter` bounds how far
   * what a unit reads may be off, where a sum over all ways to it leaves open whether it is stable: to less than
   * `enough`, which settles it, or as far as it can; `keep` is called where that does not settle it. False where
   * `tighter` returns NaN: it takes too long.
   */
  units(
    stage: number,
    step: UnitStep,
    { rows, pattern, box, span, tolerance }: UnitPart,
    tighter: (unit: number, enough: number) => number,
    keep: () => void,
  ): boolean {
    const { breakpoints, slopes, source, output } = step;
    const { centerX, centerY, reachX, reachY } = box;
    const pieces = breakpoints.length + 1;
    const before = this.deviations[source];
    const { most, turn } = this.slopes[stage];
    for (let i = 0, at = 0; i < pattern.length; i++, at += 3) {
      const [a, b] = [rows[at], rows[at + 1]];
      const value = a * centerX + b * centerY + rows[at + 2];
      let reach = Math.abs(a) * reachX + Math.abs(b) * reachY;
      const piece = pieceAt(value, breakpoints);
      const distance = distanceFrom(value, breakpoints);
      pattern[i] = piece;
      let off = before[i] * ROUNDING;
      const slope = Math.abs(slopes[i * pieces + piece]);
      if (!(distance > reach + off + tolerance)) {
        // The part may reach less far than the box around it.
        const { low, high } = span(rows.subarray(at, at + 3));
        reach = Math.min(reach, Math.max(high - value, value - low));
      }
      if (!(distance > reach + off + tolerance)) {
        off = Math.min(off, tighter(i, (distance - reach - tolerance) / ROUNDING) * ROUNDING);
        if (Number.isNaN(off)) return false;
      }
      if (distance > reach + off + tolerance) {
        if (off > 0 && slope > 0) this.raise(output, i, slope * off);
        continue;
      }
      keep();
      const [far, near] = [Math.max(0, reach + off - distance), Math.max(0, reach - distance)];
      this.add(stage, i, turn * far + LEAST);
      this.raise(output, i, Math.min(slope * off + turn * far, most * off + turn * near) + LEAST);
    }
    return true;
  }

  private least({ span }: MaximaPart, a: number, b: number, c: number): number {
    const { difference } = this;
    difference[0] = a;
    difference[1] = b;
    difference[2] = c;
    return span(difference).low;
  }

  /** As `maximum`, for all of a stage. Values of the arguments at the center, and how far they go, mostly settle it. */
  maxima(stage: number, step: MaxStep, part: MaximaPart): void {
    this.lookAt(stage, step.source, part);
    const groups = part.patterns[stage].length;
    for (let group = 0; group < groups; group++)
      if (!this.isSettled(stage, step, group, part)) this.maximum(stage, step, group, part);
  }

  /** Values at the center of the box and how far they go, for `isSettled`; those that are zero throughout are lost. */
  private lookAt(stage: number, source: number, { rows, patterns, box }: MaximaPart): void {
    const { centers, reaches } = this;
    const { centerX, centerY, reachX, reachY } = box;
    const off = this.deviations[source];
    const rectified = this.rectified[stage];
    const count = off.length;
    if (rectified < 0) centers.fill(0, 0, count);
    else {
      const isUnstable = this.isUnstable[rectified];
      const pattern = patterns[rectified];
      for (let row = 0; row < count; row++) centers[row] = (pattern[row] | isUnstable[row]) === 0 ? -Infinity : 0;
    }
    for (let row = 0, at = 0; row < count; row++, at += 3) {
      if (centers[row] !== 0) continue;
      const [a, b] = [rows[at], rows[at + 1]];
      centers[row] = a * centerX + b * centerY + rows[at + 2];
      reaches[row] = Math.abs(a) * reachX + Math.abs(b) * reachY + off[row] * ROUNDING;
    }
  }

  /** Whether one argument is clearly the greatest, or all are zero: then the maximum has this piece. */
  private isSettled(stage: number, step: MaxStep, group: number, { patterns, tolerance }: MaximaPart): boolean {
    const { centers, reaches } = this;
    const { start, members, source, output } = step;
    const [from, to] = [start[group], start[group + 1]];
    let leader = from;
    for (let e = from + 1; e < to; e++) if (centers[members[e]] > centers[members[leader]]) leader = e;
    const best = members[leader];
    const rectified = this.rectified[stage];
    // It may be zero somewhere itself.
    if (rectified >= 0 && this.isUnstable[rectified][best] === 1) return false;
    const floor = centers[best] - reaches[best] - tolerance;
    for (let e = from; e < to; e++) {
      const member = members[e];
      // Written so that what is not a number settles nothing.
      if (e !== leader && !(floor > centers[member] + reaches[member]) && centers[member] !== -Infinity) return false;
    }
    patterns[stage][group] = leader - from;
    const own = this.deviations[source][best] * ROUNDING;
    if (own > 0 && centers[best] !== -Infinity) this.raise(output, group, own);
    return true;
  }

  /** Gives a maximum the argument that is greatest at the center of the box; lists it if it is unstable. */
  maximum(stage: number, { start, members, source, output }: MaxStep, group: number, part: MaximaPart): void {
    const { rows, patterns, tolerance } = part;
    const { centerX, centerY, reachX, reachY } = part.box;
    const rectified = this.rectified[stage];
    const off = this.deviations[source];
    const first = start[group];
    const size = start[group + 1] - first;
    let leader = -1;
    let greatest = -Infinity;
    let silent = -1;
    let isPositive = false;
    for (let k = 0; k < size; k++) {
      const member = members[first + k];
      if (rectified >= 0) {
        const isOpen = this.isUnstable[rectified][member] === 1;
        if (!isOpen && patterns[rectified][member] === 0) {
          // Zero throughout the part; of such arguments only the first can be chosen.
          if (silent < 0) silent = k;
          continue;
        }
        isPositive ||= !isOpen;
      }
      const at = 3 * member;
      const value = rows[at] * centerX + rows[at + 1] * centerY + rows[at + 2];
      if (leader < 0 || value > greatest) {
        leader = k;
        greatest = value;
      }
    }
    if (leader < 0) {
      patterns[stage][group] = silent;
      return;
    }
    patterns[stage][group] = leader;
    const from = this.candidateCount;
    if (this.candidates.length < from + size) this.candidates = grown(this.candidates);
    const best = 3 * members[first + leader];
    const own = off[members[first + leader]] * ROUNDING;
    let most = own;
    for (let k = 0; k < size; k++) {
      const member = members[first + k];
      const isSilent = rectified >= 0 && patterns[rectified][member] === 0 && this.isUnstable[rectified][member] === 0;
      if (isSilent && (k !== silent || isPositive)) continue;
      if (k !== leader) {
        const at = 3 * member;
        const [a, b] = isSilent ? [rows[best], rows[best + 1]] : [rows[best] - rows[at], rows[best + 1] - rows[at + 1]];
        const c = rows[best + 2] - (isSilent ? 0 : rows[at + 2]);
        const theirs = isSilent ? 0 : off[member] * ROUNDING;
        let ahead = a * centerX + b * centerY + c - (Math.abs(a) * reachX + Math.abs(b) * reachY);
        if (!(ahead > own + theirs + tolerance)) ahead = Math.max(ahead, this.least(part, a, b, c));
        if (!isSilent) {
          if (ahead > own + theirs + tolerance) continue;
          if (own === 0 && theirs === 0 && part.isNowhereGreater(member, members[first + leader])) continue;
        }
        most = Math.max(most, theirs - ahead);
      }
      this.candidates[this.candidateCount++] = k;
    }
    if (this.candidateCount === from + 1) {
      this.candidateCount = from;
      if (own > 0) this.raise(output, group, own);
      return;
    }
    this.firstCandidate[stage][group] = from;
    this.lastCandidate[stage][group] = this.candidateCount;
    this.add(stage, group, most + own + LEAST);
    this.raise(output, group, most + LEAST);
  }
}

/** The piece of a unit at a value; a breakpoint belongs to the piece before it. */
export function pieceAt(value: number, breakpoints: readonly number[]): number {
  let piece = 0;
  while (piece < breakpoints.length && value > breakpoints[piece]) piece++;
  return piece;
}

/** How far a value is from the nearest breakpoint. */
export function distanceFrom(value: number, breakpoints: readonly number[]): number {
  let distance = Infinity;
  for (let k = 0; k < breakpoints.length; k++) distance = Math.min(distance, Math.abs(value - breakpoints[k]));
  return distance;
}

function spanInBox(rows: Float64Array, unit: number, { centerX, centerY, reachX, reachY }: Box) {
  const [a, b, c] = [rows[3 * unit], rows[3 * unit + 1], rows[3 * unit + 2]];
  return { value: a * centerX + b * centerY + c, reach: Math.abs(a) * reachX + Math.abs(b) * reachY };
}

function slopeSizes({ slopes, breakpoints }: UnitStep): { most: number; turn: number } {
  const pieces = breakpoints.length + 1;
  let most = 0;
  let turn = 0;
  for (let first = 0; first < slopes.length; first += pieces) {
    const own = slopes.subarray(first, first + pieces);
    most = own.reduce((size, slope) => Math.max(size, Math.abs(slope)), most);
    turn = Math.max(turn, Math.max(...own) - Math.min(...own));
  }
  return { most, turn };
}
