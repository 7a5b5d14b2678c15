import type { Geometry } from '../geometry/geometry.ts';
import type { SignQuery } from '../geometry/signQuery.ts';
import type { Slice } from '../geometry/slice.ts';
import { ExactMaps } from '../exact/exactMaps.ts';
import { LineIds } from '../exact/lineIds.ts';
import { concatenated } from '../program/concatenated.ts';
import type { Program } from '../program/program.ts';

/** Tells exactly whether a region has another output map than those beyond the boundary of its cell. */
export class LoneRegions {
  private readonly lines: LineIds;
  private readonly exact: ExactMaps;

  constructor(
    private readonly program: Program,
    slice: Slice,
  ) {
    this.lines = new LineIds(program);
    this.exact = new ExactMaps(program, slice.rows, this.lines);
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
    const map = this.exact.ofOutputs(here);
    const around = new Set<number>();
    geometry.boundary((line) => around.add(line));
    return [...around].every((line) => line < 0 || this.differsBeyond(here, map, line));
  }

  /** Whether the map behind a line at the boundary of the region with this pattern is another one. */
  private differsBeyond(here: Int32Array, map: number, line: number): boolean {
    const { stage, first, breakpoint } = this.lines.decode(line);
    if (this.program.stages[stage].kind === 'max' || this.exact.isShared(here, line)) return false;
    const beyond = here.slice();
    const at = this.firstOf(stage) + first;
    beyond[at] = here[at] === breakpoint ? breakpoint + 1 : breakpoint;
    return this.exact.ofOutputs(beyond) !== map;
  }

  /** The place of a stage's first unit in a pattern of all. */
  private firstOf(stage: number): number {
    const { stages, sizes } = this.program;
    return stages.slice(0, stage).reduce((sum, { output }) => sum + sizes[output], 0);
  }
}
