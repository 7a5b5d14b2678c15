import type { ExactMaps } from '../exact/exactMaps.ts';
import { RELATIVE_ERROR } from '../geometry/geometry.ts';
import { pairFacets, type Facets } from './pairFacets.ts';
import { grown } from '../program/program.ts';
import { COMMON_CUTS } from '../walk/sharedCount.ts';

/**
 * Output maps that differ by more than this share of their size, and by more than rounding, are not compared more
 * closely.
 */
const CLEARLY_OTHER = 1e-6;
/** Facets are examined at this number, and again at twice the number that was left. */
const MIN_SETTLED = 1 << 15;
/** And fewer where this many bytes of patterns come with them. */
const MAX_PATTERN_BYTES = 1 << 26;

/** How much is held of a region: numbers of its map, units, and pieces of a unit at most. */
export interface RegionSizes {
  readonly mapSize: number;
  readonly units: number;
  readonly mostPieces: number;
}

type Patterns = Uint8Array | Uint16Array | Uint32Array;

/** What one thread of a shared count hands over: its regions at cuts that other threads meet too. */
export interface JoinsPart {
  /** Sets of joined regions among all that it met. */
  readonly sets: number;
  readonly sizes: RegionSizes;
  readonly scale: number;
  /** A facet was found without one on the other side. */
  readonly hasLoose: boolean;
  /** Of the regions at common cuts: their maps and patterns, and for each the first of its set. */
  readonly maps: Float64Array;
  readonly patterns: Patterns;
  readonly above: Int32Array;
  readonly facets: Facets;
}

/**
 * Sets of regions that are joined across facets on whose two sides the maps are equal. Cells meet facet to facet, since
 * the network is
 * continuous: the facets of one cut come in pairs, one on each side at the same place. Only regions at cuts that still
 * have parts to be walked are held, about the square root of all in a plane.
 */
export class RegionJoins {
  maps = new Float64Array(1024);
  /** Greatest size of numbers met on the way to the maps, for rounding errors. */
  scale = 0;
  /** A facet has none on the other side, since rounding leaves open where it ends. */
  hasLoose = false;
  private patterns: Patterns;
  /** What `exact` says of a region's map, once it was asked; NaN before. */
  private exactMaps = new Float64Array(256);
  /** A region of the same set, or itself. */
  private above = new Int32Array(256);
  private regions = 0;
  /** Sets of joined regions, of those held and those let go. */
  private sets = 0;
  private facetCut = new Float64Array(1024);
  private facetRegion = new Int32Array(1024);
  private facetKey = new Float64Array(1024);
  private facetLine = new Float64Array(1024);
  private facets = 0;
  private readonly leastSettled: number;
  private settleAt: number;

  /** With `remembers` all regions keep their numbers. */
  constructor(
    private readonly sizes: RegionSizes,
    private readonly recordsFacets: boolean,
    private readonly exact: ExactMaps,
  ) {
    const { units, mostPieces } = sizes;
    const Pieces = mostPieces <= 1 << 8 ? Uint8Array : mostPieces <= 1 << 16 ? Uint16Array : Uint32Array;
    this.patterns = new Pieces(16 * units);
    const bytes = Math.max(1, units * this.patterns.BYTES_PER_ELEMENT);
    this.leastSettled = Math.max(256, Math.min(MIN_SETTLED, Math.floor(MAX_PATTERN_BYTES / bytes)));
    this.settleAt = this.leastSettled;
  }

  /** The number of the next region. */
  get regionCount(): number {
    return this.regions;
  }

  /** Bytes held. */
  get heldBytes(): number {
    return 8 * this.maps.length + this.patterns.byteLength + 12 * this.above.length + 28 * this.facetCut.length;
  }

  /** Adds a region with this pattern; returns where its map is to be written in `maps`. */
  addRegion(pieces: readonly ArrayLike<number>[]): number {
    const { units } = this.sizes;
    const at = this.makeRegion();
    let to = (this.regions - 1) * units;
    for (const stage of pieces) {
      this.patterns.set(stage, to);
      to += stage.length;
    }
    return at;
  }

  /** Counts regions that are not joined to any other. */
  addLone(regions: number): void {
    this.sets += regions;
  }

  private makeRegion(): number {
    const { mapSize, units } = this.sizes;
    while (this.maps.length < (this.regions + 1) * mapSize) this.maps = grown(this.maps);
    while (this.patterns.length < (this.regions + 1) * units) this.patterns = grown(this.patterns);
    if (this.above.length === this.regions) {
      this.above = grown(this.above);
      this.exactMaps = grown(this.exactMaps);
    }
    this.above[this.regions] = this.regions;
    this.exactMaps[this.regions] = NaN;
    this.sets++;
    return this.regions++ * mapSize;
  }

  addFacet({ region, cut, key, line }: { region: number; cut: number; key: number; line: number }): void {
    if (this.facets === this.facetCut.length) {
      this.facetCut = grown(this.facetCut);
      this.facetRegion = grown(this.facetRegion);
      this.facetKey = grown(this.facetKey);
      this.facetLine = grown(this.facetLine);
    }
    this.facetCut[this.facets] = cut;
    this.facetRegion[this.facets] = region;
    this.facetLine[this.facets] = line;
    this.facetKey[this.facets++] = key;
  }

  /** From time to time joins regions across the cuts that `openCuts` does not list. */
  compact(openCuts: (visit: (cut: number) => void) => void): void {
    if (this.facets < this.settleAt || this.recordsFacets) return;
    const open = new Set<number>();
    openCuts((cut) => open.add(cut));
    this.settle((cut) => cut > COMMON_CUTS && !open.has(cut));
    this.settleAt = Math.max(this.leastSettled, 2 * this.facets);
  }

  /** Number of sets among all regions; null where facets are loose, so that there may be fewer. */
  count(): number | null {
    this.settle(() => true);
    return this.hasLoose ? null : this.sets;
  }

  /** What is left after all but the common cuts are joined. */
  part(): JoinsPart {
    this.settle((cut) => cut > COMMON_CUTS);
    const { sets, sizes, scale, hasLoose, regions, facets } = this;
    return {
      sets,
      sizes,
      scale,
      hasLoose,
      maps: this.maps.slice(0, regions * sizes.mapSize),
      patterns: this.patterns.slice(0, regions * sizes.units),
      above: this.above.slice(0, regions),
      facets: {
        cut: this.facetCut.slice(0, facets),
        region: this.facetRegion.slice(0, facets),
        key: this.facetKey.slice(0, facets),
        line: this.facetLine.slice(0, facets),
      },
    };
  }

  /** Number of sets among the regions of all threads, as `count`. */
  static together(parts: readonly JoinsPart[], exact: ExactMaps): number | null {
    const { sizes } = parts[0];
    const { mapSize, units } = sizes;
    const whole = new RegionJoins(sizes, false, exact);
    for (const part of parts) {
      const first = whole.regions;
      part.above.forEach((root, region) => {
        const at = whole.makeRegion();
        whole.maps.set(part.maps.subarray(region * mapSize, (region + 1) * mapSize), at);
        whole.patterns.set(part.patterns.subarray(region * units, (region + 1) * units), (whole.regions - 1) * units);
        whole.above[first + region] = first + root;
      });
      const { cut, region, key, line } = part.facets;
      cut.forEach((number, f) =>
        whole.addFacet({ region: first + region[f], cut: number, key: key[f], line: line[f] }),
      );
      whole.sets += part.sets - part.above.length;
      whole.scale = Math.max(whole.scale, part.scale);
      whole.hasLoose ||= part.hasLoose;
    }
    return whole.count();
  }

  /** Joins regions across the cuts that are done, and drops what is not needed any more. */
  private settle(isDone: (cut: number) => boolean): void {
    const { order, ends } = this.facetsByCut();
    const kept: number[] = [];
    let from = 0;
    for (const to of ends) {
      if (isDone(Math.abs(this.facetCut[order[from]]))) this.joinAcross(order.subarray(from, to));
      else for (let k = from; k < to; k++) kept.push(order[k]);
      from = to;
    }
    this.keep(kept);
  }

  /** All facets, those of one cut together; where each cut ends. */
  private facetsByCut(): { order: Uint32Array; ends: Uint32Array } {
    const { facetCut, facets } = this;
    const places = new Map<number, number>();
    const place = new Uint32Array(facets);
    const next: number[] = [];
    for (let f = 0; f < facets; f++) {
      const cut = Math.abs(facetCut[f]);
      let found = places.get(cut);
      if (found === undefined) places.set(cut, (found = next.push(0) - 1));
      place[f] = found;
      next[found]++;
    }
    const ends = Uint32Array.from(next);
    for (let c = 0, sum = 0; c < next.length; c++) {
      next[c] = sum;
      sum += ends[c];
      ends[c] = sum;
    }
    const order = new Uint32Array(facets);
    for (let f = 0; f < facets; f++) order[next[place[f]]++] = f;
    return { order, ends };
  }

  private joinAcross(facets: Uint32Array): void {
    const all = { cut: this.facetCut, region: this.facetRegion, key: this.facetKey, line: this.facetLine };
    const exactKey = (f: number) => this.exact.ofFacet(this.patternOf(this.facetRegion[f]), this.facetLine[f]);
    const isPaired = pairFacets(facets, all, exactKey, (p, q) => this.join(this.facetRegion[p], this.facetRegion[q]));
    if (!isPaired) this.hasLoose = true;
  }

  private patternOf(region: number): Patterns {
    const { units } = this.sizes;
    return this.patterns.subarray(region * units, (region + 1) * units);
  }

  private join(p: number, q: number): void {
    const [r, s] = [this.root(p), this.root(q)];
    if (r === s || !this.sameMap(p, q)) return;
    this.above[r] = s;
    this.sets--;
  }

  private root(i: number): number {
    const { above } = this;
    while (above[i] !== i) i = above[i] = above[above[i]];
    return i;
  }

  /** Exactly: residues decide what rounding and the patterns leave open. */
  private sameMap(p: number, q: number): boolean {
    const { maps } = this;
    const { mapSize } = this.sizes;
    let size = 0;
    let difference = 0;
    for (let k = 0; k < mapSize; k++) {
      const [a, b] = [maps[p * mapSize + k], maps[q * mapSize + k]];
      size = Math.max(size, Math.abs(a), Math.abs(b));
      difference = Math.max(difference, Math.abs(a - b));
    }
    if (difference > CLEARLY_OTHER * size + RELATIVE_ERROR * this.scale) return false;
    return this.exact.areClearlyEqual(this.patternOf(p), this.patternOf(q)) || this.exactMap(p) === this.exactMap(q);
  }

  private exactMap(region: number): number {
    const { exactMaps } = this;
    if (Number.isNaN(exactMaps[region])) exactMaps[region] = this.exact.ofOutputs(this.patternOf(region));
    return exactMaps[region];
  }

  /** Drops all facets but these and, unless regions are remembered, all regions but theirs. */
  private keep(facets: number[]): void {
    facets.sort((a, b) => a - b);
    const number = new Map<number, number>();
    facets.forEach((f, k) => {
      const region = this.facetRegion[f];
      if (!this.recordsFacets && !number.has(region)) number.set(region, number.size);
      this.facetCut[k] = this.facetCut[f];
      this.facetRegion[k] = number.get(region) ?? region;
      this.facetKey[k] = this.facetKey[f];
      this.facetLine[k] = this.facetLine[f];
    });
    this.facets = facets.length;
    if (this.recordsFacets) return;
    // The first kept region of each set stands for it from now on. Facets come in the order of their regions, so
    // numbers only fall.
    const { mapSize, units } = this.sizes;
    const first = new Map<number, number>();
    const roots = [...number.keys()].map((region) => this.root(region));
    let to = 0;
    for (const region of number.keys()) {
      this.maps.copyWithin(to * mapSize, region * mapSize, (region + 1) * mapSize);
      this.patterns.copyWithin(to * units, region * units, (region + 1) * units);
      this.exactMaps[to] = this.exactMaps[region];
      const root = roots[to];
      if (!first.has(root)) first.set(root, to);
      this.above[to] = first.get(root)!;
      to++;
    }
    this.regions = to;
  }
}
