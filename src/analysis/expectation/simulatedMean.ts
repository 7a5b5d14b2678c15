import { drawnWeights } from '../../common/weightsSource.ts';
import type { CountResult } from '../../counting/count.ts';
import type { Network } from '../../network/network.ts';
import type { BoundFacts, BoundResult, TheoryOptions } from '../../theory/bound.ts';
import { SIMULATED_IDS, type SimulatedId } from '../../theory/boundIds.ts';
import { describeInitialization, describeParallelogram, describeSegment } from '../../theory/kacRice/bounds.ts';
import { magnitudeOfLog10, type Magnitude } from '../../theory/numbers/magnitude.ts';
import type { CountChoice } from '../counts/countPlan.ts';
import { meanOf, spreadOf } from '../statistics.ts';

/** The means that can be simulated: in a plane only where one is given or the input is one. */
export function simulatedIds({ inputSize }: Network, { parallelogram }: TheoryOptions): SimulatedId[] {
  return SIMULATED_IDS.filter((id) => id === 'simulated-line' || parallelogram !== undefined || inputSize === 2);
}

/** How to count one random network; weights in the file are not looked at. */
export function simulationChoice(id: SimulatedId, seed: number, options: TheoryOptions): CountChoice {
  const { segment, parallelogram } = options;
  const common = { source: drawnWeights(seed), linear: false, keepRegions: false, limits: {} };
  if (id === 'simulated-line') {
    return { ...common, method: 'line', place: segment && { kind: 'segment', ...segment } };
  }
  return { ...common, method: 'plane', place: parallelogram && { kind: 'parallelogram', ...parallelogram } };
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
    ...factsOf(id),
    applies: true,
    reason: null,
    value: magnitudeOfMean(counts.map(({ activationRegions }) => activationRegions)),
    perLayer,
    note: `${drawn}; standard error ${error.toPrecision(2)}; on ${where}; ${describeInitialization(network)}`,
    standardError: error,
  };
}

/** In place of a mean, the reason why there is none. */
export function refusedSimulation(id: SimulatedId, reason: string): BoundResult {
  return { ...factsOf(id), applies: false, reason, value: null, perLayer: null, note: null };
}

function factsOf(id: SimulatedId): BoundFacts {
  return {
    id,
    kind: 'mean',
    of: 'activation',
    citation: { label: 'Exact counts of random networks (this tool)', url: 'https://arxiv.org/abs/1906.00904' },
    latex: String.raw`\frac1S \sum_{s=1}^{S} R_s`,
    hypotheses: 'networks that can be counted',
    domainDimension: id === 'simulated-line' ? 1 : 2,
  };
}

/** The error is that of the arithmetic; how far the mean is from the one over all weights, the standard error says. */
function magnitudeOfMean(counts: readonly number[]): Magnitude {
  const log10 = Math.log10(meanOf(counts));
  return magnitudeOfLog10(log10, 1e-15 * (log10 + 1));
}
