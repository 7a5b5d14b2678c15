/**
 * Checks at run time of what arrives from outside: messages at both ends, and the state VS Code kept, which may have
 * been written by another version of the panel.
 */
export type Guard<T> = (value: unknown) => value is T;

export const isString: Guard<string> = (value) => typeof value === 'string';
export const isBoolean: Guard<boolean> = (value) => typeof value === 'boolean';
export const isNumber: Guard<number> = (value): value is number => typeof value === 'number' && Number.isFinite(value);
export const isNatural: Guard<number> = (value): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

export function nullOr<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value);
}

export function listOf<T>(guard: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every((item) => guard(item));
}

export function oneOf<T extends string>(...values: readonly T[]): Guard<T> {
  return (value): value is T => values.some((allowed) => allowed === value);
}

export function between(least: number, most: number): Guard<number> {
  return (value): value is number => isNumber(value) && value >= least && value <= most;
}

/** The compiler holds this to have a guard for every property of `T`. */
export function shape<T extends object>(guards: { readonly [K in keyof T]-?: Guard<T[K]> }): Guard<T> {
  const entries = Object.entries<Guard<unknown>>(guards);
  return (value): value is T =>
    typeof value === 'object' &&
    value !== null &&
    entries.every(([key, guard]) => guard((value as Record<string, unknown>)[key]));
}

/** One of several objects, distinguished by the value of one property. */
export function taggedBy<Key extends string>(key: Key) {
  return <M extends { readonly [K in Key]: string }>(guards: {
    readonly [T in M[Key]]: Guard<Extract<M, { readonly [K in Key]: T }>>;
  }): Guard<M> => {
    const byTag = new Map(Object.entries<Guard<unknown>>(guards));
    return (value): value is M => {
      if (typeof value !== 'object' || value === null) return false;
      const tag = (value as Record<string, unknown>)[key];
      return typeof tag === 'string' && byTag.get(tag)?.(value) === true;
    };
  };
}

/** One of several messages, distinguished by their `type`. */
export const tagged = taggedBy('type');
