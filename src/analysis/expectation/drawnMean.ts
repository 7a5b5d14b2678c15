import { formatCount } from '../../common/formatFigures.ts';
import type { Segment } from '../../common/place.ts';
import {
  drawRounds,
  meanOfRounds,
  type ConditionalMean,
  type NumberedRound,
  type ShareOfRounds,
  type WorkOfDraws,
} from './conditionalMean.ts';
import { analyzedLayers, type Network } from '../../network/network.ts';
import type { BoundResult, TheoryOptions } from '../../theory/bound.ts';
import { DRAWN_ID } from '../../theory/boundIds.ts';
import { describeSegment, formatInitialization } from '../../theory/kacRice/bounds.ts';
import { MAX_INPUTS, tooManyInputs } from '../../theory/kacRice/mean.ts';
import { magnitudeOfLog10 } from '../../theory/numbers/magnitude.ts';

/** How a mean is drawn; without a segment, on the diagonal of [-1, 1]^n. */
export interface MeanChoice {
  readonly segment?: Segment;
  readonly work: WorkOfDraws;
}

/** How long draws go on for a mean that someone waits for. */
export interface DrawsOnRequest {
  readonly atFirst: WorkOfDraws;
  readonly inAll: WorkOfDraws;
  /** The standard error that is enough, as a share of the mean. */
  readonly error: number;
}

/** About thirteen seconds of processor time at first for VGG16. */
export const ON_REQUEST: DrawsOnRequest = {
  atFirst: { all: 4e9, fewest: 4e10, rounds: 4 },
  inAll: { all: 4e10, fewest: 4e10, rounds: 4 },
  error: 0.02,
};
/** For one that is drawn in the background: some seconds of one thread, six for VGG16, fifty for ResNet-50. */
export const WORK_IN_BACKGROUND: WorkOfDraws = { all: 1e9, fewest: 4e10 };

const stoppedEarly = 'Stopped before enough networks were drawn.';

/** The mean, or a sentence why there is none. Equal choices give equal means. */
export function drawMean(
  network: Network,
  choice: MeanChoice,
  stopped?: () => boolean,
): ConditionalMean | { readonly reason: string } {
  return meanOfShares(network, [drawShare(network, choice, { index: 0, of: 1 }, stopped)]);
}

/** What one of several makes of a mean, or a sentence why there is none. */
export type DrawnShare = { readonly rounds: readonly NumberedRound[] } | { readonly reason: string };

/** A share of the draws of a mean; all shares together give the same figures, however many they are. */
export function drawShare(
  network: Network,
  { segment, work }: MeanChoice,
  share: ShareOfRounds,
  stopped?: () => boolean,
): DrawnShare {
  const reason = whyNotDrawn(network);
  if (reason !== null) return { reason };
  const { inputSize, initialization } = network;
  const ends = segment ?? {
    from: new Array<number>(inputSize).fill(-1),
    to: new Array<number>(inputSize).fill(1),
  };
  if (ends.from.length !== inputSize || ends.to.length !== inputSize)
    return { reason: `The segment's ends must have ${inputSize} coordinates each.` };
  const rounds = drawRounds(network, ends, { seed: initialization.seed, work, stopped }, share);
  return typeof rounds === 'string' ? { reason: rounds } : { rounds };
}

export function meanOfShares(
  network: Network,
  shares: readonly DrawnShare[],
): ConditionalMean | { readonly reason: string } {
  const rounds: NumberedRound[] = [];
  for (const share of shares) {
    if ('reason' in share) return share;
    rounds.push(...share.rounds);
  }
  return meanOfRounds(network, rounds) ?? { reason: stoppedEarly };
}

/** Rounds with these numbers, `to` not included. */
export interface RangeOfRounds {
  readonly from: number;
  readonly to: number;
}

/**
 * Draws until the standard error is small enough, no more than `inAll` allows. The error is looked at only when the
 * draws have become twice as many: draws that end whenever their spread happens to be small have too small a mean.
 * `draw` has a range of rounds drawn, in shares; null if it was stopped, which ends the draws with what there is.
 */
export async function drawUntilEnough(
  network: Network,
  { atFirst, inAll, error }: DrawsOnRequest,
  draw: (work: WorkOfDraws, range?: RangeOfRounds) => Promise<readonly DrawnShare[] | null>,
): Promise<ConditionalMean | { readonly reason: string }> {
  let shares = (await draw(atFirst)) ?? [];
  for (;;) {
    const from = roundsOf(shares);
    const mean = meanOfShares(network, shares);
    if ('reason' in mean) return mean;
    const to = Math.min(2 * from, roundsForError(mean, from, error));
    if (to <= from) return mean;
    const more = await draw(inAll, { from, to });
    if (more === null) return mean;
    shares = [...shares, ...more];
    if (roundsOf(shares) < to) return meanOfShares(network, shares);
  }
}

function roundsOf(shares: readonly DrawnShare[]): number {
  return shares.reduce((sum, share) => sum + ('rounds' in share ? share.rounds.length : 0), 0);
}

/** How many rounds make the standard error this share of the mean, by those that were drawn; an even number. */
function roundsForError({ perLayer, standardError }: ConditionalMean, drawn: number, error: number): number {
  const regions = perLayer.findLast((cut) => cut !== null) ?? 1;
  return 2 * Math.ceil((drawn / 2) * (standardError / (error * regions)) ** 2);
}

function whyNotDrawn(network: Network): string | null {
  if (!network.complete) return 'Some layers could not be read, so there is no whole network to draw.';
  if (network.inputSize === 0) return 'The size of the input is not known.';
  if (network.inputSize > MAX_INPUTS) return tooManyInputs;
  if (analyzedLayers(network).every(({ neurons }) => neurons === 0)) return 'No layer has piecewise-linear units.';
  return null;
}

/** The same as an entry of the report; its note gives the standard error. */
export function drawnFigure(
  network: Network,
  mean: ConditionalMean | { readonly reason: string },
  options: TheoryOptions,
): BoundResult {
  const facts = {
    id: DRAWN_ID,
    kind: 'mean',
    of: 'activation',
    citation: {
      label: 'Kac–Rice mean from draws (this tool)',
      url: 'https://doi.org/10.1002/j.1538-7305.1944.tb00874.x',
    },
    latex: String.raw`1 + \frac1S \sum_{s=1}^{S} \sum_i \mathbb{E}\bigl[\,|z_i'(t_s)|\,\delta(z_i(t_s)) \;\big|\; W_{<l(i)}\bigr]`,
    hypotheses: 'units that read weights of their own, normal weights; no limit of wide layers',
    domainDimension: 1,
  } as const;
  if ('reason' in mean)
    return { ...facts, applies: false, reason: mean.reason, value: null, perLayer: null, note: null };
  const perLayer = mean.perLayer.map((regions) =>
    regions === null ? null : magnitudeOfLog10(Math.log10(regions), 1e-12 * (Math.log10(regions) + 1)),
  );
  const early = mean.earlyDraws > 0 ? ` and ${formatCount(mean.earlyDraws)} of their first layers` : '';
  const drawn = `from ${formatCount(mean.draws)} draws of random networks${early}, nothing counted; standard error ${mean.standardError.toPrecision(2)}`;
  return {
    ...facts,
    applies: true,
    reason: null,
    value: perLayer.findLast((cut) => cut !== null) ?? null,
    perLayer,
    note: `${drawn}; on ${describeSegment(network, options)}; ${formatInitialization(network)}`,
    standardError: mean.standardError,
  };
}
