import { WeightsError } from '../weights/weightsFile.ts';
import type { Archive } from '../weights/zip.ts';

/** A part of JSON that may be anything. */
export type Json = unknown;

/** Longer graphs are those of language models, which are not analyzed. */
const MAX_JSON_BYTES = 2 ** 23;
/** Programs nest a dozen deep, and have a few numbers that are not finite. */
const [MAX_DEPTH, MAX_NOT_FINITE] = [100, 10_000];

/** JSON as Python writes it, which may hold numbers that are not finite. Throws a `WeightsError` where it is none. */
export function jsonIn(archive: Archive, name: string): Json {
  if (archive.sizeOf(name) > MAX_JSON_BYTES)
    throw new WeightsError(`${archive.name} has a graph that is longer than that of any model that is analyzed.`);
  const text = quoted(new TextDecoder().decode(archive.file(name)));
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new WeightsError(`${archive.name} is damaged: ${name} is not JSON.`);
  }
}

const code = (character: string) => character.charCodeAt(0);
const [quote, escape, n, i, minus] = [code('"'), code('\\'), code('N'), code('I'), code('-')];
const opening = new Set([code('['), code('{')]);
const closing = new Set([code(']'), code('}')]);

/** The text with numbers that JSON has no word for between quotes; null where it is not a program in any case. */
function quoted(text: string): string | null {
  const parts: string[] = [];
  let [depth, done, isText] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === quote) isText = !isText;
    else if (isText) at += character === escape ? 1 : 0;
    else if (opening.has(character)) depth++;
    else if (closing.has(character)) depth--;
    else if (character === n || character === i) {
      const start = text.charCodeAt(at - 1) === minus ? at - 1 : at;
      const end = at + (character === n ? 'NaN' : 'Infinity').length;
      parts.push(text.slice(done, start), '"', text.slice(start, end), '"');
      done = end;
      at = end - 1;
    }
    if (depth > MAX_DEPTH || parts.length > 4 * MAX_NOT_FINITE) return null;
  }
  return parts.join('') + text.slice(done);
}

/** The value of a key; undefined where there is none. */
export function valueAt(json: Json, ...keys: readonly string[]): Json {
  let found = json;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Readonly<Record<string, Json>>)[key];
  }
  return found;
}

export function itemsOf(json: Json): readonly Json[] {
  return Array.isArray(json) ? json : [];
}

export function entriesOf(json: Json): readonly (readonly [key: string, value: Json])[] {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? Object.entries(json) : [];
}

export function textOf(json: Json): string | undefined {
  return typeof json === 'string' ? json : undefined;
}

/** A number, also one that JSON has no word for. */
export function numberOf(json: Json): number | undefined {
  if (typeof json === 'number') return json;
  return json === 'Infinity' || json === '-Infinity' || json === 'NaN' ? Number(json) : undefined;
}

/** The only entry of an object, which says by its key what the value is. */
export function unionOf(json: Json): readonly [kind: string, value: Json] | undefined {
  const entries = entriesOf(json).filter(([, value]) => value !== null);
  return entries.length === 1 ? entries[0] : undefined;
}
