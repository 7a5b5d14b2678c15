import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.ts';
import { count } from '../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../src/counting/program/initializers.ts';
import { totalParameters } from '../../../src/network/parameters.ts';
import { openWithWeights } from './values.ts';

/** One dense layer of three ReLUs on three inputs, applied twice, in every way of writing that down. */
const layer = { name: 'a', units: 3, activation: 'relu' };
const initializer = (name: string, dims: number[]) => ({
  name,
  dims,
  dataType: 1,
  floatData: Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => ((i * 5) % 7) - 3),
});
const written: Readonly<Record<string, string>> = {
  'native.network.json': JSON.stringify({
    input: [3],
    layers: [
      { ...layer, type: 'dense' },
      { ...layer, type: 'dense', name: 'b', shared_with: 'a' },
    ],
  }),
  'keras.json': JSON.stringify({
    class_name: 'Functional',
    config: {
      name: 'f',
      layers: [
        { class_name: 'InputLayer', name: 'i', config: { name: 'i', batch_input_shape: [null, 3] }, inbound_nodes: [] },
        { class_name: 'Dense', name: 'a', config: layer, inbound_nodes: [[['i', 0, 0, {}]], [['a', 0, 0, {}]]] },
      ],
      input_layers: [['i', 0, 0]],
      output_layers: [['a', 1, 0]],
    },
  }),
  'tensorflow.ts': `import * as tf from '@tensorflow/tfjs';
const x = tf.input({ shape: [3] });
const a = tf.layers.dense(${JSON.stringify(layer)});
export const model = tf.model({ inputs: x, outputs: a.apply(a.apply(x)) as tf.SymbolicTensor });
`,
  'torch.py': `import torch.nn as nn
a = nn.Linear(3, 3)
model = nn.Sequential(a, nn.ReLU(), a, nn.ReLU())
`,
  'onnx.json': JSON.stringify({
    irVersion: '9',
    opsetImport: [{ domain: '', version: '18' }],
    graph: {
      name: 'g',
      node: [
        { opType: 'Gemm', input: ['x', 'w', 'b'], output: ['p'] },
        { opType: 'Relu', input: ['p'], output: ['q'] },
        { opType: 'Gemm', input: ['q', 'w', 'b'], output: ['r'] },
        { opType: 'Relu', input: ['r'], output: ['y'] },
      ],
      initializer: [initializer('w', [3, 3]), initializer('b', [3])],
      input: [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 1 }, { dimValue: 3 }] } } } }],
      output: [{ name: 'y', type: { tensorType: { elemType: 1 } } }],
    },
  }),
};

describe('a layer that is applied twice', () => {
  it.each(Object.keys(written))('has its weights once and no construction of its own in %s', (name) => {
    const { networks, problems } = analyze(written[name], name)!;
    expect(problems.filter(({ severity }) => severity !== 'information')).toEqual([]);
    const [analysis] = networks;
    const { network } = analysis;
    const [first, second] = network.layers.filter(({ neurons }) => neurons > 0);
    expect(network.layers.filter(({ sharedWith }) => sharedWith !== undefined)).toHaveLength(1);
    expect([first.neurons, second.neurons, totalParameters(network.layers)]).toEqual([3, 3, 12]);
    expect(analysis.bound('montufar2014-lower').reason).toMatch(/shares them/);
    const cuts = analysis.bound('best-lower').perLayer!;
    // What the first application cuts stays cut; nothing is known of the second.
    expect([first, second].map(({ index }) => cuts[index]?.exact)).toEqual([8n, 8n]);
    const { activationRegions } = count({
      network: drawWeights(network, 1),
      method: 'cells',
      domain: { kind: 'all' },
      linear: false,
      keepRegions: false,
      limits: {},
    });
    expect(activationRegions).toBeGreaterThanOrEqual(8);
    expect(activationRegions).toBeLessThanOrEqual(Number(analysis.bound('tightest-upper').value!.exact));
  });
});

/** Two products over constants of three numbers, by the operations' inputs and attributes. */
function products(second: object, constants: readonly string[]): string {
  const { graph, ...rest } = JSON.parse(written['onnx.json']) as { graph: { node: object[] } };
  const node = [graph.node[0], graph.node[1], { opType: 'Gemm', output: ['r'], ...second }, graph.node[3]];
  const initializers = constants.map((name) => initializer(name, name.startsWith('b') ? [3] : [3, 3]));
  return JSON.stringify({ ...rest, graph: { ...graph, node, initializer: initializers } });
}

describe('layers with some weights in common', () => {
  const cases: readonly (readonly [string, object, readonly string[], number])[] = [
    ['a bias alone', { input: ['q', 'v', 'b'] }, ['w', 'v', 'b'], 24],
    ['a kernel, but not the bias', { input: ['q', 'w', 'b2'] }, ['w', 'b', 'b2'], 24],
    [
      'a kernel, but transposed',
      { input: ['q', 'w', 'b'], attribute: [{ name: 'transB', i: '1', type: 'INT' }] },
      ['w', 'b'],
      24,
    ],
    ['all of them', { input: ['q', 'w', 'b'] }, ['w', 'b'], 12],
  ];
  it.each(cases)('%s', (_, second, constants, parameters) => {
    const { networks, problems } = analyze(products(second, constants), 'onnx.json')!;
    expect(problems).toEqual([]);
    expect(totalParameters(networks[0].network.layers)).toBe(parameters);
    expect(networks[0].network.layers.filter(({ sharedWith }) => sharedWith !== undefined)).toHaveLength(
      parameters === 12 ? 1 : 0,
    );
  });

  it('are counted with the numbers of each', () => {
    const text = products({ input: ['q', 'w', 'b2'] }, ['w', 'b', 'b2']).replace(
      '"name":"b2","dims":[3],"dataType":1,"floatData":[-3,2,0]',
      '"name":"b2","dims":[3],"dataType":1,"floatData":[1,2,3]',
    );
    const [first, second] = openWithWeights(text, 'onnx.json').layers.map(({ weights }) => [...weights!.bias.data]);
    expect([first, second]).toEqual([
      [-3, 2, 0],
      [1, 2, 3],
    ]);
  });

  it('do not hide a constant that no layer has', () => {
    const { problems } = analyze(products({ input: ['q', 'w', 'b'] }, ['w', 'b', 'v']), 'onnx.json')!;
    expect(problems).toEqual([]);
    const used = products({ input: ['q', 'w', 'b'] }, ['w', 'b', 'v']).replace(
      '"node":[',
      '"node":[{"opType":"Identity","input":["v"],"output":["u"]},',
    );
    expect(analyze(used, 'onnx.json')!.problems.map(({ code }) => code)).toEqual(['parameter-total']);
  });
});
