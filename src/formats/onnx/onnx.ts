import type { NetworkDefinition, Problem } from '../../network/definition.ts';
import { sizeOf } from '../../network/shape.ts';
import type { Format, ReadOptions, ReadResult } from '../format.ts';
import type { Layout } from '../graph/layout.ts';
import type { Constant, GraphNode } from '../graph/node.ts';
import { inputProblem, translate } from '../graph/translate.ts';
import type { GraphWriter } from '../graph/writer.ts';
import { itemsOf, member, parseJson, spanOf, textOf } from '../json/json.ts';
import type { JsonNode, JsonObject } from '../json/json.ts';
import { nameFromFile } from '../names.ts';
import { numberOf } from '../json/protobuf.ts';
import { jsonFormatOf } from '../sniff.ts';
import { field, fieldEntry, numbersIn, OnnxAttributes } from './fields.ts';
import { layoutOf } from './layout.ts';
import { operatorsOf } from './operators.ts';
import { constantOf } from './tensors.ts';

/** An ONNX model as JSON of its protocol buffer, fields named opType or op_type. */
export const onnx: Format = {
  id: 'onnx-json',
  sniff: (text, fileName) => jsonFormatOf(text, fileName) === 'onnx-json',
  read: readOnnx,
};

const onlyLooks = new Set(['Shape']);

function readOnnx(text: string, fileName: string, options: ReadOptions): ReadResult {
  const { root, problems } = parseJson(text);
  const graph = member(root ?? undefined, 'graph');
  const nodes = itemsOf(field(graph, 'node')).filter(isWhole).map(nodeOf);
  const layout = layoutOf(nodes);
  const found: Problem[] = [];
  const constants: (Constant & { readonly isFloat: boolean })[] = [];
  const define = (writer: GraphWriter, node: JsonNode, name: string) => {
    const constant = constantOf(node, name, text);
    constants.push(constant);
    writer.define(name, { kind: 'constant', constant });
  };
  const begin = (writer: GraphWriter) => {
    for (const node of itemsOf(field(graph, 'initializer'))) define(writer, node, textOf(member(node, 'name')) ?? '');
    for (const node of nodes.filter(({ op }) => op === 'Constant')) defineConstant(writer, node, define);
    for (const input of itemsOf(field(graph, 'input'))) {
      const name = textOf(member(input, 'name')) ?? '';
      if (writer.find(name) === undefined && layout.isRead(name)) addInput(writer, input, name, layout, found);
    }
  };
  const outputs = itemsOf(field(graph, 'output')).map((output) => textOf(member(output, 'name')) ?? '');
  const translation = translate({ nodes, outputs, operators: operatorsOf(layout), onlyLooks, begin }, options);
  const weights = constants.filter(
    ({ isFloat, name }) => isFloat && layout.isRead(name) && !translation.notWeights.has(name),
  );
  const initializers = fieldEntry(graph, 'initializer');
  const isCut = root?.kind === 'object' && root.cut;
  const name = member(graph, 'name');
  const network: NetworkDefinition = {
    ...translation.definition,
    name: textOf(name) || nameFromFile(fileName),
    statedWeights:
      initializers && !isCut
        ? { count: weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0), span: initializers.keySpan }
        : undefined,
    span: spanOf(graph ?? { start: 0, end: 0 }),
    nameSpan: spanOf(name ?? { start: graph?.start ?? 0, end: (graph?.start ?? 0) + (graph ? 1 : 0) }),
  };
  return {
    format: 'onnx-json',
    networks: nodes.length > 0 ? [network] : [],
    problems: [...problems, ...found, ...translation.problems],
  };
}

function isWhole(node: JsonNode): node is JsonObject {
  return node.kind === 'object' && !node.cut;
}

function nodeOf(node: JsonObject): GraphNode {
  const op = field(node, 'opType');
  const outputs = itemsOf(field(node, 'output')).map((output) => textOf(output) ?? '');
  return {
    name: textOf(member(node, 'name')) ?? '',
    op: textOf(op) ?? '',
    inputs: itemsOf(field(node, 'input')).map((input) => textOf(input) ?? ''),
    outputs: outputs.filter((output) => output !== ''),
    attributes: new OnnxAttributes(field(node, 'attribute')),
    ...spanOf(node),
    opSpan: spanOf(op ?? node),
  };
}

/** A node that holds a constant: a tensor, a number or a list of numbers. */
function defineConstant(
  writer: GraphWriter,
  node: GraphNode,
  define: (writer: GraphWriter, tensor: JsonNode, name: string) => void,
): void {
  const attributes = node.attributes as OnnxAttributes;
  const [name] = node.outputs;
  if (name === undefined) return;
  const tensor = field(attributes.get('value'), 't');
  if (tensor) return define(writer, tensor, name);
  const value = attributes.number('value_float') ?? attributes.number('value_int');
  const list =
    numbersIn(member(attributes.get('value_ints'), 'ints')) ??
    numbersIn(member(attributes.get('value_floats'), 'floats'));
  const numbers = list ?? (value === undefined ? undefined : [value]);
  if (!numbers) return;
  const shape = list ? [list.length] : [];
  const tensorIn = () => ({ shape, data: Float64Array.from(numbers) });
  const { start, end } = node;
  writer.define(name, {
    kind: 'constant',
    constant: { name, shape, start, end, few: () => numbers, tensor: tensorIn },
  });
}

function addInput(writer: GraphWriter, input: JsonNode, name: string, layout: Layout, problems: Problem[]): void {
  const shape = field(field(field(input, 'type'), 'tensorType'), 'shape');
  const dims = itemsOf(field(shape, 'dim')).map(
    (dim) => numberOf(field(dim, 'dimValue')) ?? textOf(field(dim, 'dimParam')) ?? null,
  );
  const batchless = dims.length > 1 ? dims.slice(1) : dims;
  const extents = batchless.map((extent) =>
    typeof extent !== 'number' || (Number.isSafeInteger(extent) && extent > 0) ? extent : null,
  );
  const span = spanOf(shape ?? member(input, 'name') ?? input);
  const problem = inputProblem(name, extents, span);
  if (problem) problems.push(problem);
  const isFirst = extents.length > 1 && layout.isChannelsFirst(name, extents.length);
  const sizes = extents.map((extent) => (typeof extent === 'number' ? extent : -1));
  const ours = isFirst ? [...sizes.slice(1), sizes[0]] : sizes;
  writer.addInput({ name, shape: ours, span }, problem ? undefined : ours, isFirst);
}
