import { count } from '../../counting/countRegions.ts';
import type { CountResult } from '../../counting/count.ts';
import { programSize } from '../../counting/program/programSize.ts';
import type { Network } from '../../network/network.ts';
import type { BoundResult } from '../../theory/bound.ts';
import type { SimulatedId } from '../../theory/boundIds.ts';
import { planCount, whyNotCounted } from '../counts/countPlan.ts';
import { drawMean, drawnFigure, meanOfShares, type DrawnShare, type MeanChoice } from './drawnMean.ts';
import { refusedSimulation, simulatedMean, simulationChoice } from './simulatedMean.ts';

/** Random networks that are counted: at least as many, and at most. */
const FEWEST = 8;
const MOST = 64;
/** Entries of matrices that all counts together read, about: some seconds. */
const WORK = 1e10;
/** When these are over, only the first counts are used: those that end in time are smaller than others. */
const SECONDS = 15;

interface DrawsOfMean {
  readonly choice: MeanChoice;
  /** Draws that were made already. */
  readonly shares?: readonly DrawnShare[];
}

/**
 * The mean that is shown where no formula has one: in the plane of two inputs from exact counts of random networks;
 * else on the diagonal of [-1, 1]^n from draws, and where these do not cover a network from counts. Refused, with the
 * reasons of both, where neither is within reach.
 */
export function backgroundMean(network: Network, { choice, shares }: DrawsOfMean, stopped: () => boolean): BoundResult {
  const inPlane = network.inputSize === 2 ? countedMean(network, 'simulated-plane', stopped) : null;
  if (inPlane?.applies) return inPlane;
  const mean = shares ? meanOfShares(network, shares) : drawMean(network, choice, stopped);
  const drawn = drawnFigure(network, mean, {});
  if (drawn.applies) return drawn;
  const counted = countedMean(network, 'simulated-line', stopped);
  if (counted.applies) return counted;
  return { ...drawn, reason: [drawn.reason, counted.reason].join(' ') };
}

function countedMean(network: Network, id: SimulatedId, stopped: () => boolean): BoundResult {
  const reason = whyNotCounted(network);
  if (reason !== null) return refusedSimulation(id, reason);
  const end = performance.now() + 1000 * SECONDS;
  const isOver = () => stopped() || performance.now() > end;
  const { seed } = network.initialization;
  const counts: CountResult[] = [];
  const countUpTo = (most: number): boolean => {
    while (counts.length < most) {
      if (isOver()) return false;
      const request = planCount(network, simulationChoice(id, seed + counts.length, {}));
      const counted = count(request, { stopped: isOver });
      if (!counted.exact) return false;
      counts.push(counted);
    }
    return true;
  };
  if (!countUpTo(FEWEST))
    return refusedSimulation(id, `Counting ${FEWEST} random networks takes more than ${SECONDS} seconds.`);
  if (!countUpTo(networksToCount(network, counts))) counts.length = FEWEST;
  const seeds = counts.map((_, k) => seed + k);
  return simulatedMean(id, network, seeds, counts, {});
}

/** A power of two, so that it seldom depends on what the first counts found. */
function networksToCount(network: Network, first: readonly CountResult[]): number {
  const regions = first.reduce((sum, { activationRegions }) => sum + activationRegions, 0) / first.length;
  const affordable = WORK / (regions * Math.max(1, programSize(network).entries));
  return Math.max(FEWEST, Math.min(MOST, 2 ** Math.floor(Math.log2(affordable))));
}
