import type { DenseChain } from './denseChain.ts';
import { NarrowedRows } from './narrowedRows.ts';
import { greatest, UPDATES_BEFORE_FRESH, type NarrowPropagation, type Propagator } from './propagation.ts';
import { Sizes } from './sizes.ts';
import type { Slice } from './slice.ts';

/** One in so many (less one) computations from scratch is looked over for the size of its numbers. */
const MEASURED = 15;

/**
 * Propagation through a dense chain over a plane, in flat arrays without allocation: crossing one edge flips one neuron, so the
 * next layer's maps change by a rank-one update; another parent cell means a computation from scratch, four columns at a time.
 */
export class DenseChainPropagator implements Propagator {
  /** Maps of each layer's pre-activations, three numbers each. */
  private readonly maps: Float64Array[];
  /** Of the input first, then of each layer's maps. */
  private readonly sizes: Sizes;
  /** How often each layer was computed from scratch. */
  private readonly computed: Int32Array;
  /** The pattern that the maps of the next layer were computed for, in which parent cell, and how many updates ago. */
  private readonly pattern: Int32Array[];
  private readonly parent: Float64Array;
  private readonly age: Int32Array;
  private readonly before = [0];
  private readonly norm = [0];
  private readonly chosen: Int32Array;
  private readonly factor: Float64Array;
  private readonly result: Float64Array;

  readonly narrow: NarrowPropagation;
  /** While narrowed: the last stage's maps, right for the candidates only. */
  private readonly narrowed: NarrowedRows;

  constructor(
    private readonly chain: DenseChain,
    slice: Slice,
  ) {
    const { layers, slopes } = chain;
    this.maps = layers.map(({ outputs }) => new Float64Array(3 * outputs));
    this.sizes = new Sizes(layers.length + 1);
    this.sizes.first(0, greatest(slice.rows, 3));
    this.computed = new Int32Array(layers.length);
    this.pattern = slopes.map(({ length }) => new Int32Array(length / 2));
    this.parent = new Float64Array(slopes.length).fill(-1);
    this.age = new Int32Array(slopes.length);
    const widest = Math.max(layers[0].inputs, ...layers.map(({ outputs }) => outputs));
    this.chosen = new Int32Array(widest + 4);
    this.factor = new Float64Array(widest + 4);
    this.result = new Float64Array(3 * widest);
    for (let k = 0; k < layers[0].inputs; k++) {
      this.chosen[k] = k;
      this.factor[k] = 1;
    }
    this.fresh(0, slice.rows, layers[0].inputs);
    this.narrowed = new NarrowedRows(chain, this.maps, (stage, pieces, parent) => this.advance(stage, pieces, parent));
    this.narrow = this.narrowed;
  }

  rows(stage: number): Float64Array {
    return this.narrowed.isOn && stage === this.chain.slopes.length - 1 ? this.narrowed.kept : this.maps[stage];
  }

  scale(stage: number): number {
    return this.sizes.scale(stage + 1);
  }

  output(): Float64Array[] {
    const { layers, slopes } = this.chain;
    const last = slopes.length - 1;
    if (layers.length > slopes.length) return [this.maps[last + 1]];
    const maps = this.maps[last];
    const result = this.result.subarray(0, maps.length);
    this.pattern[last].forEach((piece, i) => {
      for (let k = 3 * i; k < 3 * i + 3; k++) result[k] = slopes[last][2 * i + piece] * maps[k];
    });
    return [result];
  }

  outputScale(): number {
    return this.sizes.scale(this.maps.length);
  }

  advance(stage: number, pieces: Int32Array, parent: number): void {
    const { chosen, factor } = this;
    const pattern = this.pattern[stage];
    if (stage + 1 === this.maps.length) return void pattern.set(pieces);
    const slopes = this.chain.slopes[stage];
    const units = pieces.length;
    let count = 0;
    const isKnown = this.parent[stage] === parent && this.age[stage] < UPDATES_BEFORE_FRESH;
    if (isKnown) {
      for (let i = 0; i < units; i++) {
        const piece = pieces[i];
        chosen[count] = i;
        factor[count] = slopes[2 * i + piece] - slopes[2 * i + pattern[i]];
        count += Number(piece !== pattern[i]);
      }
      if (2 * count < units) {
        for (let k = 0; k < count; k++) pattern[chosen[k]] = pieces[chosen[k]];
        this.age[stage]++;
        this.add(stage + 1, this.maps[stage], count);
        return;
      }
    }
    count = 0;
    for (let i = 0; i < units; i++) {
      const piece = pieces[i];
      pattern[i] = piece;
      const slope = slopes[2 * i + piece];
      // Without a branch: which units are active is as good as random.
      chosen[count] = i;
      factor[count] = slope;
      count += Number(slope !== 0);
    }
    this.parent[stage] = parent;
    this.age[stage] = 0;
    this.fresh(stage + 1, this.maps[stage], count);
  }

  /** The maps of layer `index` from the first `count` chosen columns alone. */
  private fresh(index: number, source: Float64Array, count: number): void {
    this.pad(count);
    this.setFour(index, source);
    for (let k = 4; k < count; k += 4) this.addFour(index, source, k);
    if ((this.computed[index]++ & MEASURED) === 0) this.measure(index);
  }

  private measure(index: number): void {
    this.before[0] = index;
    this.norm[0] = this.chain.layers[index].norm;
    this.sizes.combined(index + 1, this.before, this.norm, greatest(this.maps[index], 3));
  }

  /** Adds `factor * column * source row` for the first `count` chosen columns. */
  private add(index: number, source: Float64Array, count: number): void {
    let k = 0;
    if (count > 2) for (this.pad(count); k + 2 < count; k += 4) this.addFour(index, source, k);
    for (; k < count; k++) this.addOne(index, source, k);
  }

  /** Fills the last group of four with columns that count for nothing. */
  private pad(count: number): void {
    const { chosen, factor } = this;
    for (let k = count; k === 0 || (k & 3) !== 0; k++) {
      chosen[k] = 0;
      factor[k] = 0;
    }
  }

  private addOne(index: number, source: Float64Array, k: number): void {
    const { columns, outputs } = this.chain.layers[index];
    const maps = this.maps[index];
    const c = this.chosen[k];
    const f = this.factor[k];
    const a = f * source[3 * c];
    const b = f * source[3 * c + 1];
    const d = f * source[3 * c + 2];
    for (let r = 0, at = 0, w = c * outputs; r < outputs; r++, at += 3, w++) {
      const weight = columns[w];
      maps[at] += weight * a;
      maps[at + 1] += weight * b;
      maps[at + 2] += weight * d;
    }
  }

  private addFour(index: number, source: Float64Array, k: number): void {
    const { columns, outputs } = this.chain.layers[index];
    const { chosen, factor } = this;
    const maps = this.maps[index];
    const c0 = 3 * chosen[k];
    const f0 = factor[k];
    const a0 = f0 * source[c0];
    const b0 = f0 * source[c0 + 1];
    const d0 = f0 * source[c0 + 2];
    const c1 = 3 * chosen[k + 1];
    const f1 = factor[k + 1];
    const a1 = f1 * source[c1];
    const b1 = f1 * source[c1 + 1];
    const d1 = f1 * source[c1 + 2];
    const c2 = 3 * chosen[k + 2];
    const f2 = factor[k + 2];
    const a2 = f2 * source[c2];
    const b2 = f2 * source[c2 + 1];
    const d2 = f2 * source[c2 + 2];
    const c3 = 3 * chosen[k + 3];
    const f3 = factor[k + 3];
    const a3 = f3 * source[c3];
    const b3 = f3 * source[c3 + 1];
    const d3 = f3 * source[c3 + 2];
    let w0 = chosen[k] * outputs;
    let w1 = chosen[k + 1] * outputs;
    let w2 = chosen[k + 2] * outputs;
    let w3 = chosen[k + 3] * outputs;
    const end = 3 * outputs;
    for (let at = 0; at < end; at += 3, w0++, w1++, w2++, w3++) {
      const p = columns[w0];
      const q = columns[w1];
      const s = columns[w2];
      const t = columns[w3];
      maps[at] += p * a0 + q * a1 + (s * a2 + t * a3);
      maps[at + 1] += p * b0 + q * b1 + (s * b2 + t * b3);
      maps[at + 2] += p * d0 + q * d1 + (s * d2 + t * d3);
    }
  }

  /** The bias and the first four chosen columns, in place of what was there. */
  private setFour(index: number, source: Float64Array): void {
    const { columns, outputs, bias } = this.chain.layers[index];
    const { chosen, factor } = this;
    const maps = this.maps[index];
    const c0 = 3 * chosen[0];
    const f0 = factor[0];
    const a0 = f0 * source[c0];
    const b0 = f0 * source[c0 + 1];
    const d0 = f0 * source[c0 + 2];
    const c1 = 3 * chosen[1];
    const f1 = factor[1];
    const a1 = f1 * source[c1];
    const b1 = f1 * source[c1 + 1];
    const d1 = f1 * source[c1 + 2];
    const c2 = 3 * chosen[2];
    const f2 = factor[2];
    const a2 = f2 * source[c2];
    const b2 = f2 * source[c2 + 1];
    const d2 = f2 * source[c2 + 2];
    const c3 = 3 * chosen[3];
    const f3 = factor[3];
    const a3 = f3 * source[c3];
    const b3 = f3 * source[c3 + 1];
    const d3 = f3 * source[c3 + 2];
    let w0 = chosen[0] * outputs;
    let w1 = chosen[1] * outputs;
    let w2 = chosen[2] * outputs;
    let w3 = chosen[3] * outputs;
    const end = 3 * outputs;
    for (let at = 0, r = 0; at < end; at += 3, r++, w0++, w1++, w2++, w3++) {
      const p = columns[w0];
      const q = columns[w1];
      const s = columns[w2];
      const t = columns[w3];
      maps[at] = p * a0 + q * a1 + (s * a2 + t * a3);
      maps[at + 1] = p * b0 + q * b1 + (s * b2 + t * b3);
      maps[at + 2] = bias[r] + p * d0 + q * d1 + (s * d2 + t * d3);
    }
  }
}
