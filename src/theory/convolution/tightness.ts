import type { TheoryContext } from '../context.ts';
import type { Layer, Network } from '../../network/network.ts';
import { hasBias } from '../constants.ts';
import { affineRun } from '../units.ts';
import { networkFields, tooLarge } from './networkFields.ts';
import { theoremEquality, type TheoremEquality } from './theoremEquality.ts';

/** How the sum of a convolution's independence numbers compares with the regions that shared weights make. */
export function describeTightness(equality: TheoremEquality, isBiased: boolean): string {
  if (!isBiased) return 'upper bound: without biases the boundaries do not lie in general position';
  switch (equality) {
    case 'exact':
      return 'exact';
    case 'loose':
      return 'upper bound, known to be loose here: filters of one convolution commute, so that some normals depend on others';
    case 'open':
      return 'upper bound';
  }
}

/**
 * The same for the units of one layer. `isSumKnown`: the numbers are those of the sum, not bounds on them. Null for
 * layers without windows.
 */
export function tightnessOfLayer(theory: TheoryContext, layer: Layer, isSumKnown: boolean): string | null {
  const { network } = theory;
  const [stage] = layer.stages;
  if (stage?.kind !== 'activation') return null;
  const run = affineRun(network, layer);
  if (!run.some(({ operation }) => 'window' in operation)) return null;
  const pattern = networkFields(theory).ofLayer(run);
  const equality = pattern === null || pattern === tooLarge ? 'open' : theoremEquality(pattern);
  return describeTightness(
    equality === 'exact' && !isSumKnown ? 'open' : equality,
    hasBias([...run, ...layersBetween(network, run[run.length - 1], layer)]),
  );
}

/** The layers after `source` up to `layer`; they scale and rename its scalars one by one. */
function layersBetween(network: Network, source: Layer, layer: Layer): Layer[] {
  const layers: Layer[] = [];
  for (let at = layer; at !== source; at = network.layers[at.inputs[0]]) layers.unshift(at);
  return layers;
}
