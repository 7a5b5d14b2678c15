import { describe, expect, it } from 'vitest';
import { count } from '../../../../src/counting/countRegions.ts';
import { compile } from '../../../../src/counting/program/compile.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { entryCount, evaluate } from '../../../../src/counting/program/program.ts';
import { programSize } from '../../../../src/counting/program/programSize.ts';
import type { Network } from '../../../../src/network/network.ts';
import type { Operation, Semiring, Window } from '../../../../src/network/operation.ts';
import { networkOf, tensor } from '../networks.ts';

const window1 = (kernel: number, strides = 1): Window => ({
  rank: 1,
  kernel: [1, kernel],
  strides: [1, strides],
  dilation: [1, 1],
  padding: 'valid',
});
const window2: Window = { rank: 2, kernel: [2, 2], strides: [1, 1], dilation: [1, 1], padding: 'valid' };

function convolution(window: Window, filters: number, semiring: Semiring, sumsChannels: boolean): Operation {
  return { kind: 'tropicalConvolution', window, filters, semiring, sumsChannels };
}

const output = (network: Network, input: number[]) => [
  ...evaluate(compile(network), input)[compile(network).outputs[0]],
];
const regions = (network: Network) => {
  const domain = { kind: 'all' } as const;
  return count({ network, method: 'cells', domain, linear: true, keepRegions: false, limits: {} });
};

describe('what a tropical layer computes', () => {
  const kernel = tensor([
    [1, 0],
    [0, 2],
    [-1, 0.5],
  ]);

  it('the greatest or least of all inputs, each plus a weight', () => {
    const of = (semiring: Semiring) =>
      networkOf([3], [{ operation: { kind: 'tropicalDense', units: 2, semiring }, weights: { kernel } }]);
    expect(output(of('max'), [1, 2, 5])).toEqual([4, 5.5]);
    expect(output(of('min'), [1, 2, 5])).toEqual([2, 1]);
  });

  it.each(['max', 'min'] as const)('a window over all channels, or the sum of one a channel: %s', (semiring) => {
    const shape = [3, 3, 2];
    const input = Array.from({ length: 18 }, (_, i) => Math.sin(7 * i + 1));
    for (const sumsChannels of [false, true]) {
      const net = drawWeights(networkOf(shape, [{ operation: convolution(window2, 3, semiring, sumsChannels) }]), 4);
      const weights = net.layers[0].weights!.kernel.data;
      const choose = semiring === 'max' ? Math.max : Math.min;
      const expected: number[] = [];
      for (let y = 0; y < 2; y++)
        for (let x = 0; x < 2; x++)
          for (let f = 0; f < 3; f++) {
            const byChannel = [0, 1].map((c) =>
              [0, 1, 2, 3].map((tap) => {
                const [row, column] = [y + Math.floor(tap / 2), x + (tap % 2)];
                return input[(row * 3 + column) * 2 + c] + weights[(tap * 2 + c) * 3 + f];
              }),
            );
            const [first, second] = byChannel.map((each) => choose(...each));
            expected.push(sumsChannels ? first + second : choose(first, second));
          }
      const found = output(net, input);
      expect(found).toHaveLength(expected.length);
      found.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 12));
    }
  });

  it('no padding, and more than one number a unit', () => {
    const padded = { ...window2, padding: 'same' } as const;
    const built = (input: number[], operation: Operation) => networkOf(input, [{ operation }]).layers.length;
    expect(built([3, 3, 1], convolution(padded, 1, 'max', false))).toBe(0);
    expect(() => built([3, 3], convolution(window1(1), 1, 'max', true))).toThrow(/nothing to compare/);
    expect(built([3, 3], convolution(window1(1), 1, 'max', false))).toBe(1);
    expect(() => built([1], { kind: 'tropicalDense', units: 2, semiring: 'max' })).toThrow(/nothing to compare/);
  });
});

describe('regions of a tropical layer', () => {
  it.each([
    [2, 3, 4],
    [3, 2, 6],
    [3, 4, 15],
    [4, 2, 10],
  ])('a dense one of %i inputs and %i units has C(m + n - 1, n - 1) for any drawn weights', (inputs, units, most) => {
    for (const [seed, semiring] of [
      [1, 'max'],
      [2, 'max'],
      [3, 'min'],
    ] as const) {
      const net = drawWeights(networkOf([inputs], [{ operation: { kind: 'tropicalDense', units, semiring } }]), seed);
      const { activationRegions, linearRegions, exact } = regions(net);
      expect([activationRegions, linearRegions, exact]).toEqual([most, most, true]);
    }
  });

  it('windows along a line reach the number of load vectors, and no seed has more', () => {
    const counts = Array.from({ length: 12 }, (_, seed) => {
      const net = networkOf([4, 1], [{ operation: convolution(window1(3), 2, 'max', false) }]);
      return regions(drawWeights(net, seed + 1)).activationRegions;
    });
    expect(Math.max(...counts)).toBe(27);
  });

  it('channels that are added up multiply', () => {
    const [one, two] = [1, 2].map((channels) => {
      const net = networkOf([3, channels], [{ operation: convolution(window1(2), 1, 'max', true) }]);
      return regions(drawWeights(net, 3));
    });
    expect([one.activationRegions, two.activationRegions]).toEqual([4, 16]);
    expect(two.linearRegions).toBe(16);
  });

  it('a line along which all inputs grow alike crosses none', () => {
    const net = drawWeights(networkOf([4], [{ operation: { kind: 'tropicalDense', units: 5, semiring: 'max' } }]), 1);
    const along = (from: number[], to: number[]) => {
      const domain = { kind: 'segment', from, to } as const;
      return count({ network: net, method: 'line', domain, linear: true, keepRegions: false, limits: {} });
    };
    expect(along([-3, -3, -3, -3], [3, 3, 3, 3]).activationRegions).toBe(1);
    // Every unit changes from the first input to the last.
    expect(along([9, 0, 0, 0], [0, 0, 0, 9]).activationRegions).toBeGreaterThan(5);
  });
});

describe('the size of a tropical layer’s program', () => {
  it.each([
    [[5], { kind: 'tropicalDense', units: 3, semiring: 'min' }],
    [[5], { kind: 'tropicalDense', units: 3, semiring: 'max' }],
    [[3, 3, 2], convolution(window2, 3, 'max', false)],
    [[3, 3, 2], convolution(window2, 3, 'min', true)],
  ] as [number[], Operation][])('is known before it is made: %j, %j', (shape, operation) => {
    const net = networkOf(shape, [{ operation }]);
    const program = compile(drawWeights(net, 1));
    const entries = program.steps.map((step) =>
      step.kind === 'affine' ? entryCount(step.terms[0].matrix) : step.kind === 'max' ? step.members.length : 0,
    );
    // The outputs are counted once more, for an activation.
    const outputs = net.layers[0].outputShape.reduce((product, extent) => product * extent, 1);
    expect(programSize(net)).toEqual({
      scalars: program.sizes.reduce((sum, size) => sum + size, outputs),
      entries: entries.reduce((sum, size) => sum + size, 0),
    });
  });
});
