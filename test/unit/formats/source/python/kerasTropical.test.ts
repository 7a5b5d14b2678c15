import { describe, expect, it } from 'vitest';
import { read } from '../../../../../src/formats/registry.ts';
import { buildNetwork } from '../../../../../src/network/build.ts';
import { count } from '../../../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../../../src/counting/program/initializers.ts';

const head = `import keras
import tensorflow as tf
from keras import layers, ops
from keras import backend as K
`;

const networkIn = (text: string, fileName: string) => {
  const { networks, problems } = read(text, fileName, { weights: false })!;
  return { network: buildNetwork(networks[0]).network, problems, names: networks.map(({ name }) => name) };
};
const facts = ({ network }: ReturnType<typeof networkIn>) =>
  network.layers.map(({ type, operation, outputShape, pieceCount }) => [type, operation, outputShape, pieceCount]);

/** A layer of the file's own with 5 units of 3 numbers each. */
const vector = (call: string, build = 'self.w = self.add_weight(shape=(self.units, shape[-1]))') => `${head}
class Own(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units
    def build(self, shape):
        ${build}
    def call(self, x, training=None):
        ${call}
model = keras.Sequential([keras.Input((2,)), layers.Dense(3), Own(5), layers.Dense(1)])
`;
const columns = 'self.w = self.add_weight(name="w", shape=[int(shape[-1]), self.units], initializer="normal")';

describe('max-plus products in the code of a layer of Keras', () => {
  it.each([
    ['max', 'return ops.max(ops.expand_dims(x, 1) + self.w, axis=2)'],
    ['max', 'return ops.amax(self.w + x[:, None, :], axis=-1)'],
    ['min', 'return tf.reduce_min(tf.expand_dims(x, axis=-2) + self.w[None], axis=[2])'],
    ['max', 'return K.max(tf.add(x[:, None], self.w), axis=2, keepdims=False)'],
    ['max', 'return tf.math.reduce_max(x[..., None] + self.w, 1)', columns],
    ['min', 'x = tf.cast(x, tf.float32)\n        return ops.min(ops.add(self.w, ops.expand_dims(x, -1)), -2)', columns],
    ['max', 'return ops.max(x[:, :, None] + self.w, axis=1)', columns.replace('name="w", shape=', '"w", ')],
  ])('are %s-plus layers: %s', (semiring, call, build?: string) => {
    const own = networkIn(vector(call, build), 'net.py');
    expect(own.problems).toEqual([]);
    const text = `{ "input": [2], "layers": [ { "type": "dense", "units": 3 },
      { "type": "tropical_dense", "units": 5, "semiring": "${semiring}" }, { "type": "dense", "units": 1 } ] }`;
    expect(facts(own)).toEqual(facts(networkIn(text, 'a.network.json')));
  });

  it.each([
    ['a soft maximum', 'return ops.logsumexp(ops.expand_dims(x, 1) + self.w, axis=2)'],
    ['a bias', 'return ops.max(ops.expand_dims(x, 1) + self.w, axis=2) + 1.0'],
    ['units behind it', 'return ops.relu(ops.max(ops.expand_dims(x, 1) + self.w, axis=2))'],
    ['a difference', 'return ops.max(ops.expand_dims(x, 1) - self.w, axis=2)'],
    ['a product', 'return ops.max(ops.expand_dims(x, 1) * self.w, axis=2)'],
    ['an axis that is kept', 'return ops.max(ops.expand_dims(x, 1) + self.w, axis=2, keepdims=True)'],
    ['the greatest over units', 'return ops.max(ops.expand_dims(x, 1) + self.w, axis=1)'],
    ['the greatest of all', 'return ops.max(ops.expand_dims(x, 1) + self.w)'],
    ['the greatest input', 'return ops.max(x, axis=1)'],
    ['the input', 'return x'],
    ['weights for the first of the inputs', 'return ops.max(ops.expand_dims(x[:, :3], 1) + self.w, axis=2)'],
    ['what differs in training', 'return x if training is not None else self.w'],
    [
      'weights that fit one number of inputs',
      'return ops.max(ops.expand_dims(x, 1) + self.w, axis=2)',
      'self.w = self.add_weight(shape=(self.units, 7))',
    ],
    [
      'as many units as inputs',
      'return ops.max(ops.expand_dims(x, 1) + self.w, axis=2)',
      'self.w = self.add_weight(shape=(shape[-1], shape[-1]))',
    ],
    ['what does not end', 'while True:\n            x = x + 1\n        return x'],
    ['an error', 'if self.units == 5:\n            raise ValueError("not here")\n        return x'],
  ])('are not taken for it: %s', (_what, call, build?: string) => {
    const { networks } = read(vector(call, build), 'net.py', { weights: false })!;
    const kinds = networks.flatMap(({ layers }) => layers.map(({ operation }) => operation.kind));
    expect(kinds).not.toContain('tropicalDense');
  });

  it('have as many regions as the theory says, for random weights', () => {
    const source = vector('return ops.max(ops.expand_dims(x, 1) + self.w, axis=2)').replace(
      'keras.Input((2,)), layers.Dense(3), Own(5), layers.Dense(1)',
      'keras.Input((3,)), Own(2)',
    );
    const { network } = networkIn(source, 'net.py');
    const domain = { kind: 'all' } as const;
    const options = { method: 'cells', domain, linear: true, keepRegions: false, limits: {} } as const;
    for (const seed of [1, 2, 3]) {
      const { activationRegions, exact } = count({ network: drawWeights(network, seed), ...options });
      // Of 2 units with 3 inputs: 4 over 2.
      expect([activationRegions, exact]).toEqual([6, true]);
    }
  });

  it('share their weights where one is used twice, and are followed in a model of the file', () => {
    const { network } = networkIn(
      `${vector('return ops.max(ops.expand_dims(x, 1) + self.w, axis=2)').replace(/model = .*\n/, '')}
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.units = Own(3)
    def call(self, x):
        return self.units(self.units(x))
net = Net()
net.build((None, 3))
`,
      'net.py',
    );
    expect(network.layers.map(({ type, sharedWith }) => [type, sharedWith])).toEqual([
      ['tropical_dense', undefined],
      ['tropical_dense', 0],
    ]);
  });

  it('leave nothing behind where they are tried', () => {
    const { names, network } = networkIn(
      vector('return self.inner(x)', 'self.inner = keras.Sequential([layers.Dense(4), layers.Dense(4)])'),
      'net.py',
    );
    expect(names).toEqual(['model']);
    expect(network.layers.map(({ operation: { kind } }) => kind)).not.toContain('tropicalDense');
  });
});

/** Windows of 2 by 3 that move by 1 and 2 on an image with two channels. */
const image = (call: string) => `${head}
class Own(layers.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(2 * 3 * shape[-1], 5))
        self.kernel = self.add_weight(shape=(2, 3, shape[-1], 5))
    def call(self, x):
        ${call}
model = keras.Sequential([keras.Input((4, 7, 2)), Own(), layers.Conv2D(1, 2)])
`;
const patches = 'tf.image.extract_patches(x, [1, 2, 3, 1], [1, 1, 2, 1], [1, 1, 1, 1], "VALID")';

describe('max-plus products of windows in the code of a layer of Keras', () => {
  it.each([
    ['max', `return tf.reduce_max(${patches}[..., None] + self.w, axis=-2)`],
    ['min', `return tf.reduce_min(tf.expand_dims(${patches}, -1) + tf.reshape(self.kernel, (-1, 5)), axis=3)`],
    [
      'max',
      'p = ops.image.extract_patches(x, (2, 3), strides=(1, 2))\n        return ops.max(p[..., None] + self.w, 3)',
    ],
  ])('are %s-plus convolutions: %s', (semiring, call) => {
    const own = networkIn(image(call), 'net.py');
    expect(own.problems).toEqual([]);
    const text = `{ "input": [4, 7, 2], "layers": [ { "type": "tropical_conv2d", "filters": 5, "kernel_size": [2, 3],
      "strides": [1, 2], "semiring": "${semiring}" }, { "type": "conv2d", "filters": 1, "kernel_size": 2 } ] }`;
    expect(facts(own)).toEqual(facts(networkIn(text, 'a.network.json')));
  });

  it('do not overlap in Keras without strides', () => {
    const call = 'return ops.max(ops.image.extract_patches(x, size=(2, 3))[..., None] + self.w, axis=-2)';
    const { network } = networkIn(image(call).replace('layers.Conv2D(1, 2)', 'layers.Flatten()'), 'net.py');
    expect(network.layers[0].outputShape).toEqual([2, 2, 5]);
  });

  it.each([
    [
      'zeros around the image',
      `return tf.reduce_max(${patches.replace('VALID', 'SAME')}[..., None] + self.w, axis=-2)`,
    ],
    [
      'windows with gaps',
      `return tf.reduce_max(${patches.replace('[1, 1, 1, 1]', '[1, 2, 2, 1]')}[..., None] + self.w, axis=-2)`,
    ],
    ['an extremum over places', `return tf.reduce_max(${patches}[..., None] + self.w, axis=1)`],
    [
      'channels first',
      'return ops.max(ops.image.extract_patches(x, 2, data_format="channels_first") + self.w, axis=1)',
    ],
  ])('are not taken for it: %s', (_what, call) => {
    const { network } = networkIn(image(call), 'net.py');
    expect(network.layers.map(({ operation }) => operation.kind)).not.toContain('tropicalConvolution');
  });
});
