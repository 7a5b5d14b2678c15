import { describe, expect, it } from 'vitest';
import { compile } from '../../../../src/counting/program/compile.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { evaluate } from '../../../../src/counting/program/program.ts';
import type { Network } from '../../../../src/network/network.ts';
import type { Shape } from '../../../../src/network/shape.ts';
import type { Operation, Padding, Window } from '../../../../src/network/operation.ts';
import { chain, dense, named, networkOf, tensor, type LayerSketch } from '../networks.ts';

const window = (kernel: [number, number], padding: Padding = 'valid', strides: [number, number] = [1, 1]): Window => ({
  rank: 2,
  kernel,
  strides,
  dilation: [1, 1],
  padding,
});

function outputOf(network: Network, input: readonly number[]): number[] {
  const program = compile(network);
  return Array.from(evaluate(program, input)[program.outputs[0]]);
}

const layer = (operation: Operation, weights?: LayerSketch['weights'], activation = 'linear'): LayerSketch => ({
  operation,
  weights,
  activation: named(activation),
});

describe('a forward pass of the lowered network', () => {
  const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];

  it('convolves with the kernel as Keras does, without turning it', () => {
    const kernel = tensor([
      [[[1]], [[10]]],
      [[[100]], [[1000]]],
    ]);
    const conv = { kind: 'convolution', window: window([2, 2]), filters: 1, groups: 1, useBias: true } as const;
    const network = networkOf([3, 3, 1], [layer(conv, { kernel, bias: tensor([0.5]) })]);
    expect(outputOf(network, image)).toEqual([5421.5, 6532.5, 8754.5, 9865.5]);
  });

  it('pads a strided convolution at the end first', () => {
    const kernel = tensor([
      [[[1]], [[10]]],
      [[[100]], [[1000]]],
    ]);
    const same = window([2, 2], 'same', [2, 2]);
    const conv = { kind: 'convolution', window: same, filters: 1, groups: 1, useBias: false } as const;
    expect(outputOf(networkOf([3, 3, 1], [layer(conv, { kernel })]), image)).toEqual([5421, 603, 87, 9]);
  });

  it('splits channels into groups', () => {
    const kernel = tensor([[[[2, 3]]]]);
    const conv = { kind: 'convolution', window: window([1, 1]), filters: 2, groups: 2, useBias: false } as const;
    expect(outputOf(networkOf([1, 1, 2], [layer(conv, { kernel })]), [5, 7])).toEqual([10, 21]);
  });

  it('multiplies channels in a depthwise convolution, then mixes them in a separable one', () => {
    const depthwise_kernel = tensor([
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ]);
    const depth = { kind: 'depthwiseConvolution', window: window([1, 1]), multiplier: 2, useBias: false } as const;
    expect(outputOf(networkOf([1, 1, 2], [layer(depth, { depthwise_kernel })]), [5, 7])).toEqual([5, 10, 21, 28]);
    const separable = {
      kind: 'separableConvolution',
      window: window([1, 1]),
      filters: 1,
      multiplier: 2,
      useBias: true,
    } as const;
    const weights = {
      depthwise_kernel,
      pointwise_kernel: tensor([[[[1], [10], [100], [1000]]]]),
      bias: tensor([0.25]),
    };
    expect(outputOf(networkOf([1, 1, 2], [layer(separable, weights)]), [5, 7])).toEqual([30205.25]);
  });

  it('spreads a transposed convolution by its strides', () => {
    const kernel = tensor([[[[1]], [[2]], [[3]]]]);
    const wide = { ...window([1, 3], 'valid', [1, 2]) };
    const transposed = { kind: 'transposedConvolution', window: wide, filters: 1, groups: 1, useBias: false } as const;
    expect(outputOf(networkOf([1, 2, 1], [layer(transposed, { kernel })]), [1, 10])).toEqual([1, 2, 13, 20, 30]);
  });

  it('transposes a convolution in groups of channels', () => {
    const moves = window([2, 2], 'valid', [2, 1]);
    const shared = { window: moves, groups: 2, useBias: false } as const;
    const forward = networkOf([4, 3, 6], [layer({ kind: 'convolution', filters: 4, ...shared })]);
    const back = networkOf([2, 2, 4], [layer({ kind: 'transposedConvolution', filters: 6, ...shared })]);
    const [there, kernel] = [forward, back].map(({ layers: [{ parameters }] }) => parameters);
    expect([there, kernel]).toEqual([4 * 3 * 4, 4 * 3 * 4]);
    const data = Float64Array.from({ length: 48 }, (_, i) => 1 + i);
    const weighted = (operation: Operation, input: Shape, shape: Shape) =>
      networkOf(input, [layer(operation, { kernel: { shape, data } })]);
    const convolved = weighted({ kind: 'convolution', filters: 4, ...shared }, [4, 3, 6], [2, 2, 3, 4]);
    const spread = weighted({ kind: 'transposedConvolution', filters: 6, ...shared }, [2, 2, 4], [2, 2, 3, 4]);
    const unit = (length: number, i: number) => Array.from({ length }, (_, k) => (k === i ? 1 : 0));
    const columns = Array.from({ length: 72 }, (_, i) => outputOf(convolved, unit(72, i)));
    for (let row = 0; row < 16; row++)
      expect(outputOf(spread, unit(16, row))).toEqual(columns.map((column) => column[row]));
  });

  it('uses other weights at each position of a locally connected layer', () => {
    const row: Window = { ...window([1, 2]), rank: 1 };
    const local = { kind: 'locallyConnected', window: row, filters: 1, useBias: true } as const;
    const weights = {
      kernel: tensor([
        [[1], [2]],
        [[3], [4]],
      ]),
      bias: tensor([[0.5], [0.25]]),
    };
    expect(outputOf(networkOf([3, 1], [layer(local, weights)]), [1, 10, 100])).toEqual([21.5, 430.25]);
  });

  it('pools, leaving padding out of the mean', () => {
    const pool = (kind: 'maxPooling' | 'averagePooling'): Operation => ({
      kind,
      window: window([2, 2], 'same', [2, 2]),
    });
    expect(outputOf(networkOf([3, 3, 1], [layer(pool('maxPooling'))]), image)).toEqual([5, 6, 8, 9]);
    expect(outputOf(networkOf([3, 3, 1], [layer(pool('averagePooling'))]), image)).toEqual([3, 4.5, 7.5, 9]);
    const global = (kind: 'globalMaxPooling' | 'globalAveragePooling'): Operation => ({
      kind,
      rank: 2,
      keepDims: false,
    });
    expect(outputOf(networkOf([3, 3, 1], [layer(global('globalMaxPooling'))]), image)).toEqual([9]);
    expect(outputOf(networkOf([3, 3, 1], [layer(global('globalAveragePooling'))]), image)[0]).toBeCloseTo(5, 14);
  });

  it('takes the greatest of the arguments of a maxout unit', () => {
    const weights = {
      kernel: tensor([[[1, 0]], [[-1, 2]]]),
      bias: tensor([
        [0, 1],
        [0, 0],
      ]),
    };
    const network = networkOf([1], [layer({ kind: 'maxout', units: 2, rank: 2 }, weights)]);
    expect(outputOf(network, [-3])).toEqual([3, 1]);
    expect(outputOf(network, [2])).toEqual([2, 4]);
  });

  it('normalizes by the moving mean and variance', () => {
    const operation = { kind: 'batchNormalization', epsilon: 0, center: true, scale: true } as const;
    const weights = { gamma: tensor([2]), beta: tensor([1]), moving_mean: tensor([3]), moving_variance: tensor([4]) };
    expect(outputOf(networkOf([1], [layer(operation, weights)]), [7])).toEqual([5]);
  });

  it('joins branches', () => {
    const merge = (operation: Operation) =>
      networkOf(
        [2],
        [
          { name: 'a', operation: { kind: 'identity' } },
          { name: 'b', operation: { kind: 'identity' }, activation: named('abs'), inputs: ['input'] },
          { operation, inputs: ['a', 'b'] },
        ],
      );
    expect(outputOf(merge({ kind: 'add' }), [-1, 2])).toEqual([0, 4]);
    expect(outputOf(merge({ kind: 'subtract' }), [-1, 2])).toEqual([-2, 0]);
    expect(outputOf(merge({ kind: 'average' }), [-1, 2])).toEqual([0, 2]);
    expect(outputOf(merge({ kind: 'maximum' }), [-1, 2])).toEqual([1, 2]);
    expect(outputOf(merge({ kind: 'concatenate', axis: -1 }), [-1, 2])).toEqual([-1, 2, 1, 2]);
  });

  it('mixes nodes of a graph', () => {
    const operation = {
      kind: 'graphConvolution',
      units: 1,
      adjacency: [
        [1, 1],
        [0, 2],
      ],
      useBias: true,
    } as const;
    const weights = { kernel: tensor([[1], [10]]), bias: tensor([0.5]) };
    expect(outputOf(networkOf([2, 2], [layer(operation, weights)]), [1, 2, 3, 4])).toEqual([64.5, 86.5]);
  });

  it('pads and enlarges', () => {
    const padding = [
      [1, 0],
      [0, 1],
    ] as const;
    expect(outputOf(networkOf([1, 1, 1], [layer({ kind: 'zeroPadding', padding, rank: 2 })]), [7])).toEqual([
      0, 0, 7, 0,
    ]);
    const larger = (bilinear: boolean) =>
      networkOf([2, 1], [layer({ kind: 'upSampling', factors: [1, 2], rank: 1, bilinear })]);
    expect(outputOf(larger(false), [1, 5])).toEqual([1, 1, 5, 5]);
    expect(outputOf(larger(true), [1, 5])).toEqual([1, 2, 4, 5]);
  });

  it('selects, with zeros where nothing is selected', () => {
    const network = networkOf(
      [4],
      [layer({ kind: 'select', selection: { by: 'places', axis: 0, places: [2, -1, 0] } })],
    );
    expect(outputOf(network, [1, 2, 3, 4])).toEqual([3, 0, 1]);
    const turned = networkOf([2, 3], [layer({ kind: 'select', selection: { by: 'axes', order: [1, 0] } })]);
    expect(outputOf(turned, [1, 2, 3, 4, 5, 6])).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it.each([
    ['relu', [-3, 0.5, 9], [0, 0.5, 9]],
    ['relu6', [-3, 0.5, 9], [0, 0.5, 6]],
    ['hard_tanh', [-3, 0.5, 9], [-1, 0.5, 1]],
    ['abs', [-3, 0.5, 9], [3, 0.5, 9]],
    ['hard_sigmoid', [-3, 0, 9], [0, 0.5, 1]],
  ])('bends by %s', (activation, input, output) => {
    expect(outputOf(networkOf([3], [layer({ kind: 'identity' }, undefined, activation)]), input)).toEqual(output);
  });

  it('drops a smooth activation at the end, and everything after it', () => {
    const network = drawWeights(networkOf([2], [dense(3, 'relu'), dense(2, 'softmax'), dense(4, 'relu')]), 1);
    const program = compile(network);
    expect(program.outputs.map((output) => program.sizes[output])).toEqual([2]);
    expect(program.stages).toHaveLength(1);
  });

  it('says which weights are missing or not finite', () => {
    expect(() => compile(chain([2, 3, 1]))).toThrow('t1 has no kernel');
    const kernel = tensor([[Infinity]]);
    expect(() => compile(networkOf([1], [dense(1, 'relu', { kernel, bias: tensor([0]) })]))).toThrow(/not finite/);
  });
});
