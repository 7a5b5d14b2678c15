import type { Attributes } from '../graph/node.ts';
import { itemsOf, member, spanOf } from '../json.ts';
import type { JsonNode } from '../json.ts';
import { numberOf, wordOf } from '../protobuf.ts';

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

  span(name: string) {
    const value = member(this.node, name);
    return value && spanOf(value);
  }
}
