import type { Parallelogram, Place } from '../../common/place.ts';

/** Directions whose sines are less than this are parallel up to the rounding of their numbers. */
const MIN_SINE = 2 ** -44;

/** Why a place has no inside, as a part of a sentence; null when it has one. */
export function whyFlat(place: Place): string | null {
  switch (place.kind) {
    case 'segment':
      return isSamePoint(place.from, place.to) ? 'the two ends of the line are the same point' : null;
    case 'parallelogram':
      return whyFlatParallelogram(place);
    case 'box':
    case 'all':
    case 'points':
      return null;
  }
}

function isSamePoint(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}

function whyFlatParallelogram({ u, v }: Parallelogram): string | null {
  const [first, second] = [unit(u), unit(v)];
  if (first === null || second === null) return 'a direction of the plane is zero';
  const cosine = first.reduce((sum, x, i) => sum + x * second[i], 0);
  const sine = Math.sqrt(first.reduce((sum, x, i) => sum + (second[i] - cosine * x) ** 2, 0));
  return sine < MIN_SINE ? 'the two directions of the plane are parallel' : null;
}

/** A direction of length 1; null for zero. */
function unit(direction: readonly number[]): number[] | null {
  const largest = direction.reduce((size, x) => Math.max(size, Math.abs(x)), 0);
  if (largest === 0) return null;
  const scaled = direction.map((x) => x / largest);
  const length = Math.sqrt(scaled.reduce((sum, x) => sum + x * x, 0));
  return scaled.map((x) => x / length);
}
