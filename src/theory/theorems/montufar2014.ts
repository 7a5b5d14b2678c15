import type { Network } from '../../network/network.ts';
import { binomialPrefixSum } from '../numbers/binomial.ts';
import type { Bound } from '../bound.ts';
import { fullyConnectedReluChainOf, type Chain } from './chain.ts';
import { constructionBound, refused } from './evaluation.ts';
import { magnitudeOf, power } from '../numbers/magnitude.ts';

/** (prod over l < L of floor(n_l / n_0)^n_0) sum over j <= n_0 of C(n_L, j), for n_l >= n_0. */
export const montufar2014Lower: Bound = {
  id: 'montufar2014-lower',
  kind: 'lower',
  of: 'linear',
  citation: { label: 'Montúfar et al. 2014, Theorem 4', url: 'https://arxiv.org/abs/1402.1869' },
  evaluate(network, options) {
    const found = fullyConnectedReluChainOf(network, options);
    if ('reason' in found) return refused(found.reason);
    const { chain } = found;
    const narrow = narrowLayer(chain, chain.n0);
    if (narrow) return refused(narrow);
    return constructionBound(
      network,
      chain,
      ({ stage }) => power(magnitudeOf(Math.floor(stage.neurons / chain.n0)), chain.n0),
      ({ stage }) => binomialPrefixSum(stage.neurons, chain.n0),
      sliceNote(network, chain),
    );
  },
};

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
