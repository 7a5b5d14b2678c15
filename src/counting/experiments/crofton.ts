import type { Segment } from '../../theory/bound.ts';
import { gaussians, streamSeed, uniforms } from '../../common/random.ts';

/**
 * Mean of |cos| of the angle between a random direction of R^n and a fixed one: Gamma(n/2) / (sqrt(pi) Gamma((n +
 * 1)/2)), that is 1, 2/pi, 1/2, 4/(3 pi), ...
 */
export function meanProjection(n: number): number {
  // a(n + 2) / a(n) = n / (n + 1).
  let factor = n % 2 === 0 ? 2 / Math.PI : 1;
  for (let k = n % 2 === 0 ? 2 : 1; k < n; k += 2) factor *= k / (k + 1);
  return factor;
}

/**
 * Boundary (of dimension n - 1) in a box over the box's volume, from how often random chords meet it for each unit of
 * their length. Crofton's formula: a random line's crossings with a surface element have the mean of the element's
 * projection. A line through a uniform point in a uniform direction is met in proportion to its length in the box,
 * which dividing by that length undoes; so the mean of crossings / length over such chords, divided by
 * `meanProjection(n)`, has the density as its expectation.
 */
export function boundaryDensity(crossingsPerLength: number, n: number): number {
  return crossingsPerLength / meanProjection(n);
}

/**
 * Chords of a box on lines through uniform points of it in uniform directions; the same for a seed on every machine.
 */
export function randomChords(
  { lower, upper }: { readonly lower: readonly number[]; readonly upper: readonly number[] },
  count: number,
  seed: number,
): Segment[] {
  const uniform = uniforms(streamSeed(seed, 0));
  const gaussian = gaussians(streamSeed(seed, 1));
  return Array.from({ length: count }, () => {
    const point = lower.map((low, d) => low + uniform() * (upper[d] - low));
    const direction = lower.map(gaussian);
    let [back, forth] = [-Infinity, Infinity];
    direction.forEach((slope, d) => {
      const [a, b] = [(lower[d] - point[d]) / slope, (upper[d] - point[d]) / slope];
      back = Math.max(back, Math.min(a, b));
      forth = Math.min(forth, Math.max(a, b));
    });
    const at = (t: number) => point.map((x, d) => Math.min(upper[d], Math.max(lower[d], x + t * direction[d])));
    return { from: at(back), to: at(forth) };
  });
}

/** Uniform points of a box; the same for a seed on every machine. */
export function randomPoints(
  { lower, upper }: { readonly lower: readonly number[]; readonly upper: readonly number[] },
  count: number,
  seed: number,
): number[][] {
  const uniform = uniforms(streamSeed(seed, 2));
  return Array.from({ length: count }, () => lower.map((low, d) => low + uniform() * (upper[d] - low)));
}

export function lengthOf({ from, to }: Segment): number {
  return Math.sqrt(from.reduce((sum, x, d) => sum + (to[d] - x) ** 2, 0));
}
