import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { planCount } from '../../../../src/analysis/counts/countPlan.ts';
import { backgroundMean } from '../../../../src/analysis/expectation/backgroundMean.ts';
import { drawShare } from '../../../../src/analysis/expectation/drawnMean.ts';
import { simulationChoice } from '../../../../src/analysis/expectation/simulatedMean.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import type { Network } from '../../../../src/network/network.ts';

function networkOf(input: readonly number[], layers: readonly object[]): Network {
  return analyze(JSON.stringify({ input, layers }), 'a.network.json')!.networks[0].network;
}

const draws = { choice: { work: { all: 1e7, fewest: 2e7 } } };
const goesOn = () => false;

describe('the mean that is shown where no formula has one', () => {
  it('is from draws where these cover the network', () => {
    const pooled = networkOf(
      [8, 1],
      [
        { type: 'conv1d', filters: 4, kernel_size: 3, activation: 'relu' },
        { type: 'max_pooling1d', pool_size: 2 },
        { type: 'conv1d', filters: 4, kernel_size: 2, activation: 'relu' },
      ],
    );
    const mean = backgroundMean(pooled, draws, goesOn);
    expect(mean).toMatchObject({ id: 'kac-rice-simulated', applies: true });
    const shares = [1, 0].map((index) => drawShare(pooled, draws.choice, { index, of: 2 }));
    expect(backgroundMean(pooled, { ...draws, shares }, goesOn)).toEqual(mean);
  });

  it('is the mean of exact counts where they do not', () => {
    // Units on the inputs themselves have no weights, so nothing of the first layer is drawn.
    const network = networkOf(
      [3],
      [
        { type: 'leaky_relu', alpha: 0.1 },
        { type: 'dense', units: 5, activation: 'relu' },
      ],
    );
    const mean = backgroundMean(network, draws, goesOn);
    expect(mean).toMatchObject({ id: 'simulated-line', kind: 'mean', applies: true, domainDimension: 1 });
    const { seed } = network.initialization;
    const counts = Array.from({ length: 64 }, (_, k) =>
      count(planCount(network, simulationChoice('simulated-line', seed + k, {}))),
    );
    const sum = counts.reduce((total, { activationRegions }) => total + activationRegions, 0);
    expect(10 ** mean.value!.log10).toBeCloseTo(sum / 64, 10);
    const squares = counts.reduce((total, { activationRegions }) => total + (activationRegions - sum / 64) ** 2, 0);
    expect(mean.standardError).toBeCloseTo(Math.sqrt(squares / 63 / 64), 10);
    expect(mean.note).toMatch(/^simulated mean of 64 random networks, .*; standard error 0\.\d+;/);
  });

  it('is in the plane of two inputs, even where a formula has one on a segment', () => {
    const text = JSON.stringify({ input: [2], layers: [{ type: 'dense', units: 8, activation: 'relu6' }] });
    const [analysis] = analyze(text, 'a.network.json')!.networks;
    expect(analysis.mean?.id).toBe('kac-rice-line');
    expect(analysis.lacksMean).toBe(true);
    const mean = backgroundMean(analysis.network, draws, goesOn);
    expect(mean).toMatchObject({ id: 'simulated-plane', applies: true, domainDimension: 2 });
    analysis.keepDrawn(mean);
    expect(analysis.mean).toBe(mean);
    expect(analysis.lacksMean).toBe(false);
  });

  it('says why there is neither', () => {
    const network = networkOf([400], [{ type: 'leaky_relu' }, { type: 'dense', units: 1_000_000, activation: 'relu' }]);
    expect(backgroundMean(network, draws, goesOn)).toMatchObject({
      id: 'kac-rice-simulated',
      applies: false,
      reason: expect.stringMatching(/ bends values .* own\. 401,000,000 parameters are more than /) as string,
    });
  });

  it('is refused when it is stopped', () => {
    const network = networkOf([3], [{ type: 'leaky_relu' }, { type: 'dense', units: 5, activation: 'relu' }]);
    expect(backgroundMean(network, draws, () => true).applies).toBe(false);
  });
});
