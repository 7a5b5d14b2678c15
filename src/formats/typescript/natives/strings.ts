import { unknownResult, allPrimitive } from './native.ts';
import type { NativeFunction } from './native.ts';
import { isPrimitive } from '../values.ts';
import type { Value } from '../values.ts';

const longest = 10_000;

type TextFunction = (text: string, ...args: never[]) => string | number | boolean | undefined | string[];

/** Methods whose arguments are primitive and whose result is not longer than the text. */
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
  split: (text, separator: string) => text.split(separator),
  replace: (text, what: string, by: string) => text.replace(what, () => String(by)),
  replaceAll: (text, what: string, by: string) => text.replaceAll(what, () => String(by)),
  padStart: (text, length: number, by?: string) => text.padStart(Math.min(length, longest), by),
  padEnd: (text, length: number, by?: string) => text.padEnd(Math.min(length, longest), by),
  repeat: (text, count: number) => (count >= 0 && text.length * count <= longest ? text.repeat(count) : undefined),
  concat: (text: string, ...parts: never[]) => text.concat(...parts).slice(0, longest),
  toString: (text: string) => text,
};

/** `text.<name>(...)` */
export function stringMethod(name: string): NativeFunction | undefined {
  if (!Object.hasOwn(methods, name)) return undefined;
  return (call) => {
    const { e, self, args } = call;
    if (typeof self !== 'string' || !allPrimitive(args)) return unknownResult(call);
    const result = methods[name](self, ...(args as never[]));
    if (Array.isArray(result)) return e.list(result.slice(0, longest));
    return result === undefined && name === 'repeat' ? unknownResult(call) : result;
  };
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
