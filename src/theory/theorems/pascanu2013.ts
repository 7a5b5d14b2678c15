import { binomialPrefixSum } from '../numbers/binomial.ts';
import type { Bound } from '../bound.ts';
import { fullyConnectedReluChainOf } from './chain.ts';
import { constructionBound, refused } from './evaluation.ts';
import { magnitudeOf } from '../numbers/magnitude.ts';
import { narrowLayer, sliceNote } from './montufar2014.ts';

/** (prod over l < L of floor(n_l / n_0)) sum over j <= n_0 of C(n_L, j), for n_l >= n_0. */
export const pascanu2013Lower: Bound = {
  id: 'pascanu2013-lower',
  kind: 'lower',
  of: 'linear',
  citation: { label: 'Pascanu, Montúfar, Bengio 2013, Theorem 1', url: 'https://arxiv.org/abs/1312.6098' },
  evaluate(network, options) {
    const found = fullyConnectedReluChainOf(network, options);
    if ('reason' in found) return refused(found.reason);
    const { chain } = found;
    const narrow = narrowLayer(chain, chain.n0);
    if (narrow) return refused(narrow);
    return constructionBound(
      network,
      chain,
      ({ stage }) => magnitudeOf(Math.floor(stage.neurons / chain.n0)),
      ({ stage }) => binomialPrefixSum(stage.neurons, chain.n0),
      sliceNote(network, chain),
    );
  },
};
