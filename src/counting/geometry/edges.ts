/**
 * Whether vertices `p` and `q` of the polytope with vertices `from` to `to` span an edge, in the double description
 * method (Fukuda and Prodon 1996): when they share at least `dimension - 1` facets and no third vertex lies on all of
 * these. Where exactly
 * `dimension` facets meet in `p`, all but one of them make an edge there, and no third vertex need be looked at. Facets
 * are bits of `incidence`, `words` numbers a vertex.
 */
export function spansEdge(
  incidence: Int32Array,
  words: number,
  p: number,
  q: number,
  from: number,
  to: number,
  dimension: number,
): boolean {
  let shared = 0;
  let own = 0;
  for (let w = 0; w < words; w++) {
    shared += bitCount(incidence[p * words + w] & incidence[q * words + w]);
    own += bitCount(incidence[p * words + w]);
  }
  if (shared < dimension - 1) return false;
  if (own === dimension) return true;
  for (let v = from; v < to; v++) {
    if (v === p || v === q) continue;
    let w = 0;
    for (; w < words; w++) {
      const both = incidence[p * words + w] & incidence[q * words + w];
      if ((incidence[v * words + w] & both) !== both) break;
    }
    if (w === words) return false;
  }
  return true;
}

export function bitCount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
