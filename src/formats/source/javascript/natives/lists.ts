import { fork } from '../../evaluation/branches.ts';
import { atTheEnd } from '../../evaluation/forget.ts';
import type { Evaluation } from '../../evaluation/evaluation.ts';
import { iterate, MAX_LIST_LENGTH, spreadInto } from '../../evaluation/iteration.ts';
import { concatenate, truth } from '../operators.ts';
import { bytesOf, isPrimitive, List, Unknown } from '../../evaluation/values.ts';
import type { Value } from '../../evaluation/values.ts';
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
  // Items that are added meanwhile are not visited.
  const { length } = list.items;
  for (let i = 0; i < Math.min(length, list.items.length); i++) {
    const item = list.items[i];
    if (list.doubt && item instanceof Unknown) {
      fork(call.e, list.doubt, call.site.scope.frame, [() => body(item, i) as undefined, () => undefined]);
    } else {
      body(item, i);
    }
  }
}

function map(list: List, call: NativeCall): List {
  const items: Value[] = [];
  const spans: List['spans'] = [];
  eachItem(list, call, (item, i) => {
    items.push(callback(call, item, i, list));
    spans.push(list.spans[i]);
  });
  const result = call.e.list(items, spans);
  result.doubt = list.doubt;
  return result;
}

function filter(list: List, call: NativeCall): List {
  const result = call.e.list([]);
  call.e.meter.hold(list.items.length * bytesOf.item);
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

function push(e: Evaluation, list: List, given: NativeCall['given']): Value {
  e.meter.hold(given.length * bytesOf.item);
  for (const { value, span } of given) {
    if (list.items.length >= MAX_LIST_LENGTH) {
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
  const length = list.items.length;
  const start = place(range[0], length);
  const end = call.args.length < 2 ? length : Math.min(length, start + Math.max(0, Math.trunc(range[1] ?? 0)));
  const taken = call.e.list(list.items.slice(start, end), list.spans.slice(start, end));
  replace(list, start, end, call);
  return taken;
}

/** An index as JavaScript takes it: from the end where it is negative. */
function place(index: number, length: number): number {
  const whole = Math.trunc(index) || 0;
  return whole < 0 ? Math.max(0, length + whole) : Math.min(whole, length);
}

/** Puts the arguments after the first two, or all of them for `unshift`, in the place of a part of the list. */
function replace(list: List, start: number, end: number, { e, given, site }: NativeCall, skipped = 2): void {
  const added = given.slice(skipped);
  e.meter.hold((list.items.length + added.length) * bytesOf.item);
  const put = <Item>(old: readonly Item[], middle: readonly Item[]) => [
    ...old.slice(0, start),
    ...middle,
    ...old.slice(end),
  ];
  const { items, spans } = list;
  list.items = put(
    items,
    added.map((argument) => argument.value),
  ).slice(0, MAX_LIST_LENGTH);
  list.spans = put(
    spans,
    added.map((argument) => argument.span),
  ).slice(0, MAX_LIST_LENGTH);
  if (items.length - (end - start) + added.length > MAX_LIST_LENGTH)
    list.doubt ??= new Unknown('a very long list', site.span);
}

function concat(list: List, { e, given }: NativeCall): List {
  const result = e.list(list.items, list.spans);
  result.doubt = list.doubt;
  for (const { value, span } of given) {
    if (value instanceof List || value instanceof Unknown) spreadInto(e, result, value);
    else push(e, result, [{ value, span }]);
  }
  return result;
}

function flat(list: List, e: Evaluation, depth: number): List {
  const result = e.list([]);
  flatInto(result, list, e, depth);
  return result;
}

function flatInto(target: List, list: List, e: Evaluation, depth: number): void {
  target.doubt ??= list.doubt;
  list.items.forEach((item, i) => {
    e.step();
    if (item instanceof List && depth > 1) flatInto(target, item, e, depth - 1);
    else if (item instanceof List && depth > 0) spreadInto(e, target, item);
    else push(e, target, [{ value: item, span: list.spans[i] }]);
  });
}

function fill(list: List, { args }: NativeCall): Value {
  const [value, start = 0, end = list.items.length] = args;
  if (typeof start === 'number' && typeof end === 'number') list.items.fill(value, start, end);
  return list;
}

/** The order of a list's items, as places in it. */
function sortedPlaces(list: List, call: NativeCall): number[] {
  const { items } = list;
  const places = items.map((_item, i) => i);
  if (call.args.length > 0) {
    return places.sort((a, b) => {
      const order = callback(call, items[a], items[b]);
      return typeof order === 'number' && !Number.isNaN(order) ? order : 0;
    });
  }
  const texts = items.map((item) => (isPrimitive(item) ? String(item) : ''));
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  // Each item is compared about log2(n) times.
  call.e.meter.read((characters + items.length * bytesOf.item) * Math.log2(items.length + 1));
  return places.sort((a, b) => {
    if (!isPrimitive(items[a]) || !isPrimitive(items[b])) return 0;
    return texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : 0;
  });
}

function reorder(list: List, places: readonly number[]): List {
  const { items, spans } = list;
  list.items = places.map((from) => items[from]);
  list.spans = places.map((from) => spans[from]);
  return list;
}

function reversed(list: List, e: Evaluation): List {
  const copy = e.list(list.items, list.spans);
  copy.items.reverse();
  copy.spans.reverse();
  return copy;
}

function join(items: readonly Value[], separator: Value): Value {
  let text: Value = '';
  for (let i = 0; i < items.length && typeof text === 'string'; i++) {
    text = concatenate(i > 0 ? [text, separator, items[i]] : [text, items[i]]);
  }
  return text;
}

/** Counts the work of comparing each item with a text. */
function comparing(body: (list: List, sought: Value) => Value): ListFunction {
  return certain((list, { e, args }) => {
    const [sought] = args;
    if (typeof sought === 'string') e.meter.read(list.items.length * sought.length);
    return body(list, sought);
  });
}

const methods: Readonly<Record<string, ListFunction>> = {
  map,
  forEach: (list, call) => void eachItem(list, call, (item, i) => void callback(call, item, i, list)),
  filter,
  then: (list, { e, args, site }) => e.call(args[0], undefined, [{ value: list, span: undefined }], site),
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
  includes: comparing((list, sought) => list.items.includes(sought)),
  indexOf: comparing((list, sought) => list.items.indexOf(sought)),
  at: certain((list, call) => (typeof call.args[0] === 'number' ? list.items.at(call.args[0]) : unknownResult(call))),
  join: certain((list, { args }) => join(list.items, args.length > 0 ? args[0] : ',')),
  slice: certain(slice),
  concat,
  keys: certain((list, { e }) => e.list(list.items.map((_item, i) => i))),
  values: (list) => list,
  entries: certain((list, { e }) => e.list(list.items.map((item, i) => e.list([i, item], [undefined, list.spans[i]])))),
  toReversed: certain((list, { e }) => reversed(list, e)),
  toSorted: certain((list, call) => reorder(call.e.list(list.items, list.spans), sortedPlaces(list, call))),
  push: (list, { e, given }) => {
    e.journal.touch(list, atTheEnd);
    return push(e, list, given);
  },
  pop: changing((list) => {
    list.spans.pop();
    return list.items.pop();
  }),
  shift: changing((list) => {
    list.spans.shift();
    return list.items.shift();
  }),
  unshift: changing((list, call) => {
    replace(list, 0, 0, call, 0);
    return ownLength(list);
  }),
  splice: changing(certain(splice)),
  fill: changing(fill),
  reverse: changing((list) => {
    list.items.reverse();
    list.spans.reverse();
    return list;
  }),
  sort: changing(certain((list, call) => reorder(list, sortedPlaces(list, call)))),
};

export const listMethods = Object.keys(methods);

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
  return e.list(
    args,
    given.map((argument) => argument.span),
  );
};

function emptyList({ e, site }: NativeCall, length: Value): List | Unknown {
  if (length instanceof Unknown) return length.derive();
  const count = Number(length);
  if (!Number.isInteger(count) || count < 0 || count > MAX_LIST_LENGTH) return new Unknown(site.text, site.span);
  e.meter.hold(count * bytesOf.item);
  return e.list(new Array<Value>(count).fill(undefined));
}
