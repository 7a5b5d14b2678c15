import { describe, expect, it } from 'vitest';
import { kerasLayer } from '../../../../src/formats/keras/layers.ts';
import { Unresolved } from '../../../../src/formats/json/plain.ts';
import type { PlainRecord, PlainValue } from '../../../../src/formats/json/plain.ts';
import { open } from '../fixtures.ts';

const window1 = { rank: 1, kernel: [1, 3], strides: [1, 1], dilation: [1, 1], padding: 'valid' };
const window2 = { rank: 2, kernel: [3, 5], strides: [1, 1], dilation: [1, 1], padding: 'valid' };
const size1: PlainRecord = { kernel_size: 3, filters: 4 };
const size2: PlainRecord = { kernel_size: [3, 5], filters: 4 };

describe('what a Keras class computes', () => {
  it.each<[string, PlainRecord, object]>([
    ['Dense', { units: 3 }, { type: 'dense', operation: { kind: 'dense', units: 3, useBias: true } }],
    [
      'Conv1D',
      { ...size1, padding: 'causal', dilation_rate: [2] },
      {
        type: 'conv1d',
        operation: {
          kind: 'convolution',
          window: { ...window1, dilation: [1, 2], padding: 'causal' },
          filters: 4,
          groups: 1,
          useBias: true,
        },
      },
    ],
    [
      'Conv2D',
      { ...size2, strides: 2, padding: 'same', groups: 2, use_bias: false },
      {
        operation: {
          kind: 'convolution',
          window: { ...window2, strides: [2, 2], padding: 'same' },
          filters: 4,
          groups: 2,
          useBias: false,
        },
      },
    ],
    [
      'DepthwiseConv2D',
      { kernel_size: [3, 5], depth_multiplier: 2 },
      {
        type: 'depthwise_conv2d',
        operation: { kind: 'depthwiseConvolution', window: window2, multiplier: 2, useBias: true },
      },
    ],
    [
      'SeparableConv1D',
      size1,
      {
        type: 'separable_conv1d',
        operation: { kind: 'separableConvolution', window: window1, filters: 4, multiplier: 1, useBias: true },
      },
    ],
    [
      'SeparableConv2D',
      size2,
      { operation: { kind: 'separableConvolution', window: window2, filters: 4, multiplier: 1, useBias: true } },
    ],
    [
      'Conv2DTranspose',
      size2,
      {
        type: 'conv2d_transpose',
        operation: { kind: 'transposedConvolution', window: window2, filters: 4, useBias: true },
      },
    ],
    [
      'LocallyConnected2D',
      size2,
      {
        type: 'locally_connected2d',
        operation: { kind: 'locallyConnected', window: window2, filters: 4, useBias: true },
      },
    ],
    [
      'MaxPooling1D',
      {},
      {
        type: 'max_pooling1d',
        operation: { kind: 'maxPooling', window: { ...window1, kernel: [1, 2], strides: [1, 2] } },
      },
    ],
    [
      'MaxPooling2D',
      { pool_size: 3, strides: null },
      { operation: { kind: 'maxPooling', window: { ...window2, kernel: [3, 3], strides: [3, 3] } } },
    ],
    [
      'AveragePooling2D',
      { pool_size: [2, 3], strides: [1, 1] },
      { operation: { kind: 'averagePooling', window: { ...window2, kernel: [2, 3] } } },
    ],
    ['GlobalMaxPooling1D', {}, { operation: { kind: 'globalMaxPooling', rank: 1, keepDims: false } }],
    [
      'GlobalAveragePooling2D',
      { keepdims: true },
      { operation: { kind: 'globalAveragePooling', rank: 2, keepDims: true } },
    ],
    [
      'BatchNormalization',
      { axis: [3], scale: false },
      { operation: { kind: 'batchNormalization', epsilon: 1e-3, center: true, scale: false } },
    ],
    ['Flatten', {}, { type: 'flatten', operation: { kind: 'flatten' } }],
    ['Reshape', { target_shape: [4, -1] }, { operation: { kind: 'reshape', target: [4, -1] } }],
    [
      'Reshape',
      { target_shape: { class_name: '__tuple__', items: [2, 2] } },
      { operation: { kind: 'reshape', target: [2, 2] } },
    ],
    ['GaussianNoise', { stddev: 1 }, { type: 'dropout', operation: { kind: 'identity' } }],
    ['Identity', {}, { type: 'dropout', operation: { kind: 'identity' } }],
    ['RandomFlip', { mode: 'horizontal', seed: null }, { operation: { kind: 'identity' } }],
    [
      'ZeroPadding1D',
      { padding: 2 },
      {
        operation: {
          kind: 'zeroPadding',
          rank: 1,
          padding: [
            [0, 0],
            [2, 2],
          ],
        },
      },
    ],
    [
      'ZeroPadding1D',
      { padding: [1, 2] },
      {
        operation: {
          kind: 'zeroPadding',
          rank: 1,
          padding: [
            [0, 0],
            [1, 2],
          ],
        },
      },
    ],
    [
      'ZeroPadding2D',
      { padding: [1, 2] },
      {
        operation: {
          kind: 'zeroPadding',
          rank: 2,
          padding: [
            [1, 1],
            [2, 2],
          ],
        },
      },
    ],
    [
      'ZeroPadding2D',
      {
        padding: [
          [0, 1],
          [2, 3],
        ],
      },
      {
        operation: {
          kind: 'zeroPadding',
          rank: 2,
          padding: [
            [0, 1],
            [2, 3],
          ],
        },
      },
    ],
    [
      'UpSampling2D',
      { size: [2, 3], interpolation: 'bilinear' },
      { operation: { kind: 'upSampling', factors: [2, 3], rank: 2, bilinear: true } },
    ],
    ['Concatenate', {}, { operation: { kind: 'concatenate', axis: -1 } }],
    ['Concatenate', { axis: 3 }, { operation: { kind: 'concatenate', axis: 2 } }],
    ['Maximum', {}, { operation: { kind: 'maximum' } }],
    ['Permute', { dims: [1, 2] }, { operation: { kind: 'identity' } }],
    ['Permute', { dims: [2, 1] }, { operation: { kind: 'select', selection: { by: 'axes', order: [1, 0] } } }],
    [
      'LSTM',
      { units: 8 },
      { type: 'lstm', operation: { kind: 'notPiecewiseLinear', what: 'an LSTM', output: { keep: 0, append: [8] } } },
    ],
    ['LayerNormalization', {}, { operation: { kind: 'notPiecewiseLinear', what: 'layer normalization' } }],
    [
      'TimeDistributed',
      { layer: { class_name: 'Dense', config: { units: 3, activation: 'relu' } } },
      { type: 'dense', operation: { kind: 'dense', units: 3, useBias: true }, activation: { name: 'relu' } },
    ],
  ])('%s %j', (className, config, expected) => {
    const layer = kerasLayer(className, config, 'keras2');
    expect(layer).toMatchObject(expected);
    expect(layer.issues).toEqual([]);
  });

  it.each<[string, PlainRecord, object]>([
    ['Dense', { output_dim: 3, bias: false }, { kind: 'dense', units: 3, useBias: false }],
    [
      'Convolution2D',
      { nb_filter: 4, nb_row: 3, nb_col: 5, subsample: [1, 1], border_mode: 'valid' },
      { kind: 'convolution', window: window2, filters: 4 },
    ],
    [
      'Convolution1D',
      { nb_filter: 4, filter_length: 3, subsample_length: 1 },
      { kind: 'convolution', window: window1, filters: 4 },
    ],
    [
      'AtrousConvolution2D',
      { nb_filter: 4, nb_row: 3, nb_col: 5, atrous_rate: [2, 3] },
      { kind: 'convolution', window: { ...window2, dilation: [2, 3] } },
    ],
    ['MaxPooling1D', { pool_length: 3, stride: 1 }, { kind: 'maxPooling', window: window1 }],
    ['UpSampling1D', { length: 3 }, { kind: 'upSampling', factors: [1, 3], rank: 1 }],
    ['MaxoutDense', { output_dim: 3, nb_feature: 5 }, { kind: 'maxout', units: 3, rank: 5 }],
    ['Merge', { mode: 'concat', concat_axis: 1 }, { kind: 'concatenate', axis: 0 }],
    ['Merge', { mode: 'sum' }, { kind: 'add' }],
  ])('%s with the fields of Keras 1: %j', (className, config, operation) => {
    expect(kerasLayer(className, config, 'keras1')).toMatchObject({ operation, issues: [] });
  });
});

describe('activations of Keras layers', () => {
  const activationOf = (className: string, config: PlainRecord, dialect: 'keras2' | 'keras3' = 'keras2') =>
    kerasLayer(className, config, dialect).activation;

  it('stand in a field, by name or as an object', () => {
    expect(activationOf('Dense', { units: 1, activation: 'relu' })).toMatchObject({ name: 'relu', slopes: [0, 1] });
    expect(activationOf('Dense', { units: 1, activation: null })).toMatchObject({ name: 'linear' });
    const leaky = { module: 'keras.layers', class_name: 'LeakyReLU', config: { negative_slope: 0.1 } };
    expect(activationOf('Dense', { units: 1, activation: leaky })).toMatchObject({ slopes: [0.1, 1] });
    const named = { module: 'builtins', class_name: 'function', config: 'relu6', registered_name: 'function' };
    expect(activationOf('Dense', { units: 1, activation: named })).toMatchObject({ name: 'relu6' });
    const layer = { class_name: 'Activation', config: { activation: 'tanh' } };
    expect(activationOf('Dense', { units: 1, activation: layer })).toEqual({ kind: 'smooth', name: 'tanh' });
  });

  it('or are a layer', () => {
    expect(activationOf('ReLU', { max_value: 6, threshold: 0 })).toMatchObject({
      breakpoints: [0, 6],
      slopes: [0, 1, 0],
    });
    expect(activationOf('LeakyReLU', {})).toMatchObject({ slopes: [0.3, 1] });
    expect(activationOf('LeakyReLU', { alpha: 0.2 })).toMatchObject({ slopes: [0.2, 1] });
    expect(activationOf('PReLU', { shared_axes: [1, 2] })).toMatchObject({
      learned: true,
      slopes: [0, 1],
      sharedAxes: [0, 1],
    });
    expect(activationOf('Softmax', { axis: -1 })).toEqual({ kind: 'smooth', name: 'softmax' });
    expect(activationOf('Activation', { activation: 'hard_sigmoid' })).toMatchObject({ slopes: [0, 0.2, 0] });
    expect(activationOf('Activation', { activation: 'hard_sigmoid' }, 'keras3')).toMatchObject({
      slopes: [0, 1 / 6, 0],
    });
  });

  it('that jump are said to', () => {
    const { activation, issues } = kerasLayer('ThresholdedReLU', { theta: 2 }, 'keras2');
    expect(activation).toMatchObject({ breakpoints: [2], slopes: [0, 1], intercepts: [0, 0] });
    expect(issues).toMatchObject([{ code: 'discontinuous', severity: 'information' }]);
    expect(kerasLayer('ThresholdedReLU', { theta: 0 }, 'keras2').issues).toEqual([]);
  });

  it('that are not known end the analysis, and are named', () => {
    const { activation, issues } = kerasLayer('Dense', { units: 1, activation: 'my_function' }, 'keras2');
    expect(activation).toEqual({ kind: 'smooth', name: 'my_function' });
    expect(issues).toMatchObject([{ field: 'activation', code: 'unknown-activation', severity: 'warning' }]);
  });
});

describe('layers that cannot be analyzed', () => {
  it.each<[string, PlainRecord, string | null, string]>([
    ['MyLayer', { units: 3 }, 'type', 'unknown-layer'],
    ['', {}, 'type', 'unknown-layer'],
    ['constructor', {}, 'type', 'unknown-layer'],
    ['Lambda', { function: ['code'] }, 'type', 'unsupported'],
    ['Conv3D', { filters: 2, kernel_size: 3 }, 'type', 'unsupported'],
    ['Permute', { dims: [2, 2] }, 'dims', 'bad-value'],
    [
      'TimeDistributed',
      { layer: { class_name: 'Conv2D', config: { filters: 1, kernel_size: 1 } } },
      'type',
      'unsupported',
    ],
    ['TimeDistributed', {}, 'type', 'unsupported'],
    ['Conv2D', { ...size2, data_format: 'channels_first' }, 'data_format', 'unsupported'],
    ['Conv2DTranspose', { ...size2, output_padding: [1, 1] }, 'output_padding', 'unsupported'],
    ['Merge', { mode: 'lambda' }, 'type', 'unsupported'],
    ['Dense', {}, 'units', 'missing-field'],
    ['Dense', { units: '3' }, 'units', 'bad-value'],
    ['Dense', { output_dim: -3 }, 'output_dim', 'bad-value'],
    ['Dense', { units: 1e300 }, 'units', 'bad-value'],
    ['Dense', { units: NaN }, 'units', 'bad-value'],
    ['Convolution2D', { nb_filter: 1, nb_row: 0, nb_col: 2 }, 'nb_row', 'bad-value'],
    ['Conv2D', { filters: 1, kernel_size: [1, 2, 3] }, 'kernel_size', 'bad-value'],
    ['Conv2D', { ...size2, padding: 'full' }, 'padding', 'bad-value'],
    ['Conv2D', { ...size2, padding: 'causal' }, 'padding', 'bad-value'],
    ['Concatenate', { axis: 0 }, 'axis', 'bad-value'],
    ['ZeroPadding2D', { padding: [1, 2, 3] }, 'padding', 'bad-value'],
    ['ReLU', { max_value: -1 }, 'max_value', 'bad-value'],
    ['Activation', {}, 'activation', 'missing-field'],
  ])('%s %j', (className, config, field, code) => {
    const { operation, issues } = kerasLayer(className, config, 'keras2');
    expect(operation.kind).toBe('unknown');
    expect(issues).toMatchObject([{ field, code }]);
  });

  it('say what is not known of a value, without a word more', () => {
    const { operation, issues } = kerasLayer('Dense', { units: new Unresolved('width is not known.') }, 'tfjs');
    expect(operation).toEqual({ kind: 'unknown', why: 'width is not known.' });
    expect(issues).toEqual([]);
  });

  it('never throw, whatever the fields hold', () => {
    const values: PlainValue[] = [
      null,
      true,
      -1,
      1e9,
      NaN,
      '',
      'x',
      [],
      [[]],
      {},
      { class_name: 'ReLU' },
      new Unresolved('x'),
    ];
    for (const value of values) {
      const names = [
        'units',
        'filters',
        'kernel_size',
        'strides',
        'padding',
        'activation',
        'axis',
        'target_shape',
        'layer',
        'size',
      ];
      const config = Object.fromEntries(names.map((name) => [name, value]));
      for (const className of [
        'Dense',
        'Conv1D',
        'Conv2D',
        'Reshape',
        'Concatenate',
        'TimeDistributed',
        'UpSampling2D',
        'LSTM',
        'Merge',
        'PReLU',
      ]) {
        expect(kerasLayer(className, config, 'keras3').operation.kind).toBeTypeOf('string');
      }
    }
  });
});

describe('the axis of a batch normalization', () => {
  const modelWith = (shape: (number | null)[], config: object, format = 'channels_last') =>
    JSON.stringify({
      class_name: 'Sequential',
      config: [
        {
          class_name: 'ZeroPadding2D',
          config: { name: 'p', batch_input_shape: shape, padding: 0, data_format: format },
        },
        { class_name: 'BatchNormalization', config: { name: 'b', ...config } },
      ],
      keras_version: '2.4.0',
    });
  const parametersOf = (...model: Parameters<typeof modelWith>) => {
    const { network, problems } = open(modelWith(...model), 'model.json');
    const refused = problems.find(({ code }) => code === 'unsupported');
    return refused ? refused.message : network.layers[1]?.parameters;
  };
  const image = [null, 10, 12, 3];
  const positions = (count: number) =>
    `b normalizes along an axis of ${count} positions, not along the channels, which is not analyzed`;

  it.each([
    [{}, 12],
    [{ axis: -1 }, 12],
    [{ axis: 3 }, 12],
    [{ axis: [3] }, 12],
    [{ axis: [-1] }, 12],
    [{ axis: 1 }, positions(10)],
    [{ axis: [2] }, positions(12)],
    [{ axis: -2 }, positions(12)],
    [{ axis: [1, 3] }, 'b: Normalizing along several axes at once is not analyzed.'],
  ])('with channels last, %j', (config, expected) => expect(parametersOf(image, config)).toBe(expected));

  it.each([
    [{ axis: 1 }, 40],
    [{ axis: [1] }, 40],
    [{ axis: 2 }, positions(12)],
    [{ axis: -1 }, positions(3)],
  ])('with channels first, %j', (config, expected) => {
    expect(parametersOf(image, config, 'channels_first')).toBe(expected);
  });
});
