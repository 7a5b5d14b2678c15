import type { Bound } from '../bound.ts';
import { magnitudeOf, multiply, one, power } from '../numbers/magnitude.ts';

/** Every unit on every piece: 2^N for N ReLUs. */
export const naiveUpper: Bound = {
  id: 'naive-upper',
  kind: 'upper',
  of: 'activation',
  citation: { label: 'All activation patterns', url: 'https://arxiv.org/abs/1402.1869' },
  latex: String.raw`\prod_{l} p_l^{\,n_l}`,
  hypotheses: 'none',
  impliedBy: 'hinz2021-upper',
  evaluate({ network }) {
    let total = one;
    const perLayer = network.layers.map((layer) => {
      if (layer.scope === 'beyond') return null;
      for (const { neurons, pieceCount } of layer.stages)
        total = multiply(total, power(magnitudeOf(pieceCount), neurons));
      return total;
    });
    return { applies: true, perLayer };
  },
};
