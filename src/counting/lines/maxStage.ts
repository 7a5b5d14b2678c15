import { isRectified, type MaxStep } from '../program/program.ts';
import { compareCrossings, crossingOf, insertKnots, type Crossing } from './crossings.ts';
import { ACTIVE, FLIP, SILENT, type Knot } from './knots.ts';
import type { LineContext, StageInput } from './lineContext.ts';
import { LineTensor } from './lineTensor.ts';
import type { LinePath } from './scan.ts';
import { settled, Tracer, type Trace } from './trace.ts';

/** The program's view of a maximum in the memory of the kernel. */
export interface MaxTables {
  readonly start: number;
  readonly members: number;
  /** Room for a leader of each maximum, and for a state of each argument. */
  readonly leaders: number;
  readonly states: number;
}

/** A maximum whose greatest argument may change on the stretch. */
interface Changing {
  readonly group: number;
  readonly traces: ReadonlyMap<number, Trace>;
  /** The greatest argument, by its place in the tensor, at the beginning of each cell. */
  readonly begins: Int32Array;
  /** In order; their pieces are arguments by their place in the tensor. */
  readonly crossings: readonly Crossing[];
}

/** Takes the maxima of a stage along a stretch: upper envelopes of affine functions on each cell. */
export class MaxStage {
  private readonly tracer: Tracer;
  /** The stage of ReLUs that is read directly, or -1. */
  private readonly rectified: number;
  /** Pieces of those units where they change, by unit: cell and piece in turn. */
  private flipsOf: Map<number, number[]> | null = null;

  constructor(
    private readonly context: LineContext,
    private readonly input: StageInput,
    private readonly step: MaxStep,
    private readonly path: LinePath,
    private readonly tables: MaxTables,
    stages: readonly { readonly output: number }[],
  ) {
    this.tracer = new Tracer(context.memory, input.stretch, input.source, input.steps);
    this.rectified = stages.findIndex(
      (before) => before.output === step.source && 'kind' in before && isRectified(before as never),
    );
  }

  run(): LineTensor {
    const { context, input, step, tables } = this;
    const { memory } = context;
    const { stretch, stage, source } = input;
    const groups = step.start.length - 1;
    const output = new LineTensor(memory, groups);
    output.startsAtZero = source.startsAtZero;
    this.findLeaders(groups);
    const changing = this.changingMaxima(stretch.pieces[stage]);
    const { kernel } = memory;
    kernel.select(groups, source.values, tables.leaders, output.values);
    kernel.select(groups, source.slopes, tables.leaders, output.slopes);
    for (const knot of source.columns.keys()) {
      const to = output.dense(knot);
      kernel.select(groups, source.dense(knot), tables.leaders, to);
    }
    const traced = changing.map((group) => this.trace(group));
    const { knots } = stretch;
    const crossings = traced.flatMap((group) => group.crossings);
    context.count(stage, insertKnots(context.settlement, stretch, stage, crossings, context.nextId));
    for (const group of traced) this.bend(group, output, knots);
    return output;
  }

  private findLeaders(groups: number): void {
    const { context, input, tables, path } = this;
    const { stretch, source, tolerance, error } = input;
    const { memory } = context;
    const known = stretch.states.get(this.rectified);
    if (known) memory.bytes.set(known, tables.states);
    else memory.bytes.fill(0, tables.states, tables.states + source.size);
    memory.kernel.leaders(
      groups,
      tables.start,
      tables.members,
      tables.states,
      path.count,
      path.columns,
      path.steps,
      source.values,
      source.slopes,
      3 * tolerance,
      error,
      tables.leaders,
    );
  }

  /** Gives maxima with one greatest argument throughout their piece; returns the others. */
  private changingMaxima(pieces: Int32Array): number[] {
    const { step, tables } = this;
    const { words } = this.context.memory;
    const changing: number[] = [];
    for (let group = 0; group < pieces.length; group++) {
      const at = tables.leaders / 4 + group;
      const leader = words[at] | 0;
      if (leader < 0) {
        changing.push(group);
        words[at] = step.members[step.start[group]];
      } else pieces[group] = this.pieceOf(group, leader);
    }
    return changing;
  }

  private pieceOf(group: number, place: number): number {
    const { start, members } = this.step;
    let k = start[group];
    while (members[k] !== place) k++;
    return k - start[group];
  }

  private trace(group: number): Changing {
    const { step, tracer } = this;
    const members = Array.from(step.members.subarray(step.start[group], step.start[group + 1]));
    const traces = new Map(members.map((place) => [place, tracer.trace(place)]));
    const begins = new Int32Array(this.input.stretch.knots.length + 1);
    const crossings: Crossing[] = [];
    for (let cell = 0; cell < begins.length; cell++) {
      const envelope = new Envelope(this.context, this.input, tracer, traces, cell);
      const alive = this.alive(members, cell);
      begins[cell] = envelope.first(alive);
      crossings.push(...envelope.crossings(alive, begins[cell]));
    }
    return { group, traces, begins, crossings };
  }

  /**
   * Those arguments that may be the greatest. ReLUs that are zero throughout the cell are one, and none where another
   * one is positive.
   */
  private alive(members: readonly number[], cell: number): readonly number[] {
    if (this.rectified < 0) return members;
    const silent = members.map((place) => this.isSilent(place, cell));
    const firstSilent = silent.indexOf(true);
    if (firstSilent < 0) return members;
    const active = members.filter((_, k) => !silent[k]);
    return active.length > 0 ? active : [members[firstSilent]];
  }

  private isSilent(unit: number, cell: number): boolean {
    const { stretch } = this.input;
    const state = stretch.states.get(this.rectified)?.[unit];
    if (state === SILENT || state === ACTIVE) return state === SILENT;
    const flips = (this.flipsOf ??= this.listFlips()).get(unit) ?? [];
    let piece = stretch.pieces[this.rectified][unit];
    for (let f = 0; f < flips.length && flips[f] <= cell; f += 2) piece = flips[f + 1];
    return piece === 0;
  }

  private listFlips(): Map<number, number[]> {
    const found = new Map<number, number[]>();
    this.input.stretch.knots.forEach(({ flips }, k) => {
      for (let f = 0; f < flips.length; f += FLIP) {
        if (flips[f] !== this.rectified) continue;
        const list = found.get(flips[f + 1]);
        if (list) list.push(k + 1, flips[f + 2]);
        else found.set(flips[f + 1], [k + 1, flips[f + 2]]);
      }
    });
    return found;
  }

  /** Writes a maximum that was traced; `knots` are those from before. */
  private bend({ group, traces, begins, crossings }: Changing, output: LineTensor, knots: readonly Knot[]): void {
    const { stretch, stage } = this.input;
    const { floats } = this.context.memory;
    let leader = begins[0];
    stretch.pieces[stage][group] = this.pieceOf(group, leader);
    floats[output.values / 8 + group] = traces.get(leader)!.values[0];
    floats[output.slopes / 8 + group] = traces.get(leader)!.slopes[0];
    let next = 0;
    for (let cell = 0; cell < begins.length; cell++) {
      for (; next < crossings.length && crossings[next].cell === cell; next++) {
        const { knot, piece: beyond } = crossings[next];
        output.setChange(knot!, group, traces.get(beyond)!.slopes[cell] - traces.get(leader)!.slopes[cell]);
        knot!.flips.push(stage, group, this.pieceOf(group, beyond));
        leader = beyond;
      }
      if (cell === knots.length) break;
      const beyond = begins[cell + 1];
      const change = traces.get(beyond)!.slopes[cell + 1] - traces.get(leader)!.slopes[cell];
      // A column that stands has another number there.
      if (change !== 0 || output.columns.has(knots[cell])) output.setChange(knots[cell], group, change);
      if (beyond !== leader) knots[cell].flips.push(stage, group, this.pieceOf(group, beyond));
      leader = beyond;
    }
  }
}

/** The upper envelope of arguments of a maximum on one cell, with comparisons at its ends that are exact. */
class Envelope {
  constructor(
    private readonly context: LineContext,
    private readonly input: StageInput,
    private readonly tracer: Tracer,
    private readonly traces: ReadonlyMap<number, Trace>,
    private readonly cell: number,
  ) {}

  /** The greatest at the beginning of the cell; of equal functions the first. */
  first(members: readonly number[]): number {
    return members.reduce((best, member) => {
      const ahead = this.ahead(member, best, this.cell);
      return ahead > 0 || (ahead === 0 && this.ahead(member, best, this.cell + 1) > 0) ? member : best;
    });
  }

  /** Where the greatest changes, in order. */
  crossings(members: readonly number[], first: number): Crossing[] {
    const found: Crossing[] = [];
    let leader = first;
    for (let next = this.next(members, leader); next; next = this.next(members, leader)) {
      found.push(next);
      leader = next.piece;
    }
    return found;
  }

  /** The first to overtake the leader; of several at one point the one that is greatest beyond. */
  private next(members: readonly number[], leader: number): Crossing | null {
    const { context, input } = this;
    let best: Crossing | null = null;
    for (const member of members) {
      if (member === leader || !(this.ahead(member, leader, this.cell + 1) > 0)) continue;
      const crossing = this.crossing(member, leader);
      const order = best && compareCrossings(context.settlement, input.stretch, input.stage, crossing, best);
      const isBetter =
        best === null ||
        order === null ||
        order < 0 ||
        (order === 0 && this.ahead(member, best.piece, this.cell + 1) > 0);
      if (isBetter) best = crossing;
    }
    return best;
  }

  private crossing(member: number, leader: number): Crossing {
    const { cell, input } = this;
    return crossingOf(input.stretch, {
      cell,
      line: this.context.lines.ofPair(input.stage, member, leader),
      piece: member,
      left: this.ahead(member, leader, cell),
      right: this.ahead(member, leader, cell + 1),
      tolerance: input.tolerance,
    });
  }

  private isZero(argument: number): boolean {
    return this.context.isZero(this.input.stage, argument);
  }

  /** How far one argument is ahead of another at knot `k`, with the right sign. */
  private ahead(member: number, other: number, k: number): number {
    if (member === other || (k === 0 && this.input.source.startsAtZero)) return 0;
    const { context, input, tracer, traces } = this;
    const [a, b] = [traces.get(member)!, traces.get(other)!];
    const difference = a.values[k] - b.values[k];
    if (Math.abs(difference) > tracer.margin(a, k, input.tolerance, b)) return difference;
    if (difference === 0 && this.isZero(member) && this.isZero(other)) return 0;
    if (context.areSame(input.stage, member, other)) return 0;
    const id = context.lines.ofPair(input.stage, member, other);
    return settled(difference, input.tolerance, context.settlement.signAt(input.stretch, k, input.stage, id));
  }
}
