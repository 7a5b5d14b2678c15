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

const UNKNOWN = -1;

/** The rows of the last stage that matter in a small part: a copy, updated for the units open in it. */
export class NarrowedRows implements NarrowPropagation {
  isOn = false;
  readonly candidates: Int32Array;
  /** The candidates' rows for the current cell. */
  readonly kept: Float64Array;
  private count = 0;
  /** Lists a unit that bounds the part; there where derivatives are asked for. */
  readonly bound?: (unit: number, piece: number) => void;
  /** Where each unit that cuts or bounds the part is listed, and whether its derivative is known to be clear or not. */
  private readonly placeOf: Int32Array;
  private readonly clear: Int8Array;
  /** Pieces of the open units that the rows stand for. */
  private readonly pattern: Int32Array;
  /** The stage before the last. */
  private readonly stage: number;

  constructor(
    private readonly chain: DenseChain,
    private readonly whole: WholeRows,
    /** Whose derivatives are asked for. */
    private readonly mixed: MixedOutput | null,
  ) {
    this.stage = chain.slopes.length - 2;
    this.placeOf = new Int32Array(chain.layers[this.stage].outputs);
    this.clear = new Int8Array(chain.layers[this.stage].outputs);
    // A derivative is the same on both sides.
    if (mixed) this.bound = (unit, piece) => void (piece === 1 && this.list(unit));
    this.candidates = whole.part.candidates;
    this.kept = new Float64Array(3 * chain.layers[this.stage + 1].outputs);
    this.pattern = new Int32Array(chain.layers[this.stage].outputs);
  }

  open(pattern: Int32Array, units: Int32Array, from: number, to: number, reach: Float64Array): void {
    const { changes, count, derived } = this.whole.part;
    this.whole.advance(this.stage);
    derived[0] = 0;
    const slopes = this.chain.slopes[this.stage];
    for (let k = from; k < to; k++) {
      const unit = units[k];
      this.list(unit);
      changes[k - from] = Math.abs(slopes[2 * unit + 1] - slopes[2 * unit]) * reach[k - from];
      this.pattern[unit] = pattern[unit];
    }
    count[0] = to - from;
  }

  private list(unit: number): void {
    const { open, derived } = this.whole.part;
    this.placeOf[unit] = derived[0];
    this.clear[unit] = UNKNOWN;
    open[derived[0]++] = unit;
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

  /** The derivative of the mixed output by a unit that cuts or bounds the part. */
  findDerivative(unit: number, pattern: Int32Array): number {
    const { candidates, count } = this;
    const { gains, weights } = this.mixed!;
    const first = (unit * gains.length) / 2;
    let sum = this.whole.part.derivatives[this.placeOf[unit]];
    for (let c = 0; c < count; c++) {
      const row = candidates[c];
      sum += gains[2 * row + pattern[row]] * weights[first + row];
    }
    return sum;
  }

  /** Whether it is not zero, whatever the pieces of the candidates. */
  isClear(unit: number): boolean {
    if (this.clear[unit] === UNKNOWN) this.clear[unit] = Number(this.isClearBy(unit));
    return this.clear[unit] === 1;
  }

  private isClearBy(unit: number): boolean {
    const { candidates, count } = this;
    const { gains, weights, derivativeError } = this.mixed!;
    const first = (unit * gains.length) / 2;
    // Twice the middle of what it may be, and twice how far it may be from there.
    let middle = 2 * this.whole.part.derivatives[this.placeOf[unit]];
    let reach = 2 * derivativeError;
    for (let c = 0; c < count; c++) {
      const row = candidates[c];
      const weight = weights[first + row];
      middle += (gains[2 * row] + gains[2 * row + 1]) * weight;
      reach += Math.abs((gains[2 * row + 1] - gains[2 * row]) * weight);
    }
    return Math.abs(middle) > reach;
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
