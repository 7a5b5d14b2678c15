import {
  boxOf,
  cornersOf,
  diagonalOf,
  faceOf,
  PLACES,
  WHOLE,
  type Box,
  type Domain,
  type ParallelogramPlace,
  type Place,
  type PlaneWindow,
  type SegmentPlace,
} from '../../common/place.ts';
import type { CountMethod } from '../../counting/count.ts';
import { onGrid, orthonormalPair } from '../../counting/geometry/randomPlane.ts';
import { whyFlat } from './flatPlaces.ts';

/** What a place of a count depends on beside the place itself. */
export interface PlaceOptions {
  /** Of the random plane through a box of more than two inputs. */
  readonly seed: number;
  /** The part of the parallelogram to count. */
  readonly window?: PlaneWindow;
}

/** The coordinates where a method counts. Errors: RangeError, as a sentence, for a place that does not fit. */
export function settlePlace(place: Place, method: CountMethod, inputs: number, options: PlaceOptions): Domain {
  if (!PLACES[method].includes(place.kind)) throw new RangeError(whyNotThere(method, place));
  switch (method) {
    case 'line':
      return settleSegment(place, inputs);
    case 'plane':
      return windowIn(fit(planeIn(place, inputs, options.seed), inputs), options.window ?? WHOLE);
    case 'cells':
    case 'sample':
      if (place.kind === 'segment' || place.kind === 'parallelogram') return fit(place, inputs);
      return place.kind === 'all' ? place : cornersOf(boxOf(place), inputs);
  }
}

/** The segment that a place gives: of a box, its diagonal. */
export function settleSegment(place: Place, inputs: number): SegmentPlace {
  return fit(segmentIn(place, inputs), inputs);
}

function whyNotThere(method: CountMethod, { kind }: Place): string {
  const where = kind === 'all' ? 'all of R^n' : kind === 'points' ? 'points of a file' : `a ${kind}`;
  return `the ${method} method cannot count ${where}`;
}

function segmentIn(place: Place, inputs: number): SegmentPlace {
  if (place.kind === 'segment') return place;
  if (place.kind !== 'points') return diagonalOf(boxOf(place), inputs);
  if (place.points.length < 2) throw new RangeError('a line needs two points');
  return { kind: 'segment', from: place.points[0], to: place.points[1] };
}

function planeIn(place: Place, inputs: number, seed: number): ParallelogramPlace {
  if (place.kind === 'parallelogram') return place;
  return place.kind === 'points' ? planeThrough(place.points) : defaultPlane(boxOf(place), inputs, seed);
}

/** Room around the triangle, as a share of its sides. */
const MARGIN = 0.25;

/**
 * The parallelogram with sides along those of the triangle of three points, and some room around it. It goes through
 * them exactly, to twelve digits of their coordinates: at an image of zeros breakpoints of many units may meet.
 */
export function planeThrough(points: readonly (readonly number[])[]): ParallelogramPlace {
  if (points.length < 3) throw new RangeError('a plane needs three points');
  const corners = points.slice(0, 3);
  const longest = Math.max(...corners.map(longestOf));
  const [a, b, c] = corners.map((corner) => onGrid(corner, 1, longest));
  const scale = 1 + 2 * MARGIN;
  return {
    kind: 'parallelogram',
    origin: a.map((x, i) => x - MARGIN * (b[i] - x + c[i] - x)),
    u: a.map((x, i) => scale * (b[i] - x)),
    v: a.map((x, i) => scale * (c[i] - x)),
  };
}

/** Places of windows are multiples of this share of their sides: less than can be seen. */
const WINDOW_STEP = 2 ** -11;

/**
 * A part of a parallelogram, whose center stays in the plane exactly: breakpoints that meet there, as those of units
 * without biases do, would otherwise miss each other by a hair, and make millions of regions too small to be seen.
 */
function windowIn(whole: ParallelogramPlace, { x, y, size }: PlaneWindow): ParallelogramPlace {
  if (size === 1) return whole;
  const [u, v] = [whole.u, whole.v].map((side) => onGrid(side, size, longestOf(side)));
  const [alongU, alongV] = [x, y].map((at) => Math.round((at - 0.5) / size / WINDOW_STEP) * WINDOW_STEP);
  const center = whole.origin.map((at, i) => at + (whole.u[i] + whole.v[i]) / 2);
  return { kind: 'parallelogram', origin: center.map((at, i) => at + (alongU * u[i] + alongV * v[i])), u, v };
}

function longestOf(vector: readonly number[]): number {
  return vector.reduce((longest, length) => Math.max(longest, Math.abs(length)), 0);
}

function fit<T extends SegmentPlace | ParallelogramPlace>(place: T, inputs: number): T {
  const vectors = place.kind === 'segment' ? [place.from, place.to] : [place.origin, place.u, place.v];
  if (vectors.some((vector) => vector.length !== inputs || !vector.every(Number.isFinite))) {
    throw new RangeError(`points and directions need ${inputs} finite coordinates, one for each input`);
  }
  const flat = whyFlat(place);
  if (flat !== null) throw new RangeError(`there is nothing to count: ${flat}`);
  return place;
}

/** The box itself for two inputs, otherwise a square of its width in a random plane through its center. */
function defaultPlane(box: Box<number>, inputs: number, seed: number): ParallelogramPlace {
  if (inputs < 2) throw new RangeError('a plane needs a network of at least 2 inputs; count on a line instead');
  if (inputs === 2) return faceOf(box, inputs);
  const width = box.upper - box.lower;
  const center = (box.lower + box.upper) / 2;
  const [u, v] = orthonormalPair(inputs, seed).map((unit) => onGrid(unit, width));
  return { kind: 'parallelogram', origin: u.map((x, i) => center - (x + v[i]) / 2), u, v };
}
