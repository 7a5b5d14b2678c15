import { TighterHistograms } from './activationHistogram.ts';
import type { Bound } from './bound.ts';
import { dimensionRecurrence, type StageRule } from './dimensionRecurrence.ts';
import { IndependenceCache, type IndependenceNumbers } from './independence.ts';
import { TransitionCache } from './transition.ts';
import type { Network } from '../network/network.ts';

/** Independence numbers of every layer's own sparsity, with Hinz's histograms where those are tighter. */
export function tightestRule(network: Network, independence: IndependenceCache): StageRule {
  const tables = new TighterHistograms();
  const cache = new TransitionCache();
  return (layer, stage) => {
    const { neurons, drops } = stage;
    const tighter = (numbers: IndependenceNumbers): ReturnType<TighterHistograms['of']> => tables.of(neurons, numbers);
    return cache.get(independence.of(network, layer, stage), neurons, drops, drops ? tighter : undefined);
  };
}

/** The dimension recurrence for any piecewise-linear network; see `dimensionRecurrence.ts` for statement and proof. */
export const recurrenceUpper: Bound = {
  id: 'recurrence-upper',
  kind: 'upper',
  of: 'activation',
  citation: { label: 'Dimension recurrence (this tool)', url: 'https://arxiv.org/abs/1711.02114' },
  evaluate(network, options) {
    const perLayer = dimensionRecurrence(
      network,
      options,
      tightestRule(network, new IndependenceCache(network, options)),
    );
    return { applies: true, perLayer };
  },
};
