import { atTheEnd } from '../../evaluation/forget.ts';
import { iterate } from '../../evaluation/iteration.ts';
import { bytesOf, Dictionary, List, Unknown } from '../../evaluation/values.ts';
import type { Collection, Value } from '../../evaluation/values.ts';
import { callback, unknownResult } from './native.ts';
import type { NativeCall, NativeFunction } from './native.ts';

/** `new Map(entries)` and `new Set(items)` */
export function makeCollection(kind: 'map' | 'set', { e, args, site }: NativeCall): Value {
  const source = args[0] === undefined || args[0] === null ? e.list([]) : iterate(e, args[0]);
  if (source instanceof Unknown) return source.derive();
  const object = e.dictionary(site.span);
  const entries = e.list([]);
  entries.doubt = source.doubt;
  const collection = { kind, entries, index: { of: entries.items, places: new Map<Value, number>() } };
  object.collection = collection;
  source.items.forEach((item, i) => put(collection, item, source.spans[i], e));
  return object;
}

function keyOf(kind: 'map' | 'set', entry: Value): Value {
  return kind === 'map' && entry instanceof List ? entry.items[0] : entry;
}

/** Where an entry stands. The index is rebuilt if the entries were rolled back or joined since. */
function placeOf({ kind, entries, index }: Collection, key: Value, e: NativeCall['e']): number | undefined {
  const { items } = entries;
  if (index.of !== items || index.places.size !== items.length) {
    e.meter.hold(items.length * bytesOf.property);
    index.of = items;
    index.places = new Map(items.map((entry, i) => [keyOf(kind, entry), i]));
  }
  return index.places.get(key);
}

function put(collection: Collection, entry: Value, span: List['spans'][number], e: NativeCall['e']): void {
  const { kind, entries } = collection;
  const key = keyOf(kind, entry);
  const place = placeOf(collection, key, e);
  const at = place ?? entries.items.length;
  e.journal.touch(entries, place === undefined ? atTheEnd : String(place));
  if (place === undefined) e.meter.hold(bytesOf.item + bytesOf.property);
  entries.items[at] = entry;
  entries.spans[at] = span;
  collection.index.places.set(key, at);
}

function remove(collection: Collection, key: Value, e: NativeCall['e']): boolean {
  const { entries } = collection;
  const place = placeOf(collection, key, e);
  if (place === undefined) return false;
  e.journal.touch(entries);
  // New lists, so that the index is rebuilt.
  entries.items = entries.items.filter((_entry, i) => i !== place);
  entries.spans = entries.spans.filter((_span, i) => i !== place);
  return true;
}

export const collectionMethods = ['get', 'has', 'set', 'add', 'delete', 'keys', 'values', 'entries', 'forEach'];

/** `map.<name>(...)`, `set.<name>(...)` */
export function collectionMethod(name: string): NativeFunction {
  return (call) => {
    const { e, self, args, given } = call;
    if (!(self instanceof Dictionary) || !self.collection) return unknownResult(call);
    const { collection } = self;
    const { kind, entries } = collection;
    switch (name) {
      case 'get':
      case 'has':
        return args[0] instanceof Unknown ? args[0].derive() : lookUp(name, collection, args[0], e);
      case 'set':
        put(collection, e.list([args[0], args[1]]), undefined, e);
        return self;
      case 'add':
        put(collection, args[0], given[0]?.span, e);
        return self;
      case 'delete':
        return remove(collection, args[0], e);
      case 'keys':
      case 'values': {
        const index = name === 'keys' ? 0 : 1;
        const pick = (item: Value) => (kind === 'map' && item instanceof List ? item.items[index] : item);
        return doubted(e.list(entries.items.map(pick)), entries);
      }
      case 'entries':
        return doubted(e.list(entries.items, entries.spans), entries);
      case 'forEach':
        for (const item of [...entries.items]) {
          const pair = kind === 'map' && item instanceof List ? [item.items[1], item.items[0]] : [item, item];
          callback(call, ...pair);
        }
        return undefined;
      default:
        return unknownResult(call);
    }
  };
}

function lookUp(name: 'get' | 'has', collection: Collection, key: Value, e: NativeCall['e']): Value {
  const { entries } = collection;
  const place = placeOf(collection, key, e);
  if (place === undefined) return entries.doubt ?? (name === 'has' ? false : undefined);
  const entry = entries.items[place];
  if (entry instanceof Unknown) return entry;
  return name === 'has' ? true : entry instanceof List ? entry.items[1] : undefined;
}

function doubted(list: List, source: List): List {
  list.doubt = source.doubt;
  return list;
}
