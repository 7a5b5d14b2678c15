import { gaussians } from './random.ts';

/** Two orthonormal vectors of R^n, uniform over all planes through 0; the same for a seed on every machine. */
export function orthonormalPair(n: number, seed: number): [number[], number[]] {
  const gaussian = gaussians(seed);
  const e = unit(Array.from({ length: n }, gaussian));
  const raw = Array.from({ length: n }, gaussian);
  const overlap = raw.reduce((sum, x, i) => sum + x * e[i], 0);
  return [e, unit(raw.map((x, i) => x - overlap * e[i]))];
}

function unit(vector: number[]): number[] {
  const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return vector.map((x) => x / norm);
}
