import { drawnWeights } from '../../../../src/common/weightsSource.ts';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settlePlace } from '../../../../src/analysis/places/settlePlace.ts';
import { DEFAULT_BOX } from '../../../../src/common/place.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import { networkToCount } from '../../../../src/analysis/counts/countPlan.ts';
import { spreadOf } from '../../../../src/analysis/statistics.ts';
import type { Network } from '../../../../src/network/network.ts';
import { TheoryContext } from '../../../../src/theory/context.ts';
import { kacRiceFiniteWidth } from '../../../../src/theory/kacRice/bounds.ts';
import { finiteWidthMean, wideLimitExcess } from '../../../../src/theory/kacRice/finiteWidth.ts';
import { meanRegionsOnSegment } from '../../../../src/theory/kacRice/segment.ts';
import { dense, networkOf } from '../../counting/networks.ts';

const diagonal = (n: number) => ({ from: Array<number>(n).fill(-1), to: Array<number>(n).fill(1) });

function reluChain(widths: readonly number[]): Network {
  const [inputs, ...hidden] = widths;
  return networkOf(
    [inputs],
    hidden.map((units) => dense(units, 'relu')),
  );
}

type Reference = Record<string, { 'exact finite-width mean': number; 'mc error': number }>;
const reference = JSON.parse(readFileSync('test/fixtures/reference/finite_width_mlp.json', 'utf8')) as Reference;

describe('the mean at finite width', () => {
  it.each(Object.entries(reference))('of %s is that of an independent program', (name, expected) => {
    const network = reluChain(name.split('-').map(Number));
    const { perLayer, standardError } = finiteWidthMean(network, diagonal(network.inputSize), {});
    const error = Math.hypot(standardError, expected['mc error']);
    expect(Math.abs(perLayer.at(-1)! - expected['exact finite-width mean'])).toBeLessThan(4 * error);
    // Small enough to tell it from the limit of wide layers.
    expect(standardError).toBeLessThan(0.01 * perLayer.at(-1)!);
  });

  it.each([
    ['leaky ReLU', networkOf([3], [dense(5, 'leaky_relu'), dense(5, 'leaky_relu'), dense(5, 'leaky_relu')])],
    ['absolute values', networkOf([3], [dense(4, 'abs'), dense(4, 'abs'), dense(4, 'abs')])],
    ['a linear layer between ReLUs', networkOf([4], [dense(6, 'relu'), dense(3), dense(6, 'relu')])],
    ['thin ReLUs', networkOf([2], [dense(2, 'relu'), dense(3, 'relu'), dense(2, 'relu')])],
  ])('of %s is that of exact counts', (_, network) => {
    const { inputSize } = network;
    const domain = settlePlace(DEFAULT_BOX, 'line', inputSize, { seed: 1 });
    const counts = Array.from({ length: 1500 }, (__, seed) => {
      const drawn = networkToCount(network, { source: drawnWeights(seed) });
      const request = {
        network: drawn,
        method: 'line',
        domain,
        linear: false,
        keepRegions: false,
        limits: {},
      } as const;
      return count(request).activationRegions;
    });
    const { mean, standardError } = spreadOf(counts)!;
    const found = finiteWidthMean(network, diagonal(inputSize), {});
    const error = Math.hypot(standardError!, found.standardError);
    expect(Math.abs(found.perLayer.at(-1)! - mean)).toBeLessThan(4 * error);
  });

  it('is the same on every call, and says what it is of', () => {
    const theory = TheoryContext.of(reluChain([10, 8, 8]));
    const [first, second] = [kacRiceFiniteWidth.evaluate(theory), kacRiceFiniteWidth.evaluate(theory)];
    expect(first).toEqual(second);
    expect(first).toHaveProperty(
      'note',
      expect.stringMatching(
        /^on the segment .*; He normal.*; at the widths of this network, from 10000 draws .* standard error 0\.\d+/,
      ),
    );
  });

  it.each([
    [
      'uniform weights',
      { ...reluChain([3, 4]), initialization: { kernel: 'he_uniform', biasStddev: 0.1, seed: 1 } } as const,
      'The statement is for weights from normal laws, not for he_uniform.',
    ],
    ['breakpoints off zero', networkOf([3], [dense(4, 'relu6')]), 'bend at zero alone'],
    ['maxout', networkOf([3], [{ operation: { kind: 'maxout', units: 3, rank: 2 } }]), 'fully connected layers'],
    ['a layer on positions', networkOf([4, 3], [dense(2, 'relu')]), 'on vectors'],
  ])('does not apply to %s', (_, network, reason) => {
    expect(kacRiceFiniteWidth.evaluate(TheoryContext.of(network))).toEqual({
      applies: false,
      reason: expect.stringContaining(reason) as string,
    });
  });
});

describe('the limit of wide layers', () => {
  it.each([
    [[10, 16, 16, 16, 16, 16, 16, 16, 16], 114.25],
    [[10, 8, 8, 8, 8], 30.28],
    [[10, 64, 64, 64], 180.86],
  ])('over %j is, to first order, this much too high', (widths, firstOrder) => {
    const network = reluChain(widths);
    const segment = diagonal(10);
    const mean = meanRegionsOnSegment(network, segment);
    if ('reason' in mean) throw new Error(mean.reason);
    expect(mean.perLayer.at(-1)! / wideLimitExcess(network, segment)).toBeCloseTo(firstOrder, 1);
  });

  it('is said to be so from one percent on, beside the mean at finite width', () => {
    const noteOf = (widths: readonly number[]) => kacRiceFiniteWidth.evaluate(TheoryContext.of(reluChain(widths)));
    const remark = 'the limit of wide layers is about 2 % high';
    expect(noteOf([10, 8, 8, 8, 8])).toHaveProperty('note', expect.stringContaining(remark));
    expect(noteOf([10, 64, 64])).toHaveProperty('note', expect.not.stringContaining('limit'));
  });
});

it('units without biases all bend where the segment passes through the origin: one breakpoint', () => {
  const free = (units: number) => ({
    ...dense(units, 'relu'),
    operation: { kind: 'dense', units, useBias: false } as const,
  });
  const perLayer = (from: number[], to: number[]) =>
    finiteWidthMean(networkOf([2], [free(3), free(2)]), { from, to }, {}).perLayer;
  for (const mean of perLayer([-1, -1], [1, 1])) expect(mean).toBeCloseTo(2, 5);
  for (const mean of perLayer([1, 1], [2, 2])) expect(mean).toBeCloseTo(1, 5);
  const [first, second] = perLayer([-1, 1], [1, 1]);
  expect(first).toBeGreaterThan(1.5);
  expect(second).toBeGreaterThan(first!);
});
