import { bytesOf, Dictionary, isPrimitive, List, sizeOf } from '../../evaluation/values.ts';
import type { Value } from '../../evaluation/values.ts';
import { unknownResult } from './native.ts';
import type { NativeCall, NativeFunction } from './native.ts';

/** Objects in objects; one may hold itself. */
const MAX_DEPTH = 50;

/** A copy that shares nothing with the original; what is not known stays so. */
export const structuredCopy: NativeFunction = (call) => copied(call, call.args[0], 0);

function copied(call: NativeCall, value: Value, depth: number): Value {
  const { e } = call;
  e.step();
  if (depth > MAX_DEPTH) return unknownResult(call);
  if (value instanceof List && !value.doubt) {
    return e.list(
      value.items.map((item) => copied(call, item, depth + 1)),
      value.spans,
    );
  }
  if (!(value instanceof Dictionary) || value.doubt || value.collection || value.classOf) return value;
  const copy = e.dictionary(value.span);
  for (const [key, property] of value.properties) {
    e.meter.hold(bytesOf.property);
    copy.properties.set(key, { ...property, value: copied(call, property.value, depth + 1) });
  }
  return copy;
}

export const parseData: NativeFunction = (call) => {
  const [text] = call.args;
  // What stands for the text while it is parsed is several times as large.
  if (typeof text === 'string') call.e.meter.hold(8 * text.length);
  const data = typeof text === 'string' ? parsed(text) : undefined;
  return data === undefined ? unknownResult(call) : valueOf(call, data, 0);
};

/** Undefined if it is not JSON, which has no such value. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function valueOf(call: NativeCall, data: unknown, depth: number): Value {
  const { e } = call;
  e.step();
  if (depth > MAX_DEPTH) return unknownResult(call);
  if (Array.isArray(data)) return e.list(data.map((item) => valueOf(call, item, depth + 1)));
  if (typeof data !== 'object' || data === null) return data as Value;
  const object = e.dictionary();
  for (const [key, item] of Object.entries(data)) {
    e.meter.hold(bytesOf.property);
    object.properties.set(key, { value: valueOf(call, item, depth + 1), span: undefined, keySpan: undefined });
  }
  return object;
}

export const writeData: NativeFunction = (call) => {
  const data = dataOf(call, call.args[0], 0);
  return call.args.length > 1 || data === unwritable ? unknownResult(call) : JSON.stringify(data);
};

const unwritable = Symbol('not known, or no data');

function dataOf(call: NativeCall, value: Value, depth: number): unknown {
  call.e.step();
  // A text that stands in many places is written in each.
  call.e.meter.hold(sizeOf(value));
  if (isPrimitive(value)) return value;
  if (depth > MAX_DEPTH) return unwritable;
  if (value instanceof List && !value.doubt) {
    const items = value.items.map((item) => dataOf(call, item, depth + 1));
    return items.includes(unwritable) ? unwritable : items;
  }
  if (!(value instanceof Dictionary) || value.doubt || value.collection || value.classOf) return unwritable;
  const entries = [...value.properties].map(([key, { value: held }]) => [key, dataOf(call, held, depth + 1)]);
  return entries.some(([, data]) => data === unwritable) ? unwritable : Object.fromEntries(entries);
}
