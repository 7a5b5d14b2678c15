import { binomialPrefixSum, RunningBinomial, weightedBinomial } from '../numbers/binomial.ts';
import { compare, smaller, zero, type Magnitude } from '../numbers/magnitude.ts';

/**
 * The numbers I(j) of j-element sets of a layer's neurons whose normals are linearly independent for generic
 * weights of the layer's sparsity, each set weighted by the number of ways to choose one breakpoint a neuron.
 */
export interface IndependenceNumbers {
  /** I(j) = 0 beyond. */
  readonly maxSize: number;
  /** `upper`: every prefix sum is at least that of the true numbers. */
  readonly quality: 'exact' | 'upper';
  /** I(j), or its substitute in an upper bound. */
  at(j: number): Magnitude;
  /** I(0) + ... + I(j). */
  prefixSum(j: number): Magnitude;
  /** Set where I(j) = C(count, j) weight^j for all j up to `maxSize`: such sums need no single terms. */
  readonly binomial?: { readonly count: number; readonly weight: number };
  /** Where set, `prefixSum` is never greater, and the single terms say less. Not for units that lose dimensions. */
  readonly most?: Magnitude;
  /** Where set, the formula of `most` in plain Unicode: it is never above the sum. */
  readonly mostFormula?: string;
}

/** The same for units that have at most this many activation patterns together. */
export function withMost(
  numbers: IndependenceNumbers,
  most: Magnitude | null,
  mostFormula?: string,
): IndependenceNumbers {
  if (!most || compare(most, numbers.prefixSum(numbers.maxSize)) >= 0) return numbers;
  return { ...numbers, quality: 'upper', most, mostFormula, prefixSum: (j) => smaller(numbers.prefixSum(j), most) };
}

/** `count` neurons of `pieces` pieces with all inputs in common: I(j) = C(count, j) (pieces - 1)^j for j <= fanIn. */
export function denseIndependence(
  count: number,
  fanIn: number,
  pieceCount = 2,
  quality: IndependenceNumbers['quality'] = 'exact',
): IndependenceNumbers {
  const maxSize = Math.min(count, fanIn);
  const weight = pieceCount - 1;
  const running = new RunningBinomial(count, weight);
  return {
    maxSize,
    quality,
    binomial: { count, weight },
    at: (j) => (j > maxSize ? zero : weightedBinomial(count, j, weight, running)),
    prefixSum: (j) => binomialPrefixSum(count, Math.min(j, maxSize), weight, running),
  };
}
