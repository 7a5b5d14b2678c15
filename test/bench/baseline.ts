import { fileWeights } from '../../src/common/weightsSource.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { linear, relu } from '../../src/network/activation.ts';
import { buildNetwork } from '../../src/network/build.ts';
import { defaultInitialization, type LayerDefinition } from '../../src/network/definition.ts';
import type { Network } from '../../src/network/network.ts';
import type { CountTask } from '../../src/protocol/pool.ts';
import type { BaselineLayer } from './plane-baseline.mjs';

const RUNS = 3;
const SHORT_RUNS = 8;
const WARM_UP_MS = 400;
/** Clocks of threads may be some milliseconds behind. */
const SAMPLE_MS = 150;

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

/** Milliseconds of processor time that each thread of this process has had, where the system tells (Linux). */
function threadTimes(): Map<string, number> | null {
  try {
    const folder = '/proc/self/task';
    return new Map(
      readdirSync(folder).map((thread) => {
        const [nanoseconds] = readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ');
        return [thread, Number(nanoseconds) / 1e6];
      }),
    );
  } catch {
    return null;
  }
}

/**
 * Milliseconds that `work` takes, over this many runs: of the busiest thread, so that what else runs on the machine
 * counts little.
 */
export async function timeOf(work: () => Promise<unknown> | number, runs: number): Promise<number> {
  const before = threadTimes();
  const start = performance.now();
  for (let run = 0; run < runs; run++) await work();
  const passed = performance.now() - start;
  const after = threadTimes();
  if (!before || !after) return passed / runs;
  return Math.max(...[...after].map(([thread, time]) => time - (before.get(thread) ?? 0))) / runs;
}

/**
 * Milliseconds of each: the best of eight samples after a warm-up, of three where one takes long, in turns, so that a
 * busy machine hits all alike.
 */
export async function bestOfEach(works: readonly (() => Promise<number> | number)[]): Promise<number[]> {
  const runs: number[] = [];
  for (const work of works) {
    const start = performance.now();
    let count = 0;
    for (; performance.now() < start + WARM_UP_MS; count++) await work();
    runs.push(Math.max(1, Math.round((count * SAMPLE_MS) / WARM_UP_MS)));
  }
  const samples = runs.every((count) => count > 1) ? SHORT_RUNS : RUNS;
  const least = works.map(() => Infinity);
  for (let sample = 0; sample < samples; sample++) {
    for (const [k, work] of works.entries()) least[k] = Math.min(least[k], await timeOf(work, runs[k]));
  }
  return least;
}

/** A count of the square [-1, 1]^2 by the threads of a pool, which read the network themselves. */
export function squareTask(widths: readonly number[], layers: readonly BaselineLayer[]): CountTask {
  const written = layers.map(({ n, m, W, b }) => ({
    type: 'dense',
    units: n,
    activation: 'relu',
    weights: {
      kernel: Array.from({ length: m }, (_, i) => Array.from({ length: n }, (_, o) => W[o * m + i])),
      bias: Array.from(b),
    },
  }));
  const text = JSON.stringify({ name: 'bench', input: [widths[0]], layers: written });
  return {
    text,
    fileName: 'bench.network.json',
    network: 0,
    choice: { method: 'plane', source: fileWeights(1), linear: false, keepRegions: false, limits: {} },
    runs: 1,
  };
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
