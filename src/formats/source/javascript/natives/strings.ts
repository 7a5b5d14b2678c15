import { unknownResult, allPrimitive } from './native.ts';
import type { NativeCall, NativeFunction } from './native.ts';
import { isPrimitive, Unknown } from '../../evaluation/values.ts';
import type { Value } from '../../evaluation/values.ts';

/** Texts that are made are no longer than this. */
const MAX_STRING_LENGTH = 10_000;
const MAX_PARTS = 10_000;

type TextFunction = (text: string, ...args: never[]) => string | number | boolean | undefined | string[];

/** Methods whose arguments are primitive. */
const methods: Readonly<Record<string, TextFunction>> = {
  toUpperCase: (text) => text.toUpperCase(),
  toLowerCase: (text) => text.toLowerCase(),
  trim: (text) => text.trim(),
  includes: (text, part: string) => text.includes(part),
  startsWith: (text, part: string) => text.startsWith(part),
  endsWith: (text, part: string) => text.endsWith(part),
  indexOf: (text, part: string) => text.indexOf(part),
  slice: (text, start: number, end?: number) => text.slice(start, end),
  substring: (text, start: number, end?: number) => text.substring(start, end),
  charAt: (text, index: number) => text.charAt(index),
  at: (text, index: number) => text.at(index),
  split: (text, separator: string) => text.split(separator, MAX_PARTS + 1),
  replace: (text, what: string, by: string) => text.replace(what, () => String(by)),
  replaceAll: (text, what: string, by: string) => text.replaceAll(what, () => String(by)),
  padStart: (text, length: number, by?: string) => text.padStart(length, by),
  padEnd: (text, length: number, by?: string) => text.padEnd(length, by),
  repeat: (text, count: number) => text.repeat(count),
  concat: (text: string, ...parts: never[]) => text.concat(...parts),
  toString: (text: string) => text,
};

/** How long a text at most gets, for methods that make it longer; their arguments need not be what they should be. */
const lengths: Readonly<Record<string, (text: string, ...args: never[]) => number>> = {
  replace: (text, _what: string, by: string) => text.length + String(by).length,
  // There are no more matches than places.
  replaceAll: (text, what: string, by: string) => text.length + occurrences(text, String(what)) * String(by).length,
  padStart: (text, length: number) => Math.max(text.length, Number(length)),
  padEnd: (text, length: number) => Math.max(text.length, Number(length)),
  repeat: (text, count: number) => (Number(count) >= 0 ? text.length * Number(count) : NaN),
  concat: (text, ...parts: never[]) => parts.reduce((sum, part) => sum + String(part).length, text.length),
};

export const stringMethods = Object.keys(methods);

function occurrences(text: string, part: string): number {
  if (part === '') return text.length + 1;
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++;
  return count;
}

/** `text.<name>(...)` */
export function stringMethod(name: string): NativeFunction | undefined {
  if (!Object.hasOwn(methods, name)) return undefined;
  return (call) => {
    const { self, args } = call;
    if (typeof self !== 'string' || !allPrimitive(args)) return unknownResult(call);
    const given = args as never[];
    // A length that is NaN is not the length of any text.
    if (Object.hasOwn(lengths, name) && !(lengths[name](self, ...given) <= Math.max(MAX_STRING_LENGTH, self.length))) {
      return new Unknown('a very long string', call.site.span);
    }
    const result = methods[name](self, ...given);
    return Array.isArray(result) ? parts(result, call) : result;
  };
}

function parts(texts: readonly string[], { e, site }: NativeCall): Value {
  for (const text of texts) e.meter.hold(text.length);
  const list = e.list(texts.slice(0, MAX_PARTS));
  if (texts.length > MAX_PARTS) list.doubt = new Unknown('a very long list', site.span);
  return list;
}

/** `number.<name>(...)` */
export function numberMethod(name: string): NativeFunction | undefined {
  if (name !== 'toString' && name !== 'toFixed' && name !== 'valueOf') return undefined;
  return (call) => {
    const { self, args } = call;
    if (!isPrimitive(self)) return unknownResult(call);
    if (name === 'valueOf') return self;
    const digits: Value = args[0];
    if (name === 'toFixed')
      return Number(self).toFixed(typeof digits === 'number' && digits >= 0 && digits <= 20 ? digits : 0);
    return typeof self === 'number' && typeof digits === 'number' && digits >= 2 && digits <= 36
      ? self.toString(digits)
      : String(self);
  };
}
