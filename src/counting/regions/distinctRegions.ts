import type { Chords } from '../geometry/chords.ts';
import type { ExactSigns } from '../geometry/geometry.ts';
import { Polygons } from '../geometry/polygons.ts';
import { SignQuery } from '../geometry/signQuery.ts';
import type { Slice } from '../geometry/slice.ts';
import { denseChain, type DenseChain } from '../program/denseChain.ts';
import type { Program } from '../program/program.ts';
import { DenseChainPropagator } from '../propagation/densePropagator.ts';
import { SparsePropagator, type Propagator } from '../propagation/propagation.ts';
import { FixedShare } from '../walk/fixedShare.ts';
import { remaining } from '../walk/limits.ts';
import { RegionWalk } from '../walk/regionWalk.ts';
import { RepeatedShare } from '../walk/repeatedShare.ts';
import { COMMON_CUTS } from '../walk/sharedCount.ts';
import type { WalkOptions, WalkResult } from '../walk/walkOptions.ts';
import { DistinctMaps } from './distinctMaps.ts';
import { DistinctSides } from './distinctSides.ts';
import { areMixed, LinearRegions } from './linearRegions.ts';
import { LoneRegions } from './loneRegions.ts';

/** Where a count is divided to forget the maps of each part before the next, parts fill this share of the room. */
const PART_SHARE = 1 / 16;

interface Walked {
  readonly walked: WalkResult;
  readonly merge: LinearRegions;
}

/** Tells whether the regions that the walk finds all have maps of their own. */
interface Distinction {
  /** Two may have the same, or it remains open. */
  readonly isOpen: boolean;
  /** There is no room for more. */
  readonly isFull: boolean;
  /** As `mayCount` and `add` of `Unvisited`. */
  areTermsClear(query: SignQuery): boolean;
  add(query: SignQuery, chords: Chords): boolean;
  /** What comes from now on meets nothing that came before. */
  forget(): void;
  /** At the end of the walk. */
  areDistinct(): boolean;
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
  const left = () => ({ ...options, limits: remaining(options.limits, start) });
  if (chain && chain.slopes.length === 2) {
    const bySides = new SidesWalk(program, slice, chain, options);
    const found = bySides.run();
    if (found || !bySides.sides.isTied) return found;
  }
  const whole = new MapsWalk(program, slice, chain, left());
  const found = whole.run();
  if (found || options.share || !whole.maps.isFull) return found;
  const share = new FixedShare(0, 1, whole.depthOfParts());
  return new MapsWalk(program, slice, chain, { ...left(), share }).run();
}

/** A walk that ends when two regions may have the same map. */
abstract class DistinctWalk {
  protected readonly walk: RegionWalk<Polygons>;
  private readonly merge: LinearRegions;
  private readonly uncut = new SignQuery();
  /** Set when the walk is made. */
  protected distinction!: Distinction;

  constructor(
    protected readonly program: Program,
    protected readonly slice: Slice,
    makePropagator: () => Propagator,
    options: WalkOptions,
  ) {
    this.merge = new LinearRegions(program, slice, { mixes: areMixed(program) });
    const share = options.share && new RepeatedShare(options.share, () => this.distinction.forget());
    // Regions in two claimed parts meet at cuts of all threads alone. There they are visited, and joined across these.
    const isInside = () => !share || !this.walk.geometry.isAtCut(COMMON_CUTS);
    const isVain = () => this.distinction.isOpen;
    const unvisited = {
      mayCount: (query: SignQuery) => isInside() && this.distinction.areTermsClear(query),
      add: (regions: number, query: SignQuery) => {
        if (!this.distinction.add(query, this.walk.geometry.chords)) return false;
        this.merge.addApart(regions);
        return true;
      },
      mayNarrow: isInside,
      get isVain() {
        return isVain();
      },
    };
    const visit = share && (() => this.visit());
    const held = () => this.merge.joins.heldBytes;
    const makeGeometry = (exactSigns: ExactSigns) => new Polygons(exactSigns);
    this.walk = new RegionWalk(program, slice, makeGeometry, makePropagator, {
      ...options,
      share,
      visit,
      unvisited,
      held,
    });
  }

  /** Null where two regions may have the same map. */
  run(): Walked | null {
    const walked = this.walk.run();
    return this.distinction.areDistinct() ? { walked, merge: this.merge } : null;
  }

  private visit(): void {
    const { patterns, geometry } = this.walk;
    this.uncut.pattern = patterns[patterns.length - 1];
    if (this.distinction.areTermsClear(this.uncut)) this.distinction.add(this.uncut, geometry.chords);
    this.merge.addAtCommonCuts(this.walk);
  }
}

/** Regions are told apart by their maps. */
class MapsWalk extends DistinctWalk {
  readonly maps: DistinctMaps;
  private lone?: LoneRegions;

  constructor(program: Program, slice: Slice, chain: DenseChain | null, options: WalkOptions) {
    const makePropagator = () =>
      chain ? new DenseChainPropagator(chain, slice, 'map') : new SparsePropagator(program, slice, true);
    super(program, slice, makePropagator, options);
    const isAlone = (sides: number, query: SignQuery) => {
      this.lone ??= new LoneRegions(program, slice);
      return this.lone.isAlone(sides, query, this.walk.last, this.walk);
    };
    this.maps = new DistinctMaps(this.walk.propagator.mixed!, isAlone, options.limits.bytes);
    this.distinction = this.maps;
  }

  /** Cuts down to parts of a suitable size, from how far the walk has come. */
  depthOfParts(): number {
    const { count, mostMaps } = this.maps;
    const done = Math.max(1 - this.walk.geometry.remaining(), 2 ** -10);
    return Math.ceil(Math.log2(count / done / (PART_SHARE * mostMaps)));
  }
}

/** Regions of a chain of two stages are told apart across their sides. */
class SidesWalk extends DistinctWalk {
  readonly sides: DistinctSides;
  private lone?: LoneRegions;

  constructor(program: Program, slice: Slice, chain: DenseChain, options: WalkOptions) {
    super(program, slice, () => new DenseChainPropagator(chain, slice, 'derivatives'), options);
    const uncut = new SignQuery();
    const isAlone = () => {
      this.lone ??= new LoneRegions(program, slice);
      return this.lone.isAlone(0, uncut, this.walk.last, this.walk);
    };
    this.sides = new DistinctSides(this.walk.propagator.derivatives!, chain, this.walk, isAlone);
    this.distinction = this.sides;
  }
}
