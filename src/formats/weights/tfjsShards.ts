import type { ManifestGroup, ManifestWeight } from '../json/weightsManifest.ts';
import { bytesOf, decode, isNumberType, type NumberType } from './numberTypes.ts';
import { sizeOfShape } from './shapes.ts';
import { cutShort, WeightsError, type ByteSource, type StoredTensor, type WeightsFile } from './weightsFile.ts';

/**
 * `open` gives the file of a path in the manifest. Throws a `WeightsError` where the files are shorter than it says.
 */
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
