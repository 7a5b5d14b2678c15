/**
 * Facets by their number: the cut that made each (negative on its negative side), its region, about where it is, and
 * its line.
 */
export interface Facets {
  readonly cut: Float64Array;
  readonly region: Int32Array;
  readonly key: Float64Array;
  readonly line: Float64Array;
}

/** If the keys of a pair are not closer to each other than to all others by this factor, pairs are found exactly. */
const APART = 16;

/**
 * Finds the facets of one cut that lie on both sides at one place, and calls `join` with each pair; false when some
 * facet has none on the other side. `facets` is sorted on the way. Uses the keys if they are distinct enough, and
 * otherwise exact keys, which are equal on both sides.
 */
export function pairFacets(
  facets: Uint32Array,
  all: Facets,
  exactKey: (facet: number) => number,
  join: (p: number, q: number) => void,
): boolean {
  const { cut, key } = all;
  if (facets.length === 2 && cut[facets[0]] === -cut[facets[1]]) {
    join(facets[0], facets[1]);
    return true;
  }
  facets.sort((a, b) => cut[a] - cut[b] || key[a] - key[b]);
  if (!isClear(facets, all)) return pairExactly(facets, cut, exactKey, join);
  const half = facets.length / 2;
  for (let k = 0; k < half; k++) join(facets[k], facets[half + k]);
  return true;
}

/** Whether the facets' keys, in order along each side, agree on both sides far better than those of neighbors. */
function isClear(facets: Uint32Array, { cut, key }: Facets): boolean {
  const half = facets.length / 2;
  if (!(cut[facets[half - 1]] < 0 && cut[facets[half]] > 0)) return false;
  for (let k = 0; k < half; k++) {
    const gap = APART * Math.abs(key[facets[k]] - key[facets[half + k]]);
    const before = k === 0 || key[facets[k]] - key[facets[k - 1]] > gap;
    const after = k === half - 1 || key[facets[k + 1]] - key[facets[k]] > gap;
    if (!before || !after || Number.isNaN(gap)) return false;
  }
  return true;
}

function pairExactly(
  facets: Uint32Array,
  cut: Float64Array,
  exactKey: (facet: number) => number,
  join: (p: number, q: number) => void,
): boolean {
  const above = new Map<number, number[]>();
  const below = new Map<number, number[]>();
  for (const f of facets) {
    const side = cut[f] > 0 ? above : below;
    const key = exactKey(f);
    const known = side.get(key);
    if (known) known.push(f);
    else side.set(key, [f]);
  }
  for (const [key, list] of above) {
    // Several where a unit that bends nothing cuts the facet: all regions on one side have the same map there and are
    // already joined.
    for (const p of list) for (const q of below.get(key) ?? []) join(p, q);
  }
  return above.size === below.size && [...above.keys()].every((key) => below.has(key));
}
