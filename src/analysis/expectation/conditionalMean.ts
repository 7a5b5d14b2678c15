import { gaussians, streamSeed, uniforms } from '../../common/random.ts';
import type { Segment } from '../../common/place.ts';
import { analyzedLayers, type Network } from '../../network/network.ts';
import { equalPlaces, type NetworkPlaces } from './equalPlaces.ts';
import { breakpointRates } from './forwardPass.ts';
import { placesOn, type LinePlace } from './linePlaces.ts';
import { NotDrawn, Sources } from './randomTensor.ts';
import { workOf } from './weightedImage.ts';

/** A mean over random networks from draws, by layer index; null beyond the piecewise-linear part. */
export interface ConditionalMean {
  readonly perLayer: readonly (number | null)[];
  /** Of the last of them. */
  readonly standardError: number;
  readonly draws: number;
}

/** Multiplications to make, about: they decide how many networks are drawn. */
export interface WorkOfDraws {
  readonly all: number;
  /** What the fewest from which there is a mean may take. */
  readonly fewest: number;
}

export interface ConditionalChoice {
  readonly seed: number;
  readonly work: WorkOfDraws;
  readonly stopped?: () => boolean;
}

/** Each round has one point in each of as many parts of the segment; rounds differ by chance alone. */
const STRATA = 8;
const MIN_ROUNDS = 2;
const MAX_ROUNDS = 250;
/** From fewer rounds the spread between them is not an estimate: neighboring parts are compared instead. */
const ROUNDS_TO_COMPARE = 8;

/** One point in each part of the segment. */
interface Round {
  /** Mean breakpoints of each layer. */
  readonly perLayer: Float64Array;
  /** What each part adds to their sum. */
  readonly parts: readonly number[];
}

/**
 * Mean number of activation regions on a segment of networks with random normal weights, at the widths the network has.
 * At a random point of the segment one random network is drawn, and every unit's breakpoints are taken in expectation
 * over its own last weights, by Rice's formula: nothing is counted, and nothing is said in the limit of wide layers. A
 * sentence where the network has units that this does not cover, null where it was stopped before there was a mean.
 */
export function conditionalMean(
  network: Network,
  segment: Segment,
  choice: ConditionalChoice,
): ConditionalMean | string | null {
  try {
    return new Rounds(network, segment, choice).mean();
  } catch (error) {
    if (error instanceof NotDrawn) return error.message;
    throw error;
  }
}

class Stopped extends Error {}

class Rounds {
  private readonly uniform: () => number;
  private readonly gaussian: () => number;
  private readonly rounds: Round[] = [];
  /** How many draws have the first breakpoint at the origin in a layer. */
  private readonly roots: Float64Array;
  private readonly places: NetworkPlaces;
  private readonly place: (share: number) => LinePlace;

  constructor(
    private readonly network: Network,
    private readonly segment: Segment,
    private readonly choice: ConditionalChoice,
  ) {
    this.places = equalPlaces(network, segment);
    this.place = placesOn(segment, network.initialization.biasStddev, unitsByDepth(network, this.places));
    this.roots = new Float64Array(network.layers.length);
    this.uniform = uniforms(streamSeed(choice.seed, 0));
    this.gaussian = gaussians(streamSeed(choice.seed, 1));
  }

  mean(): ConditionalMean | null {
    const { all, fewest } = this.choice.work;
    const work = workOfDraw(this.network, this.places);
    const least = MIN_ROUNDS * STRATA * work;
    if (least > fewest)
      throw new NotDrawn(
        `${MIN_ROUNDS * STRATA} draws of this network take about ${least.toExponential(1)} multiplications, more than the ${fewest.toExponential(0)} that are spent on a mean.`,
      );
    const count = Math.min(MAX_ROUNDS, Math.max(MIN_ROUNDS, Math.round(all / (STRATA * work))));
    try {
      while (this.rounds.length < count) this.rounds.push(this.round());
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
    return this.rounds.length < MIN_ROUNDS ? null : this.result();
  }

  /** Mean breakpoints of each layer from one point in each part. */
  private round(): Round {
    const sums = new Float64Array(this.network.layers.length);
    const roots: number[] = [];
    const parts: number[] = [];
    for (let stratum = 0; stratum < STRATA; stratum++) {
      const { t, weight, origin } = this.place((stratum + this.uniform()) / STRATA);
      const direction = Float64Array.from(this.segment.from, (x, i) => this.segment.to[i] - x);
      const point = direction.map((slope, i) => this.segment.from[i] + t * slope);
      const { perLayer, rootLayer } = breakpointRates(this.network, point, direction, {
        initialization: this.network.initialization,
        gaussian: this.gaussian,
        sources: new Sources(),
        places: this.places,
        origin,
        breathe: () => {
          if (this.choice.stopped?.() === true) throw new Stopped();
        },
      });
      perLayer.forEach((rate, layer) => (sums[layer] += (weight * rate) / STRATA));
      parts.push((weight * perLayer.reduce((sum, rate) => sum + rate, 0)) / STRATA);
      if (Number.isFinite(rootLayer)) roots.push(rootLayer);
    }
    for (const layer of roots) this.roots[layer]++;
    return { perLayer: sums, parts };
  }

  private result(): ConditionalMean {
    const count = this.rounds.length;
    let regions = 1;
    const perLayer = this.network.layers.map(({ index, scope }) => {
      regions += this.rounds.reduce((sum, round) => sum + round.perLayer[index], 0) / count;
      regions += this.roots[index] / (count * STRATA);
      return scope === 'beyond' ? null : regions;
    });
    return { perLayer, standardError: Math.sqrt(varianceOfRound(this.rounds) / count), draws: count * STRATA };
  }
}

/** Multiplications that one draw takes, about. */
function workOfDraw(network: Network, { layers }: NetworkPlaces): number {
  const layersDrawn = analyzedLayers(network);
  return layersDrawn.reduce((sum, layer) => sum + workOf(layer, layers.get(layer.index)!), network.inputSize);
}

/**
 * Variance of one round's total: between rounds, or, where these are few, from the differences of neighboring parts,
 * which have different means besides and so rather say too much.
 */
function varianceOfRound(rounds: readonly Round[]): number {
  if (rounds.length < ROUNDS_TO_COMPARE) {
    const squares = rounds.flatMap(({ parts }) =>
      parts.map((part, k) => (k % 2 === 0 ? (part - parts[k + 1]) ** 2 : 0)),
    );
    return squares.reduce((sum, square) => sum + square, 0) / rounds.length;
  }
  const totals = rounds.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0));
  const mean = totals.reduce((sum, total) => sum + total, 0) / rounds.length;
  return totals.reduce((sum, total) => sum + (total - mean) ** 2, 0) / (rounds.length - 1);
}

/** Different units of each layer that has some. */
function unitsByDepth(network: Network, { layers }: NetworkPlaces): number[] {
  const ofUnits = analyzedLayers(network).filter(({ neurons }) => neurons > 0);
  return ofUnits.map(({ index, outputShape }) => layers.get(index)!.output.count * outputShape[outputShape.length - 1]);
}
