import type { Span } from '../../../network/definition.ts';
import type { Written } from './journal.ts';
import { Scope } from './scope.ts';
import { Dictionary, List, Unknown } from './values.ts';
import type { Mutable } from './values.ts';

/** Written to a list as its key where items are added at its end, and those before stay. */
export const atTheEnd = 'at the end';

/**
 * What was written to by a part of the source that was not followed to its end is not known from then on; `cause` is
 * what that depends on. Lists in `spared` are looked after by others.
 */
export function forget(written: Written, cause: Unknown, span: Span | undefined, spared: ReadonlySet<Mutable>): void {
  for (const [holder, keys] of written) {
    if (spared.has(holder)) continue;
    if (holder instanceof Scope) forgetVariables(holder, keys, span);
    else if (holder instanceof List) forgetItems(holder, keys, cause);
    else if (holder instanceof Dictionary) forgetProperties(holder, keys, cause);
  }
}

type Keys = ReadonlySet<string | undefined>;

function forgetVariables(scope: Scope, keys: Keys, span: Span | undefined): void {
  for (const name of keys) if (name !== undefined) scope.set(name, new Unknown(name, span));
}

function forgetItems(list: List, keys: Keys, cause: Unknown): void {
  const lengthChanged = [...keys].some((key) => key === undefined || key === atTheEnd);
  if (keys.has(undefined)) {
    list.items = [];
    list.spans = [];
  }
  for (const key of keys) if (key !== undefined && key !== atTheEnd) list.items[Number(key)] = cause;
  if (!lengthChanged) return;
  // There may be more of them.
  list.items.push(cause);
  list.spans.push(cause.span);
  list.doubt ??= cause;
}

function forgetProperties(object: Dictionary, keys: Keys, cause: Unknown): void {
  for (const key of keys) {
    if (key === undefined) object.doubt ??= cause;
    else object.properties.set(key, { value: cause, span: undefined, keySpan: undefined });
  }
}
