import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import type { Group } from 'h5wasm/node';
import { File as Hdf5File, ready } from 'h5wasm/node';
import type { Tensor } from '../../../../src/network/operation.ts';
import type { ByteSource } from '../../../../src/formats/weights/weightsFile.ts';

export type Tensors = Readonly<Record<string, Tensor>>;

/** Bytes as a file of this name. */
export function source(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.byteLength,
    read(start, length) {
      if (start + length > bytes.byteLength) throw new Error(`${name} is read beyond its end`);
      return bytes.subarray(start, start + length);
    },
  };
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function bytesOf(array: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** An array as NumPy saves it, row-major doubles by default. */
export function npy({ shape, data }: Tensor, descr = '<f8', fortran = 'False', raw = bytesOf(data)): Uint8Array {
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${extents}), }`;
  const header = dictionary.padEnd(Math.ceil((dictionary.length + 11) / 64) * 64 - 11) + '\n';
  const length = Uint8Array.of(header.length & 255, header.length >> 8);
  return joined(Uint8Array.of(0x93), ascii('NUMPY'), Uint8Array.of(1, 0), length, ascii(header), raw);
}

export function npz(tensors: Tensors): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${name}.npy`, npy(tensor)])));
}

/** Doubles, behind a header in JSON. */
export function safetensors(tensors: Tensors): Uint8Array {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F64', shape, data_offsets: [offset, (offset += data.byteLength)] };
  }
  const text = ascii(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return joined(length, text, ...Object.values(tensors).map(({ data }) => bytesOf(data)));
}

interface Hdf5Options {
  readonly compressed?: boolean;
  /** Texts at the root, and the name of the layer at the group of its variables. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly names?: Readonly<Record<string, string>>;
}

/** A file of the HDF Group's own library, with a dataset of doubles at each path. */
export async function hdf5(tensors: Tensors, { compressed, attributes = {}, names = {} }: Hdf5Options = {}) {
  await ready;
  const folder = mkdtempSync(join(tmpdir(), 'region-lens-hdf5-'));
  const path = join(folder, 'file.h5');
  const file = new Hdf5File(path, 'w');
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const segments = name.split('/');
    segments.slice(1).forEach((_, depth) => {
      const group = segments.slice(0, depth + 1).join('/');
      if (!file.get(group)) file.create_group(group);
    });
    const filter = compressed ? { chunks: shape.map((extent) => Math.max(1, extent - 1)), compression: 6 } : {};
    file.create_dataset({ name, data, shape: [...shape], dtype: '<d', track_order: false, ...filter });
  }
  for (const [name, text] of Object.entries(attributes)) file.create_attribute(name, text);
  for (const [group, layer] of Object.entries(names)) (file.get(group) as Group).create_attribute('name', layer);
  file.close();
  const bytes = new Uint8Array(readFileSync(path));
  rmSync(folder, { recursive: true });
  return bytes;
}

/** What `model.save('m.keras')` writes. */
export async function kerasArchive(config: string, tensors: Tensors, options?: Hdf5Options): Promise<Uint8Array> {
  return zipSync(
    { 'metadata.json': ascii('{}'), 'config.json': ascii(config), 'model.weights.h5': await hdf5(tensors, options) },
    { level: 0 },
  );
}
