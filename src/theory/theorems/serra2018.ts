import type { Network } from '../../network/network.ts';
import { binomialPrefixSum } from '../numbers/binomial.ts';
import type { Bound } from '../bound.ts';
import { fullyConnectedReluChainOf, reluChainOf } from './chain.ts';
import type { StageRule } from '../recurrence/dimensionRecurrence.ts';
import { constructionBound, refused } from './evaluation.ts';
import { magnitudeOf, power } from '../numbers/magnitude.ts';
import { narrowLayer, sliceNote } from './montufar2014.ts';
import { recurrenceMemory } from '../recurrence/recurrenceMemory.ts';

const url = 'https://arxiv.org/abs/1711.02114';

/**
 * The sum over activation dimensions of Serra, Tjandraatmadja, Ramalingam 2018, Theorem 1, for chains of ReLU layers.
 */
export const serra2018Upper: Bound = {
  id: 'serra2018-upper',
  kind: 'upper',
  of: 'activation',
  citation: { label: 'Serra et al. 2018, Theorem 1', url },
  impliedBy: 'hinz2021-upper',
  evaluate(network, options) {
    const found = reluChainOf(network, options);
    if ('reason' in found) return refused(found.reason);
    const memory = recurrenceMemory(network);
    const rule: StageRule = (_, stage) => memory.transition(memory.denseNumbers(stage.neurons), stage);
    const perLayer = memory.regions(network, options, rule);
    return { applies: true, perLayer, note: sharedWeightsNote(network) };
  },
};

/** (prod over l < L of (floor(n_l / n_0) + 1)^n_0) sum over j <= n_0 of C(n_L, j), for n_l >= 3 n_0. */
export const serra2018Lower: Bound = {
  id: 'serra2018-lower',
  kind: 'lower',
  of: 'linear',
  citation: { label: 'Serra et al. 2018, lower bound', url },
  evaluate(network, options) {
    const found = fullyConnectedReluChainOf(network, options);
    if ('reason' in found) return refused(found.reason);
    const { chain } = found;
    const narrow = narrowLayer(chain, 3 * chain.n0);
    if (narrow) return refused(narrow);
    return constructionBound(
      network,
      chain,
      ({ stage }) => power(magnitudeOf(Math.floor(stage.neurons / chain.n0) + 1), chain.n0),
      ({ stage }) => binomialPrefixSum(stage.neurons, chain.n0),
      chain.n0 === 1 ? 'For one input dimension this is the maximum.' : sliceNote(network, chain),
    );
  },
};

/**
 * Said beside theorems for fully connected layers where a layer is sparse: its weights are a special case of theirs.
 */
export function sharedWeightsNote(network: Network): string | undefined {
  const sparse = network.layers.find((layer) => 'window' in layer.operation && layer.scope !== 'beyond');
  return sparse && `${sparse.name} taken as a fully connected layer: an upper bound that ignores its sparsity.`;
}
