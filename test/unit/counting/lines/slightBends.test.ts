import { expect, it, vi } from 'vitest';
import { count } from '../../../../src/counting/countRegions.ts';
import { ExactMaps } from '../../../../src/counting/exact/exactMaps.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import type { Network } from '../../../../src/network/network.ts';
import { dense, networkOf, tensor } from '../networks.ts';

/** Through a skip connection comes the input as it is, and beside it this much of each of 20 units. */
function skipping(share: number): Network {
  const kernel = tensor(Array.from({ length: 20 }, (_, i) => [share * (1 + (i % 3))]));
  const layers = [
    { ...dense(20, 'relu'), name: 'units' },
    { ...dense(1, 'linear', { kernel, bias: tensor([0]) }), name: 'slight', inputs: ['units'] },
    { ...dense(1, 'linear', { kernel: tensor([[1], [2]]), bias: tensor([0]) }), name: 'skip', inputs: ['input'] },
    { operation: { kind: 'add' }, name: 'sum', inputs: ['slight', 'skip'] },
  ] as const;
  return drawWeights(networkOf([2], layers, 0.3), 1);
}

function linearRegions(network: Network, cellsBy?: 'vertices'): number | null {
  const domain = { kind: 'segment', from: [-1, -2], to: [1.5, 1] } as const;
  return count({ network, method: 'line', domain, cellsBy, linear: true, keepRegions: false, limits: {} })
    .linearRegions;
}

it('outputs that bend only slightly, but by more than rounding errors, need no exact arithmetic', () => {
  const network = skipping(1e-7);
  const expected = linearRegions(network, 'vertices');
  expect(expected).toBeGreaterThan(5);
  const exact = vi.spyOn(ExactMaps.prototype, 'ofOutputs');
  expect(linearRegions(network)).toBe(expected);
  expect(exact).not.toHaveBeenCalled();
  exact.mockRestore();
});

it('outputs that bend by less than rounding errors are compared exactly', () => {
  const expected = linearRegions(skipping(1e-7));
  expect(linearRegions(skipping(2 ** -60))).toBe(expected);
});
