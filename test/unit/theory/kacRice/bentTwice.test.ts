import { describe, expect, test } from 'vitest';
import { networkToCount } from '../../../../src/analysis/counts/countPlan.ts';
import { drawMean } from '../../../../src/analysis/expectation/drawnMean.ts';
import { meanOf, spreadOf } from '../../../../src/analysis/statistics.ts';
import { drawnWeights } from '../../../../src/common/weightsSource.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import type { Network } from '../../../../src/network/network.ts';
import type { Segment } from '../../../../src/theory/bound.ts';
import { meanRegionsOnSegment } from '../../../../src/theory/kacRice/segment.ts';
import { openWithWeights } from '../../formats/values.ts';
import { randomSegment } from './simulation.ts';

type Fields = Readonly<Record<string, unknown>>;

const dense = (name: string, units = 48): Fields => ({ type: 'dense', name, units, inputs: ['input'] });
const conv = (name: string, kernel_size = 3): Fields => ({
  type: 'conv1d',
  name,
  filters: 16,
  kernel_size,
  inputs: ['input'],
});
const merge = (type: string, name: string, ...inputs: string[]): Fields => ({ type, name, inputs });
const units = (name: string, activation: string, tensor: string): Fields => ({
  type: 'activation',
  name,
  activation,
  inputs: [tensor],
});

/** Units on two tensors, side by side. */
function bentTwice(
  input: readonly number[],
  layers: readonly Fields[],
  [x, y]: readonly [string, string],
  [f, g]: readonly [string, string] = ['relu', 'relu'],
) {
  const flat = (name: string, tensor: string): Fields => ({ type: 'flatten', name, inputs: [tensor] });
  const both = [units('r1', f, x), units('r2', g, y), flat('f1', 'r1'), flat('f2', 'r2')];
  const all = [...layers, ...both, merge('concatenate', 'c', 'f1', 'f2'), { type: 'dense', name: 'o', units: 1 }];
  return openWithWeights(JSON.stringify({ input, init: { kernel: 'he_normal' }, layers: all }));
}

/** Mean regions of random networks, and its standard error. */
function counted(network: Network, segment: Segment, networks: number): { mean: number; error: number } {
  const counts = Array.from({ length: networks }, (_, k) => {
    const { perLayer } = count({
      network: networkToCount(network, { source: drawnWeights(k + 1) }),
      method: 'line',
      domain: { kind: 'segment', ...segment },
      linear: false,
      keepRegions: false,
      limits: {},
    });
    return perLayer[perLayer.length - 1] ?? NaN;
  });
  return { mean: meanOf(counts), error: spreadOf(counts)?.standardError ?? NaN };
}

function lastOf({ perLayer }: { readonly perLayer: readonly (number | null)[] }): number {
  return perLayer[perLayer.length - 1] ?? NaN;
}

const [a, b, d] = [dense('a'), dense('b'), dense('d')];
const sums = [merge('add', 's', 'a', 'b'), merge('add', 't', 'b', 'a')];
const reshaped = (name: string, target_shape: readonly number[]): Fields => ({
  type: 'reshape',
  name,
  target_shape,
  inputs: ['a'],
});

const networks = {
  'the same sum': bentTwice([8], [a, b, ...sums], ['s', 't']),
  'a difference and its opposite': bentTwice(
    [8],
    [a, b, merge('subtract', 's', 'a', 'b'), merge('subtract', 't', 'b', 'a')],
    ['s', 't'],
  ),
  'a sum and its half': bentTwice([8], [a, b, sums[0], merge('average', 't', 'a', 'b')], ['s', 't']),
  'a sum in two orders': bentTwice(
    [8],
    [a, b, d, sums[0], merge('add', 'sd', 's', 'd'), merge('add', 'bd', 'b', 'd'), merge('add', 'u', 'a', 'bd')],
    ['sd', 'u'],
  ),
  'the same sum, off zero': bentTwice([8], [a, b, ...sums], ['s', 't'], ['relu6', 'relu6']),
  'one tensor, off zero': bentTwice([8], [a], ['a', 'a'], ['relu6', 'relu6']),
  'one tensor, at zero and off it': bentTwice([8], [a], ['a', 'a'], ['relu', 'relu6']),
  'one tensor, whole and in parts': bentTwice([8], [a, reshaped('p', [2, 24])], ['a', 'p']),
  'one tensor in two kinds of parts': bentTwice([8], [a, reshaped('p', [2, 24]), reshaped('q', [4, 12])], ['p', 'q']),
};

describe('units that bend one function twice are not counted twice', () => {
  test.each(Object.entries(networks))('%s', (_, network) => {
    const segment = randomSegment(8, 3);
    const found = meanRegionsOnSegment(network, segment);
    expect('reason' in found && found.reason).toMatch(/^r2 bends .* other units bend/);
    const drawn = drawMean(network, { segment, work: { all: 3e6, fewest: 6e6 } });
    if ('reason' in drawn) throw new Error(drawn.reason);
    const { mean, error } = counted(network, segment, 60);
    expect(Math.abs(lastOf(drawn) - mean)).toBeLessThan(3 * Math.hypot(error, drawn.standardError));
  });

  test('a sum with padding is what was there before', () => {
    const padded = { type: 'zero_padding1d', name: 'p', padding: 1, inputs: ['a'] };
    const network = bentTwice([12, 2], [conv('a'), conv('b', 1), padded, merge('add', 's', 'p', 'b')], ['s', 'b']);
    const segment = randomSegment(24, 5);
    const found = meanRegionsOnSegment(network, segment);
    const drawn = drawMean(network, { segment, work: { all: 1e7, fewest: 2e7 } });
    if ('reason' in found) throw new Error(found.reason);
    if ('reason' in drawn) throw new Error(drawn.reason);
    const { mean, error } = counted(network, segment, 40);
    for (const stated of [found, drawn]) expect(Math.abs(lastOf(stated) - mean)).toBeLessThan(4 * error);
  });

  test('parts of a tensor alone have a mean', () => {
    const network = bentTwice([8], [a, b, reshaped('p', [2, 24])], ['p', 'b']);
    const segment = randomSegment(8, 4);
    const found = meanRegionsOnSegment(network, segment);
    if ('reason' in found) throw new Error(found.reason);
    const { mean, error } = counted(network, segment, 60);
    expect(Math.abs(lastOf(found) - mean)).toBeLessThan(4 * error);
  });
});
