import { domainJson, type Domain } from '../common/place.ts';
import { regionsAtMost } from '../analysis/counts/regionsAtMost.ts';
import type { CountResult } from '../counting/count.ts';
import { sliceOf, wholeSpace } from '../counting/geometry/slice.ts';
import { unitBreakpoints } from '../analysis/counts/unitFigures.ts';
import type { Network } from '../network/network.ts';
import { SCHEMA_VERSION } from './reportJson.ts';

export interface UsedWeights {
  readonly name?: string;
  readonly diagnostics?: readonly object[];
}

/**
 * The published JSON form of one count. With `exact: false` its figures are lower bounds, as those of a sample always
 * are; `doubt` says why a count that was not stopped is not exact. `weights` names the file they were read from,
 * `diagnostics` why those that a model names were not; `runs` says how often it was counted, where that is asked for,
 * and `runsAsked` how often it should have been, where it was stopped before.
 */
export function countJson(
  result: CountResult,
  domain: Domain,
  seed: number,
  { name, diagnostics = [] }: UsedWeights = {},
  runs?: { readonly finished: number; readonly asked: number },
) {
  const { method, chosen, exact, activationRegions, linearRegions, perLayer, seconds, stoppedBy, sampling } = result;
  const { doubt } = result;
  const atMost = regionsAtMost(result);
  return {
    schemaVersion: SCHEMA_VERSION,
    method,
    ...(chosen && { chosen }),
    exact,
    ...(doubt !== undefined && { doubt }),
    stoppedBy,
    activationRegions,
    linearRegions,
    perLayer,
    ...(result.unitBreakpoints !== undefined && {
      unitBreakpoints: unitBreakpoints(result.unitBreakpoints, 1, true),
    }),
    ...(sampling && { sampling }),
    ...(atMost && { atMostForWeights: atMost }),
    seconds,
    regionsPerSecond: seconds > 0 ? Math.round(activationRegions / seconds) : null,
    domain: domainJson(domain),
    seed,
    ...(name !== undefined && { weights: name }),
    ...(diagnostics.length > 0 && { diagnostics }),
    ...(runs && { runs: runs.finished }),
    ...(runs && runs.finished < runs.asked && { runsAsked: runs.asked }),
  };
}

/** What stands before the regions in a file of them: a point is origin + sum of coordinates times directions. */
export function regionsHead(file: string, network: Network, result: CountResult, domain: Domain, seed: number) {
  const layers = network.layers.filter(({ neurons, scope }) => neurons > 0 && scope !== 'beyond');
  return {
    ...countJson(result, domain, seed),
    file,
    network: network.name,
    facesPerRegion: result.list ? meanFaces(result.list.faces) : null,
    coordinates: coordinatesOf(domain, network.inputSize),
    patternLayers: layers.map(({ index, name, neurons }) => ({ index, name, neurons })),
  };
}

/** Mean number of facets, which the number of dimensions bounds (Fan et al. 2023); null where none are known. */
function meanFaces(faces: Int32Array): number | null {
  const known = faces.filter((count) => count >= 0);
  return known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0) / known.length;
}

function coordinatesOf(domain: Domain, inputs: number) {
  const { dimension, rows } = domain.kind === 'all' ? wholeSpace(inputs) : sliceOf(domain, inputs);
  const column = (k: number) => Array.from({ length: inputs }, (_, i) => rows[i * (dimension + 1) + k]);
  return { origin: column(dimension), directions: Array.from({ length: dimension }, (_, d) => column(d)) };
}
