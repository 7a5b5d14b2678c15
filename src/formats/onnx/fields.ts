import type { Attributes } from '../graph/node.ts';
import { entryOf, itemsOf, member, spanOf, textOf } from '../json/json.ts';
import type { JsonEntry, JsonNode } from '../json/json.ts';
import { numberOf, wordOf } from '../json/protobuf.ts';

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

export function numbersIn(node: JsonNode | undefined): number[] | undefined {
  const numbers = itemsOf(node).map(numberOf);
  return numbers.length > 0 && numbers.every((number) => number !== undefined) ? numbers : undefined;
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
    if (!attribute) return undefined;
    const value = member(attribute, 'i') ?? member(attribute, 'f');
    return value ? numberOf(value) : isNumeric(attribute) ? 0 : undefined;
  }

  numbers(name: string): readonly number[] | undefined {
    const attribute = this.byName.get(name);
    return numbersIn(member(attribute, 'ints')) ?? numbersIn(member(attribute, 'floats'));
  }

  text(name: string): string | undefined {
    return wordOf(member(this.byName.get(name), 's'));
  }

  span(name: string) {
    const attribute = this.byName.get(name);
    return attribute && spanOf(attribute);
  }
}

function isNumeric(attribute: JsonNode): boolean {
  const type = member(attribute, 'type');
  return type?.kind === 'scalar' && ['INT', 'FLOAT', 1, 2].some((kind) => kind === type.value);
}
