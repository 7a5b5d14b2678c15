import type { CountDomain } from './count.ts';

/**
 * A slice of the input space as the image of the unit cube [0, 1]^dimension: input `i` is
 * `sum over d of rows[i (dimension + 1) + d] x_d + rows[i (dimension + 1) + dimension]`.
 */
export interface Slice {
  readonly dimension: number;
  readonly rows: Float64Array;
}

/** The slice of a bounded domain in R^n. Errors: RangeError, as a sentence, where sizes do not fit or numbers are not finite. */
export function sliceOf(domain: CountDomain, inputs: number): Slice {
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
  return { dimension, rows };
}

function parts(domain: CountDomain): { origin: readonly number[]; directions: readonly (readonly number[])[] } {
  switch (domain.kind) {
    case 'segment': {
      const { from, to } = domain.segment;
      return { origin: from, directions: [to.map((x, i) => x - from[i])] };
    }
    case 'parallelogram': {
      const { origin, u, v } = domain.parallelogram;
      return { origin, directions: [u, v] };
    }
    case 'box': {
      const { lower, upper } = domain;
      return { origin: lower, directions: lower.map((low, d) => lower.map((_, i) => (i === d ? upper[i] - low : 0))) };
    }
    case 'all':
      throw new RangeError('all of R^n is no bounded domain');
  }
}
