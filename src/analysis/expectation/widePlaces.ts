import type { Segment } from '../../common/place.ts';
import { analyzedLayers, type Network } from '../../network/network.ts';
import type { NetworkPlaces } from './equalPlaces.ts';
import { placesOn, type LinePlace } from './linePlaces.ts';
import { WideLimit, type WidePlace } from './wideLimit.ts';

/** The limit of wide layers is known in as many parts of the segment, at the middle of each. */
const CELLS = 256;
/** The share of places that do not follow that limit: it need not be near the truth. */
const FREE = 0.2;

/** What a draw at a place takes from the limit, to follow how it differs from the mean over draws. */
export type Course = Pick<WidePlace, 'shares' | 'kept'>;

export interface WidelyKnownPlace extends LinePlace {
  /** By layer: the limit of wide layers at such places, over their density. */
  readonly wide: Float64Array;
  readonly course: Course;
}

/** Places of a segment, about as dense as breakpoints are in the limit of wide layers, and that limit there. */
export class WidePlaces {
  private readonly place: (share: number) => LinePlace;
  /** By cell and layer, before the density. */
  private readonly rates: readonly Float64Array[];
  private readonly courses: readonly Course[];
  /** Density of places in each cell; they add to the number of cells. */
  private readonly density: readonly number[];

  constructor(network: Network, segment: Segment, places: NetworkPlaces) {
    this.place = placesOn(segment, network.initialization.biasStddev, unitsByDepth(network, places));
    const limit = new WideLimit(network, segment, places);
    const cells = Array.from({ length: CELLS }, (_, cell) => {
      const { t, weight } = this.place((cell + 0.5) / CELLS);
      const { rates, shares, kept } = limit.at(t);
      return {
        rates: rates.map((rate) => weight * finite(rate, 0)),
        course: { shares: shares.map((share) => finite(share, 1 / 2)), kept: kept.map((part) => finite(part, 1)) },
      };
    });
    this.rates = cells.map(({ rates }) => rates);
    this.courses = cells.map(({ course }) => course);
    const totals = this.rates.map((rates) => rates.reduce((sum, rate) => sum + rate, 0));
    const whole = totals.reduce((sum, total) => sum + total, 0);
    this.density = totals.map((total) => (whole > 0 ? FREE + ((1 - FREE) * CELLS * total) / whole : 1));
  }

  /** The place for a number in (0, 1). */
  at(share: number): WidelyKnownPlace {
    let [cell, left] = [0, share * CELLS];
    while (cell < CELLS - 1 && left > this.density[cell]) left -= this.density[cell++];
    const density = this.density[cell];
    const within = Math.min(1, left / density);
    const { t, weight, origin } = this.place((cell + within) / CELLS);
    const wide = this.rates[cell].map((rate) => rate / density);
    return { t, weight: weight / density, origin, wide, course: this.courses[cell] };
  }
}

/** Squares may leave the range of numbers. */
function finite(number: number, otherwise: number): number {
  return Number.isFinite(number) ? number : otherwise;
}

/** Different units of each layer that has some. */
function unitsByDepth(network: Network, { layers }: NetworkPlaces): number[] {
  const ofUnits = analyzedLayers(network).filter(({ neurons }) => neurons > 0);
  return ofUnits.map(({ index, outputShape }) => layers.get(index)!.output.count * outputShape[outputShape.length - 1]);
}
