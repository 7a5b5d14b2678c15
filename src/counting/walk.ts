import type { CountHooks, CountResult } from './count.ts';
import { ExactLines, LineIds } from './exactLines.ts';
import { BOTH, NEGATIVE, POSITIVE, RELATIVE_ERROR, type ExactSign, type Geometry } from './geometry.ts';
import type { MaxStep, Program, UnitStep } from './program.ts';
import type { Propagator } from './propagation.ts';
import type { Slice } from './slice.ts';

export interface WalkOptions {
  readonly limits: { readonly regions?: number; readonly seconds?: number };
  readonly hooks?: CountHooks;
  /** Called in each activation region of the whole network: its cell is on top of the geometry, its maps in the propagator. */
  readonly visit?: () => void;
}

export interface WalkResult {
  readonly stoppedBy: CountResult['stoppedBy'];
  /** Cells after each stage. */
  readonly cells: readonly number[];
}

const CHECK_EVERY_MS = 20;
const STEPS_BETWEEN_CLOCKS = 64;

/**
 * Cuts the slice's cube into activation regions, depth first: a cell of one stage is cut by that stage's units one by one, each
 * finished part is entered at once, and its maps follow from those of the part before it by the units that flipped. Nothing but
 * the parts still waiting along the current path is held, so that memory does not grow with the count.
 */
export class Walk<G extends Geometry> {
  readonly geometry: G;
  readonly propagator: Propagator;
  readonly lines: LineIds;
  private readonly pieces: Int32Array[];
  private readonly cut: Int32Array[];
  private readonly cutCount: number[];
  private readonly cells: number[];
  /** Which cell of stages 0 to s the walk is in: a new number for each. */
  private readonly serial: Float64Array;
  private lastSerial = 0;
  private readonly difference: Float64Array;
  private readonly width: number;
  // Parts waiting in the geometry, last first: their stage, the place in its list of cuts, and what is known of that unit.
  private readonly waitingStage: number[] = [];
  private readonly waitingPlace: number[] = [];
  private readonly waitingPiece: number[] = [];
  private readonly lastStage: number;
  private startTime = 0;
  private nextCheck = 0;
  private steps = 0;
  private stoppedBy: CountResult['stoppedBy'] = null;

  constructor(
    private readonly program: Program,
    slice: Slice,
    makeGeometry: (exactSign: ExactSign) => G,
    makePropagator: () => Propagator,
    private readonly options: WalkOptions,
  ) {
    const units = program.stages.map((step) => program.sizes[step.output]);
    this.lines = new LineIds(program);
    this.pieces = units.map((count) => new Int32Array(count));
    this.cut = units.map((count) => new Int32Array(count));
    this.cutCount = units.map(() => 0);
    this.cells = units.map(() => 0);
    this.serial = new Float64Array(units.length);
    this.lastStage = units.length - 1;
    this.width = slice.dimension + 1;
    this.difference = new Float64Array(this.width);
    let exact: ExactLines | null = null;
    this.geometry = makeGeometry((id, through) => {
      exact ??= new ExactLines(program, slice, this.lines, this.pieces, this.serial);
      return exact.signAt(id, through);
    });
    this.propagator = makePropagator();
  }

  /** Errors: RangeError when the network's numbers overflow on the domain. */
  run(): WalkResult {
    this.startTime = performance.now();
    this.nextCheck = this.startTime + CHECK_EVERY_MS;
    this.geometry.reset();
    if (this.lastStage < 0) {
      this.options.visit?.();
      return { stoppedBy: null, cells: [] };
    }
    this.classify(0);
    let stage = 0;
    let place = 0;
    for (;;) {
      if (++this.steps >= STEPS_BETWEEN_CLOCKS && this.mustStop()) break;
      const whole = this.cutFrom(stage, place);
      if (whole) {
        this.cells[stage]++;
        if (stage < this.lastStage) {
          this.advance(stage++);
          place = 0;
          if (!this.countedAtOnce(stage)) continue;
        } else if (this.options.visit) {
          this.propagator.advance(stage, this.pieces[stage], this.parentOf(stage));
          this.options.visit();
        }
      }
      const next = this.waitingStage.pop();
      if (next === undefined) break;
      stage = next;
      place = this.resume(stage);
    }
    return { stoppedBy: this.stoppedBy, cells: this.cells };
  }

  private parentOf(stage: number): number {
    return stage === 0 ? 0 : this.serial[stage - 1];
  }

  private advance(stage: number): void {
    this.propagator.advance(stage, this.pieces[stage], this.parentOf(stage));
    this.serial[stage] = ++this.lastSerial;
    this.classify(stage + 1);
  }

  private tolerance(stage: number): number {
    return RELATIVE_ERROR * this.propagator.scale(stage);
  }

  /** Finds what the stage's units do on the cell: one piece, or a cut. */
  private classify(stage: number): void {
    const step = this.program.stages[stage];
    const rows = this.propagator.rows(stage);
    const tolerance = this.tolerance(stage);
    if (!Number.isFinite(tolerance)) throw new RangeError('the numbers in the network overflow on this domain');
    if (step.kind === 'units') {
      const id = this.lines.ofBreakpoint(stage, 0, 0);
      const margin = tolerance + RELATIVE_ERROR * Math.max(...step.breakpoints.map(Math.abs));
      this.cutCount[stage] = this.geometry.classify(
        rows,
        step.breakpoints,
        margin,
        id,
        this.pieces[stage],
        this.cut[stage],
      );
    } else this.cutCount[stage] = this.classifyMaxima(stage, step, rows);
  }

  private classifyMaxima(stage: number, step: MaxStep, rows: Float64Array): number {
    let count = 0;
    for (let g = 0; g + 1 < step.start.length; g++) {
      const candidates = this.candidates(step, g, rows);
      if (candidates.length === 1) this.pieces[stage][g] = candidates[0];
      else this.cut[stage][count++] = g;
    }
    return count;
  }

  /** Arguments of maximum `group`, by their place in it, that may be the greatest somewhere on the cell. */
  private candidates(step: MaxStep, group: number, rows: Float64Array): number[] {
    const { geometry, width } = this;
    const [from, to] = [step.start[group], step.start[group + 1]];
    let floor = -Infinity;
    const highs: number[] = [];
    for (let k = from; k < to; k++) {
      geometry.bounds(rows, step.members[k] * width);
      floor = Math.max(floor, geometry.low);
      highs.push(geometry.high);
    }
    const slack = RELATIVE_ERROR * Math.abs(floor);
    return highs.flatMap((high, k) => (high >= floor - slack ? [k] : []));
  }

  /** Cuts by the units from `place` on; false when the cell fell into parts that all wait. */
  private cutFrom(stage: number, place: number): boolean {
    const step = this.program.stages[stage];
    const rows = this.propagator.rows(stage);
    const tolerance = this.tolerance(stage);
    const count = this.cutCount[stage];
    for (let at = place; at < count; at++) {
      if (step.kind === 'max') {
        if (!this.cutByMaximum(stage, step, at, rows, 2 * tolerance)) return false;
      } else if (step.breakpoints.length === 1) this.cutByBreakpoint(stage, step.breakpoints[0], at, rows, tolerance);
      else this.cutByBreakpoints(stage, step, at, 0, rows, tolerance);
    }
    return true;
  }

  private wait(stage: number, place: number, piece: number): void {
    this.waitingStage.push(stage);
    this.waitingPlace.push(place);
    this.waitingPiece.push(piece);
  }

  /** Takes up the part that waits last (its stage is known already); returns the place to go on from. */
  private resume(stage: number): number {
    this.geometry.next();
    const place = this.waitingPlace.pop() ?? 0;
    const piece = this.waitingPiece.pop() ?? 0;
    if (piece >= 0) this.pieces[stage][this.cut[stage][place]] = piece;
    else {
      // Above breakpoint -1 - piece; the next ones are still to be looked at.
      const step = this.program.stages[stage] as UnitStep;
      this.cutByBreakpoints(stage, step, place, -piece, this.propagator.rows(stage), this.tolerance(stage));
    }
    return place + 1;
  }

  private cutByBreakpoint(
    stage: number,
    breakpoint: number,
    place: number,
    rows: Float64Array,
    tolerance: number,
  ): void {
    const unit = this.cut[stage][place];
    const id = this.lines.ofBreakpoint(stage, unit, 0);
    const margin = tolerance + RELATIVE_ERROR * Math.abs(breakpoint);
    const found = this.geometry.side(rows, unit * this.width, breakpoint, margin, id);
    const pieces = this.pieces[stage];
    if (found === BOTH) {
      // First the side where the unit stays as it was: that leaves fewer updates to do.
      const piece = pieces[unit];
      this.geometry.split(piece === 1);
      this.wait(stage, place, 1 - piece);
    } else pieces[unit] = found & POSITIVE;
  }

  /** Looks at breakpoints `from` and up, the ones below being passed. */
  private cutByBreakpoints(
    stage: number,
    step: UnitStep,
    place: number,
    from: number,
    rows: Float64Array,
    tolerance: number,
  ): void {
    const unit = this.cut[stage][place];
    for (let b = from; b < step.breakpoints.length; b++) {
      const breakpoint = step.breakpoints[b];
      const margin = tolerance + RELATIVE_ERROR * Math.abs(breakpoint);
      const id = this.lines.ofBreakpoint(stage, unit, b);
      const found = this.geometry.side(rows, unit * this.width, breakpoint, margin, id);
      if (found === POSITIVE) continue;
      if (found === BOTH) {
        this.geometry.split(false);
        this.wait(stage, place, -1 - b);
      }
      this.pieces[stage][unit] = b;
      return;
    }
    this.pieces[stage][unit] = step.breakpoints.length;
  }

  /** Puts the part of each greatest argument aside; true when one is the greatest on the whole cell, which then stays. */
  private cutByMaximum(stage: number, step: MaxStep, place: number, rows: Float64Array, tolerance: number): boolean {
    const group = this.cut[stage][place];
    const candidates = this.candidates(step, group, rows);
    const member = (k: number) => step.members[step.start[group] + k];
    for (const k of candidates) {
      const outcome = this.clipToGreatest(stage, member(k), candidates.map(member), rows, tolerance);
      if (outcome === 'whole') {
        this.pieces[stage][group] = k;
        return true;
      }
      if (outcome === 'part') {
        this.geometry.exchange();
        this.wait(stage, place, k);
      }
    }
    return false;
  }

  /** Clips a copy of the cell to where `first` is the greatest; of equal ones the first in the list is meant. */
  private clipToGreatest(
    stage: number,
    first: number,
    members: readonly number[],
    rows: Float64Array,
    tolerance: number,
  ): 'none' | 'part' | 'whole' {
    const { width, difference, geometry } = this;
    let clipped = false;
    let isLater = false;
    for (const second of members) {
      if (second === first) {
        isLater = true;
        continue;
      }
      for (let k = 0; k < width; k++) difference[k] = rows[first * width + k] - rows[second * width + k];
      const found = geometry.side(difference, 0, 0, tolerance, this.lines.ofPair(stage, first, second));
      if (found === NEGATIVE || (found === 0 && !isLater)) {
        if (clipped) geometry.next();
        return 'none';
      }
      if (found === BOTH) {
        if (!clipped) geometry.keep();
        clipped = true;
        geometry.clip();
      }
    }
    return clipped ? 'part' : 'whole';
  }

  /** At the last stage only the number of parts matters; true when the geometry can tell it without cutting. */
  private countedAtOnce(stage: number): boolean {
    const step = this.program.stages[stage];
    if (stage < this.lastStage || this.options.visit || step.kind !== 'units' || step.breakpoints.length > 1)
      return false;
    const [breakpoint] = step.breakpoints;
    const margin = this.tolerance(stage) + RELATIVE_ERROR * Math.abs(breakpoint);
    const parts = this.geometry.countParts(
      this.propagator.rows(stage),
      breakpoint,
      margin,
      this.cut[stage],
      this.cutCount[stage],
    );
    this.cells[stage] += parts;
    return parts > 0;
  }

  private mustStop(): boolean {
    this.steps = 0;
    const { limits, hooks } = this.options;
    const regions = this.cells[this.lastStage];
    if (limits.regions !== undefined && regions >= limits.regions) this.stoppedBy = 'regions';
    const now = performance.now();
    if (now < this.nextCheck) return this.stoppedBy !== null;
    this.nextCheck = now + CHECK_EVERY_MS;
    if (hooks?.stopped?.()) this.stoppedBy = 'request';
    else if (limits.seconds !== undefined && now - this.startTime > limits.seconds * 1000) this.stoppedBy = 'seconds';
    hooks?.progress?.({ regions, fraction: Math.min(1, Math.max(0, 1 - this.geometry.remaining())) });
    return this.stoppedBy !== null;
  }
}
