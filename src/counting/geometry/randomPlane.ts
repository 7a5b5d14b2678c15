import { gaussians } from '../../common/random.ts';

/** A share of a unit vector: sums and halves of its multiples are exact. */
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
  return [onGrid(e), onGrid(f)];
}

function onGrid(vector: number[]): number[] {
  return vector.map((x) => Math.round(x / GRID) * GRID);
}

function unit(vector: number[]): number[] {
  const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return vector.map((x) => x / norm);
}
