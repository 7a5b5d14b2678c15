/**
 * Where regions are counted, bounded and drawn: one type from the form and the command line down to the counter and to
 * theory's options.
 */
export type Place = Box<number> | All | SegmentPlace | ParallelogramPlace | PointsPlace;

/** A place with a coordinate for each input, as the counter takes it; `settlePlace` finds it for a method. */
export type Domain = Box<Point> | All | SegmentPlace | ParallelogramPlace;

type Point = readonly number[];

/** A corner is a point, or one number that is the same for each input. */
export interface Box<Corner extends number | Point> {
  readonly kind: 'box';
  readonly lower: Corner;
  readonly upper: Corner;
}

/** All of R^n. */
export interface All {
  readonly kind: 'all';
}

/** A segment from `from` to `to`. */
export interface Segment {
  readonly from: Point;
  readonly to: Point;
}

/** A parallelogram `origin + s u + t v` with `s` and `t` in [0, 1]. */
export interface Parallelogram {
  readonly origin: Point;
  readonly u: Point;
  readonly v: Point;
}

export interface SegmentPlace extends Segment {
  readonly kind: 'segment';
}

export interface ParallelogramPlace extends Parallelogram {
  readonly kind: 'parallelogram';
}

/** Points of a file: two for a line, three for a plane. */
export interface PointSet {
  /** Where they come from, for people: a file's name. */
  readonly label: string;
  /** A coordinate for each input. */
  readonly points: readonly Point[];
}

/** The line or the plane through points. */
export interface PointsPlace extends PointSet {
  readonly kind: 'points';
}

/** A square in a parallelogram's own coordinates, where the whole is [0, 1]^2. */
export interface PlaneWindow {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

export const WHOLE: PlaneWindow = { x: 0, y: 0, size: 1 };

export const DEFAULT_BOX: Box<number> = { kind: 'box', lower: -1, upper: 1 };

type Method = 'auto' | 'line' | 'plane' | 'cells' | 'sample';

/** The kinds of place that each method can count; the first is the default. */
export const PLACES: Readonly<Record<Method, readonly Place['kind'][]>> = {
  auto: ['box', 'all', 'segment', 'parallelogram', 'points'],
  line: ['box', 'segment', 'points'],
  plane: ['box', 'parallelogram', 'points'],
  cells: ['box', 'all'],
  sample: ['box', 'all', 'segment', 'parallelogram'],
};

/** The box of a place, which is the default one where the place is not a box. */
export function boxOf(place: Place): Box<number> {
  return place.kind === 'box' ? place : DEFAULT_BOX;
}

/** A box with a coordinate for each input. */
export function cornersOf({ lower, upper }: Box<number> | Box<Point>, inputs: number): Box<Point> {
  const corner = (side: number | Point): Point => (typeof side === 'number' ? Array<number>(inputs).fill(side) : side);
  return { kind: 'box', lower: corner(lower), upper: corner(upper) };
}

/** From (lower, ..., lower) to (upper, ..., upper). */
export function diagonalOf(box: Box<number> | Box<Point>, inputs: number): SegmentPlace {
  const { lower, upper } = cornersOf(box, inputs);
  return { kind: 'segment', from: lower, to: upper };
}

/** A parallelogram with sides along two axes of a box. Its other coordinates are those of the lower corner. */
export function faceOf(box: Box<number> | Box<Point>, inputs: number): ParallelogramPlace {
  const { lower, upper } = cornersOf(box, inputs);
  const side = (axis: number): number[] => lower.map((low, i) => (i === axis ? upper[i] - low : 0));
  return { kind: 'parallelogram', origin: lower, u: side(0), v: side(1) };
}

/** A domain of one dimension or two as a segment or a parallelogram; null for any other. */
export function sliceIn(domain: Domain): SegmentPlace | ParallelogramPlace | null {
  switch (domain.kind) {
    case 'segment':
    case 'parallelogram':
      return domain;
    case 'box': {
      const inputs = domain.lower.length;
      return inputs === 1 ? diagonalOf(domain, inputs) : inputs === 2 ? faceOf(domain, inputs) : null;
    }
    case 'all':
      return null;
  }
}

/** The published JSON form. A parallelogram along the axes is a box, and written as one. */
export function domainJson(domain: Domain): object | 'all' {
  switch (domain.kind) {
    case 'segment':
      return { from: domain.from, to: domain.to };
    case 'parallelogram': {
      const { origin, u, v } = domain;
      const isBox = origin.length === 2 && u[1] === 0 && v[0] === 0 && u[0] > 0 && v[1] > 0;
      return isBox ? { lower: origin, upper: [origin[0] + u[0], origin[1] + v[1]] } : { origin, u, v };
    }
    case 'box':
      return { lower: domain.lower, upper: domain.upper };
    case 'all':
      return 'all';
  }
}
