import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { read } from '../../src/formats/registry.ts';
import { layerTypes } from '../../src/formats/layers/table.ts';
import { buildNetwork } from '../../src/network/build.ts';

/** A document to start from. */
export interface Seed {
  readonly name: string;
  readonly text: string;
}

/**
 * Every way of writing a network down that is read, from the project's examples and fixtures and a few sources more.
 */
export function seedFiles(root: string): Seed[] {
  const folders = ['examples', 'test/fixtures/formats', 'test/fixtures/onnx'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => /\.(json|ts)$/.test(name))
      .map((name) => ({ name, text: readFileSync(join(root, folder, name), 'utf8') })),
  );
  return [...files, ...sources, ...mergedLayers];
}

/** The sizes that a type needs, small. */
const fields = {
  units: 3,
  filters: 4,
  kernel_size: 2,
  pool_size: 2,
  strides: 1,
  padding: 'same',
  dilation_rate: 1,
  groups: 1,
  depth_multiplier: 2,
  rank: 2,
  size: 2,
  target_shape: [-1, 2],
  activation: 'relu',
  adjacency: [
    [1, 0],
    [0, 1],
  ],
  alpha: 0.2,
  max_value: 6,
  negative_slope: 0.1,
  threshold: 0,
  append: [3],
  use_bias: true,
};

/** One native network for each type of layer, over lines and over pictures where it fits them, with units behind it. */
export function nativeLayers(): Seed[] {
  return layerTypes().flatMap((type) =>
    [[6], [2, 4], [6, 6, 2]].flatMap((input) => {
      const fitting = [true, false].map((hasConvolution) => nativeLayer(type, input, hasConvolution)).find(isComplete);
      return fitting ? [fitting] : [];
    }),
  );
}

function nativeLayer(type: string, input: readonly number[], hasConvolution: boolean): Seed {
  const layers = [
    { name: 'a', type, ...usedFields(type) },
    ...(hasConvolution ? [{ name: 'b', type: 'conv2d', filters: 3, kernel_size: 2, activation: 'relu' }] : []),
    { name: 'c', type: 'flatten', inputs: ['a'] },
    { type: 'dense', units: 4, activation: 'relu' },
    { type: 'dense', units: 1 },
  ];
  return { name: `${type}.network.json`, text: JSON.stringify({ input, layers }) };
}

function isComplete({ name, text }: Seed): boolean {
  const networks = read(text, name, { weights: false })?.networks ?? [];
  return networks.length > 0 && networks.every((network) => buildNetwork(network).network.complete);
}

/** Without those that the type does not have. */
function usedFields(type: string): Record<string, unknown> {
  const all = fieldsOf(type);
  const text = JSON.stringify({ input: [2], layers: [{ type, ...all }] });
  const unused = read(text, 'a.network.json', { weights: false })?.problems.filter(
    ({ code }) => code === 'unknown-field',
  );
  const names = new Set(unused?.map(({ span }) => text.slice(span.start, span.end).replace(/"/g, '')));
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.has(name)));
}

function fieldsOf(type: string): Record<string, unknown> {
  if (type === 'zero_padding1d' || type === 'zero_padding2d') return { padding: 2 };
  if (type === 'opaque')
    return { what: 'this', output: { keep: 0, append: [3] }, parameters: { constant: 1, per_feature: [1] } };
  return fields;
}

const mergedLayers: readonly Seed[] = ['add', 'subtract', 'average', 'maximum', 'concatenate'].map((type) => ({
  name: `${type}-of-two.network.json`,
  text: JSON.stringify({
    inputs: [
      { name: 'x', shape: [4, 4, 2] },
      { name: 'y', shape: [3] },
    ],
    layers: [
      { name: 'p', type: 'conv2d', filters: 3, kernel_size: 3, padding: 'same', activation: 'relu', inputs: ['x'] },
      { name: 'q', type: 'conv2d_transpose', filters: 3, kernel_size: 3, padding: 'same', inputs: ['x'] },
      { name: 'r', type, inputs: ['p', 'q'], axis: -1 },
      { name: 's', type: 'global_max_pooling2d' },
      { name: 't', type: 'dense', units: 3, activation: 'relu', inputs: ['y'] },
      { name: 'u', type: 'concatenate', inputs: ['s', 't'] },
      { name: 'v', type: 'dense', units: 5, activation: 'relu' },
    ],
    outputs: ['v'],
  }),
}));

const sources: readonly Seed[] = [
  {
    name: 'layers.ts',
    text: `import * as tf from '@tensorflow/tfjs';
const widths = [8, 16];
const options = { activation: 'relu' as const, useBias: true };
function block(model: tf.Sequential, units: number) {
  model.add(tf.layers.dense({ units, ...options }));
  if (units > 8) model.add(tf.layers.dropout({ rate: 0.5 }));
}
export function build(size = 4): tf.Sequential {
  const model = tf.sequential({ name: \`net-\${size}\` });
  model.add(tf.layers.dense({ inputShape: [size], units: size * 2, activation: 'relu' }));
  for (let i = 0; i < 3; i++) block(model, widths[i % widths.length] ?? 4);
  widths.forEach((units) => block(model, units));
  while (model.layers.length < 8) model.add(tf.layers.dense({ units: 2 }));
  return model;
}
export const small = build(3);
`,
  },
  {
    name: 'graph.tsx',
    text: `import { input, layers, model } from '@tensorflow/tfjs';
class Net {
  private readonly depth = 2;
  static create() { return new Net().make([8, 8, 1]); }
  make(shape: number[]) {
    const x = input({ shape, name: 'picture' });
    let y = layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }).apply(x);
    for (const n of Array.from({ length: this.depth }, (_, i) => i + 2)) {
      const z = layers.conv2d({ filters: 4, kernelSize: [n, n], padding: 'same' }).apply(y);
      y = layers.add().apply([y, z]);
      y = layers.reLU().apply(y);
    }
    y = layers.flatten().apply(layers.maxPooling2d({ poolSize: 2, strides: 2 }).apply(y));
    return model({ inputs: x, outputs: layers.dense({ units: 10, activation: 'softmax' }).apply(y) });
  }
}
export default Net.create();
`,
  },
  {
    name: 'block.py',
    text: `import torch
import torch.nn as nn
import torch.nn.functional as F

class Block(nn.Module):
    def __init__(self, width=8, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(width, width, kernel_size=3, stride=stride, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x))) + x

class Net(nn.Module):
    def __init__(self, widths=(8, 16), classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.blocks = nn.ModuleList([Block(widths[0]) for _ in range(2)])
        self.head = nn.Linear(widths[0] * 16 * 16, classes)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(torch.flatten(x, 1))

model = Net()
x = torch.randn(1, 3, 32, 32)
model(x)
mlp = nn.Sequential(nn.Linear(4, 16), nn.LeakyReLU(0.1), nn.Linear(16, 2))
`,
  },
  {
    name: 'defs.js',
    text: `const convnetjs = require('convnetjs');
var defs = [];
defs.push({ type: 'input', out_sx: 8, out_sy: 8, out_depth: 1 });
defs.push({ type: 'conv', sx: 3, filters: 4, stride: 1, pad: 1, activation: 'relu' });
defs.push({ type: 'pool', sx: 2, stride: 2 });
defs.push({ type: 'fc', num_neurons: 10, activation: 'maxout', group_size: 2 });
defs.push({ type: 'softmax', num_classes: 3 });
var net = new convnetjs.Net();
net.makeLayers(defs);
`,
  },
  {
    name: 'brain.js',
    text: `import { NeuralNetwork } from 'brain.js';
const net = new NeuralNetwork({ inputSize: 3, hiddenLayers: [4, 5], outputSize: 2, activation: 'leaky-relu', leakyReluAlpha: 0.01 });
net.train([{ input: [0, 1, 0], output: [1, 0] }]);
`,
  },
];
