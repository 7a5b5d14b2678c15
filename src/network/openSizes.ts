import { buildNetwork } from './build.ts';
import type { InputDefinition, NetworkDefinition } from './definition.ts';
import type { Network } from './network.ts';
import { totalParameters } from './parameters.ts';

/** Two sizes that windows of usual networks fit into, and that halve evenly many times. */
const substitutes = [512, 1024] as const;

/**
 * All weights of a network, trainable or not; null where their number is not known. Sizes of an input that are left
 * open do not matter where the number of weights is the same for two of them: it never falls as an extent grows.
 */
export function networkParameters({ inputs, layers, complete }: Network, definition: NetworkDefinition): number | null {
  // Of a network that could not be read at all, nothing is known.
  const read = complete || layers.length > 0 ? totalParameters(layers) : null;
  const isSized = inputs.length > 0 && inputs.every(({ shape }) => shape.length > 0);
  if (isSized || complete || !definition.inputs.some(isOpen)) return read;
  const [few, many] = substitutes.map((size) => parametersWith(definition, size));
  return few === many ? few : null;
}

function isOpen({ shape }: InputDefinition): boolean {
  return shape.length > 0 && shape.every((extent) => extent > 0 || extent === -1);
}

function parametersWith(definition: NetworkDefinition, size: number): number | null {
  const inputs = definition.inputs.map((input) => ({
    ...input,
    shape: input.shape.map((extent) => (extent === -1 ? size : extent)),
  }));
  const { network } = buildNetwork({ ...definition, inputs });
  return network.complete ? totalParameters(network.layers) : null;
}
