import { expect, it } from 'vitest';
import { networkWithWeights } from '../../../../src/analysis/networkWeights.ts';
import { count } from '../../../../src/counting/countRegions.ts';

/**
 * On the diagonal both averages are t but for the rounding of 1/3, so that they cross at a point whose coordinate
 * doubles cannot tell. The absolute value bends at that very point.
 */
const text = JSON.stringify({
  input: [3, 1],
  layers: [
    { type: 'average_pooling1d', pool_size: 3, strides: 1, padding: 'same' },
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
  expect(counted().perLayer).toEqual([1, 2, 2, 3, 3]);
  expect(counted().perLayer).toEqual(counted('vertices').perLayer);
});
