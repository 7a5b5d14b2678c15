import { RELATIVE_ERROR, UNDERFLOW_ERROR } from '../geometry/geometry.ts';
import type { Slice } from '../geometry/slice.ts';
import { greatestSize } from '../exact/norm.ts';
import { LineIds } from '../exact/lineIds.ts';
import { entryCount, type AffineStep, type BendStep, type Program } from '../program/program.ts';
import { SameFunctions } from '../program/sameFunctions.ts';
import { Sizes } from '../propagation/sizes.ts';
import type { WorkShare } from '../walk/sharedCount.ts';
import { pointOf, stepsOf, type Knot, type Stretch } from './knots.ts';
import type { LineContext, StageInput } from './lineContext.ts';
import type { LineMachine } from './lineMachine.ts';
import type { LineMemory } from './lineMemory.ts';
import { isDense, LineTensor } from './lineTensor.ts';
import { MaxStage } from './maxStage.ts';
import type { LinePath, Scan } from './scan.ts';
import { Settlement, WalkStopped } from './settlement.ts';
import { greatestError, UnitStage } from './unitStage.ts';

/** Slopes are sums over the knots of a stretch, and lose more digits than those of one cell. */
const LINE_ERROR = 4 * RELATIVE_ERROR;
/** A stretch is divided where it has more than twice as many cells as this. */
const MAX_CELLS = 128;
const MIN_CELLS = 8;
/** Bytes for the columns of the widest tensor on one stretch. */
const COLUMN_BYTES = 1 << 24;

/**
 * A walk of more multiplications than this, about as many as a second has, is divided into as many pieces as help
 * several threads: of at least this many cells, for each piece costs two products more in every layer.
 */
const LONG_WORK = 2 ** 30;
const WANTED_PIECES = 64;
const PIECE_CELLS = 16;
/** At the ends of pieces their units are noted, with a bit for each: not more bits than this in all. */
const MAX_PIECES = 256;
const MIN_PIECES = 16;
const MAX_BITS = 2 ** 29;

interface LineHooks {
  /** True ends the walk. Called often. */
  stopped(): boolean;
  /** A piece of the line begins that is counted here. Pieces come in order. */
  piece?(index: number): void;
  /** A stage has bent a stretch. Stretches of a stage come in order. */
  bent?(stretch: Stretch, stage: number): void;
  /** A stretch is done: its outputs, where they were asked for. Stretches come in order. */
  visit?(stretch: Stretch, outputs: readonly LineTensor[]): void;
}

/** Tensors that are still to be read. */
type Live = Map<number, LineTensor>;

/**
 * Counts the cells of a line layer by layer (Sotoudeh and Thakur 2019): what the layers so far make of a stretch of the
 * line is affine between knots, so that a layer is one product for its value and slope at the start and one for the
 * change of slope at each knot; where a unit changes its sign between two knots is a new one. Stretches with many knots
 * are divided, and their parts go on one after another, so that memory stays bounded. The first division is into
 * pieces, which threads claim: they do not depend on how many threads there are, nor what is found in one on the rest.
 */
export class LineWalk {
  readonly settlement: Settlement;
  readonly lines: LineIds;
  /** Knots of each stage so far: on the whole line before it was divided, and in the pieces counted here. */
  readonly common: number[];
  readonly knots: number[];
  /** Stages before the line was divided, and into how many pieces; so far all of it is one. */
  commonStages = 0;
  pieces = 1;
  /** Share of the line that was done here. */
  done = 0;
  readonly memory: LineMemory;
  readonly scan: Scan;
  readonly sizes: Sizes;
  private readonly context: LineContext;
  private readonly lastUse: readonly number[];
  private readonly lastStep: number;
  private readonly maxCells: number;
  private lastId = 0;
  /** The tensor scanned last, with what was found. */
  private last: { readonly held: LineTensor; readonly path: LinePath; readonly size: number } | null = null;
  private stopped = false;
  private isCommon = true;
  private readonly entries: number;

  constructor(
    private readonly program: Program,
    private readonly slice: Slice,
    private readonly machine: LineMachine,
    private readonly hooks: LineHooks,
    private readonly share?: WorkShare,
  ) {
    const { sizes, steps, stages, outputs } = program;
    const widest = Math.max(...sizes);
    this.lines = new LineIds(program);
    const same = new SameFunctions(program, slice);
    this.settlement = new Settlement(program, slice, this.lines, same, () => this.look());
    this.memory = machine.memory;
    this.scan = machine.scan;
    this.sizes = new Sizes(sizes.length);
    this.common = stages.map(() => 0);
    this.knots = stages.map(() => 0);
    this.entries = steps.reduce((sum, step) => sum + entriesOf(step), 0);
    this.maxCells = Math.max(MIN_CELLS, Math.min(MAX_CELLS, Math.floor(COLUMN_BYTES / (8 * widest))));
    this.lastUse = sizes.map((_, tensor) =>
      hooks.visit && outputs.includes(tensor)
        ? Infinity
        : steps.reduce((last, step, i) => (sourcesOf(step).includes(tensor) ? i : last), -1),
    );
    const lastBend = steps.reduce((last, step, i) => (step.kind === 'affine' ? last : i), -1);
    this.lastStep = hooks.visit ? steps.length - 1 : lastBend;
    this.context = {
      memory: this.memory,
      scan: this.scan,
      lines: this.lines,
      settlement: this.settlement,
      isZero: (stage, entry) => machine.zeros[program.stages[stage].source][entry] === 1,
      areSame: (stage, a, b) => {
        const first = same.firstOf(program.stages[stage].source);
        return first[a] === first[b];
      },
      readsStates: stages.some(({ kind }) => kind === 'max'),
      nextId: () => ++this.lastId,
      count: (stage, knots) => ((this.isCommon ? this.common : this.knots)[stage] += knots),
    };
  }

  /**
   * To be called once; false when stopped, and then memory may not have been given back. Errors: RangeError when
   * numbers overflow, `LineMemoryFull`.
   */
  run(): boolean {
    const { memory, program, slice } = this;
    const input = new LineTensor(memory, program.inputSize);
    for (let i = 0; i < program.inputSize; i++) {
      memory.floats[input.slopes / 8 + i] = slice.rows[2 * i];
      memory.floats[input.values / 8 + i] = slice.rows[2 * i + 1];
    }
    input.startsAtZero = slice.rows.every((x, k) => k % 2 === 0 || x === 0);
    const start = this.end(0, -1);
    const stretch: Stretch = {
      start,
      end: this.end(1, -2),
      knots: [],
      pieces: program.stages.map(({ output }) => new Int32Array(program.sizes[output])),
      serials: program.stages.map(() => start.id),
      states: new Map(),
    };
    let size = 0;
    for (let i = 0; i < program.inputSize; i++)
      size = Math.max(size, Math.abs(slice.rows[2 * i]) + Math.abs(slice.rows[2 * i + 1]));
    this.sizes.first(0, size);
    try {
      this.go(stretch, new Map([[0, input]]), 0, 0);
    } catch (error) {
      if (!(error instanceof WalkStopped)) throw error;
    }
    return !this.stopped;
  }

  private end(x: number, line: number): Knot {
    return { id: ++this.lastId, x, error: 0, line, stage: -1, name: 0, flips: [] };
  }

  /** Takes the rest of the steps on a stretch; `live` is released. */
  private go(stretch: Stretch, live: Live, from: number, firstStage: number): void {
    const { program } = this;
    let stage = firstStage;
    for (let i = from; i <= this.lastStep; i++) {
      const step = program.steps[i];
      if (this.look()) break;
      if (step.kind === 'affine') {
        const sources = step.terms.map(({ source }) => live.get(source)!);
        const output = this.machine.products.run(
          step,
          sources,
          (tensor) => this.lastUse[tensor] <= i,
          () => this.look(),
        );
        live.set(step.output, output);
        if (this.stopped) break;
        if (!this.isScaledNext(i)) this.measure(stretch, i, step, output);
      } else {
        live.set(step.output, this.bend(stretch, stage, step, live.get(step.source)!, this.lastUse[step.source] <= i));
        if (this.isCounted) this.hooks.bent?.(stretch, stage);
        stage++;
        if (this.isCommon) this.commonStages = stage;
      }
      for (const [tensor, held] of live) {
        if (this.lastUse[tensor] > i) continue;
        held.release();
        live.delete(tensor);
      }
      if (step.kind !== 'affine' && i < this.lastStep && this.isTooLong(stretch)) {
        if (this.isCommon) this.divideIntoPieces(stretch, live, i + 1, stage);
        else this.divide(stretch, live, i + 1, stage);
        return;
      }
    }
    this.last = null;
    if (!this.stopped && this.isCounted) {
      if (this.isCommon) this.hooks.piece?.(0);
      this.hooks.visit?.(
        stretch,
        this.program.outputs.map((tensor) => live.get(tensor)!),
      );
      this.done += stretch.end.x - stretch.start.x;
    }
    for (const tensor of live.values()) tensor.release();
  }

  private look(): boolean {
    return (this.stopped ||= this.hooks.stopped());
  }

  /** What step `i` makes is read by the next one alone, which multiplies each number by its own. */
  private isScaledNext(i: number): boolean {
    const { output } = this.program.steps[i];
    const next = this.program.steps[i + 1];
    return (
      i < this.lastStep &&
      next.kind === 'affine' &&
      this.lastUse[output] === i + 1 &&
      next.terms.length === 1 &&
      next.terms[0].source === output &&
      this.machine.products.scaling(next) !== null
    );
  }

  /** Notes the size of what step `i` made, and of what it scaled where that was not scanned. */
  private measure(stretch: Stretch, i: number, step: AffineStep, held: LineTensor): void {
    const { size } = this.scanned(stretch, held);
    const before = i > 0 && this.isScaledNext(i - 1) ? this.program.steps[i - 1] : null;
    if (before?.kind === 'affine')
      this.note(before, this.scan.sizeBefore(held.size, step.bias, this.machine.products.scaling(step)!.factors));
    this.note(step, size);
  }

  private note(step: AffineStep, size: number): void {
    const sources = step.terms.map(({ source }) => source);
    this.sizes.combined(step.output, sources, this.machine.products.norms(step), size);
    if (!Number.isFinite(this.sizes.scale(step.output))) throw new RangeError(OVERFLOW);
  }

  /** Goes along the stretch with the numbers of a tensor, unless that was what was done last. */
  private scanned(stretch: Stretch, held: LineTensor): { readonly path: LinePath; readonly size: number } {
    if (this.last?.held !== held) {
      const path = this.scan.path(stretch, held);
      this.last = { held, path, size: this.scan.run(path, held) };
    }
    return this.last;
  }

  private bend(stretch: Stretch, stage: number, step: BendStep, source: LineTensor, isLast: boolean): LineTensor {
    const { sizes } = this;
    const { path, size } = this.scanned(stretch, source);
    this.last = null;
    const input: StageInput = {
      stretch,
      stage,
      source,
      steps: stepsOf(stretch),
      tolerance: this.toleranceIn(step),
      error: greatestError(stretch),
      isLast,
    };
    if (step.kind === 'max') {
      const tables = this.machine.tablesOf(step);
      sizes.bent(step.output, step.source, size, 1);
      return new MaxStage(this.context, input, step, path, tables, this.program.stages).run();
    }
    const slope = greatestSize(step.slopes);
    sizes.bent(step.output, step.source, slope * size + greatestSize(step.intercepts), slope);
    return new UnitStage(this.context, input, step).run();
  }

  /** How far differences of two values or slopes of these tensors may be off. Errors: RangeError when they overflow. */
  tolerance(tensors: readonly number[]): number {
    return toleranceOf(2 * Math.max(...tensors.map((tensor) => this.sizes.scale(tensor))));
  }

  /** How far values of what a step bends may be off, as differences from a breakpoint or from each other. */
  private toleranceIn(step: BendStep): number {
    if (step.kind === 'max') return this.tolerance([step.source]);
    const farthest = step.breakpoints.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    return toleranceOf(this.sizes.scale(step.source) + farthest);
  }

  /** What is common to all pieces is counted by one of those who share the count. */
  private get isCounted(): boolean {
    return !this.isCommon || this.share?.isLeader !== false;
  }

  private isTooLong(stretch: Stretch): boolean {
    const cells = stretch.knots.length + 1;
    return cells > 2 * this.maxCells || (this.isCommon && cells >= this.maxCells && this.isLongWork(cells));
  }

  private isLongWork(cells: number): boolean {
    return cells * this.entries > LONG_WORK;
  }

  /** Pieces are counted where they are claimed, as if each were the first one. */
  private divideIntoPieces(stretch: Stretch, live: Live, step: number, stage: number): void {
    const { hooks, share, sizes } = this;
    const cells = stretch.knots.length + 1;
    const fewest = Math.ceil(cells / this.maxCells);
    const wanted = this.isLongWork(cells) ? Math.min(WANTED_PIECES, Math.floor(cells / PIECE_CELLS)) : 1;
    const parts = Math.max(fewest, wanted);
    const units = this.program.stages.reduce((sum, { output }) => sum + this.program.sizes[output], 0);
    const pieces = Math.min(parts, MAX_PIECES, Math.max(MIN_PIECES, Math.floor(MAX_BITS / units)));
    const before = sizes.copy();
    let [last, isMine] = [-1, false];
    this.pieces = pieces;
    this.isCommon = false;
    this.divide(stretch, live, step, stage, parts, (part) => {
      const piece = Math.floor((part * pieces) / parts);
      if (piece === last) return isMine;
      last = piece;
      isMine = share?.claim(piece) ?? true;
      if (isMine) {
        sizes.set(before);
        hooks.piece?.(piece);
      }
      return isMine;
    });
  }

  /** Goes on with the parts of a stretch, one after another, but for those that are not to be entered. */
  private divide(
    stretch: Stretch,
    live: Live,
    step: number,
    stage: number,
    parts = Math.ceil((stretch.knots.length + 1) / this.maxCells),
    enter: (part: number) => boolean = () => true,
  ): void {
    const cells = stretch.knots.length + 1;
    // What tensors are where the next part starts.
    const cursors: Live = new Map();
    for (const [tensor, held] of live) cursors.set(tensor, this.copyOf(held, []));
    let cell = 0;
    for (let part = 0; part < parts && !this.stopped; part++) {
      const to = Math.round(((part + 1) * cells) / parts);
      const isEntered = enter(part);
      const own: Live = new Map();
      for (const [tensor, held] of live) {
        const cursor = cursors.get(tensor)!;
        if (isEntered) own.set(tensor, this.copyOf(cursor, stretch.knots.slice(cell, to - 1), held));
        if (to < cells) this.moveOn(cursor, held, pointOf(stretch, cell), stretch.knots.slice(cell, to));
      }
      if (isEntered) this.go(this.partOf(stretch, cell, to), own, step, stage);
      else this.look();
      cell = to;
    }
    for (const tensor of [...live.values(), ...cursors.values()]) tensor.release();
  }

  /** Cells `from` to `to` of a stretch. */
  private partOf(stretch: Stretch, from: number, to: number): Stretch {
    const pieces = stretch.pieces.map((pattern) => pattern.slice());
    const serials = [...stretch.serials];
    for (const { id, stage, flips } of stretch.knots.slice(0, from)) {
      for (let f = 0; f < flips.length; f += 3) pieces[flips[f]][flips[f + 1]] = flips[f + 2];
      for (let s = stage; s < serials.length; s++) serials[s] = id;
    }
    return {
      start: pointOf(stretch, from),
      end: pointOf(stretch, to),
      knots: stretch.knots.slice(from, to - 1),
      pieces,
      serials,
      states: new Map(stretch.states),
    };
  }

  /** The same values and slopes at the start, with the columns of these knots. */
  private copyOf(from: LineTensor, knots: readonly Knot[], columns = from): LineTensor {
    const { memory } = this;
    const copy = new LineTensor(memory, from.size);
    copy.startsAtZero = from.startsAtZero;
    memory.floats.copyWithin(copy.values / 8, from.values / 8, from.values / 8 + from.size);
    memory.floats.copyWithin(copy.slopes / 8, from.slopes / 8, from.slopes / 8 + from.size);
    for (const knot of knots) {
      const column = columns.columns.get(knot);
      if (column) copy.columns.set(knot, column);
    }
    return copy;
  }

  /** Moves a tensor's start from a knot to the last of those that follow. */
  private moveOn(cursor: LineTensor, held: LineTensor, start: Knot, knots: readonly Knot[]): void {
    const { kernel, floats } = this.memory;
    const { size, values, slopes } = cursor;
    const end = knots[knots.length - 1];
    kernel.addTimes(size, slopes, end.x - start.x, values);
    for (const knot of knots) {
      const column = held.columns.get(knot);
      if (!column) continue;
      if (isDense(column)) {
        kernel.addTimes(size, column.at, end.x - knot.x, values);
        kernel.addTimes(size, column.at, 1, slopes);
        continue;
      }
      column.places.forEach((place, k) => {
        floats[values / 8 + place] += column.changes[k] * (end.x - knot.x);
        floats[slopes / 8 + place] += column.changes[k];
      });
    }
    cursor.startsAtZero = false;
  }
}

function toleranceOf(scale: number): number {
  const tolerance = LINE_ERROR * scale;
  if (!Number.isFinite(tolerance)) throw new RangeError(OVERFLOW);
  return tolerance + 4 * UNDERFLOW_ERROR;
}

const OVERFLOW = 'the numbers in the network overflow on this domain';

function entriesOf(step: Program['steps'][number]): number {
  return step.kind === 'affine' ? step.terms.reduce((sum, { matrix }) => sum + entryCount(matrix), 0) : 0;
}

function sourcesOf(step: Program['steps'][number]): number[] {
  return step.kind === 'affine' ? step.terms.map(({ source }) => source) : [step.source];
}
