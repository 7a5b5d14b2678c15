import type { Analysis, NetworkAnalysis } from '../../analysis/analyze.ts';
import { whyNotCounted } from '../../analysis/counts/countPlan.ts';
import {
  refusedSimulation,
  simulatedIds,
  simulatedMean,
  simulationChoice,
} from '../../analysis/expectation/simulatedMean.ts';
import { drawnFigure, drawUntilEnough, ON_REQUEST } from '../../analysis/expectation/drawnMean.ts';
import type { CountResult } from '../../counting/count.ts';
import type { BoundResult, TheoryOptions } from '../../theory/bound.ts';
import type { SimulatedId } from '../../theory/boundIds.ts';
import { drawOnThreads, sentenceOf } from '../../worker/sharedDraws.ts';
import type { CountProcess } from '../../host/node/processes/countProcess.ts';

export interface Simulation {
  readonly pool: CountProcess;
  /** Random networks for each mean. */
  readonly draws: number;
  readonly stop: AbortSignal;
}

/** The text that workers read a network from, and all networks in it. */
export interface SimulationSource {
  readonly text: string;
  readonly fileName: string;
  readonly imports: Readonly<Record<string, string>>;
  readonly networks: readonly NetworkAnalysis[];
}

/** The analysis (of all or some of the source's networks) with simulated means beside the closed formulas. */
export async function withSimulatedMeans(
  analysis: Analysis,
  source: SimulationSource,
  options: TheoryOptions,
  simulation: Simulation,
): Promise<Analysis> {
  const networks: NetworkAnalysis[] = [];
  for (const each of analysis.networks) {
    const means = [await drawn(each, source, options, simulation)];
    for (const id of simulatedIds(each.network, options)) {
      means.push(await simulated(id, each, source, options, simulation));
    }
    networks.push(each.with(means));
  }
  return analysis.only(networks);
}

/** The mean from draws, without counts: the only one that large networks can have. */
async function drawn(
  analysis: NetworkAnalysis,
  { text, fileName, imports, networks }: SimulationSource,
  options: TheoryOptions,
  { pool, stop }: Simulation,
): Promise<BoundResult> {
  const { network } = analysis;
  const { segment } = options;
  const task = { text, fileName, imports, network: networks.indexOf(analysis) };
  const mean = await drawUntilEnough(network, ON_REQUEST, async (work, range) => {
    const shares = await drawOnThreads(pool, task, { segment, work }, stop, range);
    return stop.aborted ? null : shares;
  });
  return drawnFigure(network, mean, options);
}

async function simulated(
  id: SimulatedId,
  analysis: NetworkAnalysis,
  { text, fileName, imports, networks }: SimulationSource,
  options: TheoryOptions,
  { pool, draws, stop }: Simulation,
): Promise<BoundResult> {
  const { network } = analysis;
  const refusal = whyNotCounted(network);
  if (refusal !== null) return refusedSimulation(id, refusal);
  const seeds = Array.from({ length: draws }, (_, i) => network.initialization.seed + i);
  const counts = await Promise.allSettled(
    seeds.map((seed) =>
      pool.run(
        {
          text,
          fileName,
          imports,
          network: networks.indexOf(analysis),
          choice: simulationChoice(id, seed, options),
          runs: 1,
        },
        { signal: stop },
      ),
    ),
  );
  const failed = counts.find((count) => count.status === 'rejected');
  if (failed && !stop.aborted) return refusedSimulation(id, sentenceOf(failed.reason));
  const results = counts.flatMap((count): CountResult[] => (count.status === 'fulfilled' ? [count.value.result] : []));
  return simulatedMean(id, network, seeds, results, options);
}
