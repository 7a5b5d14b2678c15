import { count } from '../../src/counting/countRegions.ts';
import type { Network } from '../../src/network/network.ts';
import { asNetwork, best } from './baseline.ts';
import { count as countPlainly, mlp } from './plane-baseline.mjs';

const NETWORKS = [
  [2, 64, 64, 64],
  [2, 128, 128],
  [2, 16, 16, 16, 16, 16, 16, 16, 16],
  [2, 64],
  [2, 32, 32],
  [2, 64, 64, 64, 64, 64],
  [2, 256, 256],
];

/** Prints a line for each network: widths (or those given as arguments, like 2-64-64), regions, times, ratio. */
export function main(args: readonly string[]): void {
  const networks = args.length > 0 ? args.map((widths) => widths.split('-').map(Number)) : NETWORKS;
  console.log(row('network', 'regions', 'prototype ms', 'here ms', 'ratio'));
  for (const widths of networks) {
    const layers = mlp(widths, 1);
    const network = asNetwork(widths, layers);
    const plain = () => countPlainly(layers, layers.length).regions;
    const here = () => countSquare(network);
    const expected = plain();
    if (here() !== expected) console.log(`${widths.join('-')}: ${here()} here, ${expected} by the prototype`);
    const [before, after] = [best(plain), best(here)];
    console.log(row(widths.join('-'), expected, before.toFixed(2), after.toFixed(2), (before / after).toFixed(2)));
  }
}

function countSquare(network: Network): number {
  return count({
    network,
    method: 'plane',
    domain: { kind: 'parallelogram', parallelogram: { origin: [-1, -1], u: [2, 0], v: [0, 2] } },
    linear: false,
    keepRegions: false,
    limits: {},
  }).activationRegions;
}

function row(...cells: (string | number)[]): string {
  return cells.map((cell, i) => (i === 0 ? String(cell).padEnd(36) : String(cell).padStart(14))).join('');
}
