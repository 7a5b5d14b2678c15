import type { ExactMaps } from '../exact/exactMaps.ts';
import type { LineIds } from '../exact/lineIds.ts';
import { RELATIVE_ERROR, UNDERFLOW_ERROR, type Geometry } from '../geometry/geometry.ts';
import type { Slice } from '../geometry/slice.ts';
import { concatenated } from '../program/concatenated.ts';
import { isContinuous, type Program, type UnitStep } from '../program/program.ts';
import type { Propagator } from '../propagation/propagation.ts';
import { MAX_TERMS, SubsetSums } from './subsetSums.ts';
import { MAX_PRODUCTS, UnitEffects } from './unitEffects.ts';

/** Numbers below this may have lost all their digits to underflow. */
const TINY = 2 ** -900;

const NONE = new Int32Array(0);
/** Derivatives go through this many weights on their way to the stage before the last, at most. */
const MAX_WEIGHTS = 1 << 15;

/** What a walk holds of the current region. */
export interface Place {
  readonly geometry: Geometry;
  readonly propagator: Propagator;
  readonly patterns: readonly Int32Array[];
  /** The stage behind which no unit cuts it any more. */
  readonly last: number;
  /** Several units may vanish on one facet. */
  readonly isTied: boolean;
}

/**
 * Tells at which facets the output may not bend, so that the regions on both sides may have the same map. Where one
 * unit alone vanishes on a facet, the output bends there unless it does not depend on that unit's output in the cells
 * beside it. Both sides of a facet get the same answer.
 */
export class OutputBends {
  private readonly effects: UnitEffects;
  private readonly sums = new SubsetSums();
  /** Names of the lines around the current cell. */
  private around: number[] = [];
  private readonly lastStage: number;

  private constructor(
    private readonly program: Program,
    private readonly lines: LineIds,
    private readonly exact: ExactMaps,
  ) {
    this.effects = new UnitEffects(program);
    this.lastStage = program.stages.length - 1;
  }

  /**
   * Null for networks to which this does not apply, and where it takes longer to find derivatives than to make the
   * regions: through many weights, or in polygons, which are cut fast.
   */
  static of(program: Program, slice: Slice, lines: LineIds, exact: ExactMaps): OutputBends | null {
    const { stages } = program;
    const isOfPairs = stages.every((step) => step.kind === 'units' && step.breakpoints.length === 1);
    if (stages.length === 0 || slice.dimension < 2 || !isOfPairs || !isContinuous(program)) return null;
    const weights = weightsBetween(program);
    const most = stages.length <= 2 ? MAX_PRODUCTS : slice.dimension > 2 ? MAX_WEIGHTS : 0;
    if (weights > most) return null;
    const bends = new OutputBends(program, lines, exact);
    return bends.effects.isDirect || weights <= MAX_WEIGHTS ? bends : null;
  }

  /**
   * Whether the output bends at all facets of all regions of a cell of the stage before the last, which the units of
   * the last stage at `from` to `to` in `units` cut further. False says nothing.
   */
  always({ geometry, patterns }: Omit<Place, 'propagator'>, units: Int32Array, from: number, to: number): boolean {
    const { around, lastStage } = this;
    // What the last stage's own units do to the output depends on no other unit.
    const terms = lastStage > 0 ? to - from : 0;
    if (terms > MAX_TERMS) return false;
    this.effects.enter(patterns, units, from, from + terms);
    for (let k = from; k < to; k++) if (!this.surelyBends(lastStage, units[k], 0)) return false;
    around.length = 0;
    geometry.boundary((line) => around.push(line));
    return around.every((line) => {
      if (line < 0) return true;
      const { stage, first } = this.lines.decode(line);
      return this.surelyBends(stage, first, terms);
    });
  }

  /** The region whose facets `at` is asked about from now on. */
  enter({ patterns }: Place): void {
    this.effects.enter(patterns, NONE, 0, 0);
  }

  /** Whether the output bends at the facet of the region that was entered that lies in line `line`. */
  at(line: number, place: Place): boolean {
    const { patterns, isTied } = place;
    const { stage, first } = this.lines.decode(line);
    if (isTied && !this.isClearlyAlone(stage, first, place) && this.exact.isShared(concatenated(patterns), line))
      return false;
    if (this.surelyBends(stage, first, 0)) return true;
    const here = concatenated(patterns);
    const beyond = here.slice();
    const at = patterns.slice(0, stage).reduce((sum, { length }) => sum + length, first);
    beyond[at] = 1 - beyond[at];
    return !this.exact.areClearlyEqual(here, beyond) && this.exact.ofOutputs(here) !== this.exact.ofOutputs(beyond);
  }

  /** In the cell that `effects` entered, whichever pieces its open units have, `count` of them. */
  private surelyBends(stage: number, unit: number, count: number): boolean {
    const { effects, sums } = this;
    const { slopes } = this.program.stages[stage] as UnitStep;
    if (slopes[2 * unit] === slopes[2 * unit + 1]) return false;
    effects.find(stage, unit);
    return sums.least(effects.base, effects.terms, count) > 4 * RELATIVE_ERROR * effects.sizes[stage][unit] + TINY;
  }

  /** Whether no other unit's function is a multiple of that of this unit, up to rounding. */
  private isClearlyAlone(stage: number, unit: number, { geometry, propagator }: Place): boolean {
    const width = geometry.dimension + 1;
    const { stages, sizes } = this.program;
    const functionsOf = (s: number): Functions => {
      const [shift] = (stages[s] as UnitStep).breakpoints;
      const error = RELATIVE_ERROR * (propagator.scale(s) + Math.abs(shift)) + UNDERFLOW_ERROR;
      return { rows: propagator.preActivations(s), shift, error };
    };
    const { rows, shift, error } = functionsOf(stage);
    const own = rows.slice(unit * width, (unit + 1) * width);
    own[width - 1] -= shift;
    return stages.every((step, s) => {
      const others = functionsOf(s);
      for (let i = 0; i < sizes[step.output]; i++) {
        if ((s !== stage || i !== unit) && mayBeMultiple(others, i * width, own, error)) return false;
      }
      return true;
    });
  }
}

/** Weights between the first stage and the last. */
function weightsBetween({ steps, stages }: Program): number {
  const between = steps.slice(steps.indexOf(stages[0]), steps.indexOf(stages[stages.length - 1]));
  return between.reduce(
    (sum, step) =>
      step.kind === 'affine' ? step.terms.reduce((all, { matrix }) => all + matrix.value.length, sum) : sum,
    0,
  );
}

/** Coefficients and constant of each unit's function, to be lessened by `shift`, and how far they may be off. */
interface Functions {
  readonly rows: Float64Array;
  readonly shift: number;
  readonly error: number;
}

/** Whether the function at `rows[at ...]` may be a multiple of `own`, zero included. */
function mayBeMultiple({ rows, shift, error }: Functions, at: number, own: Float64Array, ownError: number): boolean {
  const last = own.length - 1;
  let pivot = 0;
  for (let k = 0; k <= last; k++) if (Math.abs(own[k]) > Math.abs(own[pivot])) pivot = k;
  if (!(ownError < Math.abs(own[pivot]) / 4)) return true;
  const factor = (rows[at + pivot] - (pivot === last ? shift : 0)) / own[pivot];
  // The factor is off by at most twice as much as this over the pivot, and no coefficient is greater than that.
  const doubt = 4 * (error + Math.abs(factor) * ownError);
  for (let k = 0; k <= last; k++) {
    const coefficient = rows[at + k] - (k === last ? shift : 0);
    if (Math.abs(coefficient - factor * own[k]) > doubt) return false;
  }
  return true;
}
