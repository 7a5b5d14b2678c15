import type { CountRequest } from './count.ts';
import { LinearRegions } from './regions/linearRegions.ts';
import { Polytopes } from './geometry/polytopes.ts';
import type { Program } from './program/program.ts';
import { SparsePropagator } from './propagation/propagation.ts';
import { orthant } from './geometry/slice.ts';
import { RegionWalk, type WalkResult } from './walk/regionWalk.ts';
import type { WalkHooks } from './walk/limits.ts';

/** Twice as many orthants with each input. */
const MAX_INPUTS = 6;

/** Bytes that a remembered pattern takes in addition to its text. */
const ENTRY_BYTES = 80;

interface CellsFound {
  readonly walked: WalkResult;
  readonly linearRegions: number | null;
  readonly isLoose: boolean;
}

/**
 * Counts the cells of all of R^n, orthant by orthant, each a simplex with corners at infinity, so that unbounded cells
 * are like any other. The set where a pattern holds is convex, so the pattern identifies a cell that lies in several
 * orthants. Only patterns of cells at an orthant's walls have to be kept.
 */
export function countEverywhere(program: Program, request: CountRequest, hooks: WalkHooks): CellsFound {
  const n = program.inputSize;
  if (n > MAX_INPUTS)
    throw new RangeError(`all of R^${n} has too many orthants: count in R^${MAX_INPUTS} at most, or in a box`);
  const start = performance.now();
  const totals = program.stages.map(() => 0);
  const known = program.stages.map(() => new Map<string, number>());
  const merge = request.linear ? new LinearRegions(program, orthant(Array<number>(n).fill(1)), true) : null;
  let patternBytes = 0;
  const held = () => patternBytes + (merge?.joins.heldBytes ?? 0);
  let stoppedBy: WalkResult['stoppedBy'] = null;
  // Without units to cut it, all of R^n is one region, and no wall is to be joined across.
  const orthants = program.stages.length === 0 ? 1 : 2 ** n;
  for (let bits = 0; bits < orthants && stoppedBy === null; bits++) {
    const slice = orthant(Array.from({ length: n }, (_, d) => ((bits >> d) & 1 ? -1 : 1)));
    // The region of the current cell, if an earlier orthant contained part of it.
    let metBefore: number | undefined;
    const isNew = (stage: number, patterns: readonly Int32Array[]) => {
      metBefore = undefined;
      if (!walk.geometry.touchesAny(n)) return true;
      const pattern = patterns.slice(0, stage + 1).join('|');
      metBefore = known[stage].get(pattern);
      if (metBefore !== undefined) return false;
      known[stage].set(pattern, merge ? merge.joins.regionCount : 0);
      patternBytes += pattern.length + ENTRY_BYTES;
      return true;
    };
    const visit = merge ? () => merge.addPart(walk, metBefore) : undefined;
    const regions = totals[totals.length - 1] ?? 0;
    const limits = {
      ...request.limits,
      regions: request.limits.regions === undefined ? undefined : request.limits.regions - regions,
      seconds:
        request.limits.seconds === undefined ? undefined : request.limits.seconds - (performance.now() - start) / 1000,
    };
    const walkHooks: WalkHooks = {
      stopped: () => hooks.stopped?.() ?? false,
      progress: (found, fraction, cells) => {
        const all = totals.map((total, stage) => total + cells[stage]);
        hooks.progress?.(regions + found, (bits + fraction) / orthants, all);
      },
    };
    const walk = new RegionWalk(
      program,
      slice,
      (exact) => new Polytopes(slice, exact),
      () => new SparsePropagator(program, slice),
      { limits, hooks: walkHooks, visit, held, isNew },
    );
    merge?.startPart();
    const result = walk.run();
    result.cells.forEach((count, stage) => (totals[stage] += count));
    stoppedBy = result.stoppedBy;
  }
  return {
    walked: { cells: totals, stoppedBy },
    linearRegions: merge && stoppedBy === null ? merge.joins.count() : null,
    isLoose: merge?.joins.hasLoose ?? false,
  };
}
