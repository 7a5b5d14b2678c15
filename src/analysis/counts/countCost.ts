import type { CountHooks, CountRequest } from '../../counting/count.ts';
import { estimateCost, type CountCost } from '../../counting/estimateCost.ts';
import type { Network } from '../../network/network.ts';
import { meanRegionsOnParallelogram } from '../../theory/kacRice/plane.ts';
import { planCount, type CountChoice } from './countPlan.ts';

/** How long a pilot takes. */
const PILOT_SECONDS = 0.7;

/**
 * What a count will take on one thread of this machine, by pilots of one or two seconds, rarely four. Errors: as
 * `planCount` and `count`.
 */
export function countCost(network: Network, choice: CountChoice, hooks: CountHooks = {}): CountCost {
  const request = planCount(network, choice);
  const isDrawn = choice.source.kind === 'drawn' || network.layers.every(({ weights }) => weights === undefined);
  return estimateCost(request, { seconds: PILOT_SECONDS, expected: isDrawn ? expectedRegions(request) : null }, hooks);
}

/** The mean over random networks in a plane, where it has a formula: a start in a corner may be unlike the rest. */
function expectedRegions({ network, domain }: CountRequest): number | null {
  if (domain.kind !== 'parallelogram') return null;
  const mean = meanRegionsOnParallelogram(network, domain);
  return 'reason' in mean ? null : (mean.perLayer.at(-1) ?? null);
}
