import { bytesOfBase64 } from './bytes.ts';
import { plainOf } from './json.ts';
import type { JsonNode } from './json.ts';

/** A number that JSON may write as a text, as protocol buffers do with those of 64 bits. */
export function numberOf(node: JsonNode | undefined): number | undefined {
  if (node?.kind !== 'scalar') return undefined;
  const value = typeof node.value === 'string' && node.value.trim() !== '' ? Number(node.value) : node.value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
}

/** A text that may be written in base64 or as a list of character codes. */
export function wordOf(node: JsonNode | undefined): string | undefined {
  if (node?.kind === 'list' || node?.kind === 'numbers') {
    const codes = plainOf(node) as unknown[];
    return codes.every((code) => typeof code === 'number') ? String.fromCharCode(...codes.slice(0, 200)) : undefined;
  }
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  if (node.value.length % 4 !== 0 || node.value.length > 400) return node.value;
  const bytes = bytesOfBase64(node.value);
  const isText = bytes?.every((byte) => byte >= 0x20 && byte < 0x7f) ?? false;
  return bytes && isText ? String.fromCharCode(...bytes) : node.value;
}
