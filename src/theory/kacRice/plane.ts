import { throwIfCancelled } from '../cancellation.ts';
import { bends } from '../../network/activation.ts';
import type { Network, TensorId } from '../../network/network.ts';
import type { Parallelogram, TheoryOptions } from '../bound.ts';
import { crossingProbability } from './integrals/crossing.ts';
import { integrateOverSquare, type Peak } from './integrals/cubature.ts';
import { DEFAULT_BUDGET, finite, perLayer, unlessRefused, type MeanRegions } from './mean.ts';
import {
  determinant,
  localMoments,
  meetingDensity,
  meetingProbability,
  momentsAlong,
  type PlaneMoments,
} from './integrals/meeting.ts';
import { propagate, requireClosedForm, type Bend } from './moments/propagate.ts';
import { NoClosedForm } from './moments/state.ts';

/** Neurons of one law in the plane. */
interface Population {
  readonly layer: number;
  readonly count: number;
  readonly moments: PlaneMoments;
  readonly determinant: number;
  /** Without biases before it, all its boundaries pass through the origin. */
  readonly throughOrigin: boolean;
  readonly terms: ReadonlyMap<TensorId, number>;
}

/** `count` pairs of independent neurons of these two laws; they count from this layer on. */
interface Pairs {
  readonly a: PlaneMoments;
  readonly b: PlaneMoments;
  readonly count: number;
  readonly layer: number;
}

/** What halving the step may change; the rule of order 8 is then far more accurate. */
const TOLERANCE = 1e-6;
const MAX_PAIRS = 3000;
/** Peaks are followed down to this width. */
const MIN_WIDTH = 2 ** -12;

/**
 * Mean number of activation regions on a parallelogram, over weights drawn as `network.initialization` says, in the
 * limit of wide layers: by Euler's relation, one more than the crossings and half the breakpoints on the edge (Kac-Rice
 * formula for both). For dense networks: a convolution's neurons at different positions are correlated.
 */
export function meanRegionsOnParallelogram(
  network: Network,
  parallelogram: Parallelogram,
  options: TheoryOptions = {},
): MeanRegions {
  const { origin, u, v } = parallelogram;
  const isWrong = [origin, u, v].some((x) => x.length !== network.inputSize || !x.every(Number.isFinite));
  if (isWrong)
    return { reason: `The parallelogram's corner and sides must have ${network.inputSize} coordinates each.` };
  if (!areIndependent(u, v)) return { reason: 'The parallelogram has no area.' };
  return unlessRefused(() => {
    const limits = { budget: options.budget ?? DEFAULT_BUDGET, cancelled: options.cancelled };
    requireClosedForm(network, 2, limits);
    const center = Float64Array.from(origin, (x, i) => x + (u[i] + v[i]) / 2);
    const points = [[center, Float64Array.from(u, (x) => x / 2), Float64Array.from(v, (x) => x / 2)]];
    const populations = propagate(network, { ...limits, points }).flatMap((bend) => populationsOf(network, bend));
    const edge = byLayer(network, populations, (population) => population.count * edgeCrossings(population.moments));
    const crossings = crossingsByLayer(network, populations, options);
    const vertices = excessAtOrigin(network, populations);
    let sum = 1;
    const means = network.layers.map((_, i) => (sum += crossings[i] + edge[i] / 2) + vertices[i]);
    return { perLayer: perLayer(network, (layer) => means[layer]), relativeError: 1e-4 };
  });
}

function areIndependent(u: readonly number[], v: readonly number[]): boolean {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(u, u) * dot(v, v) - dot(u, v) ** 2 > 1e-12 * dot(u, u) * dot(v, v);
}

function populationsOf(network: Network, { layer, activation, input, isNew }: Bend): Population[] {
  if (input.isTied) {
    const { name } = network.layers[layer];
    throw new NoClosedForm(
      `${name}: neurons that share weights at different positions are correlated, so that the formula for crossings in a plane does not hold.`,
    );
  }
  if (!bends(activation)) return [];
  const { values, groups } = input.cells;
  const cells = isNew.length;
  const found: Population[] = [];
  for (let cell = 0; cell < cells; cell++) {
    if (isNew[cell] === 0) continue;
    const at = (k: number): number => values[k * cells + cell];
    const moments: PlaneMoments = [at(0), at(1), at(2), at(3), at(4), at(5)];
    const minor = moments[3] * moments[5] - moments[4] ** 2;
    const all = finite(determinant(moments), network.layers[layer].name);
    if (moments[3] === 0 && moments[5] === 0) continue;
    if (!(minor > 1e-12 * moments[3] * moments[5])) {
      throw new NoClosedForm(
        `${network.layers[layer].name}: neurons that vary in one direction only have parallel boundaries.`,
      );
    }
    const throughOrigin = !(all > 1e-12 * minor * moments[0]);
    found.push({
      layer,
      count: groups[cell % groups.length],
      moments,
      determinant: throughOrigin ? 0 : all,
      throughOrigin,
      terms: input.terms,
    });
  }
  return found;
}

function byLayer(
  network: Network,
  populations: readonly Population[],
  value: (population: Population) => number,
): Float64Array {
  const sums = new Float64Array(network.layers.length);
  for (const population of populations) sums[population.layer] += value(population);
  return sums;
}

/** Mean number of points on the four sides where a neuron vanishes. */
function edgeCrossings(moments: PlaneMoments): number {
  const sides = [
    momentsAlong(moments, [0, -1], [1, 0]),
    momentsAlong(moments, [0, 1], [1, 0]),
    momentsAlong(moments, [-1, 0], [0, 1]),
    momentsAlong(moments, [1, 0], [0, 1]),
  ];
  return sides.reduce((sum, side) => sum + crossingProbability(...side), 0);
}

/** Mean number of points where two boundaries cross, the later of them being of each layer. */
function crossingsByLayer(network: Network, populations: readonly Population[], options: TheoryOptions): Float64Array {
  const sums = new Float64Array(network.layers.length);
  const pairs: Pairs[] = [];
  populations.forEach((population, k) => {
    const { count, layer, moments, throughOrigin } = population;
    if (!throughOrigin) sums[layer] += ((count * (count - 1)) / 2) * meetingProbability(moments);
    for (const earlier of populations.slice(0, k)) pairs.push(...pairsOf(earlier, population));
    if (pairs.length > MAX_PAIRS)
      throw new NoClosedForm('There are too many layers for the mean in a plane to be computed at once.');
  });
  addMeetings(pairs, sums, options);
  return sums;
}

/** The pairs of neurons of two populations. Sums with a common part need care. */
function pairsOf(earlier: Population, later: Population): Pairs[] {
  const both = { layer: later.layer, a: earlier.moments };
  const count = earlier.count * later.count;
  // All of these meet at the origin only.
  if (earlier.throughOrigin && later.throughOrigin) return [];
  if (![...earlier.terms.keys()].some((layer) => later.terms.has(layer))) return [{ ...both, b: later.moments, count }];
  const isPart = [...earlier.terms].every(([layer, factor]) => later.terms.get(layer) === factor);
  if (!isPart || earlier.count !== later.count) {
    throw new NoClosedForm('Two bent sums have a part in common: the formula for crossings in a plane does not hold.');
  }
  // Neuron i of the earlier sum vanishes where neuron i of the later one does just where the rest vanishes, too.
  const rest = later.moments.map((moment, k) => moment - earlier.moments[k]) as unknown as PlaneMoments;
  return [
    { ...both, b: later.moments, count: count - earlier.count },
    { ...both, b: rest, count: earlier.count },
  ];
}

function addMeetings(pairs: readonly Pairs[], sums: Float64Array, options: TheoryOptions): void {
  if (pairs.length === 0) return;
  const laws = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  const number = new Map(laws.map((law, k) => [law, k]));
  const determinants = laws.map((law) => Math.max(0, determinant(law)));
  const indexed = pairs.map(({ a, b, count, layer }) => ({
    a: number.get(a) ?? 0,
    b: number.get(b) ?? 0,
    count,
    layer,
  }));
  const local = laws.map(() => new Float64Array(4));
  const integrals = integrateOverSquare(
    (s, t, weight, into) => {
      throwIfCancelled(options);
      for (let k = 0; k < laws.length; k++) localMoments(laws[k], determinants[k], s, t, local[k]);
      for (const { a, b, count, layer } of indexed) {
        into[layer] += weight * count * meetingDensity(local[a], local[b]);
      }
    },
    sums.length,
    TOLERANCE,
    laws.map((law, k) => peakOf(law, determinants[k])),
  );
  integrals.forEach((value, layer) => (sums[layer] += value));
}

/**
 * Where a neuron's variance is least, and how far from there it has doubled: boundaries crowd around where biases
 * decide.
 */
function peakOf([, ab, ac, bb, bc, cc]: PlaneMoments, det: number): Peak {
  const minor = bb * cc - bc * bc;
  const [s, t] = [(bc * ac - cc * ab) / minor, (bc * ab - bb * ac) / minor];
  return { s, t, radius: Math.max(MIN_WIDTH, Math.sqrt(det / minor / (bb + cc))) };
}

/**
 * What boundaries through the origin add up to each layer, when it lies within: a point where m half-lines end counts
 * for m / 2 - 1 crossings.
 */
function excessAtOrigin(network: Network, populations: readonly Population[]): Float64Array {
  const excess = new Float64Array(network.layers.length);
  const through = populations.filter((population) => population.throughOrigin);
  if (through.length === 0) return excess;
  const [, ab, ac, bb, bc, cc] = through[0].moments;
  const minor = bb * cc - bc * bc;
  const [s, t] = [(bc * ac - cc * ab) / minor, (bc * ab - bb * ac) / minor];
  const distance = Math.max(Math.abs(s), Math.abs(t));
  if (Math.abs(distance - 1) < 1e-9) {
    throw new NoClosedForm('Without biases all boundaries pass through the origin, which lies on the edge here.');
  }
  if (distance > 1) return excess;
  const halfLines = byLayer(network, through, ({ count, moments }) => count * edgeCrossings(moments));
  let sum = 0;
  return excess.map((_, layer) => {
    sum += halfLines[layer];
    return sum > 0 ? sum / 2 - 1 : 0;
  });
}
