import type { NetworkDefinition } from '../../network/definition.ts';
import type { Layer, Network } from '../../network/network.ts';
import { sizeOf, type Shape } from '../../network/shape.ts';
import { flattenedByChannel } from './layouts.ts';

/**
 * Sentences about layers whose weights may be stored in an unknown order. `taken`: those with
 * weights of the file.
 */
export function orderDoubts(definition: NetworkDefinition, network: Network, taken: readonly Layer[]): string[] {
  const { channelsFirst } = definition;
  const mixed = taken.filter((layer) => flattenedByChannel({ definition, network }, layer) === 'mixed');
  const local = channelsFirst ? taken.filter(({ operation }) => operation.kind === 'locallyConnected') : [];
  const old = channelsFirst === 'keras1' ? taken.filter(({ operation }) => 'window' in operation) : [];
  const reshaped = channelsFirst ? network.layers.filter(mixesChannels) : [];
  const inexact = definition.isInexact === true && taken.length > 0;
  return [
    ...(inexact ? ['A step of this network is approximated for its bounds, so weights of a file cannot be used.'] : []),
    ...mixed.map(
      ({ name }) =>
        `${name} reads what was joined from images flattened with channels first; the order of its weights is not known.`,
    ),
    ...local.map(
      ({ name }) => `${name} is a locally connected layer with channels first; the order of its weights is not known.`,
    ),
    ...old.map(
      ({ name }) =>
        `${name}: Keras 1 keeps kernels in several orders where channels come first; save the model with Keras 2 or later.`,
    ),
    ...reshaped.map(
      ({ name }) =>
        `${name} reshapes with channels first; the order of its numbers is not known, so weights of a file cannot be used.`,
    ),
  ];
}

/** A reshape from or to several positions with several channels; to a vector is a flatten. */
function mixesChannels({ scope, operation, inputShapes, outputShape }: Layer): boolean {
  if (scope === 'beyond' || operation.kind !== 'reshape' || outputShape.length === 1) return false;
  return hasBoth(inputShapes[0]) || hasBoth(outputShape);
}

function hasBoth(shape: Shape): boolean {
  const channels = shape[shape.length - 1];
  return shape.length > 1 && channels > 1 && channels < sizeOf(shape);
}
