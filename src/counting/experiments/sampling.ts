import type { Domain } from '../../common/place.ts';
import type { CountHooks, CountRequest, CountResult, SamplingResult } from '../count.ts';
import { RELATIVE_ERROR } from '../geometry/geometry.ts';
import { evaluate, type BendStep, type Program } from '../program/program.ts';
import { gaussians, uniforms } from '../../common/random.ts';
import { sliceOf } from '../geometry/slice.ts';

const DEFAULT_SAMPLES = 10_000;
const CHECK_EVERY = 16;

export interface Sampled {
  readonly stoppedBy: CountResult['stoppedBy'];
  /** Distinct patterns met, of the network cut after each stage. */
  readonly cells: readonly number[];
  readonly sampling: SamplingResult;
}

/**
 * Distinct activation patterns at random points: uniform in a bounded domain, standard normal for all of R^n. A
 * pattern's set is convex, so that each is one region, and their number a lower bound. Patterns are held exactly, not
 * by a hash.
 */
export function sample(program: Program, request: CountRequest, hooks: CountHooks): Sampled {
  const start = performance.now();
  const wanted = Math.max(1, Math.floor(request.samples ?? DEFAULT_SAMPLES));
  const draw = sampler(request.domain, program.inputSize, request.seed ?? 1);
  const seen = program.stages.map(() => new Map<string, number>());
  const last = seen[seen.length - 1];
  let stoppedBy: CountResult['stoppedBy'] = null;
  let done = 0;
  let atLastTenth = 0;
  while (done < wanted && stoppedBy === null) {
    if (done === wanted - Math.ceil(wanted / 10)) atLastTenth = last?.size ?? 1;
    record(program, evaluate(program, draw()), seen);
    done++;
    if (done % CHECK_EVERY > 0) continue;
    const regions = last?.size ?? 1;
    if (hooks.stopped?.()) stoppedBy = 'request';
    else if (performance.now() - start > (request.limits.seconds ?? Infinity) * 1000) stoppedBy = 'seconds';
    else if (regions >= (request.limits.regions ?? Infinity)) stoppedBy = 'regions';
    hooks.progress?.({ regions, fraction: done / wanted });
  }
  const newAtEnd = stoppedBy === null && last ? (last.size - atLastTenth) / Math.ceil(wanted / 10) : NaN;
  const sampling = { samples: done, chao1: last ? chao1(last) : 1, newAtEnd: Number.isNaN(newAtEnd) ? 1 : newAtEnd };
  return { stoppedBy, cells: seen.map(({ size }) => size), sampling };
}

function sampler(domain: Domain, inputs: number, seed: number): () => Float64Array {
  if (domain.kind === 'all') {
    const gaussian = gaussians(seed);
    return () => Float64Array.from({ length: inputs }, gaussian);
  }
  const { dimension, rows } = sliceOf(domain, inputs);
  const uniform = uniforms(seed);
  if (domain.kind === 'box') {
    // Each input has a coordinate of its own.
    const { lower, upper } = domain;
    return () => Float64Array.from(lower, (low, i) => uniform() * (upper[i] - low) + low);
  }
  const point = new Float64Array(dimension + 1).fill(1);
  return () => {
    for (let d = 0; d < dimension; d++) point[d] = uniform();
    return Float64Array.from({ length: inputs }, (_, i) => {
      let sum = 0;
      for (let k = 0; k <= dimension; k++) sum += rows[i * (dimension + 1) + k] * point[k];
      return sum;
    });
  };
}

/** Counts the pattern up to each stage; but only up to where rounding leaves it open. */
function record(program: Program, values: readonly Float64Array[], seen: readonly Map<string, number>[]): void {
  let pattern = '';
  // Small differences come from all the numbers before them.
  let size = greatest(values[0]);
  for (let stage = 0; stage < program.stages.length; stage++) {
    const step = program.stages[stage];
    size = Math.max(size, greatest(values[step.source]));
    const next = patternOf(step, values[step.source], values[step.output].length, RELATIVE_ERROR * size);
    if (next === null) return;
    pattern += next;
    seen[stage].set(pattern, (seen[stage].get(pattern) ?? 0) + 1);
  }
}

function greatest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/**
 * One character a unit; null where a value is so near to a breakpoint (though not on it) that its side is not known.
 */
function patternOf(step: BendStep, source: Float64Array, units: number, doubt: number): string | null {
  const pieces = new Uint16Array(units);
  const isOpen = (difference: number) => difference !== 0 && Math.abs(difference) <= doubt;
  for (let i = 0; i < units; i++) {
    if (step.kind === 'units') {
      for (const breakpoint of step.breakpoints) {
        if (isOpen(source[i] - breakpoint)) return null;
        if (source[i] > breakpoint) pieces[i]++;
      }
    } else {
      const from = step.start[i];
      for (let k = from + 1; k < step.start[i + 1]; k++) {
        const ahead = source[step.members[k]] - source[step.members[from + pieces[i]]];
        if (isOpen(ahead)) return null;
        if (ahead > 0) pieces[i] = k - from;
      }
    }
  }
  // In parts, because the number of arguments of a call is limited.
  let pattern = '';
  for (let from = 0; from < units; from += 4096) pattern += String.fromCharCode(...pieces.subarray(from, from + 4096));
  return pattern;
}

/** Chao's estimate from how many patterns were met once and twice, in the form without bias (Chao 1984, 2005). */
export function chao1(patterns: ReadonlyMap<string, number>): number {
  let once = 0;
  let twice = 0;
  for (const count of patterns.values()) {
    if (count === 1) once++;
    else if (count === 2) twice++;
  }
  return patterns.size + (once * (once - 1)) / (2 * (twice + 1));
}
