import type { CountRequest } from './count.ts';
import { LinearRegions } from './regions/linearRegions.ts';
import { Polytopes } from './geometry/polytopes.ts';
import type { Program } from './program/program.ts';
import { SparsePropagator } from './propagation/propagation.ts';
import { orthant } from './geometry/slice.ts';
import { RegionWalk } from './walk/regionWalk.ts';
import type { WalkResult } from './walk/walkOptions.ts';
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
  return new Orthants(program, request, hooks).run();
}

/** The walk through all orthants, with what they have in common. */
class Orthants {
  private readonly start = performance.now();
  /** Cells found so far after each stage. */
  private readonly totals: number[];
  /** Patterns of cells at walls, by stage, with the region of each. */
  private readonly known: readonly Map<string, number>[];
  private readonly merge: LinearRegions | null;
  private patternBytes = 0;
  private readonly count: number;

  constructor(
    private readonly program: Program,
    private readonly request: CountRequest,
    private readonly hooks: WalkHooks,
  ) {
    const { stages, inputSize } = program;
    this.totals = stages.map(() => 0);
    this.known = stages.map(() => new Map());
    this.merge = request.linear
      ? new LinearRegions(program, orthant(Array<number>(inputSize).fill(1)), { remembers: true })
      : null;
    // Without units to cut it, all of R^n is one region, and no wall is to be joined across.
    this.count = stages.length === 0 ? 1 : 2 ** inputSize;
  }

  run(): CellsFound {
    let stoppedBy: WalkResult['stoppedBy'] = null;
    for (let bits = 0; bits < this.count && stoppedBy === null; bits++) stoppedBy = this.walk(bits);
    const { merge } = this;
    return {
      walked: { cells: this.totals, stoppedBy },
      linearRegions: merge && stoppedBy === null ? merge.joins.count() : null,
      isLoose: merge?.joins.hasLoose ?? false,
    };
  }

  /** Adds the cells of the orthant whose signs are the bits of a number, 1 for negative. */
  private walk(bits: number): WalkResult['stoppedBy'] {
    const { program, merge } = this;
    const n = program.inputSize;
    const slice = orthant(Array.from({ length: n }, (_, d) => ((bits >> d) & 1 ? -1 : 1)));
    // The region of the current cell, if an earlier orthant contained part of it.
    let metBefore: number | undefined;
    const walk: RegionWalk<Polytopes> = new RegionWalk(
      program,
      slice,
      (exact) => new Polytopes(slice, exact),
      () => new SparsePropagator(program, slice),
      {
        limits: this.limitsLeft(),
        hooks: this.hooksFrom(bits),
        visit: merge ? () => merge.addPart(walk, metBefore) : undefined,
        held: () => this.patternBytes + (merge?.joins.heldBytes ?? 0),
        isNew: (stage, patterns) => {
          metBefore = walk.geometry.touchesAny(n) ? this.meet(stage, patterns) : undefined;
          return metBefore === undefined;
        },
      },
    );
    merge?.startPart();
    const { cells, stoppedBy } = walk.run();
    cells.forEach((found, stage) => (this.totals[stage] += found));
    return stoppedBy;
  }

  /** The region of the cell with this pattern, if it was met before; remembers it otherwise. */
  private meet(stage: number, patterns: readonly Int32Array[]): number | undefined {
    const pattern = patterns.slice(0, stage + 1).join('|');
    const before = this.known[stage].get(pattern);
    if (before !== undefined) return before;
    this.known[stage].set(pattern, this.merge?.joins.regionCount ?? 0);
    this.patternBytes += pattern.length + ENTRY_BYTES;
    return undefined;
  }

  private get regions(): number {
    return this.totals[this.totals.length - 1] ?? 0;
  }

  private limitsLeft(): CountRequest['limits'] {
    const { limits } = this.request;
    const seconds = (performance.now() - this.start) / 1000;
    return {
      ...limits,
      regions: limits.regions === undefined ? undefined : limits.regions - this.regions,
      seconds: limits.seconds === undefined ? undefined : limits.seconds - seconds,
    };
  }

  private hooksFrom(bits: number): WalkHooks {
    const before = this.totals.slice();
    const regions = this.regions;
    return {
      stopped: () => this.hooks.stopped?.() ?? false,
      progress: (found, fraction, cells) => {
        const all = before.map((total, stage) => total + cells[stage]);
        this.hooks.progress?.(regions + found, (bits + fraction) / this.count, all);
      },
    };
  }
}
