import type { Box } from '../geometry/geometry.ts';
import { grown, type AffineStep, type MaxStep, type Program, type Step } from '../program/program.ts';
import type { Columns } from './affineUpdate.ts';
import { LocalNarrowing, type NarrowedNetwork } from './localNarrowing.ts';
import { PartBounds, type MaximaPart } from './partBounds.ts';
import { Sensitivities } from './sensitivities.ts';
import type { Sizes } from './sizes.ts';

/** A part with more unstable units than this is left to be cut first. */
const MAX_UNSTABLE = 160;
/** And one in which more weights than this would be looked at to find what units depend on. */
const MAX_WORK = 1 << 20;

/** What a local network takes from the propagation through the whole one. */
export interface WholeNetwork {
  readonly program: Program;
  readonly tensors: readonly Float64Array[];
  readonly sizes: Sizes;
  /** The steps behind each stage, the first of them the stage's own. */
  readonly groups: readonly (readonly Step[])[];
  /** The tensor of the mixed output, if it is followed. */
  readonly mixed: number | null;
  columnsOf(step: AffineStep): readonly Columns[];
  advance(stage: number, pattern: Int32Array): void;
}

/** What is known of a part of the plane in which a local network is to begin. */
export interface LocalPart {
  readonly box: Box;
  /** Least and greatest value of a function on the part, but for its own error. */
  readonly span: (row: Float64Array) => { readonly low: number; readonly high: number };
  readonly patterns: readonly Int32Array[];
  /** How far the pre-activations of a stage may be off by rounding. */
  readonly tolerance: (stage: number) => number;
  /** The maps of what a stage reads are other ones than before. */
  readonly renew: (stage: number) => void;
  /** Decided exactly: whether an argument of a stage of maxima is nowhere greater than another one. */
  readonly isNowhereGreater: (stage: number, member: number, other: number) => boolean;
}

/**
 * The network inside a small part of the plane, where nearly all units keep their piece. It is made of the unstable
 * units alone: the map of each is what it is while all keep the piece that they have at first, plus a multiple of what
 * each unstable unit before it puts out beyond that. In the part's cells nothing else needs to be computed.
 */
export class LocalNetwork implements NarrowedNetwork {
  /** The walk is in a part in which it began. */
  isOn = false;
  /** The stage of units that cut the part, and the last one with an unstable unit. */
  stage = -1;
  last = -1;
  /** How many units are unstable. */
  count = 0;
  readonly bounds: PartBounds;
  readonly narrowing: LocalNarrowing;
  private readonly sensitivities: Sensitivities;
  /** By stage: maps of its source tensor, right in the rows that its unstable units read. */
  private readonly maps: readonly Float64Array[];
  /** By stage, at the place of each unstable unit: its number. Numbers ascend by stage. */
  readonly numbers: readonly Int32Array[];
  private readonly firstNumber: Int32Array;
  /** By number: the piece on which the unit is at first, what it puts out beyond that, and the size of that. */
  readonly pieces = new Int32Array(MAX_UNSTABLE);
  private readonly beyond = new Float64Array(3 * MAX_UNSTABLE);
  private readonly isBeyond = new Uint8Array(MAX_UNSTABLE);
  private readonly mostBeyond = new Float64Array(MAX_UNSTABLE);
  private readonly beyondSize = new Float64Array(MAX_UNSTABLE);
  /** By stage: where its rows end in the lists of all. */
  private readonly rowEnds: Int32Array;
  private rowCount = 0;
  /** Each row that unstable units read: its place in the source tensor, and its map at first. */
  rows = new Int32Array(64);
  private first = new Float64Array(192);
  /** Where the sensitivities of each row end, and they themselves. */
  private entryEnds = new Int32Array(64);
  private entryUnits = new Int32Array(256);
  private entryValues = new Float64Array(256);
  private readonly isLinked: readonly Uint8Array[];
  /** The mixed output: which row it is, its map in the current cell, and its derivatives by unstable units. */
  private mixedRow = 0;
  private readonly mixedMap = new Float64Array(3);
  private readonly mixedDerivatives = new Float64Array(MAX_UNSTABLE);
  /** The places of the stages among the steps. */
  private readonly places: readonly number[];

  constructor(private readonly whole: WholeNetwork) {
    const { program } = whole;
    const { stages, sizes } = program;
    this.bounds = new PartBounds(program);
    this.narrowing = new LocalNarrowing(this, MAX_UNSTABLE);
    this.sensitivities = new Sensitivities(program, this.bounds, (step) => whole.columnsOf(step), MAX_UNSTABLE);
    this.maps = stages.map(({ source }) => new Float64Array(3 * sizes[source]));
    this.numbers = stages.map(({ output }) => new Int32Array(sizes[output]));
    this.firstNumber = new Int32Array(stages.length + 1);
    this.rowEnds = new Int32Array(stages.length);
    this.places = stages.map((step) => program.steps.indexOf(step));
    this.isLinked = stages.map(({ source }) => new Uint8Array(sizes[source]));
  }

  /** Maps of the source tensor of a stage behind the part's own: right for its unstable units alone. */
  preActivations(stage: number): Float64Array {
    return this.maps[stage];
  }

  /**
   * Begins in a part that the units `open` of stage `stage` cut, while all have the pieces in `patterns`; gives all
   * units of later stages a piece that is right for those that are stable. False where too many are unstable.
   */
  begin(stage: number, open: Int32Array, part: LocalPart): boolean {
    const { bounds, whole } = this;
    const { patterns } = part;
    const { stages } = whole.program;
    bounds.clear();
    if (open.length > MAX_UNSTABLE) return false;
    if (open.length > 0) this.open(stage, open, part);
    this.stage = this.last = stage;
    this.rowCount = this.count = this.sensitivities.work = 0;
    this.number(stage, patterns[stage]);
    for (let next = stage + 1; next < stages.length; next++) {
      whole.advance(next - 1, patterns[next - 1]);
      part.renew(next);
      for (const affine of whole.groups[next]) {
        if (affine.kind === 'affine') bounds.pass(affine, whole.columnsOf(affine));
      }
      if (!this.classify(next, part)) return false;
      if (bounds.counts[next] > 0) this.last = next;
      this.number(next, patterns[next]);
    }
    if (whole.mixed !== null) this.linkMixed(whole.mixed, patterns);
    return true;
  }

  private open(stage: number, open: Int32Array, part: LocalPart): void {
    const { bounds, whole } = this;
    const { patterns, box } = part;
    const step = whole.program.stages[stage];
    const rows = whole.tensors[step.source];
    if (step.kind === 'units') return bounds.open(stage, step, rows, patterns[stage], box, open);
    const maxima = this.maximaPart(stage, rows, part);
    for (const group of open) bounds.maximum(stage, step, group, maxima);
  }

  private maximaPart(stage: number, rows: Float64Array, part: LocalPart): MaximaPart {
    const isNowhereGreater = (member: number, other: number) => part.isNowhereGreater(stage, member, other);
    return { ...part, rows, tolerance: part.tolerance(stage), isNowhereGreater };
  }

  private linkMixed(tensor: number, patterns: readonly Int32Array[]): void {
    const { bounds, whole, entryEnds, mixedDerivatives } = this;
    const last = patterns.length - 1;
    whole.advance(last, patterns[last]);
    for (const step of whole.groups[last + 1]) {
      if (step.kind === 'affine') bounds.pass(step, whole.columnsOf(step));
    }
    this.link(tensor, whole.program.steps.length, 0, patterns);
    this.mixedRow = this.rowCount++;
    mixedDerivatives.fill(0);
    for (let e = this.mixedRow === 0 ? 0 : entryEnds[this.mixedRow - 1]; e < entryEnds[this.mixedRow]; e++) {
      mixedDerivatives[this.entryUnits[e]] = this.entryValues[e];
    }
  }

  /** Finds the unstable units of a stage, and what each row that they read is made of. False if that takes too long. */
  private classify(stage: number, part: LocalPart): boolean {
    const { bounds, whole } = this;
    const { patterns, box, span } = part;
    const step = whole.program.stages[stage];
    const rows = whole.tensors[step.source];
    if (step.kind === 'max') {
      const maxima = this.maximaPart(stage, rows, part);
      bounds.maxima(stage, step, maxima);
      if (this.count + bounds.counts[stage] > MAX_UNSTABLE) return false;
      this.linkArguments(stage, step, patterns);
    } else {
      const units = { rows, pattern: patterns[stage], box, span, tolerance: part.tolerance(stage) };
      const isFew = () => this.sensitivities.work < MAX_WORK && this.count + bounds.counts[stage] < MAX_UNSTABLE;
      const link = (unit: number, enough: number) => (isFew() ? this.linkSource(stage, unit, patterns, enough) : NaN);
      if (!bounds.units(stage, step, units, link, () => this.rowCount++)) return false;
    }
    this.rowEnds[stage] = this.rowCount;
    return true;
  }

  /** Numbers the unstable units of a stage. */
  private number(stage: number, pattern: Int32Array): void {
    const { counts, unstable, beyond } = this.bounds;
    this.firstNumber[stage] = this.count;
    for (let k = 0; k < counts[stage]; k++) {
      const unit = unstable[stage][k];
      const number = this.count++;
      this.numbers[stage][unit] = number;
      this.pieces[number] = pattern[unit];
      this.mostBeyond[number] = beyond[stage][k];
      this.isBeyond[number] = 0;
    }
    this.firstNumber[stage + 1] = this.count;
  }

  private linkArguments(stage: number, step: MaxStep, patterns: readonly Int32Array[]): void {
    const { unstable, counts, candidates, firstCandidate, lastCandidate } = this.bounds;
    const start = this.rowCount;
    const isLinked = this.isLinked[stage];
    for (let k = 0; k < counts[stage]; k++) {
      const group = unstable[stage][k];
      for (let c = firstCandidate[stage][group]; c < lastCandidate[stage][group]; c++) {
        const row = step.members[step.start[group] + candidates[c]];
        if (isLinked[row] === 1) continue;
        isLinked[row] = 1;
        this.linkSource(stage, row, patterns);
        this.rowCount++;
      }
    }
    for (let k = start; k < this.rowCount; k++) isLinked[this.rows[k]] = 0;
  }

  private linkSource(stage: number, row: number, patterns: readonly Int32Array[], enough = 0): number {
    return this.link(this.whole.program.stages[stage].source, this.places[stage], row, patterns, enough);
  }

  /**
   * Writes behind the last row what row `row` of a tensor is made of, which a step before that at `place` puts out;
   * returns how far it may be from its map. Where that is less than `enough`, what it is made of is not needed.
   */
  private link(tensor: number, place: number, row: number, patterns: readonly Int32Array[], enough = 0): number {
    const { sensitivities, mostBeyond, rowCount: k } = this;
    sensitivities.start(tensor, row, 1);
    const most = sensitivities.find(place - 1, this.places[this.stage], this.numbers, patterns, mostBeyond, enough);
    if (most < enough) return most;
    const { units, values, count } = sensitivities;
    let end = k === 0 ? 0 : this.entryEnds[k - 1];
    this.reserve(k, end + count);
    const from = this.whole.tensors[tensor];
    for (let j = 0; j < 3; j++) this.first[3 * k + j] = from[3 * row + j];
    this.rows[k] = row;
    for (let e = 0; e < count; e++, end++) {
      this.entryUnits[end] = units[e];
      this.entryValues[end] = values[e];
    }
    this.entryEnds[k] = end;
    return most;
  }

  private reserve(row: number, entries: number): void {
    if (row === this.rows.length) {
      this.rows = grown(this.rows);
      this.entryEnds = grown(this.entryEnds);
      this.first = grown(this.first);
    }
    while (this.entryUnits.length < entries) {
      this.entryUnits = grown(this.entryUnits);
      this.entryValues = grown(this.entryValues);
    }
  }

  /** Enters a cell: stage `stage` has this pattern now, earlier ones are unchanged. */
  advance(stage: number, pattern: Int32Array): void {
    if (this.narrowing.isOn) return this.narrowing.advance(stage, pattern);
    if (stage >= this.last) return;
    this.putOut(stage, pattern);
    this.findRows(stage + 1, this.firstRow(stage + 1), this.endRow(stage + 1));
  }

  /** See `NarrowedNetwork`. */
  findRows(stage: number, from: number, to: number, list?: Int32Array): void {
    const { rows } = this;
    const maps = this.maps[stage];
    let most = 0;
    for (let j = from; j < to; j++) {
      const k = list ? list[j] : j;
      const size = this.findRow(k, maps, 3 * rows[k]);
      if (!(size <= most)) most = size;
    }
    this.whole.sizes.enlarge(this.whole.program.stages[stage].source, most);
  }

  firstRow(stage: number): number {
    return stage === this.stage + 1 ? 0 : this.rowEnds[stage - 1];
  }

  endRow(stage: number): number {
    return this.rowEnds[stage];
  }

  mapsOf(stage: number): Float64Array {
    return stage === this.stage ? this.whole.tensors[this.program.stages[stage].source] : this.maps[stage];
  }

  deviationOf(row: number, deviations: Float64Array): number {
    const { entryEnds, entryUnits, entryValues } = this;
    let most = 0;
    for (let e = row === 0 ? 0 : entryEnds[row - 1]; e < entryEnds[row]; e++)
      most += Math.abs(entryValues[e]) * deviations[entryUnits[e]];
    return most;
  }

  /** How many units of later stages are unstable. */
  countBehind(stage: number): number {
    return this.count - this.firstNumber[stage + 1];
  }

  get program(): Program {
    return this.whole.program;
  }

  get isMixed(): boolean {
    return this.whole.mixed !== null;
  }

  /**
   * The map of the mixed output in a cell of the stage before the last one with unstable units, which have these
   * pieces.
   */
  findMixed(pattern: Int32Array): Float64Array {
    const { whole, mixedMap } = this;
    this.putOut(this.last, pattern);
    whole.sizes.enlarge(whole.mixed!, this.findRow(this.mixedRow, mixedMap, 0));
    return mixedMap;
  }

  /** The derivative of the mixed output by what an unstable unit of that stage puts out. */
  mixedDerivative(unit: number): number {
    return this.mixedDerivatives[this.numbers[this.last][unit]];
  }

  /** Writes the map of a row in the current cell; returns the size of all that it is made of. */
  private findRow(k: number, maps: Float64Array, at: number): number {
    const { first, entryEnds, entryUnits, entryValues, beyond, isBeyond, beyondSize } = this;
    let [a, b, c] = [first[3 * k], first[3 * k + 1], first[3 * k + 2]];
    let size = Math.abs(a) + Math.abs(b) + Math.abs(c);
    for (let e = k === 0 ? 0 : entryEnds[k - 1]; e < entryEnds[k]; e++) {
      const unit = entryUnits[e];
      if (isBeyond[unit] === 0) continue;
      const value = entryValues[e];
      a += value * beyond[3 * unit];
      b += value * beyond[3 * unit + 1];
      c += value * beyond[3 * unit + 2];
      size += Math.abs(value) * beyondSize[unit];
    }
    maps[at] = a;
    maps[at + 1] = b;
    maps[at + 2] = c;
    return size;
  }

  /** What the unstable units of a stage put out beyond their first pieces, on those of a cell. */
  putOut(stage: number, pattern: Int32Array): void {
    const { bounds, firstNumber, pieces, beyond, isBeyond } = this;
    const step = this.program.stages[stage];
    const maps = this.mapsOf(stage);
    const units = bounds.unstable[stage];
    for (let number = firstNumber[stage], k = 0; number < firstNumber[stage + 1]; number++, k++) {
      const unit = units[k];
      const piece = pattern[unit];
      isBeyond[number] = Number(piece !== pieces[number]);
      if (piece === pieces[number]) continue;
      if (step.kind === 'max') {
        const now = 3 * step.members[step.start[unit] + piece];
        const then = 3 * step.members[step.start[unit] + pieces[number]];
        for (let j = 0; j < 3; j++) beyond[3 * number + j] = maps[now + j] - maps[then + j];
      } else {
        const place = unit * (step.breakpoints.length + 1);
        const turn = step.slopes[place + piece] - step.slopes[place + pieces[number]];
        for (let j = 0; j < 3; j++) beyond[3 * number + j] = turn * maps[3 * unit + j];
        beyond[3 * number + 2] += step.intercepts[place + piece] - step.intercepts[place + pieces[number]];
      }
      const at = 3 * number;
      this.beyondSize[number] = Math.abs(beyond[at]) + Math.abs(beyond[at + 1]) + Math.abs(beyond[at + 2]);
    }
  }
}
