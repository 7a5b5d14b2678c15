import { count } from '../../src/counting/countRegions.ts';
import { linear, relu } from '../../src/network/activation.ts';
import { buildNetwork } from '../../src/network/build.ts';
import { defaultInitialization, type LayerDefinition } from '../../src/network/definition.ts';
import type { Network } from '../../src/network/network.ts';
import { count as countPlainly, mlp, type BaselineLayer } from './plane-baseline.mjs';

const NETWORKS = [
  [2, 64, 64, 64],
  [2, 128, 128],
  [2, 16, 16, 16, 16, 16, 16, 16, 16],
  [2, 64],
  [2, 32, 32],
  [2, 64, 64, 64, 64, 64],
  [2, 256, 256],
];
const RUNS = 3;
const WARM_UP_MS = 400;

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

function best(work: () => number): number {
  for (const end = performance.now() + WARM_UP_MS; performance.now() < end;) work();
  let least = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

/** The prototype's weights, `[out][in]`, as a network of dense layers, with one linear output. */
function asNetwork(widths: readonly number[], layers: readonly BaselineLayer[]): Network {
  const span = { start: 0, end: 0 };
  const definitions = layers.map(({ n, m, W, b }, i): LayerDefinition => {
    const kernel = Float64Array.from({ length: n * m }, (_, k) => W[(k % n) * m + Math.floor(k / n)]);
    return {
      name: `h${i}`,
      type: 'dense',
      operation: { kind: 'dense', units: n, useBias: true },
      activation: relu,
      inputs: [i === 0 ? 'x' : `h${i - 1}`],
      weights: { kernel: { shape: [m, n], data: kernel }, bias: { shape: [n], data: b } },
      span,
      fields: {},
    };
  });
  const output: LayerDefinition = {
    ...definitions[0],
    name: 'y',
    operation: { kind: 'dense', units: 1, useBias: true },
    activation: linear,
    inputs: [`h${layers.length - 1}`],
    weights: {
      kernel: { shape: [layers[layers.length - 1].n, 1], data: new Float64Array(layers[layers.length - 1].n).fill(1) },
      bias: { shape: [1], data: new Float64Array(1) },
    },
  };
  return buildNetwork({
    name: widths.join('-'),
    inputs: [{ name: 'x', shape: [widths[0]], span }],
    layers: [...definitions, output],
    outputs: [],
    initialization: defaultInitialization,
    span,
    nameSpan: span,
  }).network;
}

function row(...cells: (string | number)[]): string {
  return cells.map((cell, i) => (i === 0 ? String(cell).padEnd(36) : String(cell).padStart(14))).join('');
}
