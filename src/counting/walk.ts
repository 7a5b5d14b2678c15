import type { CountResult } from './count.ts';
import { ExactLines, LineIds } from './exactLines.ts';
import { BOTH, NEGATIVE, RELATIVE_ERROR, type ExactLine, type ExactSign, type Geometry } from './geometry.ts';
import { isNear, Narrowing } from './narrowing.ts';
import { grown, isRectified, largestGroup, type MaxStep, type Program } from './program.ts';
import type { Propagator } from './propagation.ts';
import { COMMON_CUTS } from './share.ts';
import type { Slice } from './slice.ts';
import { Watch, type Watched } from './watch.ts';

export interface WalkOptions extends Watched {
  /** Called in each activation region of the whole network: its cell is on top of the geometry, its maps in the propagator. */
  readonly visit?: () => void;
  /** Asked at each cell of each stage: false leaves it out of the count, because it was counted elsewhere. */
  readonly isNew?: (stage: number, pieces: readonly Int32Array[]) => boolean;
}

export interface WalkResult {
  readonly stoppedBy: CountResult['stoppedBy'];
  /** Cells after each stage. */
  readonly cells: readonly number[];
  /** Cells after each stage that every thread of a shared count meets, and are not among `cells`. */
  readonly common?: readonly number[];
}

/** Numbers held for a part that waits. */
const PART = 6;
/** Depth of a part that is this thread's own. */
const OWN = -1;
/** Parts cut by more units than this are cut further before rows of the last stage are left out for them. */
const MOST_NARROWED = 6;

/**
 * Cuts the slice's cube into activation regions, depth first. A part of a cell of one stage is cut in two by a unit that crosses it,
 * with the list of the units that still cross each half; a part that none crosses is a cell, and is entered at once. Its maps
 * follow from those of the cell before it by the units that flipped. Nothing but the parts still waiting along the current path
 * is held, so that memory does not grow with the count.
 */
export class Walk<G extends Geometry> {
  readonly geometry: G;
  readonly propagator: Propagator;
  readonly lines: LineIds;
  /** The pattern of the cell at hand, by stage. */
  readonly pieces: readonly Int32Array[];
  /** All units of each stage. */
  private readonly units: Int32Array[];
  private readonly cells: number[];
  private readonly common: number[];
  /** Which cell of stages 0 to s the walk is in: a new number for each. */
  private readonly serial: Float64Array;
  private lastSerial = 0;
  private readonly difference: Float64Array;
  /** What `listGreatest` found, and how far each goes. */
  private readonly candidates: Int32Array;
  private readonly highs: Float64Array;
  /** The stage of ReLUs that a stage reads directly, or -1. */
  private readonly rectified: readonly number[];
  private readonly width: number;
  private readonly lastStage: number;
  /** Lists of units that cut the part at hand and those waiting: a stack in one array. */
  private crossing = new Int32Array(1024);
  // Parts waiting in the geometry, last first: their stage, the unit that was decided by the cut (or -1), its piece there, from
  // where to where their list of units is, and their depth.
  private waitingParts = new Int32Array(PART * 256);
  private waiting = 0;
  private readonly narrowing: Narrowing | null;
  /** Error of each stage's pre-activations, and of their difference from a breakpoint, as far as known. */
  private readonly tolerances: Float64Array;
  /** Cuts between the part at hand and those that threads claim; 0 for one of these, `OWN` below. */
  private depth = OWN;
  /** How many parts were met that threads claim. */
  private claimable = 0;
  private commonCuts = 0;
  private ownCuts = COMMON_CUTS;
  /** Share of the domain in claimed parts that are done, and what was left of all when the last one was claimed (or 0). */
  private shareDone = 0;
  private leftAtClaim = 0;
  private readonly watch: Watch;

  constructor(
    private readonly program: Program,
    slice: Slice,
    makeGeometry: (exactSign: ExactSign, exactLine: ExactLine) => G,
    makePropagator: () => Propagator,
    private readonly options: WalkOptions,
  ) {
    const units = program.stages.map((step) => program.sizes[step.output]);
    this.lines = new LineIds(program);
    this.propagator = makePropagator();
    this.pieces = units.map((count, stage) => this.propagator.piecesOf?.(stage) ?? new Int32Array(count));
    this.units = units.map((count) => Int32Array.from({ length: count }, (_, i) => i));
    this.cells = units.map(() => 0);
    this.common = units.map(() => 0);
    this.serial = new Float64Array(units.length);
    this.tolerances = new Float64Array(units.length);
    this.lastStage = units.length - 1;
    this.width = slice.dimension + 1;
    this.difference = new Float64Array(this.width);
    const most = program.stages.reduce(
      (size, step) => (step.kind === 'max' ? Math.max(size, largestGroup(step)) : size),
      0,
    );
    this.candidates = new Int32Array(most);
    this.highs = new Float64Array(most);
    this.rectified = program.stages.map(({ source }) =>
      program.stages.findIndex((before) => before.output === source && isRectified(before)),
    );
    let lines: ExactLines | null = null;
    const exact = () => (lines ??= new ExactLines(program, slice, this.lines, this.pieces, this.serial));
    this.geometry = makeGeometry(
      (id, through, near) => exact().signAt(id, through, near),
      (id) => exact().line(id),
    );
    this.watch = new Watch(options, () => this.done(), () => this.cellsSoFar()); // prettier-ignore
    this.narrowing = options.visit || units.length < 2 ? null : this.makeNarrowing(units);
  }

  private makeNarrowing(units: readonly number[]): Narrowing | null {
    const { propagator, geometry } = this;
    return propagator.narrow && isNear(geometry) ? new Narrowing(propagator.narrow, geometry, propagator, units) : null;
  }

  /** To be called once. Errors: RangeError when the network's numbers overflow on the domain. */
  run(): WalkResult {
    this.geometry.reset();
    const { isNew, visit, share } = this.options;
    if (this.lastStage < 0) {
      if (!share || share.claim(0)) {
        visit?.();
        share?.reportShare(1);
      }
      return { stoppedBy: null, cells: [] };
    }
    this.depth = share?.depth ?? OWN;
    let stage = 0;
    let from = 0;
    let to = this.enter(0, 0);
    while (to >= 0 || this.waiting > 0) {
      if (this.watch.mustStop(this.cells[this.lastStage])) break;
      if (to < 0) {
        const last = PART * (this.waiting - 1);
        stage = this.waitingParts[last];
        from = this.waitingParts[last + 4];
        to = this.resume();
      } else if (stage === this.lastStage && this.depth === OWN && this.countedAtOnce(from, to)) {
        to = -1;
      } else if (from < to) {
        const before = this.waiting;
        const kept = this.cutByFirst(stage, from, to);
        if (kept >= 0 && this.waiting === before) from = kept;
        else {
          from = to;
          to = kept < 0 || !this.isOurs() ? -1 : this.sift(stage, this.crossing, kept, to, to);
        }
      } else {
        // No unit of this stage cuts the part any more: it is a cell.
        if (stage === this.lastStage) this.depth = Math.min(this.depth, 0);
        if (!this.isOurs()) to = -1;
        else {
          if (this.depth > 0) this.common[stage]++;
          else if (isNew === undefined || isNew(stage, this.pieces)) this.cells[stage]++;
          to = stage < this.lastStage ? this.enter(++stage, from) : this.finish();
        }
      }
    }
    this.endClaim(0);
    this.watch.report(this.cells[this.lastStage]);
    this.propagator.release?.();
    return { stoppedBy: this.watch.stoppedBy, cells: this.cells, common: this.common };
  }

  /** False where the part at hand is another thread's. Where it is neither's yet, this thread claims it. */
  private isOurs(): boolean {
    if (this.depth !== 0) return true;
    if (!this.options.share?.claim(this.claimable++)) return false;
    this.depth = OWN;
    this.leftAtClaim = this.geometry.remaining();
    return true;
  }

  private endClaim(left: number): void {
    if (this.leftAtClaim > 0) this.shareDone += this.leftAtClaim - left;
    this.leftAtClaim = 0;
  }

  /** Numbers the next `count` cuts; returns the first. */
  private newCuts(count: number): number {
    const first = 1 + (this.depth > 0 ? this.commonCuts : this.ownCuts);
    if (this.depth > 0) this.commonCuts += count;
    else this.ownCuts += count;
    return first;
  }

  private parentOf(stage: number): number {
    return stage === 0 ? 0 : this.serial[stage - 1];
  }

  /** Starts on a stage in the cell at hand: lists the units that cut it from `at` on, returns the list's end. */
  private enter(stage: number, at: number): number {
    let units = this.units[stage];
    let count = units.length;
    if (stage > 0) {
      // The last stage is one thread's alone, so that it can be counted without cutting.
      if (stage === this.lastStage) this.depth = Math.min(this.depth, 0);
      if (!this.isOurs()) return -1;
      const before = stage - 1;
      if (this.narrowing?.isIn(before)) {
        this.narrowing.advance(this.pieces[before]);
        units = this.narrowing.candidates;
        count = this.narrowing.count;
      } else this.propagator.advance(before, this.pieces[before], this.parentOf(before));
      this.serial[before] = ++this.lastSerial;
    }
    this.updateTolerance(stage);
    return this.sift(stage, units, 0, count, at);
  }

  private finish(): number {
    const stage = this.lastStage;
    if (this.options.visit) {
      this.propagator.advance(stage, this.pieces[stage], this.parentOf(stage));
      this.options.visit();
    }
    return -1;
  }

  private updateTolerance(stage: number): void {
    const scale = this.propagator.scale(stage);
    if (RELATIVE_ERROR * scale <= this.tolerances[stage]) return;
    const step = this.program.stages[stage];
    let tolerance = 2 * RELATIVE_ERROR * scale;
    if (step.kind === 'units') {
      let most = 0;
      for (const breakpoint of step.breakpoints) most = Math.max(most, Math.abs(breakpoint));
      tolerance = RELATIVE_ERROR * (scale + most);
    }
    if (!Number.isFinite(tolerance)) throw new RangeError('the numbers in the network overflow on this domain');
    this.tolerances[stage] = tolerance;
  }

  /**
   * Of the units at `from` to `to` in `list`, writes those that cut the part at hand to `crossing` from `at` on and returns
   * their end; the others get their piece.
   */
  private sift(stage: number, list: Int32Array, from: number, to: number, at: number): number {
    if (from === to) return at;
    while (this.crossing.length < at + (to - from)) {
      const isOwn = list === this.crossing;
      this.crossing = grown(this.crossing);
      if (isOwn) list = this.crossing;
    }
    const step = this.program.stages[stage];
    const rows = this.propagator.rows(stage);
    const pieces = this.pieces[stage];
    const { crossing } = this;
    let end = at;
    if (step.kind === 'units') {
      const id = this.lines.ofBreakpoint(stage, 0, 0);
      end = this.geometry.sift(
        rows,
        step.breakpoints,
        this.tolerances[stage],
        id,
        pieces,
        list,
        from,
        to,
        crossing,
        at,
      );
    } else {
      for (let k = from; k < to; k++) {
        const group = list[k];
        if (this.listGreatest(stage, step, group, rows) === 1) pieces[group] = this.candidates[0];
        else crossing[end++] = group;
      }
    }
    if (stage === this.lastStage - 1 && end > at && this.narrowing) this.startNarrowing(stage, at, end);
    return end;
  }

  private startNarrowing(stage: number, from: number, to: number): void {
    const { narrowing } = this;
    if (!narrowing || narrowing.isIn(stage) || to - from > MOST_NARROWED) return;
    narrowing.propagate(this.pieces[stage], this.parentOf(stage), this.crossing, from, to);
    this.updateTolerance(stage + 1);
    narrowing.start(this.waiting, this.tolerances[stage + 1]);
  }

  private wait(stage: number, unit: number, piece: number, from: number, to: number): void {
    const at = PART * this.waiting++;
    if (at === this.waitingParts.length) this.waitingParts = grown(this.waitingParts);
    const { waitingParts } = this;
    waitingParts[at] = stage;
    waitingParts[at + 1] = unit;
    waitingParts[at + 2] = piece;
    waitingParts[at + 3] = from;
    waitingParts[at + 4] = to;
    waitingParts[at + 5] = this.depth;
  }

  /** Takes up the part that waits last; lists the units that cut it behind its own list, and returns the end. */
  private resume(): number {
    this.geometry.next();
    const at = PART * --this.waiting;
    const { waitingParts } = this;
    const stage = waitingParts[at];
    const unit = waitingParts[at + 1];
    if (unit >= 0) this.pieces[stage][unit] = waitingParts[at + 2];
    this.narrowing?.endAbove(this.waiting);
    this.depth = waitingParts[at + 5];
    if (this.depth >= 0) this.endClaim(this.options.share ? this.geometry.remaining() : 0);
    if (!this.isOurs()) return -1;
    const to = waitingParts[at + 4];
    return this.sift(stage, this.crossing, waitingParts[at + 3], to, to);
  }

  /**
   * Cuts the part by the first unit of its list. Returns where the list of units that may cut what is at hand now starts, or -1
   * when all parts wait.
   */
  private cutByFirst(stage: number, from: number, to: number): number {
    const step = this.program.stages[stage];
    const unit = this.crossing[from];
    if (step.kind === 'max') return this.cutByMaximum(stage, step, unit, from + 1, to);
    const rows = this.propagator.rows(stage);
    const tolerance = this.tolerances[stage];
    const { breakpoints } = step;
    for (let b = 0; b < breakpoints.length; b++) {
      const id = this.lines.ofBreakpoint(stage, unit, b);
      if (this.geometry.side(rows, unit * this.width, breakpoints[b], tolerance, id) !== BOTH) continue;
      const cut = this.newCuts(1);
      if (this.depth > 0) this.depth--;
      if (breakpoints.length === 1) {
        // First the side where the unit stays as it was: that leaves fewer updates to do. What all threads cut is cut in one order.
        const pieces = this.pieces[stage];
        const piece = this.depth >= 0 ? (pieces[unit] = 1) : pieces[unit];
        this.geometry.split(piece === 1, cut);
        this.wait(stage, unit, 1 - piece, from + 1, to);
        return from + 1;
      }
      this.geometry.split(false, cut);
      this.wait(stage, -1, 0, from, to);
      return from;
    }
    return from + 1;
  }

  /** Puts the part of each greatest argument aside, unless one is the greatest everywhere. */
  private cutByMaximum(stage: number, step: MaxStep, group: number, from: number, to: number): number {
    const count = this.listGreatest(stage, step, group, this.propagator.rows(stage));
    const candidates = Array.from(this.candidates.subarray(0, count));
    const size = step.start[group + 1] - step.start[group];
    const { depth } = this;
    const firstCut = this.newCuts(0);
    for (let c = 0; c < candidates.length; c++) {
      const outcome = this.clipToGreatest(stage, step, group, candidates, c, firstCut);
      if (outcome === 'whole') {
        this.pieces[stage][group] = candidates[c];
        return from;
      }
      if (outcome === 'part') {
        this.geometry.exchange();
        if (depth > 0) this.depth = depth - 1;
        this.wait(stage, group, candidates[c], from, to);
        this.depth = depth;
      }
    }
    // One for each pair, whether it is greatest anywhere or not: the same in all threads.
    this.newCuts((size * (size - 1)) / 2);
    return -1;
  }

  /** Lists arguments of maximum `group`, by their place in it, that may be the greatest somewhere on the part; returns how many. */
  private listGreatest(stage: number, step: MaxStep, group: number, rows: Float64Array): number {
    const { geometry, width, candidates, highs } = this;
    const rectified = this.rectified[stage];
    const start = step.start[group];
    const size = step.start[group + 1] - start;
    let floor = -Infinity;
    let isPositive = false;
    let silent = -1;
    let count = 0;
    for (let k = 0; k < size; k++) {
      const member = step.members[start + k];
      if (rectified >= 0 && this.pieces[rectified][member] === 0) {
        // Zero throughout: only the first such argument can be meant, and where another is positive none.
        if (silent < 0) silent = k;
        continue;
      }
      isPositive ||= rectified >= 0;
      geometry.bounds(rows, member * width);
      if (geometry.low > floor) floor = geometry.low;
      highs[count] = geometry.high;
      candidates[count++] = k;
    }
    if (silent >= 0 && !isPositive) {
      candidates[0] = silent;
      return 1;
    }
    const least = floor - RELATIVE_ERROR * Math.abs(floor);
    let kept = 0;
    for (let c = 0; c < count; c++) {
      candidates[kept] = candidates[c];
      if (highs[c] >= least) kept++;
    }
    return kept;
  }

  /**
   * Clips a copy of the part to where candidate `c` is the greatest; of equal ones the first is meant. Two arguments that are greatest
   * on the two sides of a facet call its cut by the same number.
   */
  private clipToGreatest(
    stage: number,
    step: MaxStep,
    group: number,
    candidates: readonly number[],
    c: number,
    firstCut: number,
  ): 'none' | 'part' | 'whole' {
    const { width, difference, geometry } = this;
    const rows = this.propagator.rows(stage);
    const tolerance = this.tolerances[stage];
    const start = step.start[group];
    const k = candidates[c];
    const first = step.members[start + k];
    let clipped = false;
    for (const other of candidates) {
      if (other === k) continue;
      const second = step.members[start + other];
      for (let d = 0; d < width; d++) difference[d] = rows[first * width + d] - rows[second * width + d];
      const found = geometry.side(difference, 0, 0, tolerance, this.lines.ofPair(stage, first, second));
      if (found === NEGATIVE || (found === 0 && other < k)) {
        if (clipped) geometry.next();
        return 'none';
      }
      if (found === BOTH) {
        if (!clipped) geometry.keep();
        clipped = true;
        geometry.clip(other > k ? firstCut + (other * (other - 1)) / 2 + k : -(firstCut + (k * (k - 1)) / 2 + other));
      }
    }
    return clipped ? 'part' : 'whole';
  }

  /** At the last stage only the number of parts matters; true when the geometry can tell it without cutting. */
  private countedAtOnce(from: number, to: number): boolean {
    const stage = this.lastStage;
    const step = this.program.stages[stage];
    if (this.options.visit || this.options.isNew || step.kind !== 'units' || step.breakpoints.length > 1) return false;
    const rows = this.propagator.rows(stage);
    const tolerance = this.tolerances[stage];
    const firstId = this.lines.ofBreakpoint(stage, 0, 0);
    const parts =
      to - from < 2
        ? to - from + 1
        : this.geometry.countParts(rows, step.breakpoints[0], tolerance, this.crossing, from, to, firstId);
    this.cells[stage] += parts;
    return parts > 0;
  }

  /** Share of the domain done: here, or in parts that this thread claimed. */
  private done(): number {
    if (!this.options.share) return 1 - this.geometry.remaining();
    return this.shareDone + (this.leftAtClaim > 0 ? this.leftAtClaim - this.geometry.remaining() : 0);
  }

  private cellsSoFar(): readonly number[] {
    return this.options.share?.leads ? this.cells.map((count, stage) => count + this.common[stage]) : this.cells;
  }
}
