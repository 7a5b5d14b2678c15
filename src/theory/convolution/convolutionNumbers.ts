import { exactBinomialTerms } from '../numbers/binomial.ts';
import type { TheoryOptions } from '../bound.ts';
import { denseIndependence, type IndependenceNumbers } from '../recurrence/denseIndependence.ts';
import { EXACT_DIGITS, magnitudeOf, smaller, zero, type Magnitude } from '../numbers/magnitude.ts';
import { magnitudeOfScaled } from '../numbers/scaled.ts';
import { exactSequence, scaledPrefixes, scaledTerms } from '../numbers/sequence.ts';
import { Budget, productSteps } from './sums/budget.ts';
import { convolutionSum, DEFAULT_BUDGET, rankBound, totalNeurons } from './sums/convolutionSum.ts';
import type { ReceptiveFields } from './receptiveFields.ts';
import { gridsOf, isFree, positionLimit, type Grid } from './gridComponents.ts';
import { eitherWay, exactGridSum, relaxedGridSum } from './sums/gridSum.ts';
import { asPolynomial } from './indeterminate.ts';
import { packedBits, packedPower, packingFor, truncatePacked, unpack, type Packing } from './sums/packedPolynomial.ts';

/** Polynomials longer than this many bits are not multiplied out. */
const MAX_BITS = 1 << 20;

/**
 * The independence numbers of a layer with these receptive fields and `pieces` pieces a neuron. Exact where the budget
 * allows; otherwise upper bounds that are never above the dense layer's.
 */
export function convolutionIndependence(
  pattern: ReceptiveFields,
  pieceCount: number,
  options: TheoryOptions,
): IndependenceNumbers {
  const { grids, faithful } = gridsOf(pattern);
  const neurons = totalNeurons(grids);
  const weight = pieceCount - 1;
  const strict = faithful && !Number.isFinite(pattern.rankLimit);
  if (grids.every((grid) => isFree(grid) && positionLimit(grid) === grid.filters)) {
    return denseIndependence(neurons, neurons, pieceCount, strict ? 'exact' : 'upper');
  }
  const table = coefficients(grids, new Budget(options.budget ?? DEFAULT_BUDGET, options.cancelled));
  if (table) return tabulated(table.terms, weight, strict && table.exact ? 'exact' : 'upper');
  return capped(pattern, grids, pieceCount, options);
}

/** I(0), I(1), ... multiplied out, or upper bounds on them; null beyond the budget. */
function coefficients(grids: readonly Grid[], budget: Budget): { terms: bigint[]; exact: boolean } | null {
  const rank = rankBound(grids);
  const neurons = totalNeurons(grids);
  // A coefficient needs some bits a neuron or, for few of many neurons, some bits an element of the set.
  const bitsEach = Math.min(neurons, rank * (2 + Math.log2(1 + neurons / rank)));
  if (bitsEach * (rank + 1) > MAX_BITS) return null;
  const dense = exactBinomialTerms(neurons, rank);
  const largest = dense.reduce((a, b) => (a > b ? a : b));
  const packing = packingFor(largest, rank);
  let exact = true;
  let packed = 1n;
  for (const [k, grid] of grids.entries()) {
    const share = budget.left / (grids.length - k);
    const polynomial = budget.share(share, (part) => gridPolynomial(grid, packing, part));
    const bits = packedBits(packing);
    if (polynomial === null || !budget.spend(productSteps(bits / 2, bits / 2))) return null;
    exact &&= polynomial.exact;
    packed = truncatePacked(packed * packedPower(polynomial.packed, grid.copies, packing), packing);
  }
  const terms = unpack(packed, packing).map((term, j) => (term < dense[j] ? term : dense[j]));
  while (terms[terms.length - 1] === 0n) terms.pop();
  return { terms, exact };
}

function gridPolynomial(grid: Grid, packing: Packing, budget: Budget): { packed: bigint; exact: boolean } | null {
  const x = asPolynomial(packing);
  const exact = budget.share(0.7 * budget.left, (part) => exactGridSum(grid, x, part));
  if (exact !== null) return { packed: exact, exact: true };
  const least = (a: bigint, b: bigint) => leastTerms(a, b, packing);
  const relaxed = eitherWay(grid, (g) => budget.share(budget.left / 2, (part) => relaxedGridSum(g, x, part)), least);
  return relaxed === null ? null : { packed: relaxed, exact: false };
}

/** Coefficient by coefficient the smaller of two packed polynomials. */
function leastTerms(a: bigint, b: bigint, packing: Packing): bigint {
  const x = asPolynomial(packing);
  const others = unpack(b, packing);
  return unpack(a, packing).reduce((sum, term, j) => sum + x.term(term < others[j] ? term : others[j], j), 0n);
}

function tabulated(terms: readonly bigint[], weight: number, quality: 'exact' | 'upper'): IndependenceNumbers {
  const maxSize = terms.length - 1;
  const weighted = terms.map((term, j) => term * BigInt(weight) ** BigInt(j));
  let total = 0n;
  const prefixes = weighted.map((term) => (total += term));
  return {
    maxSize,
    quality,
    at: (j) => (j > maxSize ? zero : magnitudeOf(weighted[j])),
    prefixSum: (j) => (j < 0 ? zero : magnitudeOf(prefixes[Math.min(j, maxSize)])),
  };
}

/** The dense layer's numbers, cut off at the rank that the fields allow and at the sum over all j. */
function capped(
  pattern: ReceptiveFields,
  grids: readonly Grid[],
  pieceCount: number,
  options: TheoryOptions,
): IndependenceNumbers {
  const maxSize = rankBound(grids);
  const dense = denseIndependence(totalNeurons(grids), maxSize, pieceCount, 'upper');
  const total = convolutionSum(pattern, pieceCount, options, 'upper').upper;
  const all = dense.prefixSum(maxSize);
  if (total.log10 >= all.log10) return dense;
  let known: Sequence | null = null;
  const sequence = () => (known ??= sequenceOf(dense, all.log10 <= EXACT_DIGITS));
  return {
    maxSize,
    quality: 'upper',
    at: (j) => (j > maxSize ? zero : smaller(sequence().term(j), total)),
    prefixSum: (j) => (j >= maxSize ? total : smaller(sequence().prefix(j), total)),
  };
}

interface Sequence {
  term(j: number): Magnitude;
  prefix(j: number): Magnitude;
}

/** All numbers of a dense layer at once: one by one they would cost far more. */
function sequenceOf(dense: IndependenceNumbers, exactly: boolean): Sequence {
  const exact = exactly ? exactSequence(dense, 0, dense.maxSize) : null;
  if (exact) return { term: (j) => magnitudeOf(exact.terms[j]), prefix: (j) => magnitudeOf(exact.prefixes[j]) };
  const terms = scaledTerms(dense, 0, dense.maxSize);
  const prefixes = scaledPrefixes(dense, 0, dense.maxSize);
  return {
    term: (j) => magnitudeOfScaled(terms.values.at(j, terms.error)),
    prefix: (j) => magnitudeOfScaled(prefixes.values.at(j, prefixes.error)),
  };
}
