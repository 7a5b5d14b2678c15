import type { LineRegions } from '../count.ts';
import type { Slice } from '../geometry/slice.ts';
import { mergedProgram } from '../program/mergedProgram.ts';
import { isContinuous, type Program } from '../program/program.ts';
import { LimitWatch, type Watched } from '../walk/limits.ts';
import type { WalkResult } from '../walk/regionWalk.ts';
import { LineMemoryFull } from './lineMemory.ts';
import { LinearPieces, LineDrawing } from './lineOutputs.ts';
import { giveMachine, takeMachine } from './lineMachine.ts';
import { LineWalk } from './lineWalk.ts';
import { IllConditioned } from './trace.ts';
import { UnitBreakpoints } from './unitBreakpoints.ts';

interface LineCountOptions extends Watched {
  readonly linear: boolean;
  /** Also keeps the pieces for drawing. */
  readonly draws: boolean;
  /** Also counts the breakpoints of each unit. */
  readonly units?: boolean;
}

interface LineCount {
  readonly walked: WalkResult;
  /** Null where it was not asked for, or the count was stopped. */
  readonly linearRegions: number | null;
  readonly line: LineRegions | null;
  /** Of each unit, by layer index; null where they were not asked for, or the count was stopped. */
  readonly unitBreakpoints: readonly (readonly number[])[] | null;
}

/**
 * Counts a segment layer by layer; null where that cannot be done: where pieces of activations do not quite meet,
 * numbers overflow, points are too ill-conditioned to place, or the network is too large for the kernel's memory.
 */
export function countLine(program: Program, slice: Slice, options: LineCountOptions): LineCount | null {
  // A point must have one value.
  if (!isContinuous(program)) return null;
  try {
    const merged = mergedProgram(program, slice);
    if (!merged) return countByLayers(program, slice, options);
    const { unitBreakpoints, ...found } = countByLayers(merged.program, merged.slice, options);
    const ofUnits = merged.program.stages.map(({ output }) => merged.places[output]);
    return { ...found, unitBreakpoints: unitBreakpoints && perUnit(program, unitBreakpoints, ofUnits) };
  } catch (error) {
    if (error instanceof RangeError || error instanceof LineMemoryFull || error instanceof IllConditioned) return null;
    throw error;
  }
}

/** Those of each unit from those of the units that are left, `places` of each stage's in its merged ones. */
function perUnit(
  { stages, layers }: Program,
  merged: readonly (readonly number[])[],
  places: readonly Int32Array[],
): number[][] {
  const found = Array.from({ length: layers }, (): number[] => []);
  const passed = new Int32Array(layers);
  stages.forEach(({ layer }, stage) => {
    for (const place of places[stage]) found[layer].push(merged[layer][passed[layer] + place]);
    passed[layer] += 1 + places[stage].reduce((most, place) => Math.max(most, place), -1);
  });
  return found;
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
  const units = options.units ? new UnitBreakpoints(program) : null;
  const walk: LineWalk = new LineWalk(program, slice, machine, {
    stopped: () => watch.mustStopNow(total()),
    bent: units ? (stretch, stage) => units.add(stretch, stage) : undefined,
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
    unitBreakpoints: units && isWhole ? units.perLayer() : null,
  };
}
