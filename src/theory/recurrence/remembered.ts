import type { Network } from '../../network/network.ts';
import type { TheoryOptions } from '../bound.ts';

/**
 * `compute`, done once for a network and the dimension of a slice, all that it may look at in the options. Kept as long
 * as the network object itself.
 */
export function cachedBySlice<T>(
  compute: (network: Network, options: TheoryOptions) => T,
): (network: Network, options: TheoryOptions) => T {
  const known = new WeakMap<Network, Map<number, T>>();
  return (network, options) => {
    const slices = known.get(network) ?? new Map<number, T>();
    known.set(network, slices);
    const slice = options.sliceDimension ?? Infinity;
    const value = slices.has(slice) ? slices.get(slice)! : compute(network, options);
    slices.set(slice, value);
    return value;
  };
}
