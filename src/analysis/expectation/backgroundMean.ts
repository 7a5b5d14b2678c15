import { count } from '../../counting/countRegions.ts';
import type { CountResult } from '../../counting/count.ts';
import { programSize } from '../../counting/program/programSize.ts';
import type { Network } from '../../network/network.ts';
import type { BoundResult } from '../../theory/bound.ts';
import { planCount, whyNotCounted } from '../counts/countPlan.ts';
import { drawMean, drawnFigure, WORK_IN_BACKGROUND } from './drawnMean.ts';
import { simulatedMean, simulationChoice } from './simulatedMean.ts';

/** Random networks that are counted: at least as many, and at most. */
const FEWEST = 8;
const MOST = 64;
/** Entries of matrices that all counts together read, about: some seconds. */
const WORK = 1e10;
/** When these are over, only the first counts are used: those that end in time are smaller than others. */
const SECONDS = 15;

/**
 * The mean on the diagonal of [-1, 1]^n that is shown where no formula has one: from draws, and where these do not
 * cover a network from exact counts of random ones. Refused, with both reasons, where neither is within reach.
 */
export function backgroundMean(network: Network, stopped: () => boolean): BoundResult {
  const drawn = drawnFigure(network, drawMean(network, { work: WORK_IN_BACKGROUND }, stopped), {});
  if (drawn.applies) return drawn;
  const counted = countedMean(network, stopped);
  if (counted.applies) return counted;
  return { ...drawn, reason: [drawn.reason, counted.reason].join(' ') };
}

function countedMean(network: Network, stopped: () => boolean): BoundResult | { applies: false; reason: string } {
  const reason = whyNotCounted(network);
  if (reason !== null) return { applies: false, reason };
  const end = performance.now() + 1000 * SECONDS;
  const isOver = () => stopped() || performance.now() > end;
  const { seed } = network.initialization;
  const counts: CountResult[] = [];
  const countUpTo = (most: number): boolean => {
    while (counts.length < most) {
      if (isOver()) return false;
      const counted = countOne(network, seed + counts.length, isOver);
      if (!counted.exact) return false;
      counts.push(counted);
    }
    return true;
  };
  if (!countUpTo(FEWEST))
    return { applies: false, reason: `Counting ${FEWEST} random networks takes more than ${SECONDS} seconds.` };
  if (!countUpTo(networksToCount(network, counts))) counts.length = FEWEST;
  const seeds = counts.map((_, k) => seed + k);
  return simulatedMean('simulated-line', network, seeds, counts, {});
}

function countOne(network: Network, seed: number, stopped: () => boolean): CountResult {
  return count(planCount(network, simulationChoice('simulated-line', seed, {})), { stopped });
}

/** A power of two, so that it seldom depends on what the first counts found. */
function networksToCount(network: Network, first: readonly CountResult[]): number {
  const regions = first.reduce((sum, { activationRegions }) => sum + activationRegions, 0) / first.length;
  const affordable = WORK / (regions * Math.max(1, programSize(network).entries));
  return Math.max(FEWEST, Math.min(MOST, 2 ** Math.floor(Math.log2(affordable))));
}
