import type { LayerDefinition, Span } from '../../../network/definition.ts';
import type { DescribedNetwork } from './networks.ts';

export interface Placed {
  readonly network: DescribedNetwork;
  /** The call that makes the model. */
  readonly madeAt: Span;
}

/**
 * Leaves out what says nothing new: networks about which nothing is known, and those that one place in the source makes
 * once more, no different or with less known about them.
 */
export function distinct<Item extends Placed>(items: readonly Item[]): Item[] {
  const kept: Item[] = [];
  for (const item of items.filter(({ network }) => network.layers.some(isKnown))) {
    if (kept.some((other) => repeats(item, other))) continue;
    const covered = kept.findIndex((other) => repeats(other, item));
    if (covered >= 0) kept[covered] = item;
    else kept.push(item);
  }
  return kept;
}

function isKnown({ operation, type }: LayerDefinition): boolean {
  return operation.kind !== 'unknown' || !['unknown', 'input', 'limit'].includes(type);
}

/** Whether `less` is the same network as `more`, as far as it is known. */
function repeats(less: Placed, more: Placed): boolean {
  if (less.madeAt.start !== more.madeAt.start || less.madeAt.end !== more.madeAt.end) return false;
  const [a, b] = [less.network, more.network];
  if (a.inputs.length > b.inputs.length || JSON.stringify(a.outputs) !== JSON.stringify(b.outputs)) return false;
  const inputs = new Map(b.inputs.map(({ name, shape }) => [name, JSON.stringify(shape)]));
  if (a.inputs.some(({ name, shape }) => inputs.get(name) !== JSON.stringify(shape))) return false;
  const layers = new Map(b.layers.map((layer) => [layer.name, layer]));
  const layersMatch = a.layers.every((layer) => {
    const other = layers.get(layer.name);
    return other ? covers(layer, other) : layer.type === 'input' && inputs.has(layer.name);
  });
  return layersMatch && a.layers.length + a.inputs.length === b.layers.length + b.inputs.length;
}

function covers(less: LayerDefinition, more: LayerDefinition): boolean {
  const known = less.operation.kind !== 'unknown';
  const same = less.type === more.type && JSON.stringify(less.inputs) === JSON.stringify(more.inputs);
  if (!same) return false;
  if (!known) return true;
  return JSON.stringify([less.operation, less.activation]) === JSON.stringify([more.operation, more.activation]);
}
