import { drawnWeights } from '../../common/weightsSource.ts';
import { comparedDefinition } from '../../analysis/designs/baselines.ts';
import type { ComparisonRow } from '../../analysis/designs/compare.ts';
import { whyNotCounted, type CountChoice } from '../../analysis/counts/countPlan.ts';
import { writeNative } from '../../formats/native/write.ts';
import type { NetworkDefinition } from '../../network/definition.ts';
import { buildNetwork } from '../../network/build.ts';
import type { CountOutcome } from '../../protocol/pool.ts';
import type { CountedNetworks } from '../../report/countedReport.ts';
import type { CountProcess } from '../../host/node/processes/countProcess.ts';

/** How every network of a comparison is counted: the same seeds, the same place, weights drawn. */
export interface ComparedCounting {
  readonly choice: Omit<CountChoice, 'source' | 'method'> & { readonly method: CountedNetworks['method'] };
  readonly firstSeed: number;
  readonly repeat: number;
}

/** Counts the network of one row; what cannot be counted says why. */
export async function countCompared(
  { role }: Pick<ComparisonRow, 'role'>,
  own: NetworkDefinition,
  { choice, firstSeed, repeat }: ComparedCounting,
  pool: CountProcess,
  stop: AbortSignal,
): Promise<CountedNetworks | null> {
  const { network: ownNetwork } = buildNetwork(own);
  const definition = comparedDefinition(own, ownNetwork, role);
  if (definition === null) return null;
  const head = { method: choice.method, firstSeed, asked: repeat };
  const refusal = whyNotCounted(buildNetwork(definition).network);
  if (refusal !== null) return { ...head, results: [], domain: null, refused: refusal };
  const task = { text: writeNative(definition).text, fileName: 'compared.network.json', network: 0, runs: 1 };
  const seeds = Array.from({ length: repeat }, (_, i) => firstSeed + i);
  const outcomes = await Promise.allSettled(
    seeds.map((seed) => pool.run({ ...task, choice: { ...choice, source: drawnWeights(seed) } }, { signal: stop })),
  );
  const counted = outcomes.flatMap((one): CountOutcome[] => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = outcomes.find((one) => one.status === 'rejected');
  const refused =
    failed && !stop.aborted ? String(failed.reason instanceof Error ? failed.reason.message : failed.reason) : null;
  return { ...head, results: counted.map(({ result }) => result), domain: counted[0]?.domain ?? null, refused };
}
