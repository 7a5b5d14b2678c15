import { bytesOf, Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { copyEntries } from './collections.ts';
import { formatValue } from './formatting.ts';
import { extendList, itemsOf } from '../evaluation/iteration.ts';
import { equal, orderOf, truth } from './operators.ts';
import { deleteItem } from '../evaluation/subscripts.ts';
import { Dict, keyOf, List, numeric, orElse, sizeOf, Tuple } from '../evaluation/values.ts';
import type { Argument, Native, Site, Value } from '../evaluation/values.ts';

interface Call {
  readonly e: Evaluator;
  readonly args: readonly Value[];
  readonly given: readonly Argument[];
  readonly site: Site;
}

const MAX_STRING = 100_000;

export function hasMethod(kind: string, name: string): boolean {
  return Object.hasOwn(tables, kind) && Object.hasOwn(tables[kind], name);
}

/** Methods whose work does not grow with what they are called on. */
const cheap = new Set(['append', 'extend', 'get', 'setdefault', 'add', 'update']);

/** A method of a string, list, tuple, set or dictionary. */
export function callMethod(e: Evaluator, { name, self }: Native, given: readonly Argument[], site: Site): Value {
  if (name === 'object.__init__') return null;
  if (name === 'object.__setattr__' || name === 'object.__getattr__') return callAccess(e, name, self, given, site);
  const [kind, method] = name.split('.');
  const args = given.filter((argument) => argument.name === undefined).map(({ value }) => value);
  const body = hasMethod(kind, method) ? tables[kind][method] : undefined;
  if (!cheap.has(method)) e.meter.read(sizeOf(self));
  return body?.(self, { e, args, given, site });
}

/** `self.__setattr__('level1', module)`, `self.__getattr__('level1')` */
function callAccess(e: Evaluator, name: string, self: Value, given: readonly Argument[], site: Site): Value {
  const [key, value] = given.map((argument) => argument.value);
  if (typeof key !== 'string') return key instanceof Unknown ? key.derive() : new Unknown(site.text, site.span, true);
  if (name === 'object.__getattr__') return e.get(self, key, site);
  e.set(self, key, value);
  return null;
}

function unknown({ site }: Call, cause?: Value): Unknown {
  return cause instanceof Unknown ? cause.derive() : new Unknown(site.text, site.span, true);
}

type Method = (self: Value, call: Call) => Value;

const ofList =
  (body: (list: List, call: Call) => Value, key?: string): Method =>
  (self, call) => {
    if (!(self instanceof List)) return undefined;
    call.e.journal.touch(self, key);
    return body(self, call);
  };

const lists: Readonly<Record<string, Method>> = {
  append: ofList((list, { e, args }) => {
    e.meter.hold(bytesOf.item);
    list.items.push(args[0]);
    return null;
  }),
  extend: ofList((list, { e, args }) => {
    extendList(e, list, args[0]);
    return null;
  }),
  insert: ofList((list, { e, args }) => {
    const at = numeric(args[0]);
    e.meter.hold(bytesOf.item);
    if (at === undefined) list.doubt ??= new Unknown('an item', undefined, true);
    else list.items.splice(at < 0 ? Math.max(0, at + list.items.length) : at, 0, args[1]);
    return null;
  }),
  pop: ofList((list, call) => {
    const at = call.args.length === 0 ? -1 : numeric(call.args[0]);
    if (at === undefined) list.doubt ??= new Unknown('an item', undefined, true);
    const [item] = at === undefined ? [] : list.items.splice(at, 1);
    return orElse(item, () => unknown(call));
  }),
  remove: ofList((list, { args }) => {
    const at = list.items.findIndex((item) => equal(item, args[0]));
    if (at >= 0) list.items.splice(at, 1);
    return null;
  }),
  reverse: ofList((list) => {
    list.items.reverse();
    return null;
  }),
  clear: ofList((list) => {
    list.items = [];
    return null;
  }),
  sort: ofList((list, call) => {
    if (call.given.some(({ name }) => name === 'key')) list.doubt ??= unknown(call);
    call.e.step(list.items.length);
    list.items.sort((a, b) => orderOf(a, b) ?? 0);
    if (truth(call.given.find(({ name }) => name === 'reverse')?.value)) list.items.reverse();
    return null;
  }),
  copy: (self, { e }) => (self instanceof List ? e.list(self.items, self.doubt) : undefined),
  index: (self, call) => {
    const { items } = itemsOf(call.e, self);
    const at = items.findIndex((item) => equal(item, call.args[0]));
    return at < 0 ? unknown(call) : at;
  },
  count: (self, call) => {
    const { items, doubt } = itemsOf(call.e, self);
    return doubt ? unknown(call, doubt) : items.filter((item) => equal(item, call.args[0])).length;
  },
};

const ofDict =
  (body: (dict: Dict, call: Call) => Value, changes = false): Method =>
  (self, call) => {
    if (!(self instanceof Dict)) return undefined;
    if (changes) call.e.journal.touch(self);
    return body(self, call);
  };

function values(dict: Dict): readonly (readonly [Value, Value])[] {
  return [...dict.entries.values()];
}

const dicts: Readonly<Record<string, Method>> = {
  keys: ofDict((dict, { e }) =>
    e.list(
      values(dict).map(([key]) => key),
      dict.doubt,
    ),
  ),
  values: ofDict((dict, { e }) =>
    e.list(
      values(dict).map(([, value]) => value),
      dict.doubt,
    ),
  ),
  items: ofDict((dict, { e }) =>
    e.list(
      values(dict).map((pair) => e.tuple(pair)),
      dict.doubt,
    ),
  ),
  get: ofDict((dict, call) => {
    const [key, fallback = null] = call.args;
    if (key instanceof Unknown) return key.derive();
    return orElse(dict.get(key), () => (dict.doubt ? unknown(call, dict.doubt) : fallback));
  }),
  pop: ofDict((dict, call) => {
    const [key, fallback] = call.args;
    const found = dict.get(key);
    dict.entries.delete(keyOf(key));
    return orElse(found, () => (dict.doubt ? unknown(call, dict.doubt) : orElse(fallback, () => unknown(call))));
  }, true),
  setdefault: ofDict((dict, { e, args: [key, fallback = null] }) => {
    e.meter.hold(bytesOf.property);
    if (!dict.has(key)) dict.set(key, fallback);
    return dict.get(key);
  }, true),
  update: ofDict((dict, { e, args: [source], given }) => {
    if (source instanceof Dict) copyEntries(e, dict, source);
    else if (source instanceof Unknown) dict.doubt ??= source;
    e.meter.hold(given.length * bytesOf.property);
    for (const { name, value } of given) {
      if (name === '**') dict.doubt ??= value instanceof Unknown ? value : undefined;
      else if (name !== undefined) dict.set(name, value);
    }
    return null;
  }, true),
  copy: ofDict((dict, { e }) => {
    const copy = e.dict();
    copyEntries(e, copy, dict);
    return copy;
  }),
  clear: ofDict((dict) => {
    dict.entries.clear();
    return null;
  }, true),
  move_to_end: ofDict((dict, { e, args: [key] }) => {
    const value = dict.get(key);
    deleteItem(e, dict, key);
    if (value !== undefined) dict.set(key, value);
    return null;
  }, true),
};

const sets: Readonly<Record<string, Method>> = {
  add: ofDict((set, { e, args: [item] }) => {
    e.meter.hold(bytesOf.property);
    set.set(item, item);
    return null;
  }, true),
};

const ofText =
  (body: (text: string, call: Call) => Value): Method =>
  (self, call) =>
    typeof self === 'string' ? body(self, call) : undefined;

const plain =
  (change: (text: string) => string): Method =>
  (self) =>
    typeof self === 'string' ? change(self) : undefined;

const withText =
  (body: (text: string, other: string) => Value): Method =>
  (self, call) => {
    const [other] = call.args;
    return typeof self === 'string' && typeof other === 'string' ? body(self, other) : unknown(call, other);
  };

/** `'{} and {name}'.format(...)` */
function format(text: string, call: Call): Value {
  let next = 0;
  let failed: Value | undefined;
  const result = text.replace(
    /\{\{|\}\}|\{([^{}:!]*)(:[^{}]*)?\}/g,
    (all, field: string | undefined, spec?: string) => {
      if (field === undefined) return all.slice(1);
      const named = call.given.find(({ name }) => name === field)?.value;
      const value = field === '' ? call.args[next++] : (named ?? call.args[Number(field)]);
      const shown = formatValue(value, spec);
      if (shown === undefined) failed = value ?? unknown(call);
      return shown ?? '';
    },
  );
  call.e.meter.hold(result.length);
  return failed !== undefined || result.length > MAX_STRING ? unknown(call, failed) : result;
}

function replace(text: string, call: Call): Value {
  const [from, to] = call.args;
  if (typeof from !== 'string' || typeof to !== 'string') return unknown(call);
  // Each place may grow by the new text.
  if (text.length * (to.length + 1) > MAX_STRING * 10) return unknown(call);
  const result = text.replaceAll(from, () => to);
  call.e.meter.hold(result.length);
  return result.length > MAX_STRING ? unknown(call) : result;
}

const strings: Readonly<Record<string, Method>> = {
  format: ofText(format),
  replace: ofText(replace),
  lower: plain((text) => text.toLowerCase()),
  upper: plain((text) => text.toUpperCase()),
  strip: plain((text) => text.trim()),
  lstrip: plain((text) => text.trimStart()),
  rstrip: plain((text) => text.trimEnd()),
  capitalize: plain((text) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase()),
  title: plain((text) => text.replace(/[a-z]+/gi, (word) => word[0].toUpperCase() + word.slice(1).toLowerCase())),
  startswith: withText((text, other) => text.startsWith(other)),
  endswith: withText((text, other) => text.endsWith(other)),
  find: withText((text, other) => text.indexOf(other)),
  count: withText((text, other) => (other === '' ? text.length + 1 : text.split(other).length - 1)),
  removeprefix: withText((text, other) => (text.startsWith(other) ? text.slice(other.length) : text)),
  isdigit: ofText((text) => /^\d+$/.test(text)),
  isalpha: ofText((text) => /^\p{L}+$/u.test(text)),
  isupper: ofText((text) => text !== text.toLowerCase() && text === text.toUpperCase()),
  islower: ofText((text) => text !== text.toUpperCase() && text === text.toLowerCase()),
  split: ofText((text, { e, args: [separator] }) => {
    const parts = typeof separator === 'string' && separator !== '' ? text.split(separator) : text.trim().split(/\s+/);
    return e.list(text.trim() === '' && separator === undefined ? [] : parts);
  }),
  join: ofText((text, call) => {
    const { items, doubt } = itemsOf(call.e, call.args[0]);
    if (doubt || !items.every((item) => typeof item === 'string')) return unknown(call, doubt);
    const length = items.reduce((sum, item) => sum + item.length + text.length, 0);
    if (length > MAX_STRING) return unknown(call);
    call.e.meter.hold(length);
    return items.join(text);
  }),
};

const tables: Readonly<Record<string, Readonly<Record<string, Method>>>> = {
  list: lists,
  tuple: {
    index: lists.index,
    count: lists.count,
    _asdict: (self, call) =>
      self instanceof Tuple && self.names
        ? call.e.dict(self.names.map((name, i) => [name, self.items[i]] as const))
        : undefined,
    _replace: (self, { given }) =>
      self instanceof Tuple && self.names
        ? new Tuple(
            self.items.map((item, i) => given.find(({ name }) => name === self.names?.[i])?.value ?? item),
            self.doubt,
            self.names,
          )
        : undefined,
  },
  dict: dicts,
  set: { ...sets, copy: dicts.copy },
  str: strings,
};
