import type { Program } from '../program/program.ts';
import { LengthBounds } from './lengthBounds.ts';
import { lengthOf, LocalGradients, type Gradient } from './localGradients.ts';

/** The point nearest to another one at which a unit bends. */
export interface NearestBoundary {
  /** Euclidean, in the input space. Infinity where no unit depends on the input. */
  readonly distance: number;
  /** Index of the layer that bends there, and the unit's place in it; -1 where there is none. */
  readonly layer: number;
  readonly unit: number;
  /** Empty where there is none. */
  readonly foot: Float64Array;
  /**
   * The outputs have another affine map beyond the foot point, so that a linear region ends there too; null where only
   * the distance was asked for.
   */
  readonly bendsOutput: boolean | null;
}

/** Functions that vanish this much (relative) farther away bend together with the nearest. */
const SAME_DISTANCE = 1e-9;
/** A difference this small beside what it is the difference of is rounding. */
const ROUNDING = 1e-12;

/** All numbers of a network, times those of its input. */
const MAX_NUMBERS = 1e8;

/** A unit, and another piece of it. */
interface Neighbor {
  readonly stage: number;
  readonly unit: number;
  /** The piece beyond. */
  readonly piece: number;
  /** The unit bends where this number of what it reads, less that number unless it is -1, changes by `-value`. */
  readonly first: number;
  readonly second: number;
  readonly value: number;
  /** How long the gradient of that function is at most. */
  readonly bound: number;
}

interface Met extends Neighbor, Gradient {
  readonly distance: number;
}

/**
 * Distances of points to the boundaries of their activation regions: the least of |z(x)| / |grad z(x)| over all units
 * and their breakpoints (for a maximum, z is how far its greatest argument is ahead of another), Hanin and Rolnick
 * 2019. The gradients are those inside the region. A region is where all its functions keep their sign, so that the
 * ball up to the nearest of these hyperplanes lies in it, and the foot point is real: that unit is still bent there,
 * however far other hyperplanes go on beyond their own regions. Gradients are found of those units alone that may be
 * the nearest by a bound on the lengths of their gradients, the most promising first.
 */
export class NearestBoundaries {
  private readonly gradients: LocalGradients;
  private readonly bounds: LengthBounds;

  /** Errors: RangeError for networks so large that a distance may take minutes. */
  constructor(private readonly program: Program) {
    const numbers = program.sizes.reduce((sum, size) => sum + size, 0) * program.inputSize;
    if (numbers > MAX_NUMBERS)
      throw new RangeError('the gradients of all neurons are too many numbers to look through');
    this.gradients = new LocalGradients(program);
    this.bounds = new LengthBounds(program, this.gradients);
  }

  /** Piece of each unit by stage, at the point that was looked at last. */
  get patterns(): readonly Int32Array[] {
    return this.gradients.patterns;
  }

  /** Of one point. */
  of(point: ArrayLike<number>, distanceOnly = false): NearestBoundary {
    this.gradients.moveTo(point);
    this.bounds.update();
    const [nearest, ...others] = this.nearest();
    if (!nearest) {
      const bendsOutput = distanceOnly ? null : false;
      return { distance: Infinity, layer: -1, unit: -1, foot: new Float64Array(0), bendsOutput };
    }
    const { distance, stage, unit, value, gradient } = nearest;
    const square = lengthOf(gradient) ** 2;
    return {
      distance,
      layer: this.program.stages[stage].layer,
      unit,
      foot: gradient.map((slope, k) => point[k] - (value / square) * slope),
      bendsOutput: distanceOnly ? null : this.bendsOutput([nearest, ...others]),
    };
  }

  /** All that bend at about the least distance, the nearest first. */
  private nearest(): Met[] {
    const { program, gradients, bounds } = this;
    let least = Infinity;
    const mayBeNearest = ({ value, bound }: Neighbor) => Math.abs(value) <= least * (1 + SAME_DISTANCE) * bound;
    this.visitNeighbors(({ stage, value, bound, second }) => {
      const isLength = second < 0 && bounds.isAffine(program.stages[stage].source);
      if (isLength) least = Math.min(least, Math.abs(value) / bound);
    });
    const candidates: Neighbor[] = [];
    this.visitNeighbors((neighbor) => {
      if (mayBeNearest(neighbor)) candidates.push({ ...neighbor });
    });
    candidates.sort((a, b) => Math.abs(a.value) / a.bound - Math.abs(b.value) / b.bound);
    const met: Met[] = [];
    for (const candidate of candidates) {
      if (!mayBeNearest(candidate)) break;
      const { first, second, value, bound, stage } = candidate;
      const { source } = program.stages[stage];
      let found = gradients.find(source, first, second);
      // It may be rounding alone.
      if (lengthOf(found.gradient) < SAME_DISTANCE * bound) found = gradients.find(source, first, second, true);
      const length = lengthOf(found.gradient);
      if (length === 0) continue;
      const distance = Math.abs(value) / length;
      met.push({ ...candidate, ...found, distance });
      least = Math.min(least, distance);
    }
    return met
      .filter(({ distance }) => distance <= least * (1 + SAME_DISTANCE))
      .sort((a, b) => a.distance - b.distance || a.stage - b.stage || a.unit - b.unit);
  }

  /** Shows all pieces next to those that the units are on, each in the same object. */
  private visitNeighbors(see: (neighbor: Neighbor) => void): void {
    const seen = { stage: 0, unit: 0, piece: 0, first: 0, second: -1, value: 0, bound: 0 };
    const { gradients, bounds } = this;
    this.program.stages.forEach((step, stage) => {
      const [values, lengths] = [gradients.values[step.source], bounds.of[step.source]];
      const pattern = gradients.patterns[stage];
      const show = (unit: number, piece: number, first: number, second: number, breakpoint: number) => {
        seen.bound = lengths[first] + (second < 0 ? 0 : lengths[second]);
        if (seen.bound === 0) return;
        seen.stage = stage;
        seen.unit = unit;
        seen.piece = piece;
        seen.first = first;
        seen.second = second;
        seen.value = values[first] - (second < 0 ? breakpoint : values[second]);
        see(seen);
      };
      for (let unit = 0; unit < pattern.length; unit++) {
        const piece = pattern[unit];
        if (step.kind === 'units') {
          if (piece > 0) show(unit, piece - 1, unit, -1, step.breakpoints[piece - 1]);
          if (piece < step.breakpoints.length) show(unit, piece + 1, unit, -1, step.breakpoints[piece]);
          continue;
        }
        const from = step.start[unit];
        for (let k = from; k < step.start[unit + 1]; k++) {
          if (k - from !== piece) show(unit, k - from, step.members[from + piece], step.members[k], 0);
        }
      }
    });
  }

  /**
   * Whether the outputs' map is another one with the units that bend first on their other pieces, those of the first
   * stage among them, at the same pieces of all later units.
   */
  private bendsOutput(tied: readonly Met[]): boolean {
    const stage = Math.min(...tied.map((each) => each.stage));
    const beyond = new Map(tied.filter((each) => each.stage === stage).map((each) => [each.unit, each]));
    const parts = [...beyond.values()].map((each) => ({
      change: this.changeOf(each),
      effect: this.gradients.effectOf(stage, each.unit),
    }));
    if (parts.length === 1) return parts[0].effect.some((x) => x !== 0) && parts[0].change.some((x) => x !== 0);
    let [most, size] = [0, 0];
    for (let k = 0; k < parts[0].effect.length; k++) {
      for (let i = 0; i < parts[0].change.length; i++) {
        const terms = parts.map(({ effect, change }) => effect[k] * change[i]);
        most = Math.max(most, Math.abs(terms.reduce((sum, term) => sum + term, 0)));
        size = Math.max(size, ...terms.map(Math.abs));
      }
    }
    return most > ROUNDING * size;
  }

  /** Coefficients and constant of what a unit's output changes by beyond. */
  private changeOf({ stage, unit, piece, gradient, constant }: Met): Float64Array {
    const step = this.program.stages[stage];
    const now = this.patterns[stage][unit];
    // Another argument is as far ahead as this function is below zero.
    if (step.kind === 'max') return Float64Array.of(...gradient, constant).map((x) => -x);
    const before = unit * (step.breakpoints.length + 1) + now;
    const after = before - now + piece;
    const turn = step.slopes[after] - step.slopes[before];
    const jump = step.intercepts[after] - step.intercepts[before];
    return Float64Array.of(...gradient.map((x) => turn * x), turn * constant + jump);
  }
}
