import { vanishesInside } from './exact/vanishesInside.ts';
import { sideOf, type Slice } from './geometry/slice.ts';
import { countLinePart } from './lines/lineCount.ts';
import { joinLine, type LineEnd } from './lines/lineParts.ts';
import { isHomogeneous } from './program/homogeneous.ts';
import { isContinuous, type Program } from './program/program.ts';
import { remaining, type Watched } from './walk/limits.ts';
import { SharedCount } from './walk/sharedCount.ts';
import type { WalkResult } from './walk/walkOptions.ts';

/** The sides of the square around its middle, by the coordinate that is 0 or 1, and whether they run backwards. */
export const SIDES = [
  { fixed: 1, at: 0, isBackward: false },
  { fixed: 0, at: 1, isBackward: false },
  { fixed: 1, at: 1, isBackward: true },
  { fixed: 0, at: 0, isBackward: true },
] as const;

interface Side {
  readonly walked: WalkResult;
  readonly linearRegions: number;
  /** The cells at its two ends, in the direction around the square. */
  readonly start: LineEnd;
  readonly end: LineEnd;
}

/**
 * Where no constant is added before the last units, the network is linear on each ray from the point where its input
 * vanishes: its regions in a plane through that point are cones around it. If the point lies inside the square, they
 * are the pieces of the square's sides, which make one loop, and so are the linear regions: a linear function on a cone
 * is known from its values on a segment across it. Lines are counted layer by layer, while every cell at the point
 * would leave the signs of all units there to exact arithmetic. Null where it is not so, where a region begins exactly
 * in a corner, or where a side cannot be counted layer by layer.
 */
export function countCones(
  program: Program,
  slice: Slice,
  options: Omit<Watched, 'share' | 'held'>,
): { readonly walked: WalkResult; readonly linearRegions: number | null } | null {
  if (!hasCones(program, slice)) return null;
  return new Loop(program, slice, options).run();
}

export function hasCones(program: Program, slice: Slice): boolean {
  if (slice.dimension !== 2 || program.stages.length === 0) return false;
  return isHomogeneous(program) && isContinuous(program) && vanishesInside(slice);
}

class Loop {
  private readonly start = performance.now();
  private readonly sides: Side[] = [];

  constructor(
    private readonly program: Program,
    private readonly slice: Slice,
    private readonly options: Omit<Watched, 'share' | 'held'>,
  ) {}

  run(): { readonly walked: WalkResult; readonly linearRegions: number | null } | null {
    for (const side of SIDES) {
      const found = this.countSide(side);
      if (!found) return null;
      if ('stoppedBy' in found) return { walked: found, linearRegions: null };
      this.sides.push(found);
    }
    const isClosed = this.sides.every(({ end }, k) => haveOnePattern(end, this.sides[(k + 1) % SIDES.length].start));
    if (!isClosed) return null;
    const bends = this.sides.reduce((sum, { linearRegions }) => sum + linearRegions - 1, 0);
    return { walked: { stoppedBy: null, cells: this.cells() }, linearRegions: Math.max(1, bends) };
  }

  /** A side, or what there is of all until it was stopped. */
  private countSide({ fixed, at, isBackward }: (typeof SIDES)[number]): Side | WalkResult | null {
    const { program } = this;
    const slice = sideOf(this.slice, fixed, at);
    if (!slice) return null;
    const place = { whole: program, program, slice, places: null };
    const found = countLinePart(program, slice, { ...this.watched(), linear: true, draws: false }, place);
    if (!found) return null;
    const { cells, common, stoppedBy } = found.walked;
    const walked = { stoppedBy, cells: cells.map((count, stage) => count + (common?.[stage] ?? 0)) };
    if (stoppedBy !== null) return { stoppedBy, cells: this.cells(walked.cells) };
    const runs = [...found.part.runs].sort((a, b) => a.from - b.from);
    const ends = [runs[0].ends?.first, runs[runs.length - 1].ends?.last];
    const [start, end] = isBackward ? ends.reverse() : ends;
    const { linearRegions } = joinLine(() => place, [found.part], true);
    return start && end && linearRegions !== null ? { walked, linearRegions, start, end } : null;
  }

  /** One who shares a line keeps the cells at its ends. */
  private watched(): Watched {
    const { limits, hooks } = this.options;
    const progress = (_: number, fraction: number, cells: readonly number[]) => {
      const all = this.cells(cells);
      hooks?.progress?.(all.at(-1) ?? 1, (this.sides.length + fraction) / SIDES.length, all);
    };
    return {
      limits: { ...remaining(limits, this.start), ...this.regionsLeft() },
      hooks: { ...hooks, progress },
      share: SharedCount.alone(),
    };
  }

  /** A side has one piece more than knots, which are the regions. */
  private regionsLeft(): Pick<Watched['limits'], 'regions'> {
    const { regions } = this.options.limits;
    const knots = this.sides.reduce((sum, { walked }) => sum + (walked.cells.at(-1) ?? 1) - 1, 0);
    return regions === undefined ? {} : { regions: regions - knots + 1 };
  }

  /** Cells after each stage on the sides so far, with those of a side under way: as many as knots, at least one. */
  private cells(underWay?: readonly number[]): number[] {
    const counts = [...this.sides.map(({ walked }) => walked.cells), ...(underWay ? [underWay] : [])];
    return this.program.stages.map((_, stage) =>
      Math.max(
        1,
        counts.reduce((sum, own) => sum + own[stage] - 1, 0),
      ),
    );
  }
}

function haveOnePattern({ pattern }: LineEnd, other: LineEnd): boolean {
  return pattern.every((byte, k) => byte === other.pattern[k]);
}
