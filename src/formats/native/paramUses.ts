import type { Span } from '../../network/definition.ts';
import { itemsOf, member } from '../json/json.ts';
import type { JsonNode } from '../json/json.ts';
import { isExpression } from './layer.ts';

export interface ParamUse {
  readonly span: Span;
  readonly name: string;
}

/** Words of the language of expressions, which cannot be the name of a param. */
const reserved = new Set([
  'mod',
  'to',
  'in',
  'and',
  'xor',
  'or',
  'not',
  'true',
  'false',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  'end',
]);
const name = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/**
 * Matches numbers (so that the `e` of an exponent is not read as a name) and names, with a bracket after those of
 * functions.
 */
const token = /\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|([\p{L}_$][\p{L}\p{N}_$]*)(\s*\()?/gu;

export function isParamName(text: string): boolean {
  return name.test(text) && !reserved.has(text);
}

/** Where the expressions of a native file name its params. */
export function paramUses(text: string, root: JsonNode | undefined): ParamUse[] {
  const uses: ParamUse[] = [];
  const visit = (node: JsonNode | undefined): void => {
    if (node?.kind === 'list') node.items.forEach(visit);
    else if (node?.kind === 'object') node.entries.forEach(({ value }) => visit(value));
    else if (node?.kind === 'scalar' && typeof node.value === 'string')
      for (const use of usesIn(text, node)) uses.push(use);
  };
  for (const field of ['params', 'input', 'init']) visit(member(root, field));
  for (const layer of itemsOf(member(root, 'layers'))) {
    if (layer.kind !== 'object') continue;
    for (const entry of layer.entries) if (isExpression(layer, entry)) visit(entry.value);
  }
  return uses;
}

function usesIn(text: string, { start, end }: Span): ParamUse[] {
  const written = text.slice(start + 1, end - 1);
  // Where characters are escaped, places in the value are not places in the text.
  if (text[start] !== '"' || written.includes('\\')) return [];
  return [...written.matchAll(token)].flatMap(({ 1: found, 2: call, index }) => {
    if (found === undefined || call !== undefined || reserved.has(found)) return [];
    const from = start + 1 + index;
    return [{ name: found, span: { start: from, end: from + found.length } }];
  });
}
