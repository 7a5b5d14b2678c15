import { Polygons } from '../geometry/polygons.ts';
import { SignQuery } from '../geometry/signQuery.ts';
import type { Slice } from '../geometry/slice.ts';
import { denseChain, type DenseChain } from '../program/denseChain.ts';
import type { Program } from '../program/program.ts';
import { DenseChainPropagator } from '../propagation/densePropagator.ts';
import { SparsePropagator } from '../propagation/propagation.ts';
import { FixedShare } from '../walk/fixedShare.ts';
import { remaining } from '../walk/limits.ts';
import { RegionWalk } from '../walk/regionWalk.ts';
import { RepeatedShare } from '../walk/repeatedShare.ts';
import { COMMON_CUTS } from '../walk/sharedCount.ts';
import type { WalkOptions, WalkResult } from '../walk/walkOptions.ts';
import { DistinctMaps } from './distinctMaps.ts';
import { LinearRegions } from './linearRegions.ts';
import { LoneRegions } from './loneRegions.ts';

/** Where a count is divided to forget the maps of each part before the next, parts fill this share of the room. */
const PART_SHARE = 1 / 16;

interface Walked {
  readonly walked: WalkResult;
  readonly merge: LinearRegions;
}

/**
 * Counts the regions of a network in a plane if all have maps of their own, as random weights nearly always give
 * them: then each is a linear region, and almost none is visited. Null where two may have the same map, or where that
 * remains open: then they are to be joined. Of a count that is shared, those regions are handed over that lie at the
 * cuts of all threads.
 */
export function walkDistinct(program: Program, slice: Slice, options: WalkOptions): Walked | null {
  // What the units of a single stage do to the output is the same everywhere: `OutputBends` tells it.
  if (program.stages.length < 2) return null;
  const chain = denseChain(program);
  const start = performance.now();
  const whole = new DistinctWalk(program, slice, chain, options);
  const found = whole.run();
  if (found || options.share || !whole.isFull) return found;
  const share = new FixedShare(0, 1, whole.depthOfParts());
  const limits = remaining(options.limits, start);
  return new DistinctWalk(program, slice, chain, { ...options, limits, share }).run();
}

/** A walk that ends when two regions may have the same map. */
class DistinctWalk {
  private readonly walk: RegionWalk<Polygons>;
  private readonly merge: LinearRegions;
  private readonly maps: DistinctMaps;
  private lone?: LoneRegions;
  private readonly uncut = new SignQuery();

  constructor(program: Program, slice: Slice, chain: DenseChain | null, options: WalkOptions) {
    this.merge = new LinearRegions(program, slice);
    const share = options.share && new RepeatedShare(options.share, () => this.maps.forget());
    // Regions in two claimed parts meet at cuts of all threads alone. There they are visited, and joined across these.
    const isInside = () => !share || !this.walk.geometry.isAtCut(COMMON_CUTS);
    const isVain = () => this.maps.isOpen;
    this.walk = new RegionWalk<Polygons>(
      program,
      slice,
      (exactSigns) => new Polygons(exactSigns),
      () => (chain ? new DenseChainPropagator(chain, slice, true) : new SparsePropagator(program, slice, true)),
      {
        ...options,
        share,
        visit: share && (() => this.visit()),
        unvisited: {
          mayCount: (query) => isInside() && this.maps.areTermsClear(query),
          add: (regions, query) => {
            if (!this.maps.add(query, this.walk.geometry.chords)) return false;
            this.merge.addApart(regions);
            return true;
          },
          mayNarrow: isInside,
          get isVain() {
            return isVain();
          },
        },
        held: () => this.merge.joins.heldBytes,
      },
    );
    const isAlone = (sides: number, query: SignQuery) => {
      this.lone ??= new LoneRegions(program, slice);
      return this.lone.isAlone(sides, query, this.walk.last, this.walk);
    };
    this.maps = new DistinctMaps(this.walk.propagator.mixed!, isAlone, options.limits.bytes);
  }

  /** Null where two regions may have the same map. */
  run(): Walked | null {
    const walked = this.walk.run();
    return this.maps.areDistinct() ? { walked, merge: this.merge } : null;
  }

  private visit(): void {
    const { patterns, geometry } = this.walk;
    this.uncut.pattern = patterns[patterns.length - 1];
    if (this.maps.areTermsClear(this.uncut)) this.maps.add(this.uncut, geometry.chords);
    this.merge.addAtCommonCuts(this.walk);
  }

  /** It ended because there was no room for more maps. */
  get isFull(): boolean {
    return this.maps.isFull;
  }

  /** Cuts down to parts of a suitable size, from how far the walk has come. */
  depthOfParts(): number {
    const { count, mostMaps } = this.maps;
    const done = Math.max(1 - this.walk.geometry.remaining(), 2 ** -10);
    return Math.ceil(Math.log2(count / done / (PART_SHARE * mostMaps)));
  }
}
