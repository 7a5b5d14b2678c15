import type { Segment } from '../../common/place.ts';
import { analyzedLayers, type Network } from '../../network/network.ts';
import type { NetworkPlaces } from './equalPlaces.ts';
import { placesOn, type LinePlace } from './linePlaces.ts';
import { WideLimit } from './wideLimit.ts';

/** The limit of wide layers is known in as many parts of the segment, at the middle of each. */
const CELLS = 256;
/** The share of places that do not follow that limit: it need not be near the truth. */
const FREE = 0.2;

export interface ControlledPlace extends LinePlace {
  /** By layer: the limit of wide layers at such places, over their density. */
  readonly wide: Float64Array;
  /** By layer: the share of a sum's newest terms, about. */
  readonly shares: Float64Array;
}

/**
 * Places of a segment, as dense as breakpoints are in the limit of wide layers, and that limit as a variable whose mean
 * over places is known.
 */
export class WideControl {
  /** By layer: the mean of `wide` over places. */
  readonly means: Float64Array;
  private readonly place: (share: number) => LinePlace;
  /** By cell and layer, before the density. */
  private readonly rates: readonly Float64Array[];
  private readonly shares: readonly Float64Array[];
  /** Density of places in each cell; they add to the number of cells. */
  private readonly density: readonly number[];

  constructor(network: Network, segment: Segment, places: NetworkPlaces) {
    this.place = placesOn(segment, network.initialization.biasStddev, unitsByDepth(network, places));
    const limit = new WideLimit(network, segment, places);
    const cells = Array.from({ length: CELLS }, (_, cell) => {
      const { t, weight } = this.place((cell + 0.5) / CELLS);
      const { rates, shares } = limit.at(t);
      return { rates: rates.map((rate) => weight * finite(rate)), shares };
    });
    this.rates = cells.map(({ rates }) => rates);
    this.shares = cells.map(({ shares }) => shares);
    this.means = new Float64Array(network.layers.length);
    for (const rates of this.rates) rates.forEach((rate, layer) => (this.means[layer] += rate / CELLS));
    const totals = this.rates.map((rates) => rates.reduce((sum, rate) => sum + rate, 0));
    const whole = totals.reduce((sum, total) => sum + total, 0);
    this.density = totals.map((total) => (whole > 0 ? FREE + ((1 - FREE) * CELLS * total) / whole : 1));
  }

  /** The place for a number in (0, 1). */
  at(share: number): ControlledPlace {
    let [cell, left] = [0, share * CELLS];
    while (cell < CELLS - 1 && left > this.density[cell]) left -= this.density[cell++];
    const density = this.density[cell];
    const within = Math.min(1, left / density);
    const { t, weight, origin } = this.place((cell + within) / CELLS);
    const wide = this.rates[cell].map((rate) => rate / density);
    return { t, weight: weight / density, origin, wide, shares: this.shares[cell] };
  }
}

function finite(rate: number): number {
  return Number.isFinite(rate) ? rate : 0;
}

/** Different units of each layer that has some. */
function unitsByDepth(network: Network, { layers }: NetworkPlaces): number[] {
  const ofUnits = analyzedLayers(network).filter(({ neurons }) => neurons > 0);
  return ofUnits.map(({ index, outputShape }) => layers.get(index)!.output.count * outputShape[outputShape.length - 1]);
}
