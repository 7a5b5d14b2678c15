import { describe, expect, it } from 'vitest';
import { networkWithWeights } from '../../../../src/analysis/counts/networkWeights.ts';
import { count } from '../../../../src/counting/countRegions.ts';
import { compile } from '../../../../src/counting/program/compile.ts';
import { evaluate } from '../../../../src/counting/program/program.ts';

/**
 * Averages of equal values are equal, whatever the number of cells: as a function of the network, not up to rounding.
 * On the diagonal of the input, every value of these layers is the coordinate itself.
 */
const averaging: Readonly<Record<string, readonly object[]>> = {
  'an average over windows cut by padding': [{ type: 'average_pooling2d', pool_size: 3, strides: 1, padding: 'same' }],
  'averages of averages': [
    { type: 'average_pooling2d', pool_size: 3, strides: 1, padding: 'same' },
    { type: 'average_pooling2d', pool_size: [1, 3], strides: 1, padding: 'same' },
  ],
  'a bilinear enlargement by 3 and by 5': [{ type: 'up_sampling2d', size: [3, 5], interpolation: 'bilinear' }],
  'a mean of three tensors': [
    { type: 'average_pooling2d', pool_size: [1, 3], strides: 1, padding: 'same', name: 'a' },
    { type: 'average_pooling2d', pool_size: [3, 1], strides: 1, padding: 'same', inputs: ['input'], name: 'b' },
    { type: 'average', inputs: ['input', 'a', 'b'] },
  ],
  'a mean beside what it is a mean of': [
    { type: 'average_pooling2d', pool_size: 3, strides: 1, padding: 'same', name: 'a' },
    { type: 'concatenate', inputs: ['input', 'a'] },
  ],
};

function networkBehind(layers: readonly object[], behind: readonly object[]) {
  const text = JSON.stringify({ input: [3, 3, 1], layers: [...layers, ...behind] });
  const found = networkWithWeights(text, 'a.network.json', 0, null);
  if (!found) throw new Error('not a network');
  return found.network;
}

const diagonal = {
  kind: 'segment',
  from: new Array<number>(9).fill(-1),
  to: new Array<number>(9).fill(1),
} as const;

function regionsBehind(layers: readonly object[], behind: readonly object[], cellsBy?: 'vertices') {
  const network = networkBehind(layers, behind);
  return count({
    network,
    method: 'line',
    domain: diagonal,
    cellsBy,
    linear: true,
    keepRegions: false,
    limits: {},
  }).perLayer.at(-1);
}

describe.each(Object.entries(averaging))('%s', (_, layers) => {
  it.each([undefined, 'vertices'] as const)('changes only where the common value does (cells: %s)', (cellsBy) => {
    expect(regionsBehind(layers, [{ type: 'activation', activation: 'relu' }], cellsBy)).toBe(2);
    expect(regionsBehind(layers, [{ type: 'activation', activation: 'relu6' }], cellsBy)).toBe(2);
    expect(regionsBehind(layers, [{ type: 'activation', activation: 'hard_tanh' }], cellsBy)).toBe(1);
    expect(regionsBehind(layers, [{ type: 'global_max_pooling2d' }], cellsBy)).toBe(1);
  });

  it('is given out in the measure of the network', () => {
    const program = compile(networkBehind(layers, [{ type: 'activation', activation: 'relu' }]));
    const [output] = program.outputs;
    for (const value of evaluate(program, new Array<number>(9).fill(0.7))[output]) expect(value).toBeCloseTo(0.7, 14);
  });
});

it('keeps biases and breakpoints in the measure of the network', () => {
  const layers = averaging['an average over windows cut by padding'];
  const shifted = { type: 'conv2d', filters: 1, kernel_size: 1, weights: { kernel: [[[[1]]]], bias: [-0.25] } };
  const program = compile(networkBehind(layers, [shifted, { type: 'activation', activation: 'soft_shrink' }]));
  const at = (value: number) => evaluate(program, new Array<number>(9).fill(value))[program.outputs[0]][4];
  expect(at(0.7)).toBe(0);
  expect(at(0.8)).toBeCloseTo(0.05, 14);
});

it('divides at once where windows of many sizes have no small common multiple', () => {
  const size = 60;
  const text = JSON.stringify({
    input: [size, 1],
    layers: [{ type: 'average_pooling1d', pool_size: 2 * size - 1, strides: 1, padding: 'same' }, { type: 'relu' }],
  });
  const { network } = networkWithWeights(text, 'a.network.json', 0, null)!;
  const program = compile(network);
  const input = Float64Array.from({ length: size }, (_, i) => i + 1);
  const last = evaluate(program, input)[program.outputs[0]];
  expect(Array.from(last)).toHaveLength(size);
  for (const value of last) expect(value).toBeCloseTo(30.5, 10);
});
