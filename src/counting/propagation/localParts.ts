import type { LocalNetwork, LocalPart } from './localNetwork.ts';
import type { LocalNarrowing } from './localNarrowing.ts';
import type { PartBounds } from './partBounds.ts';
import type { BoxedGeometry } from './narrowing.ts';

/** How large parts are in which a local network begins: larger ones of the first stage, where it takes longest. */
interface PartSize {
  /** Units that cut the first part. */
  readonly firstOpen: number;
  /** With fewer unstable units than this a larger part would have done. */
  readonly fewUnstable: number;
}
const OF_FIRST_STAGE: PartSize = { firstOpen: 12, fewUnstable: 100 };
const OF_LATER_STAGES: PartSize = { firstOpen: 6, fewUnstable: 40 };
/** No more units cut a part in which it begins. */
const MOST_OPEN = 40;
/** After failures in cells this many parts are passed over, at most. */
const MOST_PASSED = 1 << 10;

/** It is narrowed in a part that no more units cut than this, if at least that many later ones are unstable. */
const MOST_NARROWED = 4;
const LEAST_NARROWED = 16;

/** Decides in which parts of a walk the local network takes over, and until when. */
export class LocalParts {
  /** Number of parts that waited when it began; -1 outside of any. */
  private floor = -1;
  /** The same of when it was narrowed. */
  private narrowFloor = -1;
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
    this.mostOpen = Int32Array.from({ length: stages }, (_, stage) => sizeOf(stage).firstOpen);
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
    const { narrowing } = this.local;
    return narrowing.isOn ? narrowing.last : this.local.last;
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

  /** The units of a later stage that may cut cells of the part: the first `count(stage)` of each. */
  unstable(stage: number): Int32Array {
    return this.chosen.unstable[stage];
  }

  count(stage: number): number {
    return this.chosen.counts[stage];
  }

  private get chosen(): LocalNarrowing | PartBounds {
    const { narrowing, bounds } = this.local;
    return narrowing.isOn ? narrowing : bounds;
  }

  /** The current part, cut by the units of a stage at `from` to `to` in `units`, while `waiting` are put aside. */
  offer(stage: number, units: Int32Array, from: number, to: number, waiting: number): void {
    if (this.isOn) this.narrow(stage, units, from, to, waiting);
    else if (to - from <= this.mostOpen[stage] && this.left[stage]-- <= 0)
      this.begin(stage, units.subarray(from, to), waiting);
  }

  private narrow(stage: number, units: Int32Array, from: number, to: number, waiting: number): void {
    const { local, part } = this;
    if (local.narrowing.isOn || stage >= local.last || to - from > MOST_NARROWED) return;
    if (local.countBehind(stage) < LEAST_NARROWED) return;
    local.narrowing.begin(stage, units.subarray(from, to), { ...part, box: this.geometry.boxAround() });
    this.narrowFloor = waiting;
  }

  private begin(stage: number, open: Int32Array, waiting: number): void {
    if (!this.local.begin(stage, open, { ...this.part, box: this.geometry.boxAround(), span: this.span }))
      return this.failed(stage, open.length);
    this.passed[stage] = this.left[stage] = 0;
    this.floor = waiting;
    this.local.isOn = true;
    if (this.local.count < sizeOf(stage).fewUnstable && open.length === this.mostOpen[stage]) {
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
    if (waiting < this.narrowFloor) {
      this.narrowFloor = -1;
      this.local.narrowing.isOn = false;
    }
    if (waiting >= this.floor) return;
    this.floor = -1;
    this.local.isOn = false;
  }
}

function sizeOf(stage: number): PartSize {
  return stage === 0 ? OF_FIRST_STAGE : OF_LATER_STAGES;
}
