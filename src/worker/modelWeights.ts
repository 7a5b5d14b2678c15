import { binaryFormatOf } from '../formats/binary/models.ts';
import { modelBeside, openModel } from '../formats/binary/modelFile.ts';
import { manifestFault, manifestOf, type ManifestGroup } from '../formats/json/weightsManifest.ts';
import { readTfjsShards } from '../formats/weights/tfjsShards.ts';
import type { ByteSource, StoredTensor, WeightsFile } from '../formats/weights/weightsFile.ts';
import { bytesIn, type Files, type WithinTime } from '../host/files.ts';
import { sizeOf } from '../network/shape.ts';
import type { WeightsPlace } from '../protocol/pool.ts';

/** What reading weights needs of the host. */
export interface WeightsHost {
  readonly files: Files;
  readonly withinTime: WithinTime;
}

/** A file of weights, with a stamp that changes when what was read of it may be out of date. */
export interface FoundWeights {
  readonly file: WeightsFile;
  readonly stamp: string;
}

/**
 * The weights of a model: those of the file that the user named, else those in the shards that the model's own text
 * names, which lie in the model's folder. Null where it names none. Rejects with a sentence where they cannot be read.
 */
export async function findWeights(host: WeightsHost, text: string, place: WeightsPlace): Promise<FoundWeights | null> {
  const { files } = host;
  if (place.fault !== undefined) throw new Error(place.fault);
  if (place.file !== undefined) {
    const source = files.open(place.file);
    // A model of TensorFlow.js as a file of weights: its text names its shards.
    const shards = /\.json$/i.test(place.file) ? manifestOf(textOf(source)) : null;
    if (shards) return readShards(files, shards, files.folderOf(place.file));
    const nearby = { bytes: bytesIn(files, files.folderOf(place.file)) };
    const model = binaryFormatOf(source);
    // Beside a definition of the network, the framework's own names of weights say where they belong.
    const isModel = place.isModel === true || model?.hasPlainWeights !== true;
    const file =
      model && isModel
        ? bounded(host, source.name, source.size, () => openModel(source, model, nearby))
        : place.isModel === true
          ? modelBeside(await openPlainWeights(host, source))
          : await openPlainWeights(host, source);
    return {
      file: { ...file, tensors: file.tensors.map((tensor) => limited(host, tensor)) },
      stamp: files.stampOf([place.file]),
    };
  }
  if (place.folder === undefined) return null;
  const fault = manifestFault(text);
  if (fault !== null) throw new Error(fault);
  const manifest = manifestOf(text);
  return manifest && readShards(files, manifest, place.folder);
}

/** A text that is longer is not a list of shards. */
const MAX_MANIFEST_BYTES = 2 ** 24;

function textOf(source: ByteSource): string {
  return source.size > MAX_MANIFEST_BYTES ? '' : new TextDecoder().decode(source.read(0, source.size));
}

/** Its readers of HDF5 and archives are loaded when they are first needed. */
async function openPlainWeights(host: WeightsHost, source: ByteSource): Promise<WeightsFile> {
  const { openWeights } = await import('../formats/weights/open.ts');
  return bounded(host, source.name, source.size, () => openWeights(source));
}

/** Sound files take a small part of it. */
const LIMIT_MS = 5000;
const MS_PER_MEGABYTE = 100;

/** Reads this many bytes, or is ended: damage can make the readers go around in circles. */
function bounded<T>({ withinTime }: WeightsHost, name: string, bytes: number, task: () => T): T {
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

function limited(host: WeightsHost, tensor: StoredTensor): StoredTensor {
  return { ...tensor, values: () => bounded(host, tensor.name, 8 * sizeOf(tensor.shape), tensor.values) };
}

function readShards(files: Files, manifest: readonly ManifestGroup[], folder: string): FoundWeights {
  const paths = new Map(manifest.flatMap((group) => group.paths).map((path) => [path, files.within(folder, path)]));
  const file = readTfjsShards('the weights manifest', manifest, (path) => files.open(paths.get(path)!));
  return { file, stamp: files.stampOf([...paths.values()]) };
}

/** The binary model in a file; null where the file is none, or is not a regular file. */
export function binaryModelIn(files: Files, file: string): ByteSource | null {
  try {
    const source = files.open(file);
    return binaryFormatOf(source) ? source : null;
  } catch {
    // What stands against the file is said where it is read.
    return null;
  }
}
