import { ExactLines } from '../exact/exactLines.ts';
import type { LineIds } from '../exact/lineIds.ts';
import { concatenated } from '../program/concatenated.ts';
import type { Program } from '../program/program.ts';
import type { SameFunctions } from '../program/sameFunctions.ts';
import type { Slice } from '../geometry/slice.ts';
import { FLIP, pointOf, type Knot, type Stretch } from './knots.ts';

/** Ends a walk from within a stage, which may ask for many signs. What was found in the stage is not to be used. */
export class WalkStopped extends Error {}

/** Signs along a line that rounding leaves open, decided in integers on the affine piece of a cell at the point. */
export class Settlement {
  private readonly patterns: readonly Int32Array[];
  private readonly serial: Float64Array;
  private made: ExactLines | null = null;
  private readonly through = new Float64Array(1);
  /** The cell that the patterns stand for, and how many of its stages are settled. */
  private stretch: Stretch | null = null;
  private knots: readonly Knot[] = [];
  private cell = -1;
  private stages = -1;

  constructor(
    private readonly program: Program,
    private readonly slice: Slice,
    private readonly lines: LineIds,
    private readonly same: SameFunctions,
    private readonly look: () => boolean,
  ) {
    this.patterns = program.stages.map(({ output }) => new Int32Array(program.sizes[output]));
    this.serial = new Float64Array(program.stages.length);
  }

  /**
   * The sign of function `id` of stage `stage` at knot `k` of the stretch, its start being the first. Errors:
   * `WalkStopped`.
   */
  signAt(stretch: Stretch, k: number, stage: number, id: number): number {
    this.stopWhenAsked();
    const knot = pointOf(stretch, k);
    this.enter(stretch, Math.min(k, stretch.knots.length), stage);
    this.through[0] = knot.line;
    const sign = this.exact.sign(id, this.through, knot.name);
    knot.name = this.exact.name;
    return sign;
  }

  /** The sign of function `id` of stage `stage` where another one vanishes in cell `cell`. Errors: `WalkStopped`. */
  signWhere(stretch: Stretch, cell: number, stage: number, id: number, other: number): number {
    this.stopWhenAsked();
    this.enter(stretch, cell, stage);
    this.through[0] = other;
    return this.exact.sign(id, this.through, 0);
  }

  /** Whether two functions of one stage are the same, since they are made in the same way. False says nothing. */
  areSame(id: number, other: number): boolean {
    const { lines, program, same } = this;
    const [a, b] = [lines.decode(id), lines.decode(other)];
    const first = same.firstOf(program.stages[a.stage].source);
    const isPair = a.second >= 0;
    return (
      first[a.first] === first[b.first] &&
      (isPair ? first[a.second] === first[b.second] : a.breakpoint === b.breakpoint)
    );
  }

  /** Pieces of all units in a cell, one stage after another. */
  patternOf(stretch: Stretch, cell: number): Int32Array {
    this.enter(stretch, cell, this.patterns.length);
    return concatenated(this.patterns);
  }

  private stopWhenAsked(): void {
    if (this.look()) throw new WalkStopped();
  }

  private get exact(): ExactLines {
    return (this.made ??= new ExactLines(this.program, this.slice, this.lines, this.patterns, this.serial));
  }

  /** Makes the patterns of the first `stages` stages those of a cell. */
  private enter(stretch: Stretch, cell: number, stages: number): void {
    const { patterns, serial } = this;
    const isHere = this.stretch === stretch && this.knots === stretch.knots && this.stages === stages;
    let from = this.cell;
    if (!isHere || from > cell) {
      for (let stage = 0; stage < stages; stage++) {
        patterns[stage].set(stretch.pieces[stage]);
        serial[stage] = stretch.serials[stage];
      }
      from = 0;
    }
    for (let k = from; k < cell; k++) {
      const { id, stage, flips } = stretch.knots[k];
      for (let f = 0; f < flips.length; f += FLIP) {
        if (flips[f] < stages) patterns[flips[f]][flips[f + 1]] = flips[f + 2];
      }
      for (let s = stage; s < stages; s++) serial[s] = id;
    }
    this.stretch = stretch;
    this.knots = stretch.knots;
    this.cell = cell;
    this.stages = stages;
  }
}
