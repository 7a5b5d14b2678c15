import { describe, expect, it } from 'vitest';
import { ExactMaps } from '../../../../src/counting/exact/exactMaps.ts';
import { isHidden } from '../../../../src/counting/exact/hiddenChanges.ts';
import { LineIds } from '../../../../src/counting/exact/lineIds.ts';
import { sliceOf } from '../../../../src/counting/geometry/slice.ts';
import { compile } from '../../../../src/counting/program/compile.ts';
import type { BendStep, Program } from '../../../../src/counting/program/program.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { uniforms } from '../../../../src/common/random.ts';
import { dense, networkOf } from '../networks.ts';
import { kinds, planeOf } from '../kinds.ts';

const relu = (...widths: number[]) =>
  compile(
    drawWeights(
      networkOf(
        [2],
        widths.map((n) => dense(n, 'relu')),
      ),
      1,
    ),
  );

describe('what differs between two patterns', () => {
  const program = relu(2, 2, 1);

  it('shows in the outputs where active units pass it on', () => {
    expect(isHidden(program, [1, 1, 1, 1, 1], [0, 1, 1, 1, 1])).toBe(false);
    expect(isHidden(program, [1, 1, 1, 0, 1], [1, 1, 1, 1, 1])).toBe(false);
  });

  it('is hidden behind units that are flat', () => {
    expect(isHidden(program, [1, 1, 0, 0, 1], [0, 1, 0, 0, 1])).toBe(true);
    expect(isHidden(program, [1, 1, 1, 1, 0], [0, 0, 1, 0, 0])).toBe(true);
    expect(isHidden(program, [1, 1, 1, 1, 1], [1, 1, 1, 1, 1])).toBe(true);
  });

  it('shows where the unit that hides it changes too', () => {
    expect(isHidden(program, [1, 1, 0, 0, 0], [0, 1, 0, 0, 1])).toBe(false);
  });
});

function pieces(step: BendStep, unit: number): number {
  return step.kind === 'max' ? step.start[unit + 1] - step.start[unit] : step.breakpoints.length + 1;
}

/** A random pattern, and one that differs from it in a few units. */
function neighbors(program: Program, uniform: () => number): [number[], number[]] {
  const counts = program.stages.flatMap((step) =>
    Array.from({ length: program.sizes[step.output] }, (_, unit) => pieces(step, unit)),
  );
  const p = counts.map((count) => Math.floor(uniform() * count));
  const q = p.map((piece, k) => (uniform() < 1.5 / counts.length ? Math.floor(uniform() * counts[k]) : piece));
  return [p, q];
}

describe('patterns whose difference is hidden', () => {
  it('have equal maps, in networks of every kind', () => {
    const uniform = uniforms(5);
    let hidden = 0;
    for (const [name, network] of Object.entries(kinds)) {
      const program = compile(drawWeights(network, 3));
      const slice = sliceOf(planeOf(network), program.inputSize);
      const maps = new ExactMaps(program, slice.rows, new LineIds(program));
      for (let k = 0; k < 200; k++) {
        const [p, q] = neighbors(program, uniform);
        if (p.every((piece, unit) => piece === q[unit]) || !isHidden(program, p, q)) continue;
        expect(maps.ofOutputs(p), name).toBe(maps.ofOutputs(q));
        hidden++;
      }
    }
    expect(hidden).toBeGreaterThan(20);
  });
});
