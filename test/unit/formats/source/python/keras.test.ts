import { describe, expect, it } from 'vitest';
import { buildNetwork } from '../../../../../src/network/build.ts';
import { totalParameters } from '../../../../../src/network/parameters.ts';
import { read } from '../../../../../src/formats/registry.ts';

const imports = `import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.layers import Dense, Conv2D
`;

function networksOf(source: string, head = imports) {
  const result = read(head + source, 'model.py', { weights: false });
  if (!result) throw new Error('the source is not recognized');
  const networks = result.networks.map((definition) => {
    const { network } = buildNetwork(definition);
    return {
      name: network.name,
      input: network.inputs.map(({ shape }) => shape.join('×')),
      source: definition.inputs[0]?.source,
      isComplete: network.complete,
      parameters: totalParameters(network.layers),
      layers: network.layers.map(({ type, outputShape }) => `${type} ${outputShape.join('×')}`),
    };
  });
  return { format: result.format, networks, problems: result.problems };
}

/** The convolutional network of Keras's own introduction, whose total is published: 34,826. */
const digits = `
model = keras.Sequential([
    keras.Input(shape=(28, 28, 1)),
    layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
    layers.MaxPooling2D(pool_size=(2, 2)),
    layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
    layers.MaxPooling2D(pool_size=(2, 2)),
    layers.Flatten(),
    layers.Dropout(0.5),
    layers.Dense(10, activation="softmax"),
])
model.summary()
`;

describe('models of Keras in Python', () => {
  it.each([
    ['tf.keras', imports],
    ['Keras 3', 'import keras\nfrom keras import layers\n'],
    ['names of their own', 'import tensorflow.keras as keras\nimport tensorflow.keras.layers as layers\n'],
  ])('are read with their published totals: %s', (_what, head) => {
    const { format, networks } = networksOf(digits, head);
    expect(format).toBe('keras-python');
    expect(networks).toMatchObject([{ name: 'model', input: ['28×28×1'], isComplete: true, parameters: 34_826 }]);
  });

  it('may be functions of tensors', () => {
    const { networks } = networksOf(`
def make_model(input_shape, classes):
    inputs = keras.Input(shape=input_shape)
    x = layers.Conv2D(8, 3, strides=2, padding="same")(inputs)
    previous = x
    for size in [16, 32]:
        x = layers.Activation("relu")(x)
        x = layers.SeparableConv2D(size, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        residual = layers.Conv2D(size, 1, padding="same")(previous)
        x = layers.add([x, residual])
        previous = x
    x = layers.GlobalAveragePooling2D()(tf.nn.relu(x))
    return keras.Model(inputs, layers.Dense(1 if classes == 2 else classes)(x))

made = make_model(input_shape=(20, 20) + (3,), classes=2)
`);
    expect(networks).toHaveLength(1);
    const [{ name, layers, isComplete }] = networks;
    expect({ name, isComplete }).toEqual({ name: 'make_model', isComplete: true });
    expect(layers.filter((layer) => layer.startsWith('add'))).toEqual(['add 10×10×16', 'add 10×10×32']);
    expect(layers.at(-1)).toBe('dense 1');
  });

  it('may be classes with layers and blocks of their own', () => {
    const { networks } = networksOf(`
class Block(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.inner = Dense(units, activation=tf.nn.relu)
    def call(self, x):
        return x + self.inner(x)

class Net(tf.keras.Model):
    def __init__(self, depth=2):
        super(Net, self).__init__()
        self.first = Dense(8)
        self.blocks = [Block(8) for _ in range(depth)]
        self.last = Dense(1)
    def call(self, inputs, training=None):
        x = self.first(inputs)
        for block in self.blocks:
            x = block(x)
        if training:
            x = layers.Dropout(0.5)(x)
        return self.last(x)

net = Net()
net.build((None, 4))
row = keras.Sequential([Dense(8, "relu", input_dim=4), Block(8), Dense(3)])
`);
    expect(networks.map(({ name, parameters, source }) => [name, parameters, source])).toEqual([
      ['row', 40 + 72 + 27, undefined],
      ['net', 40 + 2 * 72 + 9, 'from `net.build` in line 28'],
    ]);
    expect(networks[1].layers).toEqual(['dense 8', 'dense 8', 'add 8', 'dense 8', 'add 8', 'dense 1']);
  });

  it('share the weights of a layer that is applied twice', () => {
    const { networks } = networksOf(`
a, b = keras.Input((4,)), keras.Input((4,), name="other")
dense = Dense(3, activation="relu")
pair = keras.Model(inputs=[a, b], outputs=layers.Concatenate(axis=-1)([dense(a), dense(b)]))
`);
    expect(networks).toMatchObject([
      { input: ['4', '4'], parameters: 15, layers: ['dense 3', 'dense 3', 'concatenate 6'] },
    ]);
  });

  it('are added to layer by layer, with activations in every form', () => {
    const { networks } = networksOf(`
model = tf.keras.models.Sequential(name="named")
model.add(Dense(32, activation=keras.activations.relu, input_shape=(10,)))
model.add(layers.LeakyReLU(0.2))
model.add(Dense(8, activation=layers.ReLU()))
model.add(Dense(1))
`);
    expect(networks).toMatchObject([{ name: 'named', parameters: 352 + 264 + 9, isComplete: true }]);
  });

  it('say where a shape is missing, and take it from a comment', () => {
    const source = 'model = keras.Sequential([Dense(3, activation="relu"), Dense(1)])';
    const { networks, problems } = networksOf(source);
    expect(networks).toMatchObject([{ input: [], isComplete: false }]);
    expect(problems).toMatchObject([{ code: 'missing-input-shape', supplied: 'input_shape' }]);
    expect(problems[0].message).toContain('# @region-lens input_shape');
    expect(networksOf(`${source}  # @region-lens input_shape = (4,)`).networks).toMatchObject([
      { input: ['4'], parameters: 19 },
    ]);
  });

  it('are not complete where it is not known what is built', () => {
    const { networks } = networksOf(`
import config
model = keras.Sequential([keras.Input((4,)), Dense(8, activation="relu")])
if config.deep:
    model.add(Dense(8, activation="relu"))
model.add(Dense(1))
wide = keras.Sequential([keras.Input((4,)), Dense(config.width), Dense(1)])
`);
    expect(networks.map(({ name, isComplete }) => [name, isComplete])).toEqual([
      ['model', false],
      ['wide', false],
    ]);
  });

  it('name what is not piecewise linear and what is not read', () => {
    const { networks, problems } = networksOf(`
x = keras.Input((4, 4, 2))
y = layers.LayerNormalization()(x)
y = tf.image.resize(y, (8, 8))
model = keras.Model(x, y)
`);
    expect(networks).toMatchObject([{ isComplete: false }]);
    expect(problems.map(({ message }) => message).join()).toContain('tf.image.resize()');
  });
});
