import { describe, expect, it } from 'vitest';
import { networkToCount } from '../../../../src/analysis/counts/countPlan.ts';
import { networkWithWeights } from '../../../../src/analysis/counts/networkWeights.ts';
import { uniforms } from '../../../../src/common/random.ts';
import { drawnWeights } from '../../../../src/common/weightsSource.ts';
import { compile } from '../../../../src/counting/program/compile.ts';
import { evaluate } from '../../../../src/counting/program/program.ts';
import { pieceAtZero, zeroEntries } from '../../../../src/counting/program/zeroEntries.ts';

const noBias = { use_bias: false };
const layers = [
  { type: 'conv2d', filters: 2, kernel_size: 2, activation: 'relu' },
  { type: 'zero_padding2d', padding: [2, 1] },
  { type: 'conv2d', filters: 3, kernel_size: 2, activation: 'leaky_relu', ...noBias },
  { type: 'max_pooling2d', pool_size: 2, strides: 1 },
  { type: 'conv2d', filters: 2, kernel_size: 1, activation: 'relu', ...noBias },
];

function programOf(input: readonly number[], sketch: readonly object[]) {
  const text = JSON.stringify({ input, layers: sketch });
  const { network } = networkWithWeights(text, 'a.network.json', 0, null, {})!;
  return compile(networkToCount(network, { source: drawnWeights(3) }));
}

describe('entries that are zero everywhere', () => {
  it('are those of padding and what layers without biases make of it, and no others', () => {
    const program = programOf([4, 4, 1], layers);
    const uniform = uniforms(1);
    const values = Array.from({ length: 6 }, () =>
      evaluate(
        program,
        Array.from({ length: program.inputSize }, () => 2 * uniform() - 1),
      ),
    );
    const found = zeroEntries(program);
    program.steps.forEach((step) => {
      // A ReLU is zero at some inputs only.
      if (step.kind === 'units' && step.slopes.some((slope) => slope === 0)) return;
      const zero = Array.from(found[step.output].keys(), (i) => Number(values.every((at) => at[step.output][i] === 0)));
      expect([...found[step.output]]).toEqual(zero);
    });
    expect(found.some((entries) => entries.includes(1))).toBe(true);
  });

  it('are none behind a bias', () => {
    const program = programOf(
      [4, 4, 1],
      [layers[1], { type: 'conv2d', filters: 2, kernel_size: 1, activation: 'relu' }],
    );
    expect(zeroEntries(program).at(-1)).not.toContain(1);
  });

  it('lie on the piece before a breakpoint at zero', () => {
    expect([[0], [-1, 0, 1], [1], [-1]].map(pieceAtZero)).toEqual([0, 1, 0, 1]);
  });
});
