import type { LayerDefinition, Span } from '../../network/definition.ts';
import { itemsOf, member, plainOf, spanOf, textOf } from '../json/json.ts';
import type { JsonEntry, JsonNode, JsonObject } from '../json/json.ts';
import type { PlainRecord } from '../json/plain.ts';
import { meaningOfClass, snakeCase } from './classes.ts';
import { currentFieldName } from './oldFields.ts';

/** The layers of a model that are written to their end: `config` is their list, or has it as `layers`. */
export function layersOf(model: JsonNode): JsonObject[] {
  const config = member(model, 'config');
  const list = itemsOf(config?.kind === 'list' ? config : member(config, 'layers'));
  return list.filter((layer): layer is JsonObject => layer.kind === 'object' && !layer.cut);
}

export function classOf(layer: JsonNode): string {
  return textOf(member(layer, 'class_name')) ?? '';
}

/** `sequential`, `functional`, or undefined if it is not a model, or a model without a list of layers. */
export function modelKind(node: JsonNode): 'sequential' | 'functional' | undefined {
  const className = classOf(node);
  const config = member(node, 'config');
  if (className === 'Sequential') return 'sequential';
  if (className === 'Model' || className === 'Functional') return config?.kind === 'list' ? 'sequential' : 'functional';
  // Most layers hold no others.
  if (!member(config, 'layers') || !member(config, 'input_layers')) return undefined;
  return meaningOfClass(className).kind === 'custom' ? 'functional' : undefined;
}

/** A layer's name as written, or one made of its class. */
export function nameOf(layer: JsonNode): string {
  const name = textOf(member(layer, 'name')) ?? textOf(member(member(layer, 'config'), 'name'));
  return name !== undefined && name !== '' ? name : snakeCase(classOf(layer)) || 'layer';
}

/** Objects in every config that say nothing about what a layer can compute. */
export function isAboutTraining(key: string): boolean {
  return /_(initializer|regularizer|constraint)$/.test(key) && key !== 'alpha_initializer';
}

export function entriesOf(layer: JsonNode): readonly JsonEntry[] {
  const config = member(layer, 'config');
  return config?.kind === 'object' ? config.entries : [];
}

export function plainEntries(entries: readonly JsonEntry[]): PlainRecord {
  return Object.fromEntries(entries.map(({ key, value }) => [key, plainOf(value)]));
}

/** Where the fields of a layer are written, under the names in the file and under the native ones. */
export function fieldSpans(layer: JsonNode): LayerDefinition['fields'] {
  const className = classOf(layer);
  const spans: Record<string, Span> = {};
  for (const { key, value } of entriesOf(layer)) {
    const native = currentFieldName(className, key);
    spans[native] ??= spanOf(value);
    spans[key] = spanOf(value);
    if (key === 'nb_row') spans.kernel_size ??= spanOf(value);
    if (key === 'nb_feature') spans.rank ??= spanOf(value);
  }
  const outer = { type: 'class_name', inputs: 'inbound_nodes', name: 'name' };
  for (const [field, key] of Object.entries(outer)) {
    const value = member(layer, key);
    if (value && spans[field] === undefined) spans[field] = spanOf(value);
  }
  return spans;
}
