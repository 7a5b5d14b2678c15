import type { Tensor } from '../../network/operation.ts';
import { sizeOf, type Shape } from '../../network/shape.ts';
import { brainFloat, bytesOfBase64, halfPrecision, numbersOfBytes } from '../json/bytes.ts';
import type { NumberKind } from '../json/bytes.ts';
import type { Constant } from '../graph/node.ts';
import { spanOf, textOf } from '../json/json.ts';
import type { JsonNode } from '../json/json.ts';
import { tensorOf } from '../json/numbers.ts';
import { numberOf } from '../json/protobuf.ts';
import { field, numbersIn } from './fields.ts';

/** Kinds of numbers by the protocol's code for them. */
const kinds: Readonly<Record<number, NumberKind>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
};

const kindNames: Readonly<Record<string, number>> = {
  FLOAT: 1,
  UINT8: 2,
  INT8: 3,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  FLOAT16: 10,
  DOUBLE: 11,
  BFLOAT16: 16,
};

/** Where a kind keeps its numbers when they are not raw bytes. */
const lists: Readonly<Record<number, string>> = { 1: 'floatData', 7: 'int64Data', 11: 'doubleData' };

/** Constants of at most so many numbers are looked at while the graph is read. */
const MAX_LISTED_ITEMS = 64;

/** A tensor that is written into the file; only its shape is looked at until its numbers are asked for. */
export function constantOf(node: JsonNode, name: string, text: string): Constant & { readonly isFloat: boolean } {
  const shape: Shape = (numbersIn(field(node, 'dims')) ?? []).map((extent) =>
    Number.isSafeInteger(extent) && extent >= 0 ? extent : 1,
  );
  const type = field(node, 'dataType');
  const kind = numberOf(type) ?? kindNames[textOf(type) ?? ''] ?? 1;
  const size = sizeOf(shape);
  const read = () => numbersOf(node, kind, text);
  return {
    name,
    shape,
    ...spanOf(node),
    isFloat: [1, 10, 11, 16].includes(kind),
    few: () => {
      const numbers = size <= MAX_LISTED_ITEMS ? read() : undefined;
      return numbers && typeof numbers !== 'string' && numbers.length === size ? [...numbers] : undefined;
    },
    tensor: (): Tensor | string | undefined => {
      const data = read();
      return data === undefined || typeof data === 'string' ? data : { shape, data };
    },
  };
}

/** The numbers; a sentence where they cannot be read; undefined where they are in another file. */
function numbersOf(node: JsonNode, kind: number, text: string): Float64Array | string | undefined {
  const raw = textOf(field(node, 'rawData'));
  if (raw !== undefined && raw !== '') {
    const bytes = bytesOfBase64(raw);
    if (!bytes) return 'the raw data is not in base64';
    return Object.hasOwn(kinds, kind) ? numbersOfBytes(bytes, kinds[kind]) : 'numbers of this kind are not read';
  }
  const list = field(node, lists[kind] ?? 'int32Data');
  if (!list) return undefined;
  const numbers = numbersFrom(list, text);
  if (typeof numbers === 'string') return numbers;
  // Halves are written as the whole numbers that have their bits.
  if (kind === 10) return numbers.map(halfPrecision);
  return kind === 16 ? numbers.map(brainFloat) : numbers;
}

function numbersFrom(list: JsonNode, text: string): Float64Array | string {
  if (list.kind === 'list') {
    const numbers = list.items.map(numberOf);
    if (numbers.every((number) => number !== undefined)) return Float64Array.from(numbers);
  }
  const tensor = tensorOf(text, list.start, list.end);
  return typeof tensor === 'string' ? tensor : tensor.data;
}
