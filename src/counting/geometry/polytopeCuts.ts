import { spansEdge } from './edges.ts';
import { inverseNorm } from '../program/inverse.ts';
import { PolytopeStack } from './polytopeStack.ts';
import { grown } from '../program/program.ts';
import type { Slice } from './slice.ts';

/** Rounding error of a normalized coordinate. */
const COORDINATE_ERROR = 2 ** -50;
/** If the errors of vertices matter this many times as much as those of functions, they are computed more closely. */
const LARGE = 4096;

/**
 * Cuts the current cell by the hyperplane where a function vanishes. The vertices on either side stay, and each edge
 * that crosses it gets a new one. Every vertex has an error bound, which is refined where a sign depends on it.
 */
export class PolytopeCuts extends PolytopeStack {
  // The function that `side` looked at last, and its values at the vertices.
  protected values = new Float64Array(64);
  protected readonly plane: Float64Array;
  protected line = 0;
  protected gradient = 0;
  protected tolerance = 0;
  // Edges that the cut goes across: their positive and negative ends.
  private above = new Int32Array(64);
  private below = new Int32Array(64);
  private crossed = 0;
  /** Slots that vertices of a part use. */
  private used = new Int32Array(1);
  /** Number of slots of the part written last. */
  private partSlots = 0;
  // Room for the hyperplanes that meet in a vertex.
  private readonly matrix: Float64Array;
  private readonly inverse: Float64Array;

  constructor(slice: Slice) {
    super(slice);
    this.plane = new Float64Array(this.width);
    this.matrix = new Float64Array(this.dimension ** 2);
    this.inverse = new Float64Array(this.dimension ** 2);
  }

  /** See `Geometry`. */
  split(keepPositive: boolean, cut: number): void {
    this.begin(cut);
    const { crossed, firstSlot, lastSlot } = this;
    const room = this.end - this.start + crossed;
    const other = this.vertexTop();
    const otherSlot = this.slotTop();
    this.reserve(other + 2 * room, otherSlot + 2 * (lastSlot - firstSlot + 1));
    const between = this.writePart(!keepPositive, other, otherSlot);
    const slot = otherSlot + this.partSlots;
    const end = this.writePart(keepPositive, between, slot, between - crossed);
    const isOtherSimple = this.finishPart(other, between, slot - otherSlot);
    const isSimple = this.finishPart(between, end, this.partSlots);
    this.pushPart(other, between, otherSlot, slot, isOtherSimple);
    this.popFrame(between, end, slot, slot + this.partSlots, isSimple);
  }

  /** See `Geometry`. */
  clip(cut: number): void {
    this.begin(cut);
    const start = this.vertexTop();
    const firstSlot = this.slotTop();
    this.reserve(start + this.end - this.start + this.crossed, firstSlot + this.lastSlot - this.firstSlot + 1);
    const end = this.writePart(true, start, firstSlot);
    const isSimple = this.finishPart(start, end, this.partSlots);
    this.popFrame(start, end, firstSlot, firstSlot + this.partSlots, isSimple);
  }

  /** Takes in the last function's hyperplane, and finds the edges across. */
  private begin(cut: number): void {
    this.addPlane(this.plane, this.tolerance, this.line, cut);
    if (this.lastSlot - this.firstSlot >= 32 * this.words) this.addWord();
    if (this.used.length < this.words) this.used = new Int32Array(this.words);
    const { values, start, end, incidence, words, dimension } = this;
    const isQuick = words === 1 && this.isSimple;
    const small = this.tolerance / this.gradient;
    this.crossed = 0;
    for (let p = start; p < end; p++) {
      if (!(values[p - start] > 0)) continue;
      const own = incidence[p];
      for (let q = start; q < end; q++) {
        if (!(values[q - start] < 0)) continue;
        if (isQuick) {
          // Ends of an edge differ in one facet each.
          const apart = own & ~incidence[q];
          if ((apart & (apart - 1)) !== 0) continue;
        } else if (!spansEdge(incidence, words, p, q, start, end, dimension)) continue;
        this.smallError(p, small);
        this.smallError(q, small);
        this.addCrossed(p, q);
      }
    }
  }

  private addCrossed(p: number, q: number): void {
    if (this.crossed === this.above.length) {
      this.above = grown(this.above);
      this.below = grown(this.below);
    }
    this.above[this.crossed] = p;
    this.below[this.crossed++] = q;
  }

  /**
   * Writes the part on one side of the cut to `to` and on, last the vertices on the edges across, which are copied from
   * `made` on where the other part has them already; its slots go to `slotTo`. Returns its end.
   */
  private writePart(positive: boolean, to: number, slotTo: number, made = -1): number {
    const { values, start, end, words, incidence, used, above, below, crossed } = this;
    used.fill(0);
    let write = to;
    for (let v = start; v < end; v++) {
      const value = values[v - start];
      if (positive ? value < 0 : value > 0) continue;
      this.copyVertex(v, write);
      for (let w = 0; w < words; w++) used[w] |= incidence[write * words + w] = incidence[v * words + w];
      write++;
    }
    const slot = this.freeSlot();
    const word = slot >> 5;
    const bit = 1 << (slot & 31);
    used[word] |= bit;
    this.partSlots = this.slotsInUse();
    this.slots.copyWithin(slotTo, this.firstSlot, Math.min(this.firstSlot + this.partSlots, this.lastSlot));
    this.slots[slotTo + slot] = positive ? this.planeCount : -this.planeCount;
    for (let v = start, kept = to; v < end; v++) {
      const value = values[v - start];
      if (value === 0) incidence[kept * words + word] |= bit;
      if (positive ? value >= 0 : value <= 0) kept++;
    }
    for (let k = 0; k < crossed; k++, write++) {
      for (let w = 0; w < words; w++) {
        incidence[write * words + w] = incidence[above[k] * words + w] & incidence[below[k] * words + w];
      }
      incidence[write * words + word] |= bit;
      if (made < 0) this.cross(above[k], below[k], write);
      else this.copyVertex(made + k, write);
    }
    return write;
  }

  private copyVertex(from: number, to: number): void {
    const { points, width } = this;
    for (let k = 0; k < width; k++) points[to * width + k] = points[from * width + k];
    this.errors[to] = this.errors[from];
    this.isRefined[to] = this.isRefined[from];
    this.names[to] = this.names[from];
  }

  /** The first slot that is not used. */
  private freeSlot(): number {
    const { used } = this;
    let w = 0;
    while (used[w] === -1) w++;
    return 32 * w + (31 - Math.clz32(~used[w] & -~used[w]));
  }

  /** How many slots there are up to the last that is used. */
  private slotsInUse(): number {
    let w = this.words - 1;
    while (this.used[w] === 0) w--;
    return 32 * (w + 1) - Math.clz32(this.used[w]);
  }

  /**
   * Where more facets than needed meet in vertices, leaves out those with too few vertices to be one. Returns whether
   * as many meet in each vertex as there are dimensions.
   */
  private finishPart(from: number, to: number, slots: number): boolean {
    const { start, end, values } = this;
    let isSimple = this.isSimple;
    for (let v = start; v < end && isSimple; v++) isSimple = values[v - start] !== 0;
    if (isSimple) return true;
    const { incidence, words, dimension } = this;
    for (let s = 0; s < slots; s++) {
      let count = 0;
      for (let v = from; v < to && count < dimension; v++) count += Number(this.liesOn(v, s));
      if (count >= dimension) continue;
      for (let v = from; v < to; v++) incidence[v * words + (s >> 5)] &= ~(1 << (s & 31));
    }
    return this.allSimple(from, to);
  }

  /** Makes vertex `to` between vertices `p` and `q`, where the last function vanishes. */
  private cross(p: number, q: number, to: number): void {
    const { values, width, points, errors, start } = this;
    const drop = values[p - start] - values[q - start];
    const share = values[p - start] / drop;
    let distance = 0;
    let size = 0;
    for (let k = 0; k < width; k++) {
      const a = points[p * width + k];
      const b = points[q * width + k];
      const between = a + share * (b - a);
      points[to * width + k] = between;
      distance = Math.max(distance, Math.abs(b - a));
      size = Math.max(size, Math.abs(between));
    }
    for (let k = 0; k < width; k++) points[to * width + k] /= size;
    const error = Math.max(errors[p], errors[q]);
    const made = (COORDINATE_ERROR + error + ((this.tolerance + this.gradient * error) * distance) / drop) / size;
    // Written so that NaN is not kept: no coordinate is greater than 1.
    errors[to] = made < 2 ? made : 2;
    this.isRefined[to] = 0;
    this.names[to] = 0;
  }

  /** Errors grow from vertex to vertex, until one is larger by far than `small`. */
  private smallError(vertex: number, small: number): number {
    const error = this.errors[vertex];
    return error > LARGE * small ? this.refinedError(vertex) : error;
  }

  /**
   * The least that can be said of how far a vertex is from where its hyperplanes meet: what is left when it is put into
   * them, and their own errors, times the norm of the inverse of their matrix. That is Infinity where more than
   * `dimension` of them meet and the newest ones are dependent.
   */
  protected refinedError(vertex: number): number {
    if (this.isRefined[vertex] === 1) return this.errors[vertex];
    const { width, dimension, matrix, points, planes } = this;
    const at = vertex * width;
    let known = width - 1;
    for (let k = 0; k < width; k++) if (Math.abs(points[at + k]) > Math.abs(points[at + known])) known = k;
    let error = 0;
    let row = 0;
    for (let last = this.planeCount; row < dimension; row++) {
      last = this.newestThrough(vertex, last);
      if (last < 0) break;
      let rest = 0;
      for (let k = 0, c = row * dimension; k < width; k++) {
        const coefficient = planes[last * width + k];
        rest += coefficient * points[at + k];
        if (k !== known) matrix[c++] = coefficient;
      }
      error = Math.max(error, Math.abs(rest) + width * this.planeErrors[last]);
    }
    const bound = 2 * inverseNorm(matrix, this.inverse, dimension) * (error + COORDINATE_ERROR);
    // The bound holds while the hyperplanes' own errors cannot make their matrix singular.
    if (row === dimension && bound < this.errors[vertex] && bound < 1) this.errors[vertex] = bound;
    this.isRefined[vertex] = 1;
    return this.errors[vertex];
  }

  /** The newest of the hyperplanes before `before` that go through a vertex of the cell, or -1. */
  private newestThrough(vertex: number, before: number): number {
    const { slots, firstSlot, words, incidence } = this;
    let newest = -1;
    for (let w = 0; w < words; w++) {
      for (let rest = incidence[vertex * words + w]; rest !== 0; rest &= rest - 1) {
        const plane = Math.abs(slots[firstSlot + 32 * w + 31 - Math.clz32(rest & -rest)]) - 1;
        if (plane < before && plane > newest) newest = plane;
      }
    }
    return newest;
  }
}
