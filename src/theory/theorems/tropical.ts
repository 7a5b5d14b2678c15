import { isInput, type Layer, type Network } from '../../network/network.ts';
import type { Bound } from '../bound.ts';
import { one } from '../numbers/magnitude.ts';
import { tropicalPatterns } from '../recurrence/tropicalPatterns.ts';
import { refused } from './evaluation.ts';

/**
 * One dense tropical layer of m units on n inputs: exactly C(m + n - 1, n - 1) regions for almost all weights, and
 * never more. More: see `tropicalPatterns`. As many: for each load vector there is an assignment of units to inputs
 * with the greatest sum of weights; the dual of this transport problem is an input at which every unit chooses as
 * assigned, and where the assignment is the only best one, all other choices are strictly worse there.
 */
export const tropicalOneLayerExact: Bound = {
  id: 'tropical-one-layer-exact',
  kind: 'exact',
  of: 'activation',
  citation: {
    label: 'Units shared out among inputs (this tool, after Develin, Sturmfels 2004)',
    url: 'https://arxiv.org/abs/math/0308254',
  },
  latex: String.raw`\binom{n_1 + n_0 - 1}{n_0 - 1}`,
  hypotheses: 'one dense tropical layer on the input',
  evaluate({ network, options }) {
    const withUnits = network.layers.filter((layer) => layer.stages.length > 0);
    const [layer] = withUnits;
    if (layer?.operation.kind !== 'tropicalDense') return refused('The statement is for a dense tropical layer.');
    if (withUnits.length > 1)
      return refused(`The statement is for one layer of units; ${withUnits[1].name} has units too.`);
    if (!readsInput(network, layer)) return refused(`${layer.name} does not read the input itself.`);
    if ((options.sliceDimension ?? Infinity) < network.inputSize)
      return refused('The statement is for the whole input space.');
    const value = tropicalPatterns(layer);
    const perLayer = network.layers.map((l) => (l.scope === 'beyond' ? null : l.index < layer.index ? one : value));
    return { applies: true, perLayer, note: 'The maximum over all weights, reached by almost all.' };
  },
};

/** Whether a layer reads an input, perhaps flattened. */
export function readsInput({ layers }: Network, { inputs: [first] }: Layer): boolean {
  let tensor = first;
  while (!isInput(tensor) && layers[tensor].operation.kind === 'flatten') [tensor] = layers[tensor].inputs;
  return isInput(tensor);
}
