import { spansEdge } from './edges.ts';
import { grown } from './program.ts';

/** About as many parts can be counted in the time in which a request to stop must be noticed. */
const MOST_PARTS = 1 << 18;

/** A polytope by its vertices, and functions on it by their values there. */
export class Face {
  vertices = 0;
  functions = 0;
  /** Which of all functions each is. */
  names = new Int32Array(64);
  /** Facets that each vertex lies on, as bits. */
  incidence = new Int32Array(64);
  /** Value of each function at each vertex, one vertex after another; of the right sign, and 0 only where it vanishes. */
  values = new Float64Array(512);
  /** How far the values at each vertex may be off. */
  errors = new Float64Array(64);
  /** Ends of the edges. */
  edges = 0;
  first = new Int32Array(64);
  second = new Int32Array(64);

  /** Makes room for so many vertices and functions. */
  reserve(vertices: number, words: number, functions: number): void {
    while (this.errors.length < vertices) this.errors = grown(this.errors);
    while (this.incidence.length < vertices * words) this.incidence = grown(this.incidence);
    while (this.values.length < vertices * functions) this.values = grown(this.values);
    while (this.names.length < functions) this.names = grown(this.names);
  }

  /** Lists the edges of the face, whose dimension and words of incidence are told, as is whether as many facets meet in each vertex. */
  listEdges(dimension: number, words: number, isSimple: boolean): void {
    const { incidence, vertices } = this;
    this.edges = 0;
    for (let p = 0; p < vertices; p++) {
      for (let q = p + 1; q < vertices; q++) {
        if (words === 1 && isSimple) {
          // The ends of an edge differ in one facet each.
          const apart = incidence[p] & ~incidence[q];
          if ((apart & (apart - 1)) === 0) this.addEdge(p, q);
        } else if (spansEdge(incidence, words, p, q, 0, vertices, dimension)) this.addEdge(p, q);
      }
    }
  }

  private addEdge(p: number, q: number): void {
    if (this.edges === this.first.length) {
      this.first = grown(this.first);
      this.second = grown(this.second);
    }
    this.first[this.edges] = p;
    this.second[this.edges++] = q;
  }
}

/**
 * Sign of a function at vertex `vertex` of the face in which the functions `chosen`, the first `count` of them, vanish, decided
 * exactly.
 */
export type SectionSign = (name: number, face: Face, vertex: number, chosen: Int32Array, count: number) => number;

/**
 * Counts the parts into which hyperplanes cut a polytope without making them. By deletion and restriction (Zaslavsky 1975) a
 * hyperplane adds as many parts as those before it cut its own section of the polytope into, which has one dimension less. Values
 * at a section's vertices lie between those at the ends of edges, so that no coordinates are needed.
 */
export class Sections {
  /** The polytope, its section at hand, that one's section at hand, and so on. */
  private readonly faces: Face[];
  /** The functions that vanish on each section. */
  private readonly chosen: Int32Array;
  private words = 1;
  private isSimple = true;
  /** Of each function the signs seen on a section: 1 positive, 2 negative. */
  private seen = new Uint8Array(64);

  constructor(
    private readonly dimension: number,
    private readonly exactSign: SectionSign,
  ) {
    this.faces = Array.from({ length: dimension + 1 }, () => new Face());
    this.chosen = new Int32Array(dimension + 1);
  }

  /** The polytope to be cut, with room for so many vertices and functions, which are to be filled in. */
  begin(vertices: number, words: number, functions: number): Face {
    const [whole] = this.faces;
    whole.reserve(vertices, words, functions);
    whole.vertices = vertices;
    whole.functions = functions;
    for (let f = 0; f < functions; f++) whole.names[f] = f;
    while (this.seen.length < functions) this.seen = grown(this.seen);
    this.words = words;
    return whole;
  }

  /**
   * The number of parts, when each function has both signs on the polytope, and whether exactly as many facets as there are dimensions
   * meet in each vertex is told; 0 where there may be too many parts to count without a pause.
   */
  count(isSimple: boolean): number {
    if (mostParts(this.faces[0].functions, this.dimension) > MOST_PARTS) return 0;
    this.isSimple = isSimple;
    return this.parts(0);
  }

  private parts(level: number): number {
    const face = this.faces[level];
    const { functions } = face;
    if (functions < 2) return functions + 1;
    face.listEdges(this.dimension - level, this.words, this.isSimple);
    let total = 2;
    for (let f = 1; f < functions; f++) total += this.partsOfSection(level, f);
    return total;
  }

  /** Into how many parts the functions before `f` cut the section where `f` vanishes. */
  private partsOfSection(level: number, f: number): number {
    const face = this.faces[level];
    const section = this.faces[level + 1];
    const { functions, edges, first, second } = face;
    section.vertices = 0;
    section.functions = f;
    section.reserve(face.vertices + edges, this.words, f);
    this.chosen[level] = face.names[f];
    this.seen.fill(0, 0, f);
    const wasSimple = this.isSimple;
    for (let v = 0, at = f; v < face.vertices; v++, at += functions) {
      if (face.values[at] !== 0) continue;
      this.isSimple = false;
      this.keepVertex(face, section, v);
    }
    for (let e = 0; e < edges; e++) {
      const p = first[e];
      const q = second[e];
      const a = face.values[p * functions + f];
      const b = face.values[q * functions + f];
      if (a > 0 ? b < 0 : a < 0 && b > 0) this.cross(face, section, level, p, q);
    }
    const crossing = this.keepCrossing(face, section);
    const found = crossing < 2 ? crossing + 1 : this.parts(level + 1);
    this.isSimple = wasSimple;
    return found;
  }

  /** A vertex of the face that lies in the section. */
  private keepVertex(face: Face, section: Face, vertex: number): void {
    const { words, seen } = this;
    const { functions: f } = section;
    const to = section.vertices++;
    for (let k = 0; k < f; k++) {
      const value = face.values[vertex * face.functions + k];
      section.values[to * f + k] = value;
      if (value !== 0) seen[k] |= value > 0 ? 1 : 2;
    }
    for (let w = 0; w < words; w++) section.incidence[to * words + w] = face.incidence[vertex * words + w];
    section.errors[to] = face.errors[vertex];
  }

  /** The vertex of the section on the edge from `p` to `q`. */
  private cross(face: Face, section: Face, level: number, p: number, q: number): void {
    const { words, seen } = this;
    const { functions: f, values: made } = section;
    const { values, incidence } = face;
    const vertex = section.vertices++;
    for (let w = 0; w < words; w++) {
      section.incidence[vertex * words + w] = incidence[p * words + w] & incidence[q * words + w];
    }
    const atP = p * face.functions;
    const atQ = q * face.functions;
    const to = vertex * f;
    const drop = Math.abs(values[atP + f] - values[atQ + f]);
    const share = Math.abs(values[atP + f]) / drop;
    let isOpen = false;
    let most = 0;
    for (let k = 0; k < f; k++) {
      const start = values[atP + k];
      const end = values[atQ + k];
      const rise = end - start;
      made[to + k] = start + share * rise;
      most = Math.max(most, Math.abs(rise));
      // Between two values of one sign is no other.
      if (start > 0 && end > 0) seen[k] |= 1;
      else if (start < 0 && end < 0) seen[k] |= 2;
      else isOpen = true;
    }
    const error = Math.max(face.errors[p], face.errors[q]);
    // How far the share may be off: twice the error over the drop while that is small.
    const slack = 4 * error < drop ? (2 * error) / drop : 1;
    section.errors[vertex] = error + slack * most;
    if (isOpen) this.decide(face, section, level, atP, atQ, vertex);
  }

  /** Signs at a vertex of the section of functions that are not of one sign at both ends of its edge. */
  private decide(face: Face, section: Face, level: number, atP: number, atQ: number, vertex: number): void {
    const { seen } = this;
    const { functions: f, values } = section;
    const error = section.errors[vertex];
    for (let k = 0, at = vertex * f; k < f; k++, at++) {
      const start = face.values[atP + k];
      const end = face.values[atQ + k];
      if ((start > 0 && end > 0) || (start < 0 && end < 0)) continue;
      let sign = Math.sign(values[at]);
      if (start === 0 || end === 0) sign = Math.sign(start + end);
      else if (!(Math.abs(values[at]) > error)) {
        sign = Math.sign(this.exactSign(face.names[k], section, vertex, this.chosen, level + 1));
        section.errors[vertex] = 2 * error;
      }
      values[at] = sign * Math.max(Math.abs(values[at]), Number.MIN_VALUE);
      if (sign !== 0) seen[k] |= sign > 0 ? 1 : 2;
    }
  }

  /** Keeps only the functions that cut the section; returns how many. */
  private keepCrossing(face: Face, section: Face): number {
    const { seen } = this;
    const { functions, values, vertices } = section;
    let crossing = 0;
    for (let k = 0; k < functions; k++) {
      section.names[crossing] = face.names[k];
      crossing += Number(seen[k] === 3);
    }
    if (crossing < 2 || crossing === functions) return crossing;
    let to = 0;
    for (let v = 0, row = 0; v < vertices; v++, row += functions) {
      for (let k = 0; k < functions; k++) if (seen[k] === 3) values[to++] = values[row + k];
    }
    section.functions = crossing;
    return crossing;
  }
}

/** Into how many parts so many hyperplanes can cut a polytope: one for each set of at most `dimension` of them. */
function mostParts(functions: number, dimension: number): number {
  let sum = 1;
  let sets = 1;
  for (let k = 1; k <= Math.min(functions, dimension); k++) {
    sets *= (functions - k + 1) / k;
    sum += sets;
  }
  return sum;
}
