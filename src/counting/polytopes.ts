import { BOTH, GENERIC_DIRECTION, NEGATIVE, POSITIVE, ZERO, type ExactSign, type Geometry } from './geometry.ts';
import { inverseNorm } from './inverse.ts';
import { bitCount, isFacet, liesOn, withoutIdleFacets, type Polytope } from './polytope.ts';
import type { Slice } from './slice.ts';

/** Rounding error of a normalized coordinate. */
const COORDINATE_ERROR = 2 ** -50;

/** From this many functions on it pays to compare them with a box around the cell first. */
const LEAST_BOXED = 3;

/**
 * Convex cells of any dimension. Cutting by a hyperplane keeps the vertices on either side and adds one on every edge across, found by
 * the double description method: two vertices span an edge when no third lies on all facets they share (Fukuda and Prodon 1996).
 */
export class Polytopes implements Geometry {
  readonly dimension: number;
  low = 0;
  high = 0;
  private cell!: Polytope;
  private aside: Polytope[] = [];
  /** Number of the cut under way. */
  private cut = 0;
  private readonly width: number;
  // What `side` looked at last.
  // Room for the hyperplanes that meet in a vertex.
  private readonly matrix: Float64Array;
  private readonly inverse: Float64Array;
  private readonly middle: Float64Array;
  private readonly reach: Float64Array;
  private values = new Float64Array(64);
  private readonly plane: Float64Array;
  private line = 0;
  private gradient = 0;
  private tolerance = 0;

  constructor(
    private readonly slice: Slice,
    private readonly exactSign: ExactSign,
  ) {
    this.dimension = slice.dimension;
    this.width = slice.dimension + 1;
    this.plane = new Float64Array(this.width);
    this.matrix = new Float64Array(this.dimension ** 2);
    this.inverse = new Float64Array(this.dimension ** 2);
    this.middle = new Float64Array(this.width);
    this.reach = new Float64Array(this.width);
    this.reset();
  }

  reset(): void {
    const { corners, faces } = this.slice;
    const words = Math.ceil(faces.length / 32);
    const incidence = new Int32Array(corners.length * words);
    corners.forEach((corner, v) => {
      faces.forEach((face, f) => {
        const value = face.reduce((sum, coefficient, k) => sum + coefficient * corner[k], 0);
        if (value === 0) incidence[v * words + (f >> 5)] |= 1 << (f & 31);
      });
    });
    this.cell = {
      vertices: corners.length,
      points: Float64Array.from(corners.flat()),
      errors: new Float64Array(corners.length),
      incidence,
      words,
      planes: faces.map((face) => Float64Array.from(face)),
      planeErrors: faces.map(() => 0),
      lines: faces.map((_, f) => -1 - f),
      cuts: faces.map(() => 0),
      weight: 1,
    };
    this.aside = [];
  }

  side(rows: Float64Array, at: number, shift: number, tolerance: number, id: number): number {
    const { width, cell } = this;
    const { points, errors, vertices } = cell;
    if (this.values.length < vertices) this.values = new Float64Array(2 * vertices);
    const { values } = this;
    let gradient = Math.abs(shift);
    for (let k = 0; k < width; k++) gradient += Math.abs(rows[at + k]);
    let found = ZERO;
    for (let v = 0; v < vertices; v++) {
      let value = -shift * points[v * width + width - 1];
      for (let k = 0; k < width; k++) value += rows[at + k] * points[v * width + k];
      const margin = tolerance + gradient * errors[v];
      if (!(value > margin || value < -margin)) value = this.settle(value, margin, v, id);
      if (value > 0) found |= POSITIVE;
      else if (value < 0) found |= NEGATIVE;
      values[v] = value;
    }
    this.line = id;
    this.gradient = gradient;
    this.tolerance = tolerance;
    for (let k = 0; k < width; k++) this.plane[k] = rows[at + k];
    this.plane[width - 1] -= shift;
    return found;
  }

  private settle(value: number, margin: number, vertex: number, id: number): number {
    const { cell, width } = this;
    const through = cell.lines.filter((_, f) => (cell.incidence[vertex * cell.words + (f >> 5)] >> (f & 31)) & 1);
    if (through.includes(id)) return 0;
    const sign = this.exactSign(id, through, cell.points.subarray(vertex * width, (vertex + 1) * width));
    return sign === 0 ? 0 : sign * Math.max(Math.abs(value), margin * 2 ** -20, Number.MIN_VALUE);
  }

  split(keepPositive: boolean, cut: number): void {
    this.cut = cut;
    const across = this.acrossEdges();
    this.aside.push(this.part(!keepPositive, across));
    this.cell = this.part(keepPositive, across);
  }

  clip(cut: number): void {
    this.cut = cut;
    this.cell = this.part(true, this.acrossEdges());
  }

  next(): void {
    const part = this.aside.pop();
    if (part) this.cell = part;
  }

  keep(): void {
    this.aside.push(this.cell);
  }

  exchange(): void {
    const { cell } = this;
    this.next();
    this.aside.push(cell);
  }

  /** Pairs of a positive and a negative vertex that span an edge, in turn. */
  private acrossEdges(): number[] {
    const { cell, values, dimension } = this;
    const { incidence, words, vertices } = cell;
    const pairs: number[] = [];
    for (let p = 0; p < vertices; p++) {
      if (!(values[p] > 0)) continue;
      for (let q = 0; q < vertices; q++) {
        if (!(values[q] < 0)) continue;
        let shared = 0;
        for (let w = 0; w < words; w++) shared += bitCount(incidence[p * words + w] & incidence[q * words + w]);
        if (shared >= dimension - 1 && this.spansEdge(p, q)) pairs.push(p, q);
      }
    }
    return pairs;
  }

  private spansEdge(p: number, q: number): boolean {
    const { incidence, words, vertices } = this.cell;
    for (let v = 0; v < vertices; v++) {
      if (v === p || v === q) continue;
      let w = 0;
      while (w < words) {
        const shared = incidence[p * words + w] & incidence[q * words + w];
        if ((incidence[v * words + w] & shared) !== shared) break;
        w++;
      }
      if (w === words) return false;
    }
    return true;
  }

  private part(positive: boolean, across: readonly number[]): Polytope {
    const { cell, values, width, dimension } = this;
    const kept: number[] = [];
    for (let v = 0; v < cell.vertices; v++) if (positive ? values[v] >= 0 : values[v] <= 0) kept.push(v);
    const vertices = kept.length + across.length / 2;
    const points = new Float64Array(vertices * width);
    const errors = new Float64Array(vertices);
    const facets = cell.lines.length;
    const words = (facets >> 5) + 1;
    const incidence = new Int32Array(vertices * words);
    const onCut = [facets >> 5, 1 << (facets & 31)];
    const size = this.plane.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const planes = [...cell.planes, this.plane.map((value) => value / size)];
    const planeErrors = [...cell.planeErrors, this.tolerance / size];
    kept.forEach((v, to) => {
      points.set(cell.points.subarray(v * width, (v + 1) * width), to * width);
      errors[to] = cell.errors[v];
      for (let w = 0; w < cell.words; w++) incidence[to * words + w] = cell.incidence[v * cell.words + w];
      if (values[v] === 0) incidence[to * words + onCut[0]] |= onCut[1];
    });
    for (let k = 0; k < across.length; k += 2) {
      const [p, q] = [across[k], across[k + 1]];
      const to = kept.length + k / 2;
      errors[to] = this.cross(p, q, points, to * width);
      for (let w = 0; w < cell.words; w++) {
        incidence[to * words + w] = cell.incidence[p * cell.words + w] & cell.incidence[q * cell.words + w];
      }
      incidence[to * words + onCut[0]] |= onCut[1];
      errors[to] = Math.min(errors[to], this.errorAt(points, incidence, words, to, planes, planeErrors));
    }
    const whole = {
      vertices,
      points,
      errors,
      incidence,
      words,
      planes,
      planeErrors,
      lines: [...cell.lines, this.line],
      cuts: [...cell.cuts, positive ? this.cut : -this.cut],
      weight: cell.weight / 2,
    };
    return withoutIdleFacets(whole, dimension);
  }

  /**
   * How far a vertex may be from where its hyperplanes meet: what is left when it is put into them, and their own errors, times the
   * norm of the inverse of their matrix. Infinity where more than `dimension` of them meet and the first ones are dependent.
   */
  private errorAt(
    points: Float64Array,
    incidence: Int32Array,
    words: number,
    vertex: number,
    planes: readonly Float64Array[],
    planeErrors: readonly number[],
  ): number {
    const { width, dimension, matrix } = this;
    const at = vertex * width;
    let known = width - 1;
    for (let k = 0; k < width; k++) if (Math.abs(points[at + k]) > Math.abs(points[at + known])) known = k;
    let error = 0;
    let row = 0;
    // From the newest on, since the cut itself must be among them.
    for (let f = planes.length - 1; f >= 0 && row < dimension; f--) {
      if (((incidence[vertex * words + (f >> 5)] >> (f & 31)) & 1) === 0) continue;
      const plane = planes[f];
      let rest = 0;
      for (let k = 0, c = row * dimension; k < width; k++) {
        rest += plane[k] * points[at + k];
        if (k !== known) matrix[c++] = plane[k];
      }
      error = Math.max(error, Math.abs(rest) + width * planeErrors[f]);
      row++;
    }
    const bound = 2 * inverseNorm(matrix, this.inverse, dimension) * (error + COORDINATE_ERROR);
    return Number.isNaN(bound) ? Infinity : bound;
  }

  /** Writes the point between vertices `p` and `q` where the last function vanishes; returns its error. */
  private cross(p: number, q: number, points: Float64Array, to: number): number {
    const { cell, values, width } = this;
    const drop = values[p] - values[q];
    const share = values[p] / drop;
    let distance = 0;
    let size = 0;
    for (let k = 0; k < width; k++) {
      const a = cell.points[p * width + k];
      const b = cell.points[q * width + k];
      points[to + k] = a + share * (b - a);
      distance = Math.max(distance, Math.abs(b - a));
      size = Math.max(size, Math.abs(points[to + k]));
    }
    for (let k = 0; k < width; k++) points[to + k] /= size;
    const error = Math.max(cell.errors[p], cell.errors[q]);
    return (COORDINATE_ERROR + error + ((this.tolerance + this.gradient * error) * distance) / drop) / size;
  }

  bounds(rows: Float64Array, at: number): void {
    const { width, cell } = this;
    this.low = Infinity;
    this.high = -Infinity;
    for (let v = 0; v < cell.vertices; v++) {
      let value = 0;
      for (let k = 0; k < width; k++) value += rows[at + k] * cell.points[v * width + k];
      // At a vertex at infinity only the sign means something.
      const scale = cell.points[v * width + width - 1];
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
    const isBoxed = to - from >= LEAST_BOXED && this.box();
    let end = at;
    for (let k = from; k < to; k++) {
      const unit = list[k];
      if (isBoxed && count === 1) {
        let value = -breakpoints[0];
        let most = tolerance;
        for (let d = 0; d < width; d++) {
          value += rows[unit * width + d] * middle[d];
          most += Math.abs(rows[unit * width + d]) * reach[d];
        }
        if (Math.abs(value) > most) {
          pieces[unit] = value > 0 ? 1 : 0;
          continue;
        }
      }
      let piece = 0;
      let found = POSITIVE;
      for (let b = 0; b < count && found === POSITIVE; b++) {
        found = this.side(rows, unit * this.width, breakpoints[b], tolerance, firstId + unit * count + b);
        if (found === POSITIVE) piece = b + 1;
      }
      if (found === BOTH) crossing[end++] = unit;
      else pieces[unit] = piece;
    }
    return end;
  }

  /** Finds a box around the cell, widened by what its vertices may be off; false when it has vertices at infinity. */
  private box(): boolean {
    const { cell, width, middle, reach } = this;
    for (let v = 0; v < cell.vertices; v++) if (cell.points[v * width + width - 1] !== 1) return false;
    const error = cell.errors.reduce((most, value) => Math.max(most, value), 0);
    for (let d = 0; d < width; d++) {
      let low = Infinity;
      let high = -Infinity;
      for (let at = d; at < cell.vertices * width; at += width) {
        low = Math.min(low, cell.points[at]);
        high = Math.max(high, cell.points[at]);
      }
      middle[d] = (low + high) / 2;
      reach[d] = (high - low) / 2 + error;
    }
    return true;
  }

  countParts(): number {
    return 0;
  }

  facets(visit: (cut: number, key: number) => void): void {
    const { cell, width } = this;
    cell.cuts.forEach((cut, f) => {
      if (cut === 0 || !isFacet(cell, f)) return;
      let key = 0;
      for (let v = 0; v < cell.vertices; v++) {
        if (!liesOn(cell, v, f)) continue;
        for (let k = 0; k < width; k++) {
          key += cell.points[v * width + k] * GENERIC_DIRECTION[k % GENERIC_DIRECTION.length] * (1 + Math.floor(k / 5));
        }
      }
      visit(cut, key);
    });
  }

  openCuts(visit: (cut: number) => void): void {
    for (const { cuts } of [...this.aside, this.cell]) for (const cut of cuts) visit(Math.abs(cut));
  }

  /** True when the cell lies against one of the domain's first `faces` faces. */
  touchesAny(faces: number): boolean {
    return this.cell.lines.some((line) => line < 0 && -1 - line < faces);
  }

  remaining(): number {
    return this.aside.reduce((sum, { weight }) => sum + weight, this.cell.weight);
  }
}
