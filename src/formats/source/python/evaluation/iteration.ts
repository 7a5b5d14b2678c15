import { bytesOf, Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from './evaluator.ts';
import { Dict, Instance, List, Range, sizeOf, Tuple } from './values.ts';
import type { Value } from './values.ts';
import { childrenOf, isContainer, moduleKind } from '../../library/torch/modules.ts';

/** Longer ones are not followed item by item. */
export const MAX_ITEMS = 20_000;

export interface Items {
  readonly items: readonly Value[];
  /** Some may be missing or superfluous. */
  readonly doubt: Unknown | undefined;
}

/** The items that a loop sees. */
export function itemsOf(e: Evaluator, value: Value): Items {
  e.meter.read(sizeOf(value));
  if (value instanceof List || value instanceof Tuple) return value;
  if (value instanceof Dict) return { items: [...value.entries.values()].map(([key]) => key), doubt: value.doubt };
  if (value instanceof Range) return rangeItems(e, value);
  if (typeof value === 'string' && value.length <= MAX_ITEMS) {
    e.meter.hold(value.length * bytesOf.item);
    return { items: [...value], doubt: undefined };
  }
  if (value instanceof Instance && isContainer(value)) {
    const children = childrenOf(e, value);
    const items =
      moduleKind(value) === 'ModuleDict' ? children.map(([name]) => name) : children.map(([, child]) => child);
    return { items, doubt: value.doubt };
  }
  const doubt = value instanceof Unknown ? value : new Unknown('what is iterated', undefined, true);
  return { items: [], doubt };
}

function rangeItems(e: Evaluator, range: Range): Items {
  const count = Math.min(range.length, MAX_ITEMS);
  e.meter.hold(count * bytesOf.item);
  const items = Array.from({ length: count }, (_none, i) => range.start + i * range.step);
  return { items, doubt: range.length > MAX_ITEMS ? new Unknown('a very long range', undefined, true) : undefined };
}

/** Adds the items of `value` at the end of a list. */
export function extendList(e: Evaluator, list: List, value: Value): void {
  const { items, doubt } = itemsOf(e, value);
  e.journal.touch(list);
  e.meter.hold(items.length * bytesOf.item);
  for (const item of [...items]) list.items.push(item);
  if (doubt && items.length === 0) list.items.push(doubt.derive());
  list.doubt ??= doubt;
}
