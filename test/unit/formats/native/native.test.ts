import { describe, expect, it } from 'vitest';
import { writeNative } from '../../../../src/formats/native/write.ts';
import { layerNamed, open, openFixture, readOne, readText, summary, underlined, fixture } from '../fixtures.ts';

/** A native file around these layers. */
function file(layers: string, more = '"input": [3]'): string {
  return `{ ${more}, "layers": [${layers}] }`;
}

function problemsOf(text: string): string[] {
  return underlined(text, open(text, 'x.network.json').problems);
}

describe('native files', () => {
  it('are read with expressions, made-up names and implicit inputs', () => {
    const { network, problems } = openFixture('native.network.json');
    expect(problems).toEqual([]);
    expect(network.name).toBe('grid');
    expect(network.inputs).toEqual([{ name: 'input', shape: [8, 6, 1] }]);
    expect(summary(network)).toEqual([
      'c conv2d leaky_relu 8x6x2 20 96',
      'max_pooling2d_1 max_pooling2d linear 4x3x2 0 24',
      'flatten_1 flatten linear 24 0 0',
      'dense_1 dense relu 5 125 5',
      'z dense linear 5 30 0',
      'add_1 add linear 5 0 0',
      'maxout_1 maxout linear 2 36 2',
    ]);
    expect(network.initialization).toEqual({ kernel: 'normal', kernelStddev: 0.25, biasStddev: 0, seed: 7 });
  });

  it('give weights only when asked', () => {
    const text = fixture('native.network.json');
    expect(layerNamed(readOne(text, 'x.json'), 'z').weights).toBeUndefined();
    const { weights } = layerNamed(readOne(text, 'x.json', true), 'z');
    expect(weights?.kernel.shape).toEqual([5, 5]);
    expect([...(weights?.kernel.data.subarray(5, 10) ?? [])]).toEqual([0, -1, 0.5, 1e-3, 2]);
    expect(weights?.bias).toEqual({ shape: [5], data: Float64Array.of(0, 0, 1, 0, 0) });
  });

  it('know where each thing is written', () => {
    const text = fixture('native.network.json');
    const network = readOne(text, 'x.json');
    const at = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
    const c = layerNamed(network, 'c');
    expect(at(network.nameSpan)).toBe('"grid"');
    expect(at(network.inputs[0].span)).toBe('["double", "width + 2", 1]');
    expect(at(c.span)).toMatch(/^\{ "type": "conv2d".*\}$/);
    expect(at(c.fields.kernel_size)).toBe('[3, "1 + 2"]');
    expect(at(c.fields.filters)).toBe('"width / 2"');
    expect(at(layerNamed(network, 'add_1').fields.inputs)).toBe('["z", "dense_1"]');
  });

  it('count the layers of a type for the names they have not, around the names they have', () => {
    const text = file(
      '{"type":"dense","units":1},{"type":"dense","units":1},{"name":"dense_2","type":"dense","units":1}',
    );
    expect(readOne(text, 'x.json').layers.map(({ name }) => name)).toEqual(['dense_1', 'dense_3', 'dense_2']);
  });

  it('may have several inputs, outputs and shared layers', () => {
    const text = file(
      `{ "type": "dense", "name": "a", "units": 2, "inputs": ["left"] },
       { "type": "dense", "name": "b", "units": 2, "inputs": "right", "shared_with": "a" },
       { "type": "subtract", "name": "difference", "inputs": ["a", "b"] }`,
      '"input": { "left": [4], "right": [4] }, "outputs": ["difference"]',
    );
    const { network, problems } = open(text, 'x.json');
    expect(problems).toEqual([]);
    expect(summary(network)).toEqual([
      'a dense linear 2 10 0',
      'b dense linear 2 0 0',
      'difference subtract linear 2 0 0',
    ]);
    expect(network.inputSize).toBe(8);
    expect(network.outputs).toEqual([2]);
  });

  it('are called after their file where they have no name', () => {
    expect(readOne(file(''), '/a/b/my net.network.json').name).toBe('my net');
  });

  it('may hold layers that are not piecewise linear', () => {
    const { network, problems } = open(
      file(
        '{"type":"dense","units":4,"activation":"relu"},{"type":"layer_normalization"},{"type":"dense","units":2,"activation":"gelu"}',
      ),
      'x.json',
    );
    expect(problems).toEqual([]);
    expect(network.layers.map(({ scope: reach }) => reach)).toEqual(['piecewiseLinear', 'beyond', 'beyond']);
  });
});

describe('problems in native files', () => {
  it.each([
    ['a type that is not there', '{ "units": 1 }', ['missing-field at {']],
    ['a type that does not exist', '{ "type": "dens", "units": 1 }', ['unknown-layer at "dens"']],
    ['a field that is missing', '{ "type": "dense" }', ['missing-field at "dense"']],
    ['a field that does not exist', '{ "type": "dense", "units": 1, "unit": 2 }', ['unknown-field at "unit"']],
    ['a size that is none', '{ "type": "dense", "units": 2.5 }', ['bad-value at 2.5']],
    ['a size below one', '{ "type": "dense", "units": 0 }', ['bad-value at 0']],
    ['an expression with a fault', '{ "type": "dense", "units": "2 *" }', ['expression at "2 *"']],
    ['an expression that gives no size', '{ "type": "dense", "units": "7 / 2" }', ['bad-value at "7 / 2"']],
    [
      'an activation that is not known',
      '{ "type": "dense", "units": 1, "activation": "rellu" }',
      ['unknown-activation at "rellu"'],
    ],
    ['a padding that does not exist', '{ "type": "max_pooling1d", "padding": "full" }', ['bad-value at "full"']],
    ['inputs that are not names', '{ "type": "add", "inputs": [1, 2] }', ['bad-value at [1, 2]']],
    ['an input that is not there', '{ "type": "dense", "units": 1, "inputs": ["x"] }', ['unknown-input at "x"']],
    ['a layer that is not an object', '3', ['bad-value at 3']],
    ['a name that is not text', '{ "type": "dense", "units": 1, "name": 3 }', ['bad-value at 3']],
    ['a target that is not a shape', '{ "type": "reshape", "target_shape": [3, 0] }', ['bad-value at [3, 0]']],
    ['an adjacency that is missing', '{ "type": "graph_conv", "units": 2 }', ['missing-field at "graph_conv"']],
  ])('%s', (_, layer, expected) => {
    expect(problemsOf(file(layer))).toEqual(expected);
  });

  it('are each said once, also where they leave what follows without a shape', () => {
    const text = file('{"type":"dense","units":"n"},{"type":"dense","units":3},{"type":"flatten"}');
    expect(problemsOf(text)).toEqual(['expression at "n"']);
  });

  it('suggest what was meant', () => {
    const message = (layer: string) => readText(file(layer), 'x.json').problems[0].message;
    expect(message('{ "type": "conv2", "filters": 1 }')).toBe("Unknown layer type 'conv2'. Did you mean 'conv2d'?");
    expect(message('{ "type": "dense", "units": 1, "activaton": "relu" }')).toBe(
      "Unknown field 'activaton' in a dense layer. Did you mean 'activation'?",
    );
  });

  it('keep the second of two layers of one name in its place', () => {
    const text = file(
      '{"type":"dense","name":"a","units":2},{"type":"dense","name":"a","units":5},{"type":"dense","units":1}',
    );
    const { network, problems } = open(text, 'x.json');
    expect(underlined(text, problems)).toEqual(['duplicate-name at "a"']);
    expect(network.layers.map(({ parameters }) => parameters)).toEqual([8, 15, 6]);
  });

  it.each([
    ['"name": "x"', ['missing-field at {']],
    ['"input": []', ['bad-value at []']],
    ['"input": [2, 0]', ['bad-value at [2, 0]']],
    ['"input": ["n"]', ['expression at "n"']],
    ['"input": [1], "params": { "a": "b" }', ['expression at "b"']],
    ['"input": [1], "params": { "a": [] }', ['bad-value at []']],
    ['"input": [1], "init": { "kernel": "he" }', ['bad-value at "he"']],
    ['"input": [1], "init": { "kernel": "normal" }', ['missing-field at "normal"']],
    ['"input": [1], "init": { "bias_stddev": -1 }', ['bad-value at -1']],
    ['"input": [1], "parms": {}', ['unknown-field at "parms"']],
    ['"input": { "a": [1], "b": [2] }', ['missing-field at "flatten"']],
  ])('of the whole: %s', (more, expected) => {
    expect(problemsOf(file('{ "type": "flatten" }', more))).toEqual(expected);
  });

  it('of weights are found when weights are read', () => {
    const text = file(
      '{ "type": "dense", "units": 1, "weights": { "kernel": [[1], [2, 3]], "bais": [0], "bias": 1 } }',
    );
    const { problems, networks } = readText(text, 'x.json', true);
    expect(underlined(text, problems)).toEqual([
      'bad-value at [[1], [2, 3]]',
      'unknown-field at "bais"',
      'bad-value at 1',
    ]);
    expect(networks[0].layers[0].weights).toBeUndefined();
  });

  it('takes the last of a field that is written twice', () => {
    const layer = `{ "type": "dense", "units": "1 + 1", "units": 3, "activation": { }, "activation": "relu" }`;
    const { network } = open(`{ "input": [2], "layers": [${layer}] }`, 'a.network.json');
    expect(summary(network)).toEqual(['dense_1 dense relu 3 9 3']);
  });

  it('is understood layer by layer, also where layers are written nearly alike', () => {
    const layers = [
      { type: 'dense', units: 3, activation: 'relu' },
      { type: 'dense', units: '3', activation: 'relu' },
      { type: 'dense', units: 3, activation: 'relu' },
      { type: 'dense', units: 3, activation: 'tanh' },
      { type: 'dense', 'units 3\n10:activation': 'relu' },
      { type: 'maxout', units: 3, rank: 2 },
      { type: 'dense', units: 'three', activation: 'relu' },
      { type: 'dense', units: 'three', activation: 'relu' },
    ];
    const { networks, problems } = readText(JSON.stringify({ input: [3], layers }), 'n.network.json');
    const [first, expression, again, smooth, odd, maxout] = networks[0].layers;
    expect(expression.operation).toEqual(first.operation);
    expect(again.operation).toBe(first.operation);
    expect([smooth.activation.name, maxout.operation.kind, odd.operation.kind]).toEqual(['tanh', 'maxout', 'unknown']);
    // What is wrong is said of each.
    expect(problems.filter(({ code }) => code === 'expression')).toHaveLength(2);
  });
});

describe('tropical layers in native files', () => {
  const operations = (layers: string, input: string) =>
    open(file(layers, `"input": ${input}`), 'x.network.json').network.layers.map((layer) => layer.operation);

  it('are read with their semiring, their windows and what they do with channels', () => {
    const window = { rank: 1, kernel: [1, 3], strides: [1, 2], dilation: [1, 1], padding: 'valid' };
    expect(
      operations(
        '{ "type": "tropical_conv1d", "filters": 2, "kernel_size": 3, "strides": 2, "reduce": "sum" }',
        '[7, 2]',
      ),
    ).toEqual([{ kind: 'tropicalConvolution', window, filters: 2, semiring: 'max', sumsChannels: true }]);
    const words = '"filters": 1, "kernel_size": [2, 1], "semiring": "min", "reduce": "min"';
    expect(operations(`{ "type": "tropical_conv2d", ${words} }`, '[3, 3, 1]')).toMatchObject([
      { semiring: 'min', sumsChannels: false, window: { kernel: [2, 1] } },
    ]);
    expect(operations('{ "type": "tropical_dense", "units": 4 }', '[3]')).toEqual([
      { kind: 'tropicalDense', units: 4, semiring: 'max' },
    ]);
  });

  it('read weights as dense layers and convolutions do', () => {
    const weights = '"weights": { "kernel": [[[1, 2]], [[3, 4]]] }';
    const text = file(`{ "type": "tropical_conv1d", "filters": 2, "kernel_size": 2, ${weights} }`, '"input": [3, 1]');
    expect(readOne(text, 'x.network.json', true).layers[0].weights?.kernel.shape).toEqual([2, 1, 2]);
    expect(problemsOf(text)).toEqual([]);
  });

  it.each([
    ['"padding": "same"', /padding.*not settled/],
    ['"semiring": "min", "reduce": "max"', /reduce must be "min" or "sum"/],
    ['"semiring": "plus"', /semiring must be "max" or "min"/],
    ['"kernel_size": 1', /nothing to compare/],
  ])('refuse what has no meaning: %s', (field, message) => {
    const text = file(`{ "type": "tropical_conv1d", "filters": 2, "kernel_size": 2, ${field} }`, '"input": [3, 1]');
    expect(open(text, 'x.network.json').problems.some((problem) => message.test(problem.message))).toBe(true);
    expect(open(text, 'x.network.json').network.layers).toEqual([]);
  });
});

describe('a network of PyTorch, written in the native format', () => {
  const written = (...layers: readonly string[]) => {
    const text = `import torch\nimport torch.nn as nn\nnet = nn.Sequential(${layers.join(', ')})\nnet(torch.randn(1, 3, 8, 8))\n`;
    return writeNative(readOne(text, 'net.py'));
  };

  it('loses nothing, although channels come last then', () => {
    const { text, lost } = written('nn.Conv2d(3, 4, 3)', 'nn.ReLU()', 'nn.Flatten()', 'nn.Linear(144, 2)');
    expect(lost).toEqual([]);
    expect(readText(text, 'net.network.json').problems).toEqual([]);
  });

  it('can be read where a normalization counts no statistics, which is what is lost', () => {
    const { text, lost } = written('nn.Conv2d(3, 4, 3)', 'nn.BatchNorm2d(4)', 'nn.ReLU()');
    expect(lost).toHaveLength(1);
    expect(readText(text, 'net.network.json').problems).toEqual([]);
  });
});
