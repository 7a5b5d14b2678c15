import { Dyadic } from '../../../common/dyadic.ts';
import type { Cells } from './cells.ts';
import { Identities } from './identities.ts';
import type { PositionMix, WeightedPositions } from './positionMix.ts';

/**
 * Whether some positions of a mixed known tensor agree up to rounding, and are different all the same: with the doubles
 * that a file holds, five times 0.3 is not three times 0.5. Such positions bend at different places, which no rounded
 * number tells apart. `known`: the components of `from` that tell functions apart.
 */
export function hasOpenSums(from: Cells, mixed: Cells, mix: PositionMix, known: number): boolean {
  // Without points on the line there are no numbers, only shapes.
  if (from.components === 0) return false;
  if (mix.sums.every(isMean) && isConstant(from, known)) return false;
  const count = mixed.groups.length;
  const cells = mixed.height * mixed.width * count;
  const { ids } = new Identities().ofTuples(mixed.values.subarray(0, known * cells), cells);
  const first = new Map<number, WeightedPositions>();
  return ids.some((id, cell) => {
    const group = cell % count;
    const key = id * count + group;
    const sum = mix.sums[Math.floor(cell / count)];
    const other = id === 0 ? NOTHING : first.get(key);
    if (other) return !areEqual(other, sum, group);
    first.set(key, sum);
    return false;
  });

  function areEqual(p: WeightedPositions, q: WeightedPositions, group: number): boolean {
    for (let component = 0; component < known; component++) {
      const valueAt = (position: number) =>
        from.values[(component * from.height * from.width + position) * count + group];
      if (!areEqualSums(numbersOf(p, valueAt), numbersOf(q, valueAt))) return false;
    }
    return true;
  }
}

export function hasWholeWeights({ weights }: { readonly weights: readonly number[] }): boolean {
  return weights.every(Number.isInteger);
}

/** Of one number, it is that number. */
function isMean({ weights, divisor }: { readonly weights: readonly number[]; readonly divisor: number }): boolean {
  // Whole numbers, whose sum is exact.
  return hasWholeWeights({ weights }) && weights.reduce((sum, weight) => sum + weight, 0) === divisor;
}

/** Whether all positions hold the same numbers, as those of an image of one color do. */
function isConstant({ height, width, groups, values }: Cells, known: number): boolean {
  const side = height * width * groups.length;
  for (let i = 0; i < known * side; i++) {
    const cell = i % side;
    if (values[i] !== values[i - cell + (cell % groups.length)]) return false;
  }
  return true;
}

/** What a zero sums. */
const NOTHING: WeightedPositions = { positions: [], weights: [], divisor: 1 };

function numbersOf({ positions, weights, divisor }: WeightedPositions, valueAt: (p: number) => number): Quotient {
  return { weights, values: positions.map(valueAt), divisor };
}

/** The sum of products of doubles, divided by a whole number. */
export interface Quotient {
  readonly weights: readonly number[];
  readonly values: readonly number[];
  readonly divisor: number;
}

/** Exactly. */
export function areEqualSums(a: Quotient, b: Quotient): boolean {
  if (areSameTerms(a, b)) return true;
  const [p, q] = [exactSum(a), exactSum(b)];
  return (p.numerator << q.exponent) * BigInt(b.divisor) === (q.numerator << p.exponent) * BigInt(a.divisor);
}

/** The same terms in the same order, or means of one number. */
function areSameTerms(a: Quotient, b: Quotient): boolean {
  const [x, y] = [meanOfOne(a), meanOfOne(b)];
  if (x !== null && y !== null) return x === y;
  const areSame = (left: readonly number[], right: readonly number[]) =>
    left.length === right.length && left.every((value, k) => value === right[k]);
  return a.divisor === b.divisor && areSame(a.weights, b.weights) && areSame(a.values, b.values);
}

function meanOfOne({ weights, values, divisor }: Quotient): number | null {
  const [value] = values;
  return isMean({ weights, divisor }) && values.every((other) => other === value) ? value : null;
}

function exactSum({ weights, values }: Quotient): { numerator: bigint; exponent: bigint } {
  const [factors, numbers] = [new Dyadic(weights), new Dyadic(values)];
  let numerator = 0n;
  for (let k = 0; k < weights.length; k++) numerator += factors.numerator(k) * numbers.numerator(k);
  return { numerator, exponent: factors.exponent + numbers.exponent };
}
