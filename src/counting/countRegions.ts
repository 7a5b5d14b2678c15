import type { Domain } from '../common/place.ts';
import type { SliceRanges } from '../common/stageRange.ts';
import { compile } from './program/compile.ts';
import { countCones } from './cones.ts';
import type { CountHooks, CountRequest, CountResult, LineRegions, SamplingResult } from './count.ts';
import { denseChain } from './program/denseChain.ts';
import { DenseChainPropagator } from './propagation/densePropagator.ts';
import { ExactMaps } from './exact/exactMaps.ts';
import { countEverywhere } from './everywhere.ts';
import type { ExactLine, ExactSigns, Geometry } from './geometry/geometry.ts';
import { Halfspaces } from './geometry/halfspaces.ts';
import { areMixed, LinearRegions } from './regions/linearRegions.ts';
import { LineIds } from './exact/lineIds.ts';
import { joinKept, KeptRegions, type KeptPart } from './regions/keptRegions.ts';
import { Polygons } from './geometry/polygons.ts';
import { Polytopes } from './geometry/polytopes.ts';
import { isContinuous, type Program } from './program/program.ts';
import { SparsePropagator, type Propagator } from './propagation/propagation.ts';
import { joinSample, mayReachLimit, sample, type SamplePart } from './experiments/sampling.ts';
import { countLine, countLinePart } from './lines/lineCount.ts';
import { joinLine, type JoinedLine, type LinePart } from './lines/lineParts.ts';
import { lineProgram, type LineProgram } from './lines/lineProgram.ts';
import { rangesOn } from './ranges/ranges.ts';
import { walkDistinct } from './regions/distinctRegions.ts';
import { RegionJoins, type JoinsPart } from './regions/regionJoins.ts';
import { Segments } from './geometry/segments.ts';
import type { SignQuery } from './geometry/signQuery.ts';
import { RepeatedShare } from './walk/repeatedShare.ts';
import { SharedCount, type WorkShare } from './walk/sharedCount.ts';
import { MAX_CUBE_DIMENSIONS, sliceOf, type Slice } from './geometry/slice.ts';
import { RegionWalk } from './walk/regionWalk.ts';
import type { WalkOptions, WalkResult } from './walk/walkOptions.ts';
import { remaining, type WalkHooks } from './walk/limits.ts';
import { walksInTurn } from './walk/walksInTurn.ts';
import {
  fusedFor,
  isByCones,
  isForLinearAlone,
  isPlane,
  mayHaveCones,
  programOf,
  sliceFor,
  type WalkRequest,
} from './walkedProgram.ts';

/** A cube has 2^n corners, and its cells many more: beyond this, linear programs are faster. */
export const MAX_VERTEX_DIMENSIONS = 6;
/** Twice as many orthants with each input. */
const MAX_ORTHANT_INPUTS = 5;
/** An exact program in more dimensions may take minutes. */
export const MAX_PROGRAM_DIMENSIONS = 64;

/**
 * Counts the regions of a network with weights. Runs to its end (or a limit) without yielding: meant for a worker.
 * Errors: RangeError, with a sentence for the user, for a domain that does not fit, missing weights, or overflow.
 */
export function count(request: CountRequest, hooks: CountHooks = {}): CountResult {
  const start = performance.now();
  const parts = [countPart(request, hooks)];
  return addParts(request, parts, (performance.now() - start) / 1000);
}

/** The result of one thread of a count. */
export interface CountPart {
  readonly walked: WalkResult;
  /** The last stage of each layer or of those before it; -1 where there is none. */
  readonly stageOfLayer: readonly number[];
  readonly joins: JoinsPart | null;
  /** Of a line that is counted layer by layer with others. */
  readonly lines?: LinePart;
  /** It cannot be counted together with others, as it turned out: whatever the others found is void. */
  readonly isRefused?: true;
  readonly linearRegions: number | null;
  /** For some regions it is unknown whether they meet. */
  readonly isLoose: boolean;
  /** Regions that are drawn or listed, cell by cell. */
  readonly kept?: KeptPart;
  /** Of a line that was counted layer by layer. */
  readonly line: LineRegions | null;
  readonly unitBreakpoints?: CountResult['unitBreakpoints'];
  readonly sampling?: SamplingResult;
  /** Of a sample whose points several threads drew. */
  readonly sample?: SamplePart;
  readonly ranges: SliceRanges | null;
}

/** True when several threads can share a count: its parts are walked apart and then added. */
export function isShareable(request: CountRequest): boolean {
  return request.method === 'sample' ? !mayReachLimit(request) : !isByOrthants(request) && !isByCones(request);
}

/** True if all of R^n is counted by vertices. Orthants cut cells into parts, so there are no regions to list. */
export function isByOrthants({ domain, network, cellsBy, listRegions }: CountRequest): boolean {
  if (domain.kind !== 'all') return false;
  const suggested = network.inputSize <= MAX_ORTHANT_INPUTS && !listRegions ? 'vertices' : 'programs';
  return (cellsBy ?? suggested) === 'vertices';
}

/** Counts this thread's share, or everything. Errors: as `count`. */
export function countPart(request: WalkRequest, hooks: CountHooks, share?: WorkShare): CountPart {
  const program = programOf(request);
  // Where the network jumps, cells do not meet facet to facet and cannot be joined.
  const linear = request.linear && isContinuous(program);
  const found = byMethod(program, { ...request, linear }, hooks, share);
  const { walked, merge, linearRegions, line, lines, isRefused, kept, unitBreakpoints, sampling } = found;
  const joins = merge && !share && (walked.stoppedBy === null || request.joinsPart);
  const joined = joins ? merge.joins.count() : (linearRegions ?? null);
  return {
    walked,
    stageOfLayer: stageOfLayer(program),
    joins: merge && share && walked.stoppedBy === null ? merge.joins.part() : null,
    linearRegions: joined,
    isLoose: found.isLoose ?? merge?.joins.hasLoose ?? false,
    line: line ?? null,
    ...(kept && { kept }),
    ...(lines && { lines }),
    ...(isRefused && { isRefused }),
    ...(request.units && { unitBreakpoints: unitBreakpoints ?? null }),
    sampling,
    ...(found.sample && { sample: found.sample }),
    ranges: hasRanges(request, found, share) ? rangesFor(program, request.domain) : null,
  };
}

/** Whoever stops a count waits for nothing more; all of R^n has no ranges. Of several threads one finds them. */
function hasRanges(request: CountRequest, { walked: { stoppedBy } }: Found, share?: WorkShare): boolean {
  const { ranges, domain, method } = request;
  if (domain.kind === 'all' || stoppedBy === 'request') return false;
  return ((ranges === true || method === 'sample') && share?.isLeader !== false) || stoppedBy !== null;
}

function rangesFor(program: Program, domain: Domain): SliceRanges | null {
  const found = rangesOn(program, sliceOf(domain, program.inputSize));
  return found && { dimension: found.dimension, stages: found.stages };
}

const LOOSE = 'Cells are too narrow to tell which regions share a facet, so linear regions are not counted.';

function exactMapsOf(request: CountRequest): ExactMaps {
  const whole = programOf(request);
  const slice = sliceFor(request.domain, whole.inputSize);
  const program = fusedFor(whole, slice, request) ?? whole;
  return new ExactMaps(program, slice.rows, new LineIds(program));
}

function lineProgramOf({ network, domain }: CountRequest): LineProgram {
  const program = compile(network);
  return lineProgram(program, sliceFor(domain, program.inputSize));
}

/** Of a line that was shared; else what one thread found of it. */
function joinedLine(request: CountRequest, parts: readonly CountPart[], isWhole: boolean): JoinedLine {
  const lines = parts.flatMap((part) => (part.lines ? [part.lines] : []));
  if (lines.length > 0) return joinLine(() => lineProgramOf(request), lines, isWhole);
  const [{ linearRegions, line, unitBreakpoints = null }] = parts;
  return { linearRegions, line, unitBreakpoints };
}

/** Null where no points were drawn. */
function joinedSample(
  parts: readonly CountPart[],
  isWhole: boolean,
): (Pick<Found, 'sampling'> & Pick<WalkResult, 'cells'>) | null {
  const samples = parts.flatMap((part) => (part.sample ? [part.sample] : []));
  if (samples.length > 0) return joinSample(samples, isWhole);
  const [
    {
      walked: { cells },
      sampling,
    },
  ] = parts;
  return sampling ? { cells, sampling } : null;
}

/** After each stage. */
function addedCells(parts: readonly CountPart[]): number[] {
  return parts[0].walked.cells.map((_, stage) => {
    const common = Math.max(...parts.map(({ walked }) => walked.common?.[stage] ?? 0));
    return parts.reduce((sum, { walked }) => sum + walked.cells[stage], common);
  });
}

/** The whole count from what each of its threads found, none of which was refused. */
export function addParts(request: CountRequest, parts: readonly CountPart[], seconds: number): CountResult {
  const [{ stageOfLayer }] = parts;
  const ranges = parts.find((part) => part.ranges)?.ranges ?? null;
  const stoppedBy = parts.find(({ walked }) => walked.stoppedBy !== null)?.walked.stoppedBy ?? null;
  const { cells, sampling } = joinedSample(parts, stoppedBy === null) ?? { cells: addedCells(parts) };
  const { regions, line: drawn, list } = joinKept(parts.flatMap(({ kept }) => kept ?? []));
  const { linearRegions, line, unitBreakpoints } = joinedLine(request, parts, stoppedBy === null);
  const joins = parts.flatMap(({ joins }) => (joins ? [joins] : []));
  const linear =
    joins.length > 0 && stoppedBy === null ? RegionJoins.together(joins, exactMapsOf(request)) : linearRegions;
  const isLoose = joins.length > 0 ? linear === null : parts.some((part) => part.isLoose);
  const doubt = stoppedBy === null && isLoose ? LOOSE : undefined;
  return {
    method: request.method,
    chosen: request.chosen,
    exact: stoppedBy === null && !sampling && doubt === undefined,
    doubt,
    stoppedBy,
    activationRegions: cells.length > 0 ? cells[cells.length - 1] : 1,
    linearRegions: doubt === undefined ? linear : null,
    perLayer: stageOfLayer.map((stage) => (stage < 0 ? 1 : cells[stage])),
    seconds,
    regions,
    line: line ?? drawn,
    list,
    ...(request.units && { unitBreakpoints }),
    sampling,
    ranges,
  };
}

function byMethod(program: Program, request: WalkRequest, hooks: CountHooks, share?: WorkShare): Found {
  const { method, domain } = request;
  if (method === 'sample') {
    const { stoppedBy, cells, ...found } = sample(program, request, hooks, share);
    return { walked: { stoppedBy, cells }, ...found };
  }
  const walkHooks: WalkHooks = {
    stopped: () => hooks.stopped?.() ?? false,
    progress: (regions, fraction, cells) =>
      hooks.progress?.({ regions, fraction, perLayer: perLayer(program, cells, share && !share.isLeader ? 0 : 1) }),
  };
  if (domain.kind === 'all') {
    if (method !== 'cells') throw new RangeError(`the ${method} method cannot count all of R^n: use cells`);
    if (isByOrthants(request)) return countEverywhere(program, request, walkHooks);
  }
  const slice = sliceFor(domain, program.inputSize);
  const wanted = { line: 1, plane: 2, cells: slice.dimension }[method];
  if (slice.dimension !== wanted)
    throw new RangeError(
      `the ${method} method needs a domain of dimension ${wanted}, but this one has dimension ${slice.dimension}`,
    );
  const watched = { limits: request.limits, hooks: walkHooks, share };
  if (slice.dimension === 1 && !request.cellsBy && !request.listRegions) {
    const { linear, keepRegions: draws, units } = request;
    const options = { ...watched, linear, draws, units };
    const line = share ? countLinePart(program, slice, options) : countLine(program, slice, options);
    if (line) return 'part' in line ? { walked: line.walked, lines: line.part } : line;
    // Others may count their pieces layer by layer.
    if (share && isContinuous(program)) return refused(program, share);
  }
  const cones = !share && mayHaveCones(request) ? countCones(program, slice, watched) : null;
  if (cones) return { ...cones, linearRegions: request.linear ? cones.linearRegions : null };
  return walkCells(program, slice, request, watched);
}

function refused(program: Program, share: WorkShare): Found {
  share.refuse();
  return { walked: { stoppedBy: null, cells: program.stages.map(() => 0) }, isRefused: true };
}

function walkCells(program: Program, slice: Slice, request: WalkRequest, walking: WalkOptions): Found {
  if (request.isFused || !isForLinearAlone(slice, request)) return walkAll(program, slice, request, walking);
  const fused = fusedFor(program, slice, request);
  if (!fused) return walkLinear(program, slice, request, walking);
  return walksInTurn<Found, Found>(
    walking,
    (options) => walkAll(program, slice, { ...request, linear: false }, options),
    (options) => walkAll(fused, slice, request, options),
  );
}

/** Linear regions: those that all have a map of their own are not visited. */
function walkLinear(program: Program, slice: Slice, request: CountRequest, walking: WalkOptions): Found {
  const share = walking.share && new RepeatedShare(walking.share);
  const start = performance.now();
  const found = walkDistinct(program, slice, { ...walking, share });
  return found ?? walkAll(program, slice, request, { ...walking, share, limits: remaining(walking.limits, start) });
}

/** Visits all regions where there is something to find in them. */
function walkAll(program: Program, slice: Slice, request: CountRequest, walking: WalkOptions): Found {
  const kept = request.keepRegions || request.listRegions ? new KeptRegions(program, slice, request) : null;
  const mixes = isForLinearAlone(slice, request) && areMixed(program);
  const merge = request.linear ? new LinearRegions(program, slice, { mixes }) : null;
  const visit = () => {
    merge?.add(walk);
    kept?.add(walk);
  };
  const held = () => (merge?.joins.heldBytes ?? 0) + (kept?.held ?? 0);
  const unvisited =
    merge && !kept
      ? {
          mayCount: ({ list, from, to }: SignQuery) => merge.areApart(walk, list, from, to),
          add: (regions: number) => {
            merge.addApart(regions);
            return true;
          },
        }
      : undefined;
  // A single thread keeps regions part by part as well, so that they are the same.
  const share = walking.share ?? (kept ? SharedCount.alone() : undefined);
  const options = {
    ...walking,
    share,
    parts: kept ?? undefined,
    visit: merge || kept ? visit : undefined,
    visitsMixed: mixes,
    unvisited,
    held,
  };
  const maker = makerOf(slice, request);
  const walk: RegionWalk<Geometry> = new RegionWalk(
    program,
    slice,
    maker,
    propagatorMaker(program, slice, request, mixes),
    options,
  );
  return { walked: walk.run(), merge, kept: kept?.part() };
}

/** For polygons a dense chain has a propagator of its own. */
function propagatorMaker(program: Program, slice: Slice, request: CountRequest, mixes: boolean): () => Propagator {
  const chain = isPlane(slice, request) ? denseChain(program) : null;
  return () => (chain ? new DenseChainPropagator(chain, slice) : new SparsePropagator(program, slice, mixes));
}

type GeometryMaker = (exactSigns: ExactSigns, exactLine: ExactLine) => Geometry;

/** What cells are held as. Errors: RangeError for too many dimensions. */
function makerOf(slice: Slice, request: CountRequest): GeometryMaker {
  const { dimension } = slice;
  const { cellsBy, domain } = request;
  const isWholeSpace = domain.kind === 'all';
  const usesPrograms = cellsBy ? cellsBy === 'programs' : dimension > MAX_VERTEX_DIMENSIONS || isWholeSpace;
  if (usesPrograms) {
    if (dimension > MAX_PROGRAM_DIMENSIONS) throw new RangeError(tooManyDimensions(MAX_PROGRAM_DIMENSIONS));
    return (_, exactLine) => new Halfspaces(slice, isWholeSpace, exactLine);
  }
  if (dimension > MAX_CUBE_DIMENSIONS) throw new RangeError(tooManyDimensions(MAX_CUBE_DIMENSIONS));
  if (dimension === 1) return (exactSigns) => new Segments(exactSigns);
  return (exactSigns) => (isPlane(slice, request) ? new Polygons(exactSigns) : new Polytopes(slice, exactSigns));
}

function tooManyDimensions(most: number): string {
  return `cells can be counted in up to ${most} dimensions: count on a line or a plane instead`;
}

interface Found {
  readonly walked: WalkResult;
  /** Regions still to be joined. */
  readonly merge?: LinearRegions | null;
  readonly linearRegions?: number | null;
  readonly isLoose?: boolean;
  readonly line?: LineRegions | null;
  readonly lines?: LinePart;
  readonly isRefused?: true;
  readonly unitBreakpoints?: CountResult['unitBreakpoints'];
  readonly kept?: KeptPart;
  readonly sampling?: SamplingResult;
  readonly sample?: SamplePart;
}

/** Cells after the last stage of each layer or of those before it, `before` where there is none. */
export function perLayer(program: Program, cells: readonly number[], before = 1): number[] {
  return stageOfLayer(program).map((stage) => (stage < 0 ? before : cells[stage]));
}

function stageOfLayer(program: Program): number[] {
  let stage = -1;
  return Array.from({ length: program.layers }, (_, layer) => {
    while (stage + 1 < program.stages.length && program.stages[stage + 1].layer <= layer) stage++;
    return stage;
  });
}
