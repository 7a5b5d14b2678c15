import { isShape, sizeOfShape } from './shapes.ts';
import { bytesOf, decode, type NumberType } from './numberTypes.ts';
import { partOf, WeightsError, type ByteSource, type StoredTensor, type WeightsFile } from './weightsFile.ts';

const types: Readonly<Record<string, NumberType>> = {
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
  F64: 'float64',
  BOOL: 'bool',
  I8: 'int8',
  U8: 'uint8',
  I16: 'int16',
  U16: 'uint16',
  I32: 'int32',
  U32: 'uint32',
  I64: 'int64',
  U64: 'uint64',
};

/** The format's own limit on its header. */
const MAX_HEADER_BYTES = 100_000_000;

/** Whether a file begins as safetensors do: the length of a header, and the header's first brace. */
export function isSafetensors(source: ByteSource): boolean {
  if (source.size < 10) return false;
  const length = headerLength(source);
  return length >= 2 && length <= MAX_HEADER_BYTES && 8 + length <= source.size && source.read(8, 1)[0] === 0x7b;
}

function headerLength(source: ByteSource): number {
  const bytes = source.read(0, 8);
  return Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
}

/** A length, a header in JSON and the numbers; each tensor is read by itself. */
export function readSafetensors(source: ByteSource): WeightsFile {
  const length = headerLength(source);
  const header = parseHeader(source, length);
  const tensors: StoredTensor[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
    if (typeof dtype !== 'string' || !isShape(shape) || !isShape(offsets) || offsets.length !== 2) {
      throw new WeightsError(`${source.name}: ${name} is not described as a tensor.`);
    }
    const start = 8 + length + offsets[0];
    tensors.push({ name, shape, values: () => valuesOf(source, name, dtype, shape, start) });
  }
  return { kind: 'safetensors', name: source.name, tensors, model: null };
}

function parseHeader(source: ByteSource, length: number): object {
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(partOf(source, 8, length)));
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header;
  } catch {
    // Said below.
  }
  throw new WeightsError(`${source.name} has no readable safetensors header.`);
}

function valuesOf(
  source: ByteSource,
  name: string,
  dtype: string,
  shape: readonly number[],
  start: number,
): Float64Array {
  if (!Object.hasOwn(types, dtype)) throw new WeightsError(`${name} holds ${dtype} numbers, which are not read.`);
  const count = sizeOfShape(shape);
  return decode(partOf(source, start, count * bytesOf(types[dtype])), types[dtype], count);
}
