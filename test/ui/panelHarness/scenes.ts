import type { HostMessage, PanelNetwork } from '../../../src/protocol/panel.ts';
import { partition } from './partition.ts';
import { countsAround, deepNetwork, lenetNetwork, mlpNetwork, modelOf } from './samples.ts';

/** What the extension sends for one counted network, from `show` to the end of the count. */
function counted(network: PanelNetwork, method: 'line' | 'plane', counts: readonly HostMessage[]): HostMessage[] {
  const { key } = network;
  return [
    { type: 'show', model: modelOf(network) },
    { type: 'countStarted', key, settings: { method, firstSeed: 1, seeds: counts.length, fileWeights: false } },
    ...counts,
    { type: 'countEnded', key, message: null, outcome: 'done' },
  ];
}

export function planeScene(seeds: number): HostMessage[] {
  const network = mlpNetwork();
  const counts = Array.from({ length: seeds }, (_, i): HostMessage => {
    return { type: 'counted', key: network.key, ...partition([24, 24, 24], i + 1) };
  });
  return counted(network, 'plane', counts);
}

function lineScene(network: PanelNetwork, means: readonly number[]): HostMessage[] {
  const counts = countsAround(means, 24, 0.18).map((count): HostMessage => {
    return { type: 'counted', key: network.key, count, picture: null };
  });
  return counted(network, 'line', counts);
}

export function lenetScene(): HostMessage[] {
  return lineScene(lenetNetwork(), [212, 212, 318, 318, 318, 331, 338, 338]);
}

export function deepScene(): HostMessage[] {
  const network = deepNetwork();
  return lineScene(
    network,
    network.layers.map((_, i) => 1 + 29.2 * (i + 1)),
  );
}
