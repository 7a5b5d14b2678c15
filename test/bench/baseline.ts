import { linear, relu } from '../../src/network/activation.ts';
import { buildNetwork } from '../../src/network/build.ts';
import { defaultInitialization, type LayerDefinition } from '../../src/network/definition.ts';
import type { Network } from '../../src/network/network.ts';
import type { BaselineLayer } from './plane-baseline.mjs';

const RUNS = 3;
const WARM_UP_MS = 400;

/** Milliseconds of the best of three runs after a warm-up. */
export function best(work: () => number): number {
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
export function asNetwork(widths: readonly number[], layers: readonly BaselineLayer[]): Network {
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
