import { bytesSource, cutShort, WeightsError, type ByteSource } from '../weights/weightsFile.ts';
import type { Archive } from '../weights/zip.ts';
import { ByteReader } from '../binary/byteReader.ts';
import { readPickle, type Pickled } from './pickle.ts';
import { TensorHost, type Storage, type StorageFinder } from './tensors.ts';

/** What `torch.save` wrote: plain data with tensors in it. */
export interface Checkpoint {
  readonly name: string;
  readonly root: Pickled;
}

/** Descriptions of tensors are short: this is longer than that of any model. */
const MAX_PICKLE_BYTES = 2 ** 26;

const PICKLE = /(?:^|\/)data\.pkl$/;

/** Whether an archive is PyTorch's: `torch.save` since 1.6, and TorchScript. */
export function isTorchArchive({ names }: Archive): boolean {
  return names.some((name) => PICKLE.test(name));
}

/** A zip archive: `data.pkl` describes tensors over the files `data/0`, `data/1`, ... */
export function readTorchArchive(archive: Archive): Checkpoint {
  const pickle = archive.names.find((name) => PICKLE.test(name))!;
  const folder = pickle.replace(/data\.pkl$/, '');
  if (archive.sizeOf(pickle) > MAX_PICKLE_BYTES)
    throw new WeightsError(`${archive.name}: its description of tensors is longer than that of any model.`);
  const order = `${folder}byteorder`;
  const isBig = archive.names.includes(order) && new TextDecoder().decode(archive.file(order, 8)).startsWith('big');
  const finder: StorageFinder = {
    isLittleEndian: !isBig,
    find: (key) => ({ read: (start, length) => archive.part(`${folder}data/${key}`, start, length) }),
  };
  const reader = new ByteReader(bytesSource(archive.name, archive.file(pickle)));
  return { name: archive.name, root: readPickle(reader, new TensorHost(archive.name, finder)) };
}

/** The number that older files begin with, as a pickle of its own. */
const magic = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

/** Whether a file begins as `torch.save` began files before 1.6. */
export function isLegacyTorch(head: Uint8Array): boolean {
  return head[0] === 0x80 && magic.every((byte, i) => head[i + 2] === byte);
}

/** Pickles one after another: a number, a version, the machine, the object, the keys of its storages; then those. */
export function readLegacyTorch(source: ByteSource): Checkpoint {
  const reader = new ByteReader(source);
  const starts = new Map<string, number>();
  const storages = new Map<string, Storage>();
  const finder: StorageFinder = {
    isLittleEndian: true,
    find: (key) => ({
      read: (start, length) => {
        const at = starts.get(key);
        if (at === undefined || at + start + length > source.size) throw cutShort(source.name);
        return source.read(at + start, length);
      },
    }),
    found: (key, storage) => storages.set(key, storage),
  };
  const host = new TensorHost(source.name, finder);
  const next = () => readPickle(reader, host);
  next();
  next();
  const machine = next();
  if (machine instanceof Map && machine.get('little_endian') === false)
    throw new WeightsError(`${source.name} was written on a machine with the other order of bytes, which is not read.`);
  const root = next();
  const keys = next();
  for (const key of Array.isArray(keys) ? keys : []) {
    const count = reader.longLength();
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (!storage) throw new WeightsError(`${source.name} is damaged: it stores numbers that no tensor is made of.`);
    starts.set(key as string, reader.position);
    reader.position += count * storage.bytesEach;
    if (!(reader.position <= source.size)) throw cutShort(source.name);
  }
  return { name: source.name, root };
}
