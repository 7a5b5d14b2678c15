import { binOf, DISTANCES } from '../../common/distanceHistogram.ts';
import type { Domain, Segment } from '../../common/place.ts';
import type { CountResult } from '../../counting/count.ts';
import type { ConstantUnits } from '../../counting/experiments/constantUnits.ts';
import type { Experiment, MeasureRequest } from '../../counting/experiments/measure.ts';
import { analyzedLayers, type Network } from '../../network/network.ts';
import { lengthOf } from '../../counting/experiments/crofton.ts';
import type { MeanRegions } from '../../theory/kacRice/mean.ts';
import { meanRegionsOnParallelogram } from '../../theory/kacRice/plane.ts';
import { meanRegionsOnSegment } from '../../theory/kacRice/segment.ts';
import { meanOf, spreadOf, type Spread } from '../statistics.ts';
import { unitBreakpoints, type UnitBreakpoints } from '../counts/unitFigures.ts';
import type { LineKind, PointKind, TrainingPlaces } from './trainingPlaces.ts';

export interface LineFigures {
  readonly lines: number;
  /** Exact on each line. */
  readonly regions: Spread;
  readonly perNeuron: Spread;
  /** Mean after each layer, by layer index. */
  readonly perLayer: readonly number[];
  /** Exact on each line; null where a line had to be counted cell by cell. */
  readonly unitBreakpoints: UnitBreakpoints | null;
}

export interface PlaneFigures {
  readonly planes: number;
  /** False where a plane has more regions than are counted: then these are lower bounds. */
  readonly exact: boolean;
  readonly regions: Spread;
  /** Mean after each layer, by layer index. */
  readonly perLayer: readonly number[];
}

export interface DistanceFigures {
  readonly points: number;
  readonly mean: Spread;
  /** The mean times the number of neurons: of order one at initialization (Hanin and Rolnick 2019). */
  readonly timesNeurons: Spread;
  /** The 10th, 50th and 90th percentile. */
  readonly percentiles: readonly [number, number, number];
  /** Points by the log10 of their distance, in the bins of `DISTANCES`. */
  readonly histogram: readonly number[];
}

export interface ComplexityFigures {
  readonly points: number;
  /** Breakpoints for each unit of length on the chords around a point; exact on each chord. */
  readonly breakpointsPerLength: Spread;
}

/** Changes when figures are computed in another way, so that kept ones of earlier versions are not taken for them. */
export const FIGURES_FORM = 4;

/** All that is found of one snapshot, beside its log: it follows from its content, the definition, and the choice. */
export interface SnapshotResult {
  readonly count: Omit<CountResult, 'regions' | 'line'>;
  readonly domain: Domain;
  readonly figures: SnapshotFigures;
}

/** What is measured of the network with the weights of one snapshot, beside its count. */
export interface SnapshotFigures {
  readonly complete: boolean;
  readonly lines: Readonly<Partial<Record<LineKind, LineFigures>>>;
  /** In planes through three samples; null where there are none. */
  readonly planes: PlaneFigures | null;
  readonly distance: Readonly<Partial<Record<PointKind, DistanceFigures>>>;
  readonly localComplexity: Readonly<Partial<Record<PointKind, ComplexityFigures>>>;
  /** Units on the same piece at all samples of the data (at all uniform points without data), by layer index. */
  readonly constantUnits: readonly ConstantUnits[] | null;
}

const LINE_KINDS = ['through', 'between', 'chords'] as const;
const POINT_KINDS = ['data', 'uniform', 'test'] as const;

/** All lines, short chords and points of the places, in one request; `figuresOf` takes its answer apart again. */
export function snapshotRequest(network: Network, places: TrainingPlaces): MeasureRequest {
  const lines = LINE_KINDS.flatMap((kind) => places.lines[kind] ?? []);
  const around = POINT_KINDS.flatMap((kind) => (places.around[kind] ?? []).flat());
  const points = POINT_KINDS.flatMap((kind) => places.points[kind] ?? []);
  return {
    network,
    segment: null,
    chords: [...lines, ...around],
    planes: places.planes,
    points,
    watched: (places.points.data ?? places.points.uniform)?.length,
    distancesOnly: true,
    unitSets: LINE_KINDS.map((kind) => places.lines[kind]?.length ?? 0),
  };
}

/**
 * `measured` is the answer to `snapshotRequest`; after a stop it has fewer lines and points. `eachUnit`: breakpoints of
 * each unit are kept, too.
 */
export function figuresOf(
  network: Network,
  places: TrainingPlaces,
  measured: Experiment,
  eachUnit = false,
): SnapshotFigures {
  const neurons = neuronsOf(network);
  const chords = [...measured.chords];
  const points = [...measured.points];
  const lines = byKind(LINE_KINDS, (kind) => {
    const ofKind = chords.splice(0, places.lines[kind]?.length ?? 0);
    const totals = measured.unitSets[LINE_KINDS.indexOf(kind)];
    return lineFigures(ofKind, neurons, unitBreakpoints(totals, ofKind.length, eachUnit));
  });
  const localComplexity = byKind(POINT_KINDS, (kind) => {
    const around = places.around[kind] ?? [];
    return complexityFigures(around.map((group) => chords.splice(0, group.length)));
  });
  const distance = byKind(POINT_KINDS, (kind) =>
    distanceFigures(points.splice(0, places.points[kind]?.length ?? 0), neurons),
  );
  const { complete, constantUnits } = measured;
  return { complete, lines, planes: planeFigures(measured.planes), distance, localComplexity, constantUnits };
}

/** The Kac-Rice means of regions for each neuron on lines of each kind, or why there are none. */
export function expectedPerNeuron(
  network: Network,
  { lines }: TrainingPlaces,
): Readonly<Partial<Record<LineKind, number>>> | { readonly reason: string } {
  const neurons = neuronsOf(network);
  const found: Partial<Record<LineKind, number>> = {};
  for (const kind of LINE_KINDS) {
    const segments = lines[kind] ?? [];
    const means = segments.map((segment) => lastMean(network, segment));
    const refused = means.find((mean) => typeof mean === 'string');
    if (refused !== undefined) return { reason: refused };
    if (means.length > 0) found[kind] = meanOf(means as number[]) / neurons;
  }
  return found;
}

/** Kac-Rice means at initialization of figures that are not of lines; those that have none are left out. */
export interface ExpectedFigures {
  readonly breakpointsPerLength: Readonly<Partial<Record<PointKind, number>>>;
  /** Regions in planes through three samples. */
  readonly inPlanes?: number;
}

/** Places of each kind, in number, that a mean is taken over: they are drawn in random order, and each takes time. */
const MAX_EXPECTED = 20;

/** Means on one chord around each of the first points of each kind, and in the first planes. */
export function expectedFigures(network: Network, { around, planes }: TrainingPlaces): ExpectedFigures {
  const densities = POINT_KINDS.flatMap((kind) => {
    const chords = (around[kind] ?? []).slice(0, MAX_EXPECTED).map(([chord]) => chord);
    const means = chords.map((chord) => {
      const mean = lastMean(network, chord);
      return typeof mean === 'string' ? null : (mean - 1) / lengthOf(chord);
    });
    const mean = meanOfAll(means);
    return mean === null ? [] : [[kind, mean] as const];
  });
  const inPlanes = meanOfAll(
    planes.slice(0, MAX_EXPECTED).map((plane) => {
      const mean = lastOf(meanRegionsOnParallelogram(network, plane));
      return typeof mean === 'string' ? null : mean;
    }),
  );
  return { breakpointsPerLength: Object.fromEntries(densities), ...(inPlanes !== null && { inPlanes }) };
}

/** Null for none, and where one is not known. */
function meanOfAll(values: readonly (number | null)[]): number | null {
  return values.length === 0 || values.includes(null) ? null : meanOf(values as readonly number[]);
}

function lastMean(network: Network, segment: Segment): number | string {
  return lastOf(meanRegionsOnSegment(network, segment));
}

function lastOf(mean: MeanRegions): number | string {
  if ('reason' in mean) return mean.reason;
  return mean.perLayer.findLast((value) => value !== null) ?? 1;
}

type Chord = Experiment['chords'][number];

function lineFigures(chords: readonly Chord[], neurons: number, units: UnitBreakpoints | null): LineFigures | null {
  const counts = chords.map(({ breakpoints }) => 1 + (breakpoints.at(-1) ?? 0));
  const [regions, perNeuron] = [spreadOf(counts), spreadOf(counts.map((count) => count / neurons))];
  if (!regions || !perNeuron) return null;
  const perLayer = chords[0].breakpoints.map((_, layer) =>
    meanOf(chords.map(({ breakpoints }) => 1 + breakpoints[layer])),
  );
  return { lines: chords.length, regions, perNeuron, perLayer, unitBreakpoints: units };
}

function planeFigures(planes: Experiment['planes']): PlaneFigures | null {
  const regions = spreadOf(planes.map(({ perLayer }) => perLayer.at(-1) ?? 1));
  if (!regions) return null;
  const perLayer = planes[0].perLayer.map((_, layer) => meanOf(planes.map((plane) => plane.perLayer[layer])));
  return { planes: planes.length, exact: planes.every(({ exact }) => exact), regions, perLayer };
}

function complexityFigures(groups: readonly (readonly Chord[])[]): ComplexityFigures | null {
  const densities = groups
    .filter((chords) => chords.length > 0)
    .map((chords) => sum(chords, ({ breakpoints }) => breakpoints.at(-1) ?? 0) / sum(chords, ({ length }) => length));
  const breakpointsPerLength = spreadOf(densities);
  return breakpointsPerLength && { points: densities.length, breakpointsPerLength };
}

function distanceFigures(points: Experiment['points'], neurons: number): DistanceFigures | null {
  const distances = points.flatMap(({ distance }) => (distance === null ? [] : [distance])).sort((a, b) => a - b);
  const [mean, timesNeurons] = [spreadOf(distances), spreadOf(distances.map((distance) => neurons * distance))];
  if (!mean || !timesNeurons) return null;
  const at = (share: number) => distances[Math.round(share * (distances.length - 1))];
  return {
    points: distances.length,
    mean,
    timesNeurons,
    percentiles: [at(0.1), at(0.5), at(0.9)],
    histogram: histogramOf(distances),
  };
}

function histogramOf(distances: readonly number[]): number[] {
  const bins = Array<number>(DISTANCES.bins).fill(0);
  for (const distance of distances) bins[binOf(distance)]++;
  return bins;
}

function byKind<Kind extends string, T>(
  kinds: readonly Kind[],
  figure: (kind: Kind) => T | null,
): Partial<Record<Kind, T>> {
  const found = kinds.map((kind) => [kind, figure(kind)] as const).filter(([, value]) => value !== null);
  return Object.fromEntries(found) as Partial<Record<Kind, T>>;
}

export function neuronsOf(network: Network): number {
  return sum(analyzedLayers(network), (layer) => layer.neurons);
}

function sum<T>(items: readonly T[], figure: (item: T) => number): number {
  return items.reduce((total, item) => total + figure(item), 0);
}
