import { grown } from '../program/program.ts';

/** Numbers stored for a part. */
const PART = 7;

/** A part of a cell that waits to be cut further. */
export interface WaitingPart {
  readonly stage: number;
  /** The unit that was decided by the cut, or -1, and its piece there. */
  readonly unit: number;
  readonly piece: number;
  /** Where its list of units is that may cut it. */
  readonly from: number;
  readonly to: number;
  /** How many cuts made it. */
  readonly depth: number;
  readonly isTied: boolean;
}

/** The parts that a walk put aside, the last one first, in one array. */
export class WaitingParts implements WaitingPart {
  count = 0;
  // The part that was taken last.
  stage = 0;
  unit = -1;
  piece = 0;
  from = 0;
  to = 0;
  depth = 0;
  isTied = false;
  private numbers = new Int32Array(PART * 256);

  add(stage: number, unit: number, piece: number, from: number, to: number, depth: number, isTied: boolean): void {
    const at = PART * this.count++;
    if (at === this.numbers.length) this.numbers = grown(this.numbers);
    const { numbers } = this;
    numbers[at] = stage;
    numbers[at + 1] = unit;
    numbers[at + 2] = piece;
    numbers[at + 3] = from;
    numbers[at + 4] = to;
    numbers[at + 5] = depth;
    numbers[at + 6] = Number(isTied);
  }

  /** Takes the part that was added last: its numbers are here until the next one is taken. */
  take(): WaitingPart {
    const { numbers } = this;
    const at = PART * --this.count;
    this.stage = numbers[at];
    this.unit = numbers[at + 1];
    this.piece = numbers[at + 2];
    this.from = numbers[at + 3];
    this.to = numbers[at + 4];
    this.depth = numbers[at + 5];
    this.isTied = numbers[at + 6] === 1;
    return this;
  }
}
