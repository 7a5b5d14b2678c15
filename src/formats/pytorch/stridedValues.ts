import { bytesOf, decode, type NumberType } from '../weights/numberTypes.ts';
import { sizeOfShape } from '../weights/shapes.ts';
import { WeightsError } from '../weights/weightsFile.ts';

/** A tensor as numbers of a storage: from `offset` on, in steps of `stride` along each axis. */
export interface View {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

/** Bytes that tensors are views of. */
export interface StoredBytes {
  readonly byteLength: number;
  read(start: number, length: number): Uint8Array;
}

/** A view may repeat its storage (`expand`); more numbers than this are not weights. */
const MAX_REPEATED = 2 ** 22;

/**
 * The numbers of a view, row-major. Throws a `WeightsError`, with the file's name in it, where the view reaches beyond
 * its storage or repeats it without end.
 */
export function valuesOf(
  name: string,
  storage: StoredBytes,
  type: NumberType,
  { offset, shape, stride }: View,
  isLittleEndian: boolean,
): Float64Array {
  const count = sizeOfShape(shape);
  if (count === 0) return new Float64Array();
  const reach = shape.reduce((sum, extent, axis) => sum + (extent - 1) * stride[axis], 0) + 1;
  const size = bytesOf(type);
  if (!((offset + reach) * size <= storage.byteLength))
    throw new WeightsError(`${name} is damaged: a tensor reaches beyond the numbers that are stored for it.`);
  if (count > Math.max(reach, MAX_REPEATED))
    throw new WeightsError(`${name} repeats a few numbers ${count} times: no weights do that.`);
  const stored = decode(storage.read(offset * size, reach * size), type, reach, isLittleEndian);
  return isContiguous(shape, stride) ? stored : strided(stored, shape, stride);
}

function isContiguous(shape: readonly number[], stride: readonly number[]): boolean {
  let wanted = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && stride[axis] !== wanted) return false;
    wanted *= shape[axis];
  }
  return true;
}

function strided(stored: Float64Array, shape: readonly number[], stride: readonly number[]): Float64Array {
  const values = new Float64Array(sizeOfShape(shape));
  const index = shape.map(() => 0);
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = stored[at];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += stride[axis];
      if (++index[axis] < shape[axis]) break;
      at -= shape[axis] * stride[axis];
      index[axis] = 0;
    }
  }
  return values;
}
