import type { Domain } from '../../common/place.ts';
import type { CountHooks, CountRequest, CountResult, SamplingResult } from '../count.ts';
import { RELATIVE_ERROR } from '../geometry/geometry.ts';
import {
  evaluate,
  largestGroup,
  type BendStep,
  type MaxStep,
  type Program,
  type UnitStep,
} from '../program/program.ts';
import { normalQuantile, uniforms } from '../../common/random.ts';
import { sliceOf } from '../geometry/slice.ts';
import type { WorkShare } from '../walk/sharedCount.ts';
import { PatternTree, type MetPatterns } from './patternTree.ts';

const DEFAULT_SAMPLES = 10_000;
const CHECK_EVERY = 16;
/** Points that a thread claims at a time. */
const BLOCK = 64;

export interface Sampled {
  readonly stoppedBy: CountResult['stoppedBy'];
  /** Distinct patterns met here, of the network cut after each stage. */
  readonly cells: readonly number[];
  /** Of all points, where no others draw some of them. */
  readonly sampling?: SamplingResult;
  /** Of the points that were drawn here, to be joined with those of other threads. */
  readonly sample?: SamplePart;
}

/** What one thread of a shared sample met. */
export interface SamplePart extends MetPatterns {
  /** Points drawn here. */
  readonly samples: number;
  /** By all, if nothing stops them. */
  readonly wanted: number;
}

/**
 * Distinct activation patterns at random points: uniform in a bounded domain, standard normal for all of R^n. A
 * pattern's set is convex, so that each is one region, and their number a lower bound. Threads claim blocks of points;
 * each goes through all random numbers, so that the points are the same however many threads there are.
 */
export function sample(program: Program, request: CountRequest, hooks: CountHooks, share?: WorkShare): Sampled {
  const wanted = samplesOf(request);
  const draws = new Draws(request.domain, program.inputSize, request.seed ?? 1);
  const tree = new PatternTree(program.stages.length);
  const pieces = program.stages.map((step) => new Uint16Array(packedLength(step, program.sizes[step.output])));
  const watch = new SampleWatch(request, hooks, wanted, share);
  const late = wanted - Math.ceil(wanted / 10);
  for (let first = 0; first < wanted && watch.stoppedBy === null; first += BLOCK) {
    const end = Math.min(wanted, first + BLOCK);
    if (share && !share.claim(first / BLOCK)) {
      draws.skip(end - first);
      watch.look(lastOf(tree.sizes));
      continue;
    }
    for (let k = first; k < end && watch.stoppedBy === null; k++) {
      record(program, evaluate(program, draws.next()), pieces, tree, k < late);
      watch.done(() => lastOf(tree.sizes));
    }
  }
  watch.report();
  const { stoppedBy, samples } = watch;
  const found = { stoppedBy, cells: tree.sizes };
  if (share) return { ...found, sample: { samples, wanted, ...tree.handOver() } };
  return { ...found, sampling: figuresOf(tree, samples, stoppedBy === null ? wanted : null) };
}

function samplesOf(request: CountRequest): number {
  return Math.max(1, Math.floor(request.samples ?? DEFAULT_SAMPLES));
}

/** Whether the limit on regions may end a sample: how many regions several threads met is known when all is united. */
export function mayReachLimit(request: CountRequest): boolean {
  return samplesOf(request) >= (request.limits.regions ?? Infinity);
}

/** The whole sample from what each thread met; `isWhole` is false where they were stopped. */
export function joinSample(
  parts: readonly SamplePart[],
  isWhole: boolean,
): { readonly cells: readonly number[]; readonly sampling: SamplingResult } {
  const tree = new PatternTree(parts[0].stages.length);
  for (const part of parts) tree.unite(part);
  const samples = parts.reduce((sum, part) => sum + part.samples, 0);
  return { cells: tree.sizes, sampling: figuresOf(tree, samples, isWhole ? parts[0].wanted : null) };
}

/** `wanted` is null for a sample that was stopped. */
function figuresOf(tree: PatternTree, samples: number, wanted: number | null): SamplingResult {
  // Without a unit that bends, all points have one pattern.
  if (tree.sizes.length === 0) return { samples, chao1: 1, newAtEnd: 1 };
  const { times, early } = tree.met();
  const late = times.length - early.reduce((sum, isEarly) => sum + isEarly, 0);
  return { samples, chao1: chao1(times), newAtEnd: wanted === null ? 1 : late / Math.ceil(wanted / 10) };
}

function lastOf(sizes: readonly number[]): number {
  return sizes.at(-1) ?? 1;
}

/** Counts points, and checks limits and requests to stop from time to time. */
class SampleWatch {
  stoppedBy: CountResult['stoppedBy'] = null;
  /** Points drawn here. */
  samples = 0;
  private readonly start = performance.now();

  constructor(
    private readonly request: CountRequest,
    private readonly hooks: CountHooks,
    private readonly wanted: number,
    private readonly share: WorkShare | undefined,
  ) {}

  /** A point was drawn; `regions` were met so far. */
  done(regions: () => number): void {
    if (++this.samples % CHECK_EVERY === 0) this.look(regions());
  }

  look(regions: number): void {
    const { hooks, share } = this;
    const { limits } = this.request;
    if (share?.stoppedBy) this.stoppedBy = share.stoppedBy;
    else if (hooks.stopped?.()) this.stoppedBy = 'request';
    else if (performance.now() - this.start > (limits.seconds ?? Infinity) * 1000) this.stoppedBy = 'seconds';
    else if (regions >= (limits.regions ?? Infinity)) this.stoppedBy = 'regions';
    this.report();
    // What is met here is met by all: a lower bound of it.
    hooks.progress?.({ regions, fraction: share?.shareDone ?? this.samples / this.wanted });
  }

  /** Tells the other threads. */
  report(): void {
    this.share?.reportShare(this.samples / this.wanted);
    if (this.stoppedBy !== null) this.share?.stop(this.stoppedBy);
  }
}

/** Random points of a domain, all from one stream of uniform numbers. */
class Draws {
  private readonly uniform: () => number;
  private readonly draw: () => Float64Array;
  /** Uniform numbers for each point. */
  private readonly perPoint: number;

  constructor(domain: Domain, inputs: number, seed: number) {
    const uniform = (this.uniform = uniforms(seed));
    this.perPoint = inputs;
    if (domain.kind === 'all') {
      this.draw = () => Float64Array.from({ length: inputs }, () => normalQuantile(uniform()));
    } else if (domain.kind === 'box') {
      // Each input has a coordinate of its own.
      const { lower, upper } = domain;
      this.draw = () => Float64Array.from(lower, (low, i) => uniform() * (upper[i] - low) + low);
    } else {
      const { dimension, rows } = sliceOf(domain, inputs);
      this.perPoint = dimension;
      const point = new Float64Array(dimension + 1).fill(1);
      this.draw = () => {
        for (let d = 0; d < dimension; d++) point[d] = uniform();
        return Float64Array.from({ length: inputs }, (_, i) => {
          let sum = 0;
          for (let k = 0; k <= dimension; k++) sum += rows[i * (dimension + 1) + k] * point[k];
          return sum;
        });
      };
    }
  }

  next(): Float64Array {
    return this.draw();
  }

  /** Leaves out this many points. */
  skip(points: number): void {
    for (let left = points * this.perPoint; left > 0; left--) this.uniform();
  }
}

/** Counts the pattern up to each stage; but only up to where rounding leaves it open. */
function record(
  program: Program,
  values: readonly Float64Array[],
  pieces: readonly Uint16Array[],
  tree: PatternTree,
  isEarly: boolean,
): void {
  let pattern = 0;
  // Small differences come from all the numbers before them.
  let size = greatest(values[0]);
  for (let stage = 0; stage < program.stages.length; stage++) {
    const step = program.stages[stage];
    size = Math.max(size, greatest(values[step.source]));
    if (!writePieces(step, values[step.source], values[step.output].length, RELATIVE_ERROR * size, pieces[stage]))
      return;
    pattern = tree.add(stage, pattern, pieces[stage]);
  }
  if (program.stages.length > 0) tree.meet(pattern, 1, isEarly);
}

function greatest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Bits for the greatest piece of a unit. */
function widthOf(step: BendStep): number {
  return 32 - Math.clz32(step.kind === 'max' ? largestGroup(step) - 1 : step.breakpoints.length);
}

function packedLength(step: BendStep, units: number): number {
  return Math.ceil((units * widthOf(step)) / 16);
}

/**
 * Packs the pieces of all units; false where a value is so near to a breakpoint (though not on it) that its side is not
 * known.
 */
function writePieces(step: BendStep, source: Float64Array, units: number, doubt: number, packed: Uint16Array): boolean {
  const width = widthOf(step);
  packed.fill(0);
  for (let i = 0, at = 0; i < units; i++, at += width) {
    const piece = step.kind === 'units' ? pieceOf(step, source[i], doubt) : greatestOf(step, i, source, doubt);
    if (piece < 0) return false;
    for (let b = 0; piece >> b > 0; b++) packed[(at + b) >> 4] |= ((piece >> b) & 1) << ((at + b) & 15);
  }
  return true;
}

function isOpen(difference: number, doubt: number): boolean {
  return difference !== 0 && Math.abs(difference) <= doubt;
}

/** -1 where it is open. */
function pieceOf({ breakpoints }: UnitStep, value: number, doubt: number): number {
  let piece = 0;
  for (const breakpoint of breakpoints) {
    if (isOpen(value - breakpoint, doubt)) return -1;
    if (value > breakpoint) piece++;
  }
  return piece;
}

/** -1 where it is open. */
function greatestOf({ start, members }: MaxStep, group: number, source: Float64Array, doubt: number): number {
  const from = start[group];
  let piece = 0;
  for (let k = from + 1; k < start[group + 1]; k++) {
    const ahead = source[members[k]] - source[members[from + piece]];
    if (isOpen(ahead, doubt)) return -1;
    if (ahead > 0) piece = k - from;
  }
  return piece;
}

/** Chao's estimate from how many patterns were met once and twice, in the form without bias (Chao 1984, 2005). */
export function chao1(times: Int32Array): number {
  let once = 0;
  let twice = 0;
  for (const count of times) {
    if (count === 1) once++;
    else if (count === 2) twice++;
  }
  return times.length + (once * (once - 1)) / (2 * (twice + 1));
}
