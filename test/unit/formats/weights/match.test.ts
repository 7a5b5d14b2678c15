import { describe, expect, it } from 'vitest';
import { networkWithWeights } from '../../../../src/analysis/counts/networkWeights.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { openWeights } from '../../../../src/formats/weights/open.ts';
import type { WeightsFile } from '../../../../src/formats/weights/weightsFile.ts';
import type { Network } from '../../../../src/network/network.ts';
import type { Tensor } from '../../../../src/network/operation.ts';
import { hdf5, npz, safetensors, source, type Tensors } from './files.ts';
import { outputOf as outputFor } from '../values.ts';

const layers = [
  { type: 'conv2d', filters: 3, kernel_size: [2, 3], activation: 'relu' },
  { type: 'batch_normalization' },
  { type: 'depthwise_conv2d', kernel_size: 2, depth_multiplier: 2, activation: 'relu' },
  { type: 'flatten' },
  { type: 'dense', units: 4 },
  { type: 'prelu' },
  { type: 'dense', units: 4, activation: 'relu' },
  { type: 'dense', units: 2 },
];
/** `names` by position; a layer without one has only a made-up name. */
const modelText = (names: readonly string[] = []) =>
  JSON.stringify({
    input: [4, 5, 2],
    layers: layers.map((layer, i) => (names[i] ? { name: names[i], ...layer } : layer)),
  });
const names = ['c', 'n', 'd', 'f', 'x', 'p', 'y', 'z'];

const read = (text: string, file: WeightsFile | null) => networkWithWeights(text, 'm.network.json', 0, file)!;
const wanted: Network = drawWeights(read(modelText(), null).network, 5);
/** Weights of layer `i`, none of them constant. */
const weights = (i: number): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    Object.entries(wanted.layers[i].weights ?? {}).map(([name, { shape, data }]) => {
      const even = new Set(data).size > 1 || data.length === 1;
      return [name, { shape, data: even ? data : data.map((_, k) => 0.5 + Math.abs(Math.sin(k + name.length))) }];
    }),
  );
const target: Network = {
  ...wanted,
  layers: wanted.layers.map((layer, i) => ({ ...layer, weights: layer.weights && weights(i) })),
};
const wave = Array.from({ length: 40 }, (_, i) => Math.sin(3 * i));
const outputOf = (network: Network, input = wave): number[] => outputFor(network, input);

/** Tensors under names made by the position and name of each. */
const all = (nameOf: (layer: number, weight: string, position: number) => string): Tensors =>
  Object.fromEntries(
    layers.flatMap((_, i) => Object.entries(weights(i)).map(([name, tensor], k) => [nameOf(i, name, k), tensor])),
  );

function expectTarget(text: string, file: WeightsFile): void {
  const { match } = read(text, file);
  expect(match!.remarks.filter(({ severity }) => severity !== 'information')).toEqual([]);
  expect(match!.attach().layers.map((layer) => layer.weights)).toEqual(target.layers.map((layer) => layer.weights));
}

const npzOf = (tensors: Tensors) => openWeights(source('w.npz', npz(tensors)));
const h5Of = async (tensors: Tensors, layerNames?: Record<string, string>) =>
  openWeights(source('w.h5', await hdf5(tensors, { names: layerNames })));

describe('weights find their layers', () => {
  it.each([
    ['as TensorFlow.js and Keras 2 name them', (i: number, w: string) => `${names[i]}/${w}`],
    ['with the model in front', (i: number, w: string) => `sequential_3/${names[i]}/${w}:0`],
    ['after dots', (i: number, w: string) => `${names[i]}.${w}`],
    ['in one word', (i: number, w: string) => `${names[i]}_${w}`],
  ])('by the names of layers, %s', (_, nameOf) => expectTarget(modelText(names), npzOf(all(nameOf))));

  it('by the paths of a Keras file that holds the model', async () => {
    expectTarget(modelText(names), await h5Of(all((i, w) => `model_weights/${names[i]}/${names[i]}/${w}:0`)));
  });

  const classes = ['conv2d', 'batch_normalization', 'depthwise_conv2d', '', 'dense', 'p_re_lu', 'dense_1', 'dense_2'];
  it('by class and number, as Keras 3 writes them, whatever the layers are called', async () => {
    const tensors = all((i, _, k) => `layers/${classes[i]}/vars/${k}`);
    expectTarget(modelText(), await h5Of(tensors));
    // The names of the groups are not names of layers.
    expectTarget(modelText(['', '', '', '', 'dense_2', '', 'dense_1', 'dense']), await h5Of(tensors));
  });

  it('by the names that Keras 3 keeps beside the variables', async () => {
    const shuffled = ['g0', 'g1', 'g2', '', 'dense_1', 'g4', 'dense', 'dense_2'];
    const tensors = all((i, _, k) => `layers/${shuffled[i]}/vars/${k}`);
    const layerNames = Object.fromEntries(
      shuffled.flatMap((group, i) => (group ? [[`layers/${group}/vars`, names[i]]] : [])),
    );
    expectTarget(modelText(names), await h5Of(tensors, layerNames));
  });

  it('by their position in a list', () => {
    let next = 0;
    expectTarget(modelText(), npzOf(all(() => `arr_${next++}`)));
  });

  it('by shape and number where no name tells, and says so', () => {
    const file = npzOf(all((i, w) => `block${i}.${w}`));
    expectTarget(modelText(), file);
    const sentences = read(modelText(), file).match!.remarks.map(({ message }) => message);
    expect(sentences).toContain('conv2d_1 takes block0 of w.npz, by its shape.');
  });
});

/**
 * The same network as PyTorch keeps it: channels first, outputs in front. Formulas of indices, nothing of the reader's.
 */
function torchTensors(): Tensors {
  const make = (shape: number[], at: (...index: number[]) => number): Tensor => {
    const data: number[] = [];
    const walk = (index: number[]): void => {
      if (index.length === shape.length) data.push(at(...index));
      else for (let k = 0; k < shape[index.length]; k++) walk([...index, k]);
    };
    walk([]);
    return { shape, data: Float64Array.from(data) };
  };
  const [conv, norm, depthwise, , x, prelu, y, z] = layers.map((_, i) => weights(i));
  const [h, w] = target.layers[2].outputShape;
  const linear = ({ kernel }: typeof x, row: (i: number) => number) =>
    make([kernel.shape[1], kernel.shape[0]], (o, i) => kernel.data[row(i) * kernel.shape[1] + o]);
  return {
    'features.0.weight': make([3, 2, 2, 3], (o, i, a, b) => conv.kernel.data[((a * 3 + b) * 2 + i) * 3 + o]),
    'features.0.bias': conv.bias,
    'features.1.weight': norm.gamma,
    'features.1.bias': norm.beta,
    'features.1.running_mean': norm.moving_mean,
    'features.1.running_var': norm.moving_variance,
    'features.1.num_batches_tracked': { shape: [], data: Float64Array.of(7) },
    'features.2.weight': make(
      [6, 1, 2, 2],
      (o, _, a, b) => depthwise.depthwise_kernel.data[((a * 2 + b) * 3 + (o >> 1)) * 2 + (o & 1)],
    ),
    'features.2.bias': depthwise.bias,
    // Input c * h * w + a * w + b there is (a * w + b) * 6 + c here.
    'head.0.weight': linear(x, (i) => (i % (h * w)) * 6 + Math.floor(i / (h * w))),
    'head.0.bias': x.bias,
    'head.1.weight': prelu.alpha,
    'head.2.weight': linear(y, (i) => i),
    'head.2.bias': y.bias,
    'head.4.weight': linear(z, (i) => i),
    'head.4.bias': z.bias,
  };
}

describe('weights of PyTorch', () => {
  it('are put into this order of axes, through the flatten layer too', () => {
    const file = openWeights(source('w.safetensors', safetensors(torchTensors())));
    const { match } = read(modelText(), file);
    expect(match!.remarks.filter(({ severity }) => severity !== 'information')).toEqual([]);
    expect(outputOf(match!.attach())).toEqual(outputOf(target));
  });
});

describe('weights of tropical layers', () => {
  const text = JSON.stringify({
    input: [2, 2, 2],
    layers: [{ type: 'flatten' }, { name: 't', type: 'tropical_dense', units: 8 }],
  });
  const data = Float64Array.from({ length: 64 }, (_, i) => Math.sin(i));
  const kernelFrom = (name: string) => {
    const file = openWeights(source('w.safetensors', safetensors({ [name]: { shape: [8, 8], data } })));
    return [...read(text, file).match!.attach().layers[1].weights!.kernel.data];
  };

  it('have a row for each input, in the order of this tensor', () => {
    expect(kernelFrom('t/kernel')).toEqual([...data]);
  });

  it('by the name that PyTorch uses, have the units in front, and inputs channel by channel', () => {
    const expected = Array.from({ length: 64 }, (_, i) => {
      const [input, unit] = [Math.floor(i / 8), i % 8];
      const [position, channel] = [Math.floor(input / 2), input % 2];
      return data[unit * 8 + channel * 4 + position];
    });
    expect(kernelFrom('t.weight')).toEqual(expected);
  });
});

describe('weights of a Keras model whose channels come first', () => {
  const [rows, columns, filters, units] = [3, 4, 2, 3];
  const pattern = (...shape: number[]) => ({
    shape,
    data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 37) % 11) / 4 - 1.2),
  });
  const kernel = pattern(2, 2, 1, filters);
  const alpha = pattern(filters, rows - 1, columns - 1);
  const dense = pattern(filters * (rows - 1) * (columns - 1), units);
  const image = [...pattern(rows, columns).data];
  const tensors = { 'c/kernel': kernel, 'p/alpha': alpha, 'd/kernel': dense };

  /** What the model gives, computed channel by channel as it is written. */
  function expected(isTold: boolean): number[] {
    const [high, wide] = [rows - 1, columns - 1];
    const map = Array.from({ length: filters * high * wide }, (_, at) => {
      const [f, y, x] = [Math.floor(at / (high * wide)), Math.floor(at / wide) % high, at % wide];
      let sum = 0;
      for (let i = 0; i < 2; i++)
        for (let j = 0; j < 2; j++) sum += image[(y + i) * columns + x + j] * kernel.data[(i * 2 + j) * filters + f];
      return sum > 0 ? sum : sum * alpha.data[at];
    });
    // A flatten with a `data_format` moves the channels behind the positions.
    const vector = isTold ? map.map((_, at) => map[(at % filters) * high * wide + Math.floor(at / filters)]) : map;
    return Array.from({ length: units }, (_, u) =>
      vector.reduce((sum, value, i) => sum + value * dense.data[i * units + u], 0),
    );
  }

  const model = (flatten: object, className = 'Flatten') =>
    JSON.stringify({
      class_name: 'Sequential',
      keras_version: '2.13.1',
      config: [
        {
          class_name: 'Conv2D',
          config: {
            name: 'c',
            filters,
            kernel_size: 2,
            use_bias: false,
            data_format: 'channels_first',
            batch_input_shape: [null, 1, rows, columns],
          },
        },
        { class_name: 'PReLU', config: { name: 'p' } },
        { class_name: className, config: { name: 'f', ...flatten } },
        { class_name: 'Dense', config: { name: 'd', units, use_bias: false } },
      ],
    });

  it.each([
    ['a flatten that keeps their order', model({}), false],
    ['a flatten that keeps it and says so', model({ data_format: 'channels_last' }), false],
    ['a flatten with a `data_format`', model({ data_format: 'channels_first' }), true],
    ['a reshape to a vector', model({ target_shape: [-1] }, 'Reshape'), false],
  ])('are put into our order behind %s', (_, text, isTold) => {
    const { match } = networkWithWeights(text, 'm.json', 0, npzOf(tensors))!;
    expect(match!.remarks).toEqual([]);
    const given = outputOf(match!.attach(), image);
    expected(isTold).forEach((value, u) => expect(given[u]).toBeCloseTo(value, 10));
  });

  it('are refused where their order is not known', () => {
    const complaints = (text: string) =>
      networkWithWeights(text, 'm.json', 0, npzOf(tensors))!.match!.remarks.map(({ message }) => message);
    expect(
      complaints(
        model({ target_shape: [3, filters, 2] }, 'Reshape').replace('"units":3', '"units":3,"activation":"linear"'),
      ),
    ).toContainEqual(expect.stringMatching(/^f reshapes with channels first/));
    expect(complaints(model({}).replace('2.13.1', '1.2.2'))).toEqual([
      'c: Keras 1 keeps kernels in several orders where channels come first; save the model with Keras 2 or later.',
    ]);
  });
});

describe('weights that do not fit are refused with a sentence', () => {
  const text = modelText(names);
  const complaints = (tensors: Tensors) =>
    read(text, npzOf(tensors)).match!.remarks.map(({ severity, message }) => `${severity}: ${message}`);
  const tensors = all((i, w) => `${names[i]}/${w}`);

  it('that names both shapes', () => {
    const swapped = { ...tensors, 'x/kernel': { shape: [4, 24], data: tensors['x/kernel'].data } };
    expect(complaints(swapped)).toEqual(['error: x: x/kernel is 4×24 in w.npz, the layer needs a kernel of 24×4.']);
  });

  it('that names the layer without weights, and the tensors without a layer', () => {
    const { 'y/kernel': kernel, 'y/bias': bias, ...rest } = tensors;
    expect(complaints({ ...rest, 'other/kernel': { shape: [9], data: new Float64Array(9) } })).toEqual([
      'error: y has no weights in w.npz: it needs kernel 4×4 and bias 4.',
      'warning: Not used of w.npz: other/kernel.',
    ]);
    expect(complaints({ ...rest, 'y/kernel': kernel })).toEqual(['error: y has no bias in w.npz.']);
    expect(bias.shape).toEqual([4]);
  });

  it('where several fit alike', () => {
    const text = JSON.stringify({ input: [3], layers: [1, 2, 3].map(() => ({ type: 'dense', units: 3 })) });
    const tensor = (...shape: number[]) => ({ shape, data: new Float64Array(9).slice(0, shape[0] * (shape[1] ?? 1)) });
    const file = npzOf(
      Object.fromEntries(
        ['up', 'mid', 'end'].flatMap((n) => [
          [`${n}/kernel`, tensor(3, 3)],
          [`${n}/bias`, tensor(3)],
        ]),
      ),
    );
    const sentences = read(text, file).match!.remarks.map(({ message }) => message);
    expect(sentences[0]).toBe(
      'w.npz does not tell which layers end, mid, up are for: several fit. Name the layers as it does.',
    );
  });

  it('but for weights that the text gives itself, which stay', () => {
    const own = {
      kernel: [
        [1, 2],
        [3, 4],
      ],
      bias: [5, 6],
    };
    const text = JSON.stringify({
      input: [2],
      layers: [
        { type: 'dense', name: 'a', units: 2, weights: own },
        { type: 'dense', name: 'b', units: 1 },
      ],
    });
    const file = npzOf({
      'a/kernel': { shape: [2, 2], data: new Float64Array(4) },
      'b/kernel': { shape: [2, 1], data: Float64Array.of(7, 8) },
      'b/bias': { shape: [1], data: Float64Array.of(9) },
    });
    const { layers } = read(text, file).match!.attach();
    expect([...layers[0].weights!.kernel.data]).toEqual([1, 2, 3, 4]);
    expect([...layers[1].weights!.kernel.data]).toEqual([7, 8]);
  });
});

describe('numbers of PyTorch behind a flatten', () => {
  const sourceOf = (flatten: string): string =>
    ['import torch', 'import torch.nn as nn', 'class Net(nn.Module):', '    def __init__(self):']
      .concat(
        '        super().__init__()',
        '        self.fc = nn.Linear(12, 1, bias=False)',
        '    def forward(self, x):',
      )
      .concat(`        return self.fc(${flatten})`, 'net = Net()', 'net(torch.randn(1, 3, 2, 2))', '')
      .join('\n');
  const data = Array.from({ length: 12 }, (_, i) => i + 1);
  const file = openWeights(
    source('w.safetensors', safetensors({ 'fc.weight': { shape: [1, 12], data: Float64Array.from(data) } })),
  );
  const last = (channels: number, positions: number): number[] =>
    data.map((_, i) => data[(i % channels) * positions + Math.floor(i / channels)]);

  it.each([
    ['keep each channel together', 'torch.flatten(x, 1)', last(3, 4)],
    ['keep each position together once the channels are last', 'x.permute(0, 2, 3, 1).flatten(1)', data],
    ['follow the last of several exchanges', 'x.permute(0, 2, 3, 1).permute(0, 3, 1, 2).flatten(1)', last(3, 4)],
  ])('%s', (_, flatten, kernel) => {
    const { match } = networkWithWeights(sourceOf(flatten), 'net.py', 0, file)!;
    expect(match!.remarks).toEqual([]);
    // The input is channels last here, so the kernel is what each of its numbers is multiplied by.
    expect([...match!.attach().layers.at(-1)!.weights!.kernel.data]).toEqual(kernel);
  });

  it.each([
    'x.view(1, 12, 1, 1).flatten(1)',
    'nn.functional.pixel_unshuffle(x, 2).flatten(1)',
    'x.view(1, 2, 6).flatten(1)',
    'x.permute(0, 3, 1, 2).permute(0, 2, 3, 1).flatten(1)',
  ])('%s: they go with the numbers that a reshape brings into another order', (flatten) => {
    const { match } = networkWithWeights(sourceOf(flatten), 'net.py', 0, file)!;
    expect(match!.remarks).toEqual([]);
    const network = match!.attach();
    const factors = data.map(
      (_, place) =>
        outputOf(
          network,
          data.map((_each, k) => Number(k === place)),
        )[0],
    );
    expect(factors).toEqual(last(3, 4));
  });
});
