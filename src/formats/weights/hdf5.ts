import * as jsfive from 'jsfive';
import { isShape, sizeOfShape } from './shapes.ts';
import { cutShort, WeightsError, type StoredTensor, type WeightsFile } from './weightsFile.ts';

/** The eight bytes with which every HDF5 file begins (without a user block, which Keras never writes). */
export function isHdf5(head: Uint8Array): boolean {
  return head[0] === 0x89 && head[1] === 0x48 && head[2] === 0x44 && head[3] === 0x46;
}

/** A compressed byte expands to at most this many: a larger size means a damaged header. */
const MAX_INFLATION = 1032;

/** A dataset that may grow can be in pieces larger than it is. */
const MAX_CHUNK_BYTES = 2 ** 20;

/** Deeper groups are a loop of links, and more tensors than this no network. */
const MAX_DEPTH = 40;
const MAX_TENSORS = 200_000;

/**
 * Every numeric dataset of an HDF5 file, under the path of its groups, and the model in its `model_config`. Keras 3
 * names a layer's group by its class and writes the layer's own name as an attribute beside the variables.
 */
export function readHdf5(name: string, bytes: Uint8Array): WeightsFile {
  if (statedSize(bytes) > bytes.byteLength) throw cutShort(name);
  const file = guarded(name, () => new jsfive.File(exactBuffer(bytes), name));
  const tensors: StoredTensor[] = [];
  const largest = MAX_INFLATION * bytes.byteLength;
  guarded(name, () => collect(file, '', undefined, 0, { tensors, largest }));
  return { kind: 'hdf5', name, tensors, model: guarded(name, () => modelOf(file)) };
}

/** The end of the file as its superblock states it; 0 where that is not known. */
function statedSize(bytes: Uint8Array): number {
  if (bytes.byteLength < 48) return Infinity;
  const at = bytes[8] < 2 ? 40 : 28;
  const offsetSize = bytes[8] < 2 ? bytes[13] : bytes[9];
  return offsetSize === 8 ? Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at, true)) : 0;
}

function exactBuffer({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  const whole = buffer as ArrayBuffer;
  return byteOffset === 0 && byteLength === whole.byteLength ? whole : whole.slice(byteOffset, byteOffset + byteLength);
}

/** The library throws texts and errors of all kinds on what it does not read. */
function guarded<T>(name: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    if (error instanceof WeightsError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new WeightsError(`${name} cannot be read as HDF5 (${why}).`);
  }
}

function collect(
  group: jsfive.Group,
  path: string,
  layer: string | undefined,
  depth: number,
  found: { readonly tensors: StoredTensor[]; readonly largest: number },
): void {
  const { tensors, largest } = found;
  if (depth > MAX_DEPTH || tensors.length > MAX_TENSORS) throw new WeightsError('its groups are nested without end');
  const named = textOf(group.attrs.name) ?? layer;
  for (const key of group.keys) {
    const member = group.get(key);
    const full = path === '' ? key : `${path}/${key}`;
    if (member instanceof jsfive.Group) collect(member, full, named, depth + 1, found);
    else if (isShape(member.shape)) {
      if (sizeOfShape(member.shape) > largest)
        throw new WeightsError(`${full} has more numbers than the file can hold.`);
      tensors.push(tensorOf(full, member, named));
    }
  }
}

function tensorOf(name: string, dataset: jsfive.Dataset, layer: string | undefined): StoredTensor {
  const { shape } = dataset;
  const values = (): Float64Array => {
    const count = sizeOfShape(shape);
    const numbers = guarded(name, () => {
      // Else a damaged header would have it go through billions of places outside of the tensor.
      const piece = sizeOfShape(dataset._dataobjects.chunks ?? []);
      if (!(piece <= Math.max(count, MAX_CHUNK_BYTES)))
        throw new WeightsError(`${name} is in pieces larger than itself.`);
      return dataset.value;
    });
    if (!Array.isArray(numbers) || numbers.length !== count || !numbers.every((x) => typeof x === 'number')) {
      throw new WeightsError(`${name} does not hold numbers.`);
    }
    return Float64Array.from(numbers);
  };
  return { name, shape, values, ...(layer !== undefined && { layer }) };
}

/** The model with the version of Keras that wrote it, as the readers of models know both. */
function modelOf(file: jsfive.File): string | null {
  const config = textOf(file.attrs.model_config);
  if (config === undefined) return null;
  const version = textOf(file.attrs.keras_version);
  return version === undefined ? config : `{"keras_version": ${JSON.stringify(version)}, "model_config": ${config}}`;
}

function textOf(value: unknown): string | undefined {
  const single: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return typeof single === 'string' ? single : undefined;
}
