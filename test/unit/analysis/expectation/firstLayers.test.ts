import { expect, test } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { drawnFigure } from '../../../../src/analysis/expectation/drawnMean.ts';
import { equalPlaces } from '../../../../src/analysis/expectation/equalPlaces.ts';
import { firstLayers } from '../../../../src/analysis/expectation/firstLayers.ts';
import type { Network } from '../../../../src/network/network.ts';

const conv = (name: string, filters: number, more: object = {}) => ({
  type: 'conv2d',
  name,
  filters,
  kernel_size: 3,
  padding: 'same',
  ...more,
});
const relu = { activation: 'relu' };

function networkOf(layers: readonly object[]): Network {
  return analyze(JSON.stringify({ input: [8, 8, 1], layers }), 'a.network.json')!.networks[0].network;
}

/** The name of the last of the first layers. */
function lastOf(network: Network): string | null {
  const segment = {
    from: new Array<number>(network.inputSize).fill(-1),
    to: new Array<number>(network.inputSize).fill(1),
  };
  const found = firstLayers(network, equalPlaces(network, segment));
  return found && network.layers[found.last].name;
}

const wide = [conv('d', 64, relu), conv('e', 64, relu)];

test('first layers end with units that all further layers read alone', () => {
  expect(lastOf(networkOf([conv('a', 2, relu), conv('b', 2, relu), conv('c', 2), ...wide]))).toBe('b');
  const stream = [conv('a', 2, relu), conv('b', 2, relu), { type: 'add', name: 'c', inputs: ['a', 'b'] }, ...wide];
  expect(lastOf(networkOf(stream))).toBe('a');
  expect(lastOf(networkOf([conv('a', 2), ...wide]))).toBeNull();
});

test('no numbers are compared behind them', () => {
  const pool = { type: 'max_pooling2d', pool_size: 2, name: 'p' };
  expect(lastOf(networkOf([conv('a', 2, relu), pool, conv('b', 2, relu), ...wide, conv('f', 256, relu)]))).toBe('b');
  expect(lastOf(networkOf([conv('a', 2, relu), conv('b', 2, relu), ...wide, pool]))).toBeNull();
});

test('the note of the mean says how many draws are of the first layers', () => {
  const network = networkOf([conv('a', 2, relu)]);
  const mean = { perLayer: [3], standardError: 0.5, draws: 16 };
  expect(drawnFigure(network, { ...mean, earlyDraws: 128 }, {}).note).toContain(
    'from 16 draws of random networks and 128 of their first layers, nothing counted',
  );
  expect(drawnFigure(network, { ...mean, earlyDraws: 0 }, {}).note).toContain('random networks, nothing counted');
});
