import { TheoryContext } from '../../../../src/theory/context.ts';
import { describe, expect, it } from 'vitest';
import fc from '../../../fastCheck.ts';
import { linear, relu, leakyRelu } from '../../../../src/network/activation.ts';
import type { LayerDefinition } from '../../../../src/network/definition.ts';
import type { Network } from '../../../../src/network/network.ts';
import type { TheoryOptions } from '../../../../src/theory/bound.ts';
import type { Magnitude } from '../../../../src/theory/numbers/magnitude.ts';
import { pointwiseLower } from '../../../../src/theory/theorems/pointwiseLower.ts';
import { recurrenceUpper } from '../../../../src/theory/recurrence/recurrence.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import { build, dense, denseNetwork, layer, window1d, window2d } from '../../network/definitions.ts';

const conv1d = (name: string, filters: number, kernel: number, stride = 1, weights?: LayerDefinition['weights']) =>
  layer(
    name,
    { kind: 'convolution', window: window1d(kernel, stride, 'same'), filters, groups: 1, useBias: true },
    { activation: relu, weights },
  );
const conv2d = (name: string, filters: number, kernel: number, stride = 1) =>
  layer(
    name,
    { kind: 'convolution', window: window2d(kernel, stride, 'same'), filters, groups: 1, useBias: true },
    { activation: relu },
  );

function cuts(network: Network, options: TheoryOptions = {}): (Magnitude | null)[] {
  const evaluation = pointwiseLower.evaluate(TheoryContext.of(network, options));
  if (!evaluation.applies) throw new Error(evaluation.reason);
  return [...evaluation.perLayer];
}

const exact = (magnitudes: readonly (Magnitude | null)[]) =>
  magnitudes.map((magnitude) => magnitude?.exact?.toString());

describe('pointwise lower bound', () => {
  it('cuts each input of a convolution by every filter', () => {
    // Three filters on one channel, each position on its own: 3 + 1 pieces along each of 2 inputs.
    expect(exact(cuts(build([2, 1], [conv1d('c', 3, 2)]).network))).toEqual(['16']);
    // LeNet's first layer: 7 pieces along each of 784 inputs.
    expect(cuts(build([28, 28, 1], [conv2d('c', 6, 5)]).network)[0]?.exact).toBe(7n ** 784n);
  });

  it('is reached by the weights that the proof names', () => {
    // Only the first tap of each of three filters is not zero; biases put the cuts at -1, 0 and 1.
    const weights = {
      kernel: { shape: [2, 1, 3], data: Float64Array.of(1, 1, 1, 0, 0, 0) },
      bias: { shape: [3], data: Float64Array.of(-1, 0, 1) },
    };
    const { network } = build([2, 1], [conv1d('c', 3, 2, 1, weights)]);
    const plane = { origin: [-2, -2.5], u: [4.25, 0], v: [0, 4.5] };
    const counted = count({
      network,
      method: 'plane',
      domain: { kind: 'parallelogram', ...plane },
      linear: false,
      keepRegions: false,
      limits: {},
    });
    expect(String(counted.activationRegions)).toBe(exact(cuts(network))[0]);
  });

  it('prefers disjoint blocks where the stride leaves inputs to each position', () => {
    // Stride 2: each of 2 positions has 2 inputs of its own, and 4 lines in a plane make 11 cells.
    expect(exact(cuts(build([4, 1], [conv1d('c', 4, 2, 2)]).network))).toEqual(['121']);
  });

  it('folds position by position through several layers', () => {
    // One channel, 6 then 6 filters, both with room for one more fold: 7 folds and 7 pieces at each of 5 positions.
    expect(exact(cuts(build([5, 1], [conv1d('a', 6, 3), conv1d('b', 6, 3)]).network))).toEqual(['16807', '282475249']);
    // The second layer's stride loses 2 of 5 positions, which keep the folds of the first: 49^3 * 7^2.
    expect(exact(cuts(build([5, 1], [conv1d('a', 6, 3), conv1d('b', 6, 3, 2)]).network))[1]).toBe('5764801');
  });

  it('equals the published constructions on wide dense chains and goes on where they refuse', () => {
    expect(exact(cuts(denseNetwork(2, [6, 6])))).toEqual(['22', '352']);
    // 50 inputs and layers of 8: no published theorem applies; with one input used it is 9 * 9 at least.
    const [first, second] = cuts(denseNetwork(50, [8, 8]));
    expect(first?.exact).toBe(256n);
    expect(second!.exact!).toBeGreaterThanOrEqual(256n);
    const deep = cuts(denseNetwork(50, [8, 8, 8, 8, 8]));
    expect(deep[4]!.exact!).toBeGreaterThanOrEqual(9n ** 5n);
  });

  it('lets no more channels through than a narrower affine layer', () => {
    const layers = [dense('in', 2, linear), dense('a', 5, relu), dense('narrow', 1, linear), dense('b', 5, relu)];
    // 5 lines in a plane make 16 cells; one fold of 5 along the single channel left, with 6 pieces: 5 * 6, or 6 * 6.
    expect(exact(cuts(build([9], layers).network))).toEqual(['1', '16', '16', '36']);
  });

  it('ends at pooling, and counts one layer of any units', () => {
    const pool = layer('p', { kind: 'averagePooling', window: { ...window1d(2), strides: [1, 2] } });
    expect(exact(cuts(build([4, 1], [conv1d('a', 3, 1), pool, conv1d('b', 9, 1)]).network))).toEqual([
      '256',
      '256',
      '256',
    ]);
    expect(exact(cuts(build([2], [dense('a', 4, leakyRelu(0.1)), dense('b', 4, linear)]).network))).toEqual([
      '11',
      '11',
    ]);
  });

  it('takes a slice before a dense layer for an input of its dimension', () => {
    const [sliced] = cuts(denseNetwork(9, [5, 5]), { sliceDimension: 2 });
    expect(sliced?.exact).toBe(16n);
    expect(exact(cuts(denseNetwork(9, [6, 6]), { sliceDimension: 2 }))).toEqual(exact(cuts(denseNetwork(2, [6, 6]))));
  });

  it('refuses slices of images and networks that begin otherwise', () => {
    const image = build([3, 1], [conv1d('c', 5, 2)]).network;
    expect(pointwiseLower.evaluate(TheoryContext.of(image, { sliceDimension: 2 })).applies).toBe(false);
    const bare = build([3], [layer('r', { kind: 'identity' }, { activation: relu })]).network;
    expect(pointwiseLower.evaluate(TheoryContext.of(bare)).applies).toBe(false);
  });

  it('never exceeds the upper bound, and never falls with depth', () => {
    const convolution = fc.record({
      filters: fc.integer({ min: 1, max: 7 }),
      kernel: fc.integer({ min: 1, max: 4 }),
      stride: fc.integer({ min: 1, max: 3 }),
    });
    const shapes = fc.record({
      width: fc.integer({ min: 1, max: 9 }),
      channels: fc.integer({ min: 1, max: 3 }),
      layers: fc.array(convolution, { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(shapes, ({ width, channels, layers }) => {
        const { network } = build(
          [width, channels],
          layers.map(({ filters, kernel, stride }, i) => conv1d(`c${i}`, filters, kernel, stride)),
        );
        const upper = recurrenceUpper.evaluate(TheoryContext.of(network));
        const lower = cuts(network);
        lower.forEach((cut, i) => {
          if (i > 0) expect(cut!.log10).toBeGreaterThanOrEqual(lower[i - 1]!.log10);
          if (upper.applies) expect(cut!.exact! <= upper.perLayer[i]!.exact!).toBe(true);
        });
      }),
      { numRuns: 300 },
    );
  });
});
