import { bitCount } from './edges.ts';
import { GENERIC_DIRECTION } from './geometry.ts';
import type { CellOutline } from './cellOutline.ts';
import { grown } from '../program/program.ts';
import type { Slice } from './slice.ts';

/**
 * Numbers held for each polytope put aside: those of the current cell, and the first free places above it and all below
 * it.
 */
const FRAME = 8;

/**
 * Convex polytopes by their vertices and which facets each lies on, on a stack of flat arrays. A polytope's vertices
 * stand one after another; it names its facets by slots, each a bit in its vertices' incidence, and a slot is free
 * where no vertex has its bit. The hyperplanes of facets are held once for all polytopes along the path that leads to
 * the current cell.
 */
export class PolytopeStack {
  readonly dimension: number;
  /** `dimension + 1` homogeneous coordinates a vertex, the greatest of size 1, so that vertices may be at infinity. */
  protected readonly width: number;
  protected points: Float64Array;
  /** How far each vertex may be from the true one, and whether that is the best that can be said. */
  protected errors = new Float64Array(256);
  protected isRefined = new Uint8Array(256);
  /** What exact arithmetic calls it, or 0. */
  protected names = new Int32Array(256);
  /** One bit a slot, `words` numbers a vertex. */
  protected incidence = new Int32Array(256);
  protected words = 1;
  /** Of each slot the number of its hyperplane, plus one; negative where the polytope is on the negative side. */
  protected slots = new Int32Array(256);

  /** Coefficients of each hyperplane, the greatest of size 1, and how far they may be off. */
  protected planes: Float64Array;
  protected planeErrors = new Float64Array(64);
  /** The line that made each, and the number of the cut as seen from its positive side; 0 for the domain's faces. */
  protected lines = new Float64Array(64);
  protected cutNumbers = new Float64Array(64);
  protected planeCount = 0;

  // The current cell: its vertices, its slots, and whether exactly `dimension` facets meet in each vertex.
  protected start = 0;
  protected end = 0;
  protected firstSlot = 0;
  protected lastSlot = 0;
  protected isSimple = false;
  /** Share of the work: half of that of the polytope it was cut from. */
  private weight = 1;

  /** Of each slot of the cell that was looked over: its vertices, and a number for where they are. */
  private sizes = new Int32Array(64);
  private keys = new Float64Array(64);
  private readonly wanted: number[] = [];
  private frames = new Int32Array(64 * FRAME);
  private weights = new Float64Array(64);
  private stack = 0;

  constructor(private readonly slice: Slice) {
    this.dimension = slice.dimension;
    this.width = slice.dimension + 1;
    this.points = new Float64Array(256 * this.width);
    this.planes = new Float64Array(64 * this.width);
    this.reset();
  }

  reset(): void {
    const { corners, faces } = this.slice;
    this.stack = this.start = this.firstSlot = this.planeCount = 0;
    this.weight = 1;
    this.words = Math.ceil(faces.length / 32);
    this.reserve(corners.length, faces.length);
    this.end = corners.length;
    this.lastSlot = faces.length;
    faces.forEach((face, f) => {
      this.addPlane(Float64Array.from(face), 0, -1 - f, 0);
      this.slots[f] = f + 1;
    });
    corners.forEach((corner, v) => {
      this.points.set(corner, v * this.width);
      this.errors[v] = 0;
      this.isRefined[v] = 1;
      this.names[v] = 0;
      this.incidence.fill(0, v * this.words, (v + 1) * this.words);
      faces.forEach((face, f) => {
        const value = face.reduce((sum, coefficient, k) => sum + coefficient * corner[k], 0);
        if (value === 0) this.incidence[v * this.words + (f >> 5)] |= 1 << (f & 31);
      });
    });
    this.isSimple = this.allSimple(0, this.end);
  }

  pop(): void {
    if (this.stack === 0) return;
    const at = FRAME * --this.stack;
    const { frames } = this;
    this.start = frames[at];
    this.end = frames[at + 1];
    this.firstSlot = frames[at + 2];
    this.lastSlot = frames[at + 3];
    this.isSimple = frames[at + 4] === 1;
    this.planeCount = frames[at + 7];
    this.weight = this.weights[this.stack];
  }

  /** Polytopes are never changed in place, so both may be the same numbers. */
  duplicate(): void {
    const { start, end, firstSlot, lastSlot, isSimple } = this;
    this.push(start, end, firstSlot, lastSlot, isSimple, this.weight);
  }

  swap(): void {
    const { start, end, firstSlot, lastSlot, isSimple, weight, planeCount } = this;
    this.pop();
    this.planeCount = planeCount;
    this.push(start, end, firstSlot, lastSlot, isSimple, weight);
  }

  /** The cell's corners, and those on each facet; null when a corner lies at infinity. */
  corners(): CellOutline | null {
    const { points, width, dimension, start, end } = this;
    const corners: number[][] = [];
    for (let v = start; v < end; v++) {
      const scale = points[v * width + dimension];
      if (!(scale > 0)) return null;
      corners.push(Array.from(points.subarray(v * width, v * width + dimension), (x) => x / scale));
    }
    const facets = Array.from({ length: this.lastSlot - this.firstSlot }, (_, s) =>
      corners.flatMap((_, k) => (this.liesOn(start + k, s) ? [k] : [])),
    );
    return { corners, facets: facets.filter(({ length }) => length >= dimension) };
  }

  /** About which share of the work is still to be done, in the cell and all parts put aside. */
  remaining(): number {
    let sum = this.weight;
    for (let k = 0; k < this.stack; k++) sum += this.weights[k];
    return sum;
  }

  /** A part takes the place of the cell; its work is half of the cell's. */
  protected popFrame(start: number, end: number, firstSlot: number, lastSlot: number, isSimple: boolean): void {
    this.start = start;
    this.end = end;
    this.firstSlot = firstSlot;
    this.lastSlot = lastSlot;
    this.isSimple = isSimple;
    this.weight /= 2;
  }

  /** Puts the other part of the cell aside. */
  protected pushPart(start: number, end: number, firstSlot: number, lastSlot: number, isSimple: boolean): void {
    this.push(start, end, firstSlot, lastSlot, isSimple, this.weight / 2);
  }

  private push(start: number, end: number, firstSlot: number, lastSlot: number, isSimple: boolean, weight: number) {
    const at = FRAME * this.stack;
    if (at === this.frames.length) {
      this.frames = grown(this.frames);
      this.weights = grown(this.weights);
    }
    const { frames } = this;
    const vertexTop = Math.max(end, this.vertexTop());
    const slotTop = Math.max(lastSlot, this.slotTop());
    frames[at] = start;
    frames[at + 1] = end;
    frames[at + 2] = firstSlot;
    frames[at + 3] = lastSlot;
    frames[at + 4] = isSimple ? 1 : 0;
    frames[at + 5] = vertexTop;
    frames[at + 6] = slotTop;
    frames[at + 7] = this.planeCount;
    this.weights[this.stack++] = weight;
  }

  /** First place above the cell and all parts put aside. */
  protected vertexTop(): number {
    return this.stack === 0 ? this.end : Math.max(this.end, this.frames[FRAME * (this.stack - 1) + 5]);
  }

  protected slotTop(): number {
    return this.stack === 0 ? this.lastSlot : Math.max(this.lastSlot, this.frames[FRAME * (this.stack - 1) + 6]);
  }

  /** Makes room for this many vertices and slots. */
  protected reserve(vertices: number, slots: number): void {
    while (this.errors.length < vertices) {
      this.points = grown(this.points);
      this.errors = grown(this.errors);
      this.isRefined = grown(this.isRefined);
      this.names = grown(this.names);
    }
    while (this.incidence.length < vertices * this.words) this.incidence = grown(this.incidence);
    while (this.slots.length < slots) this.slots = grown(this.slots);
  }

  /** One more word a vertex, for a polytope with more facets than any before. */
  protected addWord(): void {
    const { incidence, words } = this;
    const wider = new Int32Array(this.errors.length * (words + 1));
    for (let v = 0; v * words < incidence.length; v++) {
      for (let w = 0; w < words; w++) wider[v * (words + 1) + w] = incidence[v * words + w];
    }
    this.incidence = wider;
    this.words++;
  }

  /** Adds a hyperplane: its coefficients, how far they may be off, the line it is of, and the number of the cut. */
  protected addPlane(coefficients: Float64Array, error: number, line: number, cut: number): void {
    if (this.planeCount === this.lines.length) {
      this.planes = grown(this.planes);
      this.planeErrors = grown(this.planeErrors);
      this.lines = grown(this.lines);
      this.cutNumbers = grown(this.cutNumbers);
    }
    const { width, planeCount } = this;
    let size = 0;
    for (let k = 0; k < width; k++) size = Math.max(size, Math.abs(coefficients[k]));
    for (let k = 0; k < width; k++) this.planes[planeCount * width + k] = coefficients[k] / size;
    this.planeErrors[planeCount] = error / size;
    this.lines[planeCount] = line;
    this.cutNumbers[planeCount] = cut;
    this.planeCount++;
  }

  protected liesOn(vertex: number, slot: number): boolean {
    return ((this.incidence[vertex * this.words + (slot >> 5)] >> (slot & 31)) & 1) === 1;
  }

  /** The hyperplane of a slot of the current cell. */
  protected planeOf(slot: number): number {
    return Math.abs(this.slots[this.firstSlot + slot]) - 1;
  }

  /** Whether exactly `dimension` facets meet in each of these vertices. */
  protected allSimple(from: number, to: number): boolean {
    for (let v = from; v < to; v++) {
      let count = 0;
      for (let w = 0; w < this.words; w++) count += bitCount(this.incidence[v * this.words + w]);
      if (count !== this.dimension) return false;
    }
    return true;
  }

  /** See `Geometry`. */
  facets(visit: (cut: number, key: number, line: number) => void, isWanted?: (line: number) => boolean): void {
    const { wanted } = this;
    wanted.length = 0;
    this.usedSlots((s) => {
      const plane = this.planeOf(s);
      if (this.cutNumbers[plane] !== 0 && (!isWanted || isWanted(this.lines[plane]))) wanted.push(s);
    });
    if (wanted.length === 0) return;
    this.scanFacets(this.lastSlot - this.firstSlot);
    for (const s of wanted) {
      if (!this.isFacet(s)) continue;
      const plane = this.planeOf(s);
      const cut = this.cutNumbers[plane];
      visit(this.slots[this.firstSlot + s] > 0 ? cut : -cut, this.keys[s], this.lines[plane]);
    }
  }

  /** See `Geometry`. */
  boundary(visit: (line: number) => void): void {
    this.usedSlots((s) => visit(this.lines[this.planeOf(s)]));
  }

  /** Calls `visit` with each slot of the current cell that has vertices. */
  private usedSlots(visit: (slot: number) => void): void {
    const { start, end, words, incidence } = this;
    for (let w = 0; w < words; w++) {
      let used = 0;
      for (let v = start; v < end; v++) used |= incidence[v * words + w];
      for (; used !== 0; used &= used - 1) visit(32 * w + 31 - Math.clz32(used & -used));
    }
  }

  /** For each slot counts the vertices on it, and makes a number of where they are. */
  private scanFacets(count: number): void {
    const { start, end, width, words, points, incidence } = this;
    if (this.sizes.length < count) {
      this.sizes = new Int32Array(2 * count);
      this.keys = new Float64Array(2 * count);
    }
    const { sizes, keys } = this;
    sizes.fill(0, 0, count);
    keys.fill(0, 0, count);
    for (let v = start; v < end; v++) {
      let height = 0;
      for (let k = 0; k < width; k++) {
        height += points[v * width + k] * GENERIC_DIRECTION[k % GENERIC_DIRECTION.length] * (1 + Math.floor(k / 5));
      }
      for (let w = 0; w < words; w++) {
        for (let bits = incidence[v * words + w]; bits !== 0; bits &= bits - 1) {
          const s = 32 * w + 31 - Math.clz32(bits & -bits);
          sizes[s]++;
          keys[s] += height;
        }
      }
    }
  }

  /**
   * After `scanFacets`: false for a face of lower dimension that a line only touches. Where two lines make the same
   * facet, it counts once.
   */
  private isFacet(slot: number): boolean {
    const { sizes } = this;
    if (sizes[slot] === 0) return false;
    // Each of the `dimension` facets that meet in a vertex is needed to make it one.
    if (this.isSimple) return true;
    for (let w = 0; w < this.words; w++) {
      for (let bits = this.around(slot, w); bits !== 0; bits &= bits - 1) {
        const s = 32 * w + 31 - Math.clz32(bits & -bits);
        if (s === slot) continue;
        if (sizes[s] > sizes[slot] || this.planeOf(s) < this.planeOf(slot)) return false;
      }
    }
    return true;
  }

  /** The slots of word `w` that all vertices of a slot lie on. */
  private around(slot: number, w: number): number {
    let common = -1;
    for (let v = this.start; v < this.end; v++) {
      if (this.liesOn(v, slot)) common &= this.incidence[v * this.words + w];
    }
    return common;
  }

  /** See `Geometry`. */
  openCuts(visit: (cut: number) => void): void {
    for (let plane = 0; plane < this.planeCount; plane++) visit(Math.abs(this.cutNumbers[plane]));
  }

  /** True when the cell lies against one of the domain's first `faces` faces. */
  touchesAny(faces: number): boolean {
    for (let s = 0; s < this.lastSlot - this.firstSlot; s++) {
      if (this.planeOf(s) >= faces) continue;
      for (let v = this.start; v < this.end; v++) if (this.liesOn(v, s)) return true;
    }
    return false;
  }
}
