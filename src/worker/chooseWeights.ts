import { networkWithWeights } from '../analysis/counts/networkWeights.ts';
import type { NearbyFiles } from '../formats/format.ts';
import type { Severity } from '../network/definition.ts';
import type { WeightsPlace } from '../protocol/pool.ts';
import { findWeights, type WeightsHost } from './modelWeights.ts';

/** One network of a model, whose weights are chosen. */
export interface WeightsModel {
  readonly text: string;
  /** A path; the folder of it holds the files that the model names itself. */
  readonly file: string;
  readonly network: number;
  readonly imports: NearbyFiles;
}

export interface ChosenWeights {
  /** Where they are; undefined where there are none, so that they are drawn. */
  readonly place?: WeightsPlace;
  /** The file, for the report. */
  readonly name?: string;
  /** What is to be said of them, for the report; they cannot be used where one of these is an error. */
  readonly diagnostics: readonly WeightsDiagnostic[];
}

/** Weights have no place in the text. */
interface WeightsDiagnostic {
  readonly code: 'weights';
  readonly severity: Severity;
  readonly message: string;
}

/**
 * The weights for a count of one network: of the file the user named, else of the files that the model names itself.
 */
export async function chooseWeights(
  host: WeightsHost,
  model: WeightsModel,
  named: string | undefined,
): Promise<ChosenWeights> {
  const place: WeightsPlace = { folder: host.files.folderOf(model.file), file: named };
  const saying = (severity: Severity, message: string) => ({ code: 'weights' as const, severity, message });
  try {
    const found = await findWeights(host, model.text, place);
    if (!found) return { diagnostics: [] };
    const match = networkWithWeights(model.text, model.file, model.network, found.file, model.imports)?.match;
    const diagnostics = (match?.remarks ?? []).map(({ severity, message }) => saying(severity, message));
    return { place, name: named ?? model.file, diagnostics };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // A model.json is often passed on without its shards: that is not a fault of the network.
    const diagnostic =
      named === undefined ? saying('information', `${message}; weights are drawn`) : saying('error', message);
    return { diagnostics: [diagnostic] };
  }
}
