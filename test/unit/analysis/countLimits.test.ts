import { describe, expect, it } from 'vitest';
import { whyNotCounted } from '../../../src/analysis/counts/countPlan.ts';
import { compile } from '../../../src/counting/program/compile.ts';
import { drawWeights } from '../../../src/counting/program/initializers.ts';
import { entryCount } from '../../../src/counting/program/program.ts';
import { programSize } from '../../../src/counting/program/programSize.ts';
import { open, openFixture, fixtureNames } from '../formats/fixtures.ts';
import type { Network } from '../../../src/network/network.ts';

const built = (input: number[], ...layers: object[]): Network =>
  open(JSON.stringify({ input, layers }), 'n.network.json').network;
const relu = { type: 'relu' };

describe('a network that is too large to count', () => {
  it.each([
    [
      'four copies of a wide layer',
      built(
        [1],
        { type: 'dense', units: 60_000_000, name: 'a' },
        { type: 'concatenate', inputs: ['a', 'a', 'a', 'a'] },
        relu,
      ),
    ],
    ['padding', built([4, 1], { type: 'zero_padding1d', padding: 1e9 }, relu)],
    ['up-sampling', built([2, 2, 1], { type: 'up_sampling2d', size: 100_000 }, relu)],
    ['units on the input', built([1e9], relu)],
    ['pooling over everything', built([20_000, 20_000, 1], { type: 'global_max_pooling2d' })],
    ['windows of pooling', built([20_000, 20_000, 1], { type: 'max_pooling2d', pool_size: 2 })],
    [
      'a window wider than its input',
      built([8, 8, 1], { type: 'max_pooling2d', pool_size: 1_000_000, padding: 'same' }, relu),
    ],
    [
      'a convolution with few weights at many places',
      built([1000, 1000, 8], { type: 'conv2d', filters: 32, kernel_size: 3, activation: 'relu' }),
    ],
  ])('is refused by its sizes: %s', (_, network) => {
    expect(network.complete).toBe(true);
    expect(whyNotCounted(network)).toMatch(/^[\d,]+ .* are more than can be held for counting here\.$/);
  });

  it.each([
    [
      'a wide network on a plane',
      built(
        [2],
        { type: 'dense', units: 4096, activation: 'relu' },
        { type: 'dense', units: 4096, activation: 'relu' },
      ),
    ],
    [
      'a picture',
      built(
        [64, 64, 3],
        { type: 'conv2d', filters: 16, kernel_size: 3, activation: 'relu' },
        { type: 'max_pooling2d', pool_size: 2 },
      ),
    ],
  ])('is not taken for one: %s', (_, network) => {
    expect(whyNotCounted(network)).toBeNull();
  });

  it.each([...fixtureNames])('is known before anything is made, and no less than what is made: %s', (name) => {
    const { network } = openFixture(name);
    const { scalars, entries } = programSize(network);
    const program = compile(drawWeights(network, 1));
    const matrices = program.steps.flatMap((step) =>
      step.kind === 'affine' ? step.terms.map(({ matrix }) => entryCount(matrix)) : [],
    );
    const members = program.steps.flatMap((step) => (step.kind === 'max' ? [step.members.length] : []));
    const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
    expect(scalars).toBeGreaterThanOrEqual(sum(program.sizes));
    expect(entries).toBeGreaterThanOrEqual(sum([...matrices, ...members]));
  });
});
