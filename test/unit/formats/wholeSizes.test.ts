import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.ts';
import type { Problem } from '../../../src/network/definition.ts';
import { fixture } from './fixtures.ts';

/** Numbers that no size can be, as a text has them. */
const wrong = ['0.5', '-3', '1e300', 'NaN', '-Infinity', '"wide"', '"NaN"', '[]', '{}'];

/** Fields of sizes by their names in any of the formats. */
const sizeFields = new Set([
  ...['units', 'filters', 'kernel_size', 'strides', 'dilation_rate', 'pool_size', 'depth_multiplier', 'groups', 'rank'],
  ...['batch_input_shape', 'batch_shape', 'target_shape', 'size', 'input', 'padding', 'nb_filter', 'nb_row', 'nb_col'],
  ...['subsample', 'output_dim', 'nb_feature', 'sx', 'sy', 'stride', 'pad', 'out_depth', 'group_size', 'sizes'],
  ...['dims', 'dimValue', 'kernel_shape', 'dilations', 'pads', 'group', 'ksize', 'explicit_paddings'],
]);

const marker = '"THE SIZE"';

interface Place {
  readonly path: string;
  /** The document with the marker instead of one size. */
  readonly text: string;
}

/** Every size of a document. */
function places(text: string, isSize: (path: readonly string[]) => boolean): Place[] {
  const root: unknown = JSON.parse(text);
  const found: Place[] = [];
  const visit = (node: unknown, path: readonly string[], put: (value: unknown) => void): void => {
    if (typeof node === 'object' && node !== null) {
      const label = (node as { name?: unknown }).name;
      const record = node as Record<string, unknown>;
      for (const key of Object.keys(record)) {
        const name = typeof label === 'string' && (key === 'ints' || key === 'i') ? label : key;
        visit(record[key], [...path, name], (value) => (record[key] = value));
      }
    } else if (/^\d+$/.test(String(node)) && isSize(path)) {
      put('THE SIZE');
      found.push({ path: path.join('.'), text: JSON.stringify(root, null, 1) });
      put(node);
    }
  };
  visit(root, [], () => undefined);
  return found;
}

/** The last name on a path that is not the place in a list. */
function fieldOf(path: readonly string[]): string {
  return path.filter((part) => !/^\d+$/.test(part) && !['list', 'i', 'dim', 'shape'].includes(part)).at(-1) ?? '';
}

/** A problem at a size: at the number, or at the field, layer or tensor that it belongs to. */
function isAt({ severity, span }: Problem, at: number, text: string): boolean {
  const isFault = severity === 'error' || severity === 'warning';
  return isFault && span.start <= at + 1 && at < span.end && span.end - span.start < text.length / 2;
}

/** Sizes that readers have a use for: not those of weights or of what a nested model says again. */
const isNamedSize = (path: readonly string[]) =>
  sizeFields.has(fieldOf(path)) && !/filters\.\d+|biases|^config.*config\.layers.*batch_/.test(path.join('.'));
const onnx = (name: string): string => {
  const text = readFileSync(new URL(`../../fixtures/onnx/${name}`, import.meta.url), 'utf8');
  return JSON.stringify((JSON.parse(text) as { model: unknown }).model);
};

const native = JSON.stringify({
  input: [12, 12, 2],
  layers: [
    { type: 'zero_padding2d', padding: [[1, 2], 3] },
    {
      type: 'conv2d',
      filters: 4,
      kernel_size: [3, 3],
      strides: 1,
      dilation_rate: [2, 2],
      groups: 2,
      activation: 'relu',
    },
    { type: 'up_sampling2d', size: [2, 2] },
    {
      type: 'depthwise_conv2d',
      kernel_size: 2,
      depth_multiplier: 2,
      padding: [
        [1, 1],
        [0, 0],
      ],
    },
    { type: 'separable_conv2d', kernel_size: 2, depth_multiplier: 2, filters: 3 },
    { type: 'conv2d_transpose', kernel_size: 2, strides: 2, filters: 3 },
    { type: 'locally_connected2d', kernel_size: 2, filters: 2 },
    { type: 'average_pooling2d', pool_size: [2, 2], strides: 2 },
    { type: 'max_pooling2d', pool_size: 2 },
    { type: 'flatten' },
    { type: 'maxout', units: 4, rank: 2 },
    { type: 'reshape', target_shape: [2, 2] },
    {
      type: 'graph_conv',
      units: 3,
      adjacency: [
        [1, 0],
        [0, 1],
      ],
    },
    { type: 'flatten' },
    { type: 'dense', units: 2 },
  ],
});

/** Without the sizes that follow from those of earlier layers. */
function convNetJs(): string {
  const { layers } = JSON.parse(fixture('convnetjs.json')) as { layers: { layer_type: string; out_depth?: number }[] };
  for (const layer of layers) if (!/input|conv|fc/.test(layer.layer_type)) delete layer.out_depth;
  return JSON.stringify({ layers });
}

const documents: Readonly<Record<string, string>> = {
  'native.network.json': native,
  'keras1-sequential.json': fixture('keras1-sequential.json'),
  'keras2-functional.json': fixture('keras2-functional.json'),
  'keras3-sequential.json': fixture('keras3-sequential.json'),
  'tfjs-layers.json': fixture('tfjs-layers.json'),
  'tfjs-graph.json': JSON.stringify({ ...(JSON.parse(fixture('tfjs-graph.json')) as object), weightsManifest: [] }),
  'convnetjs.json': convNetJs(),
  'brainjs.json': fixture('brainjs.json'),
  'onnx.json': fixture('onnx.json'),
  'cnn.json': onnx('cnn.json'),
  'decoder.json': onnx('decoder.json'),
};

describe('a size that is not a whole number in its range', () => {
  it.each(Object.entries(documents))('is refused where it is written in %s', (name, text) => {
    const found = places(text, isNamedSize);
    expect(found.length).toBeGreaterThan(2);
    const sound = analyze(text, name)!.networks;
    expect(sound.every(({ network }) => network.complete)).toBe(true);
    for (const { path, text: marked } of found) {
      for (const value of wrong) {
        const [at, damaged] = [marked.indexOf(marker), marked.replace(marker, value)];
        const { networks, problems } = analyze(damaged, name)!;
        const what = `${path}: ${value}`;
        expect(
          networks.every(({ network }) => !network.complete),
          what,
        ).toBe(true);
        expect(
          problems.some((problem) => isAt(problem, at, damaged)),
          what,
        ).toBe(true);
      }
    }
  });
});

describe('a size in source code that is not a whole number', () => {
  const convolution = 'tf.layers.conv2d({ filters: 4, kernelSize: 3, strides: 1, padding: "same" })';
  const sources: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'model.ts',
      `import * as tf from '@tensorflow/tfjs';
const model = tf.sequential({ layers: [
  tf.layers.inputLayer({ inputShape: [8, 8, 2] }),
  ${convolution},
  tf.layers.maxPooling2d({ poolSize: 2 }),
  tf.layers.flatten(),
  tf.layers.dense({ units: 5 }),
] });`,
      ['filters: 4', 'kernelSize: 3', 'strides: 1', 'poolSize: 2', 'units: 5', 'inputShape: [8'],
    ],
    [
      'layers.js',
      `const layer_defs = [];
layer_defs.push({ type: 'input', out_sx: 8, out_sy: 8, out_depth: 2 });
layer_defs.push({ type: 'conv', sx: 3, filters: 4, stride: 1, pad: 1, activation: 'relu' });
layer_defs.push({ type: 'fc', num_neurons: 5, activation: 'relu' });
const net = new convnetjs.Net();
net.makeLayers(layer_defs);`,
      ['sx: 3', 'filters: 4', 'stride: 1', 'pad: 1', 'num_neurons: 5', 'out_sx: 8', 'out_depth: 2'],
    ],
  ];
  it.each(sources)('is refused in %s', (name, text, sizes) => {
    expect(analyze(text, name)!.networks.every(({ network }) => network.complete)).toBe(true);
    for (const size of sizes) {
      for (const value of ['0.5', '-3', '1e300', 'NaN', '"wide"', '{}']) {
        const { networks, problems } = analyze(text.replace(size, size.replace(/\d+$/, value)), name)!;
        const what = `${size}: ${value}`;
        expect(
          networks.every(({ network }) => !network.complete),
          what,
        ).toBe(true);
        expect(
          problems.some(({ severity }) => severity === 'error' || severity === 'warning'),
          what,
        ).toBe(true);
      }
    }
  });
});
