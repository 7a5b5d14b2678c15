import { buildNetwork } from '../../network/build.ts';
import { defaultInitialization } from '../../network/definition.ts';
import type { Initialization, InputDefinition, NetworkDefinition } from '../../network/definition.ts';
import type { Layer, Network } from '../../network/network.ts';
import type { LayerWeights, Tensor } from '../../network/operation.ts';
import { native } from './native.ts';
import { writeOperation, type Written } from './writeLayer.ts';

/** A native file of one network, and the layers that it could not represent completely. */
export interface WrittenNetwork {
  readonly text: string;
  /** Names of layers (or `input`, or `outputs`) that are not the same when the text is read again. */
  readonly lost: readonly string[];
}

/**
 * A network in the native format: names given, shapes and defaults settled, models in models flattened. Weights are
 * those of `network`, the built one, where it is given. What is written is read again and compared.
 */
export function writeNative(definition: NetworkDefinition, weighted?: Network): WrittenNetwork {
  const text = textOf(definition, weighted);
  return { text, lost: lossesOf(definition, text) };
}

function textOf(definition: NetworkDefinition, weighted: Network | undefined): string {
  const { name, inputs, outputs, initialization, run } = definition;
  const top = [
    field('name', name),
    `"input": ${writeInputs(inputs)}`,
    `"layers": [\n${writeLayers(definition, weighted)
      .map((layer) => `    ${layer}`)
      .join(',\n')}\n  ]`,
    ...(outputs.length > 0 ? [field('outputs', [...new Set(outputs)])] : []),
    ...(JSON.stringify(initialization) === JSON.stringify(defaultInitialization)
      ? []
      : [field('init', writeInitialization(initialization))]),
    ...(run === undefined ? [] : [field('run', run)]),
  ];
  return `{\n${top.map((line) => `  ${line}`).join(',\n')}\n}\n`;
}

function field(name: string, value: Written): string {
  return `${JSON.stringify(name)}: ${inline(value)}`;
}

/** JSON on one line, with spaces as people write it. */
function inline(value: Written): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object') return typeof value === 'number' ? numberText(value) : JSON.stringify(value);
  const fields = Object.entries(value).flatMap(([name, entry]) => (entry === undefined ? [] : [field(name, entry)]));
  return `{ ${fields.join(', ')} }`;
}

/** The shortest text that reads as the same double; the sign of a zero makes no difference to any region. */
function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : JSON.stringify(String(value));
}

function writeInputs(inputs: readonly InputDefinition[]): string {
  const [first] = inputs;
  if (inputs.length === 1 && first.name === 'input') return inline(first.shape);
  return `{ ${inputs.map(({ name, shape }) => field(name, shape)).join(', ')} }`;
}

function writeInitialization({ kernel, kernelStddev, biasStddev, seed }: Initialization): Written {
  return { kernel, kernel_stddev: kernelStddev, bias_stddev: biasStddev, seed };
}

function writeLayers({ inputs, layers }: NetworkDefinition, weighted: Network | undefined): string[] {
  const byDefinition = new Map<number, Layer>(weighted?.layers.map((layer) => [layer.definition, layer]));
  let above = inputs.map(({ name }) => name);
  return layers.map((layer, i) => {
    const { name, inputs: read, sharedWith } = layer;
    // Where several are above, a first layer has to name what it reads.
    const isUsual = above.length === 1 && read.length === 1 && read[0] === above[0];
    const { type, ...fields } = writeOperation(layer);
    const written: Written = { type, name, ...fields, inputs: isUsual ? undefined : read, shared_with: sharedWith };
    above = [name];
    const weights = sharedWith === undefined ? byDefinition.get(i)?.weights : undefined;
    return weights ? inline(written).replace(/ \}$/, () => `, "weights": ${writeWeights(weights)} }`) : inline(written);
  });
}

function writeWeights(weights: LayerWeights): string {
  return `{ ${Object.entries(weights)
    .map(([name, tensor]) => `"${name}": ${nested(tensor)}`)
    .join(', ')} }`;
}

function nested({ shape, data }: Tensor): string {
  const write = (axis: number, start: number, size: number): string => {
    if (axis === shape.length - 1) return `[${data.subarray(start, start + size).join(', ')}]`;
    const step = size / shape[axis];
    return `[${Array.from({ length: shape[axis] }, (_, k) => write(axis + 1, start + k * step, step)).join(', ')}]`;
  };
  return write(0, 0, data.length);
}

/** Whatever the theory sees of a network, layer by layer. */
function lossesOf(definition: NetworkDefinition, text: string): string[] {
  const [again] = native.read(text, 'again.network.json', { weights: false }).networks;
  const [before, after] = [definition, again].map((each) => buildNetwork(each).network);
  const lost = before.layers.filter((layer, i) => essence(layer) !== essence(after.layers[i])).map(({ name }) => name);
  const [read, written] = [before, after].map(({ inputs }) => inputs.map(({ name, shape }) => ({ name, shape })));
  if (JSON.stringify(read) !== JSON.stringify(written)) lost.unshift('input');
  if (before.layers.length !== after.layers.length && lost.length === 0) lost.push('layers');
  if (JSON.stringify(before.outputs) !== JSON.stringify(after.outputs)) lost.push('outputs');
  return lost;
}

function essence(layer: Layer | undefined): string {
  if (!layer) return '';
  const { name, operation, activation, inputs, outputShape, neurons, pieceCount, parameters, scope, sharedWith } =
    layer;
  const seen = {
    name,
    operation,
    activation,
    inputs,
    outputShape,
    neurons,
    pieces: pieceCount,
    parameters,
    reach: scope,
    sharedWith,
  };
  return JSON.stringify(seen, (_, value: unknown) => (isPlain(value) ? sorted(value) : value));
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The same whichever field was set first. */
function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
