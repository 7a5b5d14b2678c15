import type { Box } from '../geometry/geometry.ts';
import type { DenseChain } from '../program/denseChain.ts';
import { addRows, innerProduct, type MixedOutput } from './mixedOutput.ts';
import type { NarrowPropagation } from './propagation.ts';

/** The rows of the last stage that matter in a small part: a copy, updated for the units open in it. */
export class NarrowedRows implements NarrowPropagation {
  isOn = false;
  readonly rows: Float64Array;
  readonly margins: Float64Array;
  /** The candidates' rows for the current cell. */
  readonly kept: Float64Array;
  private candidates: Int32Array = new Int32Array(0);
  private count = 0;
  private readonly open: Int32Array;
  private openCount = 0;
  /** Pieces of the open units that `rows` stand for. */
  private readonly pattern: Int32Array;
  private stage = 0;
  /** What the rows that are left out are multiplied by in the mixed output; 0 for the candidates. */
  private readonly gains: Float64Array;
  /** The mixed output of the rows that are left out, and its derivative by each open unit. */
  private readonly rest = new Float64Array(3);
  private readonly derivatives: Float64Array;

  /** With `mixed` follows the mixed output as well. */
  constructor(
    private readonly chain: DenseChain,
    private readonly maps: readonly Float64Array[],
    private readonly advanceAll: (stage: number) => void,
    private readonly mixed: MixedOutput | null,
  ) {
    const last = chain.slopes.length - 1;
    const units = chain.layers[last].outputs;
    this.rows = maps[last];
    this.kept = new Float64Array(3 * units);
    this.margins = new Float64Array(units);
    this.pattern = new Int32Array(last > 0 ? chain.layers[last - 1].outputs : 0);
    this.open = new Int32Array(this.pattern.length);
    this.gains = new Float64Array(mixed ? units : 0);
    this.derivatives = new Float64Array(mixed ? this.open.length : 0);
  }

  propagate(stage: number, pattern: Int32Array, open: Int32Array, from: number, to: number, reach: Float64Array): void {
    this.advanceAll(stage);
    const { margins } = this;
    const { columns, outputs } = this.chain.layers[stage + 1];
    const slopes = this.chain.slopes[stage];
    margins.fill(0);
    for (let k = from; k < to; k++) {
      const unit = open[k];
      this.open[k - from] = unit;
      this.pattern[unit] = pattern[unit];
      const most = Math.abs(slopes[2 * unit + 1] - slopes[2 * unit]) * reach[k - from];
      for (let r = 0, w = unit * outputs; r < outputs; r++, w++) margins[r] += Math.abs(columns[w]) * most;
    }
    this.openCount = to - from;
    this.stage = stage;
  }

  keep(candidates: Int32Array, count: number, box: Box): void {
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
    if (this.mixed) this.mixRest(this.mixed, box);
  }

  /** Sets `rest` and its derivatives: the units that are left out keep the sign they have at the center of the box. */
  private mixRest({ gains: all }: MixedOutput, { centerX, centerY }: Box): void {
    const { rows, gains, candidates, rest, derivatives } = this;
    for (let i = 0, at = 0; i < gains.length; i++, at += 3) {
      gains[i] = all[2 * i + Number(rows[at] * centerX + rows[at + 1] * centerY + rows[at + 2] > 0)];
    }
    for (let c = 0; c < this.count; c++) gains[candidates[c]] = 0;
    addRows(rest.fill(0), gains, rows);
    const { columns } = this.chain.layers[this.stage + 1];
    for (let k = 0; k < this.openCount; k++) {
      derivatives[k] = innerProduct(gains, columns, this.open[k] * gains.length);
    }
  }

  /** Sets the map of the mixed output, where the units of the last stage have these pieces. */
  findMixed(mixed: MixedOutput, pattern: Int32Array): void {
    mixed.map.set(this.rest);
    mixed.add(this.kept, pattern, this.candidates, this.count);
  }

  advance(pattern: Int32Array): void {
    const { open, openCount, kept, candidates, count } = this;
    const { columns, outputs } = this.chain.layers[this.stage + 1];
    const source = this.maps[this.stage];
    const slopes = this.chain.slopes[this.stage];
    for (let k = 0; k < openCount; k++) {
      const unit = open[k];
      const piece = pattern[unit];
      if (piece === this.pattern[unit]) continue;
      const f = slopes[2 * unit + piece] - slopes[2 * unit + this.pattern[unit]];
      this.pattern[unit] = piece;
      const a = f * source[3 * unit];
      const b = f * source[3 * unit + 1];
      const d = f * source[3 * unit + 2];
      if (this.mixed) this.turnRest(this.derivatives[k], a, b, d);
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

  private turnRest(derivative: number, a: number, b: number, d: number): void {
    const { rest } = this;
    rest[0] += derivative * a;
    rest[1] += derivative * b;
    rest[2] += derivative * d;
  }

  end(): void {
    this.isOn = false;
  }
}
