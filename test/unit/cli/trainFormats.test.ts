import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWeights } from '../../../src/formats/weights/open.ts';
import type { Tensor } from '../../../src/network/operation.ts';
import { hdf5, kerasArchive, npz, safetensors, source, type Tensors } from '../formats/weights/files.ts';
import { CommandLine } from './commandLine.ts';

/** A run of every kind of file, with the weights of a run of PyTorch, whose counts are known from other counters. */

const FIXTURES = 'test/fixtures/training';
const SOURCES = ['step-00000.pt', 'step-00010.pt', 'step-00030.pt'];
/** In the order of letters the second comes first. */
const STEPS = [2, 10, 100];
const { runs } = JSON.parse(readFileSync(`${FIXTURES}/spirals/expected.json`, 'utf8')) as {
  runs: { readonly activationRegions: number; readonly linearRegions: number }[];
};

interface Line {
  readonly step: number;
  readonly activationRegions: number;
  readonly linearRegions: number;
  readonly perLayer: readonly number[];
  readonly lines: object;
  readonly distance: object;
  readonly localComplexity: object;
  readonly constantUnits: object;
}

/** What PyTorch calls `0.weight`, `0.bias`, `2.weight` and so on: a row for each unit. */
function torchTensors(bytes: Uint8Array): Tensors {
  const { tensors } = openWeights(source('snapshot.pt', bytes));
  return Object.fromEntries(tensors.map(({ name, shape, values }) => [name, { shape: [...shape], data: values() }]));
}

/** The same by layer, a column for each unit, named as a format names them. */
function byLayer(tensors: Tensors, name: (layer: number, part: 'kernel' | 'bias') => string): Tensors {
  const found: Record<string, Tensor> = {};
  Object.values(tensors).forEach((tensor, i) => {
    const isKernel = tensor.shape.length === 2;
    found[name(Math.floor(i / 2), isKernel ? 'kernel' : 'bias')] = isKernel ? transposed(tensor) : tensor;
  });
  return found;
}

function transposed({ shape: [rows, columns], data }: Tensor): Tensor {
  const turned = Float64Array.from(
    { length: data.length },
    (_, k) => data[(k % rows) * columns + Math.floor(k / rows)],
  );
  return { shape: [columns, rows], data: turned };
}

/** As Keras names layers of one class: without a number, then with one from 1 on. */
const keras = (layer: number) => (layer === 0 ? 'dense' : `dense_${layer}`);
const kerasConfig = JSON.stringify({
  class_name: 'Sequential',
  config: {
    name: 'spirals',
    layers: [
      { class_name: 'InputLayer', config: { name: 'input', batch_shape: [null, 2] } },
      ...[24, 24, 24, 2].map((units, i) => ({
        class_name: 'Dense',
        config: { name: keras(i), units, activation: i < 3 ? 'relu' : 'linear', use_bias: true },
      })),
    ],
  },
});

/** The files of one snapshot in a folder of its own, the shards cut in the middle of a number. */
function tfjsFiles(tensors: Tensors): Record<string, Uint8Array | string> {
  const named = byLayer(tensors, (layer, part) => `${keras(layer)}/${part}`);
  const weights = Object.entries(named).map(([name, { shape }]) => ({ name, shape, dtype: 'float32' }));
  const bytes = new Uint8Array(
    Buffer.concat(Object.values(named).map(({ data }) => new Uint8Array(Float32Array.from(data).buffer))),
  );
  const paths = ['group1-shard1of2.bin', 'group1-shard2of2.bin'];
  return {
    'model.json': JSON.stringify({ format: 'layers-model', weightsManifest: [{ paths, weights }] }),
    [paths[0]]: bytes.slice(0, 2001),
    [paths[1]]: bytes.slice(2001),
  };
}

type Files = Record<string, Uint8Array | string>;
const one =
  (name: (step: number) => string, write: (tensors: Tensors) => Promise<Uint8Array> | Uint8Array) =>
  async (tensors: Tensors, step: number): Promise<Files> => ({ [name(step)]: await write(tensors) });
const variables = (tensors: Tensors) =>
  byLayer(tensors, (layer, part) => `layers/${keras(layer)}/vars/${part === 'kernel' ? 0 : 1}`);

const KINDS: Record<string, (tensors: Tensors, step: number) => Promise<Files>> = {
  safetensors: one((step) => `step-${step}.safetensors`, safetensors),
  npz: one((step) => `ckpt_${step}.npz`, npz),
  h5: one(
    (step) => `epoch=1-step=${step}.h5`,
    (tensors) => hdf5(byLayer(tensors, (layer, part) => `model_weights/${keras(layer)}/${keras(layer)}/${part}:0`)),
  ),
  'weights.h5': one(
    (step) => `step${step}.weights.h5`,
    (tensors) => hdf5(variables(tensors)),
  ),
  keras: one(
    (step) => `iter-${step}.keras`,
    (tensors) => kerasArchive(kerasConfig, variables(tensors)),
  ),
  'tfjs shards': (tensors, step) =>
    Promise.resolve(
      Object.fromEntries(
        Object.entries(tfjsFiles(tensors)).map(([name, content]) => [`step-${step}/${name}`, content]),
      ),
    ),
};

let cli: CommandLine;
let reference: Line[];

beforeAll(async () => {
  cli = await CommandLine.build();
  await cli.file('spirals.network.json', readFileSync(`${FIXTURES}/spirals.network.json`, 'utf8'));
  reference = await trained('pt', async (bytes, step) => Promise.resolve({ [`step-${step}.pt`]: bytes }));
}, 60_000);
afterAll(() => cli.remove());

/** Writes the run, the last snapshot first, and counts it; where figures are of the clock they are left out. */
async function trained(kind: string, write: (bytes: Uint8Array, step: number) => Promise<Files>): Promise<Line[]> {
  const run = `${kind.replace(' ', '-')}-run`;
  for (const [i, step] of [...STEPS.entries()].reverse()) {
    const files = await write(readFileSync(`${FIXTURES}/spirals/${SOURCES[i]}`), step);
    for (const [name, content] of Object.entries(files)) await cli.file(`${run}/${name}`, content);
  }
  await cli.file(`${run}/notes.txt`, 'not a snapshot');
  const { code, out, err } = await cli.run([
    'train',
    'spirals.network.json',
    '--run',
    run,
    '--lines',
    '4',
    '--samples',
    '3',
    '--json',
  ]);
  expect([code, err.split('\n').filter((line) => line.includes('error:'))]).toEqual([0, []]);
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  return lines.map(
    ({ step, activationRegions, linearRegions, perLayer, lines, distance, localComplexity, constantUnits }) => ({
      step,
      activationRegions,
      linearRegions,
      perLayer,
      lines,
      distance,
      localComplexity,
      constantUnits,
    }),
  );
}

it('a run of .pt files has the counts that are known', () => {
  expect(reference.map(({ step }) => step)).toEqual(STEPS);
  expect(reference.map(({ activationRegions, linearRegions }) => [activationRegions, linearRegions])).toEqual(
    runs.slice(0, 3).map(({ activationRegions, linearRegions }) => [activationRegions, linearRegions]),
  );
});

it('a run of .pth files has all the same figures', { timeout: 60_000 }, async () => {
  const found = await trained('pth', async (bytes, step) => Promise.resolve({ [`model_${step}.pth`]: bytes }));
  expect(found).toEqual(reference);
});

it.each(Object.entries(KINDS))('a run of %s has all the same figures', { timeout: 60_000 }, async (kind, write) => {
  expect(await trained(kind, async (bytes, step) => write(torchTensors(bytes), step))).toEqual(reference);
});
