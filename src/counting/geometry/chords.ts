import type { SignQuery } from './signQuery.ts';
import { EDGE_ERROR, VERTEX, VERTEX_ERROR } from './vertex.ts';

/** For more lines than this in one polygon, cutting it is as fast and can be interrupted. */
const MAX_CHORDS = 1024;
/** And there is room for this many at first. */
const FIRST_ROOM = 32;
/** Two crossings closer than this share of a chord count as coincident, whatever the errors. */
const MIN_GAP = 2 ** -44;

/** Lines whose sides are bits of one number, at most. */
export const MAX_SIDES = 30;

/** A polygon as `Polygons` holds it. */
interface PolygonVertices {
  readonly data: Float64Array;
  readonly start: number;
  readonly end: number;
}

/**
 * Counts the parts into which lines cut a polygon without making them: one, and one more for each chord and for each
 * crossing inside, where no three chords meet in a point (Zaslavsky 1975 for a convex region of the plane).
 */
export class Chords {
  /** As many chords have room. */
  private room = 0;
  // Ends of each chord and how far they may be off.
  private fromX = new Float64Array();
  private fromY = new Float64Array();
  private toX = new Float64Array();
  private toY = new Float64Array();
  private error = new Float64Array();
  /** Where later chords cross the current one, or ends lie on an edge, from 0 to 1. */
  private crossings = new Float64Array();
  /** How far ends may be off, as a share of the edge. */
  private shares = new Float64Array();

  /** The edges on which each chord starts and ends, by where they start in the polygon, and where on them. */
  private fromEdge = new Int32Array();
  private toEdge = new Int32Array();
  private fromAt = new Float64Array();
  private toAt = new Float64Array();
  /** The ends of chords on one edge: 2k where chord k starts, and 2k + 1 where it ends. */
  ends = new Int32Array();

  /** On which sides of the lines parts lie that touch the boundary: bit k is set on the positive side of line k. */
  readonly sides = new Int32Array(2 * MAX_SIDES);

  /** The number of parts, or 0 when rounding leaves a vertex, a crossing or their order open. */
  countParts(polygon: PolygonVertices, query: SignQuery): number {
    const { list, from } = query;
    const count = query.to - from;
    if (count > MAX_CHORDS) return 0;
    if (count > this.room) this.makeRoom(Math.max(FIRST_ROOM, 2 * count));
    for (let k = 0; k < count; k++) if (!this.setChord(k, polygon, query, 3 * list[from + k])) return 0;
    let parts = 1 + count;
    for (let i = 0; i + 1 < count; i++) {
      const crossings = this.crossingsOf(i, query, count);
      if (crossings < 0) return 0;
      parts += crossings;
    }
    return parts;
  }

  private makeRoom(room: number): void {
    this.room = room;
    this.fromX = new Float64Array(room);
    this.fromY = new Float64Array(room);
    this.toX = new Float64Array(room);
    this.toY = new Float64Array(room);
    this.error = new Float64Array(room);
    this.crossings = new Float64Array(2 * room);
    this.shares = new Float64Array(2 * room);
    this.fromEdge = new Int32Array(room);
    this.toEdge = new Int32Array(room);
    this.fromAt = new Float64Array(room);
    this.toAt = new Float64Array(room);
    this.ends = new Int32Array(2 * room);
  }

  /** Finds the chord of one line; false when the line passes too close to a vertex. */
  private setChord(k: number, polygon: PolygonVertices, query: SignQuery, at: number): boolean {
    const { data, start, end } = polygon;
    const { rows, tolerance } = query;
    const a = rows[at];
    const b = rows[at + 1];
    const c = rows[at + 2] - query.breakpoints[0];
    const gradient = Math.abs(a) + Math.abs(b);
    let p = end - VERTEX;
    let before = a * data[p] + b * data[p + 1] + c;
    let error = 0;
    for (let q = start; q < end; q += VERTEX) {
      const here = a * data[q] + b * data[q + 1] + c;
      if (!(Math.abs(here) > tolerance + gradient * data[q + VERTEX_ERROR])) return false;
      if (here > 0 !== before > 0) {
        const dx = data[q] - data[p];
        const dy = data[q + 1] - data[p + 1];
        const w = before / (before - here);
        const slope = (Math.abs(dx) + Math.abs(dy)) / Math.abs(before - here);
        const edgeError = data[p + EDGE_ERROR];
        error = Math.max(error, edgeError + (tolerance + gradient * edgeError) * slope);
        if (here > 0) {
          this.fromX[k] = data[p] + w * dx;
          this.fromY[k] = data[p + 1] + w * dy;
          this.fromEdge[k] = p;
          this.fromAt[k] = w;
        } else {
          this.toX[k] = data[p] + w * dx;
          this.toY[k] = data[p + 1] + w * dy;
          this.toEdge[k] = p;
          this.toAt[k] = w;
        }
      }
      p = q;
      before = here;
    }
    this.error[k] = error + MIN_GAP;
    return true;
  }

  /** How many later chords cross chord `i`; -1 when that, or whether three meet in a point, is open. */
  private crossingsOf(i: number, query: SignQuery, count: number): number {
    const { crossings } = this;
    const { rows, tolerance, list, from } = query;
    const shift = query.breakpoints[0];
    const fromX = this.fromX[i];
    const fromY = this.fromY[i];
    const toX = this.toX[i];
    const toY = this.toY[i];
    const error = this.error[i];
    let found = 0;
    let gap = MIN_GAP;
    for (let j = i + 1; j < count; j++) {
      const at = 3 * list[from + j];
      const a = rows[at];
      const b = rows[at + 1];
      const c = rows[at + 2] - shift;
      const margin = tolerance + (Math.abs(a) + Math.abs(b)) * error;
      const u = a * fromX + b * fromY + c;
      const v = a * toX + b * toY + c;
      if (!(Math.abs(u) > margin && Math.abs(v) > margin)) return -1;
      if (u > 0 === v > 0) continue;
      const difference = Math.abs(u - v);
      crossings[found++] = Math.abs(u) / difference;
      if (margin > gap * difference) gap = margin / difference;
    }
    return this.apart(found, 2 * gap) ? found : -1;
  }

  /**
   * Lists in `sides` the parts that touch the polygon's boundary, each once, after `countParts` has counted those of
   * this query, of `MAX_SIDES` lines at most. Returns how many there are; -1 when rounding leaves that open.
   */
  listAtBoundary(query: SignQuery): number {
    const count = query.to - query.from;
    let found = 0;
    for (let k = 0; k < count; k++) {
      // Each of these parts lies behind one end of a line, counterclockwise.
      const entered = this.sidesAt(k, this.fromX[k], this.fromY[k], query);
      const left = this.sidesAt(k, this.toX[k], this.toY[k], query);
      if (entered < 0 || left < 0) return -1;
      found = this.list(entered | (1 << k), found);
      found = this.list(left, found);
    }
    return found;
  }

  /** The sides of all other lines at an end of chord `k`; -1 when open. */
  private sidesAt(
    k: number,
    x: number,
    y: number,
    { rows, tolerance, list, from, to, breakpoints }: SignQuery,
  ): number {
    const error = this.error[k];
    let sides = 0;
    for (let j = 0; j < to - from; j++) {
      if (j === k) continue;
      const at = 3 * list[from + j];
      const a = rows[at];
      const b = rows[at + 1];
      const value = a * x + b * y + rows[at + 2] - breakpoints[0];
      if (!(Math.abs(value) > tolerance + (Math.abs(a) + Math.abs(b)) * error)) return -1;
      if (value > 0) sides |= 1 << j;
    }
    return sides;
  }

  /** Whether the vertex at which an edge starts lies on the positive side of line `k`. */
  isUpperAt(k: number, edge: number): boolean {
    const from = this.fromEdge[k];
    const to = this.toEdge[k];
    return from < to ? edge > from && edge <= to : edge > from || edge <= to;
  }

  /**
   * Lists in `ends` those on one edge in their order along it, after `countParts` has counted the parts of this query.
   * Returns how many there are; -1 when rounding leaves the order open. From the start of its chord on, a line is on
   * its positive side.
   */
  listEnds({ data, start, end }: PolygonVertices, count: number, edge: number): number {
    const { fromEdge, toEdge, fromAt, toAt, error } = this;
    const next = edge + VERTEX === end ? start : edge + VERTEX;
    const length = Math.abs(data[next] - data[edge]) + Math.abs(data[next + 1] - data[edge + 1]);
    let listed = 0;
    for (let k = 0; k < count; k++) {
      const isFrom = fromEdge[k] === edge;
      if (!isFrom && toEdge[k] !== edge) continue;
      // No line meets an edge twice.
      const at = isFrom ? fromAt[k] : toAt[k];
      if (!this.insert(isFrom ? 2 * k : 2 * k + 1, at, (2 * error[k]) / length, listed++)) return -1;
    }
    return listed;
  }

  /** Inserts an end behind this many; false where it is too close to another. */
  private insert(chordEnd: number, at: number, share: number, last: number): boolean {
    const { ends, crossings, shares } = this;
    let to = last;
    for (; to > 0 && crossings[to - 1] > at; to--) {
      ends[to] = ends[to - 1];
      crossings[to] = crossings[to - 1];
      shares[to] = shares[to - 1];
    }
    ends[to] = chordEnd;
    crossings[to] = at;
    shares[to] = share;
    // Written so that NaN is too close.
    return (
      (to === 0 || at - crossings[to - 1] > share + shares[to - 1]) &&
      (to === last || crossings[to + 1] - at > share + shares[to + 1])
    );
  }

  private list(part: number, count: number): number {
    const { sides } = this;
    for (let k = 0; k < count; k++) if (sides[k] === part) return count;
    sides[count] = part;
    return count + 1;
  }

  private apart(count: number, gap: number): boolean {
    const { crossings } = this;
    if (count > 8) {
      const sorted = crossings.subarray(0, count).sort();
      for (let k = 1; k < count; k++) if (sorted[k] - sorted[k - 1] <= gap) return false;
      return true;
    }
    for (let k = 1; k < count; k++) {
      for (let l = 0; l < k; l++) if (Math.abs(crossings[k] - crossings[l]) <= gap) return false;
    }
    return true;
  }
}
