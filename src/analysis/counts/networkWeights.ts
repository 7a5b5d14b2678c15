import type { NearbyFiles } from '../../formats/format.ts';
import { read } from '../../formats/registry.ts';
import { matchWeights, type WeightsMatch } from '../../formats/weights/match.ts';
import type { WeightsFile } from '../../formats/weights/weightsFile.ts';
import { buildNetwork } from '../../network/build.ts';
import type { Network } from '../../network/network.ts';

/**
 * The network of this name (or position) with the weights its text holds, and how those of a file fit it. Null where
 * there is no such network. No number of the file is read before `match.attach()`.
 */
export function networkWithWeights(
  text: string,
  fileName: string,
  which: string | number | undefined,
  file: WeightsFile | null,
  files?: NearbyFiles,
): { readonly network: Network; readonly match: WeightsMatch | null } | null {
  const result = read(text, fileName, { weights: true, files });
  const definitions = result?.networks ?? [];
  const definition =
    typeof which === 'string' ? definitions.find(({ name }) => name === which) : definitions[which ?? 0];
  if (!definition) return null;
  const { network } = buildNetwork(definition);
  return { network, match: file && matchWeights(definition, network, file) };
}
