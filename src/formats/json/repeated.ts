import type { JsonEntry, JsonNode } from './json.ts';

/** Values longer than this are unlikely to repeat. */
const MAX_TEXT_LENGTH = 2000;

/** Deep networks repeat their layers: what is written alike is understood once. */
export class Repeated<T> {
  private readonly known = new Map<string, T>();

  /** What was found for entries of the same values under the same title, or else is found now. */
  of(title: string, entries: readonly JsonEntry[], find: () => { readonly value: T; readonly isKept: boolean }): T {
    const key = entriesInText(title, entries);
    const known = key === null ? undefined : this.known.get(key);
    if (known !== undefined) return known;
    const { value, isKept } = find();
    if (key !== null && isKept) this.known.set(key, value);
    return value;
  }
}

/** Equal for equal values only; null for what is not worth comparing. */
function entriesInText(title: string, entries: readonly JsonEntry[]): string | null {
  let text = title;
  for (const { key, value } of entries) {
    const written = valueInText(value);
    if (written === null || text.length + written.length > MAX_TEXT_LENGTH) return null;
    text += `\n${key.length}:${key} ${written}`;
  }
  return text;
}

function valueInText(node: JsonNode): string | null {
  switch (node.kind) {
    case 'scalar':
      // With its length, so that no text can pass for two.
      return typeof node.value === 'string' ? `${node.value.length}:${node.value}` : String(node.value);
    case 'list': {
      let text = '[';
      for (const item of node.items) {
        const written = valueInText(item);
        if (written === null || text.length > MAX_TEXT_LENGTH) return null;
        text += `${written},`;
      }
      return text;
    }
    case 'object': {
      const written = entriesInText('', node.entries);
      return written === null ? null : `{${written}}`;
    }
    case 'numbers':
      return null;
  }
}
