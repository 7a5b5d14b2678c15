import { Chords } from './chords.ts';
import { BOTH, GENERIC_DIRECTION, NEGATIVE, POSITIVE, ZERO, type ExactSigns, type Geometry } from './geometry.ts';
import type { CellOutline } from './cellOutline.ts';
import { grown } from '../program/program.ts';
import { COORDINATE_ERROR, PolygonBox } from './polygonBox.ts';
import { classifyUnits, type SignQuery } from './signQuery.ts';
import { EDGE_CUT, EDGE_ERROR, EDGE_LINE, NAME, VALUE, VERTEX, VERTEX_ERROR } from './vertex.ts';

/** Vertices known less exactly are placed once more where they leave a sign open: errors grow with each cut. */
const SHARP = 2 ** -34;
/** From this many functions on it pays to compare them with a box around the polygon first. */
const MIN_BOXED = 4;
/** Numbers held for a part put aside. */
const FRAME = 3;
const DOMAIN_EDGES = [-3, -2, -4, -1];

/**
 * Convex polygons in the unit square, counterclockwise, on a stack of flat arrays. A vertex knows how far it may be
 * from the true one: two nearly parallel edges meet in an ill-conditioned point. An edge knows the line it lies on; a
 * sign that the errors leave open is resolved from the lines themselves.
 */
export class Polygons implements Geometry {
  readonly dimension = 2;
  low = 0;
  high = 0;
  private isTied = false;
  /**
   * The current polygon's vertices are at `start`, `start + VERTEX`, ... below `end` of `data`; see the constants for
   * what each holds.
   */
  start = 0;
  end = 0;
  data = new Float64Array(256 * VERTEX);
  /** Parts put aside, last first: where each starts and ends, and the first place above it and all earlier ones. */
  private frames = new Int32Array(64 * FRAME);
  private stack = 0;
  private readonly through = new Float64Array(2);
  readonly chords = new Chords();
  // The function that `side` looked at last.
  private line = 0;
  private gradient = 0;
  private tolerance = 0;
  /** Where the parts end that were made last. */
  private positiveEnd = 0;
  private negativeEnd = 0;
  /**
   * The error of the vertices whose sign was resolved exactly: it may differ from the sign at the stored position.
   */
  private settledError = -1;
  private readonly around = new PolygonBox();

  constructor(private readonly exactSigns: ExactSigns) {
    this.reset();
  }

  reset(): void {
    this.stack = 0;
    this.start = 0;
    this.end = 4 * VERTEX;
    this.around.isCurrent = false;
    this.data.fill(0, 0, this.end);
    DOMAIN_EDGES.forEach((line, k) => {
      this.data[k * VERTEX] = k === 1 || k === 2 ? 1 : 0;
      this.data[k * VERTEX + 1] = k >= 2 ? 1 : 0;
      this.data[k * VERTEX + EDGE_LINE] = line;
    });
  }

  side(rows: Float64Array, at: number, shift: number, tolerance: number, id: number): number {
    const { data, end } = this;
    const a = rows[at];
    const b = rows[at + 1];
    const c = rows[at + 2] - shift;
    const gradient = Math.abs(a) + Math.abs(b);
    this.settledError = -1;
    let found = ZERO;
    for (let j = this.start; j < end; j += VERTEX) {
      let v = a * data[j] + b * data[j + 1] + c;
      const margin = tolerance + gradient * data[j + VERTEX_ERROR];
      if (!(v > margin || v < -margin)) v = this.resolveSigns(a, b, c, tolerance, j, id);
      if (v > 0) found |= POSITIVE;
      else if (v < 0) found |= NEGATIVE;
      data[j + VALUE] = v;
    }
    this.line = id;
    this.gradient = gradient;
    this.tolerance = tolerance;
    return found;
  }

  /** A value of the right sign, and 0 only where the vertex lies on the line. */
  private resolveSigns(a: number, b: number, c: number, tolerance: number, vertex: number, id: number): number {
    const { data } = this;
    const incoming = data[(vertex === this.start ? this.end : vertex) - VERTEX + EDGE_LINE];
    const outgoing = data[vertex + EDGE_LINE];
    const isOnLine = incoming === id || outgoing === id;
    if (!isOnLine && data[vertex + VERTEX_ERROR] > SHARP) this.sharpen(vertex, incoming, outgoing);
    const value = a * data[vertex] + b * data[vertex + 1] + c;
    const margin = tolerance + (Math.abs(a) + Math.abs(b)) * data[vertex + VERTEX_ERROR];
    if (value > margin || value < -margin) return value;
    if (!(data[vertex + VERTEX_ERROR] <= this.settledError)) this.settledError = data[vertex + VERTEX_ERROR];
    if (isOnLine) return 0;
    this.through[0] = incoming;
    this.through[1] = outgoing;
    const sign = this.exactSigns.sign(id, this.through, data[vertex + NAME]);
    data[vertex + NAME] = this.exactSigns.name;
    return sign === 0 ? 0 : sign * Math.max(Math.abs(value), margin * 2 ** -20, Number.MIN_VALUE);
  }

  /** Places a vertex where these lines meet by more digits, if that says more. */
  private sharpen(vertex: number, first: number, second: number): void {
    const { data } = this;
    const found = this.exactSigns.meetingPlace(first, second);
    if (found === null) return;
    const [x, y, error] = found;
    if (!(error < data[vertex + VERTEX_ERROR])) return;
    data[vertex] = x;
    data[vertex + 1] = y;
    data[vertex + VERTEX_ERROR] = COORDINATE_ERROR + error;
    this.around.isCurrent = false;
  }

  split(keepPositive: boolean, cut: number): void {
    const aside = this.reserve();
    const kept = aside + this.mostOfPart();
    this.parts(keepPositive ? kept : aside, keepPositive ? aside : kept, cut);
    this.push(aside, keepPositive ? this.negativeEnd : this.positiveEnd);
    this.take(kept, keepPositive ? this.positiveEnd : this.negativeEnd);
  }

  clip(cut: number): void {
    const aside = this.reserve();
    this.parts(aside, aside + this.mostOfPart(), cut);
    this.take(aside, this.positiveEnd);
  }

  pop(): void {
    if (this.stack === 0) return;
    const at = FRAME * --this.stack;
    this.take(this.frames[at], this.frames[at + 1]);
  }

  private take(start: number, end: number): void {
    this.start = start;
    this.end = end;
    this.around.isCurrent = false;
  }

  duplicate(): void {
    // Nothing but how well a vertex is known changes in place, so both may be the same numbers.
    this.push(this.start, this.end);
  }

  private push(start: number, end: number): void {
    const top = Math.max(this.top(), end);
    const at = FRAME * this.stack++;
    if (at === this.frames.length) this.frames = grown(this.frames);
    this.frames[at] = start;
    this.frames[at + 1] = end;
    this.frames[at + 2] = top;
  }

  /** First place above all parts put aside. */
  private top(): number {
    return this.stack === 0 ? 0 : this.frames[FRAME * (this.stack - 1) + 2];
  }

  swap(): void {
    const { start, end } = this;
    this.pop();
    this.push(start, end);
  }

  /** Writes the parts of the polygon on the two sides of the last line to `positive` and `negative` and on. */
  private parts(positive: number, negative: number, cut: number): void {
    const { data, start, end, line, gradient, tolerance } = this;
    // Nothing in the square is off by more than 1; infinite errors would lead to NaN.
    let cutError = gradient > 2 * tolerance ? (2 * tolerance) / gradient : 1;
    if (this.settledError >= 0) cutError = Math.min(1, 2 * (cutError + this.settledError));
    for (let j = start; j < end; j += VERTEX) {
      const next = j + VERTEX === end ? start : j + VERTEX;
      const here = data[j + VALUE];
      const there = data[next + VALUE];
      if (here >= 0) {
        // From a vertex on the line to the far side: the cut itself starts here.
        if (here === 0 && there < 0) this.vertex(positive, j, line, cutError, cut);
        else this.vertex(positive, j, data[j + EDGE_LINE], data[j + EDGE_ERROR], data[j + EDGE_CUT]);
        positive += VERTEX;
      }
      if (here <= 0) {
        if (here === 0 && there > 0) this.vertex(negative, j, line, cutError, -cut);
        else this.vertex(negative, j, data[j + EDGE_LINE], data[j + EDGE_ERROR], data[j + EDGE_CUT]);
        negative += VERTEX;
      }
      if (here > 0 && there < 0) {
        this.meet(positive, j, j, next);
        this.vertex(negative, positive, data[j + EDGE_LINE], data[j + EDGE_ERROR], data[j + EDGE_CUT]);
        this.edge(positive, line, cutError, cut);
        positive += VERTEX;
        negative += VERTEX;
      } else if (here < 0 && there > 0) {
        this.meet(negative, j, next, j);
        this.vertex(positive, negative, data[j + EDGE_LINE], data[j + EDGE_ERROR], data[j + EDGE_CUT]);
        this.edge(negative, line, cutError, -cut);
        positive += VERTEX;
        negative += VERTEX;
      }
    }
    this.positiveEnd = positive;
    this.negativeEnd = negative;
  }

  /** Copies vertex `from` to `to`, with another edge. */
  private vertex(to: number, from: number, line: number, error: number, cut: number): void {
    const { data } = this;
    data[to] = data[from];
    data[to + 1] = data[from + 1];
    data[to + VERTEX_ERROR] = data[from + VERTEX_ERROR];
    data[to + NAME] = data[from + NAME];
    this.edge(to, line, error, cut);
  }

  private edge(at: number, line: number, error: number, cut: number): void {
    const { data } = this;
    data[at + EDGE_LINE] = line;
    data[at + EDGE_ERROR] = error;
    data[at + EDGE_CUT] = cut;
  }

  /**
   * Writes the point where the last line crosses the edge that starts at `edge`, from its positive end `p` to its
   * negative end `q`.
   */
  private meet(to: number, edge: number, p: number, q: number): void {
    const { data, gradient, tolerance } = this;
    data[to + NAME] = 0;
    const drop = data[p + VALUE] - data[q + VALUE];
    const w = data[p + VALUE] / drop;
    const dx = data[q] - data[p];
    const dy = data[q + 1] - data[p + 1];
    data[to] = data[p] + w * dx;
    data[to + 1] = data[p + 1] + w * dy;
    const edgeError = data[edge + EDGE_ERROR];
    const slope = (Math.abs(dx) + Math.abs(dy)) / drop;
    let error = edgeError + (tolerance + gradient * edgeError) * slope;
    if (this.settledError >= 0) {
      const doubt = Math.max(data[p + VERTEX_ERROR], data[q + VERTEX_ERROR]);
      error = 2 * (error + doubt + (tolerance + gradient * this.settledError) * slope);
    }
    // Written so that NaN becomes 1: nothing in the square is off by more than 1.
    data[to + VERTEX_ERROR] = error < 1 ? COORDINATE_ERROR + error : 1;
    if (this.settledError >= 0 && !(error < SHARP)) this.sharpen(to, data[edge + EDGE_LINE], this.line);
  }

  /** Makes room for two parts, and returns where the first is to go. */
  private reserve(): number {
    const first = Math.max(this.end, this.top());
    while (this.data.length < first + 2 * this.mostOfPart()) this.data = grown(this.data);
    return first;
  }

  /** Numbers held for a part of the polygon, at most: of two vertices more. */
  private mostOfPart(): number {
    return this.end - this.start + 2 * VERTEX;
  }

  boxAround(): PolygonBox {
    if (!this.around.isCurrent) this.around.fit(this.data, this.start, this.end);
    return this.around;
  }

  bounds(rows: Float64Array, at: number): void {
    const { centerX, centerY, reachX, reachY } = this.boxAround();
    const value = rows[at] * centerX + rows[at + 1] * centerY + rows[at + 2];
    const reach = Math.abs(rows[at]) * reachX + Math.abs(rows[at + 1]) * reachY;
    this.low = value - reach;
    this.high = value + reach;
  }

  span(rows: Float64Array, at: number): void {
    const { data, end } = this;
    const [a, b, c] = [rows[at], rows[at + 1], rows[at + 2]];
    const gradient = Math.abs(a) + Math.abs(b);
    let low = Infinity;
    let high = -Infinity;
    for (let j = this.start; j < end; j += VERTEX) {
      const value = a * data[j] + b * data[j + 1] + c;
      const margin = gradient * data[j + VERTEX_ERROR];
      if (value - margin < low) low = value - margin;
      if (value + margin > high) high = value + margin;
    }
    this.low = low;
    this.high = high;
  }

  classify(query: SignQuery): number {
    if (query.breakpoints.length === 1 && query.to - query.from >= MIN_BOXED) this.boxAround().compare(query);
    return classifyUnits(query, this);
  }

  signs(rows: Float64Array, at: number, shift: number, tolerance: number, id: number): number {
    const { data, end } = this;
    const a = rows[at];
    const b = rows[at + 1];
    const c = rows[at + 2] - shift;
    const gradient = Math.abs(a) + Math.abs(b);
    let found = ZERO;
    let open = 0;
    for (let j = this.start; j < end && found !== BOTH; j += VERTEX) {
      const v = a * data[j] + b * data[j + 1] + c;
      const margin = tolerance + gradient * data[j + VERTEX_ERROR];
      if (v > margin) found |= POSITIVE;
      else if (v < -margin) found |= NEGATIVE;
      else open++;
    }
    return found === BOTH || open === 0 ? found : this.resolvedSigns(found, a, b, c, tolerance, id);
  }

  /** As `signs`, where some vertices have these and rounding leaves others open. */
  private resolvedSigns(clear: number, a: number, b: number, c: number, tolerance: number, id: number): number {
    const { data, end } = this;
    const gradient = Math.abs(a) + Math.abs(b);
    let found = clear;
    let zeros = 0;
    for (let j = this.start; j < end && found !== BOTH; j += VERTEX) {
      const clearly = a * data[j] + b * data[j + 1] + c;
      const margin = tolerance + gradient * data[j + VERTEX_ERROR];
      if (clearly > margin || clearly < -margin) continue;
      const v = this.resolveSigns(a, b, c, tolerance, j, id);
      if (v > 0) found |= POSITIVE;
      else if (v < 0) found |= NEGATIVE;
      else zeros++;
    }
    if (zeros >= 2) this.isTied = true;
    return found;
  }

  wasTied(): boolean {
    const { isTied } = this;
    this.isTied = false;
    return isTied;
  }

  countParts(query: SignQuery): number {
    return this.chords.countParts(this, query);
  }

  facets(visit: (cut: number, key: number, line: number) => void, isWanted?: (line: number) => boolean): void {
    const { data, start, end } = this;
    const [a, b] = GENERIC_DIRECTION;
    for (let j = start; j < end; j += VERTEX) {
      const next = j + VERTEX === end ? start : j + VERTEX;
      const cut = data[j + EDGE_CUT];
      if (cut === 0 || (isWanted && !isWanted(data[j + EDGE_LINE]))) continue;
      visit(cut, (data[j] + data[next]) * a + (data[j + 1] + data[next + 1]) * b, data[j + EDGE_LINE]);
    }
  }

  boundary(visit: (line: number) => void): void {
    for (let j = this.start; j < this.end; j += VERTEX) visit(this.data[j + EDGE_LINE]);
  }

  openCuts(visit: (cut: number) => void): void {
    const { data, frames } = this;
    for (let j = this.start; j < this.end; j += VERTEX) visit(Math.abs(data[j + EDGE_CUT]));
    for (let at = 0; at < FRAME * this.stack; at += FRAME) {
      for (let j = frames[at]; j < frames[at + 1]; j += VERTEX) visit(Math.abs(data[j + EDGE_CUT]));
    }
  }

  /** Whether an edge of the polygon was made by a cut with one of the first `count` numbers. */
  isAtCut(count: number): boolean {
    const { data, end } = this;
    for (let j = this.start; j < end; j += VERTEX) {
      const cut = data[j + EDGE_CUT];
      if (cut !== 0 && Math.abs(cut) <= count) return true;
    }
    return false;
  }

  corners(): CellOutline {
    const { data, start, end } = this;
    const count = (end - start) / VERTEX;
    const corners = Array.from({ length: count }, (_, k) => [data[start + k * VERTEX], data[start + k * VERTEX + 1]]);
    return { corners, facets: corners.map((_, k) => (k + 1 < count ? [k, k + 1] : [0, k])) };
  }

  remaining(): number {
    let sum = this.area(this.start, this.end);
    for (let at = 0; at < FRAME * this.stack; at += FRAME) sum += this.area(this.frames[at], this.frames[at + 1]);
    return sum;
  }

  private area(start: number, end: number): number {
    const { data } = this;
    let sum = 0;
    for (let j = start + VERTEX; j + VERTEX < end; j += VERTEX) {
      const k = j + VERTEX;
      sum +=
        (data[j] - data[start]) * (data[k + 1] - data[start + 1]) -
        (data[k] - data[start]) * (data[j + 1] - data[start + 1]);
    }
    return sum / 2;
  }
}
