import { RELATIVE_ERROR } from '../geometry/geometry.ts';
import { ExactMaps } from '../exact/exactMaps.ts';
import { LineIds } from '../exact/lineIds.ts';
import { mostPieces, type Program } from '../program/program.ts';
import { gaussians } from '../../common/random.ts';
import { OutputBends, type Place } from './outputBends.ts';
import { RegionJoins } from './regionJoins.ts';
import type { Slice } from '../geometry/slice.ts';
import { COMMON_CUTS } from '../walk/sharedCount.ts';

/** More outputs than this are compared by as many random combinations of them. */
const MAX_OUTPUTS = 8;

/**
 * Whether regions in a plane that are counted only are compared by the mixed output alone before it is decided exactly:
 * where no facet can be left out without that. The same for all threads.
 */
export function areMixed({ stages }: Program): boolean {
  return stages.some((step) => step.kind === 'max');
}

/** Takes in the activation regions of a network, and counts the linear regions that they make. */
export class LinearRegions {
  readonly joins: RegionJoins;
  private lastCut = 0;
  private firstCut = 0;
  private readonly outputs: number;
  /** Random combinations, row by row, where there are too many outputs to keep. */
  private readonly mixing: Float64Array | null;
  private madeBends?: OutputBends | null;
  private readonly makeBends: () => OutputBends | null;

  private readonly remembers: boolean;
  /** Regions are compared by the mixed output that their propagator follows, before it is decided exactly. */
  private readonly mixes: boolean;

  /** Over a slice. With `remembers` regions may be met again. */
  constructor(
    program: Program,
    slice: Slice,
    { remembers = false, mixes = false }: { readonly remembers?: boolean; readonly mixes?: boolean } = {},
  ) {
    this.remembers = remembers;
    this.mixes = mixes;
    this.outputs = program.outputs.reduce((sum, tensor) => sum + program.sizes[tensor], 0);
    const gaussian = gaussians(1);
    const isLarge = this.outputs > MAX_OUTPUTS;
    this.mixing = isLarge ? Float64Array.from({ length: MAX_OUTPUTS * this.outputs }, gaussian) : null;
    const numbers = mixes ? 1 : isLarge ? MAX_OUTPUTS : this.outputs;
    const mapSize = numbers * (slice.dimension + 1);
    const units = program.stages.reduce((sum, { output }) => sum + program.sizes[output], 0);
    const lines = new LineIds(program);
    const maps = new ExactMaps(program, slice.rows, lines);
    this.makeBends = () => OutputBends.of(program, slice, lines, maps);
    this.joins = new RegionJoins({ mapSize, units, mostPieces: mostPieces(program) }, remembers, maps);
  }

  /** Tells which facets need not be looked at; null where that is not known. Made where it is asked for. */
  private get bends(): OutputBends | null {
    if (this.madeBends === undefined) this.madeBends = this.remembers ? null : this.makeBends();
    return this.madeBends;
  }

  /** The cuts from now on are others than those before, though they may have the same numbers. */
  startPart(): void {
    this.firstCut = this.lastCut;
  }

  /**
   * Whether no two activation regions in or beside the cell, which has more of them than one only by units of the last
   * stage, those at `from` to `to` in `units`, have the same map across a facet. False says nothing.
   */
  areApart(place: Place, units: Int32Array, from: number, to: number): boolean {
    return !place.isTied && this.bends !== null && this.bends.always(place, units, from, to);
  }

  /** Takes in this many regions of which `areApart` said so. */
  addApart(regions: number): void {
    this.joins.addLone(regions);
  }

  /** Takes in the region whose cell is on top of the geometry. */
  add(place: Place): void {
    const { bends } = this;
    if (bends === null) return this.addPart(place);
    bends.enter(place);
    let isWanted = false;
    place.geometry.boundary((line) => {
      isWanted ||= line >= 0 && !bends.at(line, place);
    });
    if (isWanted) this.addPart(place, undefined, (line) => !bends.at(line, place));
    else this.joins.addLone(1);
  }

  /** Takes in a region that the current cell is all or part of, which may be known by this number. */
  addPart(place: Omit<Place, 'isTied'>, known?: number, isWanted?: (line: number) => boolean) {
    const { joins } = this;
    const { geometry } = place;
    joins.compact((visit) => geometry.openCuts(visit));
    if (known === undefined) this.addMap(place);
    const region = known ?? joins.regionCount - 1;
    geometry.facets((cut, key, line) => {
      const number = this.firstCut + Math.abs(cut);
      this.lastCut = Math.max(this.lastCut, number);
      joins.addFacet({ region, cut: cut > 0 ? number : -number, key, line });
    }, isWanted);
  }

  /**
   * Takes in a region whose map no other region of this thread has: it may be joined to those of other threads alone,
   * across cuts that all of them make.
   */
  addAtCommonCuts(place: Place): void {
    const { joins, bends } = this;
    bends?.enter(place);
    let region = -1;
    place.geometry.facets((cut, key, line) => {
      // Whoever visits all regions leaves out the same facets.
      if (Math.abs(cut) > COMMON_CUTS || bends?.at(line, place)) return;
      if (region < 0) {
        this.addMap(place);
        region = joins.regionCount - 1;
      }
      joins.addFacet({ region, cut, key, line });
    });
    if (region < 0) joins.addLone(1);
  }

  private addMap({ geometry, propagator, patterns, last }: Omit<Place, 'isTied'>): void {
    const width = geometry.dimension + 1;
    const { joins } = this;
    const at = joins.addRegion(patterns);
    if (this.mixes) {
      const mixed = propagator.mixed!;
      joins.maps.set(mixed.find(patterns[last]).subarray(0, width), at);
      joins.scale = Math.max(joins.scale, mixed.error / RELATIVE_ERROR);
      return;
    }
    let row = 0;
    for (const tensor of propagator.output()) {
      for (let k = 0; k < tensor.length; k += width) this.addRow(joins.maps, tensor, k, width, at, row++);
    }
    joins.scale = Math.max(joins.scale, propagator.outputScale() * (this.mixing ? Math.sqrt(this.outputs) : 1));
  }

  private addRow(maps: Float64Array, tensor: Float64Array, from: number, width: number, at: number, row: number): void {
    const { mixing } = this;
    if (!mixing) {
      for (let k = 0; k < width; k++) maps[at + row * width + k] = tensor[from + k];
      return;
    }
    for (let m = 0; m < MAX_OUTPUTS; m++) {
      const factor = mixing[m * this.outputs + row];
      for (let k = 0; k < width; k++) {
        const place = at + m * width + k;
        maps[place] = (row === 0 ? 0 : maps[place]) + factor * tensor[from + k];
      }
    }
  }
}
