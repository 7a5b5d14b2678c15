import type { Network } from '../network/network.ts';
import type { TheoryOptions } from './bound.ts';

/** Results by the function that computes them, each computed once. */
class Results<A> {
  private readonly byFunction = new Map<unknown, unknown>();

  once<T>(compute: (argument: A) => T, argument: A): T {
    if (!this.byFunction.has(compute)) this.byFunction.set(compute, compute(argument));
    return this.byFunction.get(compute) as T;
  }
}

/**
 * One network, what is asked about it, and what the theorems have in common: made once with a network's theory and
 * handed down. Slices of the network share what does not depend on the slice; variations of it (one unit more) share
 * what layers have in common.
 */
export class TheoryContext {
  private readonly ofSlice = new Results<TheoryContext>();
  private readonly slices = new Map<number, TheoryContext>();

  private constructor(
    readonly network: Network,
    readonly options: TheoryOptions,
    private readonly ofNetwork: Results<Network>,
    private readonly ofFamily: Results<TheoryContext>,
    private readonly original: TheoryContext | null,
  ) {}

  static of(network: Network, options: TheoryOptions = {}): TheoryContext {
    return new TheoryContext(network, options, new Results<Network>(), new Results<TheoryContext>(), null);
  }

  /** The same network on a slice of this dimension. */
  onSlice(sliceDimension: number): TheoryContext {
    const options = { ...this.options, sliceDimension };
    const slice =
      this.slices.get(sliceDimension) ??
      new TheoryContext(this.network, options, this.ofNetwork, this.ofFamily, this.original ?? this);
    this.slices.set(sliceDimension, slice);
    return slice;
  }

  /** A network that differs in some layers. */
  variation(network: Network): TheoryContext {
    return new TheoryContext(network, this.options, new Results<Network>(), this.ofFamily, this.original ?? this);
  }

  /** Computed once for this network and this slice. */
  once<T>(compute: (theory: TheoryContext) => T): T {
    return this.ofSlice.once(compute, this);
  }

  /** Computed once for this network, whatever the slice. */
  onceForNetwork<T>(compute: (network: Network) => T): T {
    return this.ofNetwork.once(compute, this.network);
  }

  /** Made once for this network, its slices and its variations. */
  onceForFamily<T>(compute: (original: TheoryContext) => T): T {
    return this.ofFamily.once(compute, this.original ?? this);
  }
}

/** `compute`, done once for each key. */
export function memoized<A, K, V>(keyOf: (argument: A) => K, compute: (argument: A) => V): (argument: A) => V {
  const values = new Map<K, V>();
  return (argument) => {
    const key = keyOf(argument);
    const value = values.has(key) ? values.get(key)! : compute(argument);
    values.set(key, value);
    return value;
  };
}
