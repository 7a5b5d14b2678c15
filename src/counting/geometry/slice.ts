import type { Domain } from '../../common/place.ts';

/**
 * A slice of the input space: the image of a polytope in coordinates `x`, mostly the unit cube [0, 1]^dimension. Input
 * `i` is
 * `sum over d of rows[i (dimension + 1) + d] x_d + rows[i (dimension + 1) + dimension]`.
 */
export interface Slice {
  readonly dimension: number;
  readonly rows: Float64Array;
  /**
   * Functions (coefficients, constant) that vanish on the polytope's faces; small integers. Line `-1 - f` is face `f`.
   */
  readonly faces: readonly (readonly number[])[];
  /** Its corners in homogeneous coordinates (last 0: at infinity). */
  readonly corners: readonly (readonly number[])[];
}

/** Where the orthants of R^n meet: at no point, and along no wall, where a network made by hand bends. */
const APEX = [859_001, 703_643, 576_413, 472_187, 386_801, 316_861].map((k) => k / 2 ** 20);

/**
 * The part of R^n where coordinate `d`, less that of the apex, is of sign `signs[d]`, as a simplex with corners at
 * infinity; its last face is infinity.
 */
export function orthant(signs: readonly number[]): Slice {
  const n = signs.length;
  const identity = Array.from({ length: n + 1 }, (_, i) => Array.from({ length: n + 1 }, (_, k) => (i === k ? 1 : 0)));
  const rows = Float64Array.from(
    identity.slice(0, n).flatMap((row, i) => row.map((value, k) => (k === n ? APEX[i] : value))),
  );
  const corners = identity.map((row, i) => row.map((value) => (i < n ? value * signs[i] : value)));
  return { dimension: n, rows, faces: identity, corners };
}

/** Face `2 d` of the cube is where coordinate `d` is 0, face `2 d + 1` where it is 1. */
function cube(dimension: number): Pick<Slice, 'faces' | 'corners'> {
  const faces = Array.from({ length: 2 * dimension }, (_, f) =>
    Array.from({ length: dimension + 1 }, (_, k) => (k === f >> 1 ? 1 : k === dimension ? -(f % 2) : 0)),
  );
  const corners = Array.from({ length: 2 ** dimension }, (_, bits) => [
    ...Array.from({ length: dimension }, (_, d) => (bits >> d) & 1),
    1,
  ]);
  return { faces, corners };
}

/** All of R^n in its own coordinates, without faces or corners. */
export function wholeSpace(inputs: number): Slice {
  const rows = new Float64Array(inputs * (inputs + 1));
  for (let i = 0; i < inputs; i++) rows[i * (inputs + 1) + i] = 1;
  return { dimension: inputs, rows, faces: [], corners: [] };
}

export const MAX_CUBE_DIMENSIONS = 12;

/**
 * The slice of a bounded domain in R^n. Errors: RangeError, as a sentence, where sizes do not fit or numbers are not
 * finite.
 */
export function sliceOf(domain: Domain, inputs: number): Slice {
  const { origin, directions } = parts(domain);
  if ([origin, ...directions].some((vector) => vector.length !== inputs)) {
    throw new RangeError(`the domain needs ${inputs} coordinates, one for each input`);
  }
  const dimension = directions.length;
  const rows = new Float64Array(inputs * (dimension + 1));
  for (let i = 0; i < inputs; i++) {
    directions.forEach((direction, d) => (rows[i * (dimension + 1) + d] = direction[i]));
    rows[i * (dimension + 1) + dimension] = origin[i];
  }
  if (!rows.every(Number.isFinite)) throw new RangeError('the domain holds a number that is not finite');
  // A cube of high dimension has too many corners to list; sampling needs none.
  return { dimension, rows, ...(dimension <= MAX_CUBE_DIMENSIONS ? cube(dimension) : { faces: [], corners: [] }) };
}

/**
 * The side of a plane's square where coordinate `fixed` is 0 or 1, along the other one; null where it would be off by
 * rounding.
 */
export function sideOf({ rows }: Slice, fixed: 0 | 1, at: 0 | 1): Slice | null {
  const inputs = rows.length / 3;
  const side = new Float64Array(2 * inputs);
  for (let i = 0; i < inputs; i++) {
    const [constant, step] = [rows[3 * i + 2], at * rows[3 * i + fixed]];
    const sum = constant + step;
    // What rounding took off (Knuth's two-sum).
    const kept = sum - constant;
    if (constant - (sum - kept) + (step - kept) !== 0) return null;
    side[2 * i] = rows[3 * i + 1 - fixed];
    side[2 * i + 1] = sum;
  }
  return { dimension: 1, rows: side, ...cube(1) };
}

/** The stretch of a segment from `first` on that is `share` of it, about. */
export function stretchOf({ rows, ...segment }: Slice, first: number, share: number): Slice {
  const stretch = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at += 2) {
    stretch[at] = share * rows[at];
    stretch[at + 1] = rows[at + 1] + first * rows[at];
  }
  return { ...segment, rows: stretch };
}

function parts(domain: Domain): { origin: readonly number[]; directions: readonly (readonly number[])[] } {
  switch (domain.kind) {
    case 'segment': {
      const { from, to } = domain;
      return { origin: from, directions: [to.map((x, i) => x - from[i])] };
    }
    case 'parallelogram': {
      const { origin, u, v } = domain;
      return { origin, directions: [u, v] };
    }
    case 'box': {
      const { lower, upper } = domain;
      return { origin: lower, directions: lower.map((low, d) => lower.map((_, i) => (i === d ? upper[i] - low : 0))) };
    }
    case 'all':
      throw new RangeError('all of R^n is not a bounded domain');
  }
}
