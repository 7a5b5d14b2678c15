import { fileWeights } from '../../src/common/weightsSource.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import fc from '../fastCheck.ts';
import { analyze } from '../../src/analysis/analyze.ts';
import { networkWithWeights } from '../../src/analysis/counts/networkWeights.ts';
import { planCount } from '../../src/analysis/counts/countPlan.ts';
import { count } from '../../src/counting/countRegions.ts';
import { writeNative } from '../../src/formats/native/write.ts';
import type { NetworkDefinition } from '../../src/network/definition.ts';
import type { Tensor } from '../../src/network/operation.ts';

const folder = (path: string) =>
  readdirSync(new URL(`../../${path}/`, import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'expected.json')
    .map(({ name }) => ({ name, text: readFileSync(new URL(`../../${path}/${name}`, import.meta.url), 'utf8') }));

/** All that is said of each network but for where it is written, and what types of layers are called. */
function said(text: string, fileName: string) {
  return analyze(text, fileName)?.networks.map((analysis) => {
    const { inputs, layers, outputs } = analysis.network;
    return {
      // Where an input's shape was found and how its axes are shown is not of the network.
      inputs: inputs.map(({ name, shape }) => ({ name, shape })),
      outputs,
      layers: layers.map(
        ({ name, inputShapes, outputShape, neurons, pieceCount: pieces, parameters, scope: reach, activation }) => ({
          name,
          inputShapes,
          outputShape,
          neurons,
          pieces,
          parameters,
          reach,
          activation,
        }),
      ),
      bounds: analysis.bounds,
    };
  });
}

function expectSame(definition: NetworkDefinition, text: string, fileName: string, index = 0): string {
  const written = writeNative(definition);
  expect(written.lost).toEqual([]);
  expect(said(written.text, 'again.network.json')).toEqual([said(text, fileName)![index]]);
  // What is normal already stays as it is.
  const again = analyze(written.text, 'again.network.json')!.networks[0].definition;
  expect(writeNative(again).text).toBe(written.text);
  return written.text;
}

describe('a network written in the native format', () => {
  const models = [...folder('test/fixtures/formats'), ...folder('examples')];
  const networksIn = ({ name, text }: (typeof models)[number]) => analyze(text, name)?.networks.length ?? 0;

  it.each(models.filter((file) => networksIn(file) > 0))('$name is the same network', ({ name, text }) => {
    const { networks } = analyze(text, name)!;
    networks.forEach(({ definition }, i) => expectSame(definition, text, name, i));
  });

  const weightsOf = (text: string, name: string, which: number) => {
    const { network } = networkWithWeights(text, name, which, null)!;
    // JSON has no zero below zero.
    const plain = ({ shape, data }: Tensor) => ({ shape, data: Array.from(data, (value) => value + 0) });
    return network.layers.map(({ weights, sharedWith }) =>
      weights && sharedWith === undefined
        ? Object.entries(weights).map(([each, tensor]) => [each, plain(tensor)])
        : undefined,
    );
  };
  const trained = models.filter((file) => {
    return networksIn(file) > 0 && weightsOf(file.text, file.name, 0).some((weights) => weights !== undefined);
  });
  it.each(trained)('$name keeps every weight', ({ name, text }) => {
    analyze(text, name)!.networks.forEach(({ definition }, i) => {
      const { network } = networkWithWeights(text, name, i, null)!;
      const again = writeNative(definition, network);
      expect(again.lost).toEqual([]);
      expect(weightsOf(again.text, 'again.network.json', 0)).toEqual(weightsOf(text, name, i));
    });
  });
  it('is tried with weights of every kind of file that holds them', () => {
    expect(trained.map(({ name }) => name)).toEqual([
      'brainjs.json',
      'convnetjs.json',
      'native.network.json',
      'onnx.json',
    ]);
  });

  const counted = folder('test/fixtures/counts').filter(({ text }) => text.length < 20_000);
  it.each(counted)('$name has the same regions with its weights', ({ name, text }) => {
    const { network } = networkWithWeights(text, name, 0, null)!;
    const again = writeNative(analyze(text, name)!.networks[0].definition, network).text;
    const choice = {
      method: 'line',
      source: fileWeights(1),
      linear: true,
      keepRegions: false,
      limits: {},
    } as const;
    const results = [text, again].map((each) => {
      const { activationRegions, linearRegions, perLayer } = count(
        planCount(networkWithWeights(each, name, 0, null)!.network, choice),
      );
      return { activationRegions, linearRegions, perLayer };
    });
    expect(again).toContain('"weights"');
    expect(results[1]).toEqual(results[0]);
  });

  const bit = fc.boolean();
  const size = fc.integer({ min: 1, max: 3 });
  const activation = fc.oneof(
    fc.constantFrom<unknown>(
      'linear',
      'relu',
      'relu6',
      'abs',
      'hard_tanh',
      'hard_sigmoid',
      'leaky_relu',
      'prelu',
      'tanh',
    ),
    fc.record({
      class_name: fc.constant('ReLU'),
      config: fc.record({ negative_slope: fc.constantFrom(0, 0.1), max_value: fc.constantFrom(null, 2) }),
    }),
    fc.record({
      breakpoints: fc.constant([-1, 2]),
      slopes: fc.tuple(size, size, size),
      intercepts: fc.tuple(size, size, size),
    }),
  );
  const window = {
    kernel_size: fc.oneof(size, fc.tuple(size, size)),
    strides: fc.oneof(size, fc.tuple(size, size)),
    padding: fc.constantFrom<unknown>('same', 'valid', 1, [
      [0, 1],
      [2, 0],
    ]),
  };
  const weighted = { activation, use_bias: bit };
  const layer = fc.oneof(
    fc.record({ type: fc.constant('conv2d'), filters: size, ...window, ...weighted }),
    fc.record({ type: fc.constant('depthwise_conv2d'), depth_multiplier: size, ...window, ...weighted }),
    fc.record({ type: fc.constant('separable_conv2d'), filters: size, depth_multiplier: size, ...window, ...weighted }),
    fc.record({ type: fc.constant('conv2d_transpose'), filters: size, kernel_size: size, strides: size, ...weighted }),
    fc.record({
      type: fc.constant('max_pooling2d'),
      pool_size: size,
      strides: size,
      padding: fc.constantFrom('same', 'valid'),
    }),
    fc.record({ type: fc.constant('average_pooling2d'), pool_size: size }),
    fc.record({ type: fc.constantFrom('global_max_pooling2d', 'global_average_pooling2d'), keepdims: bit }),
    fc.record({
      type: fc.constant('batch_normalization'),
      center: bit,
      scale: bit,
      statistics: bit,
      epsilon: fc.constantFrom(1e-3, 1e-5),
    }),
    fc.record({ type: fc.constantFrom('zero_padding2d'), padding: fc.oneof(size, fc.tuple(size, size)) }),
    fc.record({
      type: fc.constant('up_sampling2d'),
      size: fc.oneof(size, fc.tuple(size, size)),
      interpolation: fc.constantFrom('nearest', 'bilinear'),
    }),
    fc.record({ type: fc.constant('activation'), activation }),
    fc.record({ type: fc.constant('prelu'), shared_axes: fc.constantFrom([], [1, 2]), alpha: fc.constantFrom(0, 0.3) }),
    fc.record({ type: fc.constantFrom('relu', 'dropout', 'softmax', 'layer_normalization') }),
    fc.record({
      type: fc.constant('opaque'),
      what: fc.constant('a thing'),
      parameters: fc.record({ constant: size, per_feature: fc.array(size, { maxLength: 2 }) }),
    }),
    fc.record({ type: fc.constant('dense'), units: size, ...weighted }),
    fc.record({ type: fc.constant('maxout'), units: size, rank: size }),
    fc.record({ type: fc.constant('tropical_dense'), units: size, semiring: fc.constantFrom('max', 'min') }),
    fc.record({
      type: fc.constant('tropical_conv2d'),
      filters: size,
      kernel_size: fc.oneof(size, fc.tuple(size, size)),
      strides: size,
      semiring: fc.constantFrom('max', 'min'),
      reduce: fc.constantFrom('max', 'min', 'sum'),
    }),
    fc.record({ type: fc.constant('flatten') }),
    fc.record({
      type: fc.constant('select'),
      axis: fc.constantFrom(-1, 1, 3),
      places: fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ type: fc.constant('permute'), dims: fc.constantFrom([2, 1, 3], [3, 1, 2], [1, 2, 3]) }),
    fc.record({ type: fc.constantFrom('depth_to_space', 'space_to_depth'), block_size: size }),
    fc.record({
      type: fc.constant('concatenate'),
      axis: fc.constantFrom(-1, 3),
      inputs: fc.constant(['input', 'input']),
    }),
    fc.record({ type: fc.constantFrom('add', 'subtract', 'average', 'maximum'), inputs: fc.constant(['a', 'a']) }),
    fc.record({ type: fc.constant('dance') }),
  );

  it('is the same network, whatever it is made of', () => {
    const first = { type: 'conv2d', name: 'a', filters: 2, kernel_size: 1 };
    fc.assert(
      fc.property(
        fc.array(layer, { maxLength: 5 }),
        fc.record({
          kernel: fc.constantFrom('he_normal', 'orthogonal'),
          seed: size,
          bias_stddev: fc.constantFrom(0, 0.1),
        }),
        (layers, init) => {
          const text = JSON.stringify({ input: [5, 4, 2], layers: [first, ...layers], init });
          expectSame(analyze(text, 'm.network.json')!.networks[0].definition, text, 'm.network.json');
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});
