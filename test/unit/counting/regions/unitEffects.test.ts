import { expect, test } from 'vitest';
import { compile } from '../../../../src/counting/program/compile.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { evaluate, type Program, type UnitStep } from '../../../../src/counting/program/program.ts';
import { UnitEffects } from '../../../../src/counting/regions/unitEffects.ts';
import { uniforms } from '../../../../src/common/random.ts';
import { dense, networkOf, named, type LayerSketch } from '../networks.ts';

const add: LayerSketch['operation'] = { kind: 'add' };
const plain = [dense(5, 'relu'), dense(4, 'relu'), dense(6, 'relu'), dense(1)];
const networks: Record<string, readonly LayerSketch[]> = {
  'a chain': plain,
  'leaky units': [dense(5, 'leaky_relu'), dense(4, 'leaky_relu'), dense(1)],
  'one layer': [dense(5, 'relu'), dense(1)],
  'layers without activations between': [dense(5, 'relu'), dense(3), dense(4, 'relu'), dense(2), dense(1)],
  'a residual connection': [
    { ...dense(4, 'relu'), name: 'a' },
    { ...dense(4, 'relu'), name: 'b' },
    { name: 'sum', operation: add, activation: named('linear'), inputs: ['a', 'b'] },
    { ...dense(4, 'relu'), name: 'c' },
    { name: 'both', operation: add, activation: named('linear'), inputs: ['a', 'c'] },
    dense(1),
  ],
};

/** The output with these pieces, where one unit's output is raised. */
function outputWith(
  program: Program,
  patterns: readonly number[][],
  input: readonly number[],
  raised: [number, number],
) {
  const { stages } = program;
  const fixed = {
    ...program,
    steps: program.steps.map((step) => {
      const stage = stages.indexOf(step as UnitStep);
      if (stage < 0 || step.kind !== 'units') return step;
      const pieces = patterns[stage].map((piece, i) => 2 * i + piece);
      const intercepts = pieces.map((at, i) => step.intercepts[at] + Number(stage === raised[0] && i === raised[1]));
      return {
        ...step,
        breakpoints: [],
        slopes: Float64Array.from(pieces, (at) => step.slopes[at]),
        intercepts: Float64Array.from(intercepts),
      };
    }),
  };
  return evaluate(fixed, input)[program.outputs[0]][0];
}

test.each(Object.entries(networks))('effects are differences of the output when a unit is raised: %s', (_, layers) => {
  const program = compile(drawWeights(networkOf([3], layers), 5));
  const uniform = uniforms(7);
  const effects = new UnitEffects(program);
  const patterns = program.stages.map(({ output }) =>
    Array.from({ length: program.sizes[output] }, () => Number(uniform() > 0.4)),
  );
  const last = patterns.length - 1;
  const open = Int32Array.of(9, 1, 3, 9);
  effects.enter(patterns, open, 1, 3);
  const change = (changed: readonly number[][], stage: number, unit: number) =>
    outputWith(program, changed, [1, -2, 3], [stage, unit]) - outputWith(program, changed, [1, -2, 3], [-1, -1]);
  patterns.forEach((pattern, stage) =>
    pattern.forEach((__, unit) => {
      effects.find(stage, unit);
      expect(effects.base).toBeCloseTo(change(patterns, stage, unit), 9);
      for (const k of [0, 1]) {
        const turned = patterns.map((own) => [...own]);
        turned[last][open[1 + k]] = 1 - turned[last][open[1 + k]];
        expect(effects.base + effects.terms[k]).toBeCloseTo(change(turned, stage, unit), 9);
      }
      expect(effects.sizes[stage][unit]).toBeGreaterThanOrEqual(Math.abs(effects.base) * (1 - 1e-12));
    }),
  );
});
