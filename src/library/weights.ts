import { networkWithWeights } from '../analysis/counts/networkWeights.ts';
import { binaryFormatOf } from '../formats/binary/models.ts';
import { openModel } from '../formats/binary/modelFile.ts';
import { manifestOf, manifestFault } from '../formats/json/weightsManifest.ts';
import { openWeights } from '../formats/weights/open.ts';
import { readTfjsShards } from '../formats/weights/tfjsShards.ts';
import { bytesSource, WeightsError, type WeightsFile } from '../formats/weights/weightsFile.ts';
import { noDefinition } from '../analysis/noNetwork.ts';
import { analyzedLayers, type Network } from '../network/network.ts';
import { NetworkError } from './networkError.ts';
import type { Opened } from './open.ts';
import type { CountOptions } from './types.ts';

export interface NetworkToCount {
  readonly network: Network;
  /** Layers without weights. */
  readonly drawn: readonly string[];
  /** The file that the others are from. */
  readonly weights?: string;
}

/** The network meant, with the weights that its source gives. Errors: `NetworkError`, WeightsError. */
export function networkToCount(opened: Opened, options: CountOptions): NetworkToCount {
  const file = weightsFor(opened, options);
  // A binary model is read from the text that was made of it.
  const fileName = typeof opened.content === 'string' ? opened.fileName : 'network.json';
  const found = networkWithWeights(opened.text, fileName, options.network, file, opened.files);
  if (!found) throw new NetworkError(whyNone(opened, options.network));
  const errors = found.match?.remarks.filter(({ severity }) => severity === 'error') ?? [];
  if (errors.length > 0) throw new NetworkError(errors.map(({ message }) => message).join('\n'));
  const network = found.match ? found.match.attach() : found.network;
  const drawn = analyzedLayers(network).filter(
    ({ parameters, weights, sharedWith }) => parameters !== 0 && weights === undefined && sharedWith === undefined,
  );
  return { network, drawn: drawn.map(({ name }) => name), weights: file?.name };
}

function whyNone({ text, fileName }: Opened, network: string | number | undefined): string {
  return network === undefined ? noDefinition(text, fileName) : `There is no network ${network} in ${fileName}.`;
}

/** Of the file that is given, else of the source itself, else of the shards that it names where they can be read. */
function weightsFor({ text, files, weights }: Opened, options: CountOptions): WeightsFile | null {
  if (options.weights) {
    const source = bytesSource(options.weights.name, options.weights.bytes);
    const model = binaryFormatOf(source);
    // Beside a definition of the network, the framework's own names of weights say where they belong.
    return model && model.hasPlainWeights !== true ? openModel(source, model, files) : openWeights(source);
  }
  if (weights) return weights;
  const fault = manifestFault(text);
  if (fault !== null) throw new WeightsError(fault);
  const manifest = manifestOf(text);
  const isThere = manifest?.flatMap(({ paths }) => paths).every((path) => files.bytes?.(path));
  return manifest && isThere ? readTfjsShards('the weights manifest', manifest, (path) => files.bytes!(path)!) : null;
}
