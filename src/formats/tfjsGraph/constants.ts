import type { Tensor } from '../../network/operation.ts';
import { sizeOf, type Shape } from '../../network/shape.ts';
import { bytesOfBase64, numbersOfBytes } from '../bytes.ts';
import type { Constant } from '../graph/node.ts';
import { itemsOf, member, spanOf, textOf } from '../json.ts';
import type { JsonNode } from '../json.ts';
import type { ListedWeights } from '../weightsManifest.ts';
import { numberOf } from '../protobuf.ts';

const most = 64;

/** A constant of a graph model: its numbers are nearly always in a weights file, its shape is known. */
export function constantOf(node: JsonNode, name: string, listed: ListedWeights | undefined): Constant {
  const tensor = member(member(member(node, 'attr'), 'value'), 'tensor');
  const shape = listed?.shape ?? shapeOf(member(tensor, 'tensorShape'));
  const read = () => numbersIn(tensor, sizeOf(shape));
  return {
    name,
    shape,
    ...spanOf(node),
    few: () => (sizeOf(shape) <= most ? read() && [...(read() ?? [])] : undefined),
    tensor: (): Tensor | undefined => {
      const data = read();
      return data && { shape, data: Float64Array.from(data) };
    },
  };
}

function shapeOf(node: JsonNode | undefined): Shape {
  const extents = itemsOf(member(node, 'dim')).map((dim) => numberOf(member(dim, 'size')) ?? 1);
  return extents.every((extent) => Number.isSafeInteger(extent) && extent >= 0) ? extents : [];
}

/** Numbers that do stand in the file: as bytes, or as a list, where one number is for all. */
function numbersIn(tensor: JsonNode | undefined, size: number): ArrayLike<number> & Iterable<number> | undefined {
  const content = textOf(member(tensor, 'tensorContent'));
  const isWhole = textOf(member(tensor, 'dtype')) === 'DT_INT32' || numberOf(member(tensor, 'dtype')) === 3;
  const bytes = content ? bytesOfBase64(content) : undefined;
  if (bytes && bytes.length === 4 * size) return numbersOfBytes(bytes, isWhole ? 'int32' : 'float32');
  for (const field of ['intVal', 'int64Val', 'floatVal', 'doubleVal']) {
    const numbers = itemsOf(member(tensor, field)).map(numberOf);
    if (numbers.length === 0 || !numbers.every((number) => number !== undefined)) continue;
    if (numbers.length === size) return numbers;
    if (numbers.length === 1 && size <= most) return Array<number>(size).fill(numbers[0]);
  }
  return undefined;
} // prettier-ignore
