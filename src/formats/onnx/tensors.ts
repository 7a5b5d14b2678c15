import { sizeOf, type Shape } from '../../network/shape.ts';
import { isWhole } from '../../network/wholeSizes.ts';
import type { Constant } from '../graph/node.ts';
import type { OnnxTensor } from './model.ts';

/** Constants of at most this many numbers are evaluated while the graph is read. */
const MAX_LISTED_ITEMS = 64;

const floats = new Set([1, 10, 11, 16]);

export interface OnnxConstant extends Constant {
  readonly isFloat: boolean;
}

/**
 * A tensor that is written into the file; only its shape is looked at until its numbers are asked for. Null where its
 * extents are none.
 */
export function constantOf(tensor: OnnxTensor, name = tensor.name): OnnxConstant | null {
  const shape: Shape = tensor.dims;
  const size = sizeOf(shape);
  if (!shape.every((extent) => isWhole(extent, 0)) || !Number.isSafeInteger(size)) return null;
  return {
    name,
    shape,
    ...tensor.span,
    isFloat: floats.has(tensor.kind),
    few: () => {
      const numbers = size <= MAX_LISTED_ITEMS ? tensor.numbers() : undefined;
      return numbers && typeof numbers !== 'string' && numbers.length === size ? [...numbers] : undefined;
    },
    tensor: () => {
      const data = tensor.numbers();
      return data === undefined || typeof data === 'string' ? data : { shape, data };
    },
  };
}
