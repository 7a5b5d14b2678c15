import { bitCount, spansEdge } from './edges.ts';
import { grown } from '../program/program.ts';

/** Functions are bits of a word. */
const MAX_FUNCTIONS = 32;
/** About as many parts can be counted in the time in which a request to stop must be noticed. */
const MAX_PARTS = 1 << 18;

/** A polytope by its vertices, and functions on it by their values there. */
export class Face {
  vertices = 0;
  /** Facets that each vertex lies on, as bits. */
  incidence = new Int32Array(64);
  /** Functions that are positive at each vertex, and negative, as bits. */
  positive = new Int32Array(64);
  negative = new Int32Array(64);
  /** Value of each function at each vertex, one vertex after another. */
  values = new Float64Array(512);
  /** How far the values at each vertex may be off. */
  errors = new Float64Array(64);
  /** Ends of the edges, and the functions that have both signs on each. */
  edges = 0;
  first = new Int32Array(64);
  second = new Int32Array(64);
  changing = new Int32Array(64);
  /** For each vertex of a section the ends of the edge that it lies on; the same twice for a vertex of the whole. */
  from = new Int32Array(64);
  to = new Int32Array(64);

  /** Makes room for this many vertices and functions. */
  reserve(vertices: number, words: number, functions: number): void {
    while (this.errors.length < vertices) {
      this.errors = grown(this.errors);
      this.positive = grown(this.positive);
      this.negative = grown(this.negative);
      this.from = grown(this.from);
      this.to = grown(this.to);
    }
    while (this.incidence.length < vertices * words) this.incidence = grown(this.incidence);
    while (this.values.length < vertices * functions) this.values = grown(this.values);
  }

  /**
   * Lists the edges of a face, given its dimension and its words of incidence. In a simple face exactly `dimension`
   * facets meet in each vertex.
   */
  listEdges(dimension: number, words: number, isSimple: boolean): void {
    const { vertices } = this;
    this.edges = 0;
    this.reserveEdges((vertices * dimension) >> 1);
    if (words === 1 && isSimple) return this.listSimpleEdges();
    for (let p = 0; p < vertices; p++) {
      for (let q = p + 1; q < vertices; q++) {
        if (!spansEdge(this.incidence, words, p, q, 0, vertices, dimension)) continue;
        this.reserveEdges(this.edges + 1);
        this.addEdge(p, q);
      }
    }
  }

  private listSimpleEdges(): void {
    const { incidence, vertices } = this;
    for (let p = 0; p < vertices; p++) {
      const own = incidence[p];
      for (let q = p + 1; q < vertices; q++) {
        // The ends of an edge differ in one facet each.
        const apart = own & ~incidence[q];
        if ((apart & (apart - 1)) === 0) this.addEdge(p, q);
      }
    }
  }

  private addEdge(p: number, q: number): void {
    const { positive, negative } = this;
    this.first[this.edges] = p;
    this.second[this.edges] = q;
    this.changing[this.edges++] = (positive[p] & negative[q]) | (negative[p] & positive[q]);
  }

  private reserveEdges(edges: number): void {
    while (this.first.length < edges) {
      this.first = grown(this.first);
      this.second = grown(this.second);
      this.changing = grown(this.changing);
    }
  }
}

/**
 * Sign of function `f` at vertex `vertex` of the face in which the functions `chosen`, the first `count` of them,
 * vanish, decided exactly.
 */
export type SectionSign = (f: number, face: Face, vertex: number, chosen: Int32Array, count: number) => number;

/**
 * Counts the parts into which hyperplanes cut a polytope without making them. By deletion and restriction (Zaslavsky
 * 1975) a hyperplane adds as many parts as those before it cut its own section of the polytope into, which has one
 * dimension less. Values at a section's vertices lie between those at the ends of edges, so that no coordinates are
 * needed, and values only where neither the signs at the ends nor their number settle the matter.
 */
export class Sections {
  /** The polytope, its current section, the current section of that section, and so on. */
  private readonly faces: Face[];
  /** The functions that vanish on each section. */
  private readonly chosen: Int32Array;
  private functions = 0;
  private words = 1;
  private isSimple = true;
  /**
   * Whether there may be more functions that cut the section listed last than it is clear of, and those that vanish on
   * all of it.
   */
  private isOpen = false;
  private vanishing = 0;
  /** Two functions vanish on the same section of the whole polytope. */
  isTied = false;

  constructor(
    private readonly dimension: number,
    private readonly exactSign: SectionSign,
  ) {
    this.faces = Array.from({ length: dimension + 1 }, () => new Face());
    this.chosen = new Int32Array(dimension + 1);
  }

  /** False where there may be too many parts to count without a pause. */
  canCount(functions: number): boolean {
    return functions <= MAX_FUNCTIONS && mostParts(functions, this.dimension) <= MAX_PARTS;
  }

  /** The polytope to be cut, with room for this many vertices and functions, which the caller fills in. */
  begin(vertices: number, words: number, functions: number): Face {
    const [whole] = this.faces;
    whole.reserve(vertices, words, functions);
    whole.vertices = vertices;
    this.functions = functions;
    this.words = words;
    return whole;
  }

  /**
   * The number of parts, if each function has both signs on the polytope. In a simple polytope exactly `dimension`
   * facets meet in each vertex.
   */
  count(isSimple: boolean): number {
    this.isSimple = isSimple;
    this.isTied = false;
    return this.parts(0, this.functions === MAX_FUNCTIONS ? -1 : (1 << this.functions) - 1);
  }

  /** Into how many parts the functions `cutting`, as bits, cut a face; each of them does. */
  private parts(level: number, cutting: number): number {
    const count = bitCount(cutting);
    if (count < 2) return count + 1;
    this.faces[level].listEdges(this.dimension - level, this.words, this.isSimple);
    const first = cutting & -cutting;
    let total = 2;
    for (let rest = cutting ^ first, before = first; rest !== 0;) {
      const bit = rest & -rest;
      total += this.partsOfSection(level, 31 - Math.clz32(bit), before);
      rest ^= bit;
      before |= bit;
    }
    return total;
  }

  /** Into how many parts the functions `before` cut the section where `f` vanishes. */
  private partsOfSection(level: number, f: number, before: number): number {
    const face = this.faces[level];
    const section = this.faces[level + 1];
    section.reserve(face.vertices + face.edges, this.words, this.functions);
    const wasSimple = this.isSimple;
    let cutting = this.listVertices(face, section, f, before);
    // Where one cuts the section, or none, its values do not matter.
    if (this.isOpen || bitCount(cutting) > 1) {
      this.chosen[level] = f;
      cutting = this.fill(face, section, level, cutting);
    }
    // A function before `f` that vanishes on all of the section has the same hyperplane, which adds nothing again.
    if (level === 0 && this.vanishing !== 0) this.isTied = true;
    const found = this.vanishing !== 0 ? 0 : this.parts(level + 1, cutting);
    this.isSimple = wasSimple;
    return found;
  }

  /** Lists the vertices of the section; returns the functions among `before` that cut it, or may. */
  private listVertices(face: Face, section: Face, f: number, before: number): number {
    const { positive, negative, edges, first, second, changing } = face;
    const { from, to } = section;
    const bit = 1 << f;
    let vertices = 0;
    let above = 0;
    let below = 0;
    let open = 0;
    for (let v = 0; v < face.vertices; v++) {
      if (((positive[v] | negative[v]) & bit) !== 0) continue;
      this.isSimple = false;
      from[vertices] = to[vertices] = v;
      vertices++;
      above |= positive[v];
      below |= negative[v];
    }
    for (let e = 0; e < edges; e++) {
      const changed = changing[e];
      if ((changed & bit) === 0) continue;
      const p = first[e];
      const q = second[e];
      from[vertices] = p;
      to[vertices] = q;
      vertices++;
      // Values between two of the same sign have that sign.
      above |= (positive[p] | positive[q]) & ~changed;
      below |= (negative[p] | negative[q]) & ~changed;
      open |= changed;
    }
    section.vertices = vertices;
    const clear = above & below & before;
    const possible = (above | open) & (below | open) & before;
    this.isOpen = possible !== clear;
    this.vanishing = before & ~(above | below | open);
    return possible;
  }

  /** Fills in the values of the functions `wanted` at the section's vertices; returns those that cut it. */
  private fill(face: Face, section: Face, level: number, wanted: number): number {
    const { words } = this;
    let above = 0;
    let below = 0;
    for (let v = 0; v < section.vertices; v++) {
      const p = section.from[v];
      const q = section.to[v];
      for (let w = 0; w < words; w++) {
        section.incidence[v * words + w] = face.incidence[p * words + w] & face.incidence[q * words + w];
      }
      if (p === q) this.copyVertex(face, section, v, p, wanted);
      else this.cross(face, section, level, v, p, q, wanted);
      above |= section.positive[v];
      below |= section.negative[v];
    }
    this.vanishing |= wanted & ~(above | below);
    return above & below & wanted;
  }

  /** A vertex of the face that lies in the section. */
  private copyVertex(face: Face, section: Face, vertex: number, from: number, wanted: number): void {
    const { functions } = this;
    section.positive[vertex] = face.positive[from] & wanted;
    section.negative[vertex] = face.negative[from] & wanted;
    section.errors[vertex] = face.errors[from];
    for (let k = 0; k < functions; k++) {
      section.values[vertex * functions + k] = face.values[from * functions + k];
    }
  }

  /** The vertex of the section on the edge from `p` to `q`. */
  private cross(face: Face, section: Face, level: number, vertex: number, p: number, q: number, wanted: number): void {
    const { functions } = this;
    const { values, positive, negative } = face;
    const made = section.values;
    const atP = p * functions;
    const atQ = q * functions;
    const to = vertex * functions;
    const f = this.chosen[level];
    const drop = Math.abs(values[atP + f]) + Math.abs(values[atQ + f]);
    const share = drop > 0 ? Math.abs(values[atP + f]) / drop : 0.5;
    let most = 0;
    for (let rest = wanted; rest !== 0; rest &= rest - 1) {
      const k = 31 - Math.clz32(rest & -rest);
      const start = values[atP + k];
      const rise = values[atQ + k] - start;
      made[to + k] = start + share * rise;
      most = Math.max(most, Math.abs(rise));
    }
    const error = Math.max(face.errors[p], face.errors[q]);
    // How far the share may be off: twice the error over the drop while that is small.
    const slack = 4 * error < drop ? (2 * error) / drop : 1;
    section.errors[vertex] = error + slack * most;
    const changing = (positive[p] & negative[q]) | (negative[p] & positive[q]);
    section.positive[vertex] = (positive[p] | positive[q]) & ~changing & wanted;
    section.negative[vertex] = (negative[p] | negative[q]) & ~changing & wanted;
    for (let rest = changing & wanted; rest !== 0; rest &= rest - 1) {
      this.decide(section, level, vertex, 31 - Math.clz32(rest & -rest));
    }
  }

  /** The sign of function `k` at a vertex of the section. */
  private decide(section: Face, level: number, vertex: number, k: number): void {
    const at = vertex * this.functions + k;
    let sign = section.values[at];
    if (!(Math.abs(sign) > section.errors[vertex])) {
      sign = this.exactSign(k, section, vertex, this.chosen, level + 1);
      // A value of the wrong sign is off by less than the error, and none by less than itself.
      section.values[at] = sign === 0 ? 0 : Math.sign(sign) * Math.abs(section.values[at]);
      section.errors[vertex] *= 2;
    }
    if (sign > 0) section.positive[vertex] |= 1 << k;
    else if (sign < 0) section.negative[vertex] |= 1 << k;
  }
}

/** Into how many parts this many hyperplanes can cut a polytope: one for each set of at most `dimension` of them. */
function mostParts(functions: number, dimension: number): number {
  let sum = 1;
  let sets = 1;
  for (let k = 1; k <= Math.min(functions, dimension); k++) {
    sets *= (functions - k + 1) / k;
    sum += sets;
  }
  return sum;
}
