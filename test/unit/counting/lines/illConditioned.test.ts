import { expect, it } from 'vitest';
import { networkWithWeights } from '../../../../src/analysis/counts/networkWeights.ts';
import { count } from '../../../../src/counting/countRegions.ts';

/**
 * On the diagonal all three numbers of the first layer are t but for the rounding of a third, so that they cross at a
 * point whose coordinate doubles cannot tell. The absolute value bends at that very point.
 */
const third = 1 / 3;
const kernel = [
  [0.5, third, 0],
  [0.5, third, 0.5],
  [0, third, 0.5],
];
const text = JSON.stringify({
  input: [3],
  layers: [
    { type: 'dense', units: 3, weights: { kernel, bias: [0, 0, 0] } },
    { type: 'reshape', target_shape: [3, 1] },
    { type: 'max_pooling1d', pool_size: 2 },
    { type: 'flatten' },
    { type: 'dense', units: 1, activation: 'relu', weights: { kernel: [[-1.5]], bias: [0.5] } },
    { type: 'dense', units: 2, activation: 'abs', weights: { kernel: [[1, -1.5]], bias: [-0.5, -1.5] } },
  ],
});

it.each([0.5, 1, 1.5, 2, 3, 30])('a crossing without a known coordinate moves no other one, scale %d', (scale) => {
  const { network } = networkWithWeights(text, 'a.network.json', 0, null)!;
  const domain = { kind: 'segment', from: [-scale, -scale, -scale], to: [scale, scale, scale] } as const;
  const counted = (cellsBy?: 'vertices') =>
    count({ network, method: 'line', domain, cellsBy, linear: true, keepRegions: false, limits: {} });
  expect(counted().perLayer).toEqual([1, 1, 2, 2, 3, 3]);
  expect(counted().perLayer).toEqual(counted('vertices').perLayer);
});
