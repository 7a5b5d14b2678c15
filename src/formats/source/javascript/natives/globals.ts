import type { Span } from '../../../../network/definition.ts';
import type { Evaluation } from '../../evaluation/evaluation.ts';
import { copyProperties } from '../../evaluation/iteration.ts';
import type { Scope } from '../../evaluation/scope.ts';
import { bytesOf, Dictionary, isPrimitive, Library, List, Native, Unknown } from '../../evaluation/values.ts';
import type { Value } from '../../evaluation/values.ts';
import { collectionMethod, collectionMethods } from './collections.ts';
import { parseData, structuredCopy, writeData } from './data.ts';
import { arrayFrom, listMethod, listMethods, makeArray } from './lists.ts';
import { allPrimitive, unknownResult } from './native.ts';
import type { NativeCall, NativeFunction } from './native.ts';
import { numberMethod, stringMethod, stringMethods } from './strings.ts';

const namespaces = new Set([
  'Math',
  'Object',
  'Array',
  'Number',
  'String',
  'Boolean',
  'Map',
  'Set',
  'Promise',
  'parseInt',
  'parseFloat',
  'isNaN',
  'isFinite',
  'structuredClone',
  'JSON',
]);

const globalObjects = new Set(['globalThis', 'window', 'self', 'global']);

/** What a name means that the source does not declare. */
export function globalValue(e: Evaluation, name: string, scope: Scope, span: Span | undefined): Value {
  if (name === 'undefined') return undefined;
  if (name === 'NaN') return NaN;
  if (name === 'Infinity') return Infinity;
  if (name === 'convnetjs') return new Library([], 'convnetjs');
  if (name === 'arguments') return e.list(scope.frame.args);
  if (globalObjects.has(name)) return new Native('globalThis', undefined);
  if (namespaces.has(name)) return new Native(name, undefined);
  // What the command line or the environment may give need not be given.
  return new Unknown(name, span, false, name === 'process');
}

/** `Math.PI`, `Object.keys`, `window.tf` */
export function namespaceMember(namespace: Native, key: string): Value {
  if (namespace.thisValue !== undefined) return new Unknown(`${namespace.name}.${key}`, undefined);
  if (namespace.name === 'globalThis') return key === 'tf' ? new Library([]) : new Unknown(key, undefined);
  const constants: Readonly<Record<string, object>> = { Math, Number };
  const owner = Object.hasOwn(constants, namespace.name) ? constants[namespace.name] : undefined;
  const value: unknown = owner && Object.hasOwn(owner, key) ? Reflect.get(owner, key) : undefined;
  return typeof value === 'number' ? value : new Native(`${namespace.name}.${key}`, undefined);
}

const mathFunctions: Readonly<Record<string, (...values: number[]) => number>> = {
  abs: Math.abs,
  cbrt: Math.cbrt,
  ceil: Math.ceil,
  exp: Math.exp,
  floor: Math.floor,
  hypot: Math.hypot,
  log: Math.log,
  log10: Math.log10,
  log2: Math.log2,
  max: Math.max,
  min: Math.min,
  pow: Math.pow,
  round: Math.round,
  sign: Math.sign,
  sqrt: Math.sqrt,
  trunc: Math.trunc,
};

const onPrimitives = (body: (...values: (number | string | boolean | null | undefined)[]) => Value): NativeFunction => {
  return (call) => (allPrimitive(call.args) ? body(...call.args) : unknownResult(call));
};

/** Numbers read from text: what was not given stays so, for the default that follows. */
const reading = (body: (value: string, radix?: number) => number): NativeFunction => {
  return (call) => {
    const [value, radix] = call.args;
    if (value instanceof Unknown && value.mayBeAbsent) return value;
    if (!isPrimitive(value)) return unknownResult(call);
    return body(String(value), typeof radix === 'number' ? radix : undefined);
  };
};

const toNumber: NativeFunction = (call) => {
  const [value] = call.args;
  if (value instanceof Unknown && value.mayBeAbsent) return value;
  return isPrimitive(value) ? Number(value) : unknownResult(call);
};

const onObject = (body: (object: Dictionary, call: NativeCall) => Value): NativeFunction => {
  return (call) => {
    const object = call.args[0];
    return object instanceof Dictionary && !object.doubt ? body(object, call) : unknownResult(call);
  };
};

function assign(call: NativeCall): Value {
  const target = call.args[0];
  if (!(target instanceof Dictionary)) return target;
  for (const source of call.args.slice(1)) {
    if (source instanceof Unknown && !source.mayBeAbsent) {
      call.e.journal.touch(target);
      target.doubt ??= source.derive();
    }
    if (!(source instanceof Dictionary)) continue;
    for (const key of source.properties.keys()) call.e.journal.touch(target, key);
    target.doubt ??= source.doubt;
    copyProperties(call.e, target, source);
  }
  return target;
}

const functions: Readonly<Record<string, NativeFunction>> = {
  Array: makeArray,
  'Array.from': arrayFrom,
  'Array.of': ({ e, args }) => e.list(args),
  'Array.isArray': (call) => (call.args[0] instanceof Unknown ? unknownResult(call) : call.args[0] instanceof List),
  'Object.keys': onObject((object, { e }) => e.list([...object.properties.keys()])),
  'Object.values': onObject((object, { e }) => {
    const properties = [...object.properties.values()];
    return e.list(
      properties.map((property) => property.value),
      properties.map((property) => property.span),
    );
  }),
  'Object.entries': onObject((object, { e }) => {
    return e.list([...object.properties].map(([key, { value, span }]) => e.list([key, value], [undefined, span])));
  }),
  'Object.fromEntries': (call) => {
    const [entries] = call.args;
    if (!(entries instanceof List) || entries.doubt) return unknownResult(call);
    const object = call.e.dictionary(call.site.span);
    call.e.meter.hold(entries.items.length * bytesOf.property);
    for (const entry of entries.items) {
      if (!(entry instanceof List) || !isPrimitive(entry.items[0])) return unknownResult(call);
      object.properties.set(String(entry.items[0]), {
        value: entry.items[1],
        span: entry.spans[1],
        keySpan: undefined,
      });
    }
    return object;
  },
  'Object.assign': assign,
  'Object.freeze': ({ args }) => args[0],
  'Object.seal': ({ args }) => args[0],
  'Object.hasOwnProperty': ({ self, args }) =>
    self instanceof Dictionary && typeof args[0] === 'string' && self.properties.has(args[0]),
  'Object.then': (call) => call.e.call(call.args[0], undefined, [{ value: call.self, span: undefined }], call.site),
  'Promise.resolve': ({ args }) => args[0],
  'Promise.all': ({ args }) => args[0],
  structuredClone: structuredCopy,
  'JSON.parse': parseData,
  'JSON.stringify': writeData,
  Number: toNumber,
  parseInt: reading((value, radix) => Number.parseInt(value, radix)),
  parseFloat: reading((value) => Number.parseFloat(value)),
  'Number.parseInt': reading((value, radix) => Number.parseInt(value, radix)),
  'Number.parseFloat': reading((value) => Number.parseFloat(value)),
  'Number.isInteger': onPrimitives((value) => Number.isInteger(value)),
  'Number.isFinite': onPrimitives((value) => Number.isFinite(value)),
  'Number.isNaN': onPrimitives((value) => Number.isNaN(value)),
  isNaN: onPrimitives((value) => Number.isNaN(Number(value))),
  isFinite: onPrimitives((value) => Number.isFinite(Number(value))),
  String: onPrimitives((value) => String(value)),
  Boolean: onPrimitives((value) => Boolean(value)),
};

function mathFunction(name: string): NativeFunction | undefined {
  if (!Object.hasOwn(mathFunctions, name)) return undefined;
  return onPrimitives((...values) => mathFunctions[name](...values.map(Number)));
}

/** Every function of the language's library that is followed, by its name. */
export function nativeNames(): string[] {
  const of = (owner: string, names: readonly string[]) => names.map((name) => `${owner}.${name}`);
  return [
    ...Object.keys(functions),
    ...of('Math', Object.keys(mathFunctions)),
    ...of('Array', listMethods),
    ...of('String', stringMethods),
    ...of('Map', collectionMethods),
    ...of('Set', collectionMethods),
  ];
}

/** The function of the language's library with this name; undefined for what is not followed (`Math.random`). */
export function nativeFunction(name: string): NativeFunction | undefined {
  if (Object.hasOwn(functions, name)) return functions[name];
  const [owner, method] = name.split('.', 2);
  switch (owner) {
    case 'Math':
      return mathFunction(method);
    case 'Array':
      return listMethod(method);
    case 'String':
      return stringMethod(method);
    case 'Number':
      return numberMethod(method);
    case 'Map':
    case 'Set':
      return collectionMethod(method);
    default:
      return undefined;
  }
}
