import { NOWHERE } from '../../network/definition.ts';
import { brainFloat, decode, halfFloat } from '../weights/numberTypes.ts';
import { bytesOfBase64 } from '../json/bytes.ts';
import { itemsOf, member, spanOf, textOf } from '../json/json.ts';
import type { JsonNode, JsonObject } from '../json/json.ts';
import { tensorOf } from '../json/numbers.ts';
import { numberOf } from '../json/protobuf.ts';
import { field, fieldEntry, numbersIn, OnnxAttributes } from './fields.ts';
import type { OnnxInput, OnnxModel, OnnxNode, OnnxTensor } from './model.ts';
import { kindOfName, numberTypes, unreadKind } from './numbers.ts';

/** The model that JSON of ONNX's protocol buffer holds. */
export function modelFromJson(root: JsonNode | null, text: string): OnnxModel {
  const graph = member(root ?? undefined, 'graph');
  const name = member(graph, 'name');
  const initializers = fieldEntry(graph, 'initializer');
  const isCut = root?.kind === 'object' && root.cut;
  return {
    name: textOf(name),
    nodes: itemsOf(field(graph, 'node'))
      .filter(isWhole)
      .map((node) => nodeOf(node, text)),
    initializers: itemsOf(field(graph, 'initializer')).map((tensor) => tensorFrom(tensor, text)),
    inputs: itemsOf(field(graph, 'input')).map(inputOf),
    outputs: itemsOf(field(graph, 'output')).map(nameOf),
    span: spanOf(graph ?? NOWHERE),
    nameSpan: spanOf(name ?? { start: graph?.start ?? 0, end: (graph?.start ?? 0) + (graph ? 1 : 0) }),
    initializersSpan: isCut ? undefined : initializers?.keySpan,
  };
}

function isWhole(node: JsonNode): node is JsonObject {
  return node.kind === 'object' && !node.cut;
}

function nameOf(node: JsonNode): string {
  return textOf(member(node, 'name')) ?? '';
}

function nodeOf(node: JsonObject, text: string): OnnxNode {
  const op = field(node, 'opType');
  const outputs = itemsOf(field(node, 'output')).map((output) => textOf(output) ?? '');
  const attributes = new OnnxAttributes(field(node, 'attribute'));
  return {
    name: nameOf(node),
    op: textOf(op) ?? '',
    inputs: itemsOf(field(node, 'input')).map((input) => textOf(input) ?? ''),
    outputs: outputs.filter((output) => output !== ''),
    attributes,
    ...spanOf(node),
    opSpan: spanOf(op ?? node),
    tensor: (attribute) => {
      const tensor = field(attributes.get(attribute), 't');
      return tensor && tensorFrom(tensor, text);
    },
  };
}

function inputOf(input: JsonNode): OnnxInput {
  const shape = field(field(field(input, 'type'), 'tensorType'), 'shape');
  const dims = itemsOf(field(shape, 'dim')).map((dim) => {
    const extent = field(dim, 'dimValue');
    return extent ? (numberOf(extent) ?? NaN) : (textOf(field(dim, 'dimParam')) ?? null);
  });
  return { name: nameOf(input), dims, span: spanOf(shape ?? member(input, 'name') ?? input) };
}

function tensorFrom(node: JsonNode, text: string): OnnxTensor {
  const type = field(node, 'dataType');
  const kind = numberOf(type) ?? kindOfName(textOf(type) ?? '') ?? 1;
  return {
    name: nameOf(node),
    dims: numbersIn(field(node, 'dims')) ?? [],
    kind,
    span: spanOf(node),
    numbers: () => numbersOf(node, kind, text),
  };
}

/** Where a kind keeps its numbers when they are not raw bytes. */
const lists: Readonly<Record<number, string>> = {
  1: 'floatData',
  7: 'int64Data',
  11: 'doubleData',
  12: 'uint64Data',
  13: 'uint64Data',
};

function numbersOf(node: JsonNode, kind: number, text: string): Float64Array | string | undefined {
  if (!Object.hasOwn(numberTypes, kind)) return unreadKind(kind);
  const raw = textOf(field(node, 'rawData'));
  if (raw !== undefined && raw !== '') {
    const bytes = bytesOfBase64(raw);
    return bytes ? decode(bytes, numberTypes[kind]) : 'the raw data is not in base64';
  }
  const list = field(node, lists[kind] ?? 'int32Data');
  if (!list) return undefined;
  const numbers = numbersFrom(list, text);
  if (typeof numbers === 'string') return numbers;
  // Halves are written as the whole numbers that have their bits.
  if (kind === 10) return numbers.map(halfFloat);
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
