/** Of a Gaussian number and its derivative along a line: E z^2, E z z' and E z'^2. */
export type Moments = readonly [square: number, product: number, slope: number];

/** Slopes of a unit that bends at zero, below and above it. */
export type Slopes = readonly [below: number, above: number];

/** Moments of `slope z + f`, for independent z and f. */
export function sumMoments(slope: number, z: Moments, f: Moments): Moments {
  const square = slope * slope;
  return [square * z[0] + f[0], square * z[1] + f[1], square * z[2] + f[2]];
}

/**
 * Moments of `outer(inner(z) + f)` for independent Gaussian processes z and f of mean zero and units that bend at zero
 * alone. On either side of `z = 0` the sum is a Gaussian S, `slope z + f`, and by symmetry what it does for `z < 0` is
 * what -S does for `z > 0`.
 */
export function bentSumMoments(inner: Slopes, outer: Slopes, z: Moments, f: Moments): Moments {
  const [below, above] = inner.map((slope) => ({
    half: sumMoments(slope, z, f).map((moment) => moment / 2),
    wedge: wedgeMoments(slope, z, f),
  }));
  const [negative, positive] = outer.map((slope) => slope * slope);
  const moment = (k: number): number =>
    positive * (above.wedge[k] + below.half[k] - below.wedge[k]) +
    negative * (below.wedge[k] + above.half[k] - above.wedge[k]);
  return [moment(0), moment(1), moment(2)];
}

/**
 * E S^2, E S S' and E S'^2 over `z > 0, S > 0`, for `S = slope z + f`. With standard normal X = z / sqrt(E z^2) and
 * Y = f / sqrt(E f^2), that is the wedge of angle pi - theta in which X and S = s (X cos theta + Y sin theta) are
 * positive, and S' is a combination of X, Y and a number that depends on neither.
 */
function wedgeMoments(slope: number, z: Moments, f: Moments): Moments {
  const [x, y] = [slope * Math.sqrt(z[0]), Math.sqrt(f[0])];
  const theta = Math.atan2(y, x);
  const [sine, cosine] = [Math.sin(theta), Math.cos(theta)];
  const opening = Math.PI - theta;
  const [all, xx, xy, yy] = [opening, opening + sine * cosine, sine * sine, opening - sine * cosine].map(
    (angle) => angle / (2 * Math.PI),
  );
  const [dx, dy] = [slope * ratio(z[1], Math.sqrt(z[0])), ratio(f[1], Math.sqrt(f[0]))];
  const spread = Math.max(0, slope * slope * z[2] - dx * dx) + Math.max(0, f[2] - dy * dy);
  return [
    x * x * xx + 2 * x * y * xy + y * y * yy,
    x * dx * xx + (x * dy + y * dx) * xy + y * dy * yy,
    dx * dx * xx + 2 * dx * dy * xy + dy * dy * yy + spread * all,
  ];
}

/** What is zero does not change in proportion to itself. */
function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
