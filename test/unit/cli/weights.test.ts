import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { experimentJson } from '../../../src/report/experimentReport.ts';
import type { countJson } from '../../../src/report/countJson.ts';
import { tensorOf } from '../../../src/formats/json/numbers.ts';
import type { Tensor } from '../../../src/network/operation.ts';
import { hdf5, joined, kerasArchive, npz, safetensors, type Tensors } from '../formats/weights/files.ts';
import { CommandLine } from './commandLine.ts';

interface Layer {
  name?: string;
  units: number;
  activation?: string;
  weights?: Record<string, unknown>;
}

const known = readFileSync(new URL('../../fixtures/counts/mlp_2-16-16-1_s2.network.json', import.meta.url), 'utf8');
const model = JSON.parse(known) as { layers: Layer[] };
const tensor = (value: unknown): Tensor => {
  const text = JSON.stringify(value);
  return tensorOf(text, 0, text.length) as Tensor;
};
const named = (name: (layer: number, weight: string) => string): Tensors =>
  Object.fromEntries(
    model.layers.flatMap(({ weights }, i) =>
      Object.entries(weights ?? {}).map(([w, value]) => [name(i, w), tensor(value)]),
    ),
  );
const bare = {
  ...model,
  layers: model.layers.map(({ weights, ...layer }, i) => (expect(weights).toBeDefined(), { ...layer, name: `d${i}` })),
};

const dense = ({ units, activation }: Layer, i: number) => ({
  class_name: 'Dense',
  config: {
    name: `d${i}`,
    units,
    activation: activation ?? 'linear',
    ...(i === 0 && { batch_input_shape: [null, 2] }),
  },
});
const sequential = { class_name: 'Sequential', config: { name: 's', layers: model.layers.map(dense) } };

describe('region-lens count with weights in other files', () => {
  let cli: CommandLine;
  beforeAll(async () => {
    cli = await CommandLine.build();
    await cli.file('bare.network.json', bare);
  });
  afterAll(() => cli.remove());

  const counted = async (file: string, ...words: string[]) => {
    const { code, out, err } = await cli.run(['count', file, '--json', '--method', 'plane', ...words]);
    expect([code, err]).toEqual([0, '']);
    return JSON.parse(out) as ReturnType<typeof countJson>;
  };
  // What two other programs count for these weights.
  const regions = 424;

  it.each([
    ['w.npz', () => npz(named((i, w) => `d${i}/${w}`))],
    ['w.safetensors', () => safetensors(named((i, w) => `d${i}.${w}`))],
    ['w.h5', () => hdf5(named((i, w) => `model_weights/d${i}/d${i}/${w}:0`))],
    [
      'w.keras',
      () =>
        kerasArchive(
          '{}',
          named((i, w) => `layers/dense${i ? `_${i}` : ''}/vars/${w === 'bias' ? 1 : 0}`),
        ),
    ],
  ])('%s counts what the same weights in the text count', async (name, make) => {
    const weights = await cli.file(name, await make());
    const { activationRegions, exact, weights: file } = await counted('bare.network.json', '--weights', weights);
    expect([activationRegions, exact, file]).toEqual([regions, true, name]);
    expect((await counted('bare.network.json')).activationRegions).not.toBe(regions);
  });

  it('measure takes them as count does', async () => {
    await cli.file('inline.network.json', model);
    const weights = await cli.file('m.npz', npz(named((i, w) => `d${i}/${w}`)));
    const words = ['--json', '--lines', '6', '--points', '4', '--seed', '5'];
    const measured = async (...more: string[]) => {
      const { code, out, err } = await cli.run(['measure', ...more, ...words]);
      expect([code, err]).toEqual([0, '']);
      const { segment, boundary, distance, weights } = JSON.parse(out) as ReturnType<typeof experimentJson>;
      return { segment, boundary, distance, weights };
    };
    const inline = await measured('inline.network.json');
    expect(inline.weights).toBe('file');
    expect(await measured('bare.network.json', '--weights', weights)).toEqual(inline);
    expect((await measured('bare.network.json')).weights).toBe('drawn');
    const { code, err } = await cli.run(['measure', 'bare.network.json', '--weights', 'none.npz']);
    expect([code, err]).toEqual([1, expect.stringMatching(/^none.npz:1:1: there is no file/)]);
  });

  it('takes the shards that a model.json names, and says when they are not there', async () => {
    const tensors = Object.entries(named((i, w) => `d${i}/${w}`));
    const weights = tensors.map(([name, { shape }]) => ({ name, shape, dtype: 'float32' }));
    await cli.file('model.json', {
      modelTopology: sequential,
      weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights }],
    });
    const bytes = joined(...tensors.map(([, { data }]) => new Uint8Array(Float32Array.from(data).buffer)));
    await cli.file('a.bin', bytes.slice(0, 50));
    const { code, err } = await cli.run(['count', 'model.json', '--method', 'plane']);
    expect([code, err]).toEqual([0, 'model.json:1:1: information: there is no file b.bin; weights are drawn\n']);
    const told = async () =>
      (
        JSON.parse((await cli.run(['count', 'model.json', '--method', 'plane', '--json'])).out) as {
          diagnostics?: unknown;
        }
      ).diagnostics;
    const drawn = (message: string) => [
      { code: 'weights', severity: 'information', message: `${message}; weights are drawn` },
    ];
    expect(await told()).toEqual(drawn('there is no file b.bin'));
    await cli.file('b.bin', bytes.slice(50, 60));
    expect(await told()).toEqual(drawn('a.bin, b.bin ends before its weights do: it is incomplete.'));
    await cli.file('b.bin', bytes.slice(50));
    expect((await counted('model.json')).activationRegions).toBe(regions);
    expect(await told()).toBeUndefined();
    await cli.file('model.json', {
      modelTopology: sequential,
      weightsManifest: [{ paths: ['a.bin'], weights: [{ name: 'k', shape: [-1], dtype: 'float32' }] }],
    });
    expect(await told()).toEqual(drawn('the weights manifest is not understood'));
  });

  it('reads no file outside the folder of the model that names it', async () => {
    const weightsManifest = [{ paths: ['../../etc/passwd'], weights: [] }];
    await cli.file('outside.json', { modelTopology: sequential, weightsManifest });
    const { err } = await cli.run(['count', 'outside.json', '--method', 'plane']);
    expect(err).toContain('../../etc/passwd lies outside of the model’s folder and is not read'.replace('’', "'"));
  });

  it('reads a .keras archive and an .h5 file as the model itself', async () => {
    const config = JSON.stringify(sequential);
    await cli.file(
      'm.keras',
      await kerasArchive(
        config,
        named((i, w) => `layers/dense${i ? `_${i}` : ''}/vars/${w === 'bias' ? 1 : 0}`),
      ),
    );
    const attributes = { model_config: config, keras_version: '2.4.0' };
    await cli.file(
      'm.h5',
      await hdf5(
        named((i, w) => `model_weights/d${i}/d${i}/${w}:0`),
        { attributes },
      ),
    );
    for (const file of ['m.keras', 'm.h5']) {
      expect((await counted(file)).activationRegions).toBe(regions);
      const { code, out } = await cli.run(['analyze', '--json', file]);
      expect([code, JSON.parse(out)]).toMatchObject([
        0,
        { format: 'keras', networks: [{ name: 's', parameters: 337 }] },
      ]);
    }
    await cli.file('only.npz', npz(named((i, w) => `d${i}/${w}`)));
    const { code, err } = await cli.run(['analyze', 'only.npz']);
    expect([code, err]).toEqual([
      1,
      'only.npz:1:1: this file holds weights, but no model; count and measure take it as --weights\n',
    ]);
  });

  it('converts a model with its weights to one native file', async () => {
    await cli.file(
      'c.keras',
      await kerasArchive(
        JSON.stringify(sequential),
        named((i, w) => `layers/dense${i ? `_${i}` : ''}/vars/${w === 'bias' ? 1 : 0}`),
      ),
    );
    const words = ['convert', 'c.keras', '--to', 'native', '--with-weights', '--output', 'c.network.json'];
    expect(await cli.run(words)).toEqual({ code: 0, out: '', err: '' });
    expect((await counted('c.network.json')).activationRegions).toBe(regions);
    const { code, out } = await cli.run(['convert', 'c.keras', '--to', 'native']);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('{ "type": "dense", "name": "d0", "units": 16, "activation": "relu" }'),
    ]);
    expect((await cli.run(['convert', 'c.keras', '--to', 'keras'])).code).toBe(2);
    expect((await cli.run(['convert', 'c.keras', '--to', 'native', '--output', 'no/such.json'])).err).toBe(
      'no/such.json:1:1: cannot be written (ENOENT)\n',
    );
  });

  it('converts a model whose channels come first to one that has the same regions', async () => {
    const layers = [
      {
        class_name: 'Conv2D',
        config: {
          name: 'c',
          filters: 3,
          kernel_size: 2,
          activation: 'relu',
          data_format: 'channels_first',
          batch_input_shape: [null, 2, 3, 3],
        },
      },
      { class_name: 'Flatten', config: { name: 'f' } },
      { class_name: 'Dense', config: { name: 'd', units: 6, activation: 'relu' } },
    ];
    await cli.file('first.json', { class_name: 'Sequential', config: { name: 'first', layers } });
    const wave = (...shape: number[]) => ({
      shape,
      data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(5 * i + shape.length)),
    });
    const weights = await cli.file(
      'first.npz',
      npz({ 'c/kernel': wave(2, 2, 2, 3), 'c/bias': wave(3), 'd/kernel': wave(12, 6), 'd/bias': wave(6) }),
    );
    const onLine = async (file: string, ...words: string[]) => {
      const { code, out } = await cli.run(['count', file, '--json', '--method', 'line', ...words]);
      return [code, (JSON.parse(out) as ReturnType<typeof countJson>).perLayer];
    };
    const words = ['convert', 'first.json', '--to', 'native', '--output', 'second.network.json'];
    expect((await cli.run(words)).err).toContain('a native file does not tell: convert it with them');
    expect((await cli.run([...words, '--weights', weights])).err).not.toContain('does not tell');
    expect(await onLine('second.network.json')).toEqual(await onLine('first.json', '--weights', weights));
  });

  it('says what does not fit, each with its file, and counts nothing', async () => {
    const tensors = { ...named((i, w) => `d${i}/${w}`), 'd1/bias': tensor([1, 2, 3]), 'e/kernel': tensor([1]) };
    await cli.file('wrong.npz', npz(tensors));
    await cli.file('text.npz', 'not binary');
    const wrong = await cli.run(['count', 'bare.network.json', '--method', 'plane', '--weights', 'wrong.npz']);
    expect(wrong).toEqual({
      code: 1,
      out: '',
      err: 'wrong.npz:1:1: d1: d1/bias is 3 in wrong.npz, the layer needs a bias of 16.\nwrong.npz:1:1: warning: Not used of wrong.npz: e/kernel.\n',
    });
    for (const [file, sentence] of [
      ['text.npz', 'is not a weights file that can be read'],
      ['none.npz', 'there is no file'],
    ] as const) {
      const { code, out, err } = await cli.run(['count', 'bare.network.json', '--method', 'plane', '--weights', file]);
      expect([code, out, err]).toEqual([1, '', expect.stringContaining(sentence)]);
    }
  });

  it('a file of bytes without zeros is named for what it is', async () => {
    // A protocol buffer: field 1 is 4, field 2 a text, field 500 another one.
    const text = '\x08\x04\x12\x0bdescription\xa2\x1f\x07network';
    await cli.file(
      'model.mlmodel',
      Uint8Array.from(text, (character) => character.charCodeAt(0)),
    );
    const { code, err } = await cli.run(['analyze', 'model.mlmodel']);
    expect([code, err]).toEqual([1, expect.stringContaining('model.mlmodel is a Core ML model.')]);
  });
});
