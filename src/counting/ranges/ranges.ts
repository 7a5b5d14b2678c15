import type { SliceRanges, StageRange } from '../../common/stageRange.ts';
import type { Slice } from '../geometry/slice.ts';
import type { AffineStep, MaxStep, Program, UnitStep } from '../program/program.ts';

/**
 * What the numbers of a tensor can be on a slice: number i is `center[i] + sum over d of slopes[i k + d] t_d + e` for t
 * in [-1, 1]^k and some |e| <= spread[i], which also holds what rounding has lost.
 */
export interface Ranges {
  readonly center: Float64Array;
  /** Empty where the numbers are kept as intervals alone. */
  readonly slopes: Float64Array;
  readonly spread: Float64Array;
  /** Largest distance from the center: the sum of |slopes|, and the spread. */
  readonly reach: Float64Array;
}

/** Twice the bound on the relative error of one operation. */
const ROUNDING = 2 ** -52;
/** Numbers that may be kept, and multiplications that may be made: some tenths of a second's. */
const MAX_NUMBERS = 2e7;
const MAX_WORK = 3e8;

export interface ProgramRanges extends SliceRanges {
  /** By tensor. */
  readonly tensors: readonly Ranges[];
}

/**
 * What the numbers of a network can be on a bounded slice, and what its units do there: by affine forms in its
 * coordinates with one interval for all that is not affine (Singh et al. 2018), or by intervals alone where the network
 * is large. Null where even these take too long. Every statement holds for the exact numbers, whatever is rounded here.
 */
export function rangesOn(program: Program, slice: Slice): ProgramRanges | null {
  const entries = program.steps.reduce((sum, step) => sum + entriesOf(step), 0);
  const numbers = program.sizes.reduce((sum, size) => sum + size, 0);
  if (entries + numbers > MAX_WORK || numbers > MAX_NUMBERS) return null;
  const isSmall = (slice.dimension + 1) * numbers <= MAX_NUMBERS && (slice.dimension + 1) * entries <= MAX_WORK;
  const tensors: Ranges[] = [];
  tensors[0] = inputRanges(slice, program.inputSize, isSmall ? slice.dimension : 0);
  const [stages, chained]: [StageRange[], boolean[]] = [[], chainedStages(program)];
  for (const step of program.steps) {
    if (step.kind === 'affine') {
      tensors[step.output] = affineRanges(step, tensors);
      continue;
    }
    const at = step.kind === 'units' ? unitRanges(step, tensors[step.source]) : maxRanges(step, tensors[step.source]);
    tensors[step.output] = at.ranges;
    stages.push({ ...at.stage, isChained: chained[stages.length] });
  }
  return { dimension: slice.dimension, tensors, stages };
}

function entriesOf(step: Program['steps'][number]): number {
  if (step.kind === 'affine') return step.terms.reduce((sum, { matrix }) => sum + matrix.value.length, 0);
  return step.kind === 'units' ? step.slopes.length : step.members.length;
}

/** For each stage whether it reads what the stage before it has made, and nothing else. */
function chainedStages({ steps, sizes }: Program): boolean[] {
  /** The stage that a tensor comes from: -1 for the input alone, null for a mixture. */
  const origins: (number | null)[] = sizes.map(() => -1);
  const chained: boolean[] = [];
  for (const step of steps) {
    if (step.kind === 'affine') {
      const [first = null, ...others] = step.terms.map(({ source }) => origins[source]);
      origins[step.output] = others.every((origin) => origin === first) ? first : null;
    } else {
      origins[step.output] = chained.length;
      chained.push(origins[step.source] === chained.length - 1);
    }
  }
  return chained;
}

function inputRanges({ dimension, rows }: Slice, inputs: number, kept: number): Ranges {
  const into = new Forms(inputs, kept);
  for (let i = 0; i < inputs; i++) {
    const at = i * (dimension + 1);
    let [center, size, apart] = [rows[at + dimension], Math.abs(rows[at + dimension]), 0];
    for (let d = 0; d < dimension; d++) {
      // The coordinates of a slice are (1 + t) / 2.
      const half = rows[at + d] / 2;
      center += half;
      size += Math.abs(half);
      if (kept > 0) into.slopes[i * kept + d] = half;
      else apart += Math.abs(half);
    }
    into.put(i, center, apart + (dimension + 2) * ROUNDING * size);
  }
  return into;
}

/** Affine forms that are being written. */
class Forms implements Ranges {
  readonly center: Float64Array;
  readonly slopes: Float64Array;
  readonly spread: Float64Array;
  readonly reach: Float64Array;

  constructor(
    size: number,
    private readonly kept: number,
  ) {
    this.center = new Float64Array(size);
    this.slopes = new Float64Array(size * kept);
    this.spread = new Float64Array(size);
    this.reach = new Float64Array(size);
  }

  /** Number i, whose slopes are written. */
  put(i: number, center: number, spread: number): void {
    let sum = 0;
    for (let at = i * this.kept; at < (i + 1) * this.kept; at++) sum += Math.abs(this.slopes[at]);
    this.center[i] = center;
    this.spread[i] = spread;
    this.reach[i] = (sum + spread) * (1 + (this.kept + 2) * ROUNDING);
  }

  /** Number i as `factor` times number j of other forms, plus a number from `low` to `high`. */
  multiple(i: number, from: Ranges, j: number, factor: number, low: number, high: number): void {
    for (let d = 0; d < this.kept; d++) this.slopes[i * this.kept + d] = factor * from.slopes[j * this.kept + d];
    const size = Math.abs(factor) * (Math.abs(from.center[j]) + from.reach[j]) + Math.abs(low) + Math.abs(high);
    const apart = Math.abs(factor) * from.spread[j] + (high - low) / 2;
    this.put(i, factor * from.center[j] + (low + high) / 2, apart + 8 * ROUNDING * size);
  }
}

function keptBy(ranges: Ranges): number {
  return ranges.center.length === 0 ? 0 : ranges.slopes.length / ranges.center.length;
}

function affineRanges({ terms, bias }: AffineStep, tensors: readonly Ranges[]): Ranges {
  const kept = keptBy(tensors[0]);
  const into = new Forms(bias.length, kept);
  const [spread, size, length] = [new Float64Array(bias.length), bias.map(Math.abs), new Float64Array(bias.length)];
  const center = bias.slice();
  for (const { source, matrix } of terms) {
    const from = tensors[source];
    const { start, end, base, offset, value } = matrix;
    const sizes = from.center.map((at, column) => Math.abs(at) + from.reach[column]);
    for (let r = 0; r < matrix.rows; r++) {
      let [at, apart, sum] = [center[r], spread[r], size[r]];
      for (let e = start[r]; e < end[r]; e++) {
        const [weight, column] = [value[e], base[r] + offset[e]];
        const strength = Math.abs(weight);
        at += weight * from.center[column];
        apart += strength * from.spread[column];
        sum += strength * sizes[column];
      }
      [center[r], spread[r], size[r]] = [at, apart, sum];
      for (let d = 0; d < kept; d++) {
        let slope = into.slopes[r * kept + d];
        for (let e = start[r]; e < end[r]; e++) slope += value[e] * from.slopes[(base[r] + offset[e]) * kept + d];
        into.slopes[r * kept + d] = slope;
      }
      length[r] += end[r] - start[r];
    }
  }
  for (let r = 0; r < bias.length; r++) into.put(r, center[r], spread[r] + (length[r] + 4) * ROUNDING * size[r]);
  return into;
}

/** Ends that the exact value does not pass. */
function endsOf({ center, reach }: Ranges, i: number): [number, number] {
  const slack = 2 * ROUNDING * (Math.abs(center[i]) + reach[i]);
  return [center[i] - reach[i] - slack, center[i] + reach[i] + slack];
}

/** Counts what the units of a stage do. */
class StageCounts {
  private readonly counts = { switching: 0, mostBreakpoints: 0, passing: 0, alive: 0, isRectifying: true };

  constructor(private readonly units: number) {}

  add(breakpoints: number, flatPieces: number): void {
    const { counts } = this;
    const isAlive = flatPieces <= breakpoints;
    if (isAlive) counts.alive++;
    if (breakpoints === 0) {
      if (isAlive) counts.passing++;
      return;
    }
    counts.switching++;
    counts.mostBreakpoints = Math.max(counts.mostBreakpoints, breakpoints);
    if (breakpoints !== 1 || flatPieces !== 1) counts.isRectifying = false;
  }

  get range(): Omit<StageRange, 'isChained'> {
    return { units: this.units, ...this.counts };
  }
}

function unitRanges({ breakpoints, slopes, intercepts }: UnitStep, from: Ranges) {
  const units = from.center.length;
  const pieces = breakpoints.length + 1;
  const into = new Forms(units, keptBy(from));
  const counts = new StageCounts(units);
  for (let i = 0; i < units; i++) {
    const [low, high] = endsOf(from, i);
    let first = 0;
    while (first < breakpoints.length && breakpoints[first] <= low) first++;
    let last = first;
    while (last < breakpoints.length && breakpoints[last] < high) last++;
    let flat = 0;
    for (let k = first; k <= last; k++) if (slopes[i * pieces + k] === 0) flat++;
    counts.add(last - first, flat);
    // A number that stays on a jump has the value of one of its sides: either is possible here.
    const jumps = (k: number) => jumpAt(breakpoints[k], k, i * pieces, slopes, intercepts);
    if (first > 0 && breakpoints[first - 1] === low && jumps(first - 1)) first--;
    if (last < breakpoints.length && breakpoints[last] === high && jumps(last)) last++;
    if (first === last) {
      const at = i * pieces + first;
      into.multiple(i, from, i, slopes[at], intercepts[at], intercepts[at]);
      continue;
    }
    const piece = (k: number): Piece => ({
      slope: slopes[i * pieces + k],
      intercept: intercepts[i * pieces + k],
      from: k === first ? low : breakpoints[k - 1],
      to: k === last ? high : breakpoints[k],
    });
    bend(
      into,
      from,
      i,
      Array.from({ length: last - first + 1 }, (_, k) => piece(first + k)),
    );
  }
  return { ranges: into, stage: counts.range };
}

/** Whether the pieces on both sides of breakpoint k, those of a unit from `at` on, differ there. */
function jumpAt(breakpoint: number, k: number, at: number, slopes: Float64Array, intercepts: Float64Array): boolean {
  const value = (piece: number) => slopes[at + piece] * breakpoint + intercepts[at + piece];
  return value(k) !== value(k + 1);
}

interface Piece {
  readonly slope: number;
  readonly intercept: number;
  readonly from: number;
  readonly to: number;
}

/**
 * What several pieces of a unit make of number i: about a line through its ends, or an interval, whichever leaves less
 * open.
 */
function bend(into: Forms, from: Ranges, i: number, pieces: readonly Piece[]): void {
  const [first, last] = [pieces[0], pieces[pieces.length - 1]];
  const rise = last.slope * last.to + last.intercept - (first.slope * first.from + first.intercept);
  const chord = rise / (last.to - first.from);
  const [low, high] = offsetsFrom(Number.isFinite(chord) ? chord : 0, pieces);
  const [least, greatest] = offsetsFrom(0, pieces);
  const isLine = Number.isFinite(chord) && Math.abs(chord) * from.spread[i] + (high - low) / 2 < (greatest - least) / 2;
  if (isLine) into.multiple(i, from, i, chord, low, high);
  else into.multiple(i, from, i, 0, least, greatest);
}

/** The least and the greatest of f(x) - factor x, with what rounding can lose. */
function offsetsFrom(factor: number, pieces: readonly Piece[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const { slope, intercept, from, to } of pieces) {
    for (const x of [from, to]) {
      const value = slope * x + intercept - factor * x;
      const slack = 4 * ROUNDING * ((Math.abs(slope) + Math.abs(factor)) * Math.abs(x) + Math.abs(intercept));
      low = Math.min(low, value - slack);
      high = Math.max(high, value + slack);
    }
  }
  return [low, high];
}

function maxRanges({ start, members }: MaxStep, from: Ranges) {
  const groups = start.length - 1;
  const kept = keptBy(from);
  const into = new Forms(groups, kept);
  const counts = new StageCounts(groups);
  for (let g = 0; g < groups; g++) {
    const all = [...members.subarray(start[g], start[g + 1])];
    const leader = all.reduce((best, i) => (from.center[i] > from.center[best] ? i : best), all[0]);
    const rivals = all.filter((i) => i !== leader && leadOf(from, kept, i, leader) > 0);
    counts.add(rivals.length, 0);
    const lead = rivals.reduce((most, i) => Math.max(most, leadOf(from, kept, i, leader)), 0);
    into.multiple(g, from, leader, 1, 0, lead);
  }
  return { ranges: into, stage: counts.range };
}

/** By how much number i can be ahead of number j at most. */
function leadOf({ center, slopes, spread, reach }: Ranges, kept: number, i: number, j: number): number {
  let sum = spread[i] + spread[j];
  for (let d = 0; d < kept; d++) sum += Math.abs(slopes[i * kept + d] - slopes[j * kept + d]);
  const size = Math.abs(center[i]) + Math.abs(center[j]) + reach[i] + reach[j];
  return center[i] - center[j] + sum + (kept + 4) * ROUNDING * size;
}
