import { WorkClaims } from './workClaims.ts';
import { ExactLines } from '../exact/exactLines.ts';
import { BOTH, RELATIVE_ERROR, type ExactLine, type ExactSigns, type Geometry } from '../geometry/geometry.ts';
import { LineIds } from '../exact/lineIds.ts';
import { Maxima, type Candidates } from './maxima.ts';
import { MaximumCuts } from './maximumCuts.ts';
import { LocalParts } from '../propagation/localParts.ts';
import { isBoxed, Narrowing, type BoxedGeometry } from '../propagation/narrowing.ts';
import { grown, type MaxStep, type Program } from '../program/program.ts';
import type { CoarseClassifier, Propagator } from '../propagation/propagation.ts';
import { classifyUnits, SignQuery } from '../geometry/signQuery.ts';
import type { Slice } from '../geometry/slice.ts';
import { LimitWatch } from './limits.ts';
import { toleranceOf } from './tolerance.ts';
import { WaitingParts } from './waitingParts.ts';
import type { WalkOptions, WalkResult } from './walkOptions.ts';

/** Parts cut by more units than this are cut further before rows of the last stage are left out for them. */
const MAX_NARROWED = 6;
/** The breakpoints of units that a `CoarseClassifier` knows. */
const AT_ZERO = [0];

/**
 * Counts activation regions by a depth-first walk over a slice. The units of the first stage cut the slice into cells;
 * on each cell the next stage is affine, so its units cut the cell in turn, until the cells of the last stage are the
 * activation regions. A part of a cell of one stage is cut in two by a unit that crosses it,
 * with the list of the units that still cross each half; a part that none crosses is a cell, and is entered at once.
 * Its maps follow from those of the cell before it by the units that flipped. Only the parts waiting along the current
 * path are stored, so memory does not grow with the count. The geometry holds the cells, the propagator computes the
 * pre-activations on them, and the claims divide the work among threads.
 */
export class RegionWalk<G extends Geometry> {
  readonly geometry: G;
  readonly propagator: Propagator;
  readonly lines: LineIds;
  /** The pattern of the current cell, by stage. */
  readonly patterns: readonly Int32Array[];
  /** Somewhere on a facet of the current part, or of a larger one that it is cut from, several units may vanish. */
  isTied = false;
  /** As `Unvisited` says of the walk. */
  private isVain = false;
  /** All units of each stage. */
  private readonly units: Int32Array[];
  private readonly cells: number[];
  private readonly common: number[];
  /** Identifies the current cell of stages 0 to s: each gets a new number. */
  private readonly serial: Float64Array;
  private lastSerial = 0;
  private readonly maxima: Maxima;
  private readonly maximumCuts: MaximumCuts;
  private readonly width: number;
  private readonly lastStage: number;
  /** Lists of units that cut the current part and those waiting: a stack in one array. */
  private crossing = new Int32Array(1024);
  /** Those put aside in the geometry. */
  private readonly waiting = new WaitingParts();
  private readonly narrowing: Narrowing | null;
  private readonly local: LocalParts | null;
  private readonly boxed: BoxedGeometry | null;
  private readonly coarse: CoarseClassifier | null;
  /** Error of each stage's pre-activations, and of their difference from a breakpoint, as far as known. */
  private readonly tolerances: Float64Array;
  private readonly query = new SignQuery();
  private readonly claims: WorkClaims;
  private readonly watch: LimitWatch;

  constructor(
    private readonly program: Program,
    slice: Slice,
    makeGeometry: (exactSigns: ExactSigns, exactLine: ExactLine) => G,
    makePropagator: () => Propagator,
    private readonly options: WalkOptions,
  ) {
    const units = program.stages.map((step) => program.sizes[step.output]);
    this.lines = new LineIds(program);
    this.propagator = makePropagator();
    this.patterns = units.map((count, stage) => this.propagator.patternOf?.(stage) ?? new Int32Array(count));
    this.units = units.map((count) => Int32Array.from({ length: count }, (_, i) => i));
    this.cells = units.map(() => 0);
    this.common = units.map(() => 0);
    this.serial = new Float64Array(units.length);
    this.tolerances = new Float64Array(units.length);
    this.lastStage = units.length - 1;
    this.width = slice.dimension + 1;
    let lines: ExactLines | null = null;
    const exact = () => (lines ??= new ExactLines(program, slice, this.lines, this.patterns, this.serial));
    const signs: ExactSigns = {
      sign: (...asked) => exact().sign(...asked),
      meetingPlace: (first, second) => exact().meetingPlace(first, second),
      get name() {
        return exact().name;
      },
    };
    const exactLine: ExactLine = (id) => exact().line(id);
    this.geometry = makeGeometry(signs, exactLine);
    this.maxima = new Maxima(program, this.geometry, this.lines, this.patterns, exactLine);
    this.claims = new WorkClaims(options.share, () => this.geometry.remaining(), options.parts?.depth);
    const wait = this.wait.bind(this);
    this.maximumCuts = new MaximumCuts(this.maxima, this.geometry, this.claims, this.patterns, wait);
    this.watch = new LimitWatch(
      options,
      () => this.claims.done(),
      () => this.cellsSoFar(),
    );
    this.boxed = isBoxed(this.geometry) ? this.geometry : null;
    this.coarse = this.propagator.coarse ?? null;
    const mayNarrow = !options.visit || options.unvisited?.mayNarrow;
    this.narrowing = !mayNarrow || units.length < 2 ? null : this.makeNarrowing(units);
    this.local = !(mayNarrow || options.visitsMixed) || options.isNew || units.length < 2 ? null : this.makeLocal();
  }

  private makeLocal(): LocalParts | null {
    const { boxed, patterns } = this;
    const { local } = this.propagator;
    const tolerance = (stage: number) => {
      this.updateTolerance(stage);
      return this.tolerances[stage];
    };
    const renew = (stage: number) => (this.serial[stage - 1] = ++this.lastSerial);
    const isNowhereGreater = (stage: number, member: number, other: number) =>
      this.maxima.isNowhereGreater(stage, this.propagator.preActivations(stage), tolerance(stage), member, other);
    return local && boxed ? new LocalParts(local, boxed, { patterns, tolerance, renew, isNowhereGreater }) : null;
  }

  private makeNarrowing(units: readonly number[]): Narrowing | null {
    const { propagator, boxed } = this;
    const firstLine = this.lines.ofBreakpoint(units.length - 2, 0, 0);
    return propagator.narrow && boxed ? new Narrowing(propagator.narrow, boxed, propagator, units, firstLine) : null;
  }

  /** Call once. Errors: RangeError when the network's numbers overflow on the domain. */
  run(): WalkResult {
    this.geometry.reset();
    const { isNew, visit, share, parts } = this.options;
    if (this.lastStage < 0) {
      if (!share || share.claim(0)) {
        parts?.begin(0);
        visit?.();
        share?.reportShare(1);
      }
      return { stoppedBy: null, cells: [] };
    }
    let stage = 0;
    let from = 0;
    let to = this.enter(0, 0);
    while (to >= 0 || this.waiting.count > 0) {
      if (this.watch.mustStop(this.cells[this.lastStage]) || this.isVain) break;
      if (to < 0) {
        to = this.resume();
        ({ stage, to: from } = this.waiting);
      } else if (stage >= this.last && this.claims.isOwn && this.countedTogether(stage, from, to)) {
        to = -1;
      } else if (from < to) {
        const before = this.waiting.count;
        const kept = this.cutByFirst(stage, from, to);
        if (kept >= 0 && this.waiting.count === before) from = kept;
        else {
          from = to;
          to = kept < 0 || !this.claim(stage, kept, to) ? -1 : this.classify(stage, this.crossing, kept, to, to);
        }
      } else {
        // No unit of this stage cuts the part any more: it is a cell.
        if (stage === this.lastStage) this.claims.stopDividing();
        if (!this.claim(stage, from, to)) to = -1;
        else {
          if (this.claims.isCommon) this.common[stage]++;
          else if (isNew === undefined || isNew(stage, this.patterns)) this.addCells(stage, 1);
          to = stage < this.last ? this.enter(++stage, from) : this.finish();
        }
      }
    }
    this.claims.end(0);
    this.watch.report(this.cells[this.lastStage]);
    this.propagator.release?.();
    return { stoppedBy: this.watch.stoppedBy, cells: this.cells, common: this.common };
  }

  /** No region of the current part is visited. */
  private get isUnvisited(): boolean {
    const { visit, unvisited } = this.options;
    if (!visit) return true;
    // Cuts still to come of a part that all threads walk may lie where regions are visited.
    return this.claims.isOwn && unvisited?.mayNarrow?.() === true;
  }

  /** A local network may take over in the current part. */
  private get isLocal(): boolean {
    return this.options.visitsMixed === true || this.isUnvisited;
  }

  /** The stage behind which no unit cuts the current part. */
  get last(): number {
    return this.local?.isOn ? this.local.last : this.lastStage;
  }

  /** Cells of a stage; where no later one cuts them they are those of later ones as well. */
  private addCells(stage: number, count: number): void {
    this.cells[stage] += count;
    if (stage === this.last) for (let later = stage + 1; later <= this.lastStage; later++) this.cells[later] += count;
  }

  /**
   * False if the current part belongs to another thread. A part that is claimed begins here: units of this stage at
   * `from` to `to` in the list may cut it.
   */
  private claim(stage: number, from: number, to: number): boolean {
    const { claims } = this;
    const { parts } = this.options;
    const wasOwn = claims.isOwn;
    if (!claims.claimPart()) return false;
    if (parts === undefined || wasOwn || !claims.isOwn) return true;
    for (let k = from; k < to; k++) this.patterns[stage][this.crossing[k]] = 0;
    this.restart(stage);
    parts.begin(claims.part);
    return true;
  }

  /** Forgets all cells behind this stage. */
  private restart(stage: number): void {
    this.propagator.restart(stage);
    this.tolerances.fill(0, stage + 1);
    for (let later = stage + 1; later <= this.lastStage; later++) this.patterns[later].fill(0);
  }

  /** Starts a stage in the current cell: lists the units that cut it from `at` on and returns the end of the list. */
  private enter(stage: number, at: number): number {
    let units = this.units[stage];
    let count = units.length;
    if (stage > 0) {
      // A single thread counts the last stage, so that it need not be cut.
      if (stage === this.lastStage) this.claims.stopDividing();
      const before = stage - 1;
      if (!this.claim(before, at, at)) return -1;
      if (this.options.parts && this.claims.isCommon) this.restart(before);
      if (this.local?.isIn(before)) {
        this.local.advance(before, this.patterns[before]);
        units = this.local.unstable(stage);
        count = this.local.count(stage);
      } else if (this.narrowing?.isIn(before)) {
        this.narrowing.advance(this.patterns[before]);
        units = this.narrowing.candidates;
        count = this.narrowing.count;
      } else this.propagator.advance(before, this.patterns[before]);
      this.serial[before] = ++this.lastSerial;
    }
    this.updateTolerance(stage);
    if (this.coarse && this.boxed && units === this.units[stage])
      return this.classifyAll(stage, at, this.coarse, this.boxed);
    return this.classify(stage, units, 0, count, at);
  }

  /** Classifies all units of a stage, first by the box around the cell. */
  private classifyAll(stage: number, at: number, coarse: CoarseClassifier, geometry: BoxedGeometry): number {
    let count = coarse.classify(stage, geometry.boxAround(), this.tolerances[stage]);
    if (count < 0) {
      this.updateTolerance(stage);
      count = coarse.classify(stage, geometry.boxAround(), this.tolerances[stage]);
    }
    while (this.crossing.length < at + count) this.crossing = grown(this.crossing);
    const end = classifyUnits(this.ask(stage, AT_ZERO, coarse.uncertain, 0, count, at), geometry);
    if (geometry.wasTied()) this.isTied = true;
    if (stage === this.lastStage - 1 && end > at) this.startNarrowing(stage, at, end);
    return end;
  }

  /** The current cell is a region that could not be counted without being entered. */
  private finish(): number {
    const { visit, visitsMixed, unvisited } = this.options;
    if (visit && !this.isUnvisited) {
      if (!visitsMixed) this.propagator.advance(this.lastStage, this.patterns[this.lastStage]);
      visit();
    } else if (unvisited) {
      const query = this.askNothing(this.last);
      if (unvisited.mayCount(query)) unvisited.add(1, query);
    }
    this.isVain = unvisited?.isVain === true;
    return -1;
  }

  private updateTolerance(stage: number): void {
    const scale = this.propagator.scale(stage);
    if (RELATIVE_ERROR * scale < this.tolerances[stage]) return;
    this.tolerances[stage] = toleranceOf(this.program.stages[stage], scale);
  }

  /**
   * Of the units at `from` to `to` in `list`, writes those that cut the current part to `crossing` from `at` on and
   * returns their end; the others get their piece.
   */
  private classify(stage: number, list: Int32Array, from: number, to: number, at: number): number {
    if (from === to) return at;
    while (this.crossing.length < at + (to - from)) {
      const isOwn = list === this.crossing;
      this.crossing = grown(this.crossing);
      if (isOwn) list = this.crossing;
    }
    const step = this.program.stages[stage];
    const rows = this.preActivations(stage);
    const pattern = this.patterns[stage];
    const { crossing } = this;
    let end = at;
    if (step.kind === 'units') {
      end = this.geometry.classify(this.ask(stage, step.breakpoints, list, from, to, at));
      if (this.geometry.wasTied()) this.isTied = true;
    } else {
      for (let k = from; k < to; k++) {
        const group = list[k];
        if (this.maxima.listGreatest(stage, step, group, rows, this.tolerances[stage], this.among(stage)) === 1)
          pattern[group] = this.maxima.candidates[0];
        else crossing[end++] = group;
      }
    }
    if (stage === this.lastStage - 1 && end > at) this.startNarrowing(stage, at, end);
    if (this.local && stage < this.lastStage && this.claims.isOwn && this.isLocal)
      this.local.offer(stage, crossing, at, end, this.waiting.count);
    return end;
  }

  /** Where only some arguments of a maximum can be greatest. */
  private among(stage: number): Candidates | null {
    return this.local?.isBehind(stage) ? this.local.candidates : null;
  }

  /** Fills in the query about the units at `from` to `to` in `list`. */
  private ask(
    stage: number,
    breakpoints: readonly number[],
    list: Int32Array,
    from: number,
    to: number,
    at: number,
  ): SignQuery {
    const { query } = this;
    query.rows = this.preActivations(stage);
    query.tolerance = this.tolerances[stage];
    query.breakpoints = breakpoints;
    query.firstId = this.lines.ofBreakpoint(stage, 0, 0);
    query.list = list;
    query.from = from;
    query.to = to;
    query.pattern = this.patterns[stage];
    query.crossing = this.crossing;
    query.at = at;
    return query;
  }

  /** The query about none of the units of a stage. */
  private askNothing(stage: number): SignQuery {
    const { query } = this;
    query.pattern = this.patterns[stage];
    query.from = query.to = 0;
    return query;
  }

  private preActivations(stage: number): Float64Array {
    return this.local?.isBehind(stage) ? this.local.preActivations(stage) : this.propagator.preActivations(stage);
  }

  private startNarrowing(stage: number, from: number, to: number): void {
    const { narrowing } = this;
    if (!narrowing || narrowing.isIn(stage) || to - from > MAX_NARROWED) return;
    if (!this.isUnvisited) return;
    narrowing.open(this.patterns[stage], this.crossing, from, to);
    do this.updateTolerance(stage + 1);
    while (!narrowing.start(this.waiting.count, this.tolerances[stage + 1]));
  }

  private wait(stage: number, unit: number, piece: number, from: number, to: number): void {
    this.waiting.add(stage, unit, piece, from, to, this.claims.depth, this.isTied);
  }

  /** Resumes the last waiting part: lists the units that cut it behind its own list and returns the end. */
  private resume(): number {
    this.geometry.pop();
    const { stage, unit, piece, from, to, depth, isTied } = this.waiting.take();
    if (unit >= 0) this.patterns[stage][unit] = piece;
    this.narrowing?.endAbove(this.waiting.count);
    this.local?.endAbove(this.waiting.count);
    this.claims.resume(depth);
    this.isTied = isTied;
    return this.claim(stage, from, to) ? this.classify(stage, this.crossing, from, to, to) : -1;
  }

  /**
   * Cuts the part by the first unit of its list. Returns where the list of units that may cut the current part starts,
   * or -1 when all parts wait.
   */
  private cutByFirst(stage: number, from: number, to: number): number {
    const step = this.program.stages[stage];
    const unit = this.crossing[from];
    if (step.kind === 'max') return this.cutByMaximum(stage, step, unit, from + 1, to);
    const rows = this.preActivations(stage);
    const tolerance = this.tolerances[stage];
    const { breakpoints } = step;
    for (let b = 0; b < breakpoints.length; b++) {
      const id = this.lines.ofBreakpoint(stage, unit, b);
      if (this.geometry.side(rows, unit * this.width, breakpoints[b], tolerance, id) !== BOTH) continue;
      const { claims } = this;
      const cut = claims.newCuts(1);
      claims.cut();
      if (breakpoints.length === 1) {
        // The side where the unit keeps its piece comes first, because it needs fewer updates. All threads cut common
        // parts in the same order.
        const pattern = this.patterns[stage];
        const piece = claims.isOwn ? pattern[unit] : (pattern[unit] = 1);
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

  private cutByMaximum(stage: number, step: MaxStep, group: number, from: number, to: number): number {
    const rows = this.preActivations(stage);
    const tolerance = this.tolerances[stage];
    const count = this.maxima.listGreatest(stage, step, group, rows, tolerance, this.among(stage));
    return this.maximumCuts.cut({ stage, step, group, rows, tolerance }, count, from, to);
  }

  /** At the last stage only the number of parts matters; true if the geometry can compute it without cutting. */
  private countedTogether(stage: number, from: number, to: number): boolean {
    const step = this.program.stages[stage];
    const { visit, unvisited, isNew } = this.options;
    if (isNew || step.kind !== 'units' || step.breakpoints.length > 1) return false;
    const query = this.ask(stage, step.breakpoints, this.crossing, from, to, to);
    if (unvisited ? !unvisited.mayCount(query) : visit) return false;
    const parts = to - from < 2 ? to - from + 1 : this.geometry.countParts(query);
    if (visit && this.geometry.wasTied()) {
      this.isTied = true;
      return false;
    }
    const isAdded = parts > 0 && unvisited?.add(parts, query) !== false;
    this.isVain = unvisited?.isVain === true;
    if (isAdded) this.addCells(stage, parts);
    return isAdded;
  }

  private cellsSoFar(): readonly number[] {
    return this.options.share?.isLeader ? this.cells.map((count, stage) => count + this.common[stage]) : this.cells;
  }
}
