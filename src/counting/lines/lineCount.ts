import type { LineRegions } from '../count.ts';
import { Dyadic } from '../exact/dyadic.ts';
import { isExactlyContinuous } from '../exact/exactPoints.ts';
import type { Slice } from '../geometry/slice.ts';
import type { BendStep, Program } from '../program/program.ts';
import { LimitWatch, type Watched } from '../walk/limits.ts';
import type { WalkResult } from '../walk/regionWalk.ts';
import { LineMemoryFull } from './lineMemory.ts';
import { LinearPieces, LineDrawing } from './lineOutputs.ts';
import { giveMachine, takeMachine } from './lineMachine.ts';
import { LineWalk } from './lineWalk.ts';
import { IllConditioned } from './trace.ts';

interface LineCountOptions extends Watched {
  readonly linear: boolean;
  /** Also keeps the pieces for drawing. */
  readonly draws: boolean;
}

interface LineCount {
  readonly walked: WalkResult;
  /** Null where it was not asked for, or the count was stopped. */
  readonly linearRegions: number | null;
  readonly line: LineRegions | null;
}

/**
 * True where lines can be counted layer by layer: a point must have one value, so all pieces of all activations have to
 * meet exactly. (0.2 x + 0.5 and 1 do not meet in doubles.)
 */
function takesLayers(program: Program): boolean {
  const known = continuous.get(program);
  if (known !== undefined) return known;
  const stages = program.stages.map(distinctUnits);
  const takes = isExactlyContinuous({ stages }, { dyadic: (values) => new Dyadic(values) });
  continuous.set(program, takes);
  return takes;
}

/** Hundreds of lines are counted with one program. */
const continuous = new WeakMap<Program, boolean>();

/** The units of a stage without those that are like another one. */
function distinctUnits(step: BendStep): BendStep {
  if (step.kind === 'max') return step;
  const count = step.breakpoints.length + 1;
  const seen = new Set<string>();
  const slopes: number[] = [];
  const intercepts: number[] = [];
  for (let at = 0; at < step.slopes.length; at += count) {
    const own = step.slopes.subarray(at, at + count);
    const constants = step.intercepts.subarray(at, at + count);
    const key = `${own.join(' ')} ${constants.join(' ')}`;
    if (seen.has(key)) continue;
    seen.add(key);
    slopes.push(...own);
    intercepts.push(...constants);
  }
  return { ...step, slopes: Float64Array.from(slopes), intercepts: Float64Array.from(intercepts) };
}

/**
 * Counts a segment layer by layer; null where that cannot be done: where pieces of activations do not quite meet,
 * numbers overflow, points are too ill-conditioned to place, or the network is too large for the kernel's memory.
 */
export function countLine(program: Program, slice: Slice, options: LineCountOptions): LineCount | null {
  if (!takesLayers(program)) return null;
  try {
    return countByLayers(program, slice, options);
  } catch (error) {
    if (error instanceof RangeError || error instanceof LineMemoryFull || error instanceof IllConditioned) return null;
    throw error;
  }
}

function countByLayers(program: Program, slice: Slice, options: LineCountOptions): LineCount {
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
  const machine = takeMachine(program);
  const walk: LineWalk = new LineWalk(program, slice, machine, {
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
  const drawing = options.draws ? new LineDrawing(walk, program, slice) : null;
  const isWhole = walk.run();
  if (isWhole) giveMachine(program, machine);
  watch.report(total());
  return {
    walked: { stoppedBy: watch.stoppedBy, cells: cells() },
    linearRegions: pieces && isWhole ? 1 + pieces.bends : null,
    line: drawing?.regions() ?? null,
  };
}
