import { bytesOf, Unknown } from '../../evaluation/values.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import type { Scope } from '../evaluation/scope.ts';
import { SetValue } from '../evaluation/values.ts';
import type { Dict, Value } from '../evaluation/values.ts';

/** What depends on a value that is not known. */
/** The unknown that follows from a value where it decides: the value itself, or what stands at the node. */
export function unknownFrom(
  e: Evaluator,
  value: Value,
  node: { readonly start: number; readonly end: number },
  scope: Scope,
): Unknown {
  return value instanceof Unknown ? value.derive() : e.unknown(node, scope, true);
}

export function makeSet(e: Evaluator, items: readonly Value[], doubt?: Unknown): SetValue {
  const set = new SetValue(e.journal.next());
  e.meter.hold(items.length * bytesOf.property);
  for (const item of items) set.set(item, item);
  set.doubt = doubt ?? items.find((item) => item instanceof Unknown);
  return set;
}

export function copyEntries(e: Evaluator, target: Dict, source: Dict): void {
  e.meter.hold(source.bytes);
  for (const [id, entry] of source.entries) target.entries.set(id, entry);
  target.doubt ??= source.doubt;
}
