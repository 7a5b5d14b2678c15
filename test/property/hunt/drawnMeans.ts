import { drawnWeights } from '../../../src/common/weightsSource.ts';
import type { Segment } from '../../../src/common/place.ts';
import { networkToCount } from '../../../src/analysis/counts/countPlan.ts';
import { drawMean } from '../../../src/analysis/expectation/drawnMean.ts';
import { meanOf, spreadOf } from '../../../src/analysis/statistics.ts';
import { conditionalMean, type WorkOfDraws } from '../../../src/analysis/expectation/conditionalMean.ts';
import { count } from '../../../src/counting/countRegions.ts';
import type { Network } from '../../../src/network/network.ts';
import type { Checked, Find } from './check.ts';
import { Choices } from './choices.ts';
import { open, type NativeFile } from './nativeFile.ts';

const DEVIATIONS = 3;
const RARE = 5;
/** Counted networks: what is too far off is counted and drawn again with other seeds, each time more often. */
const ROUNDS = [60, 240, 960] as const;
const WORK_A_COUNT = 4e4;
/** Networks with more regions take long to count. */
const MAX_REGIONS = 300;

/** Holds the mean from draws of a network at its own widths against exact counts, after each layer. */
export function checkDrawnMean(file: NativeFile, seed: number): Checked {
  const { network } = open(file, false);
  const nothing: Checked = { finds: [], tally: { counts: {}, comparisons: {} } };
  // Stated for normal weights of the same variance.
  if (!network.initialization.kernel.endsWith('normal')) return nothing;
  const segment = segmentFor(network.inputSize, seed);
  const first = drawMean(network, { segment, work: workOf(ROUNDS[0]) });
  if ('reason' in first || first.perLayer.some((regions) => regions !== null && regions > MAX_REGIONS)) return nothing;
  let says: string | null = null;
  let counted = 0;
  for (const draws of ROUNDS) {
    says = deviation(network, segment, draws, counted + 1);
    counted += draws;
    if (says === null) break;
  }
  const finds: Find[] = says === null ? [] : [{ key: 'kac-rice-simulated is not what is counted', says }];
  return { finds, tally: { counts: { 'simulated-line': counted }, comparisons: { 'kac-rice-simulated': 1 } } };
}

/** Through the origin for every other seed: breakpoints without biases meet there. */
function segmentFor(size: number, seed: number): Segment {
  if (seed % 2 === 0) return { from: new Array<number>(size).fill(-1), to: new Array<number>(size).fill(1) };
  const choices = new Choices(seed, 2);
  const end = () => Array.from({ length: size }, () => choices.between(-1000, 1000) / 500);
  return { from: end(), to: end() };
}

function workOf(counts: number): WorkOfDraws {
  return { all: WORK_A_COUNT * counts, fewest: 2 * WORK_A_COUNT * counts };
}

/** The first layer at which the two means are too far from each other, or null. */
function deviation(network: Network, segment: Segment, draws: number, seed: number): string | null {
  const mean = conditionalMean(network, segment, { seed, work: workOf(draws) });
  if (mean === null || typeof mean === 'string') return `refused with another seed: ${mean}`;
  const counts = Array.from({ length: draws }, (_, k) => countOne(network, segment, seed + k));
  for (const { index, name } of network.layers) {
    const stated = mean.perLayer[index];
    if (stated === null) continue;
    const values = counts.map((perLayer) => perLayer[index]);
    const found = meanOf(values);
    // The error of the whole is at least that of a part.
    const error = Math.hypot(mean.standardError, spreadOf(values)?.standardError ?? Infinity);
    // What happens in one network of several hundred may have happened in none of these.
    if (Math.abs(stated - found) > DEVIATIONS * error + RARE / draws)
      return (
        `after ${name}: drawn ${stated.toPrecision(6)}, counted ${found.toPrecision(6)} ` +
        `± ${error.toPrecision(2)} (${draws} networks)`
      );
  }
  return null;
}

function countOne(network: Network, segment: Segment, seed: number): readonly number[] {
  return count({
    network: networkToCount(network, { source: drawnWeights(seed) }),
    method: 'line',
    domain: { kind: 'segment', ...segment },
    linear: false,
    keepRegions: false,
    limits: {},
  }).perLayer;
}
