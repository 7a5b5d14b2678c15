import { BOTH, NEGATIVE, POSITIVE, RELATIVE_ERROR, ZERO, type ExactSigns, type Geometry } from './geometry.ts';
import { PolytopeCuts } from './polytopeCuts.ts';
import { grown } from '../program/program.ts';
import { Sections, type Face } from './sections.ts';
import { classifyUnits, type SignQuery } from './signQuery.ts';
import type { Slice } from './slice.ts';

/** From this many functions on it pays to compare them with a box around the cell first. */
const MIN_BOXED = 3;

interface Cutting {
  list: Int32Array;
  from: number;
  firstId: number;
}

/** Convex cells of any dimension. Signs that the errors of functions and vertices leave open are resolved exactly. */
export class Polytopes extends PolytopeCuts implements Geometry {
  low = 0;
  high = 0;
  private isTied = false;
  private readonly sections: Sections;
  /** The units that `countParts` cuts by, and the id of the first of all. */
  private readonly cutting: Cutting = { list: new Int32Array(0), from: 0, firstId: 0 };
  // A box around the cell.
  private readonly middle: Float64Array;
  private readonly reach: Float64Array;

  constructor(
    slice: Slice,
    private readonly exactSigns: ExactSigns,
  ) {
    super(slice);
    this.sections = new Sections(this.dimension, (...vertex) => this.signInSection(...vertex));
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

  signs(rows: Float64Array, at: number, shift: number, tolerance: number, id: number): number {
    const { start, end } = this;
    const gradient = this.gradientOf(rows, at, shift);
    let found = ZERO;
    let zeros = 0;
    for (let v = start; v < end && found !== BOTH; v++) {
      const value = this.valueAt(v, rows, at, shift, tolerance, gradient, id);
      if (value > 0) found |= POSITIVE;
      else if (value < 0) found |= NEGATIVE;
      else zeros++;
    }
    if (zeros >= this.dimension) this.isTied = true;
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
    const p = vertex * width;
    const last = width - 1;
    let value = rows[at] * points[p] + (rows[at + last] - shift) * points[p + last];
    for (let k = 1; k < last; k++) value += rows[at + k] * points[p + k];
    const margin = tolerance + gradient * this.errors[vertex];
    return value > margin || value < -margin ? value : this.resolveSigns(value, vertex, tolerance, gradient, id);
  }

  private resolveSigns(value: number, vertex: number, tolerance: number, gradient: number, id: number): number {
    const { points, width } = this;
    const margin = tolerance + gradient * this.refinedError(vertex);
    if (Math.abs(value) > margin) return value;
    const through: number[] = [];
    for (let s = 0; s < this.lastSlot - this.firstSlot; s++) {
      if (this.liesOn(vertex, s)) through.push(this.lines[this.planeOf(s)]);
    }
    if (through.includes(id)) return 0;
    const near = points.subarray(vertex * width, (vertex + 1) * width);
    const sign = this.exactSigns.sign(id, through, this.names[vertex], near);
    this.names[vertex] = this.exactSigns.name;
    return sign === 0 ? 0 : sign * Math.max(Math.abs(value), margin * 2 ** -20, Number.MIN_VALUE);
  }

  bounds(rows: Float64Array, at: number): void {
    const { width, points, errors } = this;
    const gradient = this.gradientOf(rows, at, 0);
    this.low = Infinity;
    this.high = -Infinity;
    for (let v = this.start; v < this.end; v++) {
      let value = 0;
      for (let k = 0; k < width; k++) value += rows[at + k] * points[v * width + k];
      const error = errors[v] + RELATIVE_ERROR;
      const low = value - gradient * error;
      const high = value + gradient * error;
      // At a vertex at infinity only the sign has a meaning; a value near 0 there says nothing.
      const scale = points[v * width + width - 1];
      const [least, most] = [scale - error, scale + error];
      this.low = Math.min(this.low, low >= 0 ? low / most : least > 0 ? low / least : -Infinity);
      this.high = Math.max(this.high, high <= 0 ? high / most : least > 0 ? high / least : Infinity);
    }
  }

  classify(query: SignQuery): number {
    if (query.breakpoints.length === 1 && query.to - query.from >= MIN_BOXED && this.box()) this.compareWithBox(query);
    return classifyUnits(query, this);
  }

  /** Gives the units that do not vanish in the box their piece; the query keeps the others. */
  private compareWithBox(query: SignQuery): void {
    const { middle, reach, width } = this;
    const { rows, tolerance, list, from, to, pattern, crossing, at } = query;
    const shift = query.breakpoints[0];
    let end = at;
    for (let k = from; k < to; k++) {
      const unit = list[k];
      const row = unit * width;
      let value = -shift;
      let most = tolerance;
      for (let d = 0; d < width; d++) {
        value += rows[row + d] * middle[d];
        most += Math.abs(rows[row + d]) * reach[d];
      }
      if (Math.abs(value) > most) pattern[unit] = value > 0 ? 1 : 0;
      else crossing[end++] = unit;
    }
    query.list = crossing;
    query.from = at;
    query.to = end;
  }

  /** Finds a box around the cell, widened by what its vertices may be off; false when it has vertices at infinity. */
  private box(): boolean {
    const { start, end, points, errors, width, middle, reach } = this;
    let error = 0;
    for (let v = start; v < end; v++) {
      if (points[v * width + width - 1] !== 1) return false;
      error = Math.max(error, errors[v]);
    }
    middle[width - 1] = 1;
    reach[width - 1] = 0;
    for (let d = 0; d < width - 1; d++) {
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

  wasTied(): boolean {
    const { isTied } = this;
    this.isTied = false;
    return isTied;
  }

  countParts(query: SignQuery): number {
    const { sections, start, end, width, words, cutting } = this;
    const { rows, tolerance, list: cut, from, to, firstId } = query;
    const shift = query.breakpoints[0];
    const functions = to - from;
    if (!sections.canCount(functions)) return 0;
    const face = sections.begin(end - start, words, functions);
    cutting.list = cut;
    cutting.from = from;
    cutting.firstId = firstId;
    let gradient = 0;
    for (let f = from; f < to; f++) gradient = Math.max(gradient, this.gradientOf(rows, cut[f] * width, shift));
    for (let v = start, to = 0, at = 0; v < end; v++, to++) {
      let least = Infinity;
      let positive = 0;
      let negative = 0;
      for (let f = 0; f < functions; f++) {
        const unit = cut[from + f];
        const value = this.valueAt(v, rows, unit * width, shift, tolerance, gradient, firstId + unit);
        face.values[at++] = value;
        if (value > 0) positive |= 1 << f;
        else if (value < 0) negative |= 1 << f;
        least = Math.min(least, Math.abs(value));
      }
      face.positive[to] = positive;
      face.negative[to] = negative;
      const error = tolerance + gradient * this.errors[v];
      // A sign resolved from the hyperplanes is right, but its value may have a larger error.
      face.errors[to] = least > error ? error : 2 * error;
      for (let w = 0; w < words; w++) face.incidence[to * words + w] = this.incidence[v * words + w];
    }
    const parts = sections.count(this.isSimple);
    if (sections.isTied) this.isTied = true;
    return parts;
  }

  private signInSection(name: number, face: Face, vertex: number, chosen: Int32Array, count: number): number {
    const { words } = this;
    const { list, from, firstId } = this.cutting;
    const through: number[] = [];
    for (let s = 0; s < this.lastSlot - this.firstSlot; s++) {
      if ((face.incidence[vertex * words + (s >> 5)] >> (s & 31)) & 1) through.push(this.lines[this.planeOf(s)]);
    }
    for (let c = 0; c < count; c++) through.push(firstId + list[from + chosen[c]]);
    return this.exactSigns.sign(firstId + list[from + name], through, 0);
  }
}
