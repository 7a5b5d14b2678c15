import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import fc from '../../../fastCheck.ts';
import { openWeights } from '../../../../src/formats/weights/open.ts';
import { readTfjsShards } from '../../../../src/formats/weights/tfjsShards.ts';
import { manifestFault, manifestOf } from '../../../../src/formats/json/weightsManifest.ts';
import { WeightsError, type WeightsFile } from '../../../../src/formats/weights/weightsFile.ts';
import { openZip } from '../../../../src/formats/weights/zip.ts';
import { hdf5, joined, kerasArchive, npy, npz, safetensors, source, type Tensors } from './files.ts';

const tensor = (...shape: number[]) => ({
  shape,
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + shape.length) / 3),
});
const tensors: Tensors = { 'dense/kernel': tensor(3, 4), 'dense/bias': tensor(4), 'conv/kernel': tensor(2, 3, 1, 2) };

const contents = ({ tensors }: WeightsFile): Tensors =>
  Object.fromEntries(tensors.map(({ name, shape, values }) => [name, { shape: [...shape], data: values() }]));

describe('files of weights', () => {
  it.each([
    ['w.npz', 'npz', () => npz(tensors)],
    ['w.safetensors', 'safetensors', () => safetensors(tensors)],
    ['w.h5', 'hdf5', () => hdf5(tensors)],
    ['compressed.h5', 'hdf5', () => hdf5(tensors, { compressed: true })],
    ['m.keras', 'keras', () => kerasArchive('{}', tensors)],
  ])('%s gives every tensor as it was written', async (name, kind, make) => {
    const file = openWeights(source(name, await make()));
    expect(file.kind).toBe(kind);
    expect(contents(file)).toEqual(tensors);
  });

  it('are recognized by their bytes, and anything else is refused with a sentence', () => {
    for (const bytes of [new Uint8Array(), new TextEncoder().encode('{"layers": []}'), new Uint8Array(100)]) {
      expect(() => openWeights(source('x.bin', bytes))).toThrow(/^x\.bin is not a weights file that can be read/);
    }
    const empty = zipSync({ 'readme.txt': new Uint8Array(3) });
    expect(() => openWeights(source('x.zip', empty))).toThrow('without arrays');
  });

  it('of Keras bring their model along', async () => {
    const config = '{"class_name": "Sequential", "config": {"layers": []}}';
    expect(openWeights(source('m.keras', await kerasArchive(config, tensors))).model).toBe(config);
    const attributes = { model_config: config, keras_version: '2.4.0' };
    const { model } = openWeights(source('m.h5', await hdf5(tensors, { attributes })));
    expect(JSON.parse(model!)).toEqual({ keras_version: '2.4.0', model_config: JSON.parse(config) as unknown });
  });

  it.each([
    ['<f4', Float32Array.of(0.1, -2, 3e5, 4), 'False', [Math.fround(0.1), -2, 3e5, 4]],
    ['<f2', Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff), 'False', [1, -2, 2 ** -24, 65504]],
    ['|u1', Uint8Array.of(0, 1, 200, 255), 'False', [0, 1, 200, 255]],
    ['<i8', BigInt64Array.of(-1n, 2n, 3n, 4n), 'False', [-1, 2, 3, 4]],
    ['<f8', Float64Array.of(1, 2, 3, 4), 'True', [1, 3, 2, 4]],
    ['>i2', Uint8Array.of(0, 1, 255, 255, 1, 0, 0, 4), 'False', [1, -1, 256, 4]],
  ])('of NumPy may hold %s numbers', (descr, raw, fortran, expected) => {
    const bytes = npy({ shape: [2, 2], data: new Float64Array() }, descr, fortran, new Uint8Array(raw.buffer));
    const [only] = openWeights(source('folder/kernel.npy', bytes)).tensors;
    expect([only.name, only.shape, [...only.values()]]).toEqual(['kernel', [2, 2], expected]);
  });

  it.each([
    ['npz', npz(tensors)],
    ['safetensors', safetensors(tensors)],
  ] as const)('that are damaged (%s) are refused with a sentence or read, and never break anything', (_, whole) => {
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(), fc.nat(255), (length, at, byte) => {
        const bytes = whole.slice(0, length);
        if (length > 0) bytes[at % length] = byte;
        soundly(() => contents(openWeights(source('x', bytes))));
      }),
      { numRuns: 300 },
    );
  });

  it('that are cut short (HDF5) are refused with a sentence', async () => {
    const whole = await hdf5(tensors, { compressed: true, attributes: { model_config: '{}' } });
    for (let length = 0; length < whole.length; length += 97) {
      expect(() => contents(openWeights(source('x', whole.slice(0, length)))), `${length} bytes`).toThrow(WeightsError);
    }
  });

  it('that state pieces larger than the tensor (HDF5) are refused at once', async () => {
    const bytes = await hdf5({ 'd/kernel': { shape: [4, 6], data: new Float64Array(24) } }, { compressed: true });
    // The extents of a piece and the size of a number.
    const at = Buffer.from(bytes).indexOf(Buffer.from(Uint32Array.of(3, 5, 8).buffer));
    expect(at).toBeGreaterThan(0);
    new DataView(bytes.buffer).setUint32(at + 4, 2 ** 31, true);
    const began = performance.now();
    expect(() => contents(openWeights(source('x', bytes)))).toThrow('d/kernel is in pieces larger than itself');
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

function soundly(task: () => unknown): void {
  try {
    task();
  } catch (error) {
    if (!(error instanceof WeightsError)) throw error;
    expect(error.message.length).toBeGreaterThan(10);
  }
}

describe('the shards of a TensorFlow.js model', () => {
  const weights = [
    { name: 'a/kernel', shape: [2, 2], dtype: 'float32' },
    { name: 'a/bias', shape: [2], dtype: 'float32', quantization: { dtype: 'uint8', min: -1, scale: 0.5 } },
    { name: 'b/steps', shape: [], dtype: 'int32' },
    { name: 'b/kernel', shape: [1], dtype: 'float32', quantization: { dtype: 'float16', original_dtype: 'float32' } },
    { name: 'b/bias', shape: [2], dtype: 'float32', quantization: { dtype: 'uint16', min: 0, scale: 0.1 } },
  ];
  const bytes = joined(
    new Uint8Array(Float32Array.of(1, -2, 0.5, 8).buffer),
    Uint8Array.of(0, 255),
    new Uint8Array(Int32Array.of(-7).buffer),
    Uint8Array.of(0x00, 0x3e),
    Uint8Array.of(3, 0, 0, 1),
  );
  const model = (paths: string[]) =>
    JSON.stringify({ modelTopology: { note: 'weightsManifest": [' }, weightsManifest: [{ paths, weights }] });

  it('are read as one, wherever they are cut, quantized as TensorFlow.js quantizes', () => {
    for (const cut of [1, 7, 16, 17, 20, 24]) {
      const files: Record<string, Uint8Array> = { 'g-1of2.bin': bytes.slice(0, cut), 'g-2of2.bin': bytes.slice(cut) };
      const manifest = manifestOf(model(Object.keys(files)))!;
      const read = contents(readTfjsShards('m', manifest, (path) => source(path, files[path])));
      expect(Object.fromEntries(Object.entries(read).map(([name, { data }]) => [name, [...data]]))).toEqual({
        'a/kernel': [1, -2, 0.5, 8],
        'a/bias': [-1, 126.5],
        'b/steps': [-7],
        'b/kernel': [1.5],
        'b/bias': [Math.fround(0.3), Math.fround(25.6)],
      });
    }
  });

  it('that are too short are refused', () => {
    const manifest = manifestOf(model(['g.bin']))!;
    const open = () => source('g.bin', bytes.slice(0, -1));
    expect(() => readTfjsShards('m', manifest, open)).toThrow('g.bin ends before its weights do');
  });

  it('are named by a manifest or not at all', () => {
    expect(manifestOf('{"modelTopology": {}}')).toBeNull();
    expect(manifestOf('{"weightsManifest": [{"paths": [], "weights": []}]}')).toBeNull();
    expect(manifestOf('{"weightsManifest": [{"paths": [1], "weights": []}]}')).toBeNull();
    expect(manifestOf('{"weightsManifest": [{"paths": ["a"')).toBeNull();
  });
});

describe('an archive that says more than it holds', () => {
  const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** Where the archive's directory begins. */
  const directoryAt = (bytes: Uint8Array) => view(bytes).getUint32(bytes.length - 22 + 16, true);
  const zeros = new Uint8Array(80_000_000);
  const bomb = zipSync({ 'w.npy': zeros });

  it('is refused before it is unpacked, when it would become many times as large', () => {
    expect(() => openWeights(source('w.npz', bomb))).toThrow(/w\.npz would become \d+ times as large/);
    const inside = zipSync({ 'model.weights.h5': zeros });
    expect(() => openWeights(source('w.keras', inside))).toThrow('times as large');
  });

  it('is unpacked no further than it says', () => {
    const lying = bomb.slice();
    view(lying).setUint32(directoryAt(lying) + 24, 1000, true);
    expect(() => openZip(source('w.npz', lying)).file('w.npy')).toThrow('is not as long as it says');
  });

  it('is refused when its files overlap', () => {
    const random = Uint8Array.from({ length: 5000 }, (_, k) => (k * k * 7919) >> 5);
    const one = zipSync({ 'a.npy': random, 'b.npy': random, 'c.npy': random }, { level: 0 });
    const entries = one.slice(directoryAt(one), one.length - 22);
    // The first file's bytes stand there, those of the others do not.
    const kept = 30 + 5 + random.length;
    const overlapping = new Uint8Array(kept + entries.length + 22);
    overlapping.set(one.subarray(0, kept));
    overlapping.set(entries, kept);
    overlapping.set(one.subarray(one.length - 22), kept + entries.length);
    for (let k = 0; k < 3; k++) view(overlapping).setUint32(kept + k * (46 + 5) + 42, 0, true);
    view(overlapping).setUint32(overlapping.length - 22 + 16, kept, true);
    expect(() => openWeights(source('w.npz', overlapping))).toThrow('its files overlap');
  });

  it('is refused when it lists more files than any network has weights', () => {
    const many = zipSync({ 'a.npy': new Uint8Array(8) });
    view(many).setUint16(many.length - 22 + 10, 60_000, true);
    expect(() => openWeights(source('w.npz', many))).toThrow('lists 60000 files');
  });

  it('is damaged wherever it is cut', () => {
    const whole = npz(tensors);
    for (let cut = 4; cut < whole.length; cut++) {
      expect(() => openWeights(source('w.npz', whole.slice(0, cut)))).toThrow(WeightsError);
    }
  });

  it('is read when it is packed well or not at all', () => {
    const files = {
      'zeros.npy': new Uint8Array(3_000_000),
      'text.txt': Uint8Array.from({ length: 70_000 }, (_, k) => k % 251),
    };
    for (const level of [0, 1, 9] as const) {
      const archive = openZip(source('w.npz', zipSync(files, { level })));
      expect(archive.names).toEqual(Object.keys(files));
      for (const [name, bytes] of Object.entries(files)) {
        expect(Buffer.compare(archive.file(name), bytes)).toBe(0);
        expect(Buffer.compare(archive.file(name, 100), bytes.subarray(0, 100))).toBe(0);
      }
    }
  });
});

describe('the manifest of a model.json', () => {
  const manifest = (paths: string[], weights: object[]) => JSON.stringify({ weightsManifest: [{ paths, weights }] });

  it('is read whatever texts it holds', () => {
    const name = 'x'.repeat(10_000_000) + '"]\\[';
    const weights = [{ name, shape: [2], dtype: 'float32' }];
    expect(manifestOf(manifest(['a.bin'], weights))).toEqual([{ paths: ['a.bin'], weights }]);
  });

  it('is distinguished from a missing one when it is not understood', () => {
    expect(manifestFault('{}')).toBeNull();
    expect(manifestFault(manifest(['a.bin'], [{ name: 'k', shape: [2], dtype: 'float32' }]))).toBeNull();
    expect(manifestFault(manifest(['a.bin'], [{ name: 'k', shape: [-2], dtype: 'float32' }]))).toContain(
      'not understood',
    );
    expect(manifestFault('{ "weightsManifest": 1 }')).toContain('not understood');
    expect(manifestFault(manifest([], [{ name: 'k', shape: [2], dtype: 'float32' }]))).toContain('names no files');
  });
});
