import type { Evaluation } from './evaluation.ts';
import { bytesOf, Dictionary, List, Unknown } from './values.ts';
import type { Value } from './values.ts';

/** Lists and strings beyond this are not followed item by item. */
export const MAX_LIST_LENGTH = 20_000;

/** The items that `for...of` and spread see. */
export function iterate(e: Evaluation, value: Value): List | Unknown {
  if (value instanceof List) return value;
  if (value instanceof Dictionary && value.collection) return value.collection.entries;
  if (typeof value === 'string' && value.length <= MAX_LIST_LENGTH) return e.list([...value]);
  if (value instanceof Unknown) return value;
  return new Unknown('what is iterated', undefined);
}

/** Adds the items of `source` to a list under construction. */
export function spreadInto(e: Evaluation, target: List, source: List | Unknown): void {
  if (source instanceof Unknown) {
    target.items.push(source.derive());
    target.spans.push(source.span);
    target.doubt ??= source.derive();
    return;
  }
  const room = MAX_LIST_LENGTH - target.items.length;
  const added = Math.max(0, Math.min(room, source.items.length));
  e.meter.hold(added * bytesOf.item);
  for (let i = 0; i < added; i++) {
    target.items.push(source.items[i]);
    target.spans.push(source.spans[i]);
  }
  target.doubt ??= source.doubt;
  if (source.items.length > room) target.doubt ??= new Unknown('a very long list', undefined);
}

/** Gives an object all properties of another one. */
export function copyProperties(e: Evaluation, target: Dictionary, source: Dictionary): void {
  e.meter.hold(source.properties.size * bytesOf.property);
  for (const [key, property] of source.properties) target.properties.set(key, property);
}
