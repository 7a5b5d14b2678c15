import { bytesOf, Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { copyEntries, makeSet } from './collections.ts';
import { textOf } from './formatting.ts';
import { isInstance } from '../evaluation/instances.ts';
import { itemsOf } from '../evaluation/iteration.ts';
import { compare, operate, orderOf, truth } from './operators.ts';
import {
  BatchSize,
  ClassValue,
  Dict,
  Float,
  FunctionValue,
  Instance,
  Library,
  List,
  numeric,
  orElse,
  Property,
  Range,
  sizeOf,
  Tuple,
} from '../evaluation/values.ts';
import type { Argument, Site, Value } from '../evaluation/values.ts';
import { childrenOf, isContainer } from '../../library/torch/modules.ts';
import { absoluteTensor } from '../../library/torch/tensorCalls.ts';

const names = new Set(
  `abs all any bool callable classmethod dict divmod enumerate filter float frozenset getattr hasattr id int isinstance
  issubclass iter len list map max min next object open pow print property range repr reversed round set setattr slice
  sorted staticmethod str sum tuple type vars zip globals locals input hash Exception ValueError NotImplementedError
  RuntimeError TypeError KeyError AssertionError ImportError ModuleNotFoundError NotImplemented StopIteration`.split(
    /\s+/,
  ),
);

/** A built-in function or class by its name. */
export function builtin(name: string): Library | undefined {
  return names.has(name) ? new Library(`builtins.${name}`) : undefined;
}

interface Call {
  readonly e: Evaluator;
  /** Without names. */
  readonly args: readonly Value[];
  readonly named: (name: string) => Value;
  readonly site: Site;
}

type Body = (call: Call) => Value;

export function callBuiltin(e: Evaluator, name: string, args: readonly Argument[], site: Site): Value {
  if (!Object.hasOwn(bodies, name)) return undefined;
  const open = args.find(({ name: given }) => given === '*' || given === '**');
  if (open && name !== 'dict') return new Unknown(site.text, site.span, true);
  const positional = args.filter((argument) => argument.name === undefined).map(({ value }) => value);
  const named = (wanted: string) => args.find((argument) => argument.name === wanted)?.value;
  e.meter.read(args.length * bytesOf.item);
  if (name === 'dict') return makeDict(e, args, site);
  return bodies[name]({ e, args: positional, named, site });
}

function unknown({ site }: Call, cause?: Value): Unknown {
  return cause instanceof Unknown ? cause.derive() : new Unknown(site.text, site.span, true);
}

/** A list of what the function makes of each item of the arguments. */
function listed(call: Call, value: Value, make: (items: readonly Value[]) => readonly Value[]): Value {
  const { items, doubt } = itemsOf(call.e, value);
  return call.e.list(make(items), doubt);
}

function range({ e, args, site }: Call): Value {
  const [a = 0, b, step = 1] = args.map((value) => (typeof value === 'number' ? value : NaN));
  const [from, to] = args.length > 1 ? [a, b] : [0, a];
  if ([from, to, step].some(Number.isNaN) || step === 0)
    return args.find((value) => value instanceof Unknown)?.derive() ?? new Unknown(site.text, site.span, true);
  e.step();
  return new Range(from, to, step);
}

function length(call: Call): Value {
  const [value] = call.args;
  if (typeof value === 'string') return value.length;
  if (value instanceof Range) return value.length;
  if (value instanceof Dict) return value.doubt ? unknown(call, value.doubt) : value.entries.size;
  if (value instanceof List || value instanceof Tuple)
    return value.doubt ? unknown(call, value.doubt) : value.items.length;
  if (value instanceof Instance && isContainer(value))
    return value.doubt ? unknown(call, value.doubt) : childrenOf(call.e, value).length;
  if (value instanceof Instance) {
    const method = call.e.get(value, '__len__', call.site);
    if (!(method instanceof Unknown)) return call.e.call(method, [], call.site);
  }
  return unknown(call, value);
}

function zip(call: Call): Value {
  const { e, args } = call;
  const sources = args.map((value) => itemsOf(e, value));
  const count = Math.min(...sources.map(({ items, doubt }) => (doubt && items.length === 0 ? Infinity : items.length)));
  if (!Number.isFinite(count)) return e.list([], sources.find(({ doubt }) => doubt)?.doubt);
  e.meter.hold(count * args.length * bytesOf.item);
  const rows = Array.from({ length: count }, (_none, i) =>
    e.tuple(sources.map(({ items, doubt }) => items[i] ?? doubt)),
  );
  return e.list(rows, sources.find(({ doubt }) => doubt)?.doubt);
}

function enumerate(call: Call): Value {
  const { e, args, named } = call;
  const start = numeric(args[1] ?? named('start')) ?? 0;
  return listed(call, args[0], (items) => items.map((item, i) => e.tuple([start + i, item])));
}

function map(call: Call): Value {
  const { e, args, site } = call;
  const [callee, ...sources] = args;
  const rows = sources.map((source) => itemsOf(e, source));
  const count = Math.min(...rows.map(({ items }) => items.length));
  const items: Value[] = [];
  for (let i = 0; i < count; i++) {
    const given = rows.map((row) => ({ name: undefined, value: row.items[i], span: undefined }));
    items.push(e.call(callee, given, site));
  }
  return e.list(items, rows.find(({ doubt }) => doubt)?.doubt);
}

function filter(call: Call): Value {
  const { e, args, site } = call;
  const [callee, source] = args;
  const { items, doubt } = itemsOf(e, source);
  let open = doubt;
  const kept = items.filter((item) => {
    const value = callee === null ? item : e.call(callee, [{ name: undefined, value: item, span: undefined }], site);
    const known = truth(value);
    if (known === undefined) open ??= unknown(call, value);
    return known === true;
  });
  return e.list(kept, open);
}

function sorted(call: Call): Value {
  const { e, args, named, site } = call;
  const key = named('key');
  const { items, doubt } = itemsOf(e, args[0]);
  const keys = new Map(
    items.map((item, i) => [i, key ? e.call(key, [{ name: undefined, value: item, span: undefined }], site) : item]),
  );
  let failed = false;
  e.step(items.length);
  const order = items
    .map((_item, i) => i)
    .sort((i, j) => {
      const result = orderOf(keys.get(i), keys.get(j));
      failed ||= result === undefined;
      return result ?? 0;
    });
  if (failed) return unknown(call);
  if (truth(named('reverse'))) order.reverse();
  return e.list(
    order.map((i) => items[i]),
    doubt,
  );
}

const extreme =
  (operator: '>' | '<'): Body =>
  (call) => {
    const { e, args, named } = call;
    const { items, doubt } = args.length === 1 ? itemsOf(e, args[0]) : { items: args, doubt: undefined };
    if (doubt || named('key') !== undefined) return unknown(call, doubt);
    if (items.length === 0) return orElse(named('default'), () => unknown(call));
    let best = items[0];
    for (const item of items.slice(1)) {
      const better = compare(operator, item, best);
      if (better === undefined) return unknown(call, item instanceof Unknown ? item : best);
      if (better) best = item;
    }
    return best;
  };

function sum(call: Call): Value {
  const { e, args, site } = call;
  const { items, doubt } = itemsOf(e, args[0]);
  if (doubt) return unknown(call, doubt);
  return items.reduce((total, item) => (total === 0 ? item : operate(e, '+', total, item, site)), args[1] ?? 0);
}

const quantified =
  (decisive: boolean): Body =>
  (call) => {
    const { items, doubt } = itemsOf(call.e, call.args[0]);
    const known = items.map(truth);
    if (known.includes(decisive)) return decisive;
    return doubt || known.includes(undefined) ? unknown(call, doubt) : !decisive;
  };

function toInt(call: Call): Value {
  const [value = 0] = call.args;
  if (value instanceof BatchSize) return value;
  const number = typeof value === 'string' && /^\s*[-+]?\d+\s*$/.test(value) ? Number(value) : numeric(value);
  if (number === undefined || !Number.isSafeInteger(Math.trunc(number))) return unknown(call, value);
  return Math.trunc(number) || 0;
}

function toFloat(call: Call): Value {
  const [value = 0] = call.args;
  if (typeof value === 'string' && /^\s*[-+]?inf(inity)?\s*$/i.test(value))
    return new Float(value.includes('-') ? -Infinity : Infinity);
  const number = typeof value === 'string' ? Number(value) : numeric(value);
  return number === undefined || Number.isNaN(number) ? unknown(call, value) : new Float(number);
}

/** To the nearest, and halves to the even one, as Python rounds. */
function round(call: Call): Value {
  const [value, digits] = call.args;
  const number = numeric(value);
  if (number === undefined) return unknown(call, value);
  if (typeof digits === 'number') return new Float(Number(number.toFixed(Math.min(Math.max(digits, 0), 20))));
  const floor = Math.floor(number);
  const rest = number - floor;
  return rest === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : rest < 0.5 ? floor : floor + 1;
}

function toDict(call: Call, args: readonly Argument[]): Value {
  const { e } = call;
  const dict = e.dict();
  const [source] = call.args;
  if (source instanceof Dict) copyEntries(e, dict, source);
  else if (source !== undefined) {
    const { items, doubt } = itemsOf(e, source);
    dict.doubt = doubt;
    e.meter.hold(items.length * bytesOf.property);
    for (const item of items) {
      const [key, value] = itemsOf(e, item).items;
      dict.set(key, value);
    }
  }
  for (const { name, value } of args) if (name !== undefined && !name.startsWith('*')) dict.set(name, value);
  return dict;
}

/** `dict(...)` and `OrderedDict(...)`, whose keys may be names of arguments. */
export function makeDict(e: Evaluator, args: readonly Argument[], site: Site): Value {
  const positional = args.filter(({ name }) => name === undefined).map(({ value }) => value);
  const dict = toDict({ e, args: positional, named: () => undefined, site }, args);
  const open = args.find(({ name }) => name === '**' || name === '*')?.value;
  if (dict instanceof Dict && open instanceof Unknown) dict.doubt ??= open;
  return dict;
}

function getattr(call: Call): Value {
  const { e, args, site } = call;
  const [object, name, fallback] = args;
  if (typeof name !== 'string') return unknown(call, name);
  const value = e.get(object, name, site.of(name));
  return value instanceof Unknown && fallback !== undefined && !(object instanceof Unknown) && !value.derived
    ? fallback
    : value;
}

function hasattr(call: Call): Value {
  const { e, args, site } = call;
  const [object, name] = args;
  if (typeof name !== 'string' || object instanceof Unknown) return unknown(call, object);
  const value = e.get(object, name, site);
  if (!(value instanceof Unknown)) return true;
  return object instanceof Instance && object.doubt ? unknown(call, object.doubt) : false;
}

function typeOf(call: Call): Value {
  const [value] = call.args;
  if (value instanceof Instance) return value.cls ?? new Library(value.library ?? 'builtins.object');
  if (typeof value === 'number') return new Library('builtins.int');
  if (typeof value === 'string') return new Library('builtins.str');
  if (value instanceof Float) return new Library('builtins.float');
  if (value instanceof List) return new Library('builtins.list');
  return value instanceof Tuple ? new Library('builtins.tuple') : unknown(call, value);
}

const bodies: Readonly<Record<string, Body>> = {
  range,
  len: length,
  zip,
  enumerate,
  map,
  filter,
  sorted,
  sum,
  round,
  reversed: (call) => listed(call, call.args[0], (items) => [...items].reverse()),
  list: (call) => (call.args.length === 0 ? call.e.list([]) : listed(call, call.args[0], (items) => items)),
  iter: (call) => listed(call, call.args[0], (items) => items),
  tuple: (call) => {
    const { items, doubt } = call.args.length === 0 ? call.e.list([]) : itemsOf(call.e, call.args[0]);
    return call.e.tuple(items, doubt);
  },
  set: (call) => {
    const { items, doubt } = call.args.length === 0 ? call.e.list([]) : itemsOf(call.e, call.args[0]);
    return makeSet(call.e, items, doubt);
  },
  frozenset: (call) => bodies.set(call),
  dict: (call) => toDict(call, []),
  max: extreme('>'),
  min: extreme('<'),
  any: quantified(true),
  all: quantified(false),
  int: toInt,
  float: toFloat,
  str: (call) => (call.args.length === 0 ? '' : (textOf(call.args[0]) ?? unknown(call, call.args[0]))),
  repr: (call) => (typeof call.args[0] === 'string' ? `'${call.args[0]}'` : (textOf(call.args[0]) ?? unknown(call))),
  bool: (call) => truth(call.args[0]) ?? unknown(call, call.args[0]),
  abs: (call) => {
    const [value] = call.args;
    const number = numeric(value);
    if (number === undefined) return absoluteTensor(call.e, value, call.site) ?? unknown(call, value);
    return value instanceof Float ? new Float(Math.abs(number)) : Math.abs(number);
  },
  pow: (call) => operate(call.e, '**', call.args[0], call.args[1], call.site),
  divmod: (call) =>
    call.e.tuple(['//', '%'].map((operator) => operate(call.e, operator, call.args[0], call.args[1], call.site))),
  isinstance: (call) => isInstance(call.args[0], call.args[1]) ?? unknown(call, call.args[0]),
  issubclass: (call) => {
    const [cls, type] = call.args;
    if (cls instanceof ClassValue && type instanceof ClassValue) return cls.lineage.includes(type);
    return cls instanceof ClassValue && type instanceof Library
      ? cls.libraryBases.some(({ path }) => path === type.path)
      : unknown(call, cls);
  },
  hasattr,
  getattr,
  setattr: ({ e, args }) => {
    if (typeof args[1] === 'string') e.set(args[0], args[1], args[2]);
    return null;
  },
  callable: (call) =>
    call.args[0] instanceof Unknown
      ? unknown(call, call.args[0])
      : typeof call.args[0] === 'object' && call.args[0] !== null,
  type: typeOf,
  print: () => null,
  next: (call) => {
    const [source, fallback] = call.args;
    // `iter(...)` and generators are lists of what is still to come.
    if (!(source instanceof List)) return unknown(call, source);
    call.e.journal.touch(source);
    call.e.meter.read(sizeOf(source));
    return orElse(source.items.shift(), () => orElse(source.doubt ?? fallback, () => unknown(call)));
  },
  vars: (call) => (call.args[0] instanceof Instance ? call.e.dict(call.args[0].attributes) : unknown(call)),
  globals: (call) => {
    const { root } = call.site.scope;
    return call.e.dict([...root.names].map((name) => [name, root.get(name)] as const));
  },
  property: (call) => (call.args[0] instanceof FunctionValue ? new Property(call.args[0]) : unknown(call)),
  object: (call) => new Instance(call.e.journal.next(), undefined, undefined, call.site),
  slice: (call) => unknown(call),
};
