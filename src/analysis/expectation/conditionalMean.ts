import { streamSeed, uniforms } from '../../common/random.ts';
import type { Segment } from '../../common/place.ts';
import { analyzedLayers, type Network } from '../../network/network.ts';
import { equalPlaces, type NetworkPlaces } from './equalPlaces.ts';
import { firstLayers, type FirstLayers } from './firstLayers.ts';
import { breakpointRates, type EarlyRates, type Rates } from './forwardPass.ts';
import { Chance } from './chance.ts';
import { controlled, type ControlledDraw, type DrawnRound } from './controlled.ts';
import { unitsBendAtZeroOnly } from '../../theory/kacRice/moments/unit.ts';
import { NotDrawn } from './randomTensor.ts';
import { Sources } from './sources.ts';
import { workOf, type Draw } from './weightedImage.ts';
import { sum, times } from './vectors.ts';
import { WideLimit } from './wideLimit.ts';
import { WidePlaces, type WidelyKnownPlace } from './widePlaces.ts';

/** A mean over random networks from draws, by layer index; null beyond the piecewise-linear part. */
export interface ConditionalMean {
  readonly perLayer: readonly (number | null)[];
  /** Of the last of them. */
  readonly standardError: number;
  readonly draws: number;
  /** Draws of the first layers alone. */
  readonly earlyDraws: number;
}

/** Multiplications to make, about: they decide how many networks are drawn. */
export interface WorkOfDraws {
  readonly all: number;
  /** What the fewest from which there is a mean may take. */
  readonly fewest: number;
  /** Rounds to make, whatever `all` allows; two without it. */
  readonly rounds?: number;
  /** Draws that take as many are compared with draws of the first layers; `MANY` without it. */
  readonly many?: number;
  /** Draws that take as many look at a part of the channels where numbers are compared; `SAMPLED` without it. */
  readonly sampled?: number;
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
const MANY = 1e8;
const SAMPLED = 1e7;
/** Draws of the first layers for each draw of all. */
const EARLY = 8;
/** From fewer rounds the spread between them is not an estimate: neighboring parts are compared instead. */
const ROUNDS_TO_COMPARE = 8;

/** One share of the rounds, of as many: those whose numbers leave the remainder `index`. */
export interface ShareOfRounds {
  readonly index: number;
  readonly of: number;
  /** Rounds with smaller numbers are drawn already. */
  readonly from?: number;
  /** Rounds with this number or a larger one are not needed. */
  readonly to?: number;
}

/** A round with a seed of its own, whoever draws it. */
export interface NumberedRound {
  readonly number: number;
  readonly draws: DrawnRound;
  /** Draws of the first layers, to which the others add what differs from them; none of a network of little work. */
  readonly early: DrawnRound;
  /** The layers with the first breakpoint at the origin, of those draws that have one. */
  readonly roots: readonly number[];
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
  const rounds = drawRounds(network, segment, choice);
  return typeof rounds === 'string' ? rounds : meanOfRounds(network, rounds);
}

/** A share of the rounds that make such a mean: fewer where it was stopped, a sentence where there is no mean. */
export function drawRounds(
  network: Network,
  segment: Segment,
  choice: ConditionalChoice,
  share: ShareOfRounds = { index: 0, of: 1 },
): readonly NumberedRound[] | string {
  try {
    return new Rounds(network, segment, choice).drawn(share);
  } catch (error) {
    if (error instanceof NotDrawn) return error.message;
    throw error;
  }
}

/** The mean from all rounds, in whatever order they come; null where they are too few. */
export function meanOfRounds(network: Network, drawn: readonly NumberedRound[]): ConditionalMean | null {
  if (drawn.length < MIN_ROUNDS) return null;
  const inOrder = [...drawn].sort((one, other) => one.number - other.number);
  const levels = [inOrder.map(({ draws }) => draws), inOrder.map(({ early }) => early)].map(controlled);
  const [draws, early] = levels.map((rounds) => rounds.flat());
  const roots = inOrder.flatMap((round) => round.roots);
  const meanAt = (all: readonly Float64Array[], layer: number) =>
    all.reduce((sum, rates) => sum + rates[layer], 0) / Math.max(1, all.length);
  let [regions, most] = [1, 1];
  const perLayer = network.layers.map(({ index, scope }) => {
    regions += meanAt(draws, index) + meanAt(early, index);
    regions += roots.filter((layer) => layer === index).length / draws.length;
    // By chance a layer's share may be less than zero, which its mean is not.
    most = Math.max(most, regions);
    return scope === 'beyond' ? null : most;
  });
  const variance = levels.reduce((sum, rounds) => sum + varianceOfRound(rounds.map(shareOfParts)), 0);
  return {
    perLayer,
    standardError: Math.sqrt(variance / drawn.length),
    draws: draws.length,
    earlyDraws: early.length,
  };
}

/** What each part of a round adds to its mean. */
function shareOfParts(round: readonly Float64Array[]): number[] {
  return round.map((rates) => rates.reduce((sum, rate) => sum + rate, 0) / round.length);
}

class Stopped extends Error {}

class Rounds {
  private readonly places: NetworkPlaces;
  private readonly line: WidePlaces;
  private readonly limit: WideLimit | null;
  private readonly first: FirstLayers | null;
  private readonly work: number;
  private readonly chance = new Chance(0);
  private readonly start: Float64Array;
  private readonly direction: Float64Array;

  constructor(
    private readonly network: Network,
    segment: Segment,
    private readonly choice: ConditionalChoice,
  ) {
    this.start = Float64Array.from(segment.from);
    this.direction = this.start.map((x, i) => segment.to[i] - x);
    this.places = equalPlaces(network, segment);
    this.line = new WidePlaces(network, segment, this.places);
    this.work = workOfDraw(network, this.places);
    const { many = MANY } = choice.work;
    this.first = this.work >= many ? firstLayers(network, this.places) : null;
    const needsLimit = this.first !== null || !unitsBendAtZeroOnly(network);
    this.limit = needsLimit ? new WideLimit(network, segment, this.places) : null;
  }

  drawn({ index, of, from = 0, to = Infinity }: ShareOfRounds): NumberedRound[] {
    const count = Math.min(this.count(), to);
    const rounds: NumberedRound[] = [];
    try {
      for (let number = from + index; number < count; number += of) rounds.push(this.round(number));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
    return rounds;
  }

  /** How many rounds make a mean: an even number, so that each half has a slope from as many others. */
  private count(): number {
    const { all, fewest, rounds = MIN_ROUNDS } = this.choice.work;
    const work = this.work + EARLY * (this.first?.work ?? 0);
    const least = MIN_ROUNDS * STRATA * work;
    if (least > fewest)
      throw new NotDrawn(
        `${MIN_ROUNDS * STRATA} draws of this network take about ${least.toExponential(1)} multiplications, more than the ${fewest.toExponential(0)} that are spent on a mean.`,
      );
    return Math.min(MAX_ROUNDS, Math.max(rounds, 2 * Math.ceil(all / (2 * STRATA * work))));
  }

  /** One network at one point in each part, and more of the first layers alone, in smaller parts. */
  private round(number: number): NumberedRound {
    const uniform = uniforms(streamSeed(this.choice.seed, 2 * number));
    this.chance.begin(streamSeed(this.choice.seed, 2 * number + 1));
    const roots: number[] = [];
    const { first } = this;
    const draws = Array.from({ length: STRATA }, (_, stratum): ControlledDraw => {
      const place = this.line.at((stratum + uniform()) / STRATA);
      const rates = this.ratesAt(place, uniform, first && { after: first.last, ends: false });
      if (Number.isFinite(rates.rootLayer)) roots.push(rates.rootLayer);
      return drawOf(place, rates, rates.early);
    });
    const parts = first ? EARLY * STRATA : 0;
    const early = Array.from({ length: parts }, (_, part): ControlledDraw => {
      const place = this.line.at((part + uniform()) / parts);
      const rates = this.ratesAt(place, uniform, { after: first!.last, ends: true });
      return drawOf(place, { ...rates, perLayer: rates.early!.rates }, null);
    });
    return { number, draws, early, roots };
  }

  private ratesAt({ t, origin, course }: WidelyKnownPlace, uniform: () => number, cut: Draw['cut']): Rates {
    const { network, start, direction, chance, places, limit } = this;
    const point = sum([start, times(direction, t)]);
    return breakpointRates(network, point, direction, {
      initialization: network.initialization,
      chance,
      sources: new Sources(),
      places,
      origin,
      course,
      sampled: this.work >= (this.choice.work.sampled ?? SAMPLED) ? uniform() : null,
      limit,
      cut,
      breathe: () => {
        if (this.choice.stopped?.() === true) throw new Stopped();
      },
    });
  }
}

/** What a draw says, less what it says early. */
function drawOf(
  { weight, wide }: WidelyKnownPlace,
  { perLayer, factors, surprises }: Rates,
  early: EarlyRates | null,
): ControlledDraw {
  const less = (all: Float64Array, what?: Float64Array) =>
    all.map((rate, layer) => weight * (what ? rate - what[layer] : rate));
  return {
    rates: less(perLayer, early?.rates),
    limits: wide,
    factors,
    surprises: surprises && less(surprises, early?.surprises),
  };
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
function varianceOfRound(rounds: readonly (readonly number[])[]): number {
  if (rounds.length < ROUNDS_TO_COMPARE) {
    const squares = rounds.flatMap((parts) => parts.map((part, k) => (k % 2 === 0 ? (part - parts[k + 1]) ** 2 : 0)));
    return squares.reduce((sum, square) => sum + square, 0) / rounds.length;
  }
  const totals = rounds.map((parts) => parts.reduce((sum, part) => sum + part, 0));
  const mean = totals.reduce((sum, total) => sum + total, 0) / rounds.length;
  return totals.reduce((sum, total) => sum + (total - mean) ** 2, 0) / (rounds.length - 1);
}
