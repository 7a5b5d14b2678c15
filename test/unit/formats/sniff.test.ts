import { describe, expect, it } from 'vitest';
import { formats, read, recognize } from '../../../src/formats/registry.ts';
import { isNetworkText, jsonFormatOf } from '../../../src/formats/sniff.ts';
import { allFixtureNames, fixture, readText } from './fixtures.ts';

const layer = '{ "type": "dense", "units": 2 }';

describe('recognizing a format', () => {
  it('knows each way of writing networks down, whatever the file is called', () => {
    const found = allFixtureNames.map((name) => recognize(fixture(name), 'file.json')?.id);
    expect(found).toEqual([
      'native',
      'keras',
      'keras',
      'keras',
      'keras',
      'tfjs',
      'keras',
      'tfjs-graph',
      'onnx-json',
      'convnetjs',
      'brainjs',
      'nni-search-space',
      'huggingface-config',
    ]);
  });

  it('takes every *.network.json for native, also while it is empty', () => {
    expect(jsonFormatOf('', 'a.network.json')).toBe('native');
    expect(jsonFormatOf('{ "la', 'a.network.jsonc')).toBe('native');
  });

  it('finds input and layers in any order, behind comments and large values', () => {
    expect(jsonFormatOf(`// x\n/* "layers" */ { "z": "}", "layers": [${layer}], "input": [1] }`, 'a.json')).toBe(
      'native',
    );
    expect(jsonFormatOf(`{ "input": [1], "layers": [${layer}`, 'a.json')).toBe('native');
    expect(jsonFormatOf('{ "input": [1], "layers": [] }', 'a.json')).toBe('native');
  });

  it.each([
    ['a package', '{ "name": "layers", "version": "1.0.0", "scripts": { "layers": "input" }, "dependencies": {} }'],
    ['a compiler configuration', '{ "compilerOptions": { "strict": true }, "include": ["src"] }'],
    ['an animation', '{ "v": "5.5", "layers": [{ "ty": 4, "nm": "shape" }], "assets": [] }'],
    ['a map style', '{ "version": 8, "sources": {}, "layers": [{ "id": "a", "type": "fill" }] }'],
    ['layers of something else with an input', '{ "input": "a.png", "layers": [{ "opacity": 1 }] }'],
    ['layers that are deeper', `{ "x": { "input": [1], "layers": [${layer}] } }`],
    ['words in strings', '{ "a": "\\"input\\": [1], \\"layers\\": [{\\"type\\": 1}]" }'],
    ['a serialized class that is not a model', '{ "class_name": "Adam", "config": { "learning_rate": 0.001 } }'],
    ['a list', `[${layer}]`],
    ['a text', 'layers and input'],
    ['nothing', ''],
    ['a brace', '{'],
    ['a graph of something else', '{ "graph": { "node": [{ "id": 1 }] }, "layers": [] }'],
    ['a type of that name', '{ "type": "NeuralNetwork", "title": "an article", "layers": ["a"] }'],
    ['sizes and layers of something else', '{ "sizes": [1, 2], "layers": [{ "name": "a" }] }'],
    ['an options file with hidden layers', '{ "type": "LSTM", "hiddenLayers": [20] }'],
    ['expected results of something else', '{ "a": { "input": 1, "expected": 2 } }'],
    ['choices of something else', '{ "a": { "_type": "choice" }, "b": 1 }'],
    ['a configuration with a kind of model', '{ "model_type": "car", "hidden_size": 2 }'],
  ])('leaves %s alone', (_, text) => {
    expect(recognize(text, 'file.json')).toBeNull();
    expect(read(text, 'file.json', { weights: true })).toBeNull();
    expect(isNetworkText(text, 'file.json')).toBe(false);
  });

  it('does not take a script for JSON', () => {
    expect(jsonFormatOf(`{ "input": [1], "layers": [${layer}] }`, 'a.ts')).toBeNull();
  });

  it('recognizes by at most one format', () => {
    for (const name of allFixtureNames) {
      const found = formats.filter((format) => format.sniff(fixture(name), name));
      expect(found.map((format) => format.id)).toEqual([recognize(fixture(name), name)?.id]);
    }
  });
});

describe('a model of a kind that cannot be analyzed', () => {
  it.each([
    ['brainjs', '{ "type": "LSTM", "options": {}, "hiddenLayers": [], "output": {} }', 'a brain.js LSTM'],
    ['brainjs', '{ "type": "GRUTimeStep", "options": {}, "hiddenLayers": [] }', 'a brain.js GRUTimeStep'],
    ['brainjs', '{ "type": "FeedForward", "sizes": [1], "layers": [{ "type": "Input" }] }', 'a brain.js FeedForward'],
    ['keras-js-test', '{ "a": { "inputs": [], "weights": [], "expected": {} } }', 'test data of Keras.js'],
    ['nni-search-space', '{ "layer_1": { "_type": "layer_choice", "_value": [] } }', 'search space of architectures'],
    ['nni-search-space', '{ "lr": { "_type": "choice", "_value": [0.1] } }', 'nothing can be said of regions'],
    [
      'huggingface-config',
      '{ "hidden_act": "gelu", "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12 }',
      'a transformer',
    ],
    [
      'huggingface-config',
      '{ "model_type": "resnet", "architectures": ["X"], "hidden_act": "relu" }',
      'which is piecewise linear',
    ],
    [
      'huggingface-config',
      '{ "model_type": "convnext", "transformers_version": "4", "hidden_act": "gelu" }',
      'not piecewise linear',
    ],
    ['huggingface-config', '{ "_class_name": "UNet2DModel", "_diffusers_version": "0.1" }', 'UNet2DModel of Diffusers'],
    ['huggingface-config', '{ "model_type": "whale", "architectures": [] }', 'This configures whale'],
  ])('is named: %s %s', (format, text, words) => {
    const result = readText(text, 'file.json');
    expect(result).toMatchObject({ format, networks: [] });
    expect(result.problems.map(({ severity }) => severity)).toEqual(['information']);
    expect(result.problems[0].message).toContain(words);
  });

  it('in a file that holds a Keras model among other things, the model is read', () => {
    const model = JSON.parse(fixture('keras3-sequential.json')) as object;
    const text = JSON.stringify({ history: { loss: [1, 2] }, model });
    expect(readText(text, 'run.json').networks.map(({ layers }) => layers.length)).toEqual([
      readText(fixture('keras3-sequential.json'), 'a.json').networks[0].layers.length,
    ]);
  });
});
