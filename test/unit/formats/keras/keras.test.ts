import { describe, expect, it } from 'vitest';
import { networkParameters } from '../../../../src/network/openSizes.ts';
import { totalParameters } from '../../../../src/network/parameters.ts';
import { fixture, layerNamed, open, openFixture, readText, summary, underlined } from '../fixtures.ts';

describe('Keras models', () => {
  it('of version 1', () => {
    const { network, problems } = openFixture('keras1-sequential.json');
    expect(problems).toEqual([]);
    expect(network.inputs).toEqual([{ name: 'input', shape: [12, 10, 2] }]);
    expect(summary(network)).toEqual([
      'convolution2d_1 conv2d relu 6x10x4 48 240',
      'maxpooling2d_1 max_pooling2d linear 3x5x4 0 60',
      'flatten_1 flatten linear 60 0 0',
      'maxoutdense_1 maxout linear 6 1098 6',
      'dropout_1 dropout linear 6 0 0',
      'dense_1 dense softmax 3 21 0',
    ]);
  });

  it('of version 2, with models in models and shared layers', () => {
    const { definition, network, problems } = openFixture('keras2-functional.json');
    expect(problems).toEqual([]);
    expect(network.inputs.map(({ name }) => name)).toEqual(['left', 'right']);
    expect(summary(network)).toEqual([
      'encoder/hidden dense relu 7 42 7',
      'encoder/code dense linear 4 32 0',
      'encoder:2/hidden dense relu 7 0 7',
      'encoder:2/code dense linear 4 0 0',
      'mix dense relu 4 20 4',
      'mix:2 dense relu 4 0 4',
      'merged add linear 4 0 0',
      'tail/last dense linear 1 5 0',
    ]);
    expect(layerNamed(definition, 'encoder:2/hidden')).toMatchObject({
      inputs: ['right'],
      sharedWith: 'encoder/hidden',
    });
    expect(layerNamed(definition, 'merged').inputs).toEqual(['mix', 'mix:2', 'encoder/code']);
    expect(definition.outputs).toEqual(['tail/last']);
  });

  it('of version 3, with its arguments and objects', () => {
    const { definition, network, problems } = openFixture('keras3-functional.json');
    expect(problems).toEqual([]);
    expect(summary(network)).toEqual([
      'conv conv2d linear 8x8x6 60 0',
      'norm batch_normalization linear 8x8x6 24 0',
      'act relu relu6 8x8x6 0 384',
      'project conv2d hard_sigmoid 8x8x6 18 384',
      'join concatenate linear 8x8x12 0 0',
      'pool global_average_pooling2d linear 12 0 0',
      'out dense leaky_relu 2 26 2',
    ]);
    expect(layerNamed(definition, 'project').activation).toMatchObject({ slopes: [0, 1 / 6, 0] });
  });

  it('of version 3, in sequence, built for a shape', () => {
    const { network, problems } = openFixture('keras3-sequential.json');
    expect(problems.map(({ code }) => code)).toEqual(['dense-on-positions']);
    expect(summary(network)).toEqual([
      'conv conv1d relu 16x4 28 64',
      'each dense relu 16x5 25 80',
      'pool max_pooling1d linear 8x5 0 40',
      'shape reshape linear 40 0 0',
      'out dense linear 1 41 0',
    ]);
  });

  it('with channels first, shown with channels last', () => {
    const { network, problems } = openFixture('channels-first.json');
    expect(underlined(fixture('channels-first.json'), problems)).toEqual(['channels-first at "channels_first"']);
    expect(network.inputs[0].shape).toEqual([20, 30, 3]);
    expect(summary(network)).toEqual([
      'conv conv2d relu 18x27x5 185 2430',
      'norm batch_normalization linear 18x27x5 20 0',
      'pool average_pooling2d linear 9x9x5 0 0',
      'flat flatten linear 405 0 0',
      'out dense linear 2 812 0',
    ]);
  });

  it('of TensorFlow.js, with as many parameters as its weights', () => {
    const text = fixture('tfjs-layers.json');
    const { network, problems } = open(text, 'model.json');
    const manifest = JSON.parse(text) as { weightsManifest: { weights: { shape: number[] }[] }[] };
    const weights = manifest.weightsManifest.flatMap((group) => group.weights);
    const total = weights.reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
    expect(problems).toEqual([]);
    expect(totalParameters(network.layers)).toBe(total);
    expect(readText(text, 'model.json').format).toBe('tfjs');
  });

  it('of TensorFlow.js, and says when the weights are not those of its layers', () => {
    const text = fixture('tfjs-layers.json').replace(/(?<="shape": \[\s+)4(?=,\s+9)/, '5');
    expect(underlined(text, open(text, 'model.json').problems)).toEqual(['parameter-total at "weightsManifest"']);
  });

  it('of TensorFlow.js that keep the model in model_config', () => {
    const inner = JSON.parse(fixture('keras2-functional.json')) as object;
    const text = JSON.stringify({
      format: 'layers-model',
      modelTopology: { keras_version: '2.4.0', model_config: inner },
    });
    expect(summary(open(text, 'model.json').network)).toEqual(summary(openFixture('keras2-functional.json').network));
  });

  it('know where each thing is written', () => {
    const text = fixture('keras1-sequential.json');
    const { definition } = open(text, 'x.json');
    const at = ({ start, end }: { start: number; end: number }) => text.slice(start, end).replace(/\s+/g, '');
    const [conv] = definition.layers;
    expect(at(conv.fields.type)).toBe('"Convolution2D"');
    expect(at(conv.fields.filters)).toBe('4');
    expect(at(conv.fields.kernel_size)).toBe('3');
    expect(at(conv.fields.activation)).toBe('"relu"');
    expect(at(conv.fields.name)).toBe('"convolution2d_1"');
    expect(at(definition.inputs[0].span)).toBe('[null,12,10,2]');
    expect(at(definition.nameSpan)).toBe('"Sequential"');
  });
});

interface Json {
  class_name: string;
  config: Record<string, unknown>;
  [key: string]: unknown;
}

const dense = (name: string, units: number, more: object = {}): Json => ({
  class_name: 'Dense',
  config: { name, units, activation: 'relu', ...more },
});
const inputLayer = (name: string, shape: (number | null)[]): Json => ({
  class_name: 'InputLayer',
  name,
  config: { name, batch_input_shape: shape },
  inbound_nodes: [],
});
const after = (layer: Json, ...from: string[]): Json => ({
  ...layer,
  name: layer.config.name,
  inbound_nodes: [from.map((name) => [name, 0, 0, {}])],
});
const sequential = (...layers: Json[]) => JSON.stringify({ class_name: 'Sequential', config: { name: 's', layers } });
const functional = (...layers: Json[]) => JSON.stringify({ class_name: 'Functional', config: { name: 'f', layers } });

function problemsOf(text: string): string[] {
  return underlined(text, open(text, 'x.json').problems);
}

describe('inputs of Keras models', () => {
  it.each<[object, number[]]>([
    [{ batch_input_shape: [null, 7] }, [7]],
    [{ batch_shape: [32, 7] }, [7]],
    [{ input_shape: [7] }, [7]],
    [{ input_dim: 7 }, [7]],
    [{ input_dim: 7, input_length: 4 }, [4, 7]],
    [{ input_dim: 7, input_length: null }, [7]],
    [{ batch_input_shape: { class_name: '__tuple__', items: [null, 7] } }, [7]],
  ])('stated as %j', (field, shape) => {
    expect(open(sequential(dense('d', 2, field)), 'x.json').network.inputs[0].shape).toEqual(shape);
  });

  it('are found inside a model that comes first', () => {
    const inner: Json = {
      class_name: 'Sequential',
      config: { name: 'inner', layers: [dense('a', 2, { input_dim: 3 })] },
    };
    expect(summary(open(sequential(inner, dense('b', 1)), 'x.json').network)).toEqual([
      'inner/a dense relu 2 8 2',
      'b dense relu 1 3 1',
    ]);
  });

  it('are asked for where a size is open or not there', () => {
    expect(problemsOf(sequential(dense('d', 2)))).toEqual(['missing-field at "']);
    const text = functional(inputLayer('i', [null, null, null, 3]));
    const { problems } = readText(text, 'x.json');
    expect(underlined(text, problems)).toEqual(['unknown-size at [null,null,null,3]']);
    expect(problems[0].message).toContain('The height and width of the input i are left open');
    expect(problemsOf(functional(inputLayer('i', [null])))).toEqual(['unknown-size at [null]']);
    expect(problemsOf(functional(inputLayer('i', [null, 2, 2, 2, 2])))).toEqual(['unknown-size at [null,2,2,2,2]']);
  });
});

describe('sizes that are left open', () => {
  const parametersOf = (text: string) => {
    const { definition, network } = open(text, 'x.json');
    return networkParameters(network, definition);
  };
  const convolution: Json = { class_name: 'Conv2D', name: 'c', config: { name: 'c', filters: 4, kernel_size: 3 } };
  const pool: Json = { class_name: 'GlobalAveragePooling2D', name: 'g', config: { name: 'g' } };
  const flat: Json = { class_name: 'Flatten', name: 'f', config: { name: 'f' } };

  it('leave the number of parameters known where it does not depend on them', () => {
    const input = inputLayer('i', [null, null, null, 3]);
    const chain = (...layers: Json[]) =>
      functional(input, ...layers.map((layer, k) => after(layer, k === 0 ? 'i' : (layers[k - 1].name as string))));
    expect(parametersOf(chain(convolution, pool, dense('d', 5)))).toBe(3 * 3 * 3 * 4 + 4 + 4 * 5 + 5);
    expect(parametersOf(chain(convolution, flat, dense('d', 5)))).toBeNull();
    expect(parametersOf(functional(inputLayer('i', [null, null]), after(dense('d', 5), 'i')))).toBeNull();
  });

  it('do not make a network that cannot be read one without parameters', () => {
    const model: Json = { class_name: 'Custom', name: 'c', config: { name: 'c' } };
    expect(parametersOf(functional(inputLayer('i', [null, 3]), after(model, 'i')))).toBeNull();
  });

  it('are asked for by the name of each input', () => {
    const text = functional(inputLayer('left', [null, null]), inputLayer('right', [null, null]));
    expect(readText(text, 'x.json').problems.map(({ message }) => message.slice(0, 28))).toEqual([
      'The size of the input left i',
      'The size of the input right ',
    ]);
  });
});

describe('Keras 1', () => {
  it('begins a sequential model with branches that have inputs of their own', () => {
    const branch = (name: string, units: number, inputs: number) => ({
      class_name: 'Sequential',
      config: [{ class_name: 'Dense', config: { name, output_dim: units, batch_input_shape: [null, inputs] } }],
    });
    const merge = (name: string, ...layers: object[]) => ({
      class_name: 'Merge',
      config: { name, mode: 'concat', concat_axis: -1, layers },
    });
    const inner = { class_name: 'Sequential', config: [merge('inner', branch('a', 4, 3), branch('b', 5, 2))] };
    const text = JSON.stringify({
      class_name: 'Sequential',
      keras_version: '1.0.6',
      config: [merge('m', inner, branch('c', 6, 7)), { class_name: 'Dense', config: { name: 'o', output_dim: 1 } }],
    });
    const { network, problems } = open(text, 'x.json');
    expect(problems).toEqual([]);
    expect(network.inputs.map(({ shape }) => shape)).toEqual([[3], [2], [7]]);
    expect(network.layers.map(({ name, outputShape }) => `${name} ${outputShape.join('x')}`)).toEqual([
      'sequential/sequential/a 4',
      'sequential/sequential/b 5',
      'sequential/inner 9',
      'sequential/c 6',
      'm 15',
      'o 1',
    ]);
    expect(totalParameters(network.layers)).toBe(16 + 15 + 48 + 16);
  });

  it('writes the four sides of a padding one after another or by name', () => {
    const padded = (padding: unknown) => {
      const config = { batch_input_shape: [null, 8, 8, 1], padding };
      const text = JSON.stringify({
        class_name: 'Sequential',
        keras_version: '1.2.2',
        config: [{ class_name: 'ZeroPadding2D', config }],
      });
      return open(text, 'x.json').network.layers.map(({ outputShape }) => outputShape);
    };
    expect(padded([1, 2, 3, 4])).toEqual([[11, 15, 1]]);
    expect(padded({ top_pad: 1, bottom_pad: 2, left_pad: 3, right_pad: 4 })).toEqual([[11, 15, 1]]);
  });
});

describe('a Normalization', () => {
  const normalized = (shape: number[], config: object) => {
    const layer = {
      class_name: 'Normalization',
      config: { name: 'n', batch_input_shape: [null, ...shape], ...config },
    };
    return open(sequential(layer), 'x.json');
  };

  it('has a mean and a variance of each place along its axes, and a count', () => {
    const parameters = (shape: number[], config: object) => totalParameters(normalized(shape, config).network.layers);
    expect(parameters([3], {})).toBe(7);
    expect(parameters([3], { axis: [-1], mean: null, variance: null })).toBe(7);
    expect(parameters([4, 5], { axis: [1] })).toBe(9);
    expect(parameters([4, 5], { axis: null })).toBe(3);
    expect(parameters([3], { mean: [0, 0, 0], variance: [1, 1, 1] })).toBe(0);
  });

  it('along several axes is not analyzed', () => {
    const { network, problems } = normalized([4, 5], { axis: [1, 2] });
    expect(network.complete).toBe(false);
    expect(problems.map(({ code }) => code)).toEqual(['unsupported']);
  });
});

describe('graphs of Keras models', () => {
  it('may be written in any order', () => {
    const layers = [after(dense('b', 1), 'a'), after(dense('a', 2), 'i'), inputLayer('i', [null, 3])];
    expect(summary(open(functional(...layers), 'x.json').network)).toEqual([
      'a dense relu 2 8 2',
      'b dense relu 1 3 1',
    ]);
  });

  it('name layers that are not there, read themselves or are not connected', () => {
    const i = inputLayer('i', [null, 3]);
    expect(problemsOf(functional(i, after(dense('a', 2), 'x')))).toEqual(['unknown-input at [[["x",0,0,{}]]]']);
    expect(
      problemsOf(functional(i, after(dense('a', 2), 'b'), after(dense('b', 2), 'a'))).map((text) => text.split(' ')[0]),
    ).toContain('cycle');
    expect(problemsOf(functional(i, dense('a', 2)))).toEqual(['unconnected at "Dense"']);
  });

  it('report a layer that is wrong once, however often it is used', () => {
    const shared: Json = { ...dense('a', 0), name: 'a', inbound_nodes: [[['i', 0, 0]], [['i', 0, 0]]] };
    expect(problemsOf(functional(inputLayer('i', [null, 3]), shared))).toEqual(['bad-value at 0']);
  });

  it('stop where models in models multiply without end', () => {
    let model: Json = { class_name: 'Sequential', config: { name: 'm', layers: [dense('a', 3, { input_dim: 3 })] } };
    for (let level = 0; level < 20; level++) {
      const twice = { ...model, name: 'm', inbound_nodes: [[['i', 0, 0]], [['m', 0, 0]]] };
      model = {
        class_name: 'Functional',
        config: { name: 'm', layers: [inputLayer('i', [null, 3]), twice], output_layers: [['m', 1, 0]] },
      };
    }
    expect(readText(JSON.stringify(model), 'x.json').problems.map(({ code }) => code)).toEqual(['too-large']);
  });

  it('survive a model that waits for itself', () => {
    const inner: Json = {
      class_name: 'Functional',
      name: 'm',
      inbound_nodes: [[['m', 0, 0]]],
      config: {
        name: 'm',
        layers: [inputLayer('x', [null, 3])],
        input_layers: [['x', 0, 0]],
        output_layers: [['x', 0, 0]],
      },
    };
    const text = functional(inputLayer('i', [null, 3]), inner, after(dense('a', 2), 'm'));
    expect(open(text, 'x.json').network.complete).toBe(false);
  });

  it('stop where models wait for one another without end', () => {
    const waiting = Array.from({ length: 3000 }, (_, k): Json => ({
      class_name: 'Sequential',
      name: `m${k}`,
      config: { layers: [] },
      inbound_nodes: [[[`m${k + 1}`, 0, 0]]],
    }));
    expect(readText(functional(...waiting), 'x.json').problems.map(({ code }) => code)).toEqual(['too-large']);
  });

  it('of a class of one’s own are named, not guessed', () => {
    const text = JSON.stringify({ class_name: 'MyNet', config: { layers: [dense('a', 2, { input_dim: 3 })] } });
    const { networks, problems } = readText(text, 'x.json');
    expect(networks).toEqual([]);
    expect(underlined(text, problems)).toEqual(['unknown-layer at "MyNet"']);
  });

  it('go on to be analyzed up to a layer of one’s own', () => {
    const own: Json = { class_name: 'Custom>Spline', config: { name: 'own' } };
    const text = sequential(dense('a', 2, { input_dim: 3 }), own, dense('b', 2));
    const { network, problems } = open(text, 'x.json');
    expect(underlined(text, problems)).toEqual(['unknown-layer at "Custom>Spline"']);
    expect(network.layers.map(({ name }) => name)).toEqual(['a']);
    expect(network.complete).toBe(false);
  });
});
