import { decode, type NumberType } from './numberTypes.ts';
import { isShape, sizeOfShape } from './shapes.ts';
import {
  cutShort,
  WeightsError,
  wholeOf,
  type ByteSource,
  type StoredTensor,
  type WeightsFile,
} from './weightsFile.ts';
import type { Archive } from './zip.ts';

const types: Readonly<Record<string, NumberType>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  b1: 'bool',
  i1: 'int8',
  u1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
};

export function isNpy(head: Uint8Array): boolean {
  return head[0] === 0x93 && String.fromCharCode(...head.subarray(1, 6)) === 'NUMPY';
}

/** One array, for a network with a single tensor of weights. */
export function readNpy(source: ByteSource): WeightsFile {
  const name = source.name.replace(/^.*[\\/]/, '').replace(/\.npy$/i, '');
  return { kind: 'npy', name: source.name, tensors: [npyTensor(name, () => wholeOf(source))], model: null };
}

/** The arrays of `numpy.savez`, each an .npy file in a zip archive; one is unpacked when its values are asked for. */
export function readNpz(archive: Archive): WeightsFile {
  const arrays = archive.names.filter((name) => name.endsWith('.npy'));
  if (arrays.length === 0) throw new WeightsError(`${archive.name} is a zip archive without arrays (.npy) in it.`);
  const tensors = arrays.map((name) => npyTensor(name.replace(/\.npy$/, ''), (most) => archive.file(name, most)));
  return { kind: 'npz', name: archive.name, tensors, model: null };
}

interface NpyHeader {
  readonly type: NumberType;
  readonly little: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the numbers begin. */
  readonly start: number;
}

/** More than the longest header that NumPy writes. */
const MAX_HEADER_LENGTH = 2 ** 17;

function npyTensor(name: string, bytes: (most?: number) => Uint8Array): StoredTensor {
  const { shape } = headerOf(name, bytes(MAX_HEADER_LENGTH));
  return {
    name,
    shape,
    values: () => {
      const all = bytes();
      const { type, little, fortran, start } = headerOf(name, all);
      const values = decode(all.subarray(start), type, sizeOfShape(shape), little);
      return fortran ? rowMajor(values, shape) : values;
    },
  };
}

/** Magic, version, and a Python dictionary: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. */
function headerOf(name: string, bytes: Uint8Array): NpyHeader {
  if (!isNpy(bytes)) throw new WeightsError(`${name} is not an array of NumPy.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 12) throw cutShort(name);
  const [at, length] = bytes[6] === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (at + length > bytes.byteLength) throw cutShort(name);
  const text = new TextDecoder('latin1').decode(bytes.subarray(at, at + length));
  const [, order, code] = /'descr': *'([<>|=]?)([a-z]\d+)'/.exec(text) ?? [];
  const extents = /'shape': *\(([^)]*)\)/.exec(text)?.[1];
  const shape = extents?.split(',').flatMap((word) => (word.trim() === '' ? [] : [Number(word.replace(/L$/, ''))]));
  if (code === undefined || !isShape(shape))
    throw new WeightsError(`${name} has an array header that is not understood.`);
  if (!Object.hasOwn(types, code))
    throw new WeightsError(`${name} holds ${code} values. Numbers of this type are not read.`);
  return {
    type: types[code],
    little: order !== '>',
    fortran: /'fortran_order': *True/.test(text),
    shape,
    start: at + length,
  };
}

/** Values in column-major order, in row-major order. */
function rowMajor(values: Float64Array, shape: readonly number[]): Float64Array {
  const result = new Float64Array(values.length);
  const index = shape.map(() => 0);
  for (let i = 0; i < values.length; i++) {
    let at = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) at = at * shape[axis] + index[axis];
    result[i] = values[at];
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
  return result;
}
