import { describe, expect, it } from 'vitest';
import { count } from '../../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import type { Network } from '../../../../src/network/network.ts';
import type { Operation, Window } from '../../../../src/network/operation.ts';
import type { Segment } from '../../../../src/theory/bound.ts';
import { meanRegionsOnSegment } from '../../../../src/theory/kacRice/segment.ts';
import { dense, network, type SimpleLayer } from '../networks.ts';
import { randomSegment } from './simulation.ts';

const tropical = (units: number, semiring: 'max' | 'min' = 'max'): SimpleLayer => ({
  operation: { kind: 'tropicalDense', units, semiring },
});

function convolution(window: Pick<Window, 'rank' | 'kernel'>, filters: number, sumsChannels = false): SimpleLayer {
  const whole: Window = { ...window, strides: [1, 1], dilation: [1, 1], padding: 'valid' };
  const operation: Operation = { kind: 'tropicalConvolution', window: whole, filters, semiring: 'max', sumsChannels };
  return { operation };
}

function withDeviation(net: Network, kernelStddev: number): Network {
  return { ...net, initialization: { ...net.initialization, kernel: 'normal', kernelStddev } };
}

function meanOf(net: Network, segment: Segment): number | string {
  const mean = meanRegionsOnSegment(net, segment);
  return 'reason' in mean ? mean.reason : mean.perLayer.at(-1)!;
}

/** Mean of exact counts of networks with drawn weights, and its standard error. */
function counted(net: Network, { from, to }: Segment, draws: number): { mean: number; error: number } {
  const domain = { kind: 'segment', from: [...from], to: [...to] } as const;
  const counts = Array.from({ length: draws }, (_, seed) => {
    const request = { network: drawWeights(net, seed + 1), linear: false, keepRegions: false, limits: {} };
    return count({ ...request, method: 'line', domain }).activationRegions;
  });
  const mean = counts.reduce((sum, each) => sum + each, 0) / draws;
  const spread = counts.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (draws - 1);
  return { mean, error: Math.sqrt(spread / draws) };
}

describe('the mean of one tropical layer on a segment', () => {
  it('of two inputs is the mass of a normal difference', () => {
    // w_1 - w_2 is N(0, 2), and is crossed where it lies between -1 and 1: erf(1/2).
    const mean = meanOf(withDeviation(network([2], [tropical(1)]), 1), { from: [0, 1], to: [1, 0] });
    expect(mean).toBeCloseTo(1 + 0.5204998778130465, 10);
  });

  it('of a far segment is the number of changes of the greatest input', () => {
    const net = withDeviation(network([3], [tropical(4)]), 0.01);
    // The first input is the greatest, then the third; the second never is.
    expect(meanOf(net, { from: [9, 0, 0], to: [0, 1, 9] })).toBeCloseTo(1 + 4, 9);
    const least = withDeviation(network([3], [tropical(4, 'min')]), 0.01);
    // The second is the least until the first falls below it.
    expect(meanOf(least, { from: [9, 0, 2], to: [0, 1, 9] })).toBeCloseTo(1 + 4, 9);
  });

  it.each([
    ['a dense layer', network([5], [tropical(3)]), 1],
    [
      'a min-plus layer, flattened before and affine behind',
      network([2, 3], [{ operation: { kind: 'flatten' } }, tropical(4, 'min'), dense(2, 'linear')]),
      2,
    ],
    ['windows along a line', network([7, 1], [convolution({ rank: 1, kernel: [1, 3] }, 2)]), 3],
    ['channels that are added up', network([4, 3], [convolution({ rank: 1, kernel: [1, 2] }, 2, true)]), 4],
    ['windows over all channels', network([4, 3], [convolution({ rank: 1, kernel: [1, 2] }, 2)]), 5],
    ['windows in two dimensions', network([4, 3, 1], [convolution({ rank: 2, kernel: [2, 2] }, 1)]), 6],
  ])('is what is counted: %s', (_, net, seed) => {
    for (const each of [net, withDeviation(net, 0.2)]) {
      const segment = randomSegment(net.inputSize, seed);
      const { mean, error } = counted(each, segment, 600);
      const stated = meanOf(each, segment) as number;
      expect(error).toBeGreaterThan(0);
      expect(Math.abs(stated - mean)).toBeLessThan(4 * error);
    }
  });

  it('on a line along which all inputs grow alike is one', () => {
    expect(meanOf(network([5], [tropical(3)]), { from: [-1, -1, -1, -1, -1], to: [1, 1, 1, 1, 1] })).toBe(1);
  });

  it('counts units once that change together, and is refused where only some changes coincide', () => {
    const net = network([6, 1], [convolution({ rank: 1, kernel: [1, 2] }, 2)]);
    // The windows (1, 2) and (5, 6) differ alike, all others not at all.
    const twice = { from: [0, 2, 9, 9.5, 0, 2], to: [2, 0, 9, 9.5, 2, 0] };
    const { mean, error } = counted(net, twice, 600);
    expect(Math.abs((meanOf(net, twice) as number) - mean)).toBeLessThan(4 * error);
    const wide = network([4, 1], [convolution({ rank: 1, kernel: [1, 3] }, 1)]);
    expect(meanOf(wide, { from: [0, 1, 2, 9], to: [2, 1, 0, 4] })).toMatch(/same places/);
  });

  it('is refused behind it, for other laws, and for more windows than there is time for', () => {
    const segment = randomSegment(3, 1);
    expect(meanOf(network([3], [tropical(3), dense(4)]), segment)).toMatch(/behind tropical units/);
    expect(meanOf(network([3], [dense(4), tropical(3)]), segment)).toMatch(/tropical units/);
    const net = network([3], [tropical(3)]);
    const uniform = { ...net, initialization: { ...net.initialization, kernel: 'he_uniform' as const } };
    expect(meanOf(uniform, segment)).toMatch(/normal law/);
    expect(meanOf(withDeviation(net, 0), segment)).toMatch(/normal law/);
    expect(meanOf(withDeviation(net, 1e-9), segment)).toMatch(/too many/);
  });
});
