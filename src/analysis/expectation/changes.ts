import type { PiecewiseLinearActivation } from '../../network/activation.ts';
import type { Layer } from '../../network/network.ts';
import { normalDensity } from '../../theory/kacRice/integrals/normal.ts';
import { allChannels, channelSample } from './channelSample.ts';
import { Contests, type Contest } from './contests.ts';
import { refuseOneNumber, vanishTogether } from './oneNumber.ts';
import { NotDrawn, type RandomTensor } from './randomTensor.ts';
import type { LayerRate } from './rates.ts';
import type { Draw } from './weightedImage.ts';

const NEAR = 1e-6;
/** Groups between looks at whether to end. */
const BREATH = 64;

/**
 * The mean number of changes of the greatest one in each group, where it counts. Conditioned on two of them being
 * equal, the others are what is drawn plus their regression on the difference. With `maySample`
 * a part of the channels may stand for all.
 */
export function changeRate(
  layer: Layer,
  input: RandomTensor,
  groups: readonly (readonly number[])[],
  draw: Draw,
  maySample: boolean,
): LayerRate {
  const { sources, origin, breathe } = draw;
  const activation = input.before?.activation ?? null;
  const tensor = input.before?.tensor ?? input;
  const { fresh, channels } = tensor;
  if (!fresh) throw compared(layer);
  const sample = maySample ? channelSample(tensor, draw) : allChannels;
  const isTaken = (cell: number) => (cell % channels) % sample.step === sample.first;
  // Two numbers are those of the first of their channels, whatever else is in the group.
  const areTaken = (a: number, b: number) => isTaken(Math.min(a % channels, b % channels));
  const contests = new Contests(tensor, fresh, sources, origin);
  const nameOf = (cell: number) => sources.nameOf(tensor.values[cell], fresh.slots[cell]);
  let [rate, vanishes, mayVanish] = [0, false, false];
  for (const [g, group] of groups.entries()) {
    if (g % BREATH === 0) breathe();
    if (!group.some(isTaken)) continue;
    const contest = contests.of(group);
    const { cells, law } = contest;
    for (let i = 0; i < law.size; i++) {
      for (let j = i + 1; j < law.size; j++) {
        if (!areTaken(cells[i], cells[j])) continue;
        const pair = i * law.size + j;
        if (law.q[pair] === 0) refuseGiven(layer, contest, i, j);
        else if (law.isProportional[pair] === 1) {
          mayVanish = true;
          vanishes ||= meetsAt(contest, i, j, origin!, activation);
        } else lookAtPair(layer, contest, i, j);
        const change = pairRate(contest, i, j, activation);
        if (change === 0) continue;
        const names = [nameOf(cells[i]), nameOf(cells[j])] as const;
        if (sources.wereEqual(...names)) continue;
        sources.areEqual(...names);
        rate += change;
      }
    }
  }
  // One channel is enough for a breakpoint at the origin, whichever it is.
  if (origin !== null && mayVanish && !vanishes)
    vanishes = groups.some((group) => !group.every(isTaken) && meetAt(contests.of(group), origin, activation));
  return { rate: sample.step * rate, vanishes };
}

function compared({ name }: Layer): NotDrawn {
  return new NotDrawn(`${name} compares values that are not sums with weights of their own.`);
}

/** Two numbers without fresh parts may be compared only where they do not move against each other. */
function refuseGiven(layer: Layer, { law, tangents }: Contest, i: number, j: number): void {
  if (law.isGiven(i) && law.isGiven(j) && tangents[i] !== tangents[j]) throw compared(layer);
}

function lookAtPair(layer: Layer, { law, values, tangents, means }: Contest, i: number, j: number): void {
  const pair = i * law.size + j;
  const [q, c, r] = [law.q[pair], law.c[pair], law.r[pair]];
  const hasNoMean = means[i] === means[j];
  if (law.isOfSeveral[pair] === 1 && hasNoMean) return;
  if (!hasNoMean && !vanishTogether(q, c, values[i] - values[j], tangents[i] - tangents[j])) return;
  refuseOneNumber(layer, [q, c, r], () => law.reads(i, j));
  law.isOfSeveral[pair] = 1;
}

function pairRate(
  { values, tangents, means, order, law }: Contest,
  i: number,
  j: number,
  activation: PiecewiseLinearActivation | null,
): number {
  const { size, values: covariances } = law;
  const pair = i * size + j;
  const q = law.q[pair];
  if (q === 0) return 0;
  const shift = (values[j] - values[i]) / q;
  const at = values[i] + shift * (covariances[i * size + i] - covariances[pair]);
  for (const l of order) {
    if (l === i || l === j) continue;
    const moved = values[l] + shift * (covariances[i * size + l] - covariances[j * size + l]);
    if (moved > at) return 0;
  }
  if (activation && slopeAt(activation, at) === 0) return 0;
  const deviation = Math.sqrt(q);
  const steep = Math.abs(tangents[i] - tangents[j] + shift * law.c[pair]);
  return (normalDensity((means[i] - means[j]) / deviation) / deviation) * steep;
}

/** Whether two numbers of a group meet at the origin, as its greatest ones. */
function meetAt(contest: Contest, origin: number, activation: PiecewiseLinearActivation | null): boolean {
  const { size, isProportional } = contest.law;
  return isProportional.some(
    (is, pair) => is === 1 && meetsAt(contest, Math.floor(pair / size), pair % size, origin, activation),
  );
}

/**
 * Whether two numbers, neither of them less than another, are equal at the origin, where their difference is
 * proportional to the distance from it, whatever the weights: as where one window of a convolution sees padding and the
 * other does not.
 */
function meetsAt(
  { values, tangents }: Contest,
  i: number,
  j: number,
  origin: number,
  activation: PiecewiseLinearActivation | null,
): boolean {
  const there = (k: number) => values[k] + origin * tangents[k];
  const [at, margin] = [there(i), NEAR * (Math.abs(values[i]) + Math.abs(values[j]))];
  if (Math.abs(at - there(j)) > margin || (activation && slopeAt(activation, at) === 0)) return false;
  return values.every((_, k) => there(k) <= at + margin);
}

function slopeAt({ breakpoints, slopes }: PiecewiseLinearActivation, z: number): number {
  let piece = 0;
  while (piece < breakpoints.length && z > breakpoints[piece]) piece++;
  return slopes[piece];
}
