import { describe, expect, test } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { conditionalMean } from '../../../../src/analysis/expectation/conditionalMean.ts';
import { spreadOf } from '../../../../src/analysis/statistics.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import type { Network } from '../../../../src/network/network.ts';
import { meanRegionsOnSegment } from '../../../../src/theory/kacRice/segment.ts';

function networkOf(input: readonly number[], layer: object, init?: object): Network {
  return analyze(JSON.stringify({ input, layers: [layer], init }), 'a.network.json')!.networks[0].network;
}

function drawn(network: Network, segment: { from: number[]; to: number[] }) {
  const mean = conditionalMean(network, segment, { seed: 3, work: { all: 1e6, fewest: 2e6 } });
  if (mean === null || typeof mean === 'string') throw new Error(String(mean));
  return { value: mean.perLayer[0]!, error: mean.standardError };
}

function counted(network: Network, segment: { from: number[]; to: number[] }) {
  const request = {
    method: 'line',
    domain: { kind: 'segment', ...segment },
    linear: false,
    keepRegions: false,
  } as const;
  const counts = Array.from({ length: 800 }, (_, seed) => {
    return count({ ...request, network: drawWeights(network, seed + 1), limits: {} }).activationRegions;
  });
  const spread = spreadOf(counts)!;
  return { value: spread.mean, error: spread.standardError! };
}

const wave = (size: number, phase: number) => Array.from({ length: size }, (_, i) => Math.sin(i * i + phase));

describe('changes of tropical units, drawn', () => {
  test.each([
    [[5], { type: 'tropical_dense', units: 3, semiring: 'min' }],
    [[5, 2], { type: 'tropical_conv1d', filters: 2, kernel_size: 3, reduce: 'sum' }],
    [[3, 3, 1], { type: 'tropical_conv2d', filters: 2, kernel_size: 2 }],
  ])('have the mean of the closed form: %j, %j', (input, layer) => {
    const network = networkOf(input, layer);
    const segment = { from: wave(network.inputSize, 1), to: wave(network.inputSize, 4) };
    const closed = meanRegionsOnSegment(network, segment);
    if ('reason' in closed) throw new Error(closed.reason);
    const { value, error } = drawn(network, segment);
    expect(error).toBeLessThan(value / 10);
    expect(Math.abs(value - closed.perLayer[0]!)).toBeLessThan(4 * error);
  });

  test.each([
    ['some differences of windows are equal', 3],
    ['all are', 2],
  ])('count once where windows change together: %s', (_, kernel_size) => {
    const network = networkOf([5, 1], { type: 'tropical_conv1d', filters: 2, kernel_size });
    // A slope that turns: neighbors differ by one number, which changes along the segment.
    const segment = { from: [-2, -1, 0, 1, 5], to: [2, 1, 0, -1, 9] };
    const [of, found] = [drawn(network, segment), counted(network, segment)];
    expect(Math.abs(of.value - found.value)).toBeLessThan(4 * Math.hypot(of.error, found.error));
  });

  test('there is no mean for weights of another law', () => {
    const network = networkOf([4], { type: 'tropical_dense', units: 3 }, { kernel: 'he_uniform' });
    const mean = conditionalMean(
      network,
      { from: wave(4, 1), to: wave(4, 2) },
      { seed: 1, work: { all: 1e6, fewest: 2e6 } },
    );
    expect(mean).toMatch(/no normal law/);
  });
});
