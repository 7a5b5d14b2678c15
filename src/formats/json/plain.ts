/** A value that the file's author wrote but that is not known statically; `why` names what is missing. */
export class Unresolved {
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

/** Data as JSON has it, however it was written. */
export type PlainValue =
  null | boolean | number | string | Unresolved | readonly PlainValue[] | { readonly [key: string]: PlainValue };

/** `undefined` stands for a field that is not there. */
export type PlainRecord = Readonly<Record<string, PlainValue | undefined>>;

export function isRecord(value: PlainValue | undefined): value is { readonly [key: string]: PlainValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unresolved);
}

export function isList(value: PlainValue | undefined): value is readonly PlainValue[] {
  return Array.isArray(value);
}

export function stringOf(value: PlainValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Keras 3 writes tuples and shapes as `{ class_name: "__tuple__", items: [...] }`. */
export function unwrapTuple(value: PlainValue | undefined): PlainValue | undefined {
  if (!isRecord(value) || !isList(value.items)) return value;
  return value.class_name === '__tuple__' || value.class_name === 'TensorShape' ? value.items : value;
}
