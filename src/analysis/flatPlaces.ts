import type { Parallelogram, Segment } from '../theory/bound.ts';

/** Directions whose sines are less than this are parallel up to the rounding of their numbers. */
const MIN_SINE = 2 ** -44;

/** Why a segment is none, as a part of a sentence; null when it is one. */
export function whyNoSegment({ from, to }: Segment): string | null {
  return from.length === to.length && from.every((x, i) => x === to[i])
    ? 'the two ends of the line are the same point'
    : null;
}

/** Why a parallelogram is flat, as a part of a sentence; null when it has an inside. */
export function whyNoParallelogram({ u, v }: Parallelogram): string | null {
  const [first, second] = [unit(u), unit(v)];
  if (first === null || second === null) return 'a direction of the plane is zero';
  const cosine = first.reduce((sum, x, i) => sum + x * second[i], 0);
  const sine = Math.sqrt(first.reduce((sum, x, i) => sum + (second[i] - cosine * x) ** 2, 0));
  return sine < MIN_SINE ? 'the two directions of the plane are parallel' : null;
}

/** A direction of length 1; null for zero. */
function unit(direction: readonly number[]): number[] | null {
  const most = direction.reduce((size, x) => Math.max(size, Math.abs(x)), 0);
  if (most === 0) return null;
  const scaled = direction.map((x) => x / most);
  const length = Math.sqrt(scaled.reduce((sum, x) => sum + x * x, 0));
  return scaled.map((x) => x / length);
}
