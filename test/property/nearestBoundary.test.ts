import { expect, it } from 'vitest';
import { gaussians } from '../../src/common/random.ts';
import { LocalGradients } from '../../src/counting/experiments/localGradients.ts';
import { LengthBounds } from '../../src/counting/experiments/lengthBounds.ts';
import { NearestBoundaries } from '../../src/counting/experiments/nearestBoundary.ts';
import { wholeSpace } from '../../src/counting/geometry/slice.ts';
import { compile } from '../../src/counting/program/compile.ts';
import type { Program } from '../../src/counting/program/program.ts';
import { SparsePropagator } from '../../src/counting/propagation/propagation.ts';
import { withWeights } from './hunt/counts.ts';
import { generate } from './hunt/generate.ts';
import { open } from './hunt/nativeFile.ts';

const SEEDS = 300;
const POINTS = 4;

/** Affine maps of what every stage reads, one after another, found forward from the input. */
function mapsAt(program: Program, patterns: readonly Int32Array[]): Float64Array[] {
  const propagator = new SparsePropagator(program, wholeSpace(program.inputSize));
  return program.stages.map((_, stage) => {
    const rows = propagator.preActivations(stage).slice();
    propagator.advance(stage, patterns[stage]);
    return rows;
  });
}

function outputsAt(program: Program, patterns: readonly Int32Array[]): number[] {
  const propagator = new SparsePropagator(program, wholeSpace(program.inputSize));
  patterns.forEach((pattern, stage) => propagator.advance(stage, pattern));
  return propagator.output().flatMap((rows) => Array.from(rows));
}

/** Distance to where each unit takes another piece; gradients that are rounding beside their parts are none. */
function distances(program: Program, maps: readonly Float64Array[], patterns: readonly Int32Array[], point: number[]) {
  const width = program.inputSize + 1;
  const found: number[] = [];
  program.stages.forEach((step, stage) => {
    const row = (i: number) => maps[stage].subarray(i * width, (i + 1) * width);
    const add = (a: Float64Array, b: Float64Array) => {
      const difference = a.map((x, k) => x - b[k]);
      const gradient = difference.subarray(0, -1);
      const length = Math.hypot(...gradient);
      if (length <= 1e-11 * Math.hypot(...a.subarray(0, -1))) return;
      found.push(Math.abs(gradient.reduce((sum, x, k) => sum + x * point[k], difference[width - 1])) / length);
    };
    patterns[stage].forEach((piece, unit) => {
      if (step.kind === 'max') {
        const members = step.members.subarray(step.start[unit], step.start[unit + 1]);
        members.forEach((member, k) => k !== piece && add(row(members[piece]), row(member)));
        return;
      }
      for (const at of [piece - 1, piece]) {
        const breakpoint = step.breakpoints[at];
        if (breakpoint !== undefined) add(row(unit), new Float64Array(width).fill(breakpoint, width - 1));
      }
    });
  });
  return found;
}

it('the nearest boundary is the least distance of all units, in networks of all kinds', () => {
  let [compared, infinite, bends] = [0, 0, 0];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { network, fault } = open(generate(5_000_000 + seed));
    if (fault !== null) continue;
    const program = compile(withWeights(network));
    const boundaries = new NearestBoundaries(program);
    const gaussian = gaussians(seed);
    for (let k = 0; k < POINTS; k++) {
      const point = Array.from({ length: program.inputSize }, () => gaussian());
      const { distance, bendsOutput, foot } = boundaries.of(point);
      const patterns = boundaries.patterns;
      const expected = Math.min(Infinity, ...distances(program, mapsAt(program, patterns), patterns, point));
      compared++;
      if (expected === Infinity) {
        infinite++;
        expect(distance, `seed ${seed}`).toBe(Infinity);
        continue;
      }
      expect(Math.abs(distance - expected), `seed ${seed}`).toBeLessThan(1e-8 * (1 + expected));
      const toFoot = Math.hypot(...point.map((x, i) => x - foot[i]));
      expect(Math.abs(toFoot - distance), `seed ${seed}`).toBeLessThan(1e-8 * (1 + distance));
      if (bendsOutput) bends++;
    }
  }
  expect(compared).toBeGreaterThan(SEEDS);
  expect(infinite).toBeLessThan(compared / 2);
  expect(bends).toBeGreaterThan(compared / 4);
});

it('gradients are those of forward maps, and no longer than their bounds', () => {
  let close = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { network, fault } = open(generate(6_000_000 + seed));
    if (fault !== null) continue;
    const program = compile(withWeights(network));
    const gradients = new LocalGradients(program);
    const bounds = new LengthBounds(program, gradients);
    const gaussian = gaussians(seed);
    gradients.moveTo(Array.from({ length: program.inputSize }, () => gaussian()));
    bounds.update();
    const maps = mapsAt(program, gradients.patterns);
    const width = program.inputSize + 1;
    const scale = Math.max(1, ...maps.flatMap((rows) => Array.from(rows, Math.abs)));
    program.stages.forEach(({ source }, stage) => {
      for (let i = 0; i < program.sizes[source]; i++) {
        const { gradient, constant } = gradients.find(source, i);
        const expected = maps[stage].subarray(i * width, (i + 1) * width);
        [...gradient, constant].forEach((x, k) => {
          expect(Math.abs(x - expected[k]), `seed ${seed}`).toBeLessThan(1e-10 * scale);
        });
        const length = Math.hypot(...gradient);
        const bound = bounds.of[source][i];
        expect(length, `seed ${seed}`).toBeLessThanOrEqual(bound * (1 + 1e-9) + 1e-12 * scale);
        if (bounds.isAffine(source)) expect(Math.abs(length - bound)).toBeLessThan(1e-10 * scale);
        else if (length > bound / 4) close++;
      }
    });
    const outputs = program.outputs.flatMap((tensor) =>
      Array.from({ length: program.sizes[tensor] }, (_, i) => gradients.find(tensor, i)).flatMap((found) => [
        ...found.gradient,
        found.constant,
      ]),
    );
    const forward = outputsAt(program, gradients.patterns);
    const size = Math.max(scale, ...forward.map(Math.abs));
    forward.forEach((x, k) => expect(Math.abs(x - outputs[k]), `seed ${seed}`).toBeLessThan(1e-9 * size));
  }
  expect(close).toBeGreaterThan(SEEDS);
});
