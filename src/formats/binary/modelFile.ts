import { buildNetwork } from '../../network/build.ts';
import type { NetworkDefinition, Problem } from '../../network/definition.ts';
import type { Network } from '../../network/network.ts';
import { weightShapes } from '../../network/parameters.ts';
import type { NearbyFiles, ReadResult } from '../format.ts';
import { writeNative } from '../native/write.ts';
import { read } from '../registry.ts';
import { matchWeights } from '../weights/match.ts';
import { WeightsError, type ByteSource, type StoredTensor, type WeightsFile } from '../weights/weightsFile.ts';
import type { BinaryFormat } from './models.ts';

/** A network in a file, with what reading it found and a way to its weights. */
interface ModelInFile {
  readonly definition: NetworkDefinition;
  readonly problems: readonly Problem[];
  /** The network with the weights of the file. Throws a `WeightsError` where they cannot be used. */
  readonly weighted: () => Network;
}

/**
 * A binary model as text and weights: its network in the native format, and its weights by the names and in the layouts
 * that this text has. Throws a `WeightsError` where there is no network in it.
 */
export function openModel(source: ByteSource, format: BinaryFormat, files: NearbyFiles | undefined): WeightsFile {
  const readWith = (weights: boolean) => format.read(source, { weights, files });
  const { networks, problems } = readWith(false);
  const [definition] = networks;
  if (!definition) throw new WeightsError(problems[0]?.message ?? `${source.name} holds no network.`);
  return asModel(source.name, { definition, problems, weighted: () => soundly(source.name, readWith(true)) });
}

/** The same of a file that holds a model as JSON beside its weights. */
export function modelBeside(file: WeightsFile): WeightsFile {
  const { name, model } = file;
  const result = model === null ? null : read(model, name, { weights: false });
  const [definition] = result?.networks ?? [];
  if (!result || !definition) throw new WeightsError(result?.problems[0]?.message ?? `${name} holds no network.`);
  const weighted = () => {
    const match = matchWeights(definition, buildNetwork(definition).network, file);
    const errors = match.remarks.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw new WeightsError(errors.map(({ message }) => message).join('\n'));
    return match.attach();
  };
  return asModel(name, { definition, problems: result.problems, weighted });
}

function asModel(name: string, { definition, problems, weighted }: ModelInFile): WeightsFile {
  let known: Network | undefined;
  const tensors = buildNetwork(definition).network.layers.flatMap((layer): StoredTensor[] => {
    if (layer.sharedWith !== undefined || layer.scope === 'beyond') return [];
    return Object.entries(weightShapes(layer)).map(([weight, shape]) => ({
      name: `${layer.name}/${weight}`,
      layer: layer.name,
      shape,
      values() {
        known ??= weighted();
        const tensor = known.layers[layer.index].weights?.[weight];
        if (!tensor) throw new WeightsError(`${name} holds no ${weight} for ${layer.name}.`);
        return tensor.data;
      },
    }));
  });
  return { kind: 'model', name, tensors, model: textOf(definition, problems) };
}

/** The network in the native format, under what there is to say of how it was read. */
function textOf(definition: NetworkDefinition, problems: readonly Problem[]): string {
  // What a layer is refused for is said at the layer.
  const said = problems.filter(({ code }) => code !== 'unsupported').map(({ message }) => message);
  const comments = [...new Set(said)].map((message) => `// ${message.replace(/\s+/g, ' ')}\n`);
  return comments.join('') + writeNative(definition).text;
}

function soundly(name: string, { networks, problems }: ReadResult): Network {
  const inexact = problems.find(({ code }) => code === 'approximation');
  if (inexact) throw new WeightsError(`The weights of ${name} are not used: ${inexact.message}`);
  const { network, problems: wrong } = buildNetwork(networks[0]);
  const fault = [...problems, ...wrong].find(({ severity }) => severity === 'error');
  if (fault) throw new WeightsError(`The weights of ${name} cannot be used: ${fault.message}`);
  return network;
}
