import { buildNetwork } from '../../network/build.ts';
import type { Network } from '../../network/network.ts';
import { weightShapes } from '../../network/parameters.ts';
import type { BinaryFormat } from './models.ts';
import type { NearbyFiles, ReadResult } from '../format.ts';
import { writeNative } from '../native/write.ts';
import { WeightsError, type ByteSource, type StoredTensor, type WeightsFile } from '../weights/weightsFile.ts';

/**
 * A binary model as text and weights: its network in the native format, and its weights by the names and in the layouts
 * that this text has. Throws a `WeightsError` where there is no network in it.
 */
export function openModel(source: ByteSource, format: BinaryFormat, files: NearbyFiles | undefined): WeightsFile {
  const read = (weights: boolean) => format.read(source, { weights, files });
  const result = read(false);
  const [definition] = result.networks;
  if (!definition) throw new WeightsError(result.problems[0]?.message ?? `${source.name} holds no network.`);
  let weighted: Network | undefined;
  const withWeights = () => (weighted ??= soundly(source, read(true)));
  const tensors = buildNetwork(definition).network.layers.flatMap((layer): StoredTensor[] => {
    if (layer.sharedWith !== undefined || layer.scope === 'beyond') return [];
    return Object.entries(weightShapes(layer)).map(([weight, shape]) => ({
      name: `${layer.name}/${weight}`,
      layer: layer.name,
      shape,
      values() {
        const tensor = withWeights().layers[layer.index].weights?.[weight];
        if (!tensor) throw new WeightsError(`${source.name} holds no ${weight} for ${layer.name}.`);
        return tensor.data;
      },
    }));
  });
  return { kind: 'model', name: source.name, tensors, model: writeNative(definition).text };
}

function soundly({ name }: ByteSource, { networks, problems }: ReadResult): Network {
  const inexact = problems.find(({ code }) => code === 'approximation');
  if (inexact) throw new WeightsError(`The weights of ${name} are not used: ${inexact.message}`);
  const { network, problems: wrong } = buildNetwork(networks[0]);
  const fault = [...problems, ...wrong].find(({ severity }) => severity === 'error');
  if (fault) throw new WeightsError(`The weights of ${name} cannot be used: ${fault.message}`);
  return network;
}
