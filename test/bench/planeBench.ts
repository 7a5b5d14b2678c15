import { count } from '../../src/counting/countRegions.ts';
import type { Network } from '../../src/network/network.ts';
import { CountPool } from '../../src/worker/countPool.ts';
import { threadsOf } from '../../src/host/node/processes/threads.ts';
import { asNetwork, bestOfEach, squareTask } from './baseline.ts';
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

/**
 * Prints a line for each network: widths (or those given as arguments, like 2-64-64), regions, times, how many times as
 * fast as the prototype one thread and two are.
 */
export async function main(args: readonly string[], { worker }: { worker: string }): Promise<void> {
  const networks = args.length > 0 ? args.map((widths) => widths.split('-').map(Number)) : NETWORKS;
  console.log(row('network', 'regions', 'prototype ms', 'one thread', 'ratio', 'two threads', 'ratio'));
  for (const widths of networks) {
    const { regions, prototype, one, two } = await comparePlane(widths, worker);
    const ratio = (time: number) => (prototype / time).toFixed(2);
    console.log(
      row(widths.join('-'), regions, prototype.toFixed(2), one.toFixed(2), ratio(one), two.toFixed(2), ratio(two)),
    );
  }
}

/** Milliseconds of the prototype, of one thread, and of two that are there already. Errors: counts that differ. */
export async function comparePlane(widths: readonly number[], worker: string) {
  const layers = mlp([...widths], 1);
  const network = asNetwork(widths, layers);
  const task = squareTask(widths, layers);
  const pool = new CountPool(threadsOf(worker), 2);
  try {
    // Both threads start, and read the network.
    const [first] = await Promise.all([pool.run(task), pool.run(task)]);
    const plain = () => countPlainly(layers, layers.length).regions;
    const regions = plain();
    if (countSquare(network) !== regions || first.result.activationRegions !== regions) {
      throw new Error(`${widths.join('-')}: ${regions} regions by the prototype, ${countSquare(network)} here`);
    }
    const together = async () => (await pool.run(task)).result.activationRegions;
    const [prototype, one, two] = await bestOfEach([plain, () => countSquare(network), together]);
    return { regions, prototype, one, two };
  } finally {
    await pool.dispose();
  }
}

function countSquare(network: Network): number {
  return count({
    network,
    method: 'plane',
    domain: {
      kind: 'parallelogram',
      origin: [-1, -1],
      u: [2, 0],
      v: [0, 2],
    },
    linear: false,
    keepRegions: false,
    limits: {},
  }).activationRegions;
}

function row(...cells: (string | number)[]): string {
  return cells.map((cell, i) => (i === 0 ? String(cell).padEnd(28) : String(cell).padStart(14))).join('');
}
