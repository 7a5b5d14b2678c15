import { describe, expect, it } from 'vitest';
import { sliceOf } from '../../../../src/counting/geometry/slice.ts';
import { compile } from '../../../../src/counting/program/compile.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { evaluate } from '../../../../src/counting/program/program.ts';
import { SameFunctions } from '../../../../src/counting/program/sameFunctions.ts';
import { openWithWeights } from '../../formats/values.ts';

const layers = [
  { type: 'conv2d', filters: 2, kernel_size: 3, padding: 'same', activation: 'relu' },
  { type: 'max_pooling2d', pool_size: 2 },
  { type: 'conv2d', filters: 3, kernel_size: 2, activation: 'leaky_relu' },
];
const drawn = openWithWeights(JSON.stringify({ input: [8, 8, 1], layers }));
const program = compile(drawWeights(drawn, 5));
const sameOn = (from: number[], to: number[]) => new SameFunctions(program, sliceOf({ kind: 'segment', from, to }, 64));
const gray = (x: number) => Array<number>(64).fill(x);

describe('numbers made in the same way', () => {
  it('are equal at all points of the line, and tell borders from the middle', () => {
    const same = sameOn(gray(-1), gray(1));
    for (const x of [-0.7, 0.1, 0.9]) {
      const tensors = evaluate(program, gray(x));
      tensors.forEach((values, tensor) =>
        same.firstOf(tensor).forEach((first, i) => expect(values[i]).toBe(values[first])),
      );
    }
    const { source, output } = program.stages[0];
    // A filter sees nine kinds of places: corners, sides and the middle.
    expect([source, output].map((tensor) => new Set(same.firstOf(tensor)).size)).toEqual([18, 18]);
  });

  it('are none on a line between different images', () => {
    const same = sameOn(gray(-1), [...Array<number>(64).keys()]);
    expect(new Set(same.firstOf(program.stages[0].source)).size).toBe(128);
  });
});
