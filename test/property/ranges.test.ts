import { expect, test } from 'vitest';
import { regionsAtMost } from '../../src/analysis/counts/regionsAtMost.ts';
import type { Domain } from '../../src/common/place.ts';
import { gaussians, uniforms } from '../../src/common/random.ts';
import { count } from '../../src/counting/countRegions.ts';
import { sliceOf, type Slice } from '../../src/counting/geometry/slice.ts';
import { compile } from '../../src/counting/program/compile.ts';
import { evaluate } from '../../src/counting/program/program.ts';
import { rangesOn } from '../../src/counting/ranges/ranges.ts';
import { generate } from './hunt/generate.ts';
import { open } from './hunt/nativeFile.ts';
import { withWeights } from './hunt/counts.ts';

const SEEDS = 200;
const POINTS = 40;

/** Boxes from large to tiny about random points, as planes where there are two inputs and more. */
function placesOf(inputs: number, seed: number): Domain[] {
  const next = gaussians(seed);
  return [2, 0.1, 0.001].map((half) => {
    const center = Array.from({ length: inputs }, () => next());
    const along = (): number[] => center.map(() => half * next());
    if (inputs === 1) return { kind: 'segment', from: [center[0] - half], to: [center[0] + half] };
    return { kind: 'parallelogram', origin: center, u: along(), v: along() };
  });
}

function pointIn({ dimension, rows }: Slice, uniform: () => number): number[] {
  const at = Array.from({ length: dimension }, uniform);
  const stride = dimension + 1;
  return Array.from({ length: rows.length / stride }, (_, i) =>
    at.reduce((sum, x, d) => sum + x * rows[i * stride + d], rows[i * stride + dimension]),
  );
}

test('every number of a network of any kind is within its range, and no count above what the ranges allow', () => {
  let [cut, equal, all] = [0, 0, 0];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { network, fault } = open(generate(7_000_000 + seed));
    if (fault !== null) continue;
    const weighted = withWeights(network);
    const program = compile(weighted);
    const uniform = uniforms(seed);
    for (const domain of placesOf(network.inputSize, seed)) {
      const slice = sliceOf(domain, network.inputSize);
      const { tensors } = rangesOn(program, slice)!;
      for (let k = 0; k < POINTS; k++) {
        evaluate(program, pointIn(slice, uniform)).forEach((values, tensor) => {
          const { center, reach } = tensors[tensor];
          values.forEach((value, i) => {
            const rounding = 1e-9 * (1 + Math.abs(value) + Math.abs(center[i]) + reach[i]);
            if (!(Math.abs(value - center[i]) <= reach[i] + rounding))
              expect.fail(`seed ${seed}: ${value} is not ${center[i]} ± ${reach[i]}`);
          });
        });
      }
      const method = domain.kind === 'segment' ? 'line' : 'plane';
      const limits = { regions: 3000 };
      const result = count({
        network: weighted,
        method,
        domain,
        linear: false,
        keepRegions: false,
        ranges: true,
        limits,
      });
      const { activationRegions } = result;
      const atMost = regionsAtMost(result);
      expect(Math.log10(activationRegions), `seed ${seed}`).toBeLessThanOrEqual(atMost!.log10 + 1e-12);
      all++;
      if (atMost!.value === String(activationRegions)) equal++;
      if (activationRegions > 1) cut++;
    }
  }
  // The test looks at cells that are cut, and the bound is often reached.
  expect(cut).toBeGreaterThan(all / 5);
  expect(equal).toBeGreaterThan(all / 3);
}, 120_000);
