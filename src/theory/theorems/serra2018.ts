import type { Network } from '../../network/network.ts';
import type { Bound } from '../bound.ts';
import { reluChainOf } from './chain.ts';
import type { StageRule } from '../recurrence/dimensionRecurrence.ts';
import { refused } from './evaluation.ts';
import { foldingBound } from './folding.ts';
import { magnitudeOf, power } from '../numbers/magnitude.ts';
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
  latex: String.raw`\sum_{(j_1, \dots, j_L)} \prod_{l=1}^{L} \binom{n_l}{j_l},\quad j_l \le \min(n_0,\, n_1 - j_1,\, \dots,\, n_{l-1} - j_{l-1},\, n_l)`,
  hypotheses: 'a chain of layers, ReLUs',
  impliedBy: 'hinz2021-upper',
  evaluate(theory) {
    const { network } = theory;
    const found = reluChainOf(theory);
    if ('reason' in found) return refused(found.reason);
    const memory = recurrenceMemory(theory);
    const rule: StageRule = (_, stage) => memory.transition(memory.denseNumbers(stage.neurons), stage);
    const perLayer = memory.regions(theory, rule);
    return { applies: true, perLayer, note: sharedWeightsNote(network) };
  },
};

/** (prod over l < L of (floor(n_l / n_0) + 1)^n_0) sum over j <= n_0 of C(n_L, j), for n_l >= 3 n_0. */
export const serra2018Lower = foldingBound({
  id: 'serra2018-lower',
  citation: { label: 'Serra et al. 2018, lower bound', url },
  unitsPerInput: 3,
  factor: (width, n0) => power(magnitudeOf(Math.floor(width / n0) + 1), n0),
  factorLatex: String.raw`\left(\left\lfloor \frac{n_l}{n_0} \right\rfloor + 1\right)^{n_0}`,
  isMaximalForOneInput: true,
});

/**
 * The note of theorems for fully connected layers where a layer is sparse: its weights are a special case of theirs.
 */
export function sharedWeightsNote(network: Network): string | undefined {
  const sparse = network.layers.find((layer) => 'window' in layer.operation && layer.scope !== 'beyond');
  return sparse && `${sparse.name} taken as a fully connected layer: an upper bound that ignores its sparsity.`;
}
