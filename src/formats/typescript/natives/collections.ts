import { Dictionary, List, Unknown } from '../values.ts';
import type { Value } from '../values.ts';
import { iterate } from '../iteration.ts';
import { callback, unknownResult } from './native.ts';
import type { NativeCall, NativeFunction } from './native.ts';

/** `new Map(entries)` and `new Set(items)` */
export function makeCollection(kind: 'map' | 'set', { e, args, site }: NativeCall): Value {
  const source = args[0] === undefined || args[0] === null ? e.list([]) : iterate(e, args[0]);
  if (source instanceof Unknown) return source.derive();
  const collection = e.dictionary(site.span);
  const entries = e.list([]);
  entries.doubt = source.doubt;
  collection.collection = { kind, entries };
  source.items.forEach((item, i) => put(kind, entries, item, source.spans[i], e));
  return collection;
}

function keyOf(kind: 'map' | 'set', entry: Value): Value {
  return kind === 'map' && entry instanceof List ? entry.items[0] : entry;
}

function put(kind: 'map' | 'set', entries: List, entry: Value, span: List['spans'][number], e: NativeCall['e']): void {
  e.step();
  e.journal.touch(entries);
  const at = entries.items.findIndex((other) => Object.is(keyOf(kind, other), keyOf(kind, entry)));
  const index = at < 0 ? entries.items.length : at;
  entries.items[index] = entry;
  entries.spans[index] = span;
}

function find(kind: 'map' | 'set', entries: List, key: Value): Value {
  return entries.items.find((entry) => Object.is(keyOf(kind, entry), key));
}

/** `map.<name>(...)`, `set.<name>(...)` */
export function collectionMethod(name: string): NativeFunction {
  return (call) => {
    const { e, self, args, given } = call;
    if (!(self instanceof Dictionary) || !self.collection) return unknownResult(call);
    const { kind, entries } = self.collection;
    const entry = args[0] instanceof Unknown ? args[0].derive() : find(kind, entries, args[0]);
    switch (name) {
      case 'get':
        return entry instanceof List ? entry.items[1] : (entry ?? entries.doubt);
      case 'has':
        return entry instanceof Unknown ? entry : entry !== undefined || (entries.doubt ?? false);
      case 'set':
        put(kind, entries, e.list(args.slice(0, 2)), undefined, e);
        return self;
      case 'add':
        put(kind, entries, args[0], given[0]?.span, e);
        return self;
      case 'delete':
        e.journal.touch(entries);
        entries.items = entries.items.filter((other) => other !== entry);
        return entry !== undefined;
      case 'keys':
      case 'values': {
        const index = name === 'keys' ? 0 : 1;
        const pick = (item: Value) => (kind === 'map' && item instanceof List ? item.items[index] : item);
        return e.list(entries.items.map(pick));
      }
      case 'entries':
        return entries;
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
