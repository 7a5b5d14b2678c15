import type { ParallelogramPlace } from '../../common/place.ts';
import type { Network } from '../../network/network.ts';
import type { Segment } from '../../theory/bound.ts';
import { compile } from '../program/compile.ts';
import type { CountHooks } from '../count.ts';
import { count, perLayer } from '../countRegions.ts';
import { PieceWatch, type ConstantUnits } from './constantUnits.ts';
import { lengthOf } from './crofton.ts';
import { NearestBoundaries } from './nearestBoundary.ts';
import { UnitTotals } from './unitTotals.ts';
import type { Program } from '../program/program.ts';
import { SparsePropagator } from '../propagation/propagation.ts';
import { Segments } from '../geometry/segments.ts';
import { sliceOf, type Slice } from '../geometry/slice.ts';
import { countLine } from '../lines/lineCount.ts';
import type { Watched } from '../walk/limits.ts';
import { RegionWalk } from '../walk/regionWalk.ts';
import type { WalkResult } from '../walk/walkOptions.ts';

/** What to measure of one network: Hanin and Rolnick's quantities (2019). */
export interface MeasureRequest {
  /** With weights at every layer that has parameters. */
  readonly network: Network;
  /** Null where only chords and points are measured. */
  readonly segment: Segment | null;
  /** Random chords of a box; see `crofton.ts`. */
  readonly chords: readonly Segment[];
  /** Planes whose regions are counted, each up to `MAX_PLANE_REGIONS`; none by default. */
  readonly planes?: readonly ParallelogramPlace[];
  /** From where the distance to the nearest boundary is taken. */
  readonly points: readonly (readonly number[])[];
  /** The first of the points, in number, at which units are looked for that stay on one piece; none by default. */
  readonly watched?: number;
  /** Of points, only the distance is wanted. */
  readonly distancesOnly?: boolean;
  /**
   * Lines on which the breakpoints of each unit are counted: sets of the first chords, by how many there are in each;
   * none by default.
   */
  readonly unitSets?: readonly number[];
  /** Also count them on the segment. */
  readonly unitsOnSegment?: boolean;
}

/** Figures of one network. Counts on lines are exact, distances as good as doubles. */
export interface Experiment {
  /** False when stopped: then `segment` may be null, and chords and points fewer than asked for. */
  readonly complete: boolean;
  /** Regions on the segment, of the network cut after layer `i`, by layer index. */
  readonly segment: readonly number[] | null;
  /** For each chord: its length, and how many points of it each layer `i` and those before it bend it at. */
  readonly chords: readonly { readonly length: number; readonly breakpoints: readonly number[] }[];
  readonly planes: readonly PlaneMeasured[];
  readonly points: readonly PointMeasured[];
  /** By layer index; null where no point was watched. */
  readonly constantUnits: readonly ConstantUnits[] | null;
  /**
   * Breakpoints of each unit by layer index, on the segment and over all chords of each set. Null where they are not
   * known: a line had to be counted cell by cell, or the measurement was stopped before.
   */
  readonly segmentUnits: UnitCounts;
  readonly unitSets: readonly UnitCounts[];
}

type UnitCounts = readonly (readonly number[])[] | null;

export interface PlaneMeasured {
  /** False where there are more regions than are counted: then these are lower bounds. */
  readonly exact: boolean;
  /** Regions of the network cut after each layer, by layer index. */
  readonly perLayer: readonly number[];
}

/** One plane must not hold up all others. */
const MAX_PLANE_REGIONS = 50_000;

export interface PointMeasured {
  /** Null where no unit depends on the input. */
  readonly distance: number | null;
  /** Layer that bends at the nearest boundary; -1 where there is none. */
  readonly layer: number;
  /** Whether the outputs' map is another one beyond it; null where only distances were asked for. */
  readonly bendsOutput: boolean | null;
}

/** Runs to its end without yielding: meant for a worker. Errors: as `count`. */
export function runExperiment(request: MeasureRequest, hooks: CountHooks = {}): Experiment {
  const program = compile(request.network);
  const wantedPlanes = request.planes ?? [];
  const total = (request.segment ? 1 : 0) + request.chords.length + wantedPlanes.length + request.points.length;
  let done = 0;
  const stopped = () => hooks.stopped?.() ?? false;
  const report = () => hooks.progress?.({ regions: 0, fraction: ++done / total });
  const onSegment = request.segment && lineOf(program, request.segment, hooks, request.unitsOnSegment);
  const segment = onSegment && onSegment.regions;
  if (request.segment) report();
  const units = new UnitTotals(request.unitSets ?? []);
  const chords: Experiment['chords'][number][] = [];
  for (const chord of request.chords) {
    const found = stopped() ? null : lineOf(program, chord, hooks, units.isWanted);
    if (!found) break;
    if (units.isWanted) units.add(found.units);
    chords.push({ length: lengthOf(chord), breakpoints: found.regions.map((count) => count - 1) });
    report();
  }
  const planes: PlaneMeasured[] = [];
  for (const plane of wantedPlanes) {
    const found = stopped() ? null : regionsIn(request.network, plane, hooks);
    if (!found) break;
    planes.push(found);
    report();
  }
  const boundaries = request.points.length > 0 ? new NearestBoundaries(program) : null;
  const points: PointMeasured[] = [];
  const watch = new PieceWatch(program);
  const watched = request.watched ?? 0;
  for (const point of request.points) {
    if (!boundaries || stopped()) break;
    const { distance, layer, bendsOutput } = boundaries.of(point, request.distancesOnly);
    if (points.length < watched) watch.add(boundaries.patterns);
    points.push({ distance: Number.isFinite(distance) ? distance : null, layer, bendsOutput });
    report();
  }
  const complete =
    (segment !== null || request.segment === null) &&
    chords.length === request.chords.length &&
    planes.length === wantedPlanes.length &&
    points.length === request.points.length;
  const segmentUnits = onSegment && onSegment.units;
  const constantUnits = watch.perLayer();
  return { complete, segment, chords, planes, points, constantUnits, segmentUnits, unitSets: units.totals() };
}

function walkLine(program: Program, slice: Slice, watched: Watched): WalkResult {
  const makePropagator = () => new SparsePropagator(program, slice);
  return new RegionWalk(program, slice, (exact) => new Segments(exact), makePropagator, watched).run();
}

/** Regions in a plane; null when stopped. */
function regionsIn(network: Network, domain: ParallelogramPlace, hooks: CountHooks): PlaneMeasured | null {
  const limits = { regions: MAX_PLANE_REGIONS };
  const request = { network, method: 'plane', domain, linear: false, keepRegions: false, limits } as const;
  const { exact, stoppedBy, perLayer: regions } = count(request, { stopped: () => hooks.stopped?.() ?? false });
  return stoppedBy === 'request' ? null : { exact, perLayer: regions };
}

/** Regions on a segment and breakpoints of units, by layer; null when stopped. */
function lineOf(
  program: Program,
  segment: Segment,
  hooks: CountHooks,
  units = false,
): { readonly regions: number[]; readonly units: UnitCounts } | null {
  const slice = sliceOf({ kind: 'segment', ...segment }, program.inputSize);
  const watched = { limits: {}, hooks: { stopped: () => hooks.stopped?.() ?? false } };
  const counted = countLine(program, slice, { ...watched, linear: false, draws: false, units });
  const { cells, stoppedBy } = counted?.walked ?? walkLine(program, slice, watched);
  return stoppedBy === null ? { regions: perLayer(program, cells), units: counted?.unitBreakpoints ?? null } : null;
}
