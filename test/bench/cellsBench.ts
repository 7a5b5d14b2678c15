import { count } from '../../src/counting/countRegions.ts';
import type { Network } from '../../src/network/network.ts';
import { asNetwork, best } from './baseline.ts';
import { count as countPlainly, mlp } from './plane-baseline.mjs';

const NETWORKS = [
  [3, 16, 16],
  [4, 10, 10],
  [5, 8, 8],
  [3, 8, 8, 8],
  [3, 32, 32],
  [6, 7, 7],
];
/** The prototype's pace is that of this network in the plane. */
const YARDSTICK = [2, 64, 64, 64];

/**
 * Prints a line for each network (or those given as arguments, like 3-16-16): cells of the box [-1, 1]^n, time, cells a
 * second, and how many times as many a second as the plain prototype makes in the plane.
 */
export function main(args: readonly string[]): void {
  const networks = args.length > 0 ? args.map((widths) => widths.split('-').map(Number)) : NETWORKS;
  const layers = mlp(YARDSTICK, 1);
  const plain = () => countPlainly(layers, layers.length).regions;
  const pace = plain() / best(plain);
  console.log(`prototype in the plane, ${YARDSTICK.join('-')}: ${Math.round(1000 * pace)} regions a second`);
  console.log(row('network', 'cells', 'ms', 'cells a second', 'ratio'));
  for (const widths of networks) {
    const network = asNetwork(widths, mlp(widths, 1));
    const inBox = () => countBox(network);
    const cells = inBox();
    const time = best(inBox);
    console.log(
      row(
        widths.join('-'),
        cells,
        time.toFixed(2),
        Math.round((1000 * cells) / time),
        (cells / time / pace).toFixed(2),
      ),
    );
  }
}

function countBox(network: Network): number {
  const upper = Array.from({ length: network.inputSize }, () => 1);
  return count({
    network,
    method: 'cells',
    domain: { kind: 'box', lower: upper.map((one) => -one), upper },
    linear: false,
    keepRegions: false,
    limits: {},
  }).activationRegions;
}

function row(...cells: (string | number)[]): string {
  return cells.map((cell, i) => (i === 0 ? String(cell).padEnd(36) : String(cell).padStart(16))).join('');
}
