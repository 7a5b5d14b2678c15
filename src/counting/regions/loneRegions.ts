import type { Geometry } from '../geometry/geometry.ts';
import type { SignQuery } from '../geometry/signQuery.ts';
import type { Slice } from '../geometry/slice.ts';
import { ExactMaps } from '../exact/exactMaps.ts';
import { LineIds } from '../exact/lineIds.ts';
import { concatenated } from '../program/concatenated.ts';
import { entryCount, type Program } from '../program/program.ts';

/** More weights than this take too long to be gone through for each side of a region. */
const MOST_WEIGHTS = 2 ** 22;

/** Tells exactly whether a region has another output map than those beyond the boundary of its cell. */
export class LoneRegions {
  private readonly lines: LineIds;
  private readonly exact: ExactMaps;
  private weights = 0;

  constructor(
    private readonly program: Program,
    slice: Slice,
  ) {
    this.lines = new LineIds(program);
    this.exact = new ExactMaps(program, slice.rows, this.lines);
    for (const step of program.steps) {
      if (step.kind === 'affine') for (const { matrix } of step.terms) this.weights += entryCount(matrix);
    }
  }

  /**
   * Of the part of the current cell on these sides of the units in the query, those of stage `stage`: a bit for each.
   * False says nothing.
   */
  isAlone(
    sides: number,
    { list, from, to }: SignQuery,
    stage: number,
    { geometry, patterns }: { geometry: Geometry; patterns: readonly Int32Array[] },
  ): boolean {
    const here = concatenated(patterns);
    const first = this.firstOf(stage);
    for (let k = from; k < to; k++) here[first + list[k]] = (sides >> (k - from)) & 1;
    const around = new Set<number>();
    geometry.boundary((line) => around.add(line));
    const beyond: { line: number; pattern: Int32Array }[] = [];
    for (const line of around) {
      if (line < 0) continue;
      const pattern = this.beyond(here, line);
      if (pattern === null || this.exact.areClearlyEqual(here, pattern)) return false;
      beyond.push({ line, pattern });
    }
    if (this.weights > MOST_WEIGHTS) return false;
    const map = this.exact.ofOutputs(here);
    return beyond.every(
      ({ line, pattern }) => !this.exact.isShared(here, line) && this.exact.ofOutputs(pattern) !== map,
    );
  }

  /** The pattern behind a line at the boundary of the region with this pattern; null where it is not known. */
  private beyond(here: Int32Array, line: number): Int32Array | null {
    const { stage, first, breakpoint } = this.lines.decode(line);
    if (this.program.stages[stage].kind === 'max') return null;
    const pattern = here.slice();
    const at = this.firstOf(stage) + first;
    pattern[at] = here[at] === breakpoint ? breakpoint + 1 : breakpoint;
    return pattern;
  }

  /** The place of a stage's first unit in a pattern of all. */
  private firstOf(stage: number): number {
    const { stages, sizes } = this.program;
    return stages.slice(0, stage).reduce((sum, { output }) => sum + sizes[output], 0);
  }
}
