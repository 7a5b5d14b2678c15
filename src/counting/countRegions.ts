import { compile } from './compile.ts';
import type { CountHooks, CountRequest, CountResult, PlaneRegions, SamplingResult } from './count.ts';
import { denseChain } from './denseChain.ts';
import { DenseChainPropagator } from './densePropagator.ts';
import { countEverywhere } from './everywhere.ts';
import { LinearRegions } from './linearRegions.ts';
import { Picture } from './picture.ts';
import { Polygons } from './polygons.ts';
import { Polytopes } from './polytopes.ts';
import type { Program } from './program.ts';
import { SparsePropagator } from './propagation.ts';
import { sample } from './sampling.ts';
import { Segments } from './segments.ts';
import { sliceOf, type Slice } from './slice.ts';
import { Walk, type WalkResult } from './walk.ts';

/** A cube has 2^n corners, and its cells many more. */
const MOST_DIMENSIONS = 8;

/**
 * Counts the regions of a network with weights. Runs to its end (or a limit) without yielding: meant for a worker.
 * Errors: RangeError, with a sentence for the user, for a domain that does not fit, missing weights, or overflow.
 */
export function count(request: CountRequest, hooks: CountHooks = {}): CountResult {
  const start = performance.now();
  const program = compile(request.network);
  const { walked, linearRegions, regions, sampling } = byMethod(program, request, hooks);
  const { cells, stoppedBy } = walked;
  return {
    method: request.method,
    exact: stoppedBy === null && !sampling,
    stoppedBy,
    activationRegions: cells.length > 0 ? cells[cells.length - 1] : 1,
    linearRegions,
    perLayer: perLayer(program, cells),
    seconds: (performance.now() - start) / 1000,
    regions: regions ?? null,
    sampling,
  };
}

function byMethod(program: Program, request: CountRequest, hooks: CountHooks): Found {
  const { method, domain } = request;
  if (method === 'sample') {
    const { sampling, ...walked } = sample(program, request, hooks);
    return { walked, linearRegions: null, sampling };
  }
  if (domain.kind === 'all') {
    if (method !== 'cells') throw new RangeError(`a ${method} is no count of all of R^n: use cells`);
    return countEverywhere(program, request, hooks);
  }
  const slice = sliceOf(domain, program.inputSize);
  const wanted = { line: 1, plane: 2, cells: slice.dimension }[method];
  if (slice.dimension !== wanted) throw new RangeError(`the ${method} method needs a domain of dimension ${wanted}, this has ${slice.dimension}`); // prettier-ignore
  if (slice.dimension === 1) return onLine(program, slice, request, hooks);
  return slice.dimension === 2 ? inPlane(program, slice, request, hooks) : inBox(program, slice, request, hooks);
}

interface Found {
  readonly walked: WalkResult;
  readonly linearRegions: number | null;
  readonly regions?: PlaneRegions | null;
  readonly sampling?: SamplingResult;
}

function onLine(program: Program, slice: Slice, { limits, linear }: CountRequest, hooks: CountHooks): Found {
  const merge = linear ? new LinearRegions(program) : null;
  const visit = merge ? () => merge.add(walk.geometry, walk.propagator) : undefined;
  const propagator = () => new SparsePropagator(program, slice);
  const walk = new Walk(program, slice, (exact) => new Segments(exact), propagator, { limits, hooks, visit });
  const walked = walk.run();
  return { walked, linearRegions: merge?.count() ?? null };
}

function inPlane(program: Program, slice: Slice, request: CountRequest, hooks: CountHooks): Found {
  const { limits, linear, keepRegions } = request;
  const merge = linear ? new LinearRegions(program) : null;
  const picture = keepRegions ? new Picture(program) : null;
  const visit = () => {
    merge?.add(walk.geometry, walk.propagator);
    picture?.add(walk.geometry, walk.propagator, walk.lines);
  };
  const options = { limits, hooks, visit: merge || picture ? visit : undefined };
  const chain = denseChain(program);
  const propagator = () => (chain ? new DenseChainPropagator(chain, slice) : new SparsePropagator(program, slice));
  const walk = new Walk(program, slice, (exact) => new Polygons(exact), propagator, options);
  const walked = walk.run();
  return { walked, linearRegions: merge?.count() ?? null, regions: picture?.regions() ?? null };
}

function inBox(program: Program, slice: Slice, { limits, linear }: CountRequest, hooks: CountHooks): Found {
  if (slice.dimension > MOST_DIMENSIONS) {
    throw new RangeError(
      `cells can be counted in up to ${MOST_DIMENSIONS} dimensions: count on a line or a plane instead`,
    );
  }
  const merge = linear ? new LinearRegions(program) : null;
  const visit = merge ? () => merge.add(walk.geometry, walk.propagator) : undefined;
  const propagator = () => new SparsePropagator(program, slice);
  const walk = new Walk(program, slice, (exact) => new Polytopes(slice, exact), propagator, { limits, hooks, visit });
  const walked = walk.run();
  return { walked, linearRegions: merge?.count() ?? null };
}

/** Cells after the last stage of each layer or of those before it. */
export function perLayer(program: Program, cells: readonly number[]): number[] {
  const result: number[] = [];
  let stage = 0;
  let regions = 1;
  for (let layer = 0; layer < program.layers; layer++) {
    while (stage < cells.length && program.stages[stage].layer <= layer) regions = cells[stage++];
    result.push(regions);
  }
  return result;
}
