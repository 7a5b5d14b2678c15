import { readFileSync } from 'node:fs';
import { strFromU8, strToU8, unzipSync, zipSync, type Zippable } from 'fflate';
import { describe, expect, it } from 'vitest';
import { networkWithWeights } from '../../../../src/analysis/counts/networkWeights.ts';
import { binaryFormatOf } from '../../../../src/formats/binary/models.ts';
import { openModel } from '../../../../src/formats/binary/modelFile.ts';
import { read } from '../../../../src/formats/registry.ts';
import { openWeights } from '../../../../src/formats/weights/open.ts';
import { buildNetwork } from '../../../../src/network/build.ts';
import { totalParameters } from '../../../../src/network/parameters.ts';
import { outputOf } from '../values.ts';
import { source } from '../weights/files.ts';
import { channelsLast, definitions } from './networks.ts';

/**
 * Programs that PyTorch 2.14 exported (those named so: 2.6), and scripted ones, with points and the outputs that
 * PyTorch computed.
 */
const folder = new URL('../../../fixtures/torch-export/', import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const points = JSON.parse(readFileSync(new URL('points.json', folder), 'utf8')) as Record<
  string,
  {
    readonly shape: readonly number[];
    readonly points: readonly { readonly x: readonly number[]; readonly y: readonly number[] }[];
  }
>;

function open(name: string, bytes: Uint8Array = bytesOf(name)) {
  const { format, networks, problems } = read(source(name, bytes), name, { weights: true })!;
  if (networks.length === 0) return { format, messages: problems.map(({ message }) => message) };
  const { network, problems: wrong } = buildNetwork(networks[0]);
  return { format, network, messages: [...problems, ...wrong].map(({ message }) => message) };
}

type Program = Record<string, unknown>;

/** A file with its program or other parts of it changed. */
function changed(name: string, change: (text: string) => string, more: Zippable = {}): Uint8Array {
  const files = unzipSync(bytesOf(name));
  const path = Object.keys(files).find((each) => /(models\/model|serialized_exported_program)\.json$/.test(each))!;
  const root = path.replace(/models\/.*$|serialized.*$/, '');
  const added = Object.fromEntries(Object.entries(more).map(([key, value]) => [root + key, value]));
  return zipSync({ ...files, [path]: strToU8(change(strFromU8(files[path]))), ...added }, { level: 0 });
}

interface Node {
  target: string;
  inputs: unknown[];
  outputs: unknown[];
}

/** The same with the nodes of its graph changed. */
const withNodes = (name: string, change: (nodes: Node[]) => void) =>
  changed(name, (text) => {
    const program = JSON.parse(text) as { graph_module: { graph: { nodes: Node[] } } };
    change(program.graph_module.graph.nodes);
    return JSON.stringify(program);
  });

/** The largest difference from what PyTorch computed. */
function error(network: ReturnType<typeof buildNetwork>['network'], name: string): number {
  const { shape, points: list } = points[name];
  const differences = list.flatMap(({ x, y }) => {
    const output = outputOf(network, shape.length > 1 ? channelsLast(x, network.inputs[0].shape) : x);
    expect(output).toHaveLength(y.length);
    return output.map((value, i) => Math.abs(value - y[i]));
  });
  return Math.max(...differences);
}

describe('an exported program of PyTorch', () => {
  it.each([
    ['mlp', 354],
    ['mlp-2.6', 354],
    ['mixed', 327],
    ['mixed-2.6', 327],
    ['tiny_resnet-core', 1355 + 72],
    ['in-place', 38],
    ['parts-2.6', 2 * 9 * 6 + 6 + 49 * 4 + 11 + 1],
  ])('%s gives the outputs that PyTorch gives', (name, parameters) => {
    const { format, network, messages } = open(`${name}.pt2`);
    expect(format).toBe('torch-export');
    expect(messages).toEqual([]);
    // Running statistics are counted, as Keras does.
    expect(totalParameters(network!.layers)).toBe(parameters);
    expect(network!.name).toBe(name);
    expect(error(network!, name)).toBeLessThan(1e-5);
  });

  it.each(['mlp', 'mlp-2.6', 'mixed', 'tiny_resnet-core'])('%s computes the same as text with its weights', (name) => {
    const bytes = source(`${name}.pt2`, bytesOf(`${name}.pt2`));
    const file = openModel(bytes, binaryFormatOf(bytes)!, undefined);
    const { match } = networkWithWeights(file.model!, `${name}.network.json`, 0, file)!;
    expect(match!.remarks).toEqual([]);
    expect(error(match!.attach(), name)).toBeLessThan(1e-5);
  });

  it('names layers by their modules', () => {
    expect(open('tiny_resnet-core.pt2').network!.layers.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['conv1', 'bn1', 'layer1.0.conv1', 'layer2.0.shortcut.0', 'linear']),
    );
  });

  it('is also a file of weights for a network that is defined elsewhere', () => {
    for (const name of ['mlp.pt2', 'mlp-2.6.pt2']) {
      const file = source(name, bytesOf(name));
      expect(binaryFormatOf(file)?.hasPlainWeights).toBe(true);
      const { match } = networkWithWeights(definitions.mlp, 'mlp.network.json', 0, openWeights(file))!;
      expect(match!.remarks).toEqual([]);
      expect(error(match!.attach(), name.replace('.pt2', ''))).toBeLessThan(1e-5);
    }
  });

  it('of halves has numbers of eleven binary digits', () => {
    const { network } = open('half.pt2');
    const { data } = network!.layers[0].weights!.kernel;
    expect(data.some((value) => value !== 0)).toBe(true);
    for (const value of data) expect(Number.isInteger(value * 2 ** 24)).toBe(true);
  });

  it('asks for the sizes that it leaves open', () => {
    const { networks, problems } = read(source('m.pt2', bytesOf('open-size.pt2')), 'm.pt2', { weights: false })!;
    expect(problems[0].message).toMatch(/^The size of the input x is left open \(s\d+, s\d+\)/);
    expect(networks[0].inputs[0].shape).toEqual([-1, -1, 1]);
  });

  it('names an operator that is not followed, with its module', () => {
    expect(open('cumsum.pt2')).toMatchObject({
      messages: ['The operation aten.cumsum.default is not analyzed.'],
      network: { complete: false },
    });
    const bytes = withNodes('mlp.pt2', (nodes) => (nodes[1].target = 'torch.ops.aten.cosine.default'));
    expect(open('m.pt2', bytes).messages).toEqual(['The operation aten.cosine.default in net.1 is not analyzed.']);
    const library = withNodes('mlp.pt2', (nodes) => (nodes[1].target = 'torch.ops.mine.relu.default'));
    expect(open('m.pt2', library).messages).toEqual([
      'The operation torch.ops.mine.relu.default in net.1 is not analyzed.',
    ]);
  });

  it('refuses arguments that it does not know, and normalization by the batch', () => {
    const rounded = withNodes('mlp.pt2', ([, relu]) => {
      relu.target = 'torch.ops.aten.div.Tensor_mode';
      relu.inputs.push(
        { name: 'other', arg: { as_float: 2 }, kind: 1 },
        { name: 'rounding_mode', arg: { as_string: 'floor' }, kind: 2 },
      );
    });
    expect(open('m.pt2', rounded).messages).toEqual([
      'The operation aten.div.Tensor_mode in net.1 (with rounding_mode) is not analyzed.',
    ]);
    const trained = changed('mixed.pt2', (text) => text.replace(/("training", "arg": \{"as_bool": )false/, '$1true'));
    expect(open('m.pt2', trained).messages.join()).toContain('a normalization by the batch');
  });

  it('reads numbers that are not finite, as Python writes them', () => {
    const open2 = (value: string) => {
      const bytes = changed('mixed.pt2', (text) =>
        text.replace(/("max_val", "arg": \{"as_float": )6.0/, (_, before: string) => before + value),
      );
      return open('m.pt2', bytes).network!.layers.find(({ name }) => name === 'dw')!.activation;
    };
    expect(open2('6.0').name).toBe('relu6');
    for (const infinite of ['Infinity', '"Infinity"']) expect(open2(infinite).name).toBe('relu');
  });

  it('of several programs says which is read', () => {
    const files = unzipSync(bytesOf('mlp.pt2'));
    const path = Object.keys(files).find((name) => name.endsWith('models/model.json'))!;
    const bytes = changed('mlp.pt2', (text) => text, { 'models/another.json': files[path] });
    const { messages, network } = open('m.pt2', bytes);
    expect(messages).toEqual(['m.pt2 holds 2 programs: model is read.']);
    expect(error(network!, 'mlp')).toBeLessThan(1e-5);
  });

  it('is read with the signature that PyTorch 2.1 wrote', () => {
    const bytes = changed('mlp-2.6.pt2', (text) => {
      const program = JSON.parse(text) as { graph_module: { signature: Program } };
      type Spec = Record<string, { arg: Program & { as_tensor?: { name: string } }; parameter_name: string }>;
      const { input_specs: inputs, output_specs: outputs } = program.graph_module.signature as Record<string, Spec[]>;
      program.graph_module.signature = {
        inputs_to_parameters: Object.fromEntries(
          inputs.flatMap(({ parameter }) => (parameter ? [[parameter.arg.name, parameter.parameter_name]] : [])),
        ),
        inputs_to_buffers: {},
        user_inputs: inputs.flatMap(({ user_input }) => (user_input ? [user_input.arg.as_tensor!.name] : [])),
        user_outputs: outputs.map(({ user_output }) => user_output.arg.as_tensor!.name),
      };
      return JSON.stringify(program);
    });
    const { messages, network } = open('m.pt2', bytes);
    expect(messages).toEqual([]);
    expect(error(network!, 'mlp-2.6')).toBeLessThan(1e-5);
  });
});

describe('a tensor that is changed in place', () => {
  it.each(['in-place.pt2', 'in-place.script.pt'])('is the changed one where it is read again: %s', (name) => {
    const { messages, network } = open(name);
    expect(messages).toEqual([]);
    expect(error(network!, 'in-place')).toBeLessThan(1e-5);
  });

  it.each(['in-place-view.pt2', 'in-place-view.script.pt'])('through another view of it is refused: %s', (name) => {
    const { messages, network } = open(name);
    expect(network!.complete).toBe(false);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain('a tensor that is changed through another view of it');
  });
});

describe('a damaged or hostile exported program', () => {
  const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  const evil = zipSync({ 'archive/data.pkl': latin(`cos\nsystem\n(S'touch broken'\ntR.`) }, { level: 0 });
  const config = (entry: Program) => strToU8(JSON.stringify({ config: { 'net.0.weight': entry } }));
  const meta = (more: Program) => ({
    path_name: 'weight_0',
    use_pickle: false,
    tensor_meta: {
      dtype: 7,
      sizes: [{ as_int: 16 }, { as_int: 2 }],
      strides: [{ as_int: 2 }, { as_int: 1 }],
      storage_offset: { as_int: 0 },
      ...more,
    },
  });
  const weights = (entry: Program) =>
    changed('mlp.pt2', (text) => text, { 'data/weights/model_weights_config.json': config(entry) });
  const asWeights = (bytes: Uint8Array) => openWeights(source('m.pt2', bytes)).tensors.map(({ values }) => values());

  it.each([
    ['a program that is cut', changed('mlp.pt2', (text) => text.slice(0, 500)), 'models/model.json is not JSON'],
    ['a program that is a list', changed('mlp.pt2', () => '[]'), 'a program without a graph'],
    [
      'a state dict that calls a function',
      changed('mlp-2.6.pt2', (text) => text, { 'serialized_state_dict.pt': evil }),
      'asks Python to call os.system, which no weights need',
    ],
    [
      'a weight that calls a function',
      changed('mlp.pt2', (text) => text, {
        'data/weights/model_weights_config.json': config({ path_name: 'weight_0', use_pickle: true }),
        'data/weights/weight_0': evil,
      }),
      'asks Python to call os.system, which no weights need',
    ],
    [
      'a state dict that is none',
      changed('mlp-2.6.pt2', (text) => text, { 'serialized_state_dict.pt': latin('{}') }),
      'is not what torch.save writes',
    ],
    ['weights that are missing', weights(meta({})), 'it holds no tensor net.0.bias'],
    ['a program without end', changed('mlp.pt2', () => '['.repeat(1e6)), 'models/model.json is not JSON'],
    ['numbers without end', changed('mlp.pt2', () => `[${'NaN,'.repeat(1e6)}1]`), 'models/model.json is not JSON'],
    ['a graph that is too long', changed('mlp.pt2', (text) => text + ' '.repeat(2 ** 24)), 'longer than that of any'],
  ])('with %s is refused with a sentence', (_, bytes, sentence) => {
    const { messages, network } = open('m.pt2', bytes);
    expect(network).toBeUndefined();
    expect(messages).toEqual([expect.stringContaining(sentence)]);
    expect(messages[0]).toMatch(/^m\.pt2 /);
  });

  it.each([
    ['longer than its file', meta({ sizes: [{ as_int: 17 }, { as_int: 2 }] }), 'reaches beyond'],
    ['that begins too late', meta({ storage_offset: { as_int: 2 ** 52 } }), 'reaches beyond'],
    ['without an end', meta({ sizes: [{ as_int: 2 ** 40 }], strides: [{ as_int: 0 }] }), 'no weights do that'],
    ['with a negative size', meta({ sizes: [{ as_int: -1 }, { as_int: 2 }] }), 'is not described'],
    ['with steps of another length', meta({ strides: [] }), 'is not described'],
    ['of a kind that is not read', meta({ dtype: 10 }), 'numbers of the kind 10, which are not read'],
    ['in a file that is not there', { ...meta({}), path_name: '../../etc/passwd' }, 'holds no'],
  ])('with a tensor %s is refused with a sentence', (_, entry, sentence) => {
    expect(() => asWeights(weights(entry))).toThrow(/^m\.pt2 /);
    expect(() => asWeights(weights(entry))).toThrow(sentence);
  });

  it('is refused before anything is unpacked where it would become too large', () => {
    const files = unzipSync(bytesOf('mlp.pt2'));
    const bomb = zipSync({ ...files, 'mlp.dyn/data/weights/weight_9': new Uint8Array(80_000_000) }, { level: 9 });
    expect(() => binaryFormatOf(source('m.pt2', bomb))).toThrow('times as large when it is unpacked');
  });

  it('names a compiled package for what it is', () => {
    const bytes = zipSync({ 'm/archive_format': strToU8('pt2'), 'm/data/aotinductor/model/x.so': latin('\x7fELF') });
    expect(binaryFormatOf(source('m.pt2', bytes))).toBeNull();
    expect(() => openWeights(source('m.pt2', bytes))).toThrow('with a compiled model, which has no layers');
  });
});
