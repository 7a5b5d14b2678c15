import type { Box } from '../geometry/geometry.ts';
import { grown, type AffineStep, type Program, type SparseMatrix, type Step } from '../program/program.ts';
import { PartBounds } from './partBounds.ts';
import { Sensitivities } from './sensitivities.ts';
import type { Sizes } from './sizes.ts';

/** A part with more unstable units than this is left to be cut first. */
const MAX_UNSTABLE = 128;

/** What a local network takes from the propagation through the whole one. */
export interface WholeNetwork {
  readonly program: Program;
  readonly tensors: readonly Float64Array[];
  readonly sizes: Sizes;
  /** The steps behind each stage, the first of them the stage's own. */
  readonly groups: readonly (readonly Step[])[];
  columnsOf(step: AffineStep): readonly SparseMatrix[];
  advance(stage: number, pattern: Int32Array): void;
}

/** What is known of a part of the plane in which a local network is to begin. */
export interface LocalPart {
  readonly box: Box;
  readonly patterns: readonly Int32Array[];
  /** How far the pre-activations of a stage may be off by rounding. */
  tolerance(stage: number): number;
}

/**
 * The network inside a small part of the plane, where nearly all units keep their piece. It is made of the unstable
 * units alone: the map of each is what it is while all keep the piece that they have at first, plus a multiple of what
 * each unstable unit before it puts out beyond that. In the part's cells nothing else needs to be computed.
 */
export class LocalNetwork {
  /** The stage of units that cut the part, and the last one with an unstable unit. */
  stage = -1;
  last = -1;
  readonly bounds: PartBounds;
  private readonly sensitivities: Sensitivities;
  /** By stage: maps of its source tensor, right in the rows that its unstable units read. */
  private readonly maps: readonly Float64Array[];
  /** By stage, at the place of each unstable unit: its number. Numbers ascend by stage. */
  private readonly numbers: readonly Int32Array[];
  private readonly firstNumber: Int32Array;
  /** By number: the piece on which the unit is at first, what it puts out beyond that, and the size of that. */
  private readonly pieces = new Int32Array(MAX_UNSTABLE);
  private readonly beyond = new Float64Array(3 * MAX_UNSTABLE);
  private readonly isBeyond = new Uint8Array(MAX_UNSTABLE);
  private readonly beyondSize = new Float64Array(MAX_UNSTABLE);
  /** By stage: where its rows end in the lists of all. */
  private readonly rowEnds: Int32Array;
  private rowCount = 0;
  /** Each row that unstable units read: its place in the source tensor, and its map at first. */
  private rows = new Int32Array(64);
  private first = new Float64Array(192);
  /** Where the sensitivities of each row end, and they themselves. */
  private entryEnds = new Int32Array(64);
  private entryUnits = new Int32Array(256);
  private entryValues = new Float64Array(256);
  private readonly isRead: readonly Uint8Array[];
  /** The places of the stages among the steps. */
  private readonly places: readonly number[];

  constructor(private readonly whole: WholeNetwork) {
    const { program } = whole;
    const { stages, sizes } = program;
    this.bounds = new PartBounds(program);
    this.sensitivities = new Sensitivities(program, this.bounds, (step) => whole.columnsOf(step));
    this.maps = stages.map(({ source }) => new Float64Array(3 * sizes[source]));
    this.numbers = stages.map(({ output }) => new Int32Array(sizes[output]));
    this.firstNumber = new Int32Array(stages.length + 1);
    this.rowEnds = new Int32Array(stages.length);
    this.places = stages.map((step) => program.steps.indexOf(step));
    this.isRead = stages.map(({ source }) => new Uint8Array(sizes[source]));
  }

  /** How many units are unstable. */
  get count(): number {
    return this.firstNumber[this.firstNumber.length - 1];
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
    const { patterns, box } = part;
    const { stages } = whole.program;
    const step = stages[stage];
    bounds.clear();
    if (open.length > 0) {
      if (step.kind === 'max' || open.length > MAX_UNSTABLE) return false;
      bounds.open(stage, step, whole.tensors[step.source], patterns[stage], box, open);
    }
    let count = open.length;
    this.last = stage;
    for (let next = stage + 1; next < stages.length; next++) {
      whole.advance(next - 1, patterns[next - 1]);
      for (const affine of whole.groups[next]) {
        if (affine.kind === 'affine') bounds.pass(affine, whole.columnsOf(affine));
      }
      this.classify(next, part);
      if (bounds.counts[next] > 0) this.last = next;
      count += bounds.counts[next];
      if (count > MAX_UNSTABLE) return false;
    }
    this.stage = stage;
    this.number(patterns);
    this.link(patterns);
    return true;
  }

  private classify(stage: number, { patterns, box, tolerance }: LocalPart): void {
    const { bounds, whole } = this;
    const step = whole.program.stages[stage];
    const rows = whole.tensors[step.source];
    const error = tolerance(stage);
    if (step.kind === 'max') bounds.maxima(stage, step, rows, patterns, box, error);
    else bounds.units(stage, step, rows, patterns[stage], box, error);
  }

  /** Numbers the unstable units. */
  private number(patterns: readonly Int32Array[]): void {
    const { counts, unstable } = this.bounds;
    let number = 0;
    for (let stage = 0; stage < counts.length; stage++) {
      this.firstNumber[stage] = number;
      for (let k = 0; k < counts[stage]; k++, number++) {
        const unit = unstable[stage][k];
        this.numbers[stage][unit] = number;
        this.pieces[number] = patterns[stage][unit];
      }
    }
    this.firstNumber[counts.length] = number;
    this.isBeyond.fill(0, 0, number);
  }

  /** Finds what each row that an unstable unit reads is made of. */
  private link(patterns: readonly Int32Array[]): void {
    this.rowCount = 0;
    for (let stage = this.stage + 1; stage <= this.last; stage++) {
      const start = this.rowCount;
      this.listRows(stage);
      for (let k = start; k < this.rowCount; k++) this.linkRow(stage, k, patterns);
      this.rowEnds[stage] = this.rowCount;
      for (let k = start; k < this.rowCount; k++) this.isRead[stage][this.rows[k]] = 0;
    }
  }

  private listRows(stage: number): void {
    const { unstable, counts, candidates, firstCandidate, lastCandidate } = this.bounds;
    const step = this.whole.program.stages[stage];
    for (let k = 0; k < counts[stage]; k++) {
      const unit = unstable[stage][k];
      if (step.kind === 'units') this.listRow(stage, unit);
      else {
        for (let c = firstCandidate[stage][unit]; c < lastCandidate[stage][unit]; c++) {
          this.listRow(stage, step.members[step.start[unit] + candidates[c]]);
        }
      }
    }
  }

  private listRow(stage: number, row: number): void {
    if (this.isRead[stage][row] === 1) return;
    this.isRead[stage][row] = 1;
    if (this.rowCount === this.rows.length) {
      this.rows = grown(this.rows);
      this.entryEnds = grown(this.entryEnds);
      this.first = grown(this.first);
    }
    this.rows[this.rowCount++] = row;
  }

  private linkRow(stage: number, k: number, patterns: readonly Int32Array[]): void {
    const { sensitivities, first } = this;
    const tensor = this.whole.program.stages[stage].source;
    const from = this.whole.tensors[tensor];
    const row = this.rows[k];
    for (let j = 0; j < 3; j++) first[3 * k + j] = from[3 * row + j];
    sensitivities.start(tensor, row, 1);
    sensitivities.find(this.places[stage] - 1, this.places[this.stage], this.numbers, patterns);
    const { units, values } = sensitivities;
    let end = k === 0 ? 0 : this.entryEnds[k - 1];
    while (this.entryUnits.length < end + units.length) {
      this.entryUnits = grown(this.entryUnits);
      this.entryValues = grown(this.entryValues);
    }
    for (let e = 0; e < units.length; e++, end++) {
      this.entryUnits[end] = units[e];
      this.entryValues[end] = values[e];
    }
    this.entryEnds[k] = end;
  }

  /** Enters a cell: stage `stage` has this pattern now, earlier ones are unchanged. */
  advance(stage: number, pattern: Int32Array): void {
    if (stage >= this.last) return;
    this.putOut(stage, pattern);
    const next = stage + 1;
    const maps = this.maps[next];
    const { rows, first, entryEnds, entryUnits, entryValues, beyond, isBeyond, beyondSize } = this;
    let most = 0;
    const start = next === this.stage + 1 ? 0 : this.rowEnds[stage];
    for (let k = start; k < this.rowEnds[next]; k++) {
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
      if (!(size <= most)) most = size;
      const at = 3 * rows[k];
      maps[at] = a;
      maps[at + 1] = b;
      maps[at + 2] = c;
    }
    this.whole.sizes.enlarge(this.whole.program.stages[next].source, most);
  }

  /** What the unstable units of a stage put out beyond their first pieces, on those of a cell. */
  private putOut(stage: number, pattern: Int32Array): void {
    const { bounds, whole, firstNumber, pieces, beyond, isBeyond } = this;
    const step = whole.program.stages[stage];
    const maps = stage === this.stage ? whole.tensors[step.source] : this.maps[stage];
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
