import { exactBinomialTerms } from '../numbers/binomial.ts';
import { packedBits, packedPower, packedTerm, truncatePacked, type Packing } from './sums/packedPolynomial.ts';

/** The x of a generating polynomial sum I(j) x^j: a number, or the indeterminate itself (packed). */
export interface Indeterminate {
  /** coefficient * x^exponent. */
  term(coefficient: bigint, exponent: number): bigint;
  power(base: bigint, exponent: number): bigint;
  /** Greatest length of a value that represents a polynomial in the selections from `neurons` neurons. */
  bits(neurons: number): number;
  /** Removes the terms that are not needed. */
  trim(value: bigint): bigint;
}

/** x = weight: the sum of I(j) weight^j, as for units with weight breakpoints each. */
export function atWeight(weight: number): Indeterminate {
  const x = BigInt(weight);
  const bitsPerNeuron = Math.log2(weight + 1);
  return {
    term: (coefficient, exponent) => coefficient * x ** BigInt(exponent),
    power: (base, exponent) => base ** BigInt(exponent),
    bits: (neurons) => Math.ceil(neurons * bitsPerNeuron),
    trim: (value) => value,
  };
}

export function asPolynomial(packing: Packing): Indeterminate {
  const bits = packedBits(packing);
  return {
    term: (coefficient, exponent) => packedTerm(coefficient, exponent, packing),
    power: (base, exponent) => packedPower(base, exponent, packing),
    bits: (neurons) => Math.min(bits, packing.slot * (neurons + 1)),
    trim: (value) => truncatePacked(value, packing),
  };
}

/** C(count, t) x^t for t = 0 .. most. */
export function selectionTerms(count: number, most: number, x: Indeterminate): bigint[] {
  return exactBinomialTerms(count, most).map((term, t) => x.term(term, t));
}
