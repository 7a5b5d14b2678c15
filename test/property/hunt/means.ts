import { networkToCount } from '../../../src/analysis/counts/countPlan.ts';
import { settlePlace } from '../../../src/analysis/places/settlePlace.ts';
import { DEFAULT_BOX } from '../../../src/common/place.ts';
import { TheoryContext } from '../../../src/theory/context.ts';
import { simulationChoice } from '../../../src/analysis/expectation/simulatedMean.ts';
import { meanOf, spreadOf } from '../../../src/analysis/statistics.ts';
import { count } from '../../../src/counting/countRegions.ts';
import type { Network } from '../../../src/network/network.ts';
import type { BoundResult } from '../../../src/theory/bound.ts';
import type { BoundId, SimulatedId } from '../../../src/theory/boundIds.ts';
import { BoundTable } from '../../../src/theory/registry.ts';
import type { Checked, Find } from './check.ts';
import { wider } from './generate.ts';
import { open, type NativeFile } from './nativeFile.ts';

/** A mean is for wide layers: what differs by less may come from the width. */
const GAP = 0.15;
const DEVIATIONS = 5;
/** Channels below which the width alone makes larger differences. */
const NARROWEST = 12;
const FIRST_DRAWS = 12;
const DRAWS = 60;
/** Regions that the draws of a wider network may have together. */
const REGIONS_OF_WIDER = 6000;

const pairs: readonly [BoundId, SimulatedId][] = [
  ['kac-rice-line', 'simulated-line'],
  ['kac-rice-finite-width', 'simulated-line'],
  ['kac-rice-plane', 'simulated-plane'],
];

/** Holds the means of a wide network against exact counts of random ones. Those of a plane only where they are few. */
export function checkMeans(file: NativeFile): Checked {
  const { network } = open(file, false);
  if (isNarrow(network)) return { finds: [], tally: { counts: {}, comparisons: {} } };
  const table = new BoundTable(TheoryContext.of(network));
  const finds: Find[] = [];
  const tally: Checked['tally'] = { counts: {}, comparisons: {} };
  for (const [id, simulated] of pairs) {
    const mean = table.get(id);
    if (!mean.applies || mean.value!.log10 > (id === 'kac-rice-plane' ? 3 : 4)) continue;
    const check = new MeanCheck(network, mean, simulated);
    // Most agree at once; what does not is drawn more often before it is believed, and then in a wider network.
    const says = check.deviation(FIRST_DRAWS) && check.deviation(DRAWS);
    if (says && !isOfWidth(file, id, simulated)) finds.push({ key: `${id} is not what is counted`, says });
    tally.counts[simulated] = check.drawn;
    tally.comparisons[id] = network.layers.length;
  }
  return { finds, tally };
}

/** Whether units have few channels, as where a residual sum asks for those of the input. */
function isNarrow({ layers }: Network): boolean {
  return layers.some(({ neurons, outputShape }) => neurons > 0 && outputShape[outputShape.length - 1] < NARROWEST);
}

/** Whether the mean, which is that of the limit, holds for the same network with more channels. */
function isOfWidth(file: NativeFile, id: BoundId, simulated: SimulatedId): boolean {
  const candidate = wider(file);
  if (!candidate) return false;
  const { network } = open(candidate, false);
  const mean = new BoundTable(TheoryContext.of(network)).get(id);
  if (!mean.applies) return false;
  // Many breakpoints take long to count, and vary little.
  const draws = Math.ceil(REGIONS_OF_WIDER / 10 ** mean.value!.log10);
  return new MeanCheck(network, mean, simulated).deviation(Math.min(Math.max(draws, 3), DRAWS)) === null;
}

class MeanCheck {
  private readonly counts: (readonly number[])[] = [];

  constructor(
    private readonly network: Network,
    private readonly mean: BoundResult,
    private readonly simulated: SimulatedId,
  ) {}

  get drawn(): number {
    return this.counts.length;
  }

  /** The first layer at which the mean of this many counts is far from the one stated, or null. */
  deviation(draws: number): string | null {
    while (this.drawn < draws) this.counts.push(this.countOne(this.drawn + 1));
    for (const { index, name } of this.network.layers) {
      const stated = this.mean.perLayer?.[index];
      if (!stated) continue;
      const values = this.counts.map((perLayer) => perLayer[index]);
      const [expected, found] = [10 ** stated.log10, meanOf(values)];
      const error = spreadOf(values)?.standardError ?? Infinity;
      const gap = Math.abs(expected - found);
      if (gap > DEVIATIONS * error && gap > GAP * found) {
        return `after ${name}: ${this.mean.id} ${expected.toPrecision(6)}, simulated ${found.toPrecision(6)} ± ${error.toPrecision(2)} (${draws} networks)`;
      }
    }
    return null;
  }

  private countOne(seed: number): readonly number[] {
    const choice = simulationChoice(this.simulated, seed, {});
    const method = this.simulated === 'simulated-line' ? 'line' : 'plane';
    const domain = settlePlace(DEFAULT_BOX, method, this.network.inputSize, { seed });
    return count({
      network: networkToCount(this.network, choice),
      method,
      domain,
      linear: false,
      keepRegions: false,
      limits: {},
    }).perLayer;
  }
}
