import type { JsonNode } from '../json/json.ts';

/** One tensor that a layer reads: the output `tensor` of the `node`-th use of a layer. */
export interface Reference {
  readonly layer: string;
  readonly node: number;
  readonly tensor: number;
}

/**
 * Every tensor named in this part of a file, in order: `["name", 0, 0]` with or without a fourth entry, nested lists
 * of these, and the `keras_history` of Keras 3. Keyword arguments that are tensors come last, as they are written.
 */
export function referencesIn(node: JsonNode | undefined): Reference[] {
  const found: Reference[] = [];
  if (node) collect(node, found);
  return found;
}

function collect(part: JsonNode, found: Reference[]): void {
  if (part.kind === 'list') {
    const reference = referenceOf(part.items);
    if (reference) found.push(reference);
    for (let i = reference ? 3 : 0; i < part.items.length; i++) collect(part.items[i], found);
  } else if (part.kind === 'object') {
    for (const entry of part.entries) collect(entry.value, found);
  }
}

function referenceOf(items: readonly JsonNode[]): Reference | undefined {
  if (items.length < 3) return undefined;
  const [layer, node, tensor] = [valueOf(items[0]), valueOf(items[1]), valueOf(items[2])];
  if (typeof layer !== 'string' || !isIndex(node) || !isIndex(tensor)) return undefined;
  return { layer, node, tensor };
}

function valueOf(node: JsonNode): unknown {
  return node.kind === 'scalar' ? node.value : undefined;
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

/**
 * What each use of a layer reads, from its `inbound_nodes`: a list with one element a use, itself a list of tensors
 * (versions 1 and 2), a single tensor, or the arguments of the call (version 3).
 */
export function inboundReferences(node: JsonNode | undefined): Reference[][] {
  if (node?.kind !== 'list') return [];
  return referenceOf(node.items) ? [referencesIn(node)] : node.items.map(referencesIn);
}
