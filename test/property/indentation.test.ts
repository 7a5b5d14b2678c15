import { describe, expect, it } from 'vitest';
import { read } from '../../src/formats/registry.ts';
import { parseJson, plainOf } from '../../src/formats/json/json.ts';
import { buildNetwork } from '../../src/network/build.ts';
import { allFixtureNames, fixture } from '../unit/formats/fixtures.ts';

/** Everything that is read of a text but its places in it. */
function meaningOf(text: string, fileName: string): unknown {
  const result = read(text, fileName, { weights: true });
  if (!result) return null;
  const withoutPlaces = (key: string, value: unknown) =>
    /^(span|nameSpan|fields)$/.test(key) ? undefined : value instanceof Float64Array ? [...value] : value;
  const networks = result.networks.map((definition) => {
    const { network, problems } = buildNetwork(definition);
    return { definition, layers: network.layers, messages: problems.map(({ code, message }) => `${code} ${message}`) };
  });
  const messages = result.problems.map(({ code, severity, message }) => `${code} ${severity} ${message}`);
  return JSON.parse(JSON.stringify({ format: result.format, networks, messages }, withoutPlaces)) as unknown;
}

const numbers = <T>(count: number, of: (k: number) => T): T[] => Array.from({ length: count }, (_, k) => of(k));
const kerasModel = (layers: readonly (readonly [string, object])[]) => ({
  class_name: 'Sequential',
  config: layers.map(([class_name, config]) => ({ class_name, config })),
  keras_version: '2.2.4',
});
const ints = (name: string, list: readonly number[]) => ({ name, ints: list, type: 'INTS' });
const tensorType = (...extents: number[]) => ({
  tensorType: { elemType: 1, shape: { dim: extents.map((dimValue) => ({ dimValue })) } },
});

/** Documents whose fields are lists of numbers, short and long. */
const documents: Readonly<Record<string, object>> = {
  'keras.json': kerasModel([
    [
      'ZeroPadding2D',
      {
        batch_input_shape: [null, 8, 8, 1],
        padding: [
          [3, 3],
          [2, 4],
        ],
      },
    ],
    ['Conv2D', { filters: 2, kernel_size: [3, 2], strides: [1, 2], dilation_rate: [1, 1], padding: 'valid' }],
    ['PReLU', { shared_axes: [1, 2] }],
    ['UpSampling2D', { size: [2, 3] }],
    ['AveragePooling2D', { pool_size: [2, 2], strides: [2, 2] }],
    ['BatchNormalization', { axis: [3] }],
    ['Permute', { dims: [1, 2, 3] }],
    ['Reshape', { target_shape: [18, -1] }],
    ['Cropping1D', { cropping: [1, 1] }],
  ]),
  'normalized.json': kerasModel([
    ['Dense', { units: 4, batch_input_shape: [null, 40] }],
    ['Normalization', { axis: [-1], mean: numbers(40, (k) => k), variance: numbers(40, (k) => 1 + k) }],
  ]),
  'pieces.network.json': {
    input: [6, 2],
    layers: [
      {
        type: 'graph_conv',
        units: 3,
        adjacency: numbers(6, (k) => k).map((k) => numbers(6, (j) => (k === j ? 1 : 0))),
      },
      {
        type: 'activation',
        activation: {
          breakpoints: numbers(40, (k) => k),
          slopes: numbers(41, (k) => k % 3),
          intercepts: numbers(41, (k) => -k),
        },
      },
      { type: 'flatten' },
      { type: 'dense', units: 2, weights: { kernel: numbers(18, (k) => [k, -k]), bias: [1, 2] } },
    ],
  },
  'uneven.network.json': {
    input: [6, 2],
    layers: [{ type: 'graph_conv', units: 3, adjacency: numbers(9, (k) => numbers(k, (j) => j)) }],
  },
  'deep.network.json': {
    input: [4],
    layers: [{ type: 'dense', units: numbers(40, (k) => k) }],
  },
  'padded.json': {
    irVersion: '7',
    opsetImport: [{ version: '9' }],
    graph: {
      name: 'padded',
      node: [
        { input: ['x'], output: ['p'], opType: 'Pad', attribute: [ints('pads', [0, 0, 1, 2, 0, 0, 3, 4])] },
        {
          input: ['p', 'k'],
          output: ['y'],
          opType: 'Conv',
          attribute: [ints('pads', [1, 1, 0, 0]), ints('strides', [1, 1]), ints('dilations', [1, 1])],
        },
        { input: ['y'], output: ['z'], opType: 'Relu' },
      ],
      initializer: [{ name: 'k', dims: [2, 1, 3, 3], dataType: 1, floatData: numbers(18, (k) => k) }],
      input: [{ name: 'x', type: tensorType(1, 1, 6, 6) }],
      output: [{ name: 'z' }],
    },
  },
  'choices.json': { hidden_size: { _type: 'choice', _value: numbers(60, (k) => 8 + k) } },
  'many-sizes.json': {
    type: 'NeuralNetwork',
    sizes: numbers(40, (k) => 2 + (k % 3)),
    layers: [],
    trainOpts: { activation: 'relu' },
  },
  'net.json': {
    layers: [
      { layer_type: 'input', out_sx: 1, out_sy: 1, out_depth: 3 },
      {
        layer_type: 'fc',
        out_depth: 2,
        filters: [{ w: { 0: 1, 1: 2, 2: 3 } }, { w: { 0: 4, 1: 5, 2: 6 } }],
        biases: { w: Object.fromEntries(numbers(2, (k) => k).map((k) => [k, k])) },
      },
      { layer_type: 'relu' },
    ],
  },
};

const indentations = [0, 1, 2, 4, 8, 16];

/** `JSON.stringify` writes at most ten spaces a level, and no other white space. */
function indented(value: unknown, spaces: number): string {
  const text = JSON.stringify(value, null, 1);
  if (spaces === 0) return JSON.stringify(value);
  return text.replace(/\n +/g, (line) => `\r\n${' '.repeat(spaces * (line.length - 1))}`);
}

describe('indentation has no meaning', () => {
  it.each(allFixtureNames)('%s', (name) => {
    const { root } = parseJson(fixture(name));
    const value = root && plainOf(root);
    const first = meaningOf(JSON.stringify(value), name);
    expect(first).not.toBeNull();
    for (const spaces of indentations) expect(meaningOf(indented(value, spaces), name), `${spaces}`).toEqual(first);
  });

  it.each(Object.entries(documents))('%s', (name, value) => {
    const first = meaningOf(JSON.stringify(value), name);
    expect(first).not.toBeNull();
    for (const spaces of indentations) expect(meaningOf(indented(value, spaces), name), `${spaces}`).toEqual(first);
  });
});

describe('lists of numbers that fields ask for', () => {
  const layersOf = (name: string) =>
    (meaningOf(indented(documents[name], 16), name) as { networks: { layers: { outputShape: number[] }[] }[] })
      .networks[0].layers;

  it('are read however far apart they stand', () => {
    expect(
      layersOf('keras.json')
        .slice(0, 2)
        .map(({ outputShape }) => outputShape),
    ).toEqual([
      [14, 14, 1],
      [12, 7, 2],
    ]);
    expect(layersOf('padded.json').map(({ outputShape }) => outputShape)).toEqual([
      [10, 12, 1],
      [9, 11, 2],
    ]);
    expect(layersOf('many-sizes.json')).toHaveLength(39);
  });

  it('are read however long they are', () => {
    expect(layersOf('pieces.network.json')[1]).toMatchObject({ activation: { slopes: numbers(41, (k) => k % 3) } });
    expect(meaningOf(indented(documents['choices.json'], 4), 'choices.json')).toMatchObject({
      messages: [expect.anything(), expect.stringContaining('2^67')],
    });
  });
});
