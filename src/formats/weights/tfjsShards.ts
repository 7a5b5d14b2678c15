import { contentFrom, outline } from '../outline.ts';
import { bytesOf, decode, isNumberType, type NumberType } from './numberTypes.ts';
import { isShape, sizeOfShape } from './shapes.ts';
import { cutShort, WeightsError, type ByteSource, type StoredTensor, type WeightsFile } from './weightsFile.ts';

/** One group of the `weightsManifest` of a TensorFlow.js model.json: files that are read as one, and what they hold. */
export interface ManifestGroup {
  readonly paths: readonly string[];
  readonly weights: readonly ManifestWeight[];
}

interface ManifestWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}

/** The manifest in the text of a model.json; null where it has none (or one that names no files). */
export function manifestOf(text: string): readonly ManifestGroup[] | null {
  const start = contentFrom(text, 0);
  for (const { key, at } of outline(text, start)) {
    if (key !== 'weightsManifest') continue;
    const groups = parseList(text, at);
    if (groups === null || !groups.every(isGroup)) return null;
    return groups.some(({ paths }) => paths.length > 0) ? groups : null;
  }
  return null;
}

/** The JSON list that begins here. Only brackets outside of texts are counted, so that the rest need not be parsed. */
function parseList(text: string, at: number): unknown[] | null {
  let depth = 0;
  const pattern = /"(?:[^"\\]|\\.)*"|[[\]]/g;
  pattern.lastIndex = at;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    if (match[0] === '[') depth++;
    if (match[0] !== ']' || --depth > 0) continue;
    try {
      return JSON.parse(text.slice(at, match.index + 1)) as unknown[];
    } catch {
      return null;
    }
  }
  return null;
}

function isGroup(value: unknown): value is ManifestGroup {
  const { paths, weights } = (value ?? {}) as Record<string, unknown>;
  return isListOf(paths, (path) => typeof path === 'string') && isListOf(weights, isWeight);
}

function isListOf(value: unknown, test: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(test);
}

function isWeight(value: unknown): boolean {
  const { name, shape, dtype } = (value ?? {}) as Record<string, unknown>;
  return typeof name === 'string' && isShape(shape) && typeof dtype === 'string';
}

/** `open` gives the file of a path in the manifest. Throws a `WeightsError` where the files are shorter than it says. */
export function readTfjsShards(
  name: string,
  manifest: readonly ManifestGroup[],
  open: (path: string) => ByteSource,
): WeightsFile {
  const tensors = manifest.flatMap((group) => groupTensors(name, group, open));
  return { kind: 'tfjs', name, tensors, model: null };
}

function groupTensors(name: string, group: ManifestGroup, open: (path: string) => ByteSource): StoredTensor[] {
  const shards = group.paths.map(open);
  let offset = 0;
  const tensors = group.weights.map((weight): StoredTensor => {
    const type = storedType(weight);
    const count = sizeOfShape(weight.shape);
    const start = offset;
    offset += count * bytesOf(type);
    return {
      name: weight.name,
      shape: weight.shape,
      values: () => dequantized(weight, decode(across(name, shards, start, count * bytesOf(type)), type, count)),
    };
  });
  if (offset > shards.reduce((sum, shard) => sum + shard.size, 0)) throw cutShort(group.paths.join(', '));
  return tensors;
}

function storedType({ name, dtype, quantization }: ManifestWeight): NumberType {
  const type = quantization?.dtype ?? dtype;
  // Texts and complex numbers have no fixed size or place in a network of this kind.
  if (!isNumberType(type)) throw new WeightsError(`${name} holds ${type} values, which are not read.`);
  return type;
}

/** Bytes that may begin in one shard and end in a later one. */
function across(name: string, shards: readonly ByteSource[], start: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let [from, done] = [start, 0];
  for (const shard of shards) {
    const part = Math.min(length - done, Math.max(0, shard.size - from));
    if (part > 0) bytes.set(shard.read(from, part), done);
    done += part;
    from = Math.max(0, from - shard.size);
  }
  if (done < length) throw cutShort(name);
  return bytes;
}

/** Whole numbers stand for `scale * q + min`; half floats for themselves. */
function dequantized({ dtype, quantization }: ManifestWeight, values: Float64Array): Float64Array {
  if (!quantization || quantization.dtype === 'float16') return values;
  const { scale = 1, min = 0 } = quantization;
  const whole = dtype === 'int32';
  // TensorFlow.js computes the products in doubles and stores them as float32.
  return values.map((q) => (whole ? Math.round(q * scale + min) : Math.fround(q * scale + min)));
}
