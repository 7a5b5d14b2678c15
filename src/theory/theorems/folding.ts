import type { Network } from '../../network/network.ts';
import type { Bound } from '../bound.ts';
import { binomialPrefixSum } from '../numbers/binomial.ts';
import type { Magnitude } from '../numbers/magnitude.ts';
import { fullyConnectedReluChainOf, type Chain } from './chain.ts';
import { constructionBound, refused } from './evaluation.ts';

interface FoldingTheorem extends Pick<Bound, 'id' | 'citation'> {
  /** Every layer needs this many times n_0 units. */
  readonly unitsPerInput: 1 | 3;
  /** What a layer of this width contributes by folding the n_0 inputs, and the same in LaTeX. */
  readonly factor: (width: number, n0: number) => Magnitude;
  readonly factorLatex: string;
  /** One input dimension: this is the maximum. */
  readonly isMaximalForOneInput?: boolean;
}

/**
 * All layers but the last fold the input space; the last one cuts every copy: sum over j <= n_0 of C(n_L, j). At most
 * n_0 units in the last layer have a cell in which all of them are 0. Those of neighbouring copies can be one linear
 * region, so that the bound is one on activation regions then: 1-7-1 has 14 of these, but at most 13 linear regions.
 */
export function foldingBound(theorem: FoldingTheorem): Bound {
  const { id, citation, unitsPerInput, factor, factorLatex } = theorem;
  return {
    id,
    kind: 'lower',
    of: 'linear',
    citation,
    latex: String.raw`\Bigl(\prod_{l=1}^{L-1} ${factorLatex}\Bigr) \sum_{j=0}^{n_0} \binom{n_L}{j}`,
    hypotheses: `fully connected, ReLUs, n_l ≥ ${unitsPerInput === 1 ? '' : unitsPerInput}n₀`,
    evaluate(theory) {
      const { network } = theory;
      const found = fullyConnectedReluChainOf(theory);
      if ('reason' in found) return refused(found.reason);
      const { chain } = found;
      const { n0 } = chain;
      const narrow = narrowLayer(chain, unitsPerInput * n0);
      if (narrow) return refused(narrow);
      const isMaximal = theorem.isMaximalForOneInput === true && n0 === 1;
      const evaluation = constructionBound(
        network,
        chain,
        ({ stage }) => factor(stage.neurons, n0),
        ({ stage }) => binomialPrefixSum(stage.neurons, n0),
        isMaximal ? 'For one input dimension this is the maximum.' : sliceNote(network, chain),
      );
      return chain.stages.some(({ stage }) => stage.neurons <= n0) ? { ...evaluation, of: 'activation' } : evaluation;
    },
  };
}

/** Why a construction that needs `width` units in every layer cannot be made, or null when it can. */
export function narrowLayer(chain: Chain, width: number): string | null {
  if (chain.stages.length === 0) return 'There are no ReLU units.';
  const narrow = chain.stages.find(({ stage }) => stage.neurons < width);
  if (!narrow) return null;
  return `The construction needs at least ${width} neurons in every layer for ${chain.n0} input dimensions; ${narrow.layer.name} has ${narrow.stage.neurons}.`;
}

/**
 * A first dense layer on a slice can be any affine map of the slice, so that the theorem holds with n_0 = its
 * dimension.
 */
export function sliceNote(network: Network, chain: Chain): string | undefined {
  return chain.n0 < network.inputSize ? `On a slice of dimension ${chain.n0}, for suitable weights.` : undefined;
}
