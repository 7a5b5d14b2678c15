import { describe, expect, it } from 'vitest';
import { read, recognize } from '../../../../src/formats/registry.ts';
import { buildNetwork } from '../../../../src/network/build.ts';
import { totalParameters } from '../../../../src/network/parameters.ts';
import { spansOf } from '../fixtures.ts';

type Options = Readonly<Record<string, string | number>>;

const section = (type: string, options: Options = {}) =>
  `[${type}]\n${Object.entries(options)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('')}\n`;
const net = (extent: number, channels = 3) =>
  section('net', { batch: 1, width: extent, height: extent, channels, momentum: 0.9 });
const conv = (filters: number, size: number, more: Options = {}) =>
  section('convolutional', { batch_normalize: 1, filters, size, stride: 1, pad: 1, activation: 'leaky', ...more });
const maxPool = (size: number, stride: number) => section('maxpool', { size, stride });

function open(text: string, fileName = 'net.cfg') {
  const { format, networks, problems } = read(text, fileName, { weights: false })!;
  const { network, problems: wrong } = buildNetwork(networks[0]);
  return { format, network, messages: [...problems, ...wrong].map(({ message }) => message) };
}

const shapes = ({ network }: ReturnType<typeof open>) =>
  Object.fromEntries(network.layers.map(({ name, outputShape }) => [name, outputShape.join('×')]));

/** The layers of YOLOv3-tiny, whose file of weights has 8,858,734 numbers. */
const boxes = conv(255, 1, { batch_normalize: 0, activation: 'linear' });
const tiny = [
  `# a comment\n; another one\n\n${net(416)}`,
  ...[16, 32, 64, 128, 256].flatMap((filters) => [conv(filters, 3), maxPool(2, 2)]),
  conv(512, 3),
  maxPool(2, 1),
  ...[conv(1024, 3), conv(256, 1), conv(512, 3), boxes],
  section('yolo', { mask: '3,4,5', anchors: '10,14,  23,27,  37,58', classes: 80, num: 6, jitter: 0.3 }),
  section('route', { layers: -4 }),
  conv(128, 1),
  section('upsample', { stride: 2 }),
  section('route', { layers: '-1, 8' }),
  ...[conv(256, 3), boxes],
  section('yolo', { mask: '0,1,2', classes: 80 }),
].join('');

describe('a configuration of Darknet', () => {
  it('has the layers and the number of weights that Darknet has', () => {
    const opened = open(tiny);
    const { format, network, messages } = opened;
    expect(format).toBe('darknet');
    expect(messages).toEqual([]);
    expect(network.complete).toBe(true);
    expect(totalParameters(network.layers)).toBe(8_858_734);
    // As OpenCV infers them.
    expect(shapes(opened)).toMatchObject({
      convolutional_0: '416×416×16',
      maxpool_1: '208×208×16',
      convolutional_8: '26×26×256',
      maxpool_11: '13×13×512',
      convolutional_15: '13×13×255',
      convolutional_18: '13×13×128',
      upsample_19: '26×26×128',
      route_20: '26×26×384',
      convolutional_22: '26×26×255',
    });
    expect(network.outputs.map((output) => network.layers[output].name)).toEqual([
      'convolutional_15',
      'convolutional_22',
    ]);
  });

  it('adds what a shortcut names, averages, and reads images as vectors', () => {
    const opened = open(
      [
        net(9),
        conv(4, 3, { stride: 2 }),
        conv(2, 1, { activation: 'relu' }),
        conv(4, 3, { activation: 'linear', groups: 2 }),
        section('shortcut', { from: -3, activation: 'leaky' }),
        section('dropout', { probability: 0.5 }),
        section('connected', { output: 7, activation: 'hardtan' }),
        section('connected', { output: 5, activation: 'relu6', batch_normalize: 1 }),
        section('softmax'),
        section('cost'),
      ].join(''),
    );
    expect(opened.messages).toEqual([]);
    expect(shapes(opened)).toMatchObject({ convolutional_0: '5×5×4', shortcut_3: '5×5×4', connected_5: '7' });
    // Convolutions with four numbers a channel, then matrices: by Darknet's own formulas.
    const numbers = [3 * 9 * 4 + 16, 4 * 2 + 8, 1 * 9 * 4 + 16, 100 * 7 + 7, 7 * 5 + 20];
    expect(totalParameters(opened.network.layers)).toBe(numbers.reduce((sum, each) => sum + each));
    const activation = (name: string) => opened.network.layers.find((layer) => layer.name === name)!.activation;
    expect(opened.network.layers.filter(({ activation: { name } }) => /leaky/.test(name))).toHaveLength(2);
    expect(activation('connected_5')).toMatchObject({ breakpoints: [-1, 1], slopes: [0, 1, 0] });
    const pooled = open(
      net(8) + conv(6, 3) + section('avgpool') + section('connected', { output: 3, activation: 'relu' }),
    );
    expect(pooled.messages).toEqual([]);
    expect(shapes(pooled)).toMatchObject({ avgpool_1: '1×1×6', connected_2: '3' });
  });

  it('reads vectors, old names of layers, and lines of Windows', () => {
    const text = `[network]\r\ninputs=10\r\n[conn]\r\n output = 4\r\n activation=relu\r\n[conn]\r\noutput=2\r\nactivation=linear\r\n`;
    const opened = open(text);
    expect(opened.messages).toEqual([]);
    expect(shapes(opened)).toEqual({ conn_0: '4', conn_1: '2' });
    expect(totalParameters(opened.network.layers)).toBe(44 + 10);
  });

  it('pads a pool so that its odd cell comes last', () => {
    const sizes = [1, 2, 3, 4, 5].flatMap((size) =>
      [1, 2, 3].map((stride) => shapes(open(net(13) + maxPool(size, stride))).maxpool_0),
    );
    // (13 + (size - 1) - size) / stride + 1, rounded down.
    const expected = [13, 7, 5].map((extent) => `${extent}×${extent}×3`);
    expect(sizes).toEqual([1, 2, 3, 4, 5].flatMap(() => expected));
    const { operation } = open(net(13) + maxPool(2, 1)).network.layers[0];
    expect(operation).toMatchObject({
      window: {
        padding: [
          [0, 1],
          [0, 1],
        ],
      },
    });
  });

  it.each([
    ['reorg', section('reorg', { stride: 2 }), 'The operation reorg is not analyzed.'],
    ['an LSTM', section('lstm', { output: 4 }), 'The operation lstm is not analyzed.'],
    [
      'ramps',
      conv(2, 3, { activation: 'ramp' }),
      'The operation convolutional with the activation ramp is not analyzed.',
    ],
    ['binary weights', conv(2, 3, { xnor: 1 }), 'The operation convolutional with xnor is not analyzed.'],
    ['an option of a fork', conv(2, 3, { dilation: 2 }), 'The operation convolutional with dilation is not analyzed.'],
    [
      'other channels in a shortcut',
      conv(4, 3) + conv(2, 3) + section('shortcut', { from: -2 }),
      'The operation shortcut between different sizes is not analyzed.',
    ],
    [
      'a layer that is not there',
      section('route', { layers: -7 }),
      'The operation route from a layer that is not there is not analyzed.',
    ],
    ['a kernel of words', conv(2, 3, { size: 'three' }), 'The operation convolutional of such a size is not analyzed.'],
    [
      'a layer behind boxes',
      conv(2, 3) + section('yolo') + conv(2, 3),
      'The operation convolutional behind yolo is not analyzed.',
    ],
  ])('names what is not analyzed: %s', (_, layers, message) => {
    const { network, messages } = open(net(8) + layers);
    expect(messages).toEqual([message]);
    expect(network.complete).toBe(false);
  });

  it('needs a size', () => {
    const result = read(section('net', { batch: 1 }) + conv(2, 3), 'net.cfg', { weights: false })!;
    expect(result.networks).toEqual([]);
    expect(result.problems.map(({ message }) => message)).toEqual([
      'The size of the input is not given: [net] needs width, height and channels, or inputs.',
    ]);
  });

  it('is recognized by its sections, whatever its name', () => {
    expect(recognize(tiny, 'any.txt')?.id).toBe('darknet');
    for (const text of ['[tool]\nnet=1\n', 'x\n[net]\n', '[metadata]\n[net]\nwidth=3\n', '# [net]\n', ''])
      expect(recognize(text, 'setup.cfg')).toBeNull();
  });

  it('cut anywhere is read without a fault', () => {
    const text =
      net(8) + conv(4, 3) + conv(4, 3) + section('shortcut', { from: -2 }) + section('route', { layers: '-1, 0' });
    for (let cut = 0; cut < text.length; cut++) {
      const result = read(text.slice(0, cut), 'net.cfg', { weights: false });
      for (const network of result?.networks ?? []) buildNetwork(network);
      for (const { start, end } of result ? spansOf(result) : [])
        expect([start <= end, end <= cut]).toEqual([true, true]);
    }
  });
});

it('leaves the settings of other programs alone', () => {
  expect(recognize('[net]\nretry = 2\n\n[build]\njobs = 4\n', 'config.toml')).toBeNull();
  expect(recognize('[net]\nwidth=8\nheight=8\nchannels=3\n\n[maxpool]\nsize=2\n', 'small.cfg')?.id).toBe('darknet');
});
