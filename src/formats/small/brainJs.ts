import { activationByName, leakyRelu, linear } from '../../network/activation.ts';
import type { Activation } from '../../network/activation.ts';
import { defaultInitialization } from '../../network/definition.ts';
import type { LayerDefinition, NetworkDefinition, Problem, Span } from '../../network/definition.ts';
import type { LayerWeights } from '../../network/operation.ts';
import type { Format, ReadOptions, ReadResult } from '../format.ts';
import { transposed } from '../transpose.ts';
import { itemsOf, member, parseJson, spanOf, textOf } from '../json/json.ts';
import type { JsonNode } from '../json/json.ts';
import { nameFromFile } from '../names.ts';
import { flatNumbersOf } from '../json/numbers.ts';
import { jsonFormatOf } from '../sniff.ts';

/** A feed-forward network as `toJSON` of brain.js writes it; all its layers have one and the same activation. */
export const brainjs: Format = {
  id: 'brainjs',
  sniff: (text, fileName) => jsonFormatOf(text, fileName) === 'brainjs',
  read: readBrainJs,
};

function readBrainJs(text: string, fileName: string, options: ReadOptions): ReadResult {
  const { root, problems: found } = parseJson(text);
  const problems: Problem[] = [...found];
  const report = (code: string, severity: Problem['severity'], message: string, span: Span) =>
    problems.push({ code, severity, message, span: spanOf(span) });
  const type = member(root ?? undefined, 'type');
  const layers = member(root ?? undefined, 'layers');
  const kind = textOf(type) ?? 'NeuralNetwork';
  if (!root || !/^NeuralNetwork(GPU)?$/.test(kind)) {
    const place = type ?? { start: root?.start ?? 0, end: (root?.start ?? 0) + (root ? 1 : 0) };
    report('unsupported-format', 'information', otherKind(kind), place);
    return { format: 'brainjs', networks: [], problems };
  }
  const sizes = member(root, 'sizes');
  const counts = sizesIn(sizes, layers);
  if (counts.length < 2) {
    report(
      'bad-value',
      'error',
      'sizes must be a list of whole numbers: the input, hidden layers and the output.',
      sizes ?? { start: root.start, end: root.start + 1 },
    );
    return { format: 'brainjs', networks: [], problems };
  }
  const activation = activationIn(root, report);
  if (isOld(layers) && activation.name === 'leaky_relu') {
    report(
      'approximation',
      'information',
      'Some of the versions of brain.js that wrote files like this computed zero for all negative sums under leaky-relu. It is taken for what it is called.',
      member(root, 'activation') ?? root,
    );
  }
  const layerAt = (k: number): LayerDefinition => {
    const units = counts[k];
    const node = itemsOf(layers)[k];
    const place = itemsOf(sizes)[k] ?? node ?? root;
    const span = spanOf(node ?? place);
    const weights = options.weights && node ? weightsIn(text, node, counts[k - 1], units) : undefined;
    if (typeof weights === 'string') report('bad-value', 'error', `The weights cannot be read: ${weights}.`, span);
    return {
      name: `dense_${k}`,
      type: 'dense',
      operation: { kind: 'dense', units, useBias: true },
      activation,
      inputs: [k === 1 ? 'input' : `dense_${k - 1}`],
      weights: typeof weights === 'string' ? undefined : weights,
      span,
      fields: { units: spanOf(place) },
    };
  };
  const network: NetworkDefinition = {
    name: nameFromFile(fileName),
    inputs: [{ name: 'input', shape: [counts[0]], span: spanOf(itemsOf(sizes)[0] ?? sizes ?? root) }],
    layers: counts.slice(1).map((_, k) => layerAt(k + 1)),
    outputs: [],
    initialization: defaultInitialization,
    span: spanOf(root),
    nameSpan: spanOf(type ?? sizes ?? { start: root.start, end: root.start + 1 }),
  };
  return { format: 'brainjs', networks: [network], problems };
}

/** Files of old versions have no list of biases. */
function isOld(layers: JsonNode | undefined): boolean {
  return itemsOf(layers).some(
    (layer) => layer.kind === 'object' && !member(layer, 'biases') && layer.entries.length > 0,
  );
}

function otherKind(kind: string): string {
  const recurrent = /^(Recurrent|RNN|LSTM|GRU)(TimeStep)?$/.test(kind);
  return recurrent
    ? `This is a brain.js ${kind}: a recurrent network whose gates are sigmoid and tanh is not piecewise linear, so linear regions are not defined for it.`
    : `This is a brain.js ${kind}, which is not read; a NeuralNetwork is.`;
}

/** The sizes as written, or those of the layers. */
function sizesIn(sizes: JsonNode | undefined, layers: JsonNode | undefined): number[] {
  const counts = itemsOf(sizes).map((node) => (node.kind === 'scalar' ? node.value : null));
  const isCount = (value: unknown): value is number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
  if (counts.every(isCount) && counts.length > 0) return counts;
  if (sizes) return [];
  return itemsOf(layers)
    .map((layer) => (layer.kind === 'object' ? layer.entries.length : 0))
    .filter(isCount);
}

function activationIn(
  root: JsonNode,
  report: (code: string, severity: Problem['severity'], message: string, span: Span) => void,
): Activation {
  const holders = [root, member(root, 'trainOpts'), member(root, 'options')];
  const written = holders.map((holder) => member(holder, 'activation')).find((node) => textOf(node) !== undefined);
  const name = textOf(written) ?? 'sigmoid';
  if (name === 'leaky-relu') {
    const alpha = holders.map((holder) => member(holder, 'leakyReluAlpha')).find((node) => node !== undefined);
    if (!alpha) return leakyRelu(0.01);
    if (alpha.kind === 'scalar' && typeof alpha.value === 'number' && Number.isFinite(alpha.value))
      return leakyRelu(alpha.value);
    report('bad-value', 'error', 'leakyReluAlpha must be a number.', alpha);
    return { kind: 'smooth', name };
  }
  const known = activationByName(name);
  if (!known)
    report('unknown-activation', 'warning', `Unknown activation '${name}'. Figures stop here.`, written ?? root);
  return known === linear ? linear : (known ?? { kind: 'smooth', name });
}

/**
 * Weights by neuron, then by input. New versions write lists `weights` and `biases`, old ones an object of neurons with
 * `weights` and `bias`, under indices or names in the order of the network.
 */
function weightsIn(text: string, layer: JsonNode, inputs: number, units: number): LayerWeights | string {
  const written = member(layer, 'weights');
  const biases = member(layer, 'biases');
  const parts = written && biases ? [[written], [biases]] : neuronParts(layer);
  const [rows, bias] = parts.map((nodes) => joined(nodes.map(({ start, end }) => flatNumbersOf(text, start, end))));
  if (typeof rows === 'string') return rows;
  if (typeof bias === 'string') return bias;
  if (rows.length !== units * inputs || bias.length !== units) {
    return `${rows.length} weights and ${bias.length} biases do not fit ${units} neurons with ${inputs} inputs`;
  }
  return { kernel: transposed({ shape: [units, inputs], data: rows }, [1, 0]), bias: { shape: [units], data: bias } };
}

function neuronParts(layer: JsonNode): JsonNode[][] {
  const neurons = layer.kind === 'object' ? layer.entries.map(({ value }) => value) : [];
  // Weights by names of the inputs are written with these names: only the numbers are looked at.
  const weights = neurons.flatMap((neuron) => valuesOf(member(neuron, 'weights')));
  return [weights, neurons.flatMap((neuron) => member(neuron, 'bias') ?? [])];
}

function valuesOf(node: JsonNode | undefined): JsonNode[] {
  if (node?.kind === 'object') return node.entries.map(({ value }) => value);
  return node ? [node] : [];
}

function joined(parts: readonly (Float64Array | string)[]): Float64Array | string {
  const numbers: number[] = [];
  for (const part of parts) {
    if (typeof part === 'string') return part;
    for (const value of part) numbers.push(value);
  }
  return Float64Array.from(numbers);
}
