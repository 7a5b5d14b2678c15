type Vector = readonly bigint[];

/**
 * A convex polytope by its vertices, in whole homogeneous coordinates, the last positive, and the hyperplanes that each
 * lies on, as bits.
 */
export interface Polytope {
  readonly dimension: number;
  readonly vertices: readonly Vector[];
  readonly planes: readonly bigint[];
  /** How many hyperplanes are numbered. */
  readonly planeCount: number;
}

/** The box of these sides. */
export function boxPolytope(lower: readonly bigint[], upper: readonly bigint[]): Polytope {
  const dimension = lower.length;
  const corners = Array.from({ length: 2 ** dimension }, (_, bits) => lower.map((_, d) => ((bits >> d) & 1) === 1));
  return {
    dimension,
    vertices: corners.map((corner) => [...corner.map((isUpper, d) => (isUpper ? upper[d] : lower[d])), 1n]),
    planes: corners.map((corner) =>
      corner.reduce((bits, isUpper, d) => bits | (1n << BigInt(2 * d + Number(isUpper))), 0n),
    ),
    planeCount: 2 * dimension,
  };
}

/** The parts where a linear function is positive and negative; null for a part without an inside. */
export function split(polytope: Polytope, row: Vector): { positive: Polytope | null; negative: Polytope | null } {
  const values = polytope.vertices.map((vertex) => dot(row, vertex));
  const isPositive = values.some((value) => value > 0n);
  const isNegative = values.some((value) => value < 0n);
  if (!isPositive || !isNegative) {
    return { positive: isPositive ? polytope : null, negative: isNegative ? polytope : null };
  }
  const bit = 1n << BigInt(polytope.planeCount);
  const crossings = edgesAcross(polytope, values).map(([p, q]) => ({
    vertex: between(polytope.vertices[p], values[p], polytope.vertices[q], values[q]),
    planes: (polytope.planes[p] & polytope.planes[q]) | bit,
  }));
  const part = (isKept: (value: bigint) => boolean): Polytope => {
    const kept = polytope.vertices.flatMap((vertex, v) =>
      isKept(values[v]) ? [{ vertex, planes: polytope.planes[v] | (values[v] === 0n ? bit : 0n) }] : [],
    );
    const all = [...kept, ...crossings];
    return {
      dimension: polytope.dimension,
      vertices: all.map(({ vertex }) => vertex),
      planes: all.map(({ planes }) => planes),
      planeCount: polytope.planeCount + 1,
    };
  };
  return { positive: part((value) => value >= 0n), negative: part((value) => value <= 0n) };
}

/**
 * Edges whose ends have values of opposite signs. Two vertices span one when no third lies on all the hyperplanes that
 * they share.
 */
function edgesAcross({ planes }: Polytope, values: readonly bigint[]): [number, number][] {
  const found: [number, number][] = [];
  for (let p = 0; p < planes.length; p++) {
    for (let q = 0; q < planes.length; q++) {
      if (!(values[p] > 0n && values[q] < 0n)) continue;
      const shared = planes[p] & planes[q];
      if (!planes.some((bits, v) => v !== p && v !== q && (bits & shared) === shared)) found.push([p, q]);
    }
  }
  return found;
}

function between(p: Vector, atP: bigint, q: Vector, atQ: bigint): Vector {
  const sum = p.map((x, k) => atP * q[k] - atQ * x);
  const factor = sum.reduce(gcd, 0n);
  return sum.map((x) => x / factor);
}

/** Whether the vertices that two polytopes share span a facet of both. */
export function shareFacet(a: Polytope, b: Polytope): boolean {
  const names = new Set(b.vertices.map((vertex) => vertex.join(' ')));
  return rank(a.vertices.filter((vertex) => names.has(vertex.join(' ')))) === a.dimension;
}

function rank(rows: readonly Vector[]): number {
  let rest = rows.map((row) => [...row]);
  let found = 0;
  for (let column = 0; rest.length > 0 && column < rest[0].length; column++) {
    const pivot = rest.find((row) => row[column] !== 0n);
    if (!pivot) continue;
    found++;
    rest = rest
      .filter((row) => row !== pivot)
      .map((row) => row.map((value, k) => value * pivot[column] - pivot[k] * row[column]));
  }
  return found;
}

function dot(a: Vector, b: Vector): bigint {
  return a.reduce((sum, x, k) => sum + x * b[k], 0n);
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
