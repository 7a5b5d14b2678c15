import { describe, expect, it } from 'vitest';
import { read } from '../../../../../src/formats/registry.ts';
import { buildNetwork } from '../../../../../src/network/build.ts';
import { totalParameters } from '../../../../../src/network/parameters.ts';

const imports = `import jax
import jax.numpy as jnp
from functools import partial
from flax import linen as nn
from flax import nnx
`;

function readFlax(source: string) {
  const result = read(imports + source, 'net.py', { weights: false });
  if (!result) throw new Error('the source is not recognized');
  expect(result.format).toBe('flax');
  return result;
}

/** Each layer in short: its name, type and what comes out; then the parameters. */
function layersOf(source: string): string[] {
  return readFlax(source).networks.flatMap((definition) => {
    const { network } = buildNetwork(definition);
    const layers = network.layers.map(({ name, type, outputShape }) => `${name} ${type} ${outputShape.join('×')}`);
    return [...layers, `${totalParameters(network.layers)} parameters`];
  });
}

describe('modules of linen', () => {
  // Out: the stride times the input, and what the kernel reaches further without padding; with numbers, (4 - 1) · 2 + 1
  // places with zeros between, two zeros around, and windows of three.
  it.each([
    ['features=8, kernel_size=(3, 3), strides=(2, 2)', '8×8×8', 3 * 3 * 5 * 8 + 8],
    ['8, (3, 3), (2, 2), "VALID"', '9×9×8', 368],
    ['8, (2, 2), (2, 2), padding="VALID", use_bias=False', '8×8×8', 2 * 2 * 5 * 8],
    ['8, (2, 2), (3, 3)', '12×12×8', 168],
    ['8, (3, 3), kernel_dilation=(2, 2)', '4×4×8', 368],
    ['8, (3, 3), (2, 2), padding=((1, 1), (1, 1))', '7×7×8', 368],
  ])('have transposed convolutions: %s', (given, shape, parameters) => {
    const source = `
class Up(nn.Module):
  @nn.compact
  def __call__(self, x): return nn.relu(nn.ConvTranspose(${given})(x))

Up().init(jax.random.key(0), jnp.ones([1, 4, 4, 5]))
`;
    expect(layersOf(source)).toEqual([
      `ConvTranspose_0 conv2d_transpose ${shape}`,
      `relu relu ${shape}`,
      `${parameters} parameters`,
    ]);
    const [{ layers, isInexact }] = readFlax(source).networks;
    const { start, end } = layers[0].fields.kernel_size;
    expect((imports + source).slice(start, end)).toMatch(/^\((\d), \1\)$/);
    // Its kernels are stored the other way round.
    expect(isInexact).toBe(true);
  });

  // By hand: with zeros between and around, [0 0 x 0 x 0 x 0 (0)]; windows of three begin at each place.
  it.each([
    ['(3,), (2,)', [0, 1]],
    ['(3,), (1,)', [1, 1]],
    ['(4,), (2,)', [1, 1]],
    ['(2,), (3,)', [0, -1]],
    ['(3,), (2,), "VALID"', [0, 0]],
    ['(2,), (3,), "VALID"', [0, -1]],
    ['(3,), (2,), [(0, 2)]', [2, 0]],
  ])('cut off what Flax does not have around a row: %s', (given, cut) => {
    const source = `
class Up(nn.Module):
  @nn.compact
  def __call__(self, x): return nn.relu(nn.ConvTranspose(2, ${given})(x))

Up().init(jax.random.key(0), jnp.ones([1, 4, 5]))
`;
    const [{ layers }] = readFlax(source).networks;
    expect(layers[0].operation).toMatchObject({ window: { padding: [[0, 0], cut] } });
  });

  it('make their layers where they are called', () => {
    const source = `
class CNN(nn.Module):
  @nn.compact
  def __call__(self, x):
    x = nn.Conv(features=32, kernel_size=(3, 3))(x)
    x = nn.relu(x)
    x = nn.avg_pool(x, window_shape=(2, 2), strides=(2, 2))
    x = nn.Conv(features=64, kernel_size=(3, 3))(x)
    x = nn.relu(x)
    x = nn.avg_pool(x, window_shape=(2, 2), strides=(2, 2))
    x = x.reshape((x.shape[0], -1))
    x = nn.Dense(features=256)(x)
    x = nn.relu(x)
    return nn.Dense(features=10)(x)

cnn = CNN()
cnn.init(jax.random.key(0), jnp.ones([1, 28, 28, 1]))
`;
    expect(layersOf(source)).toEqual([
      'Conv_0 conv2d 28×28×32',
      'relu relu 28×28×32',
      'avg_pool average_pooling2d 14×14×32',
      'Conv_1 conv2d 14×14×64',
      'relu_2 relu 14×14×64',
      'avg_pool_2 average_pooling2d 7×7×64',
      'reshape flatten 3136',
      'Dense_0 dense 256',
      'relu_3 relu 256',
      'Dense_1 dense 10',
      '824458 parameters',
    ]);
    const { networks, problems } = readFlax(source);
    expect(problems).toEqual([]);
    const [{ name, inputs, layers }] = networks;
    expect(name).toBe('cnn');
    expect(inputs).toMatchObject([{ shape: [28, 28, 1], source: 'from `jnp.ones` in line 22' }]);
    expect(inputs[0].channelsFirst).toBeUndefined();
    const { span, fields } = layers[0];
    expect((imports + source).slice(span.start, span.end)).toBe('nn.Conv(features=32, kernel_size=(3, 3))');
    expect((imports + source).slice(fields.filters.start, fields.filters.end)).toBe('32');
  });

  it('take fields as arguments, and make layers in setup', () => {
    const source = `
class MLP(nn.Module):
  features: tuple
  bias: bool = True
  def setup(self):
    self.layers = [nn.Dense(f, use_bias=self.bias) for f in self.features]
    self.last = nn.Dense(3)
  def __call__(self, x):
    for layer in self.layers:
      x = jnp.maximum(layer(x), 0)
    return self.last(x)

net = MLP((12, 8), bias=False)
net.init(jax.random.PRNGKey(0), jnp.zeros((1, 5)))
`;
    expect(layersOf(source)).toEqual([
      'Dense_0 dense 12',
      'clamp relu 12',
      'Dense_1 dense 8',
      'clamp_2 relu 8',
      'last dense 3',
      `${5 * 12 + 12 * 8 + 8 * 3 + 3} parameters`,
    ]);
  });

  it('are read as they are at evaluation', () => {
    const source = `
class Net(nn.Module):
  @nn.compact
  def __call__(self, x, train: bool = True):
    x = nn.Dense(4)(x)
    x = nn.BatchNorm(use_running_average=not train, name='norm')(x)
    x = nn.Dropout(0.5, deterministic=not train)(x)
    return nn.leaky_relu(x, 0.2)

net = Net()
net.apply({}, jnp.ones((2, 3)))
`;
    expect(layersOf(source)).toEqual([
      'Dense_0 dense 4',
      'norm batch_normalization 4',
      'Dropout_0 dropout 4',
      'leaky_relu leaky_relu 4',
      '24 parameters',
    ]);
  });

  it('hold blocks whose layers and activations are fields: ResNet-18 has its published size', () => {
    const source = `
class Block(nn.Module):
  filters: int
  conv: object
  norm: object
  act: object
  strides: tuple = (1, 1)
  @nn.compact
  def __call__(self, x):
    residual = x
    y = self.act(self.norm()(self.conv(self.filters, (3, 3), self.strides)(x)))
    y = self.norm(scale_init=nn.initializers.zeros_init())(self.conv(self.filters, (3, 3))(y))
    if residual.shape != y.shape:
      residual = self.conv(self.filters, (1, 1), self.strides, name='conv_proj')(residual)
      residual = self.norm(name='norm_proj')(residual)
    return self.act(residual + y)

class ResNet(nn.Module):
  stage_sizes: tuple
  num_classes: int
  num_filters: int = 64
  @nn.compact
  def __call__(self, x, train: bool = True):
    conv = partial(nn.Conv, use_bias=False)
    norm = partial(nn.BatchNorm, use_running_average=not train, epsilon=1e-5)
    x = conv(self.num_filters, (7, 7), (2, 2), padding=[(3, 3), (3, 3)], name='conv_init')(x)
    x = nn.max_pool(nn.relu(norm(name='bn_init')(x)), (3, 3), strides=(2, 2), padding='SAME')
    for i, size in enumerate(self.stage_sizes):
      for j in range(size):
        strides = (2, 2) if i > 0 and j == 0 else (1, 1)
        x = Block(self.num_filters * 2**i, conv, norm, nn.relu, strides)(x)
    return nn.Dense(self.num_classes)(jnp.mean(x, axis=(1, 2)))

model = partial(ResNet, stage_sizes=(2, 2, 2, 2))(num_classes=1000)
model.init(jax.random.key(0), jnp.ones((1, 224, 224, 3)))
`;
    const layers = layersOf(source);
    expect(layers.at(-1)).toBe('11689512 parameters');
    expect(layers).toEqual(expect.arrayContaining(['conv_init conv2d 112×112×64', 'conv_proj_2 conv2d 14×14×256']));
  });

  it('may normalize by the statistics of a batch, which is not piecewise linear', () => {
    const source = `
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    return nn.relu(nn.BatchNorm(use_running_average=False)(nn.Dense(4)(x)))
net = Net()
net.init(jax.random.key(0), jnp.ones((1, 3)))
`;
    const [definition] = readFlax(source).networks;
    expect(buildNetwork(definition).network.layers.map(({ scope }) => scope)).toEqual([
      'piecewiseLinear',
      'beyond',
      'beyond',
    ]);
  });
});

describe('modules of nnx', () => {
  const net = (body: string, call = 'net(jnp.ones((1, 28, 28, 1)))') => `
class Net(nnx.Module):
  def __init__(self, *, rngs: nnx.Rngs):
    self.conv = nnx.Conv(1, 8, kernel_size=(3, 3), strides=2, padding='VALID', rngs=rngs)
    self.norm = nnx.BatchNorm(8, rngs=rngs)
    self.pool = partial(nnx.max_pool, window_shape=(2, 2), strides=(2, 2))
    self.linear = nnx.Linear(288, 10, rngs=rngs)
  def __call__(self, x):
    ${body}

net = Net(rngs=nnx.Rngs(0))
${call}
`;

  it('are read with their functions', () => {
    const body = 'x = self.pool(nnx.relu(self.norm(self.conv(x))))\n    return self.linear(x.reshape(x.shape[0], -1))';
    expect(layersOf(net(body))).toEqual([
      'conv conv2d 13×13×8',
      'norm batch_normalization 13×13×8',
      'relu relu 13×13×8',
      'max_pool max_pooling2d 6×6×8',
      'reshape flatten 288',
      'linear dense 10',
      `${9 * 8 + 8 + 16 + 2890} parameters`,
    ]);
  });

  it('say where what comes in does not fit', () => {
    const { problems } = readFlax(net('return self.linear(nnx.relu(self.conv(x)).reshape(x.shape[0], -1))'));
    expect(problems).toMatchObject([
      { code: 'shape-mismatch', message: expect.stringMatching(/in_features is 288, 1352/) as string },
    ]);
  });

  it('are asked for their input where the file shows none', () => {
    const { problems } = readFlax(net('return self.pool(self.conv(x))', ''));
    expect(problems).toMatchObject([{ code: 'missing-input-shape' }]);
  });

  it('come in sequences with functions between them', () => {
    const source = `
def model(rngs):
  return nnx.Sequential(nnx.Linear(2, 16, rngs=rngs), nnx.relu, nnx.Linear(16, 1, use_bias=False, rngs=rngs))
net = model(nnx.Rngs(0))
net(jnp.ones((1, 2)))
`;
    expect(layersOf(source)).toEqual(['Linear_0 dense 16', 'relu relu 16', 'Linear_1 dense 1', '64 parameters']);
  });

  it('of which a layer is not known keep its place, by name', () => {
    const source = `
class Net(nnx.Module):
  def __init__(self, rngs):
    self.first = nnx.Linear(2, 4, rngs=rngs)
    self.attention = nnx.MultiHeadAttention(2, 4, rngs=rngs)
  def __call__(self, x):
    return nnx.relu(self.attention(nnx.relu(self.first(x))))
net = Net(nnx.Rngs(0))
net(jnp.ones((1, 2)))
`;
    const { problems } = readFlax(source);
    expect(problems).toMatchObject([{ message: expect.stringContaining('MultiHeadAttention') as string }]);
  });
});

it('convolutions pad as their argument says', () => {
  const shapes = ["'SAME'", "'VALID'", '1', '((2, 0), (1, 1))'].map((padding) => {
    const [{ layers }] = readFlax(`
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
    return nn.Conv(2, (3, 3), padding=${padding})(x)
net = Net()
net.init(jax.random.key(0), jnp.ones((1, 8, 8, 1)))
`).networks;
    const [{ operation }] = layers;
    return 'window' in operation ? operation.window.padding : null;
  });
  expect(shapes).toEqual([
    'same',
    'valid',
    [
      [1, 1],
      [1, 1],
    ],
    [
      [2, 0],
      [1, 1],
    ],
  ]);
});
