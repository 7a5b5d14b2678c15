/**
 * Where `z(t) = a + t b` vanishes for -1 <= t <= 1, with `(a, b)` Gaussian of mean zero and second moments
 * `E a^2, E a b, E b^2`. The zero of `a + t b` has density `sqrt(rq - c^2) / (pi E z(t)^2)`, whose integral is an
 * angle; a neuron of a wide network with units that bend at zero has E z(t)^2 of this form, and so the same mean.
 */
export function crossingProbability(a2: number, ab: number, b2: number): number {
  const spread = spreadOf(a2, ab, b2);
  // The angle between (spread, ab - b2) and (spread, ab + b2).
  if (spread > 0) return Math.atan2(2 * spread, a2 - b2) / Math.PI;
  return Math.abs(ab) < b2 ? 1 : 0;
}

/** The one place where `a + t b` vanishes when a and b are proportional (no bias); null when they are not, or b = 0. */
export function fixedRoot(a2: number, ab: number, b2: number): number | null {
  return b2 > 0 && spreadOf(a2, ab, b2) === 0 ? -ab / b2 + 0 : null;
}

function spreadOf(a2: number, ab: number, b2: number): number {
  const difference = a2 * b2 - ab * ab;
  // Below the rounding of the two products, the variables are proportional.
  return difference > 1e-13 * a2 * b2 ? Math.sqrt(difference) : 0;
}
