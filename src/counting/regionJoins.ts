import { RELATIVE_ERROR } from './geometry.ts';
import { grown } from './program.ts';
import { COMMON_CUTS } from './share.ts';

/** Output maps that agree to this share of their size are one map. */
const SAME_MAP = 1e-9;
/** Facets are looked over when there are so many, and then when there are twice as many as were left. */
const LEAST_SETTLED = 1 << 15;

/** What one thread of a shared count hands over: its regions at cuts that other threads meet too. */
export interface JoinsPart {
  /** Sets of joined regions among all that it met. */
  readonly sets: number;
  readonly mapSize: number;
  readonly scale: number;
  /** Of the regions at common cuts: their maps, and for each the first of its set. */
  readonly maps: Float64Array;
  readonly above: Int32Array;
  readonly facetCut: Float64Array;
  readonly facetRegion: Int32Array;
  readonly facetKey: Float64Array;
}

/**
 * Sets of regions that are joined across facets on whose two sides the maps are equal. Cells meet facet to facet, since the network is
 * continuous: the facets of one cut come in pairs, one on each side at the same place. Only regions at cuts that still have
 * parts to be walked are held, about the square root of all in a plane.
 */
export class RegionJoins {
  maps = new Float64Array(1024);
  /** Greatest size of numbers met on the way to the maps, for rounding errors. */
  scale = 0;
  /** A region of the same set, or itself. */
  private above = new Int32Array(256);
  private regions = 0;
  /** Sets of joined regions, of those held and those let go. */
  private sets = 0;
  private facetCut = new Float64Array(1024);
  private facetRegion = new Int32Array(1024);
  private facetKey = new Float64Array(1024);
  private facets = 0;
  private settleAt = LEAST_SETTLED;

  /** Maps are of `mapSize` numbers. With `remembers` all regions keep their numbers. */
  constructor(
    readonly mapSize: number,
    private readonly remembers: boolean,
  ) {}

  /** The number of the next region. */
  get regionCount(): number {
    return this.regions;
  }

  /** Bytes held. */
  get held(): number {
    return 8 * this.maps.length + 4 * this.above.length + 20 * this.facetCut.length;
  }

  /** Adds a region; returns where its map is to be written in `maps`. */
  addRegion(): number {
    const { mapSize } = this;
    while (this.maps.length < (this.regions + 1) * mapSize) this.maps = grown(this.maps);
    if (this.above.length === this.regions) this.above = grown(this.above);
    this.above[this.regions] = this.regions;
    this.sets++;
    return this.regions++ * mapSize;
  }

  addFacet(region: number, cut: number, key: number): void {
    if (this.facets === this.facetCut.length) {
      this.facetCut = grown(this.facetCut);
      this.facetRegion = grown(this.facetRegion);
      this.facetKey = grown(this.facetKey);
    }
    this.facetCut[this.facets] = cut;
    this.facetRegion[this.facets] = region;
    this.facetKey[this.facets++] = key;
  }

  /** From time to time settles the cuts that are not listed by `openCuts`. */
  tidy(openCuts: (visit: (cut: number) => void) => void): void {
    if (this.facets < this.settleAt || this.remembers) return;
    const open = new Set<number>();
    openCuts((cut) => open.add(cut));
    this.settle((cut) => cut > COMMON_CUTS && !open.has(cut));
    this.settleAt = Math.max(LEAST_SETTLED, 2 * this.facets);
  }

  /** Number of sets among all regions. */
  count(): number {
    this.settle(() => true);
    return this.sets;
  }

  /** What is left when all but the common cuts are settled. */
  part(): JoinsPart {
    this.settle((cut) => cut > COMMON_CUTS);
    const { sets, mapSize, scale, regions, facets } = this;
    return {
      sets,
      mapSize,
      scale,
      maps: this.maps.slice(0, regions * mapSize),
      above: this.above.slice(0, regions),
      facetCut: this.facetCut.slice(0, facets),
      facetRegion: this.facetRegion.slice(0, facets),
      facetKey: this.facetKey.slice(0, facets),
    };
  }

  /** Number of sets among the regions of all threads. */
  static together(parts: readonly JoinsPart[]): number {
    const whole = new RegionJoins(parts[0].mapSize, false);
    for (const part of parts) {
      const first = whole.regions;
      part.above.forEach((root, region) => {
        const at = whole.addRegion();
        whole.maps.set(part.maps.subarray(region * part.mapSize, (region + 1) * part.mapSize), at);
        whole.above[first + region] = first + root;
      });
      part.facetCut.forEach((cut, f) => whole.addFacet(first + part.facetRegion[f], cut, part.facetKey[f]));
      whole.sets += part.sets - part.above.length;
      whole.scale = Math.max(whole.scale, part.scale);
    }
    return whole.count();
  }

  /** Joins regions across the cuts that are done, and lets go of what is no longer needed. */
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

  /** Joins regions across one cut: its facets are ordered along each side. */
  private joinAcross(facets: Uint32Array): void {
    const { facetCut, facetKey } = this;
    if (facets.length === 2) {
      if (facetCut[facets[0]] === -facetCut[facets[1]]) this.join(facets[0], facets[1]);
      return;
    }
    facets.sort((a, b) => facetCut[a] - facetCut[b] || facetKey[a] - facetKey[b]);
    const half = facets.length / 2;
    // One side is longer only where other cuts of the network run along this one.
    if (!(facetCut[facets[half - 1]] < 0 && facetCut[facets[half]] > 0)) return;
    for (let k = 0; k < half; k++) this.join(facets[k], facets[half + k]);
  }

  private join(a: number, b: number): void {
    const [p, q] = [this.facetRegion[a], this.facetRegion[b]];
    if (!this.sameMap(p, q)) return;
    const [r, s] = [this.root(p), this.root(q)];
    if (r === s) return;
    this.above[r] = s;
    this.sets--;
  }

  private root(i: number): number {
    const { above } = this;
    while (above[i] !== i) i = above[i] = above[above[i]];
    return i;
  }

  private sameMap(p: number, q: number): boolean {
    const { maps, mapSize } = this;
    let size = 0;
    for (let k = 0; k < mapSize; k++) {
      size = Math.max(size, Math.abs(maps[p * mapSize + k]), Math.abs(maps[q * mapSize + k]));
    }
    const tolerance = SAME_MAP * size + RELATIVE_ERROR * this.scale;
    for (let k = 0; k < mapSize; k++) {
      if (Math.abs(maps[p * mapSize + k] - maps[q * mapSize + k]) > tolerance) return false;
    }
    return true;
  }

  /** Lets go of all facets but these, and (unless they are to be remembered) of all regions but theirs. */
  private keep(facets: number[]): void {
    facets.sort((a, b) => a - b);
    const number = new Map<number, number>();
    facets.forEach((f, k) => {
      const region = this.facetRegion[f];
      if (!this.remembers && !number.has(region)) number.set(region, number.size);
      this.facetCut[k] = this.facetCut[f];
      this.facetRegion[k] = number.get(region) ?? region;
      this.facetKey[k] = this.facetKey[f];
    });
    this.facets = facets.length;
    if (this.remembers) return;
    // The first kept region of each set stands for it from now on. Facets come in the order of their regions, so numbers only fall.
    const first = new Map<number, number>();
    const roots = [...number.keys()].map((region) => this.root(region));
    let to = 0;
    for (const region of number.keys()) {
      this.maps.copyWithin(to * this.mapSize, region * this.mapSize, (region + 1) * this.mapSize);
      const root = roots[to];
      if (!first.has(root)) first.set(root, to);
      this.above[to] = first.get(root)!;
      to++;
    }
    this.regions = to;
  }
}
