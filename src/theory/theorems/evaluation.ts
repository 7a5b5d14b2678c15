import { memoized } from '../context.ts';
import type { Network } from '../../network/network.ts';
import type { Evaluation } from '../bound.ts';
import type { Chain, ChainStage } from './chain.ts';
import { multiply, one, type Magnitude } from '../numbers/magnitude.ts';

/** A value after each stage of a chain, spread over the network's layers: 1 before the first, null beyond the chain. */
export function spread(network: Network, chain: Chain, values: readonly Magnitude[]): (Magnitude | null)[] {
  let reached: Magnitude = one;
  let next = 0;
  return network.layers.map((layer) => {
    if (layer.index >= chain.length) return null;
    for (; next < values.length && chain.stages[next].layer.index === layer.index; next++) reached = values[next];
    return reached;
  });
}

/** The bound that multiplies one factor a stage. */
export function productBound(
  network: Network,
  chain: Chain,
  factor: (stage: ChainStage) => Magnitude,
  note?: string,
): Evaluation {
  let total = one;
  const factorOf = byShape(factor);
  const values = chain.stages.map((stage) => (total = multiply(total, factorOf(stage))));
  return { applies: true, perLayer: spread(network, chain, values), note };
}

/** A lower bound of the usual form: factors of all layers but the last, times what the last layer does. */
export function constructionBound(
  network: Network,
  chain: Chain,
  folds: (stage: ChainStage) => Magnitude,
  last: (stage: ChainStage) => Magnitude,
  note?: string,
): Evaluation & { readonly applies: true } {
  let folded = one;
  const fold = byShape(folds);
  const end = byShape(last);
  const values = chain.stages.map((stage) => {
    const value = multiply(folded, end(stage));
    folded = multiply(folded, fold(stage));
    return value;
  });
  return { applies: true, perLayer: spread(network, chain, values), note };
}

/** Deep networks repeat their layers: each shape's factor is computed once. */
export function byShape(factor: (stage: ChainStage) => Magnitude): (stage: ChainStage) => Magnitude {
  return memoized(({ stage, narrowest }) => [stage.neurons, stage.pieceCount, narrowest].join(), factor);
}

export function refused(reason: string): Evaluation {
  return { applies: false, reason };
}
