import type { LocalNetwork, LocalPart } from './localNetwork.ts';
import type { PartBounds } from './partBounds.ts';
import type { BoxedGeometry } from './narrowing.ts';

/** Units that cut a part in which a local network begins, at first and at most. */
const FIRST_OPEN = 6;
const MOST_OPEN = 32;
/** With fewer unstable units than this a larger part would have done. */
const FEW_UNSTABLE = 40;
/** After failures in cells this many parts are passed over, at most. */
const MOST_PASSED = 1 << 10;

/** Decides in which parts of a walk the local network takes over, and until when. */
export class LocalParts {
  /** Number of parts that waited when it began; -1 outside of any. */
  private floor = -1;
  /** By stage: how many units may cut a part, how many parts are passed over, and how many are left to pass. */
  private readonly mostOpen: Int32Array;
  private readonly passed: Int32Array;
  private readonly left: Int32Array;

  constructor(
    private readonly local: LocalNetwork,
    private readonly geometry: BoxedGeometry,
    private readonly part: Omit<LocalPart, 'box' | 'span'>,
  ) {
    const stages = part.patterns.length;
    this.mostOpen = new Int32Array(stages).fill(FIRST_OPEN);
    this.passed = new Int32Array(stages);
    this.left = new Int32Array(stages);
  }

  private readonly span = (row: Float64Array) => {
    this.geometry.span(row, 0);
    return this.geometry;
  };

  get isOn(): boolean {
    return this.local.isOn;
  }

  /** A later stage than that which cuts the part. */
  isBehind(stage: number): boolean {
    return this.isOn && stage > this.local.stage;
  }

  /** Cells of this stage are entered here. */
  isIn(stage: number): boolean {
    return this.isOn && stage >= this.local.stage;
  }

  /** Behind this stage nothing cuts the part. */
  get last(): number {
    return this.local.last;
  }

  get candidates(): PartBounds {
    return this.local.bounds;
  }

  preActivations(stage: number): Float64Array {
    return this.local.preActivations(stage);
  }

  advance(stage: number, pattern: Int32Array): void {
    this.local.advance(stage, pattern);
  }

  /** The units of a later stage that may cut cells of the part: the first `counts` of each. */
  unstable(stage: number): Int32Array {
    return this.local.bounds.unstable[stage];
  }

  get counts(): Int32Array {
    return this.local.bounds.counts;
  }

  /** The current part, cut by these units of a stage, while `waiting` others are put aside. */
  offer(stage: number, open: Int32Array, waiting: number): void {
    if (this.isOn || open.length > this.mostOpen[stage] || this.left[stage]-- > 0) return;
    if (!this.local.begin(stage, open, { ...this.part, box: this.geometry.boxAround(), span: this.span }))
      return this.failed(stage, open.length);
    this.passed[stage] = this.left[stage] = 0;
    this.floor = waiting;
    this.local.isOn = true;
    const unstable = this.local.count;
    if (unstable < FEW_UNSTABLE && open.length === this.mostOpen[stage]) {
      this.mostOpen[stage] = Math.min(MOST_OPEN, this.mostOpen[stage] + 1);
    }
  }

  private failed(stage: number, open: number): void {
    this.mostOpen[stage] = open >> 1;
    if (open > 0) return;
    this.passed[stage] = Math.min(MOST_PASSED, 2 * this.passed[stage] + 1);
    this.left[stage] = this.passed[stage];
  }

  /** A part was taken up, after which `waiting` are left: it may lie outside. */
  endAbove(waiting: number): void {
    if (waiting >= this.floor) return;
    this.floor = -1;
    this.local.isOn = false;
  }
}
