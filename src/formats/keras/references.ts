import type { JsonNode } from '../json.ts';

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
  const visit = (part: JsonNode | undefined): void => {
    if (part?.kind === 'list') {
      const reference = referenceOf(part.items);
      if (reference) found.push(reference);
      for (const item of reference ? part.items.slice(3) : part.items) visit(item);
    } else if (part?.kind === 'object') {
      for (const entry of part.entries) visit(entry.value);
    }
  };
  visit(node);
  return found;
}

function referenceOf(items: readonly JsonNode[]): Reference | undefined {
  const [layer, node, tensor] = items.slice(0, 3).map((item) => (item.kind === 'scalar' ? item.value : undefined));
  if (typeof layer !== 'string' || !isIndex(node) || !isIndex(tensor)) return undefined;
  return { layer, node, tensor };
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
