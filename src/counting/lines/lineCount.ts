import type { Slice } from '../geometry/slice.ts';
import { isContinuous, type Program } from '../program/program.ts';
import { LimitWatch, type Watched } from '../walk/limits.ts';
import type { WalkResult } from '../walk/walkOptions.ts';
import { LineMemoryFull } from './lineMemory.ts';
import { giveMachine, takeMachine } from './lineMachine.ts';
import { joinLine, type JoinedLine, type LinePart } from './lineParts.ts';
import { lineProgram, type LineProgram } from './lineProgram.ts';
import { LineRuns, type LineWishes } from './lineRuns.ts';
import { LineWalk } from './lineWalk.ts';
import { IllConditioned } from './trace.ts';

type LineCountOptions = Watched & LineWishes;

interface CountedPart {
  readonly walked: WalkResult;
  readonly part: LinePart;
  readonly place: LineProgram;
}

/**
 * Counts a segment layer by layer; null where that cannot be done: where pieces of activations do not quite meet,
 * numbers overflow, points are too ill-conditioned to place, or the network is too large for the kernel's memory.
 */
export function countLine(
  program: Program,
  slice: Slice,
  options: LineCountOptions,
): (JoinedLine & { readonly walked: WalkResult }) | null {
  const found = countLinePart(program, slice, options);
  if (!found) return null;
  const { walked, part, place } = found;
  return { walked, ...joinLine(() => place, [part], walked.stoppedBy === null) };
}

/**
 * The pieces of a segment that fall to this thread, and what is common to all: see `joinLine`. `given` is the program
 * as it is to be walked there. Null as above.
 */
export function countLinePart(
  program: Program,
  slice: Slice,
  options: LineCountOptions,
  given?: LineProgram,
): CountedPart | null {
  // A point must have one value.
  if (!isContinuous(program)) return null;
  try {
    const place = given ?? lineProgram(program, slice);
    return { ...countByLayers(place, options), place };
  } catch (error) {
    if (error instanceof RangeError || error instanceof LineMemoryFull || error instanceof IllConditioned) return null;
    throw error;
  }
}

function countByLayers({ program, slice }: LineProgram, options: LineCountOptions): Omit<CountedPart, 'place'> {
  const { share } = options;
  const isFirst = share?.isLeader !== false;
  // What is common to all who share the count is reported by one of them.
  const counted = () => (isFirst ? walk.knots.map((own, stage) => own + walk.common[stage]) : walk.knots);
  const cells = () => cellsAfter(counted(), Number(isFirst));
  const total = () => sum(walk.knots) + (isFirst ? 1 + sum(walk.common) : 0);
  const watch = new LimitWatch(options, () => walk.done, cells);
  const machine = takeMachine(program);
  const visits = options.linear || options.draws || (options.units === true && share !== undefined);
  const walk: LineWalk = new LineWalk(
    program,
    slice,
    machine,
    {
      stopped: () => share?.isRefused === true || watch.mustStopNow(total()),
      piece: (index) => runs.begin(index),
      bent: options.units ? (stretch, stage) => runs.bent(stretch, stage) : undefined,
      visit: visits ? (stretch, outputs) => runs.visit(stretch, outputs) : undefined,
    },
    share,
  );
  const runs = new LineRuns(
    walk,
    program,
    slice,
    options,
    share !== undefined && (options.linear || options.units === true),
  );
  const isWhole = walk.run();
  const part = runs.part();
  if (isWhole) giveMachine(program, machine);
  watch.report(total());
  const { stoppedBy } = watch;
  const walked = share
    ? { stoppedBy, cells: cellsAfter(walk.knots, 0), common: cellsAfter(walk.common, 1) }
    : { stoppedBy, cells: cells() };
  return { walked, part };
}

/** After each stage, from those there were before and the knots that each stage makes. */
function cellsAfter(knots: readonly number[], before: number): number[] {
  let cells = before;
  return knots.map((made) => (cells += made));
}

function sum(numbers: readonly number[]): number {
  let all = 0;
  for (const number of numbers) all += number;
  return all;
}
