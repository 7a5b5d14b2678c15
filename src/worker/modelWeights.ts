import { readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import { binaryFormatOf } from '../formats/binary/models.ts';
import { modelBeside, openModel } from '../formats/binary/modelFile.ts';
import type { NearbyFiles } from '../formats/format.ts';
import { manifestFault, manifestOf, type ManifestGroup } from '../formats/json/weightsManifest.ts';
import { readTfjsShards } from '../formats/weights/tfjsShards.ts';
import type { ByteSource, StoredTensor, WeightsFile } from '../formats/weights/weightsFile.ts';
import { sizeOf } from '../network/shape.ts';
import type { WeightsPlace } from '../protocol/pool.ts';
import { withRegularFile } from './regularFile.ts';
import { withinTime } from './timeLimit.ts';

/** A file of weights, with a stamp that changes when what was read of it may be out of date. */
export interface FoundWeights {
  readonly file: WeightsFile;
  readonly stamp: string;
}

/**
 * The weights of a model: those of the file that the user named, else those in the shards that the model's own text
 * names, which lie in the model's folder. Null where it names none. Rejects with a sentence where they cannot be read.
 */
export async function findWeights(text: string, place: WeightsPlace): Promise<FoundWeights | null> {
  if (place.file !== undefined) {
    const source = sourceOf(place.file);
    const files = { bytes: filesIn(dirname(place.file)) };
    const model = binaryFormatOf(source);
    const file = model
      ? bounded(source.name, source.size, () => openModel(source, model, files))
      : place.isModel === true
        ? modelBeside(await openPlainWeights(source))
        : await openPlainWeights(source);
    return { file: { ...file, tensors: file.tensors.map(limited) }, stamp: stampOf([place.file]) };
  }
  if (place.folder === undefined) return null;
  const fault = manifestFault(text);
  if (fault !== null) throw new Error(fault);
  const manifest = manifestOf(text);
  return manifest && readShards(manifest, place.folder);
}

/** Its readers of HDF5 and archives are loaded when they are first needed. */
async function openPlainWeights(source: ByteSource): Promise<WeightsFile> {
  const { openWeights } = await import('../formats/weights/open.ts');
  return bounded(source.name, source.size, () => openWeights(source));
}

/** Sound files take a small part of it. */
const LIMIT_MS = 5000;
const MS_PER_MEGABYTE = 100;

/** Reads this many bytes, or is ended: damage can make the readers go around in circles. */
function bounded<T>(name: string, bytes: number, task: () => T): T {
  const { warn } = console;
  // The reader of HDF5 warns of attributes that nobody asked for, with whatever bytes their names are.
  console.warn = () => undefined;
  try {
    const late = `${name} takes too long to read: it is damaged, or of a kind that is not meant here`;
    return withinTime(LIMIT_MS + (MS_PER_MEGABYTE * bytes) / 2 ** 20, late, task);
  } finally {
    console.warn = warn;
  }
}

function limited(tensor: StoredTensor): StoredTensor {
  return { ...tensor, values: () => bounded(tensor.name, 8 * sizeOf(tensor.shape), tensor.values) };
}

function readShards(manifest: readonly ManifestGroup[], folder: string): FoundWeights {
  const files = new Map(manifest.flatMap(({ paths }) => paths).map((path) => [path, within(folder, path)]));
  const file = readTfjsShards('the weights manifest', manifest, (path) => sourceOf(files.get(path)!));
  return { file, stamp: stampOf([...files.values()]) };
}

/** The binary model in a file; null where the file is none, or is no regular file. */
export function binaryModelIn(file: string): ByteSource | null {
  try {
    const source = sourceOf(file);
    return binaryFormatOf(source) ? source : null;
  } catch {
    // What stands against the file is said where it is read.
    return null;
  }
}

/** The files in a model's folder, for numbers that its text leaves out; undefined for what is not there or outside. */
export function filesIn(folder: string): NonNullable<NearbyFiles['bytes']> {
  return (path) => {
    try {
      return sourceOf(within(folder, path));
    } catch {
      return undefined;
    }
  };
}

/** What a model's text names may lie beside it or below, not elsewhere: opening a model must not read other files. */
function within(folder: string, path: string): string {
  const inside = (root: string, file: string) => {
    const way = relative(root, file);
    return way !== '' && !way.startsWith('..') && !isAbsolute(way);
  };
  const file = resolve(folder, path);
  if (!inside(folder, file)) throw new Error(`${path} lies outside of the model's folder and is not read`);
  const real = realOf(file, path);
  if (!inside(realOf(folder, folder), real)) throw new Error(`${path} leads out of the model's folder and is not read`);
  return real;
}

function realOf(file: string, shown: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    throw unreadable(error, shown);
  }
}

function stampOf(files: readonly string[]): string {
  return files.map((file) => [file, statSync(file).size, statSync(file).mtimeMs].join(' ')).join('\n');
}

/** A file read in parts, opened for each: weights are some hundred parts, and nothing stays open. */
function sourceOf(file: string): ByteSource {
  const name = basename(file);
  const withFile = <T>(task: (descriptor: number, size: number) => T): T => {
    try {
      return withRegularFile(file, task);
    } catch (error) {
      throw unreadable(error, file);
    }
  };
  const size = withFile((_, bytes) => bytes);
  return {
    name,
    size,
    read: (start, length) =>
      withFile((descriptor) => {
        const bytes = new Uint8Array(length);
        let done = 0;
        while (done < length) {
          const got = readSync(descriptor, bytes, done, length - done, start + done);
          if (got === 0) throw new Error(`${name} became shorter while it was read`);
          done += got;
        }
        return bytes;
      }),
  };
}

function unreadable(error: unknown, file: string): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new Error(`there is no file ${file}`);
  if (code === 'EISDIR') return new Error(`${file} is a folder`);
  return code === undefined ? new Error(message) : new Error(`${file} cannot be read (${code})`);
}
