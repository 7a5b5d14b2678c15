import { describe, expect, it } from 'vitest';
import { kerasLayer } from '../../../../src/formats/keras/layers.ts';
import type { KerasDialect } from '../../../../src/formats/keras/layers.ts';
import type { PlainRecord } from '../../../../src/formats/json/plain.ts';
import { inferShape } from '../../../../src/network/inferShape.ts';
import { parameterCount } from '../../../../src/network/parameters.ts';
import type { Shape } from '../../../../src/network/shape.ts';
import { open } from '../fixtures.ts';

/** Parameters and output of a layer on inputs of these shapes. */
function built(className: string, config: PlainRecord, inputs: Shape[], dialect: KerasDialect = 'keras3') {
  const { operation, activation } = kerasLayer(className, config, dialect);
  const inferred = inferShape(operation, inputs);
  if ('fault' in inferred) throw new Error(inferred.fault.message);
  return [parameterCount({ operation, activation, inputShapes: inputs, outputShape: inferred.shape }), inferred.shape];
}

const lstm = { class_name: 'LSTM', config: { units: 64, return_sequences: true } };

/** As Keras's own summaries count them. */
const counted: readonly [string, PlainRecord, Shape[], number | null, Shape, KerasDialect?][] = [
  ['LSTM', { units: 64 }, [[7, 10]], 19_200, [64]],
  ['LSTM', { units: 64, return_sequences: true, use_bias: false }, [[7, 10]], 18_944, [7, 64]],
  ['LSTM', { output_dim: 64 }, [[7, 10]], 19_200, [64], 'keras1'],
  ['GRU', { units: 64, reset_after: true }, [[7, 10]], 14_592, [64]],
  ['GRU', { units: 64 }, [[7, 10]], 14_400, [64], 'keras2'],
  ['CuDNNLSTM', { units: 64 }, [[7, 10]], 19_456, [64], 'keras2'],
  ['SimpleRNN', { units: 64 }, [[7, 10]], 4800, [64]],
  ['RNN', { cell: { class_name: 'GRUCell', config: { units: 64, reset_after: true } } }, [[7, 10]], 14_592, [64]],
  ['Bidirectional', { layer: lstm, merge_mode: 'concat' }, [[7, 10]], 38_400, [7, 128]],
  ['Bidirectional', { layer: lstm, merge_mode: 'sum' }, [[7, 10]], 38_400, [7, 64]],
  ['Embedding', { input_dim: 1000, output_dim: 16 }, [[12]], 16_000, [12, 16]],
  ['LayerNormalization', { axis: [-1] }, [[7, 10]], 20, [7, 10]],
  ['LayerNormalization', { axis: -1, center: false }, [[7, 10]], 10, [7, 10]],
  ['LayerNormalization', { axis: [1, 2] }, [[7, 10]], null, [7, 10]],
  ['GroupNormalization', { groups: 2 }, [[7, 10]], 20, [7, 10]],
  [
    'MultiHeadAttention',
    { num_heads: 2, key_dim: 2 },
    [
      [8, 16],
      [4, 16],
    ],
    284,
    [8, 16],
  ],
  ['MultiHeadAttention', { num_heads: 2, key_dim: 2 }, [[8, 16]], 284, [8, 16]],
  ['ConvLSTM2D', { filters: 4, kernel_size: [3, 3] }, [[9, 9, 2]], 4 * 4 * (9 * 2 + 9 * 4 + 1), [9, 9, 2]],
  ['Multiply', {}, [[3], [3]], 0, [3]],
  ['Highway', {}, [[3]], null, [3]],
];

describe('layers that are not piecewise linear', () => {
  it.each(counted)('%s %j on %j has %s parameters', (className, config, inputs, parameters, output, dialect) => {
    expect(built(className, config, inputs, dialect)).toEqual([parameters, output]);
  });

  it('leave the total unknown where theirs is, and never zero', () => {
    const layers = [
      { class_name: 'Highway', config: { batch_input_shape: [null, 3] } },
      { class_name: 'Dense', config: { units: 2 } },
    ];
    const { network } = open(JSON.stringify({ class_name: 'Sequential', config: { layers } }), 'a.json');
    expect(network.layers.map((layer) => layer.parameters)).toEqual([null, 8]);
  });
});
