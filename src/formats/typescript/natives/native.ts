import type { Argument, Evaluation, Site } from '../evaluation.ts';
import { isPrimitive, Unknown } from '../values.ts';
import type { Value } from '../values.ts';

/** A call of a function of the language's library. */
export interface NativeCall {
  readonly e: Evaluation;
  readonly self: Value;
  readonly args: readonly Value[];
  readonly given: readonly Argument[];
  readonly site: Site;
}

export type NativeFunction = (call: NativeCall) => Value;

/** The result where an argument is not known. */
export function unknownResult({ self, args, site }: NativeCall): Unknown {
  const source = [...args, self].find((value) => value instanceof Unknown);
  return source instanceof Unknown ? source.derive() : new Unknown(site.text, site.span);
}

/** Primitive arguments and `this`, or undefined where one is not. */
export function allPrimitive(values: readonly Value[]): values is (number | string | boolean | null | undefined)[] {
  return values.every(isPrimitive);
}

/** Calls a function of the source for an item, as `map` does. */
export function callback({ e, args, site }: NativeCall, ...values: Value[]): Value {
  e.step();
  return e.call(args[0], undefined, values.map((value) => ({ value, span: undefined })), site); // prettier-ignore
}
