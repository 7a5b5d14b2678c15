/**
 * The point where hyperplanes of n-dimensional space meet, given `n + 1` integers each: its homogeneous coordinates, up
 * to a factor, or null when no n of them are independent. There may be more than n. By fraction-free Gauss-Jordan
 * elimination: all numbers are minors of the matrix, and divisions are exact (Bareiss 1968).
 */
export function meetingPoint(rows: readonly (readonly bigint[])[], n: number): bigint[] | null {
  // Each reduced row is `diagonal` at its own pivot, and 0 at the others'.
  let reduced: bigint[][] = [];
  const pivots: number[] = [];
  let diagonal = 1n;
  for (const row of rows) {
    if (reduced.length === n) break;
    const rest = row.map((value, k) =>
      reduced.reduce((sum, other, i) => sum - row[pivots[i]] * other[k], value * diagonal),
    );
    const pivot = rest.findIndex((value) => value !== 0n);
    if (pivot < 0) continue;
    const next = rest[pivot];
    const previous = diagonal;
    reduced = reduced.map((other) => other.map((value, k) => (next * value - other[pivot] * rest[k]) / previous));
    reduced.push(rest);
    pivots.push(pivot);
    diagonal = next;
  }
  if (reduced.length < n) return null;
  const point = Array<bigint>(n + 1).fill(diagonal);
  const free = point.findIndex((_, k) => !pivots.includes(k));
  pivots.forEach((pivot, i) => (point[pivot] = -reduced[i][free]));
  return point;
}

/** Coordinates below this recur, and values there are about as long as the coefficients of a cell. */
const MAX_COORDINATE = 1n << 256n;
/** Euclid's algorithm takes at most 1.45 steps for each bit of the smaller of two numbers over their common factor. */
const MOST_STEPS = 400;

/**
 * The same point without a common factor, where its coordinates are short then; null where they are not, which takes
 * few steps however long they are.
 */
export function shortPoint(point: readonly bigint[]): bigint[] | null {
  let factor = 0n;
  for (const coordinate of point) {
    let [a, b] = [factor, coordinate < 0n ? -coordinate : coordinate];
    for (let step = 0; b !== 0n; step++) {
      if (step === MOST_STEPS) return null;
      [a, b] = [b, a % b];
    }
    factor = a;
  }
  const short = point.map((coordinate) => coordinate / factor);
  return short.every(isShort) ? short : null;
}

export function isShort(coordinate: bigint): boolean {
  return coordinate < MAX_COORDINATE && coordinate > -MAX_COORDINATE;
}
