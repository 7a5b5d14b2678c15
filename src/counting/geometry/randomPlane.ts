import { gaussians } from '../../common/random.ts';

/** Of numbers up to 1. Their sums, and products with numbers of a dozen bits, are exact. */
const GRID = 2 ** -40;

/**
 * Two orthonormal vectors of R^n (to twelve digits), uniform over all planes through 0; the same for a seed on every
 * machine. A square made of them has its center exactly where it should be: where no unit has a bias, all breakpoints
 * go through the origin, and would miss each other by a hair in a plane that misses it.
 */
export function orthonormalPair(n: number, seed: number): [number[], number[]] {
  const gaussian = gaussians(seed);
  const e = unit(Array.from({ length: n }, gaussian));
  const raw = Array.from({ length: n }, gaussian);
  const overlap = raw.reduce((sum, x, i) => sum + x * e[i], 0);
  const f = unit(raw.map((x, i) => x - overlap * e[i]));
  return [onGrid(e, 1), onGrid(f, 1)];
}

/**
 * `factor` times a vector of numbers up to `bound`, to twelve digits of `factor * bound`. Sums of few multiples of such
 * vectors are exact, so that parallelograms made of them go through their centers.
 */
export function onGrid(vector: readonly number[], factor: number, bound = 1): number[] {
  const grid = GRID * 2 ** Math.ceil(Math.log2(factor * bound));
  return vector.map((x) => (grid > 0 ? Math.round((x * factor) / grid) * grid : x * factor));
}

function unit(vector: number[]): number[] {
  const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return vector.map((x) => x / norm);
}
