import type { LocalMaps } from './localMaps.ts';
import type { Program } from '../program/program.ts';

/** The point nearest to another one at which a unit bends. */
export interface NearestBoundary {
  /** Euclidean, in the space of the maps. Infinity where no unit depends on the input. */
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
/** Output maps that agree to this share of their size are one map. */
const SAME_MAP = 1e-9;

interface Neighbor {
  readonly distance: number;
  readonly stage: number;
  readonly unit: number;
  /** The piece beyond. */
  readonly piece: number;
}

/**
 * Distance of a point to the boundary of its activation region: the least of |z(x)| / |grad z(x)| over all units and
 * their breakpoints (for a maximum, z is how far its greatest argument is ahead of another), Hanin and Rolnick 2019.
 * The gradients are those inside the region. A region is where all its functions keep their sign, so that the ball up
 * to the nearest of these hyperplanes lies in it, and the foot point is real: that unit is still bent there, however
 * far other hyperplanes go on beyond their own regions.
 */
export function nearestBoundary(
  program: Program,
  maps: LocalMaps,
  point: ArrayLike<number>,
  distanceOnly = false,
): NearestBoundary {
  maps.moveTo(point);
  const search = new Search(program, maps, point);
  search.run();
  const { nearest, foot } = search;
  if (!nearest) return { distance: Infinity, layer: -1, unit: -1, foot, bendsOutput: false };
  const { layer } = program.stages[nearest.stage];
  const bendsOutput = distanceOnly ? null : search.bendsOutput();
  return { distance: nearest.distance, layer, unit: nearest.unit, foot, bendsOutput };
}

class Search {
  nearest: Neighbor | null = null;
  foot = new Float64Array(0);
  /** All that bend at about the least distance. */
  private tied: Neighbor[] = [];
  private readonly inputs: number;
  private readonly gradient: Float64Array;

  constructor(
    private readonly program: Program,
    private readonly maps: LocalMaps,
    private readonly point: ArrayLike<number>,
  ) {
    this.inputs = maps.dimension;
    this.gradient = new Float64Array(this.inputs);
  }

  run(): void {
    this.program.stages.forEach((step, stage) => {
      const pattern = this.maps.patterns[stage];
      for (let unit = 0; unit < pattern.length; unit++) {
        const piece = pattern[unit];
        if (step.kind === 'units') {
          if (piece > 0) this.visit(stage, unit, piece - 1, unit, -1, step.breakpoints[piece - 1]);
          if (piece < step.breakpoints.length) this.visit(stage, unit, piece + 1, unit, -1, step.breakpoints[piece]);
          continue;
        }
        const from = step.start[unit];
        for (let k = from; k < step.start[unit + 1]; k++) {
          if (k - from !== piece) this.visit(stage, unit, k - from, step.members[from + piece], step.members[k], 0);
        }
      }
    });
  }

  /** Where row `first` (less row `second`, if there is one) takes the value `shift`. */
  private visit(stage: number, unit: number, piece: number, first: number, second: number, shift: number): void {
    const { inputs, gradient, point } = this;
    const rows = this.maps.rows(stage);
    const at = first * (inputs + 1);
    const less = second * (inputs + 1);
    let value = rows[at + inputs] - shift - (second < 0 ? 0 : rows[less + inputs]);
    let square = 0;
    for (let k = 0; k < inputs; k++) {
      const slope = second < 0 ? rows[at + k] : rows[at + k] - rows[less + k];
      gradient[k] = slope;
      value += slope * point[k];
      square += slope * slope;
    }
    if (square === 0) return;
    const distance = Math.abs(value) / Math.sqrt(square);
    const least = this.nearest?.distance ?? Infinity;
    if (!(distance <= least * (1 + SAME_DISTANCE))) return;
    const found = { distance, stage, unit, piece };
    this.tied = [...this.tied.filter((other) => other.distance <= distance * (1 + SAME_DISTANCE)), found];
    if (distance >= least) return;
    this.nearest = found;
    this.foot = gradient.map((slope, k) => point[k] - (value / square) * slope);
  }

  /**
   * Whether the outputs' map is another one with the nearest units on their other pieces, at the same pieces of all
   * later units.
   */
  bendsOutput(): boolean {
    const { maps, nearest } = this;
    if (!nearest) return false;
    const stage = Math.min(...this.tied.map((neighbor) => neighbor.stage));
    const pattern = maps.patterns[stage].slice();
    for (const neighbor of this.tied) if (neighbor.stage === stage) pattern[neighbor.unit] = neighbor.piece;
    const here = maps.output();
    let differs = false;
    maps.withPieces(stage, pattern, () => {
      const there = maps.output();
      const size = here.reduce((most, x, k) => Math.max(most, Math.abs(x), Math.abs(there[k])), 0);
      differs = here.some((x, k) => Math.abs(x - there[k]) > SAME_MAP * size);
    });
    return differs;
  }
}
