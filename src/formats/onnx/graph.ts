import type { NetworkDefinition, Problem } from '../../network/definition.ts';
import { sizeOf } from '../../network/shape.ts';
import type { ReadOptions } from '../format.ts';
import type { Layout } from '../graph/layout.ts';
import { inputProblem, statedExtent, translate } from '../graph/translate.ts';
import type { GraphWriter } from '../graph/writer.ts';
import { layoutOf } from './layout.ts';
import type { OnnxInput, OnnxModel, OnnxNode, OnnxTensor } from './model.ts';
import { operatorsOf } from './operators.ts';
import { constantOf, type OnnxConstant } from './tensors.ts';

/** Names that exporters give to every graph. */
const madeUpNames = /^(torch[-_]jit([-_]export)?|main[-_]graph|main|tf2onnx|graph|model|onnx[-_]?model)$/i;

const onlyLooks = new Set(['Shape']);

/** The network of a model's graph, and what stands against it. Never throws for what a model says. */
export function networkOf(
  model: OnnxModel,
  fallbackName: string,
  options: ReadOptions,
): { network: NetworkDefinition; problems: readonly Problem[] } {
  const { nodes, outputs } = model;
  const layout = layoutOf(nodes);
  const found: Problem[] = [];
  const constants: OnnxConstant[] = [];
  const define = (writer: GraphWriter, tensor: OnnxTensor, name: string) => {
    const constant = constantOf(tensor, name);
    if (!constant)
      return writer.report('bad-value', 'error', `The shape of ${name} must be whole numbers.`, tensor.span);
    constants.push(constant);
    writer.define(name, { kind: 'constant', constant });
  };
  const begin = (writer: GraphWriter) => {
    for (const tensor of model.initializers) define(writer, tensor, tensor.name);
    for (const node of nodes.filter(({ op }) => op === 'Constant')) defineConstant(writer, node, define);
    for (const input of model.inputs) {
      if (writer.find(input.name) === undefined && layout.isRead(input.name)) addInput(writer, input, layout, found);
    }
  };
  const translation = translate({ nodes, outputs, operators: operatorsOf(layout), onlyLooks, begin }, options);
  const dequantized = new Set(nodes.filter(({ op }) => op === 'DequantizeLinear').map(({ inputs }) => inputs[0]));
  const weights = constants.filter(
    ({ isFloat, name }) =>
      (isFloat || dequantized.has(name)) && layout.isRead(name) && !translation.notWeights.has(name),
  );
  // What several layers have is counted for each of them, as their parameters are.
  const count = weights.reduce((sum, { name, shape }) => sum + (translation.uses.get(name) ?? 1) * sizeOf(shape), 0);
  const network: NetworkDefinition = {
    ...translation.definition,
    name: model.name && !madeUpNames.test(model.name) ? model.name : fallbackName,
    statedWeights: model.initializersSpan && { count, span: model.initializersSpan },
    span: model.span,
    nameSpan: model.nameSpan,
  };
  return { network, problems: [...found, ...translation.problems] };
}

/** A node that holds a constant: a tensor, a number or a list of numbers. */
function defineConstant(
  writer: GraphWriter,
  node: OnnxNode,
  define: (writer: GraphWriter, tensor: OnnxTensor, name: string) => void,
): void {
  const { attributes } = node;
  const [name] = node.outputs;
  if (name === undefined) return;
  const tensor = node.tensor('value');
  if (tensor) return define(writer, tensor, name);
  const value = attributes.number('value_float') ?? attributes.number('value_int');
  const list = attributes.numbers('value_ints') ?? attributes.numbers('value_floats');
  const numbers = list ?? (value === undefined ? undefined : [value]);
  if (!numbers) return;
  const shape = list ? [list.length] : [];
  const { start, end } = node;
  const tensorIn = () => ({ shape, data: Float64Array.from(numbers) });
  const constant = { name, shape, start, end, few: () => numbers, tensor: tensorIn };
  writer.define(name, { kind: 'constant', constant });
}

function addInput(
  writer: GraphWriter,
  { name, dims, span, advice }: OnnxInput,
  layout: Layout,
  problems: Problem[],
): void {
  const batchless = dims.length > 1 ? dims.slice(1) : dims;
  const extents = batchless.map((extent) => (typeof extent === 'number' ? statedExtent(extent) : extent));
  const problem = inputProblem(name, extents, span, advice);
  if (problem) problems.push(problem);
  const isFirst = extents.length > 1 && layout.isChannelsFirst(name, extents.length);
  const sizes = extents.map((extent) => (typeof extent === 'number' ? extent : -1));
  const ours = isFirst ? [...sizes.slice(1), sizes[0]] : sizes;
  writer.addInput({ name, shape: ours, span }, problem ? undefined : ours, isFirst);
}
