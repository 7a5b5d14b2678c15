import type { Box } from '../geometry/geometry.ts';
import type { DenseChain } from '../program/denseChain.ts';
import type { PartMemory } from './denseMemory.ts';
import type { MixedOutput } from './mixedOutput.ts';
import type { NarrowPropagation } from './propagation.ts';

/** What the rows of the whole layer are to this: see `DenseChainPropagator`. */
export interface WholeRows {
  readonly maps: readonly Float64Array[];
  readonly part: PartMemory;
  advance(stage: number): void;
  narrow(box: Box, tolerance: number): number;
}

/** The rows of the last stage that matter in a small part: a copy, updated for the units open in it. */
export class NarrowedRows implements NarrowPropagation {
  isOn = false;
  readonly candidates: Int32Array;
  /** The candidates' rows for the current cell. */
  readonly kept: Float64Array;
  private count = 0;
  /** Pieces of the open units that the rows stand for. */
  private readonly pattern: Int32Array;
  /** The stage before the last. */
  private readonly stage: number;

  constructor(
    private readonly chain: DenseChain,
    private readonly whole: WholeRows,
  ) {
    this.stage = chain.slopes.length - 2;
    this.candidates = whole.part.candidates;
    this.kept = new Float64Array(3 * chain.layers[this.stage + 1].outputs);
    this.pattern = new Int32Array(chain.layers[this.stage].outputs);
  }

  open(pattern: Int32Array, units: Int32Array, from: number, to: number, reach: Float64Array): void {
    const { open, changes, count } = this.whole.part;
    this.whole.advance(this.stage);
    const slopes = this.chain.slopes[this.stage];
    for (let k = from; k < to; k++) {
      const unit = units[k];
      open[k - from] = unit;
      changes[k - from] = Math.abs(slopes[2 * unit + 1] - slopes[2 * unit]) * reach[k - from];
      this.pattern[unit] = pattern[unit];
    }
    count[0] = to - from;
  }

  start(box: Box, tolerance: number): number {
    const count = this.whole.narrow(box, tolerance);
    if (count < 0) return count;
    const { kept, candidates } = this;
    const rows = this.whole.maps[this.stage + 1];
    for (let c = 0; c < count; c++) {
      const at = 3 * candidates[c];
      kept[at] = rows[at];
      kept[at + 1] = rows[at + 1];
      kept[at + 2] = rows[at + 2];
    }
    this.count = count;
    this.isOn = true;
    return count;
  }

  /** Sets the map of the mixed output, where the units of the last stage have these pieces. */
  findMixed(mixed: MixedOutput, pattern: Int32Array): void {
    mixed.findFrom(this.whole.part.rest, this.kept, pattern, this.candidates, this.count);
  }

  advance(pattern: Int32Array): void {
    const { kept, candidates, count } = this;
    const { open, derivatives, rest } = this.whole.part;
    const openCount = this.whole.part.count[0];
    const { columns, outputs } = this.chain.layers[this.stage + 1];
    const source = this.whole.maps[this.stage];
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
      // Where nothing is mixed, these are zeros.
      rest[0] += derivatives[k] * a;
      rest[1] += derivatives[k] * b;
      rest[2] += derivatives[k] * d;
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
