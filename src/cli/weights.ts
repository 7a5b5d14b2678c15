import { dirname } from 'node:path';
import { networkWithWeights } from '../analysis/networkWeights.ts';
import type { Severity } from '../network/definition.ts';
import type { WeightsPlace } from '../protocol/pool.ts';
import { findWeights } from '../worker/modelWeights.ts';
import { weightsHost } from '../host/node/weightsHost.ts';
import type { Imports } from './imports.ts';
import type { Output } from './io.ts';

export interface ChosenWeights {
  /** Where they are; undefined where there are none, so that they are drawn. */
  readonly place?: WeightsPlace;
  /** The file, for the report. */
  readonly name?: string;
  /** What is to be said of them, for the report. */
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
 * What does not fit is said. `unfit` where they cannot be used.
 */
export async function chooseWeights(
  model: { readonly text: string; readonly file: string; readonly network: number; readonly imports: Imports },
  named: string | undefined,
  output: Output,
): Promise<ChosenWeights | 'unfit'> {
  const place: WeightsPlace = { folder: dirname(model.file), file: named };
  const shown = named ?? model.file;
  try {
    const found = await findWeights(weightsHost, model.text, place);
    if (!found) return { diagnostics: [] };
    const match = networkWithWeights(model.text, model.file, model.network, found.file, model.imports)?.match;
    const diagnostics = (match?.remarks ?? []).map((remark) => ({ code: 'weights' as const, ...remark }));
    for (const { severity, message } of diagnostics) {
      output.error(`${shown}:1:1: ${severity === 'error' ? '' : `${severity}: `}${message}`);
    }
    if (diagnostics.some(({ severity }) => severity === 'error')) return 'unfit';
    return { place, name: shown, diagnostics };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (named === undefined) {
      // A model.json is often passed on without its shards: that is no fault of the network.
      const drawn = { code: 'weights', severity: 'information', message: `${message}; weights are drawn` } as const;
      output.error(`${shown}:1:1: information: ${drawn.message}`);
      return { diagnostics: [drawn] };
    }
    output.error(`${shown}:1:1: ${message}`);
    return 'unfit';
  }
}
