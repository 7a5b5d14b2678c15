import type { Span } from '../../../../network/definition.ts';
import { Instance } from '../evaluation/values.ts';

/**
 * Where the class of a network is named, if the file makes no other network of that class: people read and change a
 * network there, wherever the file makes it. Undefined for what is not of a class of this file.
 */
export function ownClassSpan(root: object, all: readonly object[]): Span | undefined {
  const cls = root instanceof Instance ? root.cls : undefined;
  const isAlone = all.every((other) => other === root || !(other instanceof Instance) || other.cls !== cls);
  return isAlone ? cls?.nameSpan : undefined;
}
