import type { Attributes } from '../graph/node.ts';
import { itemsOf, member, spanOf, textOf } from '../json/json.ts';
import type { JsonNode } from '../json/json.ts';
import { numberOf, wordOf } from '../json/protobuf.ts';

/** Codes of the types of whole numbers and of truth values. */
const wholeTypes = new Set([3, 4, 5, 6, 9, 10, 17, 22, 23]);

/** The `attr` of a node of a TensorFlow graph: each value is under a key for its kind. */
export class GraphAttributes implements Attributes {
  constructor(private readonly node: JsonNode | undefined) {}

  number(name: string): number | undefined {
    const value = member(this.node, name);
    return numberOf(member(value, 'i') ?? member(value, 'f') ?? member(value, 'b'));
  }

  numbers(name: string): readonly number[] | undefined {
    const list = member(member(this.node, name), 'list');
    const numbers = itemsOf(member(list, 'i')).map(numberOf);
    return numbers.length > 0 && numbers.every((number) => number !== undefined) ? numbers : undefined;
  }

  text(name: string): string | undefined {
    return wordOf(member(member(this.node, name), 's'));
  }

  texts(name: string): readonly string[] {
    const list = member(member(this.node, name), 'list');
    return itemsOf(member(list, 's')).map((item) => wordOf(item) ?? '');
  }

  /** The name of a type of numbers, such as DT_FLOAT. */
  type(name: string): string | undefined {
    const value = member(member(this.node, name), 'type');
    const code = numberOf(value);
    return code === undefined ? textOf(value) : wholeTypes.has(code) ? 'DT_INT' : undefined;
  }

  span(name: string) {
    const value = member(this.node, name);
    return value && spanOf(value);
  }
}
