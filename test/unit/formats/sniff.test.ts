import { describe, expect, it } from 'vitest';
import { formats, read, recognise } from '../../../src/formats/registry.ts';
import { isNetworkText, jsonFormatOf } from '../../../src/formats/sniff.ts';
import { fixture, fixtureNames, readText } from './fixtures.ts';

const layer = '{ "type": "dense", "units": 2 }';

describe('recognising a format', () => {
  it('knows each way of writing networks down, whatever the file is called', () => {
    const found = fixtureNames.map((name) => recognise(fixture(name), 'file.json')?.id);
    expect(found).toEqual(['native', 'keras', 'keras', 'keras', 'keras', 'tfjs', 'keras']);
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
    ['a serialised class that is no model', '{ "class_name": "Adam", "config": { "learning_rate": 0.001 } }'],
    ['a list', `[${layer}]`],
    ['a text', 'layers and input'],
    ['nothing', ''],
    ['a brace', '{'],
  ])('leaves %s alone', (_, text) => {
    expect(recognise(text, 'file.json')).toBeNull();
    expect(read(text, 'file.json', { weights: true })).toBeNull();
    expect(isNetworkText(text, 'file.json')).toBe(false);
  });

  it('does not take a script for JSON', () => {
    expect(jsonFormatOf(`{ "input": [1], "layers": [${layer}] }`, 'a.ts')).toBeNull();
  });

  it('recognises by at most one format', () => {
    for (const name of fixtureNames) {
      const found = formats.filter((format) => format.sniff(fixture(name), name));
      expect(found.map((format) => format.id)).toEqual([recognise(fixture(name), name)?.id]);
    }
  });
});

describe('a model that cannot be read', () => {
  it.each([
    ['tfjs-graph', '{ "modelTopology": { "node": [{ "name": "x", "op": "Placeholder" }] }, "weightsManifest": [] }'],
    [
      'onnx-json',
      '// from a tool\n{ "irVersion": "9", "graph": { "node": [] }, "opsetImport": [{ "version": "19" }] }',
    ],
    ['convnetjs', '{ "layers": [{ "out_sx": 1, "out_sy": 1, "out_depth": 2, "layer_type": "input" }] }'],
    ['brainjs', '{ "type": "NeuralNetwork", "sizes": [2, 3, 1], "layers": [{ "weights": [], "biases": [] }] }'],
    ['nni-search-space', '{ "hidden_size": { "_type": "choice", "_value": [128, 256] } }'],
    ['huggingface-config', '{ "hidden_act": "gelu", "hidden_size": 768, "num_hidden_layers": 12 }'],
  ])('is named: %s', (format, text) => {
    const result = readText(text, 'file.json');
    expect(result).toMatchObject({ format, networks: [] });
    expect(result.problems).toHaveLength(1);
    expect(result.problems[0]).toMatchObject({ code: 'unsupported-format', severity: 'information' });
  });
});
