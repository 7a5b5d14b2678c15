import { scaledBinomial, scaledBinomialPrefixSum, weightedBinomial } from './binomial.ts';
import type { IndependenceNumbers } from './independence.ts';
import { unitRoundoff } from './magnitude.ts';
import { inverseStep, mantissaHigh, mantissaLow, scaled, ScaledArray, scaledOfMagnitude, scaleStep } from './scaled.ts';

/** I(j) and its prefix sums for a run of j, exact. Index 0 is j = `from`. */
export interface ExactSequence {
  readonly from: number;
  readonly to: number;
  readonly terms: readonly bigint[];
  readonly prefixes: readonly bigint[];
}

/** The same as scaled numbers, `error` being the largest relative error among them. */
export interface ScaledSequence {
  readonly from: number;
  readonly to: number;
  readonly terms: ScaledArray;
  readonly prefixes: ScaledArray;
  readonly error: number;
}

/** Null where one of the numbers is not known exactly. */
export function exactSequence(numbers: IndependenceNumbers, from: number, to: number): ExactSequence | null {
  const { binomial, maxSize } = numbers;
  const terms: bigint[] = [];
  const prefixes: bigint[] = [];
  for (let j = from; j <= to; j++) {
    if (j > from && j > maxSize) {
      terms.push(0n);
      prefixes.push(prefixes[j - from - 1]);
    } else if (j > from && binomial) {
      const factor = BigInt(binomial.count - j + 1) * BigInt(binomial.weight);
      terms.push((terms[j - from - 1] * factor) / BigInt(j));
      prefixes.push(prefixes[j - from - 1] + terms[j - from]);
    } else {
      const term = binomial && j <= maxSize ? weightedBinomial(binomial.count, j, binomial.weight) : numbers.at(j);
      const prefix = numbers.prefixSum(j);
      if (term.exact === null || prefix.exact === null) return null;
      terms.push(term.exact);
      prefixes.push(prefix.exact);
    }
  }
  return { from, to, terms, prefixes };
}

export function scaledSequence(numbers: IndependenceNumbers, from: number, to: number): ScaledSequence {
  const length = to - from + 1;
  const terms = new ScaledArray(length);
  const prefixes = new ScaledArray(length);
  const { binomial, maxSize } = numbers;
  let error = 0;
  if (!binomial) {
    for (let i = 0; i < length; i++) {
      const term = scaledOfMagnitude(numbers.at(from + i));
      const prefix = scaledOfMagnitude(numbers.prefixSum(from + i));
      terms.put(i, term.mantissa, term.exponent);
      prefixes.put(i, prefix.mantissa, prefix.exponent);
      error = Math.max(error, term.error, prefix.error);
    }
    return { from, to, terms, prefixes, error };
  }
  const { count, weight } = binomial;
  const first = from > maxSize ? scaled(0) : scaledBinomial(count, from, weight);
  const sum = scaledBinomialPrefixSum(count, Math.min(from, maxSize), weight);
  terms.put(0, first.mantissa, first.exponent);
  prefixes.put(0, sum.mantissa, sum.exponent);
  let term = terms.mantissas[0];
  let exponent = terms.exponents[0];
  for (let i = 1; i < length; i++) {
    const j = from + i;
    term = j > maxSize ? 0 : term * (((count - j + 1) * weight) / j);
    if (term >= mantissaHigh) {
      term *= inverseStep;
      exponent++;
    } else if (term < mantissaLow && term > 0) {
      term *= scaleStep;
      exponent--;
    }
    terms.mantissas[i] = term;
    terms.exponents[i] = exponent;
    prefixes.mantissas[i] = prefixes.mantissas[i - 1];
    prefixes.exponents[i] = prefixes.exponents[i - 1];
    prefixes.add(i, term, exponent);
  }
  error = Math.max(first.error, sum.error) + 6 * unitRoundoff * length;
  return { from, to, terms, prefixes, error };
}
