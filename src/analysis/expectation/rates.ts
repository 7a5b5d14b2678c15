import type { PiecewiseLinearActivation } from '../../network/activation.ts';
import type { Layer } from '../../network/network.ts';
import { meanAbsolute, normalDensity } from '../../theory/kacRice/integrals/normal.ts';
import { bendsAtZeroOnly } from '../../theory/kacRice/moments/unit.ts';
import type { Draw } from './weightedImage.ts';
import { differenceOfReads, nothingRead, refuseOneNumber } from './oneNumber.ts';
import { rounded } from './rounded.ts';
import { NotDrawn, type Covariance, type Fresh, type RandomTensor, type Reads } from './randomTensor.ts';
import type { Sources } from './sources.ts';
import { allChannels, channelSample } from './channelSample.ts';
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
    else if (!fresh.mean || vanishTogether(moments, values[at], tangents[at]))
      refuseOneNumber(this.layer, moments, () => this.sources.reads(fresh.slots[at]));
  }

  private addLevel(start: number, end: number, level: number, [q, c, r]: Moments, counted: OriginSet): void {
    const { origins, mean } = this.input.fresh;
    const expected = mean ? 0 : levelRate(q, c, r, -level, 0);
    for (let cell = start; cell < end; cell++) {
      if (counted.add(origins[cell])) continue;
      this.rate += mean ? levelRate(q, c, r, mean.values[cell] - level, mean.tangents[cell]) : expected;
    }
  }
}

function runsIn(slots: Int32Array): number {
  let count = 0;
  for (let i = 0; i < slots.length; i++) if (slots[i] !== slots[i - 1]) count++;
  return count;
}

type Moments = readonly [q: number, c: number, r: number];

const NEAR = 1e-6;

/** Mean number of zeros, for each unit of the line, of m + G: G of these moments, m of this slope. */
export function levelRate(q: number, c: number, r: number, m: number, slope: number): number {
  if (!(q > 0)) return 0;
  const variance = r - (c * c) / q;
  const spread = variance > ROUNDING * r ? Math.sqrt(variance) : 0;
  const deviation = Math.sqrt(q);
  return (normalDensity(m / deviation) / deviation) * meanAbsolute(slope - (c / q) * m, spread);
}

function bentAsTheyAre({ name }: Layer): NotDrawn {
  return new NotDrawn(`${name} bends values that are not sums with weights of their own.`);
}

function compared({ name }: Layer): NotDrawn {
  return new NotDrawn(`${name} compares values that are not sums with weights of their own.`);
}

/** A group of numbers of which the greatest counts. */
interface Contest {
  readonly cells: readonly number[];
  readonly values: readonly number[];
  readonly tangents: readonly number[];
  readonly means: readonly number[];
  /** Has no fresh part. */
  isGiven(i: number): boolean;
  /** Covariances of the fresh parts, values and derivatives. */
  covariance(i: number, j: number): Covariance;
  /** What the difference of two fresh parts is a combination of, or one of them. */
  reads(i: number, j?: number): Reads;
}

/**
 * The mean number of changes of the greatest one in each group, where it counts. Conditioned on two of them being
 * equal, the others are what is drawn plus their regression on the difference.
 */
export function changeRate(
  layer: Layer,
  input: RandomTensor,
  groups: readonly (readonly number[])[],
  draw: Draw,
  areIndependent: boolean,
): LayerRate {
  const { sources, origin } = draw;
  const known = input.before;
  const tensor = known ? known.tensor : input;
  const { fresh, channels } = tensor;
  if (!fresh) throw compared(layer);
  const sample = areIndependent ? allChannels : channelSample(tensor, draw);
  const isTaken = (cell: number) => (cell % channels) % sample.step === sample.first;
  const nameOf = (cell: number) => sources.nameOf(tensor.values[cell], fresh.slots[cell]);
  const covariances = new CovariancesOfSlots();
  const contestIn = (group: readonly number[]) => contestOf(tensor, fresh, group, sources, areIndependent, covariances);
  const activation = known?.activation ?? null;
  let [rate, vanishes, mayVanish] = [0, false, false];
  for (const group of groups) {
    if (!isTaken(group[0])) continue;
    const contest = contestIn(group);
    const size = contest.cells.length;
    const names = contest.cells.map(nameOf);
    for (let i = 0; i < size; i++) {
      for (let j = i + 1; j < size; j++) {
        if (sources.wereEqual(names[i], names[j])) continue;
        if (contest.isGiven(i) && contest.isGiven(j) && contest.tangents[i] !== contest.tangents[j])
          throw compared(layer);
        const moments = momentsOfDifference(contest, i, j);
        if (!moments) continue;
        if (origin !== null && isProportional(...moments, origin)) {
          mayVanish = true;
          vanishes ||= meetsAt(contest, i, j, origin, activation);
        } else if (contest.means[i] === contest.means[j] || vanishTogether(moments, ...difference(contest, i, j)))
          refuseOneNumber(layer, moments, () => contest.reads(i, j));
        const change = pairRate(contest, i, j, moments, activation);
        if (change === 0) continue;
        sources.areEqual(names[i], names[j]);
        rate += change;
      }
    }
  }
  // One channel is enough for a breakpoint at the origin, whichever it is.
  if (origin !== null && mayVanish && !vanishes)
    vanishes = groups.some((group) => !isTaken(group[0]) && meetAt(contestIn(group), origin, activation));
  return { rate: sample.step * rate, vanishes };
}

/** Whether two numbers of a group meet at the origin, as its greatest ones. */
function meetAt(contest: Contest, origin: number, activation: PiecewiseLinearActivation | null): boolean {
  return contest.cells.some((_, i) =>
    contest.cells.some((__, j) => {
      const moments = i < j ? momentsOfDifference(contest, i, j) : null;
      return moments !== null && isProportional(...moments, origin) && meetsAt(contest, i, j, origin, activation);
    }),
  );
}

/** Of two numbers, and of how they change. */
function difference({ values, tangents }: Contest, i: number, j: number): [value: number, tangent: number] {
  return [values[i] - values[j], tangents[i] - tangents[j]];
}

/**
 * Whether a number with a fresh part of these moments vanishes where its fresh part does, if that is one random weight
 * times a number: as `h - w h` does with h.
 */
function vanishTogether([q, c]: readonly [number, number, number], value: number, tangent: number): boolean {
  const [one, two] = [tangent * q, c * value];
  return Math.abs(one - two) <= NEAR * (Math.abs(one) + Math.abs(two));
}

/** Moments of the difference of two fresh parts; null where it is zero up to rounding. */
function momentsOfDifference(contest: Contest, i: number, j: number): readonly [number, number, number] | null {
  const [one, two, mixed] = [contest.covariance(i, i), contest.covariance(j, j), contest.covariance(i, j)];
  const q = one[0] + two[0] - 2 * mixed[0];
  if (!(q > ROUNDING * (one[0] + two[0]))) return null;
  return [q, one[1] + two[1] - mixed[1] - mixed[2], one[3] + two[3] - 2 * mixed[3]];
}

/**
 * Whether two numbers, neither of them less than another, are equal at the origin, where their difference is
 * proportional to the distance from it, whatever the weights: as where one window of a convolution sees padding and the
 * other does not.
 */
function meetsAt(
  contest: Contest,
  i: number,
  j: number,
  origin: number,
  activation: PiecewiseLinearActivation | null,
): boolean {
  const { values, tangents } = contest;
  const there = (k: number) => values[k] + origin * tangents[k];
  const [at, margin] = [there(i), NEAR * (Math.abs(values[i]) + Math.abs(values[j]))];
  if (Math.abs(at - there(j)) > margin || (activation && slopeAt(activation, at) === 0)) return false;
  return values.every((_, k) => there(k) <= at + margin);
}

/** Whether numbers of these moments are proportional to the distance from a place. */
function isProportional(q: number, c: number, r: number, place: number): boolean {
  return r > 0 && Math.abs(c / r + place) < NEAR * Math.abs(place) && r * q - c * c < NEAR * r * q;
}

/** Covariances of some slots, which groups of one window after the other have in common. */
class CovariancesOfSlots {
  private slots: readonly number[] = [];
  private known: (Covariance | undefined)[] = [];

  of(slots: readonly number[]): (Covariance | undefined)[] {
    const areSame = slots.length === this.slots.length && slots.every((slot, k) => slot === this.slots[k]);
    if (!areSame) [this.slots, this.known] = [slots, []];
    return this.known;
  }
}

/** Equal numbers are one. */
function differentCells(group: readonly number[], values: Float64Array): number[] {
  const cells: number[] = [];
  for (const cell of group) {
    let isKnown = false;
    for (const other of cells) isKnown ||= values[other] === values[cell];
    if (!isKnown) cells.push(cell);
  }
  return cells;
}

function contestOf(
  tensor: RandomTensor,
  { slots, mean }: Fresh,
  group: readonly number[],
  sources: Sources,
  areIndependent: boolean,
  covariances: CovariancesOfSlots,
): Contest {
  const cells = differentCells(group, tensor.values);
  const known = covariances.of(cells.map((cell) => slots[cell]));
  return {
    cells,
    values: cells.map((cell) => tensor.values[cell]),
    tangents: cells.map((cell) => tensor.tangents[cell]),
    isGiven: (i) => slots[cells[i]] < 0,
    means: cells.map((cell) => (slots[cell] < 0 ? tensor.values[cell] : (mean?.values[cell] ?? 0))),
    covariance(i, j) {
      const [a, b] = [slots[cells[i]], slots[cells[j]]];
      if (a < 0 || b < 0 || (areIndependent && i !== j)) return NONE;
      return (known[i * cells.length + j] ??= sources.covariance(a, b));
    },
    reads(i, j) {
      const readsOf = (k: number) => (slots[cells[k]] < 0 ? nothingRead : sources.reads(slots[cells[k]]));
      if (j === undefined) return readsOf(i);
      const [a, b] = [slots[cells[i]], slots[cells[j]]];
      const isOfEqualWeights = !areIndependent && a >= 0 && b >= 0 && sources.areOfOneSource(a, b);
      return differenceOfReads(readsOf(i), readsOf(j), isOfEqualWeights);
    },
  };
}

const NONE = [0, 0, 0, 0] as const;

function pairRate(
  contest: Contest,
  i: number,
  j: number,
  [q, c]: readonly [number, number, number],
  activation: PiecewiseLinearActivation | null,
): number {
  const { values, tangents, means } = contest;
  const shift = (values[j] - values[i]) / q;
  const at = values[i] + shift * (contest.covariance(i, i)[0] - contest.covariance(i, j)[0]);
  if (activation && slopeAt(activation, at) === 0) return 0;
  for (let l = 0; l < values.length; l++) {
    if (l === i || l === j) continue;
    const moved = values[l] + shift * (contest.covariance(l, i)[0] - contest.covariance(l, j)[0]);
    if (moved > at) return 0;
  }
  const deviation = Math.sqrt(q);
  const steep = Math.abs(tangents[i] - tangents[j] + shift * c);
  return (normalDensity((means[i] - means[j]) / deviation) / deviation) * steep;
}

/** Units on the greatest of several numbers: one of them is at the level, and the others are below. */
function greatestRate(
  layer: Layer,
  activation: PiecewiseLinearActivation,
  { greatest, isNonNegative }: RandomTensor,
  sources: Sources,
): number {
  const { tensor, groups, areIndependent, factor } = greatest!;
  const atZero = bendsAtZeroOnly(activation);
  if (atZero && isNonNegative.every((one) => one === 1)) return 0;
  // Units that bend at zero pass on the sign: the greatest changes it where one of theirs does.
  if (atZero && tensor.before && bendsAtZeroOnly(tensor.before.activation)) return 0;
  const { fresh } = tensor;
  if (!fresh) throw bentAsTheyAre(layer);
  const covariances = new CovariancesOfSlots();
  const known = new KnownPairs();
  let rate = 0;
  for (const group of groups) {
    const contest = contestOf(tensor, fresh, group, sources, areIndependent, covariances);
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

function levelInContest(layer: Layer, contest: Contest, i: number, level: number): number {
  const { values, tangents, means } = contest;
  if (contest.isGiven(i) && contest.tangents[i] !== 0) throw bentAsTheyAre(layer);
  const [q, c, , r] = contest.covariance(i, i);
  if (!(q > 0)) return 0;
  if (level === means[i]) refuseOneNumber(layer, [q, c, r], () => contest.reads(i));
  const shift = (level - values[i]) / q;
  for (let l = 0; l < values.length; l++) {
    if (l !== i && values[l] + shift * contest.covariance(l, i)[0] > level) return 0;
  }
  const deviation = Math.sqrt(q);
  return (normalDensity((level - means[i]) / deviation) / deviation) * Math.abs(tangents[i] + shift * c);
}

function slopeAt({ breakpoints, slopes }: PiecewiseLinearActivation, z: number): number {
  let piece = 0;
  while (piece < breakpoints.length && z > breakpoints[piece]) piece++;
  return slopes[piece];
}
