import { compile } from './compile.ts';
import type { CountHooks, CountRequest, CountResult } from './count.ts';
import { denseChain, DenseChainPropagator } from './denseChain.ts';
import { Polygons } from './polygons.ts';
import type { Program } from './program.ts';
import { SparsePropagator } from './propagation.ts';
import { Segments } from './segments.ts';
import { sliceOf } from './slice.ts';
import { Walk } from './walk.ts';

/**
 * Counts the regions of a network with weights. Runs to its end (or a limit) without yielding: meant for a worker.
 * Errors: RangeError, with a sentence for the user, for a domain that does not fit, missing weights, or overflow.
 */
export function count(request: CountRequest, hooks: CountHooks = {}): CountResult {
  const start = performance.now();
  const program = compile(request.network);
  const slice = sliceOf(request.domain, program.inputSize);
  const chain = slice.dimension === 2 ? denseChain(program) : null;
  const propagator = () => (chain ? new DenseChainPropagator(chain, slice) : new SparsePropagator(program, slice));
  const options = { limits: request.limits, hooks };
  const walk =
    slice.dimension === 1
      ? new Walk(program, slice, (exact) => new Segments(exact), propagator, options)
      : new Walk(program, slice, (exact) => new Polygons(exact), propagator, options);
  const { cells, stoppedBy } = walk.run();
  return {
    method: request.method,
    exact: stoppedBy === null,
    stoppedBy,
    activationRegions: cells.length > 0 ? cells[cells.length - 1] : 1,
    linearRegions: null,
    perLayer: perLayer(program, cells),
    seconds: (performance.now() - start) / 1000,
    regions: null,
  };
}

/** Cells after the last stage of each layer or of those before it. */
function perLayer(program: Program, cells: readonly number[]): number[] {
  const result: number[] = [];
  let stage = 0;
  let regions = 1;
  for (let layer = 0; layer < program.layers; layer++) {
    while (stage < cells.length && program.stages[stage].layer <= layer) regions = cells[stage++];
    result.push(regions);
  }
  return result;
}
