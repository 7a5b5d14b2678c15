import { bytesOf, Unknown } from '../../evaluation/values.ts';
import { makeParser } from './argparse.ts';
import { makeDict } from './builtins.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { itemsOf, MAX_ITEMS } from '../evaluation/iteration.ts';
import { makeNamedTuple } from './namedTuples.ts';
import { operate } from './operators.ts';
import { Dict, Float, Instance, List, numeric, Partial, SetValue, Tuple } from '../evaluation/values.ts';
import type { Argument, Site, Value } from '../evaluation/values.ts';
import { copyModule } from '../../library/torch/containers.ts';

interface Call {
  readonly e: Evaluator;
  readonly args: readonly Value[];
  readonly given: readonly Argument[];
  readonly site: Site;
}

type Body = (call: Call) => Value;

/** A function of Python's standard library, or of NumPy on numbers; undefined for others. */
export function callStandard(e: Evaluator, path: string, given: readonly Argument[], site: Site): Value {
  const name = path.replace(/^numpy\./, 'math.');
  if (!Object.hasOwn(bodies, name)) return undefined;
  const args = given.filter((argument) => argument.name === undefined).map(({ value }) => value);
  return bodies[name]({ e, args, given, site });
}

const rounding =
  (compute: (value: number) => number): Body =>
  ({ args, site }) => {
    const number = numeric(args[0]);
    const result = number === undefined ? NaN : compute(number);
    return Number.isSafeInteger(result) ? result || 0 : unknown(args[0], site);
  };

const real =
  (compute: (...values: number[]) => number): Body =>
  ({ args, site }) => {
    const numbers = args.map(numeric);
    const result = numbers.every((number) => number !== undefined) ? compute(...numbers) : NaN;
    return Number.isNaN(result) ? unknown(args[0], site) : new Float(result);
  };

function unknown(cause: Value, site: Site): Unknown {
  return cause instanceof Unknown ? cause.derive() : new Unknown(site.text, site.span, true);
}

function greatestDivisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y > 0) [x, y] = [y, x % y];
  return x;
}

function product({ e, args, site }: Call): Value {
  const { items, doubt } = itemsOf(e, args[0]);
  if (doubt) return doubt.derive();
  return items.reduce((total, item) => operate(e, '*', total, item, site), 1);
}

function chain({ e, args }: Call): Value {
  const parts = args.map((value) => itemsOf(e, value));
  return e.list(
    parts.flatMap(({ items }) => items),
    parts.find(({ doubt }) => doubt)?.doubt,
  );
}

function allPairs({ e, args, given }: Call): Value {
  const times = given.find(({ name }) => name === 'repeat')?.value;
  const sources = Array.from({ length: typeof times === 'number' ? Math.min(times, 8) : 1 }).flatMap(() =>
    args.map((value) => itemsOf(e, value).items),
  );
  let rows: Value[][] = [[]];
  for (const items of sources) {
    const count = rows.length * items.length;
    if (count > MAX_ITEMS) return new Unknown('a very long list', undefined, true);
    e.meter.hold(count * sources.length * bytesOf.item);
    rows = rows.flatMap((row) => items.map((item) => [...row, item]));
  }
  return e.list(rows.map((row) => e.tuple(row)));
}

function pairwise({ e, args }: Call): Value {
  const { items, doubt } = itemsOf(e, args[0]);
  return e.list(
    items.slice(1).map((item, i) => e.tuple([items[i], item])),
    doubt,
  );
}

function accumulate({ e, args, site }: Call): Value {
  const { items, doubt } = itemsOf(e, args[0]);
  let total: Value;
  const sums = items.map((item) => (total = total === undefined ? item : operate(e, '+', total, item, site)));
  return e.list(sums, doubt);
}

function reduce({ e, args, site }: Call): Value {
  const [callee, source, start] = args;
  const { items, doubt } = itemsOf(e, source);
  if (doubt) return doubt.derive();
  const call = (a: Value, b: Value) =>
    e.call(
      callee,
      [a, b].map((value) => ({ name: undefined, value, span: undefined })),
      site,
    );
  const all = start === undefined ? items : [start, ...items];
  return all.slice(1).reduce<Value>((total, item) => call(total, item), all[0]);
}

/** A copy whose parts are copies as well: another set of weights for a module. */
function deepCopy(e: Evaluator, value: Value): Value {
  // What stands in several places of the original is one thing in the copy, too.
  const copies = new Map<Value, Value>();
  const copied = (item: Value, depth: number): Value => {
    e.step();
    const done = copies.get(item);
    if (done !== undefined || depth > 60) return done ?? item;
    const copy = copyOf(e, item, (part) => copied(part, depth + 1));
    if (copy !== item) copies.set(item, copy);
    return copy;
  };
  return copied(value, 0);
}

function copyOf(e: Evaluator, value: Value, inner: (item: Value) => Value): Value {
  if (value instanceof List) return e.list(value.items.map(inner), value.doubt);
  if (value instanceof Tuple) return e.tuple(value.items.map(inner), value.doubt);
  if (value instanceof Instance) return copyModule(e, value, inner);
  if (!(value instanceof Dict) || value instanceof SetValue) return value;
  const copy = e.dict([...value.entries.values()].map(([key, item]) => [key, inner(item)] as const));
  copy.doubt = value.doubt;
  return copy;
}

const binary =
  (operator: string): Body =>
  ({ e, args, site }) =>
    operate(e, operator, args[0], args[1], site);

const bodies: Readonly<Record<string, Body>> = {
  'math.ceil': rounding(Math.ceil),
  'math.floor': rounding(Math.floor),
  'math.trunc': rounding(Math.trunc),
  'math.isqrt': rounding((value) => Math.floor(Math.sqrt(value))),
  'math.gcd': ({ args, site }) => {
    const [a, b] = args.map(numeric);
    return a === undefined || b === undefined ? unknown(args[0], site) : greatestDivisor(a, b);
  },
  'math.sqrt': real(Math.sqrt),
  'math.exp': real(Math.exp),
  'math.log': real((value, base) => (base === undefined ? Math.log(value) : Math.log(value) / Math.log(base))),
  'math.log2': real(Math.log2),
  'math.log10': real(Math.log10),
  'math.pow': real((a, b) => a ** b),
  'math.fabs': real(Math.abs),
  'math.prod': product,
  'functools.partial': ({ args: [callee], given }) => new Partial(callee, given.slice(1)),
  'functools.reduce': reduce,
  'functools.wraps': ({ site }) => new Unknown(site.text, site.span, true),
  'collections.OrderedDict': ({ e, given, site }) => makeDict(e, given, site),
  'collections.namedtuple': ({ e, given, site }) => makeNamedTuple(e, given, site),
  'collections.defaultdict': ({ e }) => e.dict(),
  'itertools.chain': chain,
  'itertools.chain.from_iterable': (call) => chain({ ...call, args: itemsOf(call.e, call.args[0]).items }),
  'itertools.product': allPairs,
  'itertools.pairwise': pairwise,
  'itertools.accumulate': accumulate,
  'itertools.repeat': ({ e, args, site }) => {
    const [item, times] = args;
    if (typeof times !== 'number' || times > MAX_ITEMS) return unknown(times, site);
    e.meter.hold(Math.max(times, 0) * bytesOf.item);
    return e.list(Array<Value>(Math.max(times, 0)).fill(item));
  },
  'argparse.ArgumentParser': ({ e, site }) => makeParser(e, site),
  'copy.deepcopy': ({ e, args }) => deepCopy(e, args[0]),
  'copy.copy': ({ e, args: [value] }) => (value instanceof List ? e.list(value.items, value.doubt) : value),
  'operator.mul': binary('*'),
  'operator.add': binary('+'),
  'operator.sub': binary('-'),
  'dataclasses.field': ({ e, given, site }) => {
    const make = given.find(({ name }) => name === 'default_factory')?.value;
    const fallback = given.find(({ name }) => name === 'default')?.value;
    return make === undefined ? fallback : e.call(make, [], site);
  },
  'typing.cast': ({ args }) => args[1],
  'os.environ.get': ({ site }) => new Unknown(site.text, site.span, true),
  'math.isinf': ({ args, site }) => {
    const number = numeric(args[0]);
    return number === undefined ? unknown(args[0], site) : Math.abs(number) === Infinity;
  },
};
