import type { Evaluation } from './evaluation.ts';
import { Dictionary, List, Unknown } from './values.ts';
import type { Value } from './values.ts';

/** Lists and strings beyond this are not followed item by item. */
export const largestList = 20_000;

/** The items that `for...of` and spread see. */
export function iterate(e: Evaluation, value: Value): List | Unknown {
  if (value instanceof List) return value;
  if (value instanceof Dictionary && value.collection) return value.collection.entries;
  if (typeof value === 'string' && value.length <= largestList) return e.list([...value]);
  if (value instanceof Unknown) return value;
  return new Unknown('what is iterated', undefined);
}

/** Adds the items of `source` to a list under construction. */
export function spreadInto(target: List, source: List | Unknown): void {
  if (source instanceof Unknown) {
    target.items.push(source.derive());
    target.spans.push(source.span);
    target.doubt ??= source.derive();
    return;
  }
  const room = largestList - target.items.length;
  for (let i = 0; i < Math.min(room, source.items.length); i++) {
    target.items.push(source.items[i]);
    target.spans.push(source.spans[i]);
  }
  target.doubt ??= source.doubt;
  if (source.items.length > room) target.doubt ??= new Unknown('a very long list', undefined);
}
