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
import { orthonormalPair } from '../../counting/geometry/randomPlane.ts';
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

/** The parallelogram with sides along those of the triangle of three points, and some room around it. */
export function planeThrough(points: readonly (readonly number[])[]): ParallelogramPlace {
  if (points.length < 3) throw new RangeError('a plane needs three points');
  const [a, b, c] = points;
  const scale = 1 + 2 * MARGIN;
  return {
    kind: 'parallelogram',
    origin: a.map((x, i) => x - MARGIN * (b[i] - x + c[i] - x)),
    u: a.map((x, i) => scale * (b[i] - x)),
    v: a.map((x, i) => scale * (c[i] - x)),
  };
}

function windowIn(whole: ParallelogramPlace, { x, y, size }: PlaneWindow): ParallelogramPlace {
  const { origin, u, v } = whole;
  return {
    kind: 'parallelogram',
    origin: origin.map((at, i) => at + x * u[i] + y * v[i]),
    u: u.map((length) => length * size),
    v: v.map((length) => length * size),
  };
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
  const [e, f] = orthonormalPair(inputs, seed);
  const origin = e.map((_, i) => center - ((e[i] + f[i]) * width) / 2);
  return { kind: 'parallelogram', origin, u: e.map((x) => x * width), v: f.map((x) => x * width) };
}
