import type { Attributes } from '../graph/attributes.ts';
import { entryOf, itemsOf, member, spanOf, textOf } from '../json/json.ts';
import type { JsonEntry, JsonNode } from '../json/json.ts';
import { numberOf, wordOf } from '../json/protobuf.ts';
import { attributeField, attributeFields, type AttributeField } from './model.ts';

/** A field of a message, under its name in JSON (opType) or in the protocol itself (op_type). */
export function fieldEntry(node: JsonNode | undefined, name: string): JsonEntry | undefined {
  return (
    entryOf(node, name) ??
    entryOf(
      node,
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    )
  );
}

export function field(node: JsonNode | undefined, name: string): JsonNode | undefined {
  return fieldEntry(node, name)?.value;
}

/** NaN stands for what is not a number; undefined where there is nothing. */
export function numbersIn(node: JsonNode | undefined): number[] | undefined {
  if (node?.kind === 'scalar' || node?.kind === 'object') return [numberOf(node) ?? NaN];
  const numbers = itemsOf(node).map((item) => numberOf(item) ?? NaN);
  return numbers.length > 0 ? numbers : undefined;
}

/** The attributes of a node: a list of messages with a name and a value under a key for its kind. */
export class OnnxAttributes implements Attributes {
  private readonly byName: ReadonlyMap<string, JsonNode>;

  constructor(list: JsonNode | undefined) {
    this.byName = new Map(itemsOf(list).map((attribute) => [textOf(member(attribute, 'name')) ?? '', attribute]));
  }

  get(name: string): JsonNode | undefined {
    return this.byName.get(name);
  }

  /** A zero may be left out in JSON. */
  number(name: string): number | undefined {
    const attribute = this.byName.get(name);
    const kind = attribute && kindOf(attribute, ['i', 'f']);
    if (kind === undefined) return undefined;
    if (kind !== 'i' && kind !== 'f') return NaN;
    const value = member(attribute, kind);
    return value ? (numberOf(value) ?? NaN) : 0;
  }

  numbers(name: string): readonly number[] | undefined {
    const attribute = this.byName.get(name);
    const kind = attribute && kindOf(attribute, ['ints', 'floats']);
    if (kind === undefined) return undefined;
    return kind === 'ints' || kind === 'floats' ? numbersIn(member(attribute, kind)) : [NaN];
  }

  text(name: string): string | undefined {
    return wordOf(member(this.byName.get(name), 's'));
  }

  span(name: string) {
    const attribute = this.byName.get(name);
    return attribute && spanOf(attribute);
  }
}

/** The field that holds the value: by the attribute's type, else one of those asked for, else any other. */
function kindOf(attribute: JsonNode, wanted: readonly AttributeField[]): AttributeField | undefined {
  const type = member(attribute, 'type');
  const known = type?.kind === 'scalar' ? attributeField(type.value) : undefined;
  const isThere = (key: AttributeField) => member(attribute, key) !== undefined;
  return known ?? wanted.find(isThere) ?? attributeFields.find(isThere);
}
