import { cornersOf, type Box, type ParallelogramPlace, type Segment } from '../../common/place.ts';
import { randomChords, randomPoints } from '../../counting/experiments/crofton.ts';
import { gaussians, streamSeed, uniforms } from '../../common/random.ts';
import { whyFlat } from '../places/flatPlaces.ts';
import type { DataPoints } from '../places/points.ts';
import { planeThrough } from '../places/settlePlace.ts';

/** At most this many rows of the data, the same for a seed. */
export function sampledData({ points, labels }: DataPoints, most: number, seed: number): DataPoints {
  if (points.length <= most) return { points, labels };
  const rows = sampled([...points.keys()], most, seed);
  return { points: rows.map((row) => points[row]), labels: labels && rows.map((row) => labels[row]) };
}

/** Where every snapshot of a run is measured, so that figures can be compared. */
export interface TrainingChoice {
  /** Samples of the data that lines and points are taken from; null without data. */
  readonly data: DataPoints | null;
  /** Samples that the network is not trained with, for the figures near points. */
  readonly test?: DataPoints;
  /** Lines of each kind. */
  readonly lines: number;
  /** Planes through three samples, of three classes if the data have them; none for fewer than three inputs. */
  readonly planes?: number;
  /** Points of each kind: samples of the data and of the test data, and uniform points of the box. */
  readonly points: number;
  readonly box: Box<number>;
  /** Half the length of the chords around a point; by default a hundredth of the samples' median norm. */
  readonly radius?: number;
  /** Breakpoints on lines are kept of each unit, not only how they are distributed. */
  readonly eachUnit?: boolean;
  readonly seed: number;
}

export interface TrainingPlaces {
  /**
   * Lines by kind. `through`: through a sample and the origin, as long on both sides as the largest sample (Hanin and
   * Rolnick 2019). `between`: from a sample to one of another class. `chords`: of the box, without data.
   */
  readonly lines: Readonly<Partial<Record<LineKind, readonly Segment[]>>>;
  readonly planes: readonly ParallelogramPlace[];
  /** Points by kind. */
  readonly points: Readonly<Partial<Record<PointKind, readonly (readonly number[])[]>>>;
  /** Short chords around each of the points, for the breakpoints for each unit of length there. */
  readonly around: Readonly<Partial<Record<PointKind, readonly (readonly Segment[])[]>>>;
  readonly radius: number;
}

export type LineKind = 'through' | 'between' | 'chords';
export type PointKind = 'data' | 'uniform' | 'test';

export const DEFAULT_LINES = 100;
export const DEFAULT_POINTS = 100;
/** Rows of the data that samples are drawn from; more say nothing new, and each count is given them. */
export const MAX_DATA = 2000;

/** Chords around one point, in directions at right angles; no more than there are inputs. */
const MAX_DIRECTIONS = 5;
const RADIUS_SHARE = 0.01;
/** Streams of random numbers; those of chords and points of the box are others. */
const SAMPLES = 11;
const PAIRS = 12;
const DIRECTIONS = 13;
const TRIPLES = 14;
const TEST_DIRECTIONS = 15;

/** The same for a choice on every machine. Inputs are those of the network. */
export function trainingPlaces(choice: TrainingChoice, inputs: number): TrainingPlaces {
  const { data, test, seed } = choice;
  const corners = cornersOf(choice.box, inputs);
  const uniform = randomPoints(corners, choice.points, seed);
  const samples = data ? sampled(data.points, choice.points, seed) : [];
  const testSamples = test ? sampled(test.points, choice.points, seed) : [];
  const norms = (data?.points ?? uniform).map(normOf).sort((a, b) => a - b);
  const radius = choice.radius ?? RADIUS_SHARE * (norms[norms.length >> 1] || 1);
  const gaussian = gaussians(streamSeed(seed, DIRECTIONS));
  const chordsAround = (points: readonly (readonly number[])[], directions = gaussian) =>
    points.map((point) => chordsAt(point, radius, directions));
  return {
    lines: data ? dataLines(data, choice.lines, seed) : { chords: randomChords(corners, choice.lines, seed) },
    planes: data && inputs > 2 ? dataPlanes(data, choice.planes ?? 0, seed) : [],
    points: { ...(data && { data: samples }), uniform, ...(test && { test: testSamples }) },
    around: {
      ...(data && { data: chordsAround(samples) }),
      uniform: chordsAround(uniform),
      // From a stream of their own, so that the other figures are the same with and without them.
      ...(test && { test: chordsAround(testSamples, gaussians(streamSeed(seed, TEST_DIRECTIONS))) }),
    },
    radius,
  };
}

function dataLines({ points, labels }: DataPoints, count: number, seed: number): TrainingPlaces['lines'] {
  const longest = Math.max(...points.map(normOf));
  const through = sampled(
    points.filter((point) => normOf(point) > 0),
    count,
    seed,
  ).map((point): Segment => {
    const scale = longest / normOf(point);
    return { from: point.map((x) => -x * scale), to: point.map((x) => x * scale) };
  });
  const between = labels ? betweenClasses(points, labels, count, seed) : [];
  return { ...(through.length > 0 && { through }), ...(between.length > 0 && { between }) };
}

/** This many times as many pairs are drawn, for those of one class are passed over. */
const DRAWS_PER_PAIR = 50;

function betweenClasses(
  points: readonly (readonly number[])[],
  labels: readonly string[],
  count: number,
  seed: number,
): Segment[] {
  const uniform = uniforms(streamSeed(seed, PAIRS));
  const pick = () => Math.floor(uniform() * points.length);
  const found: Segment[] = [];
  for (let draw = 0; draw < DRAWS_PER_PAIR * count && found.length < count; draw++) {
    const [a, b] = [pick(), pick()];
    const isPair = labels[a] !== labels[b] && points[a].some((x, d) => x !== points[b][d]);
    if (isPair) found.push({ from: points[a], to: points[b] });
  }
  return found;
}

function dataPlanes({ points, labels }: DataPoints, count: number, seed: number): ParallelogramPlace[] {
  const uniform = uniforms(streamSeed(seed, TRIPLES));
  const classes = Math.min(3, new Set(labels).size);
  const found: ParallelogramPlace[] = [];
  for (let draw = 0; draw < DRAWS_PER_PAIR * count && found.length < count; draw++) {
    const rows = Array.from({ length: 3 }, () => Math.floor(uniform() * points.length));
    if (labels && new Set(rows.map((row) => labels[row])).size < classes) continue;
    const plane = planeThrough(rows.map((row) => points[row]));
    if (whyFlat(plane) === null) found.push(plane);
  }
  return found;
}

/** At most `count` of these, each at most once (Fisher and Yates's shuffle, cut short). */
function sampled<T>(items: readonly T[], count: number, seed: number): T[] {
  const uniform = uniforms(streamSeed(seed, SAMPLES));
  const order = [...items];
  const length = Math.min(count, order.length);
  for (let i = 0; i < length; i++) {
    const j = i + Math.floor(uniform() * (order.length - i));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order.slice(0, length);
}

/** Chords with a point in their middle, in orthonormal directions (Gram and Schmidt, from random ones). */
function chordsAt(point: readonly number[], radius: number, gaussian: () => number): Segment[] {
  const directions: number[][] = [];
  while (directions.length < Math.min(MAX_DIRECTIONS, point.length)) {
    const vector = point.map(gaussian);
    for (const other of directions) {
      const along = vector.reduce((sum, x, d) => sum + x * other[d], 0);
      other.forEach((x, d) => (vector[d] -= along * x));
    }
    const norm = normOf(vector);
    if (norm > 0) directions.push(vector.map((x) => x / norm));
  }
  return directions.map((direction) => ({
    from: point.map((x, d) => x - radius * direction[d]),
    to: point.map((x, d) => x + radius * direction[d]),
  }));
}

function normOf(point: readonly number[]): number {
  return Math.sqrt(point.reduce((sum, x) => sum + x * x, 0));
}
