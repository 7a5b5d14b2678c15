import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.ts';
import { count } from '../../../src/counting/countRegions.ts';
import { drawWeights } from '../../../src/counting/program/initializers.ts';
import { totalParameters } from '../../../src/network/parameters.ts';

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
