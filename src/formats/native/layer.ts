import { linear } from '../../network/activation.ts';
import { inputField, type LayerDefinition, type Span } from '../../network/definition.ts';
import type { ReadOptions } from '../format.ts';
import { itemsOf, member, plainOf, spanOf, textOf } from '../json/json.ts';
import type { JsonEntry, JsonNode, JsonObject } from '../json/json.ts';
import { classOfType } from '../keras/classes.ts';
import { kerasLayer } from '../keras/layers.ts';
import { Fields } from '../layers/fields.ts';
import type { LayerIssue } from '../layers/fields.ts';
import { isLayerType, layerParts, layerTypes } from '../layers/table.ts';
import type { LayerParts } from '../layers/table.ts';
import type { PlainRecord, PlainValue } from '../json/plain.ts';
import { didYouMean } from '../../network/suggest.ts';
import type { NativeContext } from './values.ts';
import { readWeights } from './weights.ts';

/** Fields that say where a layer stands, not what it computes. */
const placing = new Set(['type', 'name', 'inputs', 'weights', 'shared_with']);

/** Fields whose strings are words, not expressions. */
const words = new Set(['why', 'activation', 'interpolation', 'alpha_initializer', 'what', 'semiring', 'reduce']);

export interface Placement {
  readonly name: string;
  /** What the layer reads where its `inputs` say nothing. */
  readonly defaultInputs: readonly string[];
}

/** One layer; what is wrong with it is reported, and what is left is still returned. */
export function readLayer(
  context: NativeContext,
  node: JsonObject,
  place: Placement,
  options: ReadOptions,
): LayerDefinition {
  const type = textOf(member(node, 'type'))?.trim() ?? '';
  const weights = member(node, 'weights');
  const { operation, activation } = partsOf(context, node, type);
  let spans: LayerDefinition['fields'] | undefined;
  return {
    name: place.name,
    type: type === '' ? 'layer' : type,
    operation,
    activation,
    inputs: readInputs(context, node, place),
    weights: weights && options.weights ? readWeights(context, weights) : undefined,
    sharedWith: textOf(member(node, 'shared_with')),
    span: spanOf(node),
    get fields() {
      return (spans ??= fieldSpans(node));
    },
  };
}

/** Layers that are written alike are read once, unless there is something to say of them. */
function partsOf(context: NativeContext, node: JsonObject, type: string): LayerParts {
  const entries = node.entries.filter(({ key }) => !placing.has(key));
  const find = () => readParts(context, node, type, entries);
  if (!context.parts) return find();
  return context.parts.of(type, entries, () => {
    const before = context.problems.length;
    return { value: find(), isKept: context.problems.length === before };
  });
}

function readParts(context: NativeContext, node: JsonObject, type: string, entries: readonly JsonEntry[]): LayerParts {
  const className = classOfType(type);
  if (!isLayerType(type) && className === undefined) {
    return { operation: { kind: 'unknown', why: reportType(context, node, type) }, activation: linear };
  }
  if (className !== undefined) {
    const values = entries.map((entry) => [
      entry.key,
      entry.key === 'units' ? context.numeric(entry.value) : plainOf(entry.value),
    ]);
    const { operation, activation, issues } = kerasLayer(
      className,
      Object.fromEntries(values) as PlainRecord,
      'keras3',
    );
    reportIssues(context, node, issues);
    return { operation, activation };
  }
  const values = lazily(entries, (entry) => fieldValue(context, entry, type));
  const fields = new Fields(values, 'native');
  const parts = layerParts(type, fields);
  reportIssues(context, node, fields.issues);
  const unread = new Set(fields.unread());
  for (const entry of entries) if (unread.has(entry.key)) reportField(context, entry, type, fields.known());
  return parts;
}

function reportIssues(context: NativeContext, node: JsonObject, issues: readonly LayerIssue[]): void {
  if (issues.length === 0) return;
  const spans = fieldSpans(node);
  for (const { field, code, severity, message, replacement } of issues) {
    const place = field === null ? undefined : spans[field];
    context.report(code, severity, message, place ?? spans.type ?? node, place && replacement);
  }
}

/** Values found out when they are asked for, once: a field that nobody reads has no faults. */
function lazily(entries: readonly JsonEntry[], valueOf: (entry: JsonEntry) => PlainValue): PlainRecord {
  const record: PlainRecord = {};
  for (const entry of entries) {
    // A number or a word has none; most layers have nothing else.
    if (entry.value.kind === 'scalar' && (typeof entry.value.value !== 'string' || words.has(entry.key))) {
      Object.defineProperty(record, entry.key, { enumerable: true, configurable: true, value: entry.value.value });
      continue;
    }
    let known: { value: PlainValue } | undefined;
    const get = () => (known ??= { value: valueOf(entry) }).value;
    Object.defineProperty(record, entry.key, { enumerable: true, configurable: true, get });
  }
  return record;
}

/** Strings are expressions, but for the fields that are words. */
function fieldValue(context: NativeContext, entry: JsonEntry, type: string): PlainValue {
  return isWord(entry, type) ? plainOf(entry.value) : context.numeric(entry.value);
}

function isWord({ key, value }: JsonEntry, type: string): boolean {
  const isMode = key === 'padding' && value.kind === 'scalar' && !type.startsWith('zero_padding');
  return isMode || words.has(key);
}

/** Whether texts in a field of a layer are expressions. */
export function isExpression(layer: JsonObject, entry: JsonEntry): boolean {
  const type = textOf(member(layer, 'type')) ?? '';
  if (classOfType(type) !== undefined) return entry.key === 'units';
  return !placing.has(entry.key) && !isWord(entry, type);
}

function reportType(context: NativeContext, node: JsonObject, type: string): string {
  const written = member(node, 'type');
  if (type === '') {
    const why = written ? 'type must be the name of a layer type, such as "dense".' : 'type is missing.';
    context.report(
      written ? 'bad-value' : 'missing-field',
      'error',
      why,
      written ?? { start: node.start, end: node.start + 1 },
    );
    return why;
  }
  const { advice, replacement } = didYouMean(type, layerTypes());
  const why = `Unknown layer type '${type}'.${advice}`;
  context.report('unknown-layer', 'error', why, written ?? node, replacement);
  return why;
}

function reportField(
  context: NativeContext,
  { key, keySpan }: JsonEntry,
  type: string,
  known: readonly string[],
): void {
  const { advice, replacement } = didYouMean(key, [...known, ...placing], 'It has no effect.');
  context.report(
    'unknown-field',
    'warning',
    `Unknown field '${key}' in a ${type} layer.${advice}`,
    keySpan,
    replacement,
  );
}

function readInputs(context: NativeContext, node: JsonObject, { name, defaultInputs }: Placement): readonly string[] {
  const written = member(node, 'inputs');
  if (!written) {
    if (defaultInputs.length > 1) {
      const message = `${name} needs inputs: no layer is above it, and the network has ${defaultInputs.length} inputs.`;
      context.report('missing-field', 'error', message, fieldSpans(node).type ?? node);
      return [];
    }
    return defaultInputs;
  }
  const single = textOf(written);
  if (single !== undefined) return [single];
  const names = itemsOf(written).map(textOf);
  if (written.kind === 'list' && names.length > 0 && names.every((entry) => entry !== undefined)) return names;
  context.report('bad-value', 'error', 'inputs must be a list of names of layers.', written);
  return [];
}

/** The places of a layer's fields by name, and of each of its inputs. */
function fieldSpans(node: JsonObject): Record<string, Span> {
  const spans = Object.fromEntries(node.entries.map(({ key, value }) => [key, spanOf(value)]));
  const inputs = member(node, 'inputs');
  // Each of several inputs has its own span, so that one wrong name does not underline all of them.
  if (inputs) itemsOf(inputs).forEach((item, i) => (spans[inputField(i)] = spanOf(item)));
  return spans;
}

/** Whether a node is an object that is written to its end. */
export function isWhole(node: JsonNode): node is JsonObject {
  return node.kind === 'object' && !node.cut;
}
