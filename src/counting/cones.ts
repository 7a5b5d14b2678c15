import { Dyadic } from '../common/dyadic.ts';
import { meetingPoint } from './exact/meetingPoint.ts';
import { sideOf, type Slice } from './geometry/slice.ts';
import { countLinePart } from './lines/lineCount.ts';
import { joinLine, type LineEnd } from './lines/lineParts.ts';
import { isContinuous, type Program, type Step } from './program/program.ts';
import { remaining, type Watched } from './walk/limits.ts';
import { SharedCount } from './walk/sharedCount.ts';
import type { WalkResult } from './walk/walkOptions.ts';

/** The sides of the square around its middle, by the coordinate that is 0 or 1, and whether they run backwards. */
const SIDES = [
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
  return slice.dimension === 2 && isHomogeneous(program) && isContinuous(program) && vanishesInside(slice);
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
    const { program, options } = this;
    const slice = sideOf(this.slice, fixed, at);
    if (!slice) return null;
    const place = { whole: program, program, slice, places: null };
    const { limits, hooks } = options;
    const watched = {
      limits: { ...remaining(limits, this.start), ...this.regionsLeft() },
      hooks: {
        ...hooks,
        progress: (_: number, fraction: number, cells: readonly number[]) => {
          const all = this.cells(cells);
          hooks?.progress?.(all.at(-1) ?? 1, (this.sides.length + fraction) / SIDES.length, all);
        },
      },
      share: SharedCount.alone(),
    };
    const found = countLinePart(program, slice, { ...watched, linear: true, draws: false }, place);
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

/** Whether nothing is added before the last units, and all bend at zero. */
function isHomogeneous({ steps, stages }: Program): boolean {
  const read = new Set(stages.map(({ source }) => source));
  return [...steps].reverse().every((step) => {
    if (!read.has(step.output) && step.kind === 'affine') return true;
    for (const source of sourcesOf(step)) read.add(source);
    switch (step.kind) {
      case 'affine':
        return step.bias.every((x) => x === 0);
      case 'units':
        return step.breakpoints.every((x) => x === 0) && step.intercepts.every((x) => x === 0);
      case 'max':
        return true;
    }
  });
}

function sourcesOf(step: Step): readonly number[] {
  return step.kind === 'affine' ? step.terms.map(({ source }) => source) : [step.source];
}

/** Whether the input is zero at a point inside the square. */
function vanishesInside({ rows }: Slice): boolean {
  const inputs = rows.length / 3;
  // Of two rows, and nearly: most planes end here.
  const lengthOf = (i: number) => Math.abs(rows[3 * i]) + Math.abs(rows[3 * i + 1]);
  const areaOf = (i: number, j: number) => rows[3 * i] * rows[3 * j + 1] - rows[3 * i + 1] * rows[3 * j];
  let first = 0;
  for (let i = 1; i < inputs; i++) if (lengthOf(i) > lengthOf(first)) first = i;
  let second = 0;
  for (let i = 1; i < inputs; i++) if (Math.abs(areaOf(first, i)) > Math.abs(areaOf(first, second))) second = i;
  const area = areaOf(first, second);
  if (area === 0) return false;
  const [c, d] = [rows[3 * first + 2], rows[3 * second + 2]];
  const x = (rows[3 * first + 1] * d - c * rows[3 * second + 1]) / area;
  const y = (c * rows[3 * second] - rows[3 * first] * d) / area;
  const isNear = (i: number) =>
    Math.abs(rows[3 * i] * x + rows[3 * i + 1] * y + rows[3 * i + 2]) <= 1e-9 * lengthOf(first);
  for (let i = 0; i < inputs; i++) if (!isNear(i)) return false;
  const exact = new Dyadic(rows);
  const row = (i: number) => [0, 1, 2].map((k) => exact.numerator(3 * i + k));
  const point = meetingPoint([row(first), row(second)], 2);
  if (!point || point[2] === 0n) return false;
  const [px, py, scale] = point[2] < 0n ? point.map((value) => -value) : point;
  if (px <= 0n || py <= 0n || px >= scale || py >= scale) return false;
  for (let i = 0; i < inputs; i++) {
    const [a, b, constant] = row(i);
    if (a * px + b * py + constant * scale !== 0n) return false;
  }
  return true;
}
