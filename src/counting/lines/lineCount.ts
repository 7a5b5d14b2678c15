import type { LineRegions } from '../count.ts';
import { ExactNumbers } from '../exact/exactNumbers.ts';
import { isExactlyContinuous } from '../exact/exactPoints.ts';
import type { Slice } from '../geometry/slice.ts';
import type { Program } from '../program/program.ts';
import { LimitWatch, type Watched } from '../walk/limits.ts';
import type { WalkResult } from '../walk/regionWalk.ts';
import { LinearPieces, LineDrawing } from './lineOutputs.ts';
import { LineWalk } from './lineWalk.ts';

export interface LineCountOptions extends Watched {
  readonly linear: boolean;
  /** Also keeps the pieces for drawing. */
  readonly draws: boolean;
}

export interface LineCount {
  readonly walked: WalkResult;
  /** Null where it was not asked for, or the count was stopped. */
  readonly linearRegions: number | null;
  readonly line: LineRegions | null;
}

/**
 * True where lines can be counted layer by layer: a point must have one value, so all pieces of all activations have to
 * meet exactly. (0.2 x + 0.5 and 1 do not meet in doubles.)
 */
export function takesLayers(program: Program, slice: Slice): boolean {
  return isExactlyContinuous(program, new ExactNumbers(program, slice));
}

/** Counts a segment layer by layer. Errors: RangeError when the network's numbers overflow; `LineMemoryFull`. */
export function countLine(program: Program, slice: Slice, options: LineCountOptions): LineCount {
  const cells = () => {
    let sum = 1;
    return walk.knots.map((knots) => (sum += knots));
  };
  const total = () => walk.knots.reduce((sum, knots) => sum + knots, 1);
  const watch = new LimitWatch(
    options,
    () => walk.done,
    () => cells(),
  );
  const walk: LineWalk = new LineWalk(program, slice, {
    stopped: () => watch.mustStopNow(total()),
    visit:
      options.linear || options.draws
        ? (stretch, outputs) => {
            pieces?.add(stretch, outputs);
            drawing?.add(stretch, outputs);
          }
        : undefined,
  });
  const pieces = options.linear ? new LinearPieces(walk, program, slice) : null;
  const drawing = options.draws ? new LineDrawing(walk, program) : null;
  const isWhole = walk.run();
  watch.report(total());
  return {
    walked: { stoppedBy: watch.stoppedBy, cells: cells() },
    linearRegions: pieces && isWhole ? 1 + pieces.bends : null,
    line: drawing?.regions() ?? null,
  };
}
