import type { Argument, Evaluation, Site } from '../../evaluation/evaluation.ts';
import { bytesOf, isPrimitive, sizeOf, Unknown } from '../../evaluation/values.ts';
import type { Value } from '../../evaluation/values.ts';

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
  return e.call(
    args[0],
    undefined,
    values.map((value) => ({ value, span: undefined })),
    site,
  );
}

/** Functions that do not go through what they are given: all others take time in proportion to it. */
const constantTime: ReadonlySet<string> = new Set(
  [
    'Array Array.at Array.isArray Array.of Array.pop Array.push Array.then Array.values',
    'Map.get Map.has Map.set Set.add Set.has',
    'Object.freeze Object.hasOwnProperty Object.seal Object.then Promise.all Promise.resolve',
    'String.at String.charAt String.toString',
  ].flatMap((names) => names.split(' ')),
);

/** Runs a function of the language's library, whose work and whose text, if it makes one, are metered. */
export function runNative(name: string, body: NativeFunction, call: NativeCall): Value {
  const { meter } = call.e;
  meter.read(call.args.length * bytesOf.argument);
  if (!constantTime.has(name)) {
    meter.read(sizeOf(call.self));
    for (const argument of call.args) meter.read(sizeOf(argument));
  }
  const result = body(call);
  if (typeof result === 'string') meter.hold(result.length);
  return result;
}
