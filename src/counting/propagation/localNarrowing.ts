import type { Box } from '../geometry/geometry.ts';
import type { MaxStep, Program, UnitStep } from '../program/program.ts';
import { distanceFrom, LEAST, pieceAt, ROUNDING, type PartBounds } from './partBounds.ts';

/** What is narrowed: a local network. */
export interface NarrowedNetwork {
  readonly program: Program;
  readonly bounds: PartBounds;
  /** The last stage with an unstable unit, and how many units are unstable. */
  readonly last: number;
  readonly count: number;
  /** What comes behind the last stage is asked for as well. */
  readonly isMixed: boolean;
  /** By stage, at the place of each unstable unit: its number. */
  readonly numbers: readonly Int32Array[];
  /** By number: the piece on which the unit is at first. */
  readonly pieces: Int32Array;
  /** By number of a row: its place in what its stage reads. Those of a stage are listed from `firstRow` to `endRow`. */
  readonly rows: Int32Array;
  firstRow(stage: number): number;
  endRow(stage: number): number;
  /** Maps that a stage reads, right for its unstable units. */
  mapsOf(stage: number): Float64Array;
  putOut(stage: number, pattern: Int32Array): void;
  /** Writes the maps of the rows listed from `from` to `to`, or of those in `list` there, for a stage. */
  findRows(stage: number, from: number, to: number, list?: Int32Array): void;
  /** How far the map of a row may be from what it is now, if what unstable units put out may change by so much. */
  deviationOf(row: number, deviations: Float64Array): number;
}

/** Where a local network is narrowed. */
export interface NarrowedPart {
  readonly box: Box;
  readonly patterns: readonly Int32Array[];
  readonly tolerance: (stage: number) => number;
}

/**
 * A local network in a part of the part in which it began: bounds as in `PartBounds`, of its unstable units alone, show
 * that most of them are stable there. They are given their pieces once, and only rows that may change are kept right.
 */
export class LocalNarrowing {
  isOn = false;
  /** The stage of units that cut the part, and the last one that is looked at. */
  stage = -1;
  last = -1;
  /** By stage: units that are still unstable, the first `counts` of each. */
  readonly unstable: readonly Int32Array[];
  readonly counts: Int32Array;
  private readonly isUnstable: readonly Uint8Array[];
  /** By number of an unstable unit: by how much what it puts out beyond its first piece may change in the part. */
  private readonly deviations: Float64Array;
  /** By stage, at the place of each row that it reads: how far it may be from its map, and its number if it is one. */
  private readonly off: readonly Float64Array[];
  private readonly numberOf: readonly Int32Array[];
  /** By stage: the numbers of the rows to keep right. */
  private readonly kept: readonly Int32Array[];
  private readonly keptCounts: Int32Array;

  /** At most `most` units are unstable. */
  constructor(
    private readonly network: NarrowedNetwork,
    most: number,
  ) {
    const { stages, sizes } = network.program;
    this.unstable = stages.map(({ output }) => new Int32Array(Math.min(most, sizes[output])));
    this.counts = new Int32Array(stages.length);
    this.isUnstable = stages.map(({ output }) => new Uint8Array(sizes[output]));
    this.deviations = new Float64Array(most);
    this.off = stages.map(({ source }) => new Float64Array(sizes[source]));
    this.numberOf = stages.map(({ source }) => new Int32Array(sizes[source]));
    this.kept = stages.map(({ source }) => new Int32Array(sizes[source]));
    this.keptCounts = new Int32Array(stages.length);
  }

  /** Begins in a part that the units `open` of stage `stage` cut; gives stable units of later stages their pieces. */
  begin(stage: number, open: Int32Array, part: NarrowedPart): void {
    const { network, counts, deviations } = this;
    const { patterns } = part;
    this.clear();
    this.isOn = true;
    this.stage = this.last = stage;
    deviations.fill(0, 0, network.count);
    this.open(stage, open, part);
    network.putOut(stage, patterns[stage]);
    for (let next = stage + 1; next <= network.last; next++) {
      this.findRows(next);
      this.classify(next, part);
      if (counts[next] > 0 || network.isMixed) this.last = next;
      network.putOut(next, patterns[next]);
      this.keepRows(next, patterns[next]);
    }
  }

  /** Enters a cell: stage `stage` has this pattern now, earlier ones are unchanged. */
  advance(stage: number, pattern: Int32Array): void {
    if (stage >= this.last) return;
    const { network, kept, keptCounts } = this;
    network.putOut(stage, pattern);
    network.findRows(stage + 1, 0, keptCounts[stage + 1], kept[stage + 1]);
  }

  private clear(): void {
    const { unstable, counts, isUnstable } = this;
    for (let stage = 0; stage < counts.length; stage++) {
      for (let k = 0; k < counts[stage]; k++) isUnstable[stage][unstable[stage][k]] = 0;
      counts[stage] = 0;
    }
  }

  private add(stage: number, unit: number, deviation: number): void {
    this.isUnstable[stage][unit] = 1;
    this.unstable[stage][this.counts[stage]++] = unit;
    this.deviations[this.network.numbers[stage][unit]] = deviation + LEAST;
  }

  private open(stage: number, open: Int32Array, part: NarrowedPart): void {
    const step = this.network.program.stages[stage];
    // The maps of what this stage reads do not change.
    this.off[stage].fill(0);
    for (const unit of open) {
      if (step.kind === 'units') this.unit(stage, step, unit, part, Infinity);
      else this.maximum(stage, step, unit, part, Infinity);
    }
  }

  /** Maps of what a stage reads while all units have the pieces given, and how far they may be from those. */
  private findRows(stage: number): void {
    const { network, deviations } = this;
    const [off, numberOf] = [this.off[stage], this.numberOf[stage]];
    const [from, to] = [network.firstRow(stage), network.endRow(stage)];
    network.findRows(stage, from, to);
    for (let k = from; k < to; k++) {
      const row = network.rows[k];
      off[row] = network.deviationOf(k, deviations) * ROUNDING;
      numberOf[row] = k;
    }
  }

  private classify(stage: number, part: NarrowedPart): void {
    const { bounds, program } = this.network;
    const step = program.stages[stage];
    const units = bounds.unstable[stage];
    const tolerance = part.tolerance(stage);
    for (let k = 0; k < bounds.counts[stage]; k++) {
      if (step.kind === 'units') this.unit(stage, step, units[k], part, tolerance);
      else this.maximum(stage, step, units[k], part, tolerance);
    }
  }

  /** Gives a unit its piece at the center of the box; it is unstable unless the tolerance leaves that no doubt. */
  private unit(stage: number, step: UnitStep, unit: number, { box, patterns }: NarrowedPart, tolerance: number): void {
    const { network, deviations } = this;
    const { breakpoints, slopes } = step;
    const maps = network.mapsOf(stage);
    const [a, b] = [maps[3 * unit], maps[3 * unit + 1]];
    const value = a * box.centerX + b * box.centerY + maps[3 * unit + 2];
    const off = this.off[stage][unit];
    const reach = Math.abs(a) * box.reachX + Math.abs(b) * box.reachY + off;
    const piece = pieceAt(value, breakpoints);
    const distance = distanceFrom(value, breakpoints);
    patterns[stage][unit] = piece;
    const number = network.numbers[stage][unit];
    const first = unit * (breakpoints.length + 1);
    const moved = Math.abs(slopes[first + piece] - slopes[first + network.pieces[number]]) * off;
    if (distance > reach + tolerance) deviations[number] = moved;
    else this.add(stage, unit, network.bounds.turn(stage) * Math.max(0, reach - distance) + moved);
  }

  /** As `unit`, of the argument that is greatest at the center. */
  private maximum(stage: number, step: MaxStep, group: number, part: NarrowedPart, tolerance: number): void {
    const { network, deviations } = this;
    const { candidates, firstCandidate, lastCandidate, rectified } = network.bounds;
    const { box, patterns } = part;
    const { members, start } = step;
    const maps = network.mapsOf(stage);
    const off = this.off[stage];
    const before = rectified[stage];
    const [from, to] = [firstCandidate[stage][group], lastCandidate[stage][group]];
    const first = start[group];
    // Zero throughout the part.
    const isSilent = (row: number) => before >= 0 && patterns[before][row] === 0 && this.isUnstable[before][row] === 0;
    let leader = -1;
    let greatest = -Infinity;
    let isPositive = before < 0;
    for (let c = from; c < to; c++) {
      const row = members[first + candidates[c]];
      if (isSilent(row)) continue;
      isPositive ||= this.isUnstable[before][row] === 0;
      const value = maps[3 * row] * box.centerX + maps[3 * row + 1] * box.centerY + maps[3 * row + 2];
      if (leader >= 0 && !(value > greatest)) continue;
      leader = candidates[c];
      greatest = value;
    }
    const number = network.numbers[stage][group];
    const offAtFirst = off[members[first + network.pieces[number]]];
    if (leader < 0) {
      // Of arguments that are all zero the first is chosen.
      patterns[stage][group] = candidates[from];
      deviations[number] = off[members[first + candidates[from]]] + offAtFirst;
      if (tolerance === Infinity) this.add(stage, group, deviations[number]);
      return;
    }
    const best = members[first + leader];
    patterns[stage][group] = leader;
    let isStable = isPositive && tolerance < Infinity;
    let most = off[best];
    if (!isPositive) {
      const reach = Math.abs(maps[3 * best]) * box.reachX + Math.abs(maps[3 * best + 1]) * box.reachY;
      most = Math.max(most, reach - greatest);
    }
    for (let c = from; c < to; c++) {
      const row = members[first + candidates[c]];
      if (row === best || isSilent(row)) continue;
      const [a, b] = [maps[3 * best] - maps[3 * row], maps[3 * best + 1] - maps[3 * row + 1]];
      const value = a * box.centerX + b * box.centerY + maps[3 * best + 2] - maps[3 * row + 2];
      const ahead = value - (Math.abs(a) * box.reachX + Math.abs(b) * box.reachY);
      if (!(ahead > off[best] + off[row] + tolerance)) isStable = false;
      most = Math.max(most, off[row] - ahead);
    }
    if (!isStable) this.add(stage, group, most + offAtFirst);
    else deviations[number] = leader === network.pieces[number] ? 0 : off[best] + offAtFirst;
  }

  /** Lists rows that may change, of units that are unstable or put out something beyond their first piece. */
  private keepRows(stage: number, pattern: Int32Array): void {
    const { network, isUnstable } = this;
    const { unstable, counts, candidates, firstCandidate, lastCandidate } = network.bounds;
    const step = network.program.stages[stage];
    this.keptCounts[stage] = 0;
    for (let k = 0; k < counts[stage]; k++) {
      const unit = unstable[stage][k];
      const isFirst = pattern[unit] === network.pieces[network.numbers[stage][unit]];
      if (isUnstable[stage][unit] === 0 && isFirst) continue;
      if (step.kind === 'units') this.keep(stage, unit);
      else
        for (let c = firstCandidate[stage][unit]; c < lastCandidate[stage][unit]; c++)
          this.keep(stage, step.members[step.start[unit] + candidates[c]]);
    }
  }

  private keep(stage: number, row: number): void {
    const number = this.numberOf[stage][row];
    if (!(this.off[stage][row] > 0) || number < 0) return;
    this.kept[stage][this.keptCounts[stage]++] = number;
    this.numberOf[stage][row] = -1;
  }
}
