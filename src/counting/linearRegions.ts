import { RELATIVE_ERROR, type Geometry } from './geometry.ts';
import { grown, type Program } from './program.ts';
import type { Propagator } from './propagation.ts';
import { gaussians } from './random.ts';

/** Output maps that agree to this share of their size are one map. */
const SAME_MAP = 1e-9;
/** More outputs than this are told apart by as many random combinations of them. */
const MOST_OUTPUTS = 8;

/**
 * Joins activation regions across facets whose output maps are equal, and counts the linear regions that result. Cells meet facet
 * to facet, since the network is continuous: the facets of one cut come in pairs, one on each side at the same place. Holds the map
 * and the facets of every region.
 */
export class LinearRegions {
  private maps = new Float64Array(1024);
  private regions = 0;
  private lastCut = 0;
  private firstCut = 0;
  private mapSize = 0;
  private facetCut = new Int32Array(1024);
  private facetRegion = new Int32Array(1024);
  private facetKey = new Float64Array(1024);
  private facets = 0;
  private scale = 0;
  private readonly outputs: number;
  /** Random combinations, row by row, where there are too many outputs to keep. */
  private readonly mixing: Float64Array | null;

  constructor(program: Program) {
    this.outputs = program.outputs.reduce((sum, tensor) => sum + program.sizes[tensor], 0);
    const gaussian = gaussians(1);
    const isLarge = this.outputs > MOST_OUTPUTS;
    this.mixing = isLarge ? Float64Array.from({ length: MOST_OUTPUTS * this.outputs }, gaussian) : null;
  }

  get regionCount(): number {
    return this.regions;
  }

  /** The cuts from now on are others than those before, though they may have the same numbers. */
  startPart(): void {
    this.firstCut = this.lastCut;
  }

  /** Takes in the region whose cell is on top of the geometry, or another part of region `known`. */
  add(geometry: Geometry, propagator: Propagator, known?: number): void {
    if (known === undefined) this.addMap(geometry, propagator);
    const region = known ?? this.regions - 1;
    geometry.facets((cut, key) => this.addFacet(region, cut, key));
  }

  private addMap(geometry: Geometry, propagator: Propagator): void {
    const width = geometry.dimension + 1;
    const kept = this.mixing ? MOST_OUTPUTS : this.outputs;
    this.mapSize = kept * width;
    while (this.maps.length < (this.regions + 1) * this.mapSize) this.maps = grown(this.maps);
    const at = this.regions * this.mapSize;
    let row = 0;
    for (const tensor of propagator.output()) {
      for (let k = 0; k < tensor.length; k += width) this.addRow(tensor, k, width, at, row++);
    }
    this.scale = Math.max(this.scale, propagator.outputScale() * (this.mixing ? Math.sqrt(this.outputs) : 1));
    this.regions++;
  }

  private addRow(tensor: Float64Array, from: number, width: number, at: number, row: number): void {
    const { maps, mixing } = this;
    if (!mixing) {
      for (let k = 0; k < width; k++) maps[at + row * width + k] = tensor[from + k];
      return;
    }
    for (let m = 0; m < MOST_OUTPUTS; m++) {
      const factor = mixing[m * this.outputs + row];
      for (let k = 0; k < width; k++) {
        const place = at + m * width + k;
        maps[place] = (row === 0 ? 0 : maps[place]) + factor * tensor[from + k];
      }
    }
  }

  private addFacet(region: number, cut: number, key: number): void {
    if (this.facets === this.facetCut.length) {
      this.facetCut = grown(this.facetCut);
      this.facetRegion = grown(this.facetRegion);
      this.facetKey = grown(this.facetKey);
    }
    const number = this.firstCut + Math.abs(cut);
    this.lastCut = Math.max(this.lastCut, number);
    this.facetCut[this.facets] = cut > 0 ? number : -number;
    this.facetRegion[this.facets] = region;
    this.facetKey[this.facets++] = key;
  }

  /** Number of linear regions among all regions taken in. */
  count(): number {
    const joined = new DisjointSets(this.regions);
    const order = this.sortedFacets();
    for (let from = 0; from < order.length;) {
      const cut = Math.abs(this.facetCut[order[from]]);
      let middle = from;
      while (middle < order.length && this.facetCut[order[middle]] === -cut) middle++;
      let to = middle;
      while (to < order.length && this.facetCut[order[to]] === cut) to++;
      // Where a count was stopped one side may be missing, or a part of it.
      if (middle - from === to - middle) {
        for (let k = 0; k < middle - from; k++) this.join(joined, order[from + k], order[middle + k]);
      }
      from = to;
    }
    return joined.count;
  }

  /** Facets by cut, the negative side first, and along each side in order. */
  private sortedFacets(): Uint32Array {
    const { facetCut, facetKey } = this;
    const order = Uint32Array.from({ length: this.facets }, (_, k) => k);
    return order.sort(
      (a, b) => Math.abs(facetCut[a]) - Math.abs(facetCut[b]) || facetCut[a] - facetCut[b] || facetKey[a] - facetKey[b],
    );
  }

  private join(joined: DisjointSets, a: number, b: number): void {
    const [p, q] = [this.facetRegion[a], this.facetRegion[b]];
    if (this.sameMap(p, q)) joined.join(p, q);
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
}

class DisjointSets {
  count: number;
  private readonly above: Int32Array;

  constructor(size: number) {
    this.count = size;
    this.above = Int32Array.from({ length: size }, (_, i) => i);
  }

  join(a: number, b: number): void {
    const [p, q] = [this.root(a), this.root(b)];
    if (p === q) return;
    this.above[p] = q;
    this.count--;
  }

  private root(i: number): number {
    while (this.above[i] !== i) i = this.above[i] = this.above[this.above[i]];
    return i;
  }
}
