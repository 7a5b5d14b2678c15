import type { Shape } from '../../network/shape.ts';

/** The bytes of a file, read where they are needed: weights are larger than what describes them. */
export interface ByteSource {
  /** The file's name, for messages. */
  readonly name: string;
  readonly size: number;
  /** Exactly `length` bytes from `start`, which lie inside the file. */
  read(start: number, length: number): Uint8Array;
}

/** A tensor as a file stores it. */
export interface StoredTensor {
  /** As the file writes it: `dense_1/kernel:0`, `fc1.weight`. */
  readonly name: string;
  readonly shape: Shape;
  /** Row-major. Read and decoded when asked for; throws a `WeightsError`. */
  readonly values: () => Float64Array;
  /** The layer it belongs to, where the file says so beside the tensor's name. */
  readonly layer?: string;
}

export type WeightsKind = 'hdf5' | 'keras' | 'npz' | 'npy' | 'safetensors' | 'tfjs' | 'pytorch' | 'model';

export interface WeightsFile {
  readonly kind: WeightsKind;
  readonly name: string;
  readonly tensors: readonly StoredTensor[];
  /** The JSON of the model these weights are of, where the file holds that too. */
  readonly model: string | null;
  /** A sentence about what of the file these are, where it holds several such sets. */
  readonly choice?: string;
}

/** Why weights cannot be read; the message is a sentence for people. */
export class WeightsError extends Error {}

/** What is read as a whole must fit into one piece of memory. */
const MAX_WHOLE_FILE_BYTES = 2 ** 31 - 1;

/** All bytes of a file. */
export function wholeOf(source: ByteSource): Uint8Array {
  if (source.size > MAX_WHOLE_FILE_BYTES) {
    throw new WeightsError(`${source.name} is larger than 2 GiB; as safetensors it can be read in parts.`);
  }
  return source.read(0, source.size);
}

/** Bytes in memory as a file of this name. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return { name, size: bytes.length, read: (start, length) => bytes.subarray(start, start + length) };
}

/** The file's bytes from one place on; throws where the file is shorter. */
export function partOf(source: ByteSource, start: number, length: number): Uint8Array {
  if (!(start >= 0 && length >= 0 && start + length <= source.size)) throw cutShort(source.name);
  return source.read(start, length);
}

export function cutShort(name: string): WeightsError {
  return new WeightsError(`${name} ends before its weights do: it is incomplete.`);
}
