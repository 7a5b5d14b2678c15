import type { Slice } from '../geometry/slice.ts';
import type { Program } from '../program/program.ts';
import type { Stretch } from './knots.ts';
import { LinearPieces, LineDrawing } from './lineOutputs.ts';
import type { LineEnd, LinePart, LineRun } from './lineParts.ts';
import type { LineTensor } from './lineTensor.ts';
import type { LineWalk } from './lineWalk.ts';
import { packed } from './packedPattern.ts';
import { UnitBreakpoints } from './unitBreakpoints.ts';

export interface LineWishes {
  readonly linear: boolean;
  /** Also keeps the pieces for drawing. */
  readonly draws: boolean;
  /** Also counts the breakpoints of each unit. */
  readonly units?: boolean;
}

interface OpenRun {
  readonly from: number;
  to: number;
  first: LineEnd | null;
  last: Stretch | null;
  readonly drawing: LineDrawing | null;
}

/** Collects what a walk is asked for, in runs of pieces that follow on one another. */
export class LineRuns {
  private readonly linear: LinearPieces | null;
  private readonly units: UnitBreakpoints | null;
  private readonly runs: LineRun[] = [];
  private run: OpenRun | null = null;

  /** With `keepsEnds` runs can be joined to those of other threads. */
  constructor(
    private readonly walk: LineWalk,
    private readonly program: Program,
    private readonly slice: Slice,
    private readonly wishes: LineWishes,
    private readonly keepsEnds: boolean,
  ) {
    this.linear = wishes.linear ? new LinearPieces(walk, program, slice) : null;
    this.units = wishes.units ? new UnitBreakpoints(program) : null;
  }

  /** A piece begins that is counted here; pieces come in order. */
  begin(piece: number): void {
    if (this.run?.to === piece - 1) {
      this.run.to = piece;
      return;
    }
    this.close();
    this.linear?.restart();
    this.units?.restart();
    const drawing = this.wishes.draws ? new LineDrawing(this.walk, this.program, this.slice) : null;
    this.run = { from: piece, to: piece, first: null, last: null, drawing };
  }

  bent(stretch: Stretch, stage: number): void {
    this.units?.add(stretch, stage);
  }

  visit(stretch: Stretch, outputs: readonly LineTensor[]): void {
    const run = this.run!;
    this.linear?.add(stretch, outputs);
    run.drawing?.add(stretch, outputs);
    if (!this.keepsEnds) return;
    run.first ??= this.end(stretch, 0, this.linear?.startSlopes);
    run.last = stretch;
  }

  private end(stretch: Stretch, cell: number, slopes: Float64Array = new Float64Array()): LineEnd {
    const { program, walk } = this;
    const pattern = packed(program, walk.settlement.patternOf(stretch, cell));
    return { slopes, tolerance: walk.tolerance(program.outputs), pattern };
  }

  private close(): void {
    if (!this.run) return;
    const { from, to, first, last, drawing } = this.run;
    this.run = null;
    const ends = first && last && { first, last: this.end(last, last.knots.length, this.linear?.endSlopes) };
    this.runs.push({ from, to, ends, line: drawing?.regions() ?? null });
  }

  /** All that was collected. */
  part(): LinePart {
    this.close();
    const { commonStages, pieces } = this.walk;
    const [bends, units] = [this.linear?.bends ?? null, this.units?.perStage ?? null];
    return { bends, units, commonStages, pieces, runs: this.runs };
  }
}
