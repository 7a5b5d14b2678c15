/** A field of an object in a text: its name and where its value begins. */
export interface OutlineEntry {
  readonly key: string;
  readonly at: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;

/** What a character does to the nesting: 1 opens, 2 closes, 3 needs a look, 0 nothing. */
const role = new Uint8Array(128);
for (const opener of '[{') role[opener.charCodeAt(0)] = 1;
for (const closer of ']}') role[closer.charCodeAt(0)] = 2;
for (const other of '",/') role[other.charCodeAt(0)] = 3;

/**
 * The fields of the object that begins at `at`, by counting brackets alone: for telling formats apart, on whole or
 * half-written files, without building anything. Stops at the end of the object or of the text.
 */
export function* outline(text: string, at: number): Generator<OutlineEntry> {
  if (text[at] !== '{') return;
  for (at = contentFrom(text, at + 1); at < text.length;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      const colon = contentFrom(text, end);
      if (text[colon] !== ':') {
        at = colon;
        continue;
      }
      const value = contentFrom(text, colon + 1);
      yield { key: text.slice(at + 1, end - 1), at: value };
      at = endOfValue(text, value);
    } else if (role[code] === 2) return;
    else at = endOfValue(text, at);
    at = contentFrom(text, at);
    if (text[at] === ',') at = contentFrom(text, at + 1);
  }
}

/** The string that begins here, raw; undefined for anything else. */
export function stringAt(text: string, at: number): string | undefined {
  return text.charCodeAt(at) === QUOTE ? text.slice(at + 1, endOfString(text, at) - 1) : undefined;
}

/** The offset of the first character that is neither space nor comment. */
export function contentFrom(text: string, at: number): number {
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xfeff) continue;
    if (code !== 0x2f) return at;
    const next = text[at + 1];
    if (next !== '/' && next !== '*') return at;
    const end = next === '/' ? text.indexOf('\n', at) : text.indexOf('*/', at + 2);
    if (end < 0) return text.length;
    at = next === '/' ? end : end + 1;
  }
  return text.length;
}

/** Just after the closing quote; an unclosed string ends with its line. */
function endOfString(text: string, at: number): number {
  for (at++; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE || code === NEWLINE) return at + 1;
  }
  return text.length;
}

/** Just after the value that begins here; on a closing bracket that belongs further out, at it. */
export function endOfValue(text: string, at: number): number {
  let depth = 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const does = code < 128 ? role[code] : 0;
    if (does === 0) continue;
    if (does === 1) depth++;
    else if (does === 2) {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (code === QUOTE) {
      at = endOfString(text, at) - 1;
      if (depth === 0) return at + 1;
    } else if (code === SLASH) {
      at = Math.max(at, contentFrom(text, at) - 1);
    } else if (code === COMMA && depth === 0) return at;
  }
  return text.length;
}
