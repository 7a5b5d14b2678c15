import { bytesOf, TensorValue, Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { formatPercent } from './formatting.ts';
import { copyEntries } from './collections.ts';
import {
  BatchSize,
  ClassValue,
  Dict,
  Float,
  FunctionValue,
  Instance,
  isDefinition,
  keyOf,
  Library,
  List,
  numeric,
  Range,
  Tuple,
} from '../evaluation/values.ts';
import type { Site, Value } from '../evaluation/values.ts';
import { isTensorLike } from '../../library/torch/tensor.ts';
import { isSketched, sketchedSum } from '../../library/keras/sketch.ts';
import { operateTensors } from '../../library/torch/tensorCalls.ts';

const MAX_STRING = 100_000;
const MAX_ITEMS = 20_000;

const methods: Readonly<Record<string, string>> = {
  '+': '__add__',
  '-': '__sub__',
  '*': '__mul__',
  '/': '__truediv__',
  '//': '__floordiv__',
  '%': '__mod__',
  '@': '__matmul__',
};

/** A number, or undefined where it is not one that is kept. */
function whole(value: number): number | undefined {
  return Number.isSafeInteger(value) ? value : undefined;
}

export function operate(e: Evaluator, operator: string, left: Value, right: Value, site: Site): Value {
  if (isTensorLike(left) || isTensorLike(right)) return operateTensors(e, operator, left, right, site);
  if (isSketched(left) && isSketched(right) && operator === '+')
    return sketchedSum(left, right) ?? new Unknown(site.text, site.span, true);
  if (left instanceof TensorValue || right instanceof TensorValue)
    return e.keras.operate(e, operator, left, right, site);
  if (left instanceof Unknown) return left.derive();
  if (right instanceof Unknown) return right.derive();
  if (left instanceof BatchSize || right instanceof BatchSize)
    return new Unknown('the size of the batch', undefined, true);
  const [a, b] = [numeric(left), numeric(right)];
  const unknown = () => new Unknown(site.text, site.span, true);
  if (a !== undefined && b !== undefined) {
    const isFloat = left instanceof Float || right instanceof Float || operator === '/' || (operator === '**' && b < 0);
    const result = arithmetic(operator, a, b);
    if (result === undefined || Number.isNaN(result)) return unknown();
    return isFloat ? new Float(result) : (whole(result) ?? unknown());
  }
  return combined(e, operator, left, right, site) ?? overloaded(e, operator, left, right, site) ?? unknown();
}

function arithmetic(operator: string, a: number, b: number): number | undefined {
  const isDivision = operator === '/' || operator === '//' || operator === '%';
  if (isDivision && b === 0) return undefined;
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '//':
      return Math.floor(a / b);
    case '%':
      return a - b * Math.floor(a / b);
    case '**':
      return a ** b;
    case '<<':
      return b < 0 || b > 60 ? undefined : a * 2 ** b;
    case '>>':
      return b < 0 ? undefined : Math.floor(a / 2 ** b);
    case '&':
    case '|':
    case '^':
      return bitwise(operator, a, b);
    default:
      return undefined;
  }
}

function bitwise(operator: '&' | '|' | '^', a: number, b: number): number | undefined {
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b)) return undefined;
  const [x, y] = [BigInt(a), BigInt(b)];
  return Number(operator === '&' ? x & y : operator === '|' ? x | y : x ^ y);
}

/** Operators of strings, lists, tuples and dictionaries. */
function combined(e: Evaluator, operator: string, left: Value, right: Value, site: Site): Value {
  const unknown = () => new Unknown(site.text, site.span, true);
  if (typeof left === 'string') {
    if (operator === '%') return formatPercent(left, right) ?? unknown();
    if (operator === '+' && typeof right === 'string') {
      if (left.length + right.length > MAX_STRING) return unknown();
      e.meter.hold(left.length + right.length);
      return left + right;
    }
  }
  if (operator === '*') {
    const count = numeric(right);
    if (typeof left === 'string' && typeof right === 'number') return repeatedText(e, left, right, unknown);
    if ((left instanceof List || left instanceof Tuple) && count !== undefined)
      return repeated(e, left, count, unknown);
    if (right instanceof List || right instanceof Tuple || typeof right === 'string')
      return typeof left === 'number' ? combined(e, operator, right, left, site) : undefined;
  }
  if (operator === '+' && left instanceof List && right instanceof List)
    return e.list([...left.items, ...right.items], left.doubt ?? right.doubt);
  if (operator === '+' && left instanceof Tuple && right instanceof Tuple)
    return e.tuple([...left.items, ...right.items], left.doubt ?? right.doubt);
  if (operator === '|' && left instanceof Dict && right instanceof Dict) {
    const joined = e.dict();
    copyEntries(e, joined, left);
    copyEntries(e, joined, right);
    return joined;
  }
  return undefined;
}

function repeatedText(e: Evaluator, text: string, count: number, unknown: () => Unknown): Value {
  if (text.length * count > MAX_STRING) return unknown();
  e.meter.hold(Math.max(0, text.length * count));
  return text.repeat(Math.max(0, count));
}

function repeated(e: Evaluator, source: List | Tuple, count: number, unknown: () => Unknown): Value {
  const total = source.items.length * Math.max(0, count);
  if (total > MAX_ITEMS || !Number.isInteger(count)) return unknown();
  e.meter.hold(total * bytesOf.item);
  const items = Array.from({ length: total }, (_none, i) => source.items[i % source.items.length]);
  return source instanceof List ? e.list(items, source.doubt) : e.tuple(items, source.doubt);
}

/** An operator that a class of the source defines. */
function overloaded(e: Evaluator, operator: string, left: Value, right: Value, site: Site): Value {
  if (!Object.hasOwn(methods, operator) || !(left instanceof Instance)) return undefined;
  const method = left.cls?.lineage.map(({ attributes }) => attributes.get(methods[operator])).find(Boolean);
  if (!(method instanceof FunctionValue)) return undefined;
  return e.call(
    method,
    [left, right].map((value) => ({ name: undefined, value, span: undefined })),
    site,
  );
}

export function unary(e: Evaluator, operator: string, value: Value, site: Site): Value {
  if (operator === 'not') {
    const known = truth(value);
    return known === undefined ? new Unknown(site.text, site.span, true) : !known;
  }
  if (isTensorLike(value)) return operator === '-' ? operateTensors(e, '*', value, -1, site) : value;
  const number = numeric(value);
  if (number === undefined) return value instanceof Unknown ? value.derive() : new Unknown(site.text, site.span, true);
  const result = operator === '-' ? -number || 0 : operator === '~' ? -number - 1 : number;
  return value instanceof Float ? new Float(operator === '-' ? -number : result) : result;
}

/** Whether a value counts as true; undefined if that is not known. */
export function truth(value: Value): boolean | undefined {
  if (value === null || value === undefined) return false;
  const number = numeric(value);
  if (number !== undefined) return number !== 0;
  if (typeof value === 'string') return value !== '';
  if (value instanceof Unknown || value instanceof TensorValue || isTensorLike(value)) return undefined;
  if (value instanceof List || value instanceof Tuple) return value.doubt ? undefined : value.items.length > 0;
  if (value instanceof Dict) return value.doubt ? undefined : value.entries.size > 0;
  if (value instanceof Range) return value.length > 0;
  return value instanceof Library && !isDefinition(value) ? undefined : true;
}

/** A comparison's result; undefined if it is not known. */
export function compare(operator: string, left: Value, right: Value): boolean | undefined {
  switch (operator) {
    case '==':
      return equal(left, right);
    case '!=':
    case '<>':
      return negated(equal(left, right));
    case 'is':
      return identical(left, right);
    case 'is not':
      return negated(identical(left, right));
    case 'in':
      return contains(right, left);
    case 'not in':
      return negated(contains(right, left));
    default:
      return ordered(operator, left, right);
  }
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function ordered(operator: string, left: Value, right: Value): boolean | undefined {
  const order = orderOf(left, right);
  if (order === undefined) return undefined;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

/** Items that one comparison looks at, those of lists within lists included. */
const MAX_COMPARED = 2000;

/** Negative, zero or positive; undefined for values that are not ordered. */
export function orderOf(left: Value, right: Value, room = { left: MAX_COMPARED }): number | undefined {
  const [a, b] = [numeric(left), numeric(right)];
  if (a !== undefined && b !== undefined) return a - b;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : Number(left > right);
  const isSequence = (value: Value) => value instanceof Tuple || value instanceof List;
  if (!isSequence(left) || !isSequence(right)) return undefined;
  const [first, second] = [(left as List).items, (right as List).items];
  for (let i = 0; i < Math.min(first.length, second.length); i++) {
    if (room.left-- <= 0) return undefined;
    const order = orderOf(first[i], second[i], room);
    if (order !== 0) return order;
  }
  return first.length - second.length;
}

/** Something of a library that may be any value. */
function isOpen(value: Value): boolean {
  return value instanceof Library && !isDefinition(value);
}

function identical(left: Value, right: Value): boolean | undefined {
  if (left instanceof Unknown || right instanceof Unknown) {
    // What somebody made is not None, even if nothing else is known of it.
    return undefined;
  }
  if (left instanceof Library && right instanceof Library && left.path === right.path) return true;
  if (isOpen(left) || isOpen(right)) return undefined;
  return left === right || (left === undefined && right === null);
}

export function equal(left: Value, right: Value, room = { left: MAX_COMPARED }): boolean | undefined {
  if (left instanceof Unknown || right instanceof Unknown) return undefined;
  if (isTensorLike(left) || isTensorLike(right)) return left === null || right === null ? false : undefined;
  const [a, b] = [numeric(left), numeric(right)];
  if (a !== undefined && b !== undefined) return a === b;
  const both = (kind: typeof List | typeof Tuple) => left instanceof kind && right instanceof kind;
  if (both(List) || both(Tuple)) {
    const [first, second] = [(left as List).items, (right as List).items];
    if (first.length !== second.length) return false;
    let known: boolean | undefined = true;
    for (let i = 0; i < first.length; i++) {
      if (room.left-- <= 0) return undefined;
      const same = equal(first[i], second[i], room);
      if (same === false) return false;
      if (same === undefined) known = undefined;
    }
    return known;
  }
  // All inputs of one forward pass have one batch.
  if (left instanceof BatchSize && right instanceof BatchSize) return true;
  if (left instanceof BatchSize || right instanceof BatchSize) return undefined;
  if (left instanceof Library && right instanceof Library && left.path === right.path) return true;
  if (isOpen(left) || isOpen(right)) return undefined;
  if (left instanceof Dict && right instanceof Dict) return left === right ? true : undefined;
  if (left instanceof ClassValue || right instanceof ClassValue) return left === right;
  return left === right;
}

function contains(container: Value, item: Value): boolean | undefined {
  if (container instanceof Unknown || item instanceof Unknown) return undefined;
  if (typeof container === 'string' && typeof item === 'string') return container.includes(item);
  if (container instanceof Dict) return container.entries.has(keyOf(item)) || (container.doubt ? undefined : false);
  if (container instanceof Range)
    return (
      typeof item === 'number' &&
      container.length > 0 &&
      (item - container.start) % container.step === 0 &&
      (item - container.start) / container.step < container.length &&
      (item - container.start) / container.step >= 0
    );
  if (container instanceof Instance) return (typeof item === 'string' && container.attributes.has(item)) || undefined;
  if (!(container instanceof List || container instanceof Tuple)) return undefined;
  let known: boolean | undefined = container.doubt ? undefined : false;
  for (const candidate of container.items.slice(0, MAX_ITEMS)) {
    const same = equal(candidate, item);
    if (same === true) return true;
    if (same === undefined) known = undefined;
  }
  return known;
}
