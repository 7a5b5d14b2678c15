import { expect, it } from 'vitest';
import { convolutionChainOf } from '../../../../../src/theory/convolution/convolutionChain.ts';
import { genericSum } from '../../../../../src/theory/convolution/genericIndependence.ts';
import { Budget } from '../../../../../src/theory/convolution/sums/budget.ts';
import { sharedWeightSumOf } from '../../../../../src/theory/convolution/sums/sharedWeightSum.ts';
import { TheoryContext } from '../../../../../src/theory/context.ts';
import { openWithWeights } from '../../../formats/values.ts';

const convolution = { type: 'conv2d', filters: 2, kernel_size: 2, activation: 'relu' };

it('is computed once within one budget, and again within another', () => {
  const theory = TheoryContext.of(openWithWeights(JSON.stringify({ input: [3, 3, 1], layers: [convolution] })));
  const chain = convolutionChainOf(theory);
  if ('reason' in chain) throw new Error(chain.reason);
  const [{ pattern }] = chain.stages;
  const first = sharedWeightSumOf(theory, pattern, 2, {});
  expect(sharedWeightSumOf(theory, pattern, 2, {})).toBe(first);
  expect(sharedWeightSumOf(theory, pattern, 3, {})).not.toEqual(first);
  expect(sharedWeightSumOf(theory, pattern, 2, { budget: 1 })).toEqual({
    reason: expect.stringContaining('too large') as string,
  });
});

it('is not known where its subspaces take more memory than they may', () => {
  const theory = TheoryContext.of(openWithWeights(JSON.stringify({ input: [4, 4, 1], layers: [convolution] })));
  const chain = convolutionChainOf(theory);
  if ('reason' in chain) throw new Error(chain.reason);
  const [{ pattern }] = chain.stages;
  expect(genericSum(pattern, 1, new Budget(1e12))).not.toBeNull();
  expect(genericSum(pattern, 1, new Budget(1e12, undefined, 1e4))).toBeNull();
});
