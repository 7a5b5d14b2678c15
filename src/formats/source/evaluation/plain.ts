import { Unresolved } from '../../json/plain.ts';
import type { PlainValue } from '../../json/plain.ts';
import { camelCase, snakeCase } from './layerNames.ts';
import { Dictionary, isPrimitive, LayerValue, List, Unknown } from './values.ts';
import type { Property, Value } from './values.ts';

const MAX_DEPTH = 6;
/** Longer lists are data, not the fields of a layer; a list may also hold itself. */
const MAX_LIST_LENGTH = 256;

/** A field's value as data; anything unknown, or not data, becomes `Unresolved`. */
export function toPlain(value: Value, field: string, depth = 0): PlainValue | undefined {
  if (value === undefined) return undefined;
  if (isPrimitive(value)) return field === 'data_format' && typeof value === 'string' ? snakeCase(value) : value;
  if (value instanceof Unknown) return unresolved(field, value);
  if (depth > MAX_DEPTH) return new Unresolved(`${camelCase(field)} is nested too deeply.`);
  if (value instanceof List) {
    if (value.doubt) return unresolved(field, value.doubt);
    if (value.items.length > MAX_LIST_LENGTH >> (2 * depth))
      return new Unresolved(`${camelCase(field)} is too long a list.`);
    return value.items.map((item) => toPlain(item, field, depth + 1) ?? null);
  }
  if (value instanceof LayerValue) {
    return { class_name: value.className, config: toRecord(value.config, depth + 1) };
  }
  if (value instanceof Dictionary) return toRecord(value.properties, depth + 1);
  return new Unresolved(`${camelCase(field)} is an expression that is not read.`);
}

function unresolved(field: string, value: Unknown): Unresolved {
  return new Unresolved(`${camelCase(field)} ${value.predicate}.`);
}

function toRecord(properties: ReadonlyMap<string, Property>, depth: number): Record<string, PlainValue> {
  const record: Record<string, PlainValue> = {};
  for (const [key, { value }] of properties) record[snakeCase(key)] = toPlain(value, key, depth) ?? null;
  return record;
}
