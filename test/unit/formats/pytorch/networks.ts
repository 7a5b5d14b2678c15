import type { Shape } from '../../../../src/network/shape.ts';

/** The networks of the fixtures as native definitions, with the names that their modules have in PyTorch. */
type Layer = Readonly<Record<string, unknown>>;

const conv = (name: string, filters: number, kernel: unknown, more: Layer = {}): Layer => ({
  type: 'conv2d',
  name,
  filters,
  kernel_size: kernel,
  ...more,
});
const around = (extent: number) => [
  [extent, extent],
  [extent, extent],
];
const dense = (name: string, units: number, activation = 'linear'): Layer => ({
  type: 'dense',
  name,
  units,
  activation,
});
const norm = (name: string, more: Layer = {}): Layer => ({ type: 'batch_normalization', name, epsilon: 1e-5, ...more });
const relu = (name: string, inputs?: readonly string[]): Layer => ({ type: 'relu', name, ...(inputs && { inputs }) });

/** Two convolutions with their norms, and what is added to them. */
const block = (name: string, from: string, filters: number, strides: number, shortcut: readonly Layer[]): Layer[] => [
  conv(`${name}.conv1`, filters, 3, { strides, padding: around(1), use_bias: false, inputs: [from] }),
  norm(`${name}.bn1`),
  relu(`${name}.relu1`),
  conv(`${name}.conv2`, filters, 3, { padding: around(1), use_bias: false }),
  norm(`${name}.bn2`),
  ...shortcut,
  { type: 'add', name: `${name}.add`, inputs: [`${name}.bn2`, shortcut.length > 0 ? `${name}.shortcut.1` : from] },
  relu(name),
];

const text = (input: readonly number[], layers: readonly Layer[]) => JSON.stringify({ input, layers });

export const definitions = {
  mlp: text([2], [dense('net.0', 16, 'relu'), dense('net.2', 16, 'relu'), dense('net.4', 2)]),
  lenet: text(
    [28, 28, 1],
    [
      conv('conv1', 6, 5, { padding: around(2), activation: 'relu' }),
      { type: 'max_pooling2d', pool_size: 2 },
      conv('conv2', 16, 5, { activation: 'relu' }),
      { type: 'max_pooling2d', pool_size: 2 },
      { type: 'flatten' },
      dense('fc1', 120, 'relu'),
      dense('fc2', 84, 'relu'),
      dense('fc3', 10),
    ],
  ),
  tiny_resnet: text(
    [8, 8, 2],
    [
      conv('conv1', 4, 3, { padding: around(1), use_bias: false }),
      norm('bn1'),
      relu('stem'),
      ...block('layer1.0', 'stem', 4, 1, []),
      ...block('layer2.0', 'layer1.0', 8, 2, [
        conv('layer2.0.shortcut.0', 8, 1, { strides: 2, use_bias: false, inputs: ['layer1.0'] }),
        norm('layer2.0.shortcut.1'),
      ]),
      { type: 'global_average_pooling2d' },
      dense('linear', 3),
    ],
  ),
  mixed: text(
    [8, 8, 2],
    [
      conv('entry', 4, 3, { strides: 2, padding: around(1), activation: 'relu' }),
      { type: 'depthwise_conv2d', name: 'depthwise', kernel_size: 3, depth_multiplier: 2, padding: around(1) },
      { type: 'prelu', name: 'slopes', shared_axes: [1, 2] },
      conv('grouped', 6, [1, 3], { groups: 2, activation: 'relu' }),
      {
        type: 'conv2d_transpose',
        name: 'up',
        filters: 3,
        kernel_size: [2, 3],
        strides: 2,
        padding: [
          [0, 0],
          [1, 1],
        ],
        activation: 'relu',
      },
      { type: 'flatten' },
      dense('fc', 7),
      norm('norm'),
      relu('bend'),
      dense('out', 2),
    ],
  ),
};

/** An image whose channels come first, as PyTorch has it, with its channels last. */
export function channelsLast(x: readonly number[], shape: Shape): number[] {
  const channels = shape[shape.length - 1];
  const positions = x.length / channels;
  return Array.from({ length: x.length }, (_, i) => x[(i % channels) * positions + Math.floor(i / channels)]);
}
