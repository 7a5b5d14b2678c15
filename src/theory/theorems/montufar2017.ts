import { binomialPrefixSum } from '../numbers/binomial.ts';
import type { Bound } from '../bound.ts';
import { chainOf, describeUnits } from './chain.ts';
import { productBound, refused } from './evaluation.ts';
import { sharedWeightsNote } from './serra2018.ts';

/** prod over l of sum over j <= min(n_0, ..., n_(l-1)) of C(n_l, j). Uses two pieces a unit, not that one is flat. */
export const montufar2017Upper: Bound = {
  id: 'montufar2017-upper',
  kind: 'upper',
  of: 'activation',
  citation: { label: 'Montúfar 2017 (in Serra et al. 2018)', url: 'https://arxiv.org/abs/1711.02114' },
  latex: String.raw`\prod_{l=1}^{L} \sum_{j=0}^{d_l} \binom{n_l}{j},\quad d_l = \min(n_0, \dots, n_{l-1})`,
  hypotheses: 'a chain of layers, units of two pieces',
  impliedBy: 'hinz2021-upper',
  evaluate(theory) {
    const { network } = theory;
    const found = chainOf(theory);
    if ('reason' in found) return refused(found.reason);
    const other = found.chain.stages.find(({ stage }) => stage.pieceCount !== 2 || stage.kind !== 'activation');
    if (other)
      return refused(`The theorem is for units of two pieces; ${other.layer.name} has ${describeUnits(other)}.`);
    return productBound(
      network,
      found.chain,
      ({ stage, narrowest }) => binomialPrefixSum(stage.neurons, narrowest),
      sharedWeightsNote(network),
    );
  },
};
