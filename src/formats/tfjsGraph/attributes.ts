import type { Attributes } from '../graph/attributes.ts';
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
    const written = member(value, 'i') ?? member(value, 'f') ?? member(value, 'b') ?? otherKind(value);
    return written && (numberOf(written) ?? NaN);
  }

  numbers(name: string): readonly number[] | undefined {
    const value = member(this.node, name);
    const list = member(value, 'list');
    const written = member(list, 'i') ?? otherKind(list) ?? (list ? undefined : otherKind(value));
    if (written?.kind === 'scalar' || written?.kind === 'object') return [numberOf(written) ?? NaN];
    const numbers = itemsOf(written).map((item) => numberOf(item) ?? NaN);
    return numbers.length > 0 ? numbers : undefined;
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

/** What stands under any other key of a value than those for a list and for its own kind. */
function otherKind(value: JsonNode | undefined): JsonNode | undefined {
  return value?.kind === 'object' ? value.entries.find(({ key }) => key !== 'list')?.value : undefined;
}
