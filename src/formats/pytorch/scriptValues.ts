import type { FunctionDefinition } from '../source/python/syntax/ast.ts';
import type { PickledObject } from './pickle.ts';
import { PickledTensor } from './tensors.ts';

/** A tensor that depends on the network's input, by its name in the graph. */
export class Traced {
  constructor(readonly name: string) {}
}

/** How many places a tensor has along an axis; null for a number that is computed from such ones. */
export class Extent {
  constructor(
    readonly axis: number | null,
    readonly of: Value,
  ) {}
}

/** Something that is called by its full path: `torch.conv2d`. */
export class Path {
  constructor(readonly path: string) {}
}

/** A method of a module. */
export class Method {
  constructor(
    readonly module: PickledObject,
    readonly code: FunctionDefinition,
  ) {}
}

/** What code in TorchScript works with. */
export type Value =
  null | boolean | number | string | Traced | Extent | Path | Method | PickledObject | PickledTensor | readonly Value[];

/** Why code is not followed further, as what is computed there. */
export class Unfollowed extends Error {}

export function isTensor(value: Value | undefined): value is Traced | PickledTensor {
  return value instanceof Traced || value instanceof PickledTensor;
}

export function numberOf(value: Value | undefined, what: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  throw new Unfollowed(`${what} that is not known`);
}

export function numbersOf(value: Value | undefined, what: string): number[] {
  return Array.isArray(value) ? value.map((item: Value) => numberOf(item, what)) : [numberOf(value, what)];
}
