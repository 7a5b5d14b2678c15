import { gaussLegendre } from './gauss.ts';

const rule = gaussLegendre(4);
const MAX_DEPTH = 20;

/** Adds `weight` times the integrands at (s, t) to `sums`. */
export type Accumulate = (s: number, t: number, weight: number, sums: Float64Array) => void;

/** A place around which the integrands may change within `radius`. */
export interface Peak {
  readonly s: number;
  readonly t: number;
  readonly radius: number;
}

/**
 * Integrals of several non-negative functions over the square -1 <= s, t <= 1: squares are quartered until that changes
 * no integral by more than `tolerance` of it, and those at a peak until they are no wider than it, since between its
 * nodes the rule may see nothing of it.
 */
export function integrateOverSquare(
  accumulate: Accumulate,
  functions: number,
  tolerance: number,
  peaks: readonly Peak[] = [],
): Float64Array {
  const evaluate = (s: number, t: number, half: number): Float64Array => {
    const sums = new Float64Array(functions);
    rule.nodes.forEach((x, i) =>
      rule.nodes.forEach((y, j) => {
        accumulate(s + half * x, t + half * y, half * half * rule.weights[i] * rule.weights[j], sums);
      }),
    );
    return sums;
  };
  const totals = evaluate(0, 0, 1);
  const refine = (s: number, t: number, half: number, whole: Float64Array, depth: number): void => {
    const quarter = half / 2;
    const corners = [-1, 1].flatMap((x) => [-1, 1].map((y) => [s + x * quarter, t + y * quarter] as const));
    const parts = corners.map(([x, y]) => evaluate(x, y, quarter));
    let isFine = depth > 2 && !peaks.some((peak) => isAcross(peak, s, t, half));
    for (let f = 0; f < functions; f++) {
      const change = parts.reduce((sum, part) => sum + part[f], -whole[f]);
      totals[f] += change;
      if (Math.abs(change) > tolerance * totals[f]) isFine = false;
    }
    if (isFine || depth >= MAX_DEPTH) return;
    corners.forEach(([x, y], k) => refine(x, y, quarter, parts[k], depth + 1));
  };
  refine(0, 0, 1, totals.slice(), 1);
  return totals;
}

/** Whether a square holds or touches a peak that is narrower than it. */
function isAcross(peak: Peak, s: number, t: number, half: number): boolean {
  const distance = Math.max(Math.abs(peak.s - s), Math.abs(peak.t - t));
  return half > peak.radius && distance <= half + peak.radius;
}
