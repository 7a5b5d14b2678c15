import { WeightsError } from './weightsFile.ts';

/** How one number is stored; little-endian unless a reader says otherwise. */
export type NumberType =
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool';

type Reader = (view: DataView, at: number, little: boolean) => number;

const readers: Readonly<Record<NumberType, readonly [bytes: number, read: Reader]>> = {
  float16: [2, (view, at, little) => halfFloat(view.getUint16(at, little))],
  bfloat16: [2, (view, at, little) => brainFloat(view.getUint16(at, little))],
  float32: [4, (view, at, little) => view.getFloat32(at, little)],
  float64: [8, (view, at, little) => view.getFloat64(at, little)],
  int8: [1, (view, at) => view.getInt8(at)],
  uint8: [1, (view, at) => view.getUint8(at)],
  int16: [2, (view, at, little) => view.getInt16(at, little)],
  uint16: [2, (view, at, little) => view.getUint16(at, little)],
  int32: [4, (view, at, little) => view.getInt32(at, little)],
  uint32: [4, (view, at, little) => view.getUint32(at, little)],
  int64: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  uint64: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
  bool: [1, (view, at) => (view.getUint8(at) === 0 ? 0 : 1)],
};

export function isNumberType(name: string): name is NumberType {
  return Object.hasOwn(readers, name);
}

export function bytesOf(type: NumberType): number {
  return readers[type][0];
}

/**
 * `count` numbers of a type (all, unless given) from the beginning of `bytes`, as doubles. Throws where there are
 * fewer.
 */
export function decode(bytes: Uint8Array, type: NumberType, count?: number, little = true): Float64Array {
  const [size, read] = readers[type];
  count ??= Math.floor(bytes.byteLength / size);
  if (bytes.byteLength < size * count) throw new WeightsError('a tensor has fewer numbers than its shape says');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = read(view, i * size, little);
  return values;
}

/** IEEE 754 binary16. */
export function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** The upper half of a binary32. */
export function brainFloat(bits: number): number {
  scratch.setUint16(0, bits);
  scratch.setUint16(2, 0);
  return scratch.getFloat32(0);
}
