/**
 * Second moments `E a^2, E ab, E ac, E b^2, E bc, E c^2` of the Gaussian `(a, b, c)` of mean zero with which a neuron's
 * pre-activation is, as far as means go, `a + s b + t c` on the square -1 <= s, t <= 1.
 */
export type PlaneMoments = readonly [number, number, number, number, number, number];

export function determinant([aa, ab, ac, bb, bc, cc]: PlaneMoments): number {
  return aa * (bb * cc - bc * bc) - ab * (ab * cc - bc * ac) + ac * (ab * bc - bb * ac);
}

/** Moments of the neuron along `s = s0 + t s1, t = t0 + t t1`: value and derivative. */
export function momentsAlong(
  [aa, ab, ac, bb, bc, cc]: PlaneMoments,
  [s0, t0]: readonly [number, number],
  [s1, t1]: readonly [number, number],
): [number, number, number] {
  const form = (x: readonly number[], y: readonly number[]): number =>
    x[0] * (aa * y[0] + ab * y[1] + ac * y[2]) +
    x[1] * (ab * y[0] + bb * y[1] + bc * y[2]) +
    x[2] * (ac * y[0] + bc * y[1] + cc * y[2]);
  const [start, direction] = [
    [1, s0, t0],
    [0, s1, t1],
  ];
  return [form(start, start), form(start, direction), form(direction, direction)];
}

/**
 * Covariance (ss, st, tt) of the neuron's gradient where it vanishes, divided by its variance, and the root of that
 * matrix's determinant, at a point of the square; `det` is the determinant of `moments`.
 */
export function localMoments(moments: PlaneMoments, det: number, s: number, t: number, into: Float64Array): void {
  const [aa, ab, ac, bb, bc, cc] = moments;
  const gs = ab + bb * s + bc * t;
  const gt = ac + bc * s + cc * t;
  const q = aa + ab * s + ac * t + gs * s + gt * t;
  into[0] = (bb - (gs * gs) / q) / q;
  into[1] = (bc - (gs * gt) / q) / q;
  into[2] = (cc - (gt * gt) / q) / q;
  into[3] = Math.sqrt(det / q) / q;
}

/**
 * What Ramanujan's approximation lacks for an ellipse that is flat: its perimeter is 4 / pi of that of the mean circle.
 */
const FLAT_REMAINDER = 4 / Math.PI - 14 / 11;

/**
 * Density of the points where two independent neurons with these local moments vanish: `E|det(g, h)| / (2 pi sqrt(q_g
 * q_h))` for their gradients. The mean of |det| is the perimeter of an ellipse: Ramanujan's second approximation, with
 * the power that makes it right for a flat ellipse, is off by less than 2e-5 of it everywhere.
 */
export function meetingDensity(g: Float64Array, h: Float64Array): number {
  const trace = g[0] * h[2] + g[2] * h[0] - 2 * g[1] * h[1];
  const product = 2 * g[3] * h[3];
  const sum = trace + product;
  if (!(sum > 0)) return 0;
  const flatness = Math.max(0, (trace - product) / sum);
  const fourth = flatness ** 2 * flatness ** 2;
  const perimeter = 1 + (3 * flatness) / (10 + Math.sqrt(4 - 3 * flatness)) + FLAT_REMAINDER * fourth * fourth * fourth;
  return (Math.sqrt(sum) * perimeter) / (4 * Math.PI);
}

/**
 * Probability that two neurons of one law vanish at a common point of the square. In coordinates where (a, b, c) is
 * isotropic, the line through that point has a uniform direction: a solid angle.
 */
export function meetingProbability(moments: PlaneMoments): number {
  const [aa, ab, ac, bb, bc, cc] = moments;
  // Cholesky factor, from the last coordinate.
  const l33 = Math.sqrt(cc);
  const l23 = bc / l33;
  const l13 = ac / l33;
  const l22 = Math.sqrt(Math.max(0, bb - l23 * l23));
  const l12 = l22 > 0 ? (ab - l13 * l23) / l22 : 0;
  const l11 = Math.sqrt(Math.max(0, aa - l12 * l12 - l13 * l13));
  const corner = (s: number, t: number): Vector => [l11, l12 + l22 * s, l13 + l23 * s + l33 * t];
  const [a, b, c, d] = [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)];
  return (solidAngle(a, b, c) + solidAngle(a, c, d)) / (2 * Math.PI);
}

type Vector = readonly [number, number, number];

/** Solid angle of a triangle (van Oosterom and Strackee 1983). */
function solidAngle(a: Vector, b: Vector, c: Vector): number {
  const dot = (x: Vector, y: Vector): number => x[0] * y[0] + x[1] * y[1] + x[2] * y[2];
  const [na, nb, nc] = [Math.hypot(...a), Math.hypot(...b), Math.hypot(...c)];
  const cross: Vector = [b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0]];
  const volume = Math.abs(dot(a, cross));
  return 2 * Math.atan2(volume, na * nb * nc + dot(a, b) * nc + dot(a, c) * nb + dot(b, c) * na);
}
