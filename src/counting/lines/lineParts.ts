// What those who share a count along a line have found, and the whole that it adds up to.

import type { LineRegions } from '../count.ts';
import { ExactMaps } from '../exact/exactMaps.ts';
import { LineIds } from '../exact/lineIds.ts';
import type { LineProgram } from './lineProgram.ts';
import { differExactly, greatestChange } from './lineOutputs.ts';
import { unpacked } from './packedPattern.ts';

/** The first or last cell of a run. */
export interface LineEnd {
  /** Of all outputs, and how far differences of them may be off; empty where linear regions were not asked for. */
  readonly slopes: Float64Array;
  readonly tolerance: number;
  /** See `packed`. */
  readonly pattern: Uint8Array;
}

/** Pieces of a line, one after the other, that one thread has counted: from the `from`th to the `to`th. */
export interface LineRun {
  readonly from: number;
  readonly to: number;
  /** Null where nothing has to be known of them. */
  readonly ends: { readonly first: LineEnd; readonly last: LineEnd } | null;
  readonly line: LineRegions | null;
}

/** What one thread has found. */
export interface LinePart {
  /** Inside its runs. Null where linear regions were not asked for. */
  readonly bends: number | null;
  /** Breakpoints of each unit, by stage: inside its runs, and in one of the parts before the line was divided. */
  readonly units: readonly Int32Array[] | null;
  /** Stages before the line was divided, and into how many pieces. */
  readonly commonStages: number;
  readonly pieces: number;
  readonly runs: readonly LineRun[];
}

export interface JoinedLine {
  readonly linearRegions: number | null;
  readonly line: LineRegions | null;
  /** Of each unit, by layer index. */
  readonly unitBreakpoints: readonly (readonly number[])[] | null;
}

/**
 * The whole from all parts. `isWhole` is false where some of them were stopped: then what is known of the line from its
 * beginning on is drawn, and nothing else is said. `programOf` is called where it is needed. Errors: where the parts do
 * not make a line.
 */
export function joinLine(programOf: () => LineProgram, parts: readonly LinePart[], isWhole: boolean): JoinedLine {
  const runs = parts.flatMap((part) => part.runs).sort((a, b) => a.from - b.from);
  const line = joinedLine(runs);
  if (!isWhole) return { linearRegions: null, line, unitBreakpoints: null };
  checkRuns(runs, Math.max(...parts.map(({ pieces }) => pieces)));
  const [{ bends, units }] = parts;
  const seams = new Seams(programOf, runs);
  return {
    linearRegions: bends === null ? null : 1 + parts.reduce((sum, part) => sum + part.bends!, 0) + seams.bends(),
    line,
    unitBreakpoints: units === null ? null : seams.unitBreakpoints(parts),
  };
}

function checkRuns(runs: readonly LineRun[], pieces: number): void {
  let next = 0;
  for (const { from, to } of runs) {
    if (from !== next) throw new Error('the parts of the line do not fit together');
    next = to + 1;
  }
  if (next !== pieces) throw new Error('the parts of the line do not fit together');
}

/** What lies between runs of different threads. */
class Seams {
  private made: LineProgram | null = null;
  private exact: ExactMaps | null = null;

  constructor(
    private readonly programOf: () => LineProgram,
    private readonly runs: readonly LineRun[],
  ) {}

  private get place(): LineProgram {
    return (this.made ??= this.programOf());
  }

  /** Seams at which the outputs bend. */
  bends(): number {
    return this.runs.filter((_, k) => k > 0 && this.isBend(k)).length;
  }

  /** Between run `k - 1` and run `k`. */
  private isBend(k: number): boolean {
    const { last: before, first: after } = this.endsAt(k);
    if (greatestChange(before.slopes, after.slopes) > Math.max(before.tolerance, after.tolerance)) return true;
    const { program, slice } = this.place;
    this.exact ??= new ExactMaps(program, slice.rows, new LineIds(program));
    return differExactly(this.exact, ...this.patternsAt(k));
  }

  private endsAt(k: number): { readonly last: LineEnd; readonly first: LineEnd } {
    return { last: this.runs[k - 1].ends!.last, first: this.runs[k].ends!.first };
  }

  private patternsAt(k: number): [Int32Array, Int32Array] {
    const { last, first } = this.endsAt(k);
    const { program } = this.place;
    return [unpacked(program, last.pattern), unpacked(program, first.pattern)];
  }

  unitBreakpoints(parts: readonly LinePart[]): readonly (readonly number[])[] {
    const { runs } = this;
    const counts = parts[0].units!.map((own) => own.slice());
    for (const { units } of parts.slice(1))
      counts.forEach((own, stage) => own.forEach((_, unit) => (own[unit] += units![stage][unit])));
    runs.forEach((_, k) => {
      if (k > 0) this.addChanges(counts, this.patternsAt(k), parts[0].commonStages);
    });
    return this.perLayer(counts);
  }

  /** Units of later stages may change where earlier ones bend. Maxima count no such points. */
  private addChanges(
    counts: readonly Int32Array[],
    [before, after]: readonly [Int32Array, Int32Array],
    commonStages: number,
  ): void {
    let at = 0;
    this.place.program.stages.forEach((step, stage) => {
      const own = counts[stage];
      if (stage >= commonStages && step.kind === 'units')
        own.forEach((_, unit) => (own[unit] += Number(before[at + unit] !== after[at + unit])));
      at += own.length;
    });
  }

  /** Those of one stage after those of another; of each unit as given, where some were merged. */
  private perLayer(counts: readonly Int32Array[]): number[][] {
    const { whole, places } = this.place;
    const found = Array.from({ length: whole.layers }, (): number[] => []);
    whole.stages.forEach(({ layer, output }, stage) => {
      if (places) for (const place of places[output]) found[layer].push(counts[stage][place]);
      else for (const count of counts[stage]) found[layer].push(count);
    });
    return found;
  }
}

/** From the beginning of the line as far as runs follow on one another; null where they were not kept. */
function joinedLine(runs: readonly LineRun[]): LineRegions | null {
  const kept: LineRegions[] = [];
  for (const { line } of runs) {
    if (line === null) return null;
    const last = kept.at(-1)?.knots.at(-1) ?? 0;
    if (line.knots.length === 0 || line.knots[0] !== last) break;
    kept.push(line);
  }
  const outputCount = runs.find(({ line }) => line)?.line?.outputCount;
  if (outputCount === undefined) return null;
  // The end of one run is the start of the next.
  const drawn = kept.map((line, k) => (k + 1 < kept.length ? line.knots.length - 1 : line.knots.length));
  const count = drawn.reduce((sum, own) => sum + own, 0);
  const [knots, layers] = [new Float64Array(count), new Int32Array(count)];
  const outputs = new Float64Array(count * outputCount);
  let at = 0;
  kept.forEach((line, k) => {
    knots.set(line.knots.subarray(0, drawn[k]), at);
    layers.set(line.layers.subarray(0, drawn[k]), at);
    outputs.set(line.outputs.subarray(0, drawn[k] * outputCount), at * outputCount);
    at += drawn[k];
  });
  return { knots, layers, outputs, outputCount };
}
