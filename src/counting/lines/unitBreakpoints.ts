import type { Program } from '../program/program.ts';
import { FLIP, type Stretch } from './knots.ts';

/**
 * Counts for each unit the points of a line at which it changes its piece: a point that several units share counts for
 * each of them. Maxima count points where no earlier layer bends: where an argument bends, that is the argument's.
 */
export class UnitBreakpoints {
  /** By stage; pieces are null where a stretch begins that does not follow on another. */
  private readonly stages: readonly { readonly counts: Int32Array; pieces: Int32Array | null }[];

  constructor(private readonly program: Program) {
    this.stages = program.stages.map(({ output }) => ({
      counts: new Int32Array(program.sizes[output]),
      pieces: null,
    }));
  }

  /** The next stretch of each stage does not begin where the last one ended. */
  restart(): void {
    for (const stage of this.stages) stage.pieces = null;
  }

  /** Takes the units of a stage on one more stretch of the line. Stretches of a stage are to come in order. */
  add(stretch: Stretch, stage: number): void {
    if (this.program.stages[stage].kind === 'max') this.addOwn(stretch, stage);
    else this.addAll(stretch, stage);
  }

  private addOwn({ knots }: Stretch, stage: number): void {
    const { counts } = this.stages[stage];
    for (const { stage: own, flips } of knots) if (own === stage) forEachFlip(flips, stage, (unit) => counts[unit]++);
  }

  private addAll(stretch: Stretch, stage: number): void {
    const { counts, pieces: before } = this.stages[stage];
    const pieces = stretch.pieces[stage].slice();
    // Between two stretches a unit may change where an earlier layer bends.
    before?.forEach((piece, unit) => {
      if (piece !== pieces[unit]) counts[unit]++;
    });
    for (const { flips } of stretch.knots) {
      forEachFlip(flips, stage, (unit, piece) => {
        counts[unit]++;
        pieces[unit] = piece;
      });
    }
    this.stages[stage].pieces = pieces;
  }

  /** Of each unit, by stage. */
  get perStage(): readonly Int32Array[] {
    return this.stages.map(({ counts }) => counts);
  }
}

/** Those of the last stage so far, which stand at the end. */
function forEachFlip(flips: readonly number[], stage: number, take: (unit: number, piece: number) => void): void {
  for (let f = flips.length - FLIP; f >= 0 && flips[f] === stage; f -= FLIP) take(flips[f + 1], flips[f + 2]);
}
