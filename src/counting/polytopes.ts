import { spansEdge } from './edges.ts';
import { BOTH, NEGATIVE, POSITIVE, ZERO, type ExactSign, type Geometry } from './geometry.ts';
import { inverseNorm } from './inverse.ts';
import { PolytopeStack } from './polytopeStack.ts';
import { grown } from './program.ts';
import { Sections, type Face } from './sections.ts';
import type { Slice } from './slice.ts';

/** Rounding error of a normalized coordinate. */
const COORDINATE_ERROR = 2 ** -50;

/** Errors of vertices that matter so many times as much as those of functions are looked at more closely. */
const LARGE = 4096;

/** From this many functions on it pays to compare them with a box around the cell first. */
const LEAST_BOXED = 3;

interface Cutting {
  list: Int32Array;
  from: number;
  firstId: number;
}

/**
 * Convex cells of any dimension. Cutting by a hyperplane keeps the vertices on either side and adds one on every edge across. A vertex
 * knows about how far it may be from the true one; that is looked at more closely where a sign depends on it.
 */
export class Polytopes extends PolytopeStack implements Geometry {
  low = 0;
  high = 0;
  private readonly sections: Sections;
  /** The units that `countParts` cuts by, and the id of the first of all. */
  private readonly cutting: Cutting = { list: new Int32Array(0), from: 0, firstId: 0 };
  // The function that `side` looked at last, and its values at the vertices.
  private values = new Float64Array(64);
  private readonly plane: Float64Array;
  private line = 0;
  private gradient = 0;
  private tolerance = 0;
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
  // A box around the cell.
  private readonly middle: Float64Array;
  private readonly reach: Float64Array;

  constructor(
    slice: Slice,
    private readonly exactSign: ExactSign,
  ) {
    super(slice);
    this.sections = new Sections(this.dimension, (...vertex) => this.signInSection(...vertex));
    this.plane = new Float64Array(this.width);
    this.matrix = new Float64Array(this.dimension ** 2);
    this.inverse = new Float64Array(this.dimension ** 2);
    this.middle = new Float64Array(this.width);
    this.reach = new Float64Array(this.width);
  }

  side(rows: Float64Array, at: number, shift: number, tolerance: number, id: number): number {
    const { width, start, end } = this;
    while (this.values.length < end - start) this.values = grown(this.values);
    const { values } = this;
    const gradient = this.gradientOf(rows, at, shift);
    let found = ZERO;
    for (let v = start; v < end; v++) {
      const value = this.valueAt(v, rows, at, shift, tolerance, gradient, id);
      if (value > 0) found |= POSITIVE;
      else if (value < 0) found |= NEGATIVE;
      values[v - start] = value;
    }
    this.line = id;
    this.gradient = gradient;
    this.tolerance = tolerance;
    for (let k = 0; k < width; k++) this.plane[k] = rows[at + k];
    this.plane[width - 1] -= shift;
    return found;
  }

  /** As `side`, but ends as soon as both signs are seen and leaves nothing behind for `split`. */
  private crosses(rows: Float64Array, at: number, shift: number, tolerance: number, id: number): number {
    const { start, end } = this;
    const gradient = this.gradientOf(rows, at, shift);
    let found = ZERO;
    for (let v = start; v < end && found !== BOTH; v++) {
      const value = this.valueAt(v, rows, at, shift, tolerance, gradient, id);
      if (value > 0) found |= POSITIVE;
      else if (value < 0) found |= NEGATIVE;
    }
    return found;
  }

  /** How much the function can change with a point, whose coordinates are at most 1. */
  private gradientOf(rows: Float64Array, at: number, shift: number): number {
    let sum = Math.abs(shift);
    for (let k = at; k < at + this.width; k++) sum += Math.abs(rows[k]);
    return sum;
  }

  /** A value of the right sign, and 0 only where the vertex lies on the hyperplane. */
  private valueAt(
    vertex: number,
    rows: Float64Array,
    at: number,
    shift: number,
    tolerance: number,
    gradient: number,
    id: number,
  ): number {
    const { points, width } = this;
    let p = vertex * width;
    let value = -shift * points[p + width - 1];
    for (let k = at, end = at + width; k < end; k++, p++) value += rows[k] * points[p];
    const margin = tolerance + gradient * this.errors[vertex];
    return value > margin || value < -margin ? value : this.settle(value, vertex, tolerance, gradient, id);
  }

  private settle(value: number, vertex: number, tolerance: number, gradient: number, id: number): number {
    const { points, width } = this;
    const margin = tolerance + gradient * this.refinedError(vertex);
    if (Math.abs(value) > margin) return value;
    const through: number[] = [];
    for (let s = 0; s < this.lastSlot - this.firstSlot; s++) {
      if (this.liesOn(vertex, s)) through.push(this.lines[this.planeOf(s)]);
    }
    if (through.includes(id)) return 0;
    const sign = this.exactSign(id, through, points.subarray(vertex * width, (vertex + 1) * width));
    return sign === 0 ? 0 : sign * Math.max(Math.abs(value), margin * 2 ** -20, Number.MIN_VALUE);
  }

  /** Errors grow from vertex to vertex, until one is larger by far than `small`. */
  private smallError(vertex: number, small: number): number {
    const error = this.errors[vertex];
    return error > LARGE * small ? this.refinedError(vertex) : error;
  }

  /**
   * The least that can be said of how far a vertex is from where its hyperplanes meet: what is left when it is put into them, and
   * their own errors, times the norm of the inverse of their matrix. That is Infinity where more than `dimension` of them meet and
   * the newest ones are dependent.
   */
  private refinedError(vertex: number): number {
    if (this.isRefined[vertex] === 1) return this.errors[vertex];
    const { width, dimension, matrix, points, planes } = this;
    const at = vertex * width;
    let known = width - 1;
    for (let k = 0; k < width; k++) if (Math.abs(points[at + k]) > Math.abs(points[at + known])) known = k;
    let error = 0;
    let row = 0;
    let last = this.planeCount;
    while (row < dimension) {
      last = this.newestThrough(vertex, last);
      if (last < 0) break;
      let rest = 0;
      for (let k = 0, c = row * dimension; k < width; k++) {
        const coefficient = planes[last * width + k];
        rest += coefficient * points[at + k];
        if (k !== known) matrix[c++] = coefficient;
      }
      error = Math.max(error, Math.abs(rest) + width * this.planeErrors[last]);
      row++;
    }
    const bound = 2 * inverseNorm(matrix, this.inverse, dimension) * (error + COORDINATE_ERROR);
    if (row === dimension && bound < this.errors[vertex]) this.errors[vertex] = bound;
    this.isRefined[vertex] = 1;
    return this.errors[vertex];
  }

  /** The newest of the hyperplanes before `before` that go through a vertex of the cell, or -1. */
  private newestThrough(vertex: number, before: number): number {
    let newest = -1;
    for (let s = 0; s < this.lastSlot - this.firstSlot; s++) {
      const plane = this.planeOf(s);
      if (plane < before && plane > newest && this.liesOn(vertex, s)) newest = plane;
    }
    return newest;
  }

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
    this.putPartAside(other, between, otherSlot, slot, isOtherSimple);
    this.takeUp(between, end, slot, slot + this.partSlots, isSimple);
  }

  clip(cut: number): void {
    this.begin(cut);
    const start = this.vertexTop();
    const firstSlot = this.slotTop();
    this.reserve(start + this.end - this.start + this.crossed, firstSlot + this.lastSlot - this.firstSlot + 1);
    const end = this.writePart(true, start, firstSlot);
    const isSimple = this.finishPart(start, end, this.partSlots);
    this.takeUp(start, end, firstSlot, firstSlot + this.partSlots, isSimple);
  }

  /** Takes in the last function's hyperplane, and finds the edges across. */
  private begin(cut: number): void {
    this.addPlane(this.plane, this.tolerance, this.line, cut);
    if (this.lastSlot - this.firstSlot >= 32 * this.words) this.addWord();
    if (this.used.length < this.words) this.used = new Int32Array(this.words);
    const { values, start, end, incidence, words, dimension } = this;
    const isQuick = words === 1 && this.isSimple;
    const small = this.tolerance / this.gradient;
    let crossed = 0;
    for (let p = start; p < end; p++) {
      if (!(values[p - start] > 0)) continue;
      for (let q = start; q < end; q++) {
        if (!(values[q - start] < 0)) continue;
        if (isQuick) {
          // Ends of an edge differ in one facet each.
          const apart = incidence[p] & ~incidence[q];
          if ((apart & (apart - 1)) !== 0) continue;
        } else if (!spansEdge(incidence, words, p, q, start, end, dimension)) continue;
        if (crossed === this.above.length) {
          this.above = grown(this.above);
          this.below = grown(this.below);
        }
        this.smallError(p, small);
        this.smallError(q, small);
        this.above[crossed] = p;
        this.below[crossed++] = q;
      }
    }
    this.crossed = crossed;
  }

  /**
   * Writes the part on one side of the cut to `to` and on, last the vertices on the edges across, which are copied from `made` on where
   * the other part has them already; its slots go to `slotTo`. Returns its end.
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
    this.partSlots = this.usedSlots();
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
  }

  /** The first slot that is not used. */
  private freeSlot(): number {
    const { used } = this;
    let w = 0;
    while (used[w] === -1) w++;
    return 32 * w + (31 - Math.clz32(~used[w] & -~used[w]));
  }

  /** How many slots there are up to the last that is used. */
  private usedSlots(): number {
    let w = this.words - 1;
    while (this.used[w] === 0) w--;
    return 32 * (w + 1) - Math.clz32(this.used[w]);
  }

  /**
   * Where more facets than needed meet in vertices, leaves out those with too few vertices to be one. Returns whether as many meet
   * in each vertex as there are dimensions.
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
    errors[to] = (COORDINATE_ERROR + error + ((this.tolerance + this.gradient * error) * distance) / drop) / size;
    this.isRefined[to] = 0;
  }

  bounds(rows: Float64Array, at: number): void {
    const { width, points } = this;
    this.low = Infinity;
    this.high = -Infinity;
    for (let v = this.start; v < this.end; v++) {
      let value = 0;
      for (let k = 0; k < width; k++) value += rows[at + k] * points[v * width + k];
      // At a vertex at infinity only the sign means something.
      const scale = points[v * width + width - 1];
      const bounded = scale > 0 ? value / scale : value === 0 ? 0 : value > 0 ? Infinity : -Infinity;
      this.low = Math.min(this.low, bounded);
      this.high = Math.max(this.high, bounded);
    }
  }

  sift(
    rows: Float64Array,
    breakpoints: readonly number[],
    tolerance: number,
    firstId: number,
    pieces: Int32Array,
    list: Int32Array,
    from: number,
    to: number,
    crossing: Int32Array,
    at: number,
  ): number {
    const count = breakpoints.length;
    const { middle, reach, width } = this;
    const isBoxed = count === 1 && to - from >= LEAST_BOXED && this.box();
    let end = at;
    for (let k = from; k < to; k++) {
      const unit = list[k];
      const row = unit * width;
      if (isBoxed) {
        let value = -breakpoints[0];
        let most = tolerance;
        for (let d = 0; d < width; d++) {
          value += rows[row + d] * middle[d];
          most += Math.abs(rows[row + d]) * reach[d];
        }
        if (Math.abs(value) > most) {
          pieces[unit] = value > 0 ? 1 : 0;
          continue;
        }
      }
      let piece = 0;
      let found = POSITIVE;
      for (let b = 0; b < count && found === POSITIVE; b++) {
        found = this.crosses(rows, row, breakpoints[b], tolerance, firstId + unit * count + b);
        if (found === POSITIVE) piece = b + 1;
      }
      if (found === BOTH) crossing[end++] = unit;
      else pieces[unit] = piece;
    }
    return end;
  }

  /** Finds a box around the cell, widened by what its vertices may be off; false when it has vertices at infinity. */
  private box(): boolean {
    const { start, end, points, errors, width, middle, reach } = this;
    let error = 0;
    for (let v = start; v < end; v++) {
      if (points[v * width + width - 1] !== 1) return false;
      error = Math.max(error, errors[v]);
    }
    for (let d = 0; d < width; d++) {
      let low = Infinity;
      let high = -Infinity;
      for (let at = start * width + d; at < end * width; at += width) {
        low = Math.min(low, points[at]);
        high = Math.max(high, points[at]);
      }
      middle[d] = (low + high) / 2;
      reach[d] = (high - low) / 2 + error;
    }
    return true;
  }

  countParts(
    rows: Float64Array,
    shift: number,
    tolerance: number,
    cut: Int32Array,
    from: number,
    to: number,
    firstId: number,
  ): number {
    const { sections, start, end, width, words, cutting } = this;
    const functions = to - from;
    const face = sections.begin(end - start, words, functions);
    cutting.list = cut;
    cutting.from = from;
    cutting.firstId = firstId;
    let gradient = 0;
    for (let f = from; f < to; f++) gradient = Math.max(gradient, this.gradientOf(rows, cut[f] * width, shift));
    for (let v = start, at = 0; v < end; v++) {
      let least = Infinity;
      for (let f = from; f < to; f++) {
        const unit = cut[f];
        const value = this.valueAt(v, rows, unit * width, shift, tolerance, gradient, firstId + unit);
        face.values[at++] = value;
        least = Math.min(least, Math.abs(value));
      }
      const error = tolerance + gradient * this.errors[v];
      // What was settled from the hyperplanes has the right sign, but may be off by more.
      face.errors[v - start] = least > error ? error : 2 * error;
      for (let w = 0; w < words; w++) face.incidence[(v - start) * words + w] = this.incidence[v * words + w];
    }
    return sections.count(this.isSimple);
  }

  private signInSection(name: number, face: Face, vertex: number, chosen: Int32Array, count: number): number {
    const { words } = this;
    const { list, from, firstId } = this.cutting;
    const through: number[] = [];
    for (let s = 0; s < this.lastSlot - this.firstSlot; s++) {
      if ((face.incidence[vertex * words + (s >> 5)] >> (s & 31)) & 1) through.push(this.lines[this.planeOf(s)]);
    }
    for (let c = 0; c < count; c++) through.push(firstId + list[from + chosen[c]]);
    return this.exactSign(firstId + list[from + name], through);
  }
}
