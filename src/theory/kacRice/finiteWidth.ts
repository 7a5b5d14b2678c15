import { gaussians, streamSeed, uniforms } from '../../common/random.ts';
import type { Network } from '../../network/network.ts';
import type { Segment, TheoryOptions } from '../bound.ts';
import { throwIfCancelled } from '../cancellation.ts';
import { fixedRoot } from './integrals/crossing.ts';
import { denseStagesOf, type DenseStage } from './denseChain.ts';
import { DEFAULT_BUDGET, perLayer } from './mean.ts';
import { NoClosedForm } from './moments/state.ts';

/**
 * Variances of a pre-activation z along a segment, given the layers before: of z, of z with its derivative, and of the
 * derivative. They are the same for all units of a layer.
 */
export type Moments = readonly [q: number, c: number, r: number];

/** Mean zeros of one unit for each unit of the segment's parameter (Rice 1944): sqrt(r/q - (c/q)^2) / pi. */
function zeroDensity([q, c, r]: Moments): number {
  return q > 0 ? Math.sqrt(Math.max(0, r / q - (c / q) ** 2)) / Math.PI : 0;
}

/** Moments of the first layer at t in [0, 1]. */
function firstMoments({ weight, bias }: DenseStage, { from, to }: Segment, t: number): Moments {
  let [value, mixed, slope] = [0, 0, 0];
  from.forEach((start, i) => {
    const derivative = to[i] - start;
    const x = start + t * derivative;
    value += x * x;
    mixed += x * derivative;
    slope += derivative * derivative;
  });
  return [weight * value + bias, weight * mixed, weight * slope];
}

/** A mean of random networks from draws, by layer index. */
export interface DrawnMean {
  readonly perLayer: readonly (number | null)[];
  /** Of the last of them. */
  readonly standardError: number;
  readonly draws: number;
}

/** Each batch has a point in each of as many equal parts of the segment; batches differ by chance alone. */
const BATCHES = 20;
const DRAWS_PER_BATCH = 500;
const MIN_DRAWS_PER_BATCH = 50;
/** Elementary steps of one draw of one layer, beside those for each 26 units. */
const STEPS_PER_LAYER = 30;
const SEED = 1;

/**
 * Mean number of regions on a segment at the widths the network has, without any limit. Given the layers before, a unit
 * is a Gaussian process along the segment, so that the Kac-Rice formula holds for its moments (q, c, r); these are
 * random and form a Markov chain over the layers: with k ~ Binomial(n, 1/2) active units, the next ones are a Wishart
 * matrix of k degrees of freedom times the weights' variance, plus the biases'. The mean over drawn chains is the same
 * on every call. Throws NoClosedForm.
 */
export function finiteWidthMean(network: Network, segment: Segment, options: TheoryOptions): DrawnMean {
  const stages = denseStagesOf(network);
  const steps = stages.reduce((sum, { width }) => sum + STEPS_PER_LAYER + width / WORD_BITS, network.inputSize);
  const room = Math.floor((options.budget ?? DEFAULT_BUDGET) / (BATCHES * steps));
  const draws = Math.min(DRAWS_PER_BATCH, room);
  if (draws < MIN_DRAWS_PER_BATCH) throw new NoClosedForm('The network is too large to draw its moments often enough.');
  const chain = new Chain(stages, segment);
  const sums = new Float64Array(stages.length);
  const totals = Array.from({ length: BATCHES }, () => {
    throwIfCancelled(options);
    let total = 0;
    for (let i = 0; i < draws; i++) total += chain.draw((i + chain.uniform()) / draws, sums);
    return total / draws;
  });
  const mean = totals.reduce((sum, total) => sum + total, 0) / BATCHES;
  const variance = totals.reduce((sum, total) => sum + (total - mean) ** 2, 0) / (BATCHES - 1);
  const rootLayer = layerOfFixedRoot(stages, segment);
  const upTo = (layer: number) =>
    stages.reduce(
      (sum, stage, s) => (stage.layer <= layer ? sum + sums[s] / (BATCHES * draws) : sum),
      layer < rootLayer ? 1 : 2,
    );
  return {
    perLayer: perLayer(network, upTo),
    standardError: Math.sqrt(variance / BATCHES),
    draws: BATCHES * draws,
  };
}

/**
 * The layer whose units all bend where a segment passes through the origin: the first with units, if no layer up to it
 * has a bias. Infinity where there is none.
 */
function layerOfFixedRoot(stages: readonly DenseStage[], segment: Segment): number {
  const first = stages.findIndex(({ bends }) => bends);
  if (first < 0 || stages.slice(0, first + 1).some(({ bias }) => bias > 0)) return Infinity;
  const root = fixedRoot(...firstMoments(stages[0], segment, 0));
  return root !== null && root > 0 && root < 1 ? stages[first].layer : Infinity;
}

/** Draws the moments of one random network at one point after another. */
class Chain {
  readonly uniform = uniforms(streamSeed(SEED, 0));
  private readonly normal = gaussians(streamSeed(SEED, 1));

  constructor(
    private readonly stages: readonly DenseStage[],
    private readonly segment: Segment,
  ) {}

  /** Adds the mean zeros of each layer at t to the sums, and returns those of all layers. */
  draw(t: number, sums: Float64Array): number {
    let moments = this.stages.length > 0 ? firstMoments(this.stages[0], this.segment, t) : ([0, 0, 0] as Moments);
    let total = 0;
    this.stages.forEach((stage, s) => {
      if (s > 0) moments = this.next(moments, this.stages[s - 1], stage);
      if (!stage.bends) return;
      const zeros = stage.width * zeroDensity(moments);
      sums[s] += zeros;
      total += zeros;
    });
    return total;
  }

  /** The moments of the next layer: its weights meet what the units of this one give on. */
  private next(moments: Moments, { width, slopes: [below, above], bends }: DenseStage, next: DenseStage): Moments {
    const active = bends ? this.binomial(width) : width;
    const [q, c, r] = this.wishart(active, moments);
    const rest = below === 0 || !bends ? null : this.wishart(width - active, moments);
    const [up, down] = [next.weight * above ** 2, next.weight * below ** 2];
    if (!rest) return [up * q + next.bias, up * c, up * r];
    return [up * q + down * rest[0] + next.bias, up * c + down * rest[1], up * r + down * rest[2]];
  }

  /** A 2 by 2 Wishart matrix of k degrees of freedom with this scale, by Bartlett's decomposition. */
  private wishart(k: number, [q, c, r]: Moments): Moments {
    if (k === 0 || q === 0) return [0, 0, 0];
    const first = this.chiSquare(k);
    const mixed = this.normal();
    const second = k > 1 ? this.chiSquare(k - 1) : 0;
    const [l11, l21] = [Math.sqrt(q), c / Math.sqrt(q)];
    const l22 = Math.sqrt(Math.max(0, r - l21 * l21));
    const [a11, b] = [l11 * Math.sqrt(first), l21 * Math.sqrt(first) + l22 * mixed];
    return [a11 * a11, a11 * b, b * b + l22 * l22 * second];
  }

  /** Chi square of k degrees of freedom: twice a gamma variate of shape k/2 (Marsaglia and Tsang 2000). */
  private chiSquare(k: number): number {
    if (k === 1) return this.normal() ** 2;
    const d = k / 2 - 1 / 3;
    const scale = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + scale * x) ** 3;
      if (v > 0 && Math.log(this.uniform()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return 2 * d * v;
    }
  }

  /** Heads in n fair throws. */
  private binomial(n: number): number {
    let heads = 0;
    for (let left = n; left > 0; left -= WORD_BITS) {
      const word = Math.floor(this.uniform() * 2 ** WORD_BITS);
      heads += bitsIn(left < WORD_BITS ? word & ((1 << left) - 1) : word);
    }
    return heads;
  }
}

/** Random bits that are taken from one uniform number. */
const WORD_BITS = 26;

function bitsIn(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

const NODES = 200;

/**
 * The mean in the limit of wide layers over the one to first order in the inverse widths, after the last layer: 1.03
 * where the limit is about three percent high. The moments of a layer vary about those of the limit with covariances of
 * the order of one over the widths before it, and a density of zeros g(q, c, r) changes by half the trace of its
 * Hessian times them. Throws NoClosedForm.
 */
export function wideLimitExcess(network: Network, segment: Segment): number {
  const stages = denseStagesOf(network);
  if (stages.length === 0) return 1;
  let [limit, corrected] = [0, 0];
  for (let node = 0; node < NODES; node++) {
    const t = (node + 0.5) / NODES;
    let moments = firstMoments(stages[0], segment, t);
    let covariance: Symmetric = [0, 0, 0, 0, 0, 0];
    stages.forEach((stage, s) => {
      if (s > 0) [moments, covariance] = nextLimit(moments, covariance, stages[s - 1], stage);
      if (!stage.bends) return;
      const density = zeroDensity(moments);
      limit += (stage.width * density) / NODES;
      corrected += (stage.width * (density + secondOrder(moments, covariance))) / NODES;
    });
  }
  return (1 + limit) / (1 + corrected);
}

/** Upper triangle of a symmetric matrix over (q, c, r): qq, qc, qr, cc, cr, rr. */
type Symmetric = readonly [number, number, number, number, number, number];

function nextLimit(
  [q, c, r]: Moments,
  covariance: Symmetric,
  { width, slopes: [below, above] }: DenseStage,
  next: DenseStage,
): [Moments, Symmetric] {
  const second = (below ** 2 + above ** 2) / 2;
  const fourth = (below ** 4 + above ** 4) / 2;
  const gain = next.weight * width * second;
  const spread = next.weight ** 2 * width;
  // Fourth moments of two jointly normal numbers (Isserlis 1918).
  const moments4: Symmetric = [3 * q * q, 3 * q * c, q * r + 2 * c * c, q * r + 2 * c * c, 3 * c * r, 3 * r * r];
  const squares: Symmetric = [q * q, q * c, q * r, c * c, c * r, r * r];
  const grown = covariance.map(
    (value, i) => gain ** 2 * value + spread * (fourth * moments4[i] - second ** 2 * squares[i]),
  ) as unknown as Symmetric;
  return [[gain * q + next.bias, gain * c, gain * r], grown];
}

/** Half the trace of the Hessian of `zeroDensity` times the covariance. */
function secondOrder([q, c, r]: Moments, [qq, qc, qr, cc, cr, rr]: Symmetric): number {
  const u = r / q - (c / q) ** 2;
  if (!(q > 0) || u <= 0) return 0;
  const [uq, uc, ur] = [-r / q ** 2 + (2 * c * c) / q ** 3, (-2 * c) / q ** 2, 1 / q];
  const [uqq, uqc, uqr, ucc] = [(2 * r) / q ** 3 - (6 * c * c) / q ** 4, (4 * c) / q ** 3, -1 / q ** 2, -2 / q ** 2];
  const root = Math.sqrt(u);
  const second = (value: number, product: number) => value / (2 * root) - product / (4 * root ** 3);
  const trace =
    second(uqq, uq * uq) * qq +
    second(ucc, uc * uc) * cc +
    second(0, ur * ur) * rr +
    2 * (second(uqc, uq * uc) * qc + second(uqr, uq * ur) * qr + second(0, uc * ur) * cr);
  return trace / (2 * Math.PI);
}
