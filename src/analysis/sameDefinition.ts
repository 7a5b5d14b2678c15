import type { NetworkDefinition } from '../network/definition.ts';
import type { Network } from '../network/network.ts';
import { sameData } from './sameData.ts';

/** Whether two definitions are of one network, wherever they stand and wherever the shapes of inputs were found. */
export function sameDefinition(a: NetworkDefinition, b: NetworkDefinition): boolean {
  return (
    a.layers.length === b.layers.length &&
    a.inputs.length === b.inputs.length &&
    sameBut(['span', 'nameSpan', 'layers', 'inputs'], a, b) &&
    a.inputs.every((input, i) => sameBut(['span', 'source'], input, b.inputs[i])) &&
    (a.layers === b.layers || a.layers.every((layer, i) => sameBut(['span', 'fields'], layer, b.layers[i])))
  );
}

/** Whether two networks are the same, wherever the shapes of their inputs were found. */
export function sameNetwork(a: Network, b: Network): boolean {
  return (
    a.inputs.length === b.inputs.length &&
    sameBut(['inputs'], a, b) &&
    a.inputs.every((input, i) => sameBut(['source'], input, b.inputs[i]))
  );
}

/** Whether two objects have equal properties, these aside. What is undefined is like what is not there. */
function sameBut<T extends object>(ignored: readonly (keyof T)[], a: T, b: T): boolean {
  const isIgnored = (key: string) => ignored.includes(key as keyof T);
  for (const key of Object.keys(a))
    if (!isIgnored(key) && !sameData(a[key as keyof T], b[key as keyof T])) return false;
  for (const key of Object.keys(b)) if (!isIgnored(key) && b[key as keyof T] !== undefined && !(key in a)) return false;
  return true;
}
