import type { CountResult } from '../counting/count.ts';
import type { Network } from '../network/network.ts';
import type { BoundResult, TheoryOptions } from '../theory/bound.ts';
import { describeInitialization, describeParallelogram, describeSegment } from '../theory/kacRice/bounds.ts';
import { magnitudeOfLog10, type Magnitude } from '../theory/numbers/magnitude.ts';
import type { CountChoice } from './countPlan.ts';
import { meanOf, spreadOf } from './statistics.ts';

/** Means by exact counts of random networks, on the domains of the closed formulas. */
export const SIMULATED_IDS = ['simulated-plane', 'simulated-line'] as const;
export type SimulatedId = (typeof SIMULATED_IDS)[number];

/** The means that can be simulated: in a plane only where one is given or the input is one. */
export function simulatedIds({ inputSize }: Network, { parallelogram }: TheoryOptions): SimulatedId[] {
  return SIMULATED_IDS.filter((id) => id === 'simulated-line' || parallelogram !== undefined || inputSize === 2);
}

/** How to count one random network; weights in the file are not looked at. */
export function simulationChoice(id: SimulatedId, seed: number, options: TheoryOptions): CountChoice {
  const { segment, parallelogram } = options;
  const method = id === 'simulated-line' ? 'line' : 'plane';
  return { method, seed, segment, parallelogram, fileWeights: false, linear: false, keepRegions: false, limits: {} };
}

/**
 * The mean of these exact counts, one a seed, as an entry of the report; its note gives the standard error. At least
 * two counts. Refused where one was not finished: it would pull the mean down.
 */
export function simulatedMean(
  id: SimulatedId,
  network: Network,
  seeds: readonly number[],
  counts: readonly CountResult[],
  options: TheoryOptions,
): BoundResult {
  if (counts.length < seeds.length || counts.some(({ exact }) => !exact)) {
    return refusedSimulation(id, 'Stopped before all networks were counted.');
  }
  const where = id === 'simulated-line' ? describeSegment(network, options) : describeParallelogram(options);
  const error = spreadOf(counts.map(({ activationRegions }) => activationRegions))?.standardError ?? Infinity;
  const perLayer = network.layers.map(({ index, scope }) =>
    scope === 'beyond' ? null : magnitudeOfMean(counts.map((count) => count.perLayer[index])),
  );
  const drawn = `simulated mean of ${seeds.length} random networks, seeds ${seeds[0]} to ${seeds[seeds.length - 1]}`;
  return {
    ...common(id),
    applies: true,
    reason: null,
    value: magnitudeOfMean(counts.map(({ activationRegions }) => activationRegions)),
    perLayer,
    note: `${drawn}; standard error ${error.toPrecision(2)}; on ${where}; ${describeInitialization(network)}`,
  };
}

/** In place of a mean, the reason why there is none. */
export function refusedSimulation(id: SimulatedId, reason: string): BoundResult {
  return { ...common(id), applies: false, reason, value: null, perLayer: null, note: null };
}

function common(id: SimulatedId): Pick<BoundResult, 'id' | 'kind' | 'of' | 'citation'> {
  const citation = { label: 'Exact counts of random networks (this tool)', url: 'https://arxiv.org/abs/1906.00904' };
  return { id, kind: 'mean', of: 'activation', citation };
}

/** The error is that of the arithmetic; how far the mean is from the one over all weights, the standard error says. */
function magnitudeOfMean(counts: readonly number[]): Magnitude {
  const log10 = Math.log10(meanOf(counts));
  return magnitudeOfLog10(log10, 1e-15 * (log10 + 1));
}
