import type { InputDefinition, LayerDefinition, NetworkDefinition } from '../network/definition.ts';
import type { Network } from '../network/network.ts';
import { sameData } from './sameData.ts';

/** Whether two definitions are of one network, wherever they stand and wherever the shapes of inputs were found. */
export function sameDefinition(a: NetworkDefinition, b: NetworkDefinition): boolean {
  if (a.name !== b.name || a.layers.length !== b.layers.length || a.inputs.length !== b.inputs.length) return false;
  const { layers: aLayers, inputs: aInputs, ...aRest } = { ...a, ...placeless };
  const { layers: bLayers, inputs: bInputs, ...bRest } = { ...b, ...placeless };
  return (
    sameData(aRest, bRest) &&
    aInputs.every((input, i) => sameInput(input, bInputs[i])) &&
    (aLayers === bLayers || aLayers.every((layer, i) => sameLayer(layer, bLayers[i])))
  );
}

/** Whether two networks are the same, wherever the shapes of their inputs were found. */
export function sameNetwork(a: Network, b: Network): boolean {
  return sameData(sourceless(a), sourceless(b));
}

function sourceless(network: Network): Network {
  return { ...network, inputs: network.inputs.map((input) => ({ ...input, source: undefined })) };
}

const placeless = { span: undefined, nameSpan: undefined };

function sameInput(a: InputDefinition, b: InputDefinition): boolean {
  return sameData({ ...a, source: '', ...placeless }, { ...b, source: '', ...placeless });
}

function sameLayer(a: LayerDefinition, b: LayerDefinition): boolean {
  return sameData({ ...a, span: undefined, fields: undefined }, { ...b, span: undefined, fields: undefined });
}
