import { dirname } from 'node:path';
import { networkWithWeights } from '../analysis/networkWeights.ts';
import type { WeightsPlace } from '../protocol/pool.ts';
import { findWeights } from '../worker/modelWeights.ts';
import type { Imports } from './imports.ts';
import type { Output } from './io.ts';

export interface ChosenWeights {
  readonly place: WeightsPlace;
  /** The file, for the report. */
  readonly name: string;
}

/**
 * The weights for a count of one network: of the file the user named, else of the files that the model names itself. What
 * does not fit is said. Null where there are none, so that they are drawn; `unfit` where they cannot be used.
 */
export async function chooseWeights(
  model: { readonly text: string; readonly file: string; readonly network: number; readonly imports: Imports },
  named: string | undefined,
  output: Output,
): Promise<ChosenWeights | null | 'unfit'> {
  const place: WeightsPlace = { folder: dirname(model.file), file: named };
  const shown = named ?? model.file;
  try {
    const found = await findWeights(model.text, place);
    if (!found) return null;
    const match = networkWithWeights(model.text, model.file, model.network, found.file, model.imports)?.match;
    for (const { severity, message } of match?.remarks ?? []) {
      output.error(`${shown}:1:1: ${severity === 'error' ? '' : `${severity}: `}${message}`);
    }
    if (match?.remarks.some(({ severity }) => severity === 'error')) return 'unfit';
    return { place, name: shown };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (named === undefined) {
      // A model.json is often passed on without its shards: that is no fault of the network.
      output.error(`${shown}:1:1: information: ${message}; weights are drawn`);
      return null;
    }
    output.error(`${shown}:1:1: ${message}`);
    return 'unfit';
  }
}
