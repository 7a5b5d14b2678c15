import { buildNetwork } from '../../network/build.ts';
import { NOWHERE, type NetworkDefinition, type Problem } from '../../network/definition.ts';
import { sizeOf } from '../../network/shape.ts';
import type { ReadOptions } from '../format.ts';
import { networkOf } from '../onnx/graph.ts';
import type { OnnxModel, OnnxNode } from '../onnx/model.ts';

/** Rows and columns are looked for up to here. */
const MAX_EXTENT = 1024;

/** Operations that leave the number of numbers as it is. */
const passing = new Set(['Relu', 'LeakyRelu', 'Clip', 'Identity', 'BatchNormalization', 'Sigmoid', 'Tanh']);

/**
 * The network of a model whose file does not tell the size of images: it is solved from the first linear layer behind
 * a flattening, which is said; else left open, which is asked for.
 */
export function networkOfImages(
  model: OnnxModel,
  name: string,
  options: ReadOptions,
): { network: NetworkDefinition; problems: readonly Problem[] } {
  const solved = solve(model);
  if (solved) {
    const { network, problems } = networkOf(withSize(model, solved.least), name, options);
    if (!problems.some(({ code }) => code === 'shape-mismatch'))
      return { network, problems: [said(model, solved), ...problems] };
  }
  return networkOf(model, name, options);
}

interface Fit {
  readonly least: number;
  readonly greatest: number;
}

/** The axes of positions, which the file leaves open. */
function openAxes({ inputs }: OnnxModel): number {
  return inputs[0]?.dims.slice(2).filter((extent) => typeof extent !== 'number').length ?? 0;
}

function said(model: OnnxModel, { least, greatest }: Fit): Problem {
  const isImage = openAxes(model) === 2;
  const size = isImage ? `${least}×${least}` : String(least);
  const range = greatest > least ? ` (${least} to ${greatest} fit)` : '';
  const which = `the ${greatest > least ? 'least' : 'only'} ${isImage ? 'square size' : 'length'}`;
  const message = `The size of the input is not in the file. ${size} is taken: ${which} that fits the first linear layer${range}.`;
  return { code: 'solved-size', severity: 'information', message, span: NOWHERE };
}

function withSize(model: OnnxModel, extent: number): OnnxModel {
  const [first, ...others] = model.inputs;
  const dims = first.dims.map((dim, axis) => (axis > 1 && typeof dim !== 'number' ? extent : dim));
  return { ...model, inputs: [{ ...first, dims }, ...others] };
}

/** The least number of rows and columns that fit, and the greatest; undefined where none or all large ones do. */
function solve(model: OnnxModel): Fit | undefined {
  const dims = model.inputs[0]?.dims ?? [];
  const isOpen = typeof dims[1] === 'number' && openAxes(model) === dims.length - 2 && dims.length > 2;
  const found = isOpen ? firstLinear(model) : undefined;
  if (!found) return undefined;
  const { part, needed } = found;
  const given = (extent: number) => numbersAt(part, extent);
  if (!((given(MAX_EXTENT) ?? 0) > needed)) return undefined;
  const least = leastWith((extent) => (given(extent) ?? 0) >= needed);
  if (given(least) !== needed) return undefined;
  return { least, greatest: leastWith((extent) => (given(extent) ?? 0) > needed) - 1 };
}

/** The least extent that is large enough; the greatest one is. */
function leastWith(isEnough: (extent: number) => boolean): number {
  let [low, high] = [0, MAX_EXTENT];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** How many numbers the first linear layer takes, and the part of the model that makes what is flattened for it. */
function firstLinear(model: OnnxModel): { part: OnnxModel; needed: number } | undefined {
  const { nodes, initializers } = model;
  const linear = nodes.find(({ op }) => op === 'Gemm' || op === 'MatMul');
  const dims = initializers.find(({ name }) => name === linear?.inputs[1])?.dims;
  if (!linear || dims?.length !== 2) return undefined;
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  let maker: OnnxNode | undefined = makers.get(linear.inputs[0]);
  while (maker && passing.has(maker.op)) maker = makers.get(maker.inputs[0]);
  if (maker?.op !== 'Flatten' && maker?.op !== 'Reshape') return undefined;
  const part = { ...model, nodes: nodes.slice(0, nodes.indexOf(maker)), outputs: [maker.inputs[0]] };
  return { part, needed: linear.attributes.number('transB') === 1 ? dims[1] : dims[0] };
}

/** How many numbers a part of a model gives for images of this size; undefined where they are too small for it. */
function numbersAt(part: OnnxModel, extent: number): number | undefined {
  const { network: definition, problems } = networkOf(withSize(part, extent), '', { weights: false });
  const { network, problems: wrong } = buildNetwork(definition);
  if (!network.complete || [...problems, ...wrong].some(({ severity }) => severity === 'error')) return undefined;
  const [output] = network.outputs;
  const layer = network.layers[output];
  return layer ? sizeOf(layer.outputShape) : undefined;
}
