import type { PiecewiseLinearActivation } from '../../network/activation.ts';
import type { Layer } from '../../network/network.ts';
import { meanAbsolute, normalDensity } from '../../theory/kacRice/integrals/normal.ts';
import { bendsAtZeroOnly } from '../../theory/kacRice/moments/unit.ts';
import type { Draw } from './weightedImage.ts';
import { Contests, isProportional, type Contest } from './contests.ts';
import { refuseOneNumber, vanishTogether } from './oneNumber.ts';
import { rounded } from './rounded.ts';
import { NotDrawn, type Fresh, type RandomTensor } from './randomTensor.ts';
import type { Sources } from './sources.ts';
import { KnownPairs } from './knownPairs.ts';
import type { OriginSet } from './originSet.ts';

export interface LayerRate {
  readonly rate: number;
  /** There is a breakpoint at the origin, which is not a random place. */
  readonly vanishes: boolean;
}

/** Below this share of the variances, a difference of two numbers is rounding: they are one number. */
const ROUNDING = 1e-12;

/**
 * Mean number of breakpoints that a layer's units put on a unit of the line here, given all weights but the last ones:
 * Rice's formula for `mean + G`. Units with equal pre-activations bend together and count once.
 */
export function unitRate(
  layer: Layer,
  activation: PiecewiseLinearActivation,
  input: RandomTensor,
  { sources, origin }: Draw,
): LayerRate {
  const atZero = bendsAtZeroOnly(activation);
  if (input.greatest) return { rate: greatestRate(layer, activation, input, sources), vanishes: false };
  const { fresh, values, tangents } = input;
  const runs = fresh && new Runs(layer, activation, { ...input, fresh }, sources, origin);
  for (let start = 0, end = 0; start < values.length; start = end) {
    end = start + 1;
    const slot = fresh ? fresh.slots[start] : -1;
    if (slot < 0) {
      const isConstant = values[start] === 0 && tangents[start] === 0;
      if ((atZero && input.isNonNegative[start] === 1) || isConstant) continue;
      throw bentAsTheyAre(layer);
    }
    while (end < values.length && fresh!.slots[end] === slot) end++;
    runs!.add(start, end);
  }
  return runs ?? { rate: 0, vanishes: false };
}

/** Cells of one slot after the other: channels of one place, which have equal moments. */
class Runs {
  rate = 0;
  vanishes = false;
  private readonly values: KnownPairs;
  private readonly places: KnownPairs;
  private readonly bendsAtZero: boolean;

  constructor(
    private readonly layer: Layer,
    private readonly activation: PiecewiseLinearActivation,
    private readonly input: RandomTensor & { readonly fresh: Fresh },
    private readonly sources: Sources,
    private readonly origin: number | null,
  ) {
    this.bendsAtZero = activation.breakpoints.includes(0);
    const runs = runsIn(input.fresh.slots);
    this.values = new KnownPairs(runs);
    this.places = new KnownPairs(input.fresh.mean ? 0 : runs * activation.breakpoints.length);
  }

  add(start: number, end: number): void {
    const { values, tangents, fresh } = this.input;
    const slot = fresh.slots[start];
    const moments = this.sources.moments(slot);
    this.check(moments, start);
    const value = rounded(values[start]);
    // Channels of one place are equal to those of another place all together.
    const isRepeated = this.values.firstOf(value, 0, start) !== start;
    const zero = fresh.mean ? 0 : rounded(tangents[start] / values[start]);
    const factor = this.sources.factorOf(slot);
    for (const level of this.activation.breakpoints) {
      // Functions that are multiples of each other, whatever the weights, vanish together, and reach multiples of a
      // breakpoint together: as at nodes of a graph whose neighbors have equal values.
      const isMultiple = !fresh.mean && this.places.firstOf(zero, rounded(level / values[start]), start) !== start;
      if (!isRepeated && !isMultiple) this.addLevel(start, end, level, moments, this.sources.countedAt(level, factor));
    }
  }

  private check(moments: Moments, at: number): void {
    const { values, tangents, fresh } = this.input;
    // Proportional to the distance from the origin, as all values before it.
    if (this.origin !== null && isProportional(...moments, this.origin)) this.vanishes ||= this.bendsAtZero;
    else if (!this.bendsAtZero || this.sources.readsKeepSign(fresh.slots[at])) return;
    else if (!fresh.mean || vanishTogether(moments[0], moments[1], values[at], tangents[at]))
      refuseOneNumber(this.layer, moments, () => this.sources.reads(fresh.slots[at]));
  }

  private addLevel(start: number, end: number, level: number, [q, c, r]: Moments, counted: OriginSet): void {
    const { origins, mean } = this.input.fresh;
    const rateOf = levelRates(q, c, r);
    const expected = mean ? 0 : rateOf(-level, 0);
    for (let cell = start; cell < end; cell++) {
      if (counted.add(origins[cell])) continue;
      this.rate += mean ? rateOf(mean.values[cell] - level, mean.tangents[cell]) : expected;
    }
  }
}

function runsIn(slots: Int32Array): number {
  let count = 0;
  for (let i = 0; i < slots.length; i++) if (slots[i] !== slots[i - 1]) count++;
  return count;
}

type Moments = readonly [q: number, c: number, r: number];

/** Mean number of zeros, for each unit of the line, of m + G: G of these moments, m of this slope. */
export function levelRate(q: number, c: number, r: number, m: number, slope: number): number {
  return levelRates(q, c, r)(m, slope);
}

function levelRates(q: number, c: number, r: number): (m: number, slope: number) => number {
  if (!(q > 0)) return () => 0;
  const share = c / q;
  const variance = r - c * share;
  const spread = variance > ROUNDING * r ? Math.sqrt(variance) : 0;
  const deviation = Math.sqrt(q);
  return (m, slope) => (normalDensity(m / deviation) / deviation) * meanAbsolute(slope - share * m, spread);
}

function bentAsTheyAre({ name }: Layer): NotDrawn {
  return new NotDrawn(`${name} bends values that are not sums with weights of their own.`);
}

/** Units on the greatest of several numbers: one of them is at the level, and the others are below. */
function greatestRate(
  layer: Layer,
  activation: PiecewiseLinearActivation,
  { greatest, isNonNegative }: RandomTensor,
  sources: Sources,
): number {
  const { tensor, groups, factor } = greatest!;
  const atZero = bendsAtZeroOnly(activation);
  if (atZero && isNonNegative.every((one) => one === 1)) return 0;
  // Units that bend at zero pass on the sign: the greatest changes it where one of theirs does.
  if (atZero && tensor.before && bendsAtZeroOnly(tensor.before.activation)) return 0;
  const { fresh } = tensor;
  if (!fresh) throw bentAsTheyAre(layer);
  const contests = new Contests(tensor, fresh, sources, null);
  const known = new KnownPairs();
  let rate = 0;
  for (const group of groups) {
    const contest = contests.of(group);
    contest.cells.forEach((cell, i) => {
      for (const level of activation.breakpoints) {
        const here = levelInContest(layer, contest, i, level / factor);
        // A number of several groups reaches the level once, whichever of them it is the greatest of.
        if (here === 0 || known.firstOf(rounded(contest.values[i]), level, cell) !== cell) continue;
        const slot = fresh.slots[cell];
        const own = slot < 0 ? 1 : sources.factorOf(slot);
        if (!sources.countedAt(level, factor * own).add(fresh.origins[cell])) rate += here;
      }
    });
  }
  return rate;
}

function levelInContest(layer: Layer, { values, tangents, means, law }: Contest, i: number, level: number): number {
  if (law.isGiven(i) && tangents[i] !== 0) throw bentAsTheyAre(layer);
  const { size, values: covariances } = law;
  const [q, c, r] = [covariances[i * size + i], law.mixed[i], law.slopes[i]];
  if (!(q > 0)) return 0;
  if (level === means[i]) refuseOneNumber(layer, [q, c, r], () => law.reads(i));
  const shift = (level - values[i]) / q;
  for (let l = 0; l < size; l++) {
    if (l !== i && values[l] + shift * covariances[i * size + l] > level) return 0;
  }
  const deviation = Math.sqrt(q);
  return (normalDensity((level - means[i]) / deviation) / deviation) * Math.abs(tangents[i] + shift * c);
}
