// What is kept of each region where a count draws or lists them, and the whole from what all threads keep.

import type { CountRequest, CountResult } from '../count.ts';
import type { Geometry } from '../geometry/geometry.ts';
import { Polygons } from '../geometry/polygons.ts';
import { Segments } from '../geometry/segments.ts';
import type { Slice } from '../geometry/slice.ts';
import { entryCount, type Program, type SparseMatrix } from '../program/program.ts';
import type { RegionWalk } from '../walk/regionWalk.ts';
import type { PartsApart } from '../walk/walkOptions.ts';
import { joinTraces, LineTrace, type TracePart } from './lineTrace.ts';
import { joinPictures, Picture, type PicturePart } from './picture.ts';
import { joinLists, RegionList, type ListPart } from './regionList.ts';

/** Cuts down to the parts that threads claim: enough for all, and few enough that each may be computed from scratch. */
const MOST_CUTS = 8;
const LEAST_CUTS = 4;
/** Multiplications that parts may take, all together, to be computed from scratch. */
const FROM_SCRATCH = 2 ** 24;
/** Those of a dense matrix take a smaller part of the time. */
const DENSE = 1 / 8;

/** What one thread keeps. */
export interface KeptPart {
  readonly picture?: PicturePart;
  readonly trace?: TracePart;
  readonly list?: ListPart;
}

type Kept = Pick<CountResult, 'regions' | 'line' | 'list'>;

/** Keeps the regions of a walk as the request says, part by part. */
export class KeptRegions implements PartsApart {
  readonly depth: number;
  private readonly picture: Picture | null;
  private readonly trace: LineTrace | null;
  private readonly list: RegionList | null;

  constructor(program: Program, slice: Slice, { keepRegions, listRegions, level }: CountRequest) {
    this.depth = cutsFor(program);
    this.picture = keepRegions && slice.dimension !== 1 ? new Picture(program, level) : null;
    this.trace = keepRegions && slice.dimension === 1 ? new LineTrace(program) : null;
    this.list = listRegions ? new RegionList(program, slice) : null;
  }

  begin(part: number): void {
    for (const own of [this.picture, this.trace, this.list]) own?.begin(part);
  }

  /** Takes in the region that the walk visits. */
  add({ geometry, propagator, lines, patterns }: RegionWalk<Geometry>): void {
    if (geometry instanceof Polygons) this.picture?.add(geometry, propagator, lines);
    if (geometry instanceof Segments) this.trace?.add(geometry, propagator, lines);
    this.list?.add(geometry, propagator, patterns);
  }

  /** Bytes held. */
  get held(): number {
    return [this.picture, this.trace, this.list].reduce((sum, own) => sum + (own?.held ?? 0), 0);
  }

  part(): KeptPart {
    const { picture, trace, list } = this;
    return {
      ...(picture && { picture: picture.part() }),
      ...(trace && { trace: trace.part() }),
      ...(list && { list: list.part() }),
    };
  }
}

/** The same for any number of threads, so that what they keep is. */
function cutsFor({ steps }: Program): number {
  let work = 1;
  for (const step of steps) if (step.kind === 'affine') for (const { matrix } of step.terms) work += workOf(matrix);
  return Math.min(MOST_CUTS, Math.max(LEAST_CUTS, Math.floor(Math.log2(FROM_SCRATCH / work))));
}

function workOf(matrix: SparseMatrix): number {
  const entries = entryCount(matrix);
  return entries === matrix.rows * matrix.columns ? DENSE * entries : entries;
}

/** What one thread would have kept of the whole. */
export function joinKept(kept: readonly KeptPart[]): Kept {
  const pictures = kept.flatMap(({ picture }) => picture ?? []);
  const traces = kept.flatMap(({ trace }) => trace ?? []);
  const lists = kept.flatMap(({ list }) => list ?? []);
  return {
    regions: pictures.length > 0 ? joinPictures(pictures) : null,
    line: traces.length > 0 ? joinTraces(traces) : null,
    ...(lists.length > 0 && { list: joinLists(lists) }),
  };
}
