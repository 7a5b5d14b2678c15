import { TighterTransitions } from './activationHistogram.ts';
import type { Bound, TheoryOptions } from './bound.ts';
import { dimensionRecurrence, type StageRule } from './dimensionRecurrence.ts';
import { stageIndependence } from './independence.ts';
import type { Network } from '../network/network.ts';

/** Independence numbers of every layer's own sparsity, with Hinz's histograms where those are tighter. */
export function tightestRule(network: Network, options: TheoryOptions): StageRule {
  const transitions = new TighterTransitions();
  return (layer, stage) => {
    const numbers = stageIndependence(network, layer, stage, options);
    const tighter = stage.drops ? transitions.rule(stage.neurons, numbers) : undefined;
    return { numbers, neurons: stage.neurons, drops: stage.drops, tighter };
  };
}

/** The dimension recurrence for any piecewise-linear network; see `dimensionRecurrence.ts` for statement and proof. */
export const recurrenceUpper: Bound = {
  id: 'recurrence-upper',
  kind: 'upper',
  of: 'activation',
  citation: { label: 'Dimension recurrence (this tool)', url: 'https://arxiv.org/abs/1711.02114' },
  evaluate(network, options) {
    const perLayer = dimensionRecurrence(network, options, tightestRule(network, options));
    return { applies: true, perLayer };
  },
};
