import { formatPower } from '../../common/formatFigures.ts';
import type { TheoryContext } from '../context.ts';
import type { Network } from '../../network/network.ts';
import { binomialPrefixSum } from '../numbers/binomial.ts';
import type { Bound, TheoryOptions } from '../bound.ts';
import { chainOf } from './chain.ts';
import {
  convolutionChainOf,
  fewFilters,
  type ConvolutionChain,
  type ConvolutionStage,
} from '../convolution/convolutionChain.ts';
import { convolutionIndependence } from '../convolution/convolutionNumbers.ts';
import { convolutionSum } from '../convolution/sums/convolutionSum.ts';
import type { Sides } from '../convolution/gridBracket.ts';
import { sharedWeightSumOf } from '../convolution/sums/sharedWeightSum.ts';
import { describeTightness } from '../convolution/tightness.ts';
import { theoremEquality } from '../convolution/theoremEquality.ts';
import { byShape, refused, spread } from './evaluation.ts';
import { multiply, one, type Magnitude } from '../numbers/magnitude.ts';

const icml2020 = 'https://arxiv.org/abs/2006.00978';

/**
 * Xiong et al. 2020, Theorem 2, for more than two pieces its extension of 2024: R = sum over j of I(j) (p - 1)^j for a
 * network with one layer of units, a convolution. Published as the maximum; for shared weights it is an upper bound.
 * On a slice of dimension k the sum ends at j = k.
 */
export const xiong2020OneLayer: Bound = {
  id: 'xiong2020-one-layer',
  kind: 'upper',
  of: 'activation',
  citation: { label: 'Xiong et al. 2020, Theorem 2', url: icml2020 },
  latex: String.raw`\sum_{j} I(j)\,(p-1)^j`,
  hypotheses: 'one layer of units, a convolution',
  evaluate(theory) {
    const { network, options } = theory;
    const found = singleStage(theory);
    if ('reason' in found) return refused(found.reason);
    const { value, note } = firstLayer(found.stage, network, options, found.chain.chain.n0, 'both');
    return { applies: true, perLayer: spread(network, found.chain.chain, [value]), note };
  },
};

/**
 * The number of regions that almost all weights of one convolutional layer reach, the maximum: linearly independent
 * sets of normals that share their kernel (see sharedWeightSum).
 */
export const convolutionGenericExact: Bound = {
  id: 'conv-generic-exact',
  kind: 'exact',
  of: 'activation',
  citation: { label: 'Independent sets of shared kernels (this tool)', url: icml2020 },
  latex: String.raw`\sum_{A \text{ independent}} (p-1)^{|A|}`,
  hypotheses: 'one layer, biases or a shifting batch norm, small enough',
  evaluate(theory) {
    const { network, options } = theory;
    const found = singleStage(theory);
    if ('reason' in found) return refused(found.reason);
    const { chain, stage } = found;
    if (chain.chain.n0 < network.inputSize) return refused('Counts regions of the whole input space, not of a slice.');
    if (!stage.hasBias) {
      return refused(
        `The layer ${stage.layer.name} has no biases, so that its boundaries do not lie in general position.`,
      );
    }
    const sum = sharedWeightSumOf(theory, stage.pattern, stage.stage.pieceCount, options);
    if ('reason' in sum) return refused(sum.reason);
    return { applies: true, perLayer: spread(network, chain.chain, [sum.value]), note: sum.note };
  },
};

/**
 * Xiong et al. 2020, Theorem 5, upper bound: R of the first layer times, for every later layer l, the sum over i <= n_0
 * of C(N_l, i). Stated for d_l >= d_0; n_0 is the dimension of a slice where one is asked for.
 */
export const xiong2020Upper: Bound = {
  id: 'xiong2020-upper',
  kind: 'upper',
  of: 'activation',
  citation: { label: 'Xiong et al. 2020, Theorem 5', url: icml2020 },
  latex: String.raw`R_{\mathcal{N}_1} \prod_{l=2}^{L} \sum_{i=0}^{n_0} \binom{N_l}{i}`,
  hypotheses: 'convolutions, at least as many filters as input channels',
  evaluate(theory) {
    const { network, options } = theory;
    const found = convolutionChainOf(theory);
    if ('reason' in found) return refused(found.reason);
    const { chain, stages } = found;
    const narrow = fewFilters(found);
    if (narrow) return refused(narrow);
    const { value, note } = firstLayer(stages[0], network, options, chain.n0, stages.length === 1 ? 'both' : 'upper');
    const later = byShape(({ stage }) => binomialPrefixSum(stage.neurons, chain.n0, stage.pieceCount - 1));
    let total: Magnitude = one;
    const values = chain.stages.map((stage, l) => (total = multiply(total, l === 0 ? value : later(stage))));
    return {
      applies: true,
      perLayer: spread(network, chain, values),
      note: stages.length === 1 ? note : undefined,
    };
  },
};

function singleStage(theory: TheoryContext): { chain: ConvolutionChain; stage: ConvolutionStage } | { reason: string } {
  const units = chainOf(theory);
  if ('reason' in units) return units;
  const { length } = units.chain.stages;
  if (length > 1) return { reason: `The theorem is for one layer of units; this network has ${length}.` };
  const chain = convolutionChainOf(theory);
  if ('reason' in chain) return chain;
  const [stage] = chain.stages;
  return { chain, stage };
}

/** R, cut off at the dimension of a slice, and how it compares with the number of regions. */
function firstLayer(
  { pattern, stage, hasBias }: ConvolutionStage,
  network: Network,
  options: TheoryOptions,
  n0: number,
  sides: Sides,
): { value: Magnitude; note: string } {
  if (n0 < network.inputSize) {
    const value = convolutionIndependence(pattern, stage.pieceCount, options).prefixSum(n0);
    return { value, note: 'upper bound: the sum up to the dimension of the slice' };
  }
  const { lower, upper, exact } = convolutionSum(pattern, stage.pieceCount, options, sides);
  const tightness = describeTightness(theoremEquality(pattern), hasBias);
  if (exact) return { value: upper, note: tightness };
  return {
    value: upper,
    note: `upper bound: the sum itself is between ${formatPower(down(lower))} and ${formatPower(up(upper))}`,
  };
}

function down({ log10 }: Magnitude): number {
  return Math.floor(log10 * 100) / 100;
}

function up({ log10 }: Magnitude): number {
  return Math.ceil(log10 * 100) / 100;
}
