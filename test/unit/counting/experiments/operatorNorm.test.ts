import { describe, expect, it } from 'vitest';
import { gaussians } from '../../../../src/common/random.ts';
import { operatorNorm } from '../../../../src/counting/experiments/operatorNorm.ts';
import { compile } from '../../../../src/counting/program/compile.ts';
import type { SparseMatrix } from '../../../../src/counting/program/program.ts';
import { withWeights } from '../../../property/hunt/counts.ts';
import { open } from '../../../property/hunt/nativeFile.ts';
import { dense, networkOf, tensor } from '../networks.ts';

function matrixOf(kernel: number[][]): SparseMatrix {
  // A kernel has a row for each input.
  const layer = dense(kernel[0].length, 'linear', { kernel: tensor(kernel), bias: tensor(kernel[0].map(() => 0)) });
  const [step] = compile(networkOf([kernel.length], [layer])).steps;
  if (step.kind !== 'affine') throw new Error('not affine');
  return step.terms[0].matrix;
}

/** The greatest singular value, from below. */
function lengthening({ rows, columns, start, end, base, offset, value }: SparseMatrix): number {
  const gaussian = gaussians(1);
  let vector = Float64Array.from({ length: columns }, gaussian);
  let found = 0;
  for (let step = 0; step < 300; step++) {
    const image = new Float64Array(rows);
    const back = new Float64Array(columns);
    for (let r = 0; r < rows; r++) {
      for (let e = start[r]; e < end[r]; e++) image[r] += value[e] * vector[base[r] + offset[e]];
      for (let e = start[r]; e < end[r]; e++) back[base[r] + offset[e]] += value[e] * image[r];
    }
    const length = Math.hypot(...back);
    found = Math.sqrt(length / Math.hypot(...vector));
    vector = back.map((x) => x / length);
  }
  return found;
}

describe('the bound on how much a matrix lengthens', () => {
  it('is close to the greatest singular value of a dense matrix', () => {
    const small = matrixOf([
      [3, 1],
      [4, 5],
    ]);
    const greatest = Math.sqrt(25.5 + Math.sqrt(529.25));
    expect(operatorNorm(small)).toBeGreaterThanOrEqual(greatest);
    expect(operatorNorm(small)).toBeLessThan(1.03 * greatest);
    const gaussian = gaussians(3);
    const large = matrixOf(Array.from({ length: 90 }, () => Array.from({ length: 60 }, () => gaussian())));
    expect(operatorNorm(large) / lengthening(large)).toBeGreaterThanOrEqual(1 - 1e-9);
    expect(operatorNorm(large) / lengthening(large)).toBeLessThan(1.1);
  });

  it('holds for a convolution, within three times what it is', () => {
    const layers = [{ name: 'c', type: 'conv2d', inputs: ['input'], filters: 6, kernel_size: 3, padding: 'same' }];
    const { network } = open({ name: 'n', input: [9, 9, 4], layers, init: { seed: 2 } });
    const [step] = compile(withWeights(network)).steps;
    if (step.kind !== 'affine') throw new Error('not affine');
    const [{ matrix }] = step.terms;
    expect(operatorNorm(matrix) / lengthening(matrix)).toBeGreaterThanOrEqual(1 - 1e-9);
    expect(operatorNorm(matrix) / lengthening(matrix)).toBeLessThan(3);
  });

  it('is that of the longest row where no number is read twice, and 0 for zeros', () => {
    expect(
      operatorNorm(
        matrixOf([
          [2, 0],
          [0, -7],
        ]),
      ),
    ).toBeCloseTo(7, 10);
    expect(operatorNorm(matrixOf([[0, 0]]))).toBe(0);
  });
});
