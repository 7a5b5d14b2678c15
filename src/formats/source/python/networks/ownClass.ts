import { Instance } from '../evaluation/values.ts';
import type { ClassDefinition } from '../syntax/ast.ts';
import { KeptRoot } from './keptUnits.ts';

/**
 * Whether a network is of a class of the file that makes no other network of that class: people read and change a
 * network there, wherever the file makes it.
 */
export function isOnlyOfClass(root: object, all: readonly object[]): boolean {
  return classOf(root) !== undefined && all.every((other) => other === root || !areOfOneClass(root, other));
}

function areOfOneClass(a: object, b: object): boolean {
  // A definition that is followed twice makes two classes.
  return a instanceof Instance && b instanceof Instance ? a.cls === b.cls : classOf(a) === classOf(b);
}

function classOf(root: object): ClassDefinition | undefined {
  return root instanceof Instance ? root.cls?.node : root instanceof KeptRoot ? root.cls : undefined;
}
