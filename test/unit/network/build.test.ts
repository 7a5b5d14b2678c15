import { describe, expect, it } from 'vitest';
import { leakyRelu, linear, prelu, relu } from '../../../src/network/activation.ts';
import { buildNetwork } from '../../../src/network/build.ts';
import type { LayerDefinition } from '../../../src/network/definition.ts';
import type { Window } from '../../../src/network/operation.ts';
import { evaluateBounds } from '../../../src/theory/registry.ts';
import { build, define, dense, layer, window1d, window2d } from './definitions.ts';

const conv = (name: string, filters: number, kernel: number, rest: Partial<LayerDefinition> = {}) =>
  layer(
    name,
    { kind: 'convolution', window: window2d(kernel), filters, groups: 1, useBias: true },
    { activation: relu, ...rest },
  );
const pool = (name: string, size: number) =>
  layer(name, { kind: 'averagePooling', window: { ...window2d(size), strides: [size, size] } });
const flatten = layer('flatten', { kind: 'flatten' });

describe('buildNetwork', () => {
  it('gives LeNet-5 its known shapes, neurons and parameters', () => {
    const same = { kind: 'convolution', window: window2d(5, 1, 'same'), filters: 6, groups: 1, useBias: true } as const;
    const { network, problems } = build(
      [28, 28, 1],
      [
        layer('c1', same, { activation: relu }),
        pool('p1', 2),
        conv('c2', 16, 5),
        pool('p2', 2),
        flatten,
        dense('f1', 120),
        dense('f2', 84),
        dense('out', 10, linear),
      ],
    );
    expect(problems).toEqual([]);
    expect(network.layers.map(({ outputShape }) => outputShape)).toEqual([
      [28, 28, 6],
      [14, 14, 6],
      [10, 10, 16],
      [5, 5, 16],
      [400],
      [120],
      [84],
      [10],
    ]);
    expect(network.layers.map(({ parameters }) => parameters)).toEqual([156, 0, 2416, 0, 0, 48120, 10164, 850]);
    expect(network.layers.map(({ neurons }) => neurons)).toEqual([4704, 0, 1600, 0, 0, 120, 84, 0]);
    expect(network.complete).toBe(true);
    expect(network.outputs).toEqual([7]);
  });

  it('refuses to share weights that do not fit', () => {
    const again = (units: number) => ({ ...dense('again', units, relu, ['a']), sharedWith: 'a' });
    expect(build([3], [dense('a', 3), again(3)]).problems).toEqual([]);
    expect(build([2, 3], [dense('a', 3), again(3)]).problems.filter(({ severity }) => severity === 'error')).toEqual(
      [],
    );
    const { problems } = build([2], [dense('a', 3), again(3)]);
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ['weights-shape', 'again: kernel of a is 2×3, the layer needs 3×3'],
    ]);
    expect(build([3], [layer('a', { kind: 'identity' }, { activation: relu }), again(3)]).problems).toHaveLength(1);
  });

  it('refuses pooling windows that lie in the padding alone', () => {
    const pooled = (kind: 'maxPooling' | 'averagePooling', columns: readonly [number, number]) => {
      const window: Window = { ...window2d(2), padding: [[0, 0], columns] };
      return build([2, 3, 1], [layer('p', { kind, window })]);
    };
    for (const kind of ['maxPooling', 'averagePooling'] as const) {
      expect(pooled(kind, [1, 1]).network.layers[0].outputShape).toEqual([1, 4, 1]);
      expect(pooled(kind, [2, 0]).problems.map(({ code }) => code)).toEqual(['shape-mismatch']);
      expect(pooled(kind, [0, 2]).problems.map(({ code }) => code)).toEqual(['shape-mismatch']);
    }
  });

  it('counts a pooling window as a unit with one piece for each value', () => {
    const max = layer('max', { kind: 'maxPooling', window: { ...window2d(2), strides: [2, 2] } });
    const { network } = build([4, 4, 3], [max]);
    expect(network.layers[0]).toMatchObject({ neurons: 12, pieceCount: 4, parameters: 0, outputShape: [2, 2, 3] });
  });

  it('keeps what is before and beside a layer that does not fit, and says where it is', () => {
    const fields = { kernel_size: { start: 14, end: 15 } };
    const { network, problems } = build([4, 4, 1], [conv('a', 2, 3), conv('b', 2, 5, { fields }), conv('c', 2, 1)]);
    expect(network.layers.map(({ name }) => name)).toEqual(['a']);
    expect(network.complete).toBe(false);
    expect(problems).toEqual([
      {
        code: 'shape-mismatch',
        severity: 'error',
        message: 'b: a window of 5×5 does not fit into 2×2',
        span: fields.kernel_size,
      },
    ]);
  });

  it('sorts definitions in any order and reports cycles without hanging', () => {
    const shuffled = build([2], [dense('second', 3, relu, ['first']), dense('first', 4, relu, ['input'])]);
    expect(shuffled.network.layers.map(({ name, definition }) => [name, definition])).toEqual([
      ['first', 1],
      ['second', 0],
    ]);
    const cyclic = build([2], [dense('a', 3, relu, ['b']), dense('b', 3, relu, ['a'])]);
    expect(cyclic.network.layers).toEqual([]);
    expect(cyclic.problems.map(({ code }) => code)).toEqual(['cycle']);
    const self = build([2], [dense('a', 3, relu, ['a'])]);
    expect(self.problems.map(({ code }) => code)).toEqual(['cycle']);
  });

  it('reads a deep chain written backwards', () => {
    const layers = Array.from({ length: 4000 }, (_, i) => dense(`d${i}`, 2, relu, [i === 0 ? 'input' : `d${i - 1}`]));
    expect(build([2], layers.reverse()).network.layers).toHaveLength(4000);
  });

  it('adds and joins branches, and refuses those that do not match', () => {
    const add = layer('add', { kind: 'add' }, { inputs: ['a', 'input'] });
    const join = layer('join', { kind: 'concatenate', axis: -1 }, { inputs: ['add', 'a'] });
    const { network, problems } = build([5], [dense('a', 5, relu, ['input']), add, join]);
    expect(problems).toEqual([]);
    expect(network.layers.map(({ outputShape }) => outputShape)).toEqual([[5], [5], [10]]);
    const wrong = build([4], [dense('a', 5, relu, ['input']), add]);
    expect(wrong.problems[0]).toMatchObject({
      code: 'shape-mismatch',
      message: 'add: inputs of different shapes: 5 and 4',
    });
  });

  it('does not call a sum wrong that repeats the smaller tensor, and says that it is not analyzed', () => {
    const pool = layer('pool', { kind: 'globalAveragePooling', rank: 2, keepDims: true }, { inputs: ['input'] });
    const add = layer('add', { kind: 'add' }, { inputs: ['input', 'pool'] });
    const { network, problems } = build([8, 8, 4], [pool, add]);
    expect(network.complete).toBe(false);
    expect(problems).toMatchObject([{ code: 'unsupported', severity: 'warning' }]);
    expect(problems[0].message).toBe(
      'add merges 8×8×4 and 1×1×4 by repeating the numbers of one of them, which is not analyzed',
    );
  });

  it('says which input does not exist', () => {
    const { problems } = build([4], [dense('a', 5, relu, ['nowhere'])]);
    expect(problems).toMatchObject([{ code: 'unknown-input', message: "No layer or input is named 'nowhere'." }]);
  });

  it('marks what lies beyond a smooth activation', () => {
    const tanh = { kind: 'smooth', name: 'tanh' } as const;
    const { network } = build([2], [dense('a', 3), dense('b', 3, tanh), dense('c', 3)]);
    expect(network.layers.map(({ scope }) => scope)).toEqual(['piecewiseLinear', 'boundary', 'beyond']);
    expect(network.layers.map(({ neurons }) => neurons)).toEqual([3, 0, 0]);
  });

  it('uses a dense layer on positions as a window of one, with its weights', () => {
    const weights = { kernel: { shape: [3, 4], data: new Float64Array(12) } };
    const { network, problems } = build([7, 3], [{ ...dense('a', 4), weights }]);
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([['dense-on-positions', 'hint']]);
    expect(network.layers[0]).toMatchObject({ outputShape: [7, 4], parameters: 16, neurons: 28 });
    expect(network.layers[0].weights?.kernel.shape).toEqual([1, 3, 4]);
  });

  it('refuses weights of the wrong shape', () => {
    const weights = { kernel: { shape: [4, 3], data: new Float64Array(12) } };
    const { network, problems } = build([3], [{ ...dense('a', 4), weights }]);
    expect(network.layers[0].weights).toBeUndefined();
    expect(problems[0]).toMatchObject({ code: 'weights-shape', message: 'a: kernel is 4×3, the layer needs 3×4' });
  });

  it('counts the parameters of a shared layer once', () => {
    const again = { ...dense('a again', 3, relu, ['a']), sharedWith: 'a' };
    const { network } = build([3], [dense('a', 3), again]);
    expect(network.layers.map(({ parameters, sharedWith }) => [parameters, sharedWith])).toEqual([
      [12, undefined],
      [0, 0],
    ]);
  });

  it('treats an input without a valid shape as missing', () => {
    for (const shape of [[0, 1e10], [2.5], [-3], [NaN], []]) {
      const { network } = build(shape, [dense('d', 3)]);
      expect(network.inputs.map((input) => input.shape)).toEqual([[]]);
      expect(network.layers).toEqual([]);
      expect(evaluateBounds(network, {}).filter(({ applies }) => applies)).toEqual([]);
    }
  });

  it('does not overflow on absurd sizes', () => {
    const { problems } = build([2 ** 30], [dense('a', 2 ** 30), layer('r', { kind: 'reshape', target: [2 ** 40] })]);
    expect(problems.map(({ code }) => code)).toEqual(['shape-mismatch']);
    const definition = define([2 ** 30, 2 ** 30, 8], [flatten]);
    expect(buildNetwork(definition).problems.map(({ code }) => code)).toEqual(['too-large']);
  });
});

describe('windows', () => {
  it.each([
    ['valid', 3, 2, 10, 4],
    ['same', 3, 2, 10, 5],
    ['same', 2, 3, 7, 3],
    ['causal', 3, 1, 10, 10],
  ] as const)('%s, kernel %i, stride %i on %i gives %i', (padding, kernel, stride, width, expected) => {
    const operation = {
      kind: 'convolution',
      window: window1d(kernel, stride, padding),
      filters: 2,
      groups: 1,
      useBias: false,
    } as const;
    expect(build([width, 1], [layer('c', operation)]).network.layers[0].outputShape).toEqual([expected, 2]);
  });

  it('counts the parameters of every kind of convolution', () => {
    const parametersOf = (operation: LayerDefinition['operation'], activation = linear) =>
      build([8, 8, 4], [layer('c', operation, { activation })]).network.layers[0].parameters;
    const window = window2d(3);
    expect(parametersOf({ kind: 'convolution', window, filters: 6, groups: 2, useBias: true })).toBe(9 * 2 * 6 + 6);
    expect(parametersOf({ kind: 'depthwiseConvolution', window, multiplier: 2, useBias: true })).toBe(9 * 4 * 2 + 8);
    expect(parametersOf({ kind: 'separableConvolution', window, filters: 5, multiplier: 2, useBias: true })).toBe(
      9 * 4 * 2 + 8 * 5 + 5,
    );
    expect(parametersOf({ kind: 'transposedConvolution', window, filters: 3, groups: 1, useBias: false })).toBe(
      9 * 3 * 4,
    );
    const grouped = { kind: 'transposedConvolution', window, filters: 6, groups: 2, useBias: true } as const;
    expect(parametersOf(grouped)).toBe(9 * 3 * 4 + 6);
    expect(build([8, 8, 4], [layer('c', { ...grouped, groups: 4 })]).problems[0].message).toMatch(/into 4 groups/);
    expect(parametersOf({ kind: 'locallyConnected', window, filters: 2, useBias: true })).toBe(36 * 36 * 2 + 36 * 2);
    expect(parametersOf({ kind: 'batchNormalization', epsilon: 1e-3, center: true, scale: false })).toBe(12);
    expect(parametersOf({ kind: 'identity' }, prelu())).toBe(8 * 8 * 4);
    expect(parametersOf({ kind: 'identity' }, { ...prelu(), sharedAxes: [0, 1] })).toBe(4);
    expect(parametersOf({ kind: 'identity' }, leakyRelu(0.1))).toBe(0);
  });

  it('undoes a strided convolution', () => {
    const operation = {
      kind: 'transposedConvolution',
      window: window2d(4, 2, 'same'),
      filters: 3,
      groups: 1,
      useBias: true,
    } as const;
    expect(build([7, 7, 5], [layer('t', operation)]).network.layers[0].outputShape).toEqual([14, 14, 3]);
    const valid = { ...operation, window: window2d(3, 2) };
    expect(build([7, 7, 5], [layer('t', valid)]).network.layers[0].outputShape).toEqual([15, 15, 3]);
    const cut = {
      ...operation,
      window: {
        ...window2d(3),
        padding: [
          [2, 2],
          [0, 0],
        ],
      },
    } as const;
    expect(build([2, 2, 1], [layer('t', cut)]).problems.map(({ code }) => code)).toEqual(['shape-mismatch']);
  });
});
