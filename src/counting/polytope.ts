/** A convex polytope by its vertices and which facets each lies on; homogeneous coordinates, so that vertices may be at infinity. */
export interface Polytope {
  readonly vertices: number;
  /** `dimension + 1` coordinates a vertex, the greatest of size 1. */
  readonly points: Float64Array;
  readonly errors: Float64Array;
  /** One bit a facet, `words` numbers a vertex. */
  readonly incidence: Int32Array;
  readonly words: number;
  /** Coefficients of each facet's hyperplane, the greatest of size 1, and how far they may be off. */
  readonly planes: readonly Float64Array[];
  readonly planeErrors: readonly number[];
  /** The line that made each facet, and the number of the cut, negative on the negative side; 0 on the domain's faces. */
  readonly lines: readonly number[];
  readonly cuts: readonly number[];
  /** Share of the work: half of that of the polytope it was cut from. */
  readonly weight: number;
}

export function liesOn({ incidence, words }: Polytope, vertex: number, facet: number): boolean {
  return ((incidence[vertex * words + (facet >> 5)] >> (facet & 31)) & 1) === 1;
}

/** False for a face of lower dimension that a line only touches: then all its vertices lie on another facet, which has more. */
export function isFacet(cell: Polytope, facet: number): boolean {
  const mine: number[] = [];
  for (let v = 0; v < cell.vertices; v++) if (liesOn(cell, v, facet)) mine.push(v);
  return cell.lines.every((_, other) => {
    if (other === facet || !mine.every((v) => liesOn(cell, v, other))) return true;
    for (let v = 0; v < cell.vertices; v++) if (liesOn(cell, v, other) && !liesOn(cell, v, facet)) return false;
    // The same vertices: one facet, which two lines make; it counts once.
    return facet < other;
  });
}

/** Leaves out facets with too few vertices to be one, so that the bits stay few. */
export function withoutIdleFacets(cell: Polytope, dimension: number): Polytope {
  const kept: number[] = [];
  cell.lines.forEach((_, f) => {
    let count = 0;
    for (let v = 0; v < cell.vertices && count < dimension; v++) if (liesOn(cell, v, f)) count++;
    if (count >= dimension) kept.push(f);
  });
  if (kept.length === cell.lines.length) return cell;
  const words = Math.ceil(kept.length / 32);
  const incidence = new Int32Array(cell.vertices * words);
  for (let v = 0; v < cell.vertices; v++) {
    kept.forEach((f, to) => {
      if (liesOn(cell, v, f)) incidence[v * words + (to >> 5)] |= 1 << (to & 31);
    });
  }
  const pick = <T>(list: readonly T[]) => kept.map((f) => list[f]);
  const { planes, planeErrors, lines, cuts } = cell;
  return {
    ...cell,
    words,
    incidence,
    planes: pick(planes),
    planeErrors: pick(planeErrors),
    lines: pick(lines),
    cuts: pick(cuts),
  };
}

export function bitCount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
