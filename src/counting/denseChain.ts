import type { AffineStep, Program, UnitStep } from './program.ts';
import type { NarrowPropagation } from './narrowing.ts';
import { UPDATES_BEFORE_FRESH, type Propagator } from './propagation.ts';
import type { Slice } from './slice.ts';

/** Weights of one layer by columns (`column * outputs + row`): a flipped neuron touches one column. */
interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly columns: Float64Array;
  readonly bias: Float64Array;
  /** Greatest Euclidean norm of a row. */
  readonly norm: number;
}

/** A chain of dense layers with units of two pieces that meet at 0 (ReLU, leaky ReLU, PReLU, absolute value). */
export interface DenseChain {
  /** One before each stage, and the one after the last, if there is any. */
  readonly layers: readonly DenseLayer[];
  /** Slopes of each stage's units, two each. */
  readonly slopes: readonly Float64Array[];
}

/** One in so many (less one) computations from scratch is looked over for the size of its numbers. */
const MEASURED = 15;

/** More numbers than this in one layer are left sparse. */
const MOST_WEIGHTS = 1 << 24;

/** The program as a dense chain, or null where it is something else. Affine layers in a row are multiplied into one. */
export function denseChain(program: Program): DenseChain | null {
  const layers: DenseLayer[] = [];
  const slopes: Float64Array[] = [];
  let pending: DenseLayer | null = null;
  let tensor = 0;
  for (const step of program.steps) {
    if (step.kind === 'affine') {
      const [term] = step.terms;
      if (step.terms.length > 1 || term.source !== tensor) return null;
      if (term.matrix.rows * term.matrix.columns > MOST_WEIGHTS) return null;
      if (term.matrix.column.length * 4 < term.matrix.rows * term.matrix.columns && term.matrix.rows > 64) return null;
      pending = dense(step, pending);
    } else {
      if (step.kind !== 'units' || step.source !== tensor || !pending || !bendsAtZero(step)) return null;
      layers.push(pending);
      slopes.push(step.slopes);
      pending = null;
    }
    tensor = step.output;
  }
  if (slopes.length === 0 || program.outputs.length !== 1 || program.outputs[0] !== tensor) return null;
  return { layers: pending ? [...layers, pending] : layers, slopes };
}

function bendsAtZero(step: UnitStep): boolean {
  return step.breakpoints.length === 1 && step.breakpoints[0] === 0 && step.intercepts.every((value) => value === 0);
}

function dense(step: AffineStep, before: DenseLayer | null): DenseLayer {
  const [{ matrix }] = step.terms;
  const outputs = matrix.rows;
  const inputs = before ? before.inputs : matrix.columns;
  const columns = new Float64Array(inputs * outputs);
  const bias = step.bias.slice();
  let norm = 0;
  for (let r = 0; r < outputs; r++) {
    for (let e = matrix.start[r]; e < matrix.start[r + 1]; e++) {
      const c = matrix.column[e];
      const value = matrix.value[e];
      if (!before) columns[c * outputs + r] += value;
      else {
        for (let k = 0; k < inputs; k++) columns[k * outputs + r] += value * before.columns[k * before.outputs + c];
        bias[r] += value * before.bias[c];
      }
    }
    let square = 0;
    for (let k = 0; k < inputs; k++) square += columns[k * outputs + r] ** 2;
    norm = Math.max(norm, Math.sqrt(square));
  }
  return { inputs, outputs, columns, bias, norm };
}

/**
 * Propagation through a dense chain over a plane, in flat arrays without allocation: crossing one edge flips one neuron, so the
 * next layer's maps change by a rank-one update; another parent cell means a computation from scratch, four columns at a time.
 */
export class DenseChainPropagator implements Propagator {
  /** Maps of each layer's pre-activations, three numbers each. */
  private readonly maps: Float64Array[];
  private readonly scales: Float64Array;
  /** How often each layer was computed from scratch. */
  private readonly computed: Int32Array;
  /** The pattern that the maps of the next layer were computed for, in which parent cell, and how many updates ago. */
  private readonly pattern: Int32Array[];
  private readonly parent: Float64Array;
  private readonly age: Int32Array;
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
    this.scales = new Float64Array(layers.length);
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
    return this.scales[stage];
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
    return this.scales[this.scales.length - 1];
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
        if (piece === pattern[i]) continue;
        chosen[count] = i;
        factor[count++] = slopes[2 * i + piece] - slopes[2 * i + pattern[i]];
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
      if (slope === 0) continue;
      chosen[count] = i;
      factor[count++] = slope;
    }
    this.parent[stage] = parent;
    this.age[stage] = 0;
    this.fresh(stage + 1, this.maps[stage], count);
  }

  /** The maps of layer `index` from the first `count` chosen columns alone. */
  private fresh(index: number, source: Float64Array, count: number): void {
    const { bias } = this.chain.layers[index];
    const maps = this.maps[index];
    for (let r = 0, at = 0; r < bias.length; r++, at += 3) {
      maps[at] = 0;
      maps[at + 1] = 0;
      maps[at + 2] = bias[r];
    }
    this.add(index, source, count);
    if ((this.computed[index]++ & MEASURED) === 0) this.measure(index);
  }

  private measure(index: number): void {
    const maps = this.maps[index];
    let most = index === 0 ? 0 : this.chain.layers[index].norm * this.scales[index - 1];
    for (let at = 0; at < maps.length; at += 3) {
      const size = Math.abs(maps[at]) + Math.abs(maps[at + 1]) + Math.abs(maps[at + 2]);
      if (!(size <= most)) most = size;
    }
    if (!(most <= this.scales[index])) this.scales[index] = most;
  }

  /** Adds `factor * column * source row` for the first `count` chosen columns. */
  private add(index: number, source: Float64Array, count: number): void {
    const { chosen, factor } = this;
    // Zero columns fill the last group of four.
    for (let k = count; k < ((count + 3) & ~3); k++) {
      chosen[k] = chosen[0];
      factor[k] = 0;
    }
    let k = 0;
    for (; k + 2 < count; k += 4) this.addFour(index, source, k);
    for (; k < count; k++) this.addOne(index, source, k);
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
}

/** The rows of the last stage that matter in a small part: a copy, updated for the units open in it. */
class NarrowedRows implements NarrowPropagation {
  isOn = false;
  readonly rows: Float64Array;
  readonly margins: Float64Array;
  /** The candidates' rows for the cell at hand. */
  readonly kept: Float64Array;
  private candidates: Int32Array = new Int32Array(0);
  private count = 0;
  private readonly open: Int32Array;
  private openCount = 0;
  /** Pieces of the open units that `rows` stand for. */
  private readonly pieces: Int32Array;
  private stage = 0;

  constructor(
    private readonly chain: DenseChain,
    private readonly maps: readonly Float64Array[],
    private readonly advanceAll: (stage: number, pieces: Int32Array, parent: number) => void,
  ) {
    const last = chain.slopes.length - 1;
    const units = chain.layers[last].outputs;
    this.rows = maps[last];
    this.kept = new Float64Array(3 * units);
    this.margins = new Float64Array(units);
    this.pieces = new Int32Array(last > 0 ? chain.layers[last - 1].outputs : 0);
    this.open = new Int32Array(this.pieces.length);
  }

  propagate(
    stage: number,
    pieces: Int32Array,
    parent: number,
    open: Int32Array,
    from: number,
    to: number,
    reach: Float64Array,
  ): void {
    this.advanceAll(stage, pieces, parent);
    const { margins } = this;
    const { columns, outputs } = this.chain.layers[stage + 1];
    const slopes = this.chain.slopes[stage];
    margins.fill(0);
    for (let k = from; k < to; k++) {
      const unit = open[k];
      this.open[k - from] = unit;
      this.pieces[unit] = pieces[unit];
      const most = Math.abs(slopes[2 * unit + 1] - slopes[2 * unit]) * reach[k - from];
      for (let r = 0, w = unit * outputs; r < outputs; r++, w++) margins[r] += Math.abs(columns[w]) * most;
    }
    this.openCount = to - from;
    this.stage = stage;
  }

  keep(candidates: Int32Array, count: number): void {
    const { rows, kept } = this;
    for (let c = 0; c < count; c++) {
      const at = 3 * candidates[c];
      kept[at] = rows[at];
      kept[at + 1] = rows[at + 1];
      kept[at + 2] = rows[at + 2];
    }
    this.candidates = candidates;
    this.count = count;
    this.isOn = true;
  }

  advance(pieces: Int32Array): void {
    const { open, openCount, kept, candidates, count } = this;
    const { columns, outputs } = this.chain.layers[this.stage + 1];
    const source = this.maps[this.stage];
    const slopes = this.chain.slopes[this.stage];
    for (let k = 0; k < openCount; k++) {
      const unit = open[k];
      const piece = pieces[unit];
      if (piece === this.pieces[unit]) continue;
      const f = slopes[2 * unit + piece] - slopes[2 * unit + this.pieces[unit]];
      this.pieces[unit] = piece;
      const a = f * source[3 * unit];
      const b = f * source[3 * unit + 1];
      const d = f * source[3 * unit + 2];
      const first = unit * outputs;
      for (let c = 0; c < count; c++) {
        const row = candidates[c];
        const weight = columns[first + row];
        kept[3 * row] += weight * a;
        kept[3 * row + 1] += weight * b;
        kept[3 * row + 2] += weight * d;
      }
    }
  }

  end(): void {
    this.isOn = false;
  }
}
