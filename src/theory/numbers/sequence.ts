import { scaledBinomial, scaledBinomialPrefixSum } from './binomial.ts';
import type { IndependenceNumbers } from '../recurrence/denseIndependence.ts';
import { UNIT_ROUNDOFF, type Magnitude } from './magnitude.ts';
import { inverseStep, mantissaHigh, mantissaLow, scaled, ScaledArray, scaledOfMagnitude, scaleStep } from './scaled.ts';

/** I(j) and its prefix sums for a run of j, exact. Index 0 is j = `from`. */
export interface ExactSequence {
  readonly from: number;
  readonly to: number;
  readonly terms: readonly bigint[];
  readonly prefixes: readonly bigint[];
}

/** I(j), or its prefix sums, as scaled numbers, `error` being the largest relative error among them. */
export interface ScaledSequence {
  readonly from: number;
  readonly to: number;
  readonly values: ScaledArray;
  readonly error: number;
}

/** Null where one of the numbers is not known exactly. */
export function exactSequence(numbers: IndependenceNumbers, from: number, to: number): ExactSequence | null {
  const terms: bigint[] = [];
  const prefixes: bigint[] = [];
  const isKnown = visitExact(numbers, from, to, (_, term, prefix) => {
    terms.push(term);
    prefixes.push(prefix);
  });
  return isKnown ? { from, to, terms, prefixes } : null;
}

/**
 * I(j) and its prefix sum for j = `from` .. `to`, one after another: thousands of long integers together would fill the
 * memory. False where one of them is not known exactly, after those that are.
 */
export function visitExact(
  numbers: IndependenceNumbers,
  from: number,
  to: number,
  visit: (j: number, term: bigint, prefix: bigint) => void,
): boolean {
  const { binomial, maxSize } = numbers;
  const most = numbers.most?.exact;
  if (most === null) return false;
  let [term, prefix] = [0n, 0n];
  for (let j = from; j <= to; j++) {
    if (j > from && j > maxSize) {
      term = 0n;
    } else if (j > from && binomial) {
      term = (term * (BigInt(binomial.count - j + 1) * BigInt(binomial.weight))) / BigInt(j);
      prefix += term;
    } else {
      const [known, sum] = [numbers.at(j).exact, numbers.prefixSum(j).exact];
      if (known === null || sum === null) return false;
      [term, prefix] = [known, sum];
    }
    visit(j, term, most !== undefined && prefix > most ? most : prefix);
  }
  return true;
}

export function scaledTerms(numbers: IndependenceNumbers, from: number, to: number): ScaledSequence {
  if (!numbers.binomial) return oneByOne((j) => numbers.at(j), from, to);
  return binomialTerms(numbers.binomial, numbers.maxSize, from, to);
}

export function scaledPrefixes(numbers: IndependenceNumbers, from: number, to: number): ScaledSequence {
  const sums = uncappedPrefixes(numbers, from, to);
  if (!numbers.most) return sums;
  const most = scaledOfMagnitude(numbers.most);
  const { mantissas, exponents } = sums.values;
  for (let i = 0; i < sums.values.length; i++) {
    const isMore = exponents[i] > most.exponent || (exponents[i] === most.exponent && mantissas[i] > most.mantissa);
    if (isMore) sums.values.put(i, most.mantissa, most.exponent);
  }
  return { ...sums, error: Math.max(sums.error, most.error) };
}

function uncappedPrefixes(numbers: IndependenceNumbers, from: number, to: number): ScaledSequence {
  const { binomial, maxSize } = numbers;
  if (!binomial) return oneByOne((j) => numbers.prefixSum(j), from, to);
  const { values, error } = binomialTerms(binomial, maxSize, from, to);
  const first = scaledBinomialPrefixSum(binomial.count, Math.min(from, maxSize), binomial.weight);
  values.put(0, first.mantissa, first.exponent);
  values.accumulate();
  return { from, to, values, error: Math.max(error, first.error) + 2 * UNIT_ROUNDOFF * values.length };
}

/** C(count, j) weight^j for j = from .. to, each from the one before; 0 beyond `maxSize`. */
function binomialTerms(
  { count, weight }: { readonly count: number; readonly weight: number },
  maxSize: number,
  from: number,
  to: number,
): ScaledSequence {
  const length = to - from + 1;
  const values = new ScaledArray(length);
  const first = from > maxSize ? scaled(0) : scaledBinomial(count, from, weight);
  let { mantissa, exponent } = first;
  for (let i = 0; i < length && from + i <= maxSize; i++) {
    if (i > 0) mantissa *= ((count - from - i + 1) * weight) / (from + i);
    if (mantissa >= mantissaHigh) {
      mantissa *= inverseStep;
      exponent++;
    } else if (mantissa < mantissaLow && mantissa > 0) {
      mantissa *= scaleStep;
      exponent--;
    }
    values.mantissas[i] = mantissa;
    values.exponents[i] = exponent;
  }
  return { from, to, values, error: first.error + 4 * UNIT_ROUNDOFF * length };
}

function oneByOne(at: (j: number) => Magnitude, from: number, to: number): ScaledSequence {
  const values = new ScaledArray(to - from + 1);
  let error = 0;
  for (let j = from; j <= to; j++) {
    const value = scaledOfMagnitude(at(j));
    values.put(j - from, value.mantissa, value.exponent);
    error = Math.max(error, value.error);
  }
  return { from, to, values, error };
}
