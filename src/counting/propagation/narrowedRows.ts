import type { Box } from '../geometry/geometry.ts';
import type { SignQuery } from '../geometry/signQuery.ts';
import type { DenseChain } from '../program/denseChain.ts';
import { MOST_SPREAD, type PartMemory, type SpreadDerivatives } from './denseMemory.ts';
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
  /** Lists a unit that bounds the part; there where derivatives are asked for. */
  readonly bound?: (unit: number, piece: number) => void;
  /** Where each unit that cuts or bounds the part is listed, and each candidate. */
  private readonly placeOf: Int32Array;
  private readonly candidateAt: Int32Array;
  /** Pieces of the open units that the rows stand for. */
  private readonly pattern: Int32Array;
  private readonly spread: SpreadDerivatives | null;
  /** The stage before the last. */
  private readonly stage: number;

  constructor(
    private readonly chain: DenseChain,
    private readonly whole: WholeRows,
    /** How far a derivative may be off. */
    private readonly derivativeError: number,
  ) {
    this.spread = whole.part.spread;
    this.stage = chain.slopes.length - 2;
    this.placeOf = new Int32Array(chain.layers[this.stage].outputs);
    this.candidateAt = new Int32Array(chain.layers[this.stage + 1].outputs);
    // A derivative is the same on both sides.
    if (this.spread) this.bound = (unit, piece) => void (piece === 1 && this.list(unit));
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
    open[derived[0]++] = unit;
  }

  start(box: Box, tolerance: number): number {
    const count = this.whole.narrow(box, tolerance);
    if (count < 0) return count;
    const { kept, candidates, candidateAt } = this;
    const rows = this.whole.maps[this.stage + 1];
    for (let c = 0; c < count; c++) {
      const at = 3 * candidates[c];
      candidateAt[candidates[c]] = c;
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

  /** Whether the derivative of the mixed output is known here by a unit that cuts or bounds the part. */
  knows(unit: number): boolean {
    return this.isOn && this.placeOf[unit] < MOST_SPREAD;
  }

  /** That derivative, where the units of the last stage have these pieces. */
  derivative(unit: number, pattern: Int32Array): number {
    const { candidates, count } = this;
    const { halves } = this.spread!;
    const place = this.placeOf[unit];
    const first = place * this.spread!.rowLength;
    const even = count & ~1;
    let sum = this.whole.part.derivatives[place];
    let other = 0;
    // Without branches, since pieces are as good as random; in two sums, so that none waits for the last.
    for (let c = 0; c < even; c += 2) {
      sum += halves[first + c] * (2 * pattern[candidates[c]] - 1);
      other += halves[first + c + 1] * (2 * pattern[candidates[c + 1]] - 1);
    }
    if (even < count) other += halves[first + even] * (2 * pattern[candidates[even]] - 1);
    return sum + other;
  }

  /** What it is greater by where a candidate is on its upper piece and not on its lower. */
  derivativeStep(unit: number, candidate: number): number {
    const { halves, rowLength } = this.spread!;
    return 2 * halves[this.placeOf[unit] * rowLength + this.candidateAt[candidate]];
  }

  /** Whether it is surely not zero, whatever the pieces of the candidates. */
  isClear(unit: number): boolean {
    const place = this.placeOf[unit];
    return Math.abs(this.whole.part.derivatives[place]) > this.spread!.reaches[place] + this.derivativeError;
  }

  /** Whether it is surely not zero, whatever the pieces of the candidates in the query. */
  isClearIn(unit: number, query: SignQuery): boolean {
    const { list, from, to, pattern } = query;
    const { halves } = this.spread!;
    const first = this.placeOf[unit] * this.spread!.rowLength;
    let middle = this.derivative(unit, pattern);
    let reach = this.derivativeError;
    for (let k = from; k < to; k++) {
      const half = halves[first + this.candidateAt[list[k]]];
      middle -= half * (2 * pattern[list[k]] - 1);
      reach += Math.abs(half);
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
