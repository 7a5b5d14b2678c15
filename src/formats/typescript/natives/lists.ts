import { fork } from '../branches.ts';
import { iterate, largestList, spreadInto } from '../iteration.ts';
import { concatenate, truth } from '../operators.ts';
import { isPrimitive, List, Unknown } from '../values.ts';
import type { Value } from '../values.ts';
import { callback, unknownResult } from './native.ts';
import type { NativeCall, NativeFunction } from './native.ts';

/** The length of a list that has exactly its items. */
export function ownLength(list: List): Value {
  return list.doubt ? list.doubt.derive() : list.items.length;
}

type ListFunction = (list: List, call: NativeCall) => Value;

/** For what reads or reorders the whole list: nothing is known when items may be missing. */
function certain(body: ListFunction): ListFunction {
  return (list, call) => (list.doubt ? list.doubt.derive() : body(list, call));
}

function changing(body: ListFunction): ListFunction {
  return (list, call) => {
    call.e.journal.touch(list);
    return body(list, call);
  };
}

/** Calls back for each item; an item that may or may not be there, perhaps. */
function eachItem(list: List, call: NativeCall, body: (item: Value, index: number) => void): void {
  for (let i = 0; i < list.items.length; i++) {
    const item = list.items[i];
    if (list.doubt && item instanceof Unknown) {
      fork(call.e, list.doubt, call.site.scope.frame, [() => body(item, i) as undefined, () => undefined]);
    } else {
      body(item, i);
    }
  }
}

function map(list: List, call: NativeCall): List {
  const result = call.e.list([]);
  eachItem(list, call, (item, i) => {
    result.items.push(callback(call, item, i, list));
    result.spans.push(list.spans[i]);
  });
  result.doubt = list.doubt;
  return result;
}

function filter(list: List, call: NativeCall): List {
  const result = call.e.list([]);
  result.doubt = list.doubt;
  list.items.forEach((item, i) => {
    const verdict = truth(callback(call, item, i, list));
    if (verdict === false) return;
    result.items.push(verdict === undefined ? new Unknown('an item', list.spans[i]) : item);
    result.spans.push(list.spans[i]);
    if (verdict === undefined) result.doubt ??= new Unknown('the filter', call.site.span);
  });
  return result;
}

function reduce(items: readonly Value[], call: NativeCall): Value {
  const { args } = call;
  const rest = args.length > 1 ? items : items.slice(1);
  return rest.reduce((sum, item, i) => callback(call, sum, item, i), args.length > 1 ? args[1] : items[0]);
}

function find(list: List, call: NativeCall): { index: number } | Unknown {
  for (let index = 0; index < list.items.length; index++) {
    const answer = callback(call, list.items[index], index, list);
    if (answer instanceof Unknown) return answer.derive();
    if (truth(answer)) return { index };
  }
  return { index: -1 };
}

function push(list: List, given: NativeCall['given']): Value {
  for (const { value, span } of given) {
    if (list.items.length >= largestList) {
      list.doubt ??= new Unknown('a very long list', undefined);
      break;
    }
    list.items.push(value);
    list.spans.push(span);
  }
  return ownLength(list);
}

function numbers(args: readonly Value[]): (number | undefined)[] | undefined {
  return args.every((value) => value === undefined || typeof value === 'number')
    ? (args as (number | undefined)[])
    : undefined;
}

function slice(list: List, call: NativeCall): Value {
  const range = numbers(call.args);
  return range ? call.e.list(list.items.slice(...range), list.spans.slice(...range)) : unknownResult(call);
}

function splice(list: List, call: NativeCall): Value {
  const range = numbers(call.args.slice(0, 2));
  if (!range || range[0] === undefined) return unknownResult(call);
  const [start, count = list.items.length] = range;
  const added = call.given.slice(2);
  const items = list.items.splice(start, count, ...added.map((argument) => argument.value));
  const spans = list.spans.splice(start, count, ...added.map((argument) => argument.span));
  return call.e.list(items, spans);
}

function concat(list: List, { e, given }: NativeCall): List {
  const result = e.list(list.items, list.spans);
  result.doubt = list.doubt;
  for (const { value, span } of given) {
    if (value instanceof List || value instanceof Unknown) spreadInto(result, value);
    else push(result, [{ value, span }]);
  }
  return result;
}

function flat(list: List, e: NativeCall['e'], depth: number): List {
  const result = e.list([]);
  result.doubt = list.doubt;
  list.items.forEach((item, i) => {
    e.step();
    if (item instanceof List && depth > 0) spreadInto(result, depth > 1 ? flat(item, e, depth - 1) : item);
    else spreadInto(result, e.list([item], [list.spans[i]]));
  });
  return result;
}

function fill(list: List, { args }: NativeCall): Value {
  const [value, start = 0, end = list.items.length] = args;
  if (typeof start === 'number' && typeof end === 'number') list.items.fill(value, start, end);
  return list;
}

function sorted(list: List, call: NativeCall): Value[] {
  const items = [...list.items];
  return items.sort((a, b) => {
    if (call.args.length === 0) return isPrimitive(a) && isPrimitive(b) ? (String(a) < String(b) ? -1 : 1) : 0;
    const order = callback(call, a, b);
    return typeof order === 'number' && !Number.isNaN(order) ? order : 0;
  });
}

function reorder(list: List, items: readonly Value[]): List {
  list.spans = items.map((item) => list.spans[list.items.indexOf(item)]);
  list.items = [...items];
  return list;
}

const methods: Readonly<Record<string, ListFunction>> = {
  map,
  forEach: (list, call) => void eachItem(list, call, (item, i) => void callback(call, item, i, list)),
  filter,
  flatMap: (list, call) => flat(map(list, call), call.e, 1),
  flat: (list, call) => flat(list, call.e, typeof call.args[0] === 'number' ? Math.min(call.args[0], 20) : 1),
  reduce: certain((list, call) => reduce(list.items, call)),
  reduceRight: certain((list, call) => reduce([...list.items].reverse(), call)),
  find: certain((list, call) => {
    const found = find(list, call);
    return found instanceof Unknown ? found : list.items[found.index];
  }),
  findIndex: certain((list, call) => {
    const found = find(list, call);
    return found instanceof Unknown ? found : found.index;
  }),
  some: certain((list, call) => {
    const found = find(list, call);
    return found instanceof Unknown ? found : found.index >= 0;
  }),
  every: certain((list, call) => {
    const answers = list.items.map((item, i) => truth(callback(call, item, i, list)));
    return answers.includes(undefined) ? unknownResult(call) : !answers.includes(false);
  }),
  includes: certain((list, { args }) => list.items.includes(args[0])),
  indexOf: certain((list, { args }) => list.items.indexOf(args[0])),
  at: certain((list, call) => (typeof call.args[0] === 'number' ? list.items.at(call.args[0]) : unknownResult(call))),
  join: certain((list, { args }) => {
    const separator = args.length > 0 ? args[0] : ',';
    return concatenate(list.items.flatMap((item, i) => (i > 0 ? [separator, item] : [item])));
  }),
  slice: certain(slice),
  concat,
  keys: certain((list, { e }) => e.list(list.items.map((_item, i) => i))),
  values: (list) => list,
  entries: certain((list, { e }) => e.list(list.items.map((item, i) => e.list([i, item], [undefined, list.spans[i]])))),
  toReversed: certain((list, { e }) => reorder(e.list(list.items, list.spans), [...list.items].reverse())),
  toSorted: certain((list, call) => reorder(call.e.list(list.items, list.spans), sorted(list, call))),
  push: changing((list, { given }) => push(list, given)),
  pop: changing((list) => {
    list.spans.pop();
    return list.items.pop();
  }),
  shift: changing((list) => {
    list.spans.shift();
    return list.items.shift();
  }),
  unshift: changing((list, { given }) => {
    list.items.unshift(...given.map((argument) => argument.value));
    list.spans.unshift(...given.map((argument) => argument.span));
    return ownLength(list);
  }),
  splice: changing(certain(splice)),
  fill: changing(fill),
  reverse: changing((list) => {
    list.items.reverse();
    list.spans.reverse();
    return list;
  }),
  sort: changing(certain((list, call) => reorder(list, sorted(list, call)))),
};

/** `list.<name>(...)` */
export function listMethod(name: string): NativeFunction | undefined {
  if (!Object.hasOwn(methods, name)) return undefined;
  return (call) => (call.self instanceof List ? methods[name](call.self, call) : unknownResult(call));
}

/** `Array.from(source, map)` */
export const arrayFrom: NativeFunction = (call) => {
  const { e, args } = call;
  const source = args[0];
  let items: List | Unknown;
  if (source !== null && typeof source === 'object' && 'properties' in source && !source.collection) {
    items = emptyList(call, source.get('length'));
  } else {
    items = iterate(e, source);
  }
  if (items instanceof Unknown) return items.derive();
  if (args.length < 2) return e.list(items.items, items.spans);
  return map(items, { ...call, args: args.slice(1), given: call.given.slice(1) });
};

/** `Array(n)` and `Array(a, b, c)` */
export const makeArray: NativeFunction = (call) => {
  const { e, args, given } = call;
  if (args.length === 1 && (typeof args[0] === 'number' || args[0] instanceof Unknown)) return emptyList(call, args[0]);
  return e.list(args, given.map((argument) => argument.span)); // prettier-ignore
};

function emptyList({ e, site }: NativeCall, length: Value): List | Unknown {
  if (length instanceof Unknown) return length.derive();
  const count = Number(length);
  if (!Number.isInteger(count) || count < 0 || count > largestList) return new Unknown(site.text, site.span);
  e.step(count >> 3);
  return e.list(new Array<Value>(count).fill(undefined));
}
