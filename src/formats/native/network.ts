import { KERNEL_INITIALIZERS, type KernelInitializer } from '../../common/kernelInitializers.ts';
import { defaultInitialization } from '../../network/definition.ts';
import type { Initialization, InputDefinition, LayerDefinition, NetworkDefinition } from '../../network/definition.ts';
import type { ReadOptions } from '../format.ts';
import { itemsOf, member, spanOf, textOf } from '../json/json.ts';
import type { JsonNode, JsonObject } from '../json/json.ts';
import { nameFromFile, Names } from '../names.ts';
import { isList } from '../json/plain.ts';
import type { PlainValue } from '../json/plain.ts';
import { didYouMean } from '../../network/suggest.ts';
import { isWhole, readLayer } from './layer.ts';
import type { NativeContext } from './values.ts';

/** Fields of the top-level object. */
const topFields = ['$schema', 'name', 'description', 'params', 'input', 'layers', 'outputs', 'init', 'run'];

/** The network that the top-level object of a native file defines. */
export function readNetwork(
  context: NativeContext,
  root: JsonObject,
  fileName: string,
  options: ReadOptions,
): NetworkDefinition {
  reportUnknownFields(context, root, topFields, 'a network');
  readParams(context, member(root, 'params'));
  const names = new Names();
  const inputs = readInputs(context, root, names);
  const name = member(root, 'name');
  return {
    name: textOf(name) ?? nameFromFile(fileName),
    inputs,
    layers: readLayers(context, root, inputs, names, options),
    outputs: readOutputs(context, member(root, 'outputs')),
    initialization: readInitialization(context, member(root, 'init')),
    ...readRun(context, member(root, 'run')),
    span: spanOf(root),
    nameSpan: name && textOf(name) !== undefined ? spanOf(name) : { start: root.start, end: root.start + 1 },
  };
}

function reportUnknownFields(context: NativeContext, node: JsonObject, known: readonly string[], what: string): void {
  for (const { key, keySpan } of node.entries) {
    if (known.includes(key)) continue;
    const { advice, replacement } = didYouMean(key, known, 'It has no effect.');
    context.report('unknown-field', 'warning', `Unknown field '${key}' in ${what}.${advice}`, keySpan, replacement);
  }
}

/** Numbers by name; each may be an expression of those above it. */
function readParams(context: NativeContext, node: JsonNode | undefined): void {
  if (!node) return;
  if (node.kind !== 'object') {
    context.report('bad-value', 'error', 'params must be an object such as { "width": 16 }.', node);
    return;
  }
  for (const { key, value } of node.entries) {
    const number = context.numeric(value);
    if (typeof number === 'number' && Number.isFinite(number)) context.params.set(key, number);
    // The fault of an expression has been reported.
    else if (textOf(value) === undefined) context.report('bad-value', 'error', `${key} must be a number.`, value);
  }
}

function readInputs(context: NativeContext, root: JsonObject, names: Names): InputDefinition[] {
  const node = member(root, 'input');
  if (isCut(root, node)) return [];
  if (!node) {
    const message = 'input is missing: the shape of what goes in, such as [2] or [28, 28, 1].';
    context.report('missing-field', 'error', message, { start: root.start, end: root.start + 1 });
    return [];
  }
  if (node.kind !== 'object') return [readInput(context, node, names.unique('input'))];
  if (node.entries.length === 0) context.report('bad-value', 'error', 'A network needs an input.', node);
  return node.entries.map(({ key, value }) => readInput(context, value, names.unique(key)));
}

/** Whether the text ends before or within a field: what it will be is not known yet. */
function isCut(root: JsonObject, node: JsonNode | undefined): boolean {
  return node ? node.kind !== 'scalar' && node.kind !== 'numbers' && node.cut : root.cut;
}

/** A shape that cannot be read is empty: said here, and nothing further is inferred from it. */
function readInput(context: NativeContext, node: JsonNode, name: string): InputDefinition {
  const value = context.numeric(node);
  const shape: readonly PlainValue[] = isList(value) ? value : [value];
  const sizes = shape.filter(
    (extent) => typeof extent === 'number' && Number.isSafeInteger(extent) && extent > 0,
  ) as number[];
  const sound = sizes.length === shape.length && sizes.length >= 1 && sizes.length <= 3;
  if (
    !sound &&
    !context.problems.some(
      ({ code, span }) => code === 'expression' && span.start >= node.start && span.end <= node.end,
    )
  ) {
    const message = 'input must be a shape without the batch: [n], [width, channels] or [height, width, channels].';
    context.report('bad-value', 'error', message, node);
  }
  return { name, shape: sound ? sizes : [], span: spanOf(node) };
}

function readLayers(
  context: NativeContext,
  root: JsonObject,
  inputs: readonly InputDefinition[],
  names: Names,
  options: ReadOptions,
): LayerDefinition[] {
  const node = member(root, 'layers');
  if (!node && root.cut) return [];
  if (node?.kind !== 'list') {
    const where = node ?? { start: root.start, end: root.start + 1 };
    context.report(
      node ? 'bad-value' : 'missing-field',
      'error',
      node ? 'layers must be a list of layers.' : 'layers is missing: the list of layers.',
      where,
    );
    return [];
  }
  // A name that is written has precedence over one that is made up, wherever it stands.
  const made = madeNames(node.items, new Set(inputs.map((input) => input.name)));
  let defaultInputs = inputs.map((input) => input.name);
  const layers: LayerDefinition[] = [];
  node.items.forEach((item, index) => {
    // A layer that is still being written says nothing yet.
    if (item.kind === 'object' && item.cut) return;
    if (!isWhole(item)) return context.report('bad-value', 'error', 'A layer must be an object with a type.', item);
    const name = layerName(context, item, made[index], names);
    layers.push(readLayer(context, item, { name, defaultInputs }, options));
    defaultInputs = [name];
  });
  return layers;
}

/** `dense_1`, `dense_2`, ... by type and position, for the layers without a name. */
function madeNames(items: readonly JsonNode[], taken: Set<string>): string[] {
  const names = new Names();
  for (const name of taken) names.reserve(name);
  for (const item of items) {
    const name = textOf(member(item, 'name'));
    if (name !== undefined) names.reserve(name);
  }
  return items.map((item) => {
    if (textOf(member(item, 'name'))) return '';
    return names.numbered(textOf(member(item, 'type')) ?? 'layer');
  });
}

function layerName(context: NativeContext, node: JsonObject, made: string, names: Names): string {
  const written = member(node, 'name');
  const name = textOf(written);
  if (written && !name) context.report('bad-value', 'error', 'name must be a text that is not empty.', written);
  if (!name) return names.unique(made);
  if (names.has(name))
    context.report('duplicate-name', 'error', `There is already something named ${name}.`, written ?? node);
  return names.unique(name);
}

function readOutputs(context: NativeContext, node: JsonNode | undefined): string[] {
  if (!node) return [];
  const names = itemsOf(node).map(textOf);
  if (node.kind === 'list' && names.every((name) => name !== undefined)) return names;
  context.report('bad-value', 'error', 'outputs must be a list of names of layers.', node);
  return [];
}

function readRun(context: NativeContext, node: JsonNode | undefined): Pick<NetworkDefinition, 'run'> {
  const run = textOf(node);
  if (run) return { run };
  if (node) context.report('bad-value', 'error', 'run must be a folder or a pattern such as "runs/a/step-*.pt".', node);
  return {};
}

function readInitialization(context: NativeContext, node: JsonNode | undefined): Initialization {
  if (!node) return defaultInitialization;
  if (node.kind !== 'object') {
    context.report('bad-value', 'error', 'init must be an object such as { "kernel": "he_normal", "seed": 1 }.', node);
    return defaultInitialization;
  }
  reportUnknownFields(context, node, ['kernel', 'kernel_stddev', 'bias_stddev', 'seed'], 'init');
  const kernelStddev = readNumber(context, member(node, 'kernel_stddev'), 'kernel_stddev', (value) => value > 0);
  const kernel = readKernelInitializer(context, member(node, 'kernel'), kernelStddev !== undefined);
  return {
    kernel,
    ...(kernelStddev === undefined ? {} : { kernelStddev }),
    biasStddev:
      readNumber(context, member(node, 'bias_stddev'), 'bias_stddev', (value) => value >= 0) ??
      defaultInitialization.biasStddev,
    seed: readNumber(context, member(node, 'seed'), 'seed', Number.isSafeInteger) ?? defaultInitialization.seed,
  };
}

function readKernelInitializer(
  context: NativeContext,
  node: JsonNode | undefined,
  hasStddev: boolean,
): KernelInitializer {
  if (!node) return hasStddev ? 'normal' : defaultInitialization.kernel;
  const kernel = KERNEL_INITIALIZERS.find((name) => name === textOf(node));
  if (kernel === undefined) {
    context.report('bad-value', 'error', `kernel must be one of ${KERNEL_INITIALIZERS.join(', ')}.`, node);
  } else if (kernel === 'normal' && !hasStddev) {
    context.report('missing-field', 'error', 'A normal kernel needs kernel_stddev.', node);
  } else {
    return kernel;
  }
  return defaultInitialization.kernel;
}

function readNumber(
  context: NativeContext,
  node: JsonNode | undefined,
  field: string,
  accepts: (value: number) => boolean,
): number | undefined {
  if (!node) return undefined;
  const value = context.numeric(node);
  if (typeof value === 'number' && Number.isFinite(value) && accepts(value)) return value;
  if (textOf(node) === undefined) context.report('bad-value', 'error', `${field} cannot be this.`, node);
  return undefined;
}
