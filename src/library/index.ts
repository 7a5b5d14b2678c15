import { fileWeights } from '../common/weightsSource.ts';
import { analyze as analyzed } from '../analysis/analyze.ts';
import { planCount, whyNotCounted } from '../analysis/counts/countPlan.ts';
import { whyFlat } from '../analysis/places/flatPlaces.ts';
import { LineIndex } from '../analysis/lineIndex.ts';
import { noDefinition, noNetworkProblem } from '../analysis/noNetwork.ts';
import { PLACES } from '../common/place.ts';
import { MAX_HELD_BYTES } from '../counting/count.ts';
import { count as counted } from '../counting/countRegions.ts';
import { binaryFormats } from '../formats/binary/models.ts';
import { formats } from '../formats/registry.ts';
import { countJson } from '../report/countJson.ts';
import { reportJson } from '../report/reportJson.ts';
import { NetworkError } from './networkError.ts';
import { open } from './open.ts';
import { refusing } from './refusing.ts';
import type { AnalysisReport, AnalyzeOptions, CountOptions, CountReport, Source } from './types.ts';
import { networkToCount } from './weights.ts';

export type * from './types.ts';
export { NetworkError };

/** The formats that are read, by the names that reports give them. */
export const FORMATS: readonly string[] = [...formats, ...binaryFormats].map(({ id }) => id);

/**
 * Everything that is known of the networks in a source without counting: shapes, costs, bounds, means, and what is
 * wrong. No code in it is run. Errors: `NetworkError` where the source is in no format that is known; every other fault
 * is among the diagnostics.
 */
export function analyze(source: Source, options: AnalyzeOptions = {}): AnalysisReport {
  const { content, text, fileName, files } = open(source, options);
  const { sliceDimension, segment, parallelogram } = options;
  const read = analyzed(content, fileName, { sliceDimension, segment, parallelogram }, null, files);
  if (read === null) throw new NetworkError(noDefinition(text, fileName));
  const isEmpty = read.networks.length === 0;
  const analysis = isEmpty ? read.saying(noNetworkProblem(text, fileName, read.problems)) : read;
  return reportJson(fileName, analysis, new LineIndex(text));
}

/**
 * Counts the regions of one network, in this thread: a large network takes long, so give it a limit or a worker of its
 * own. Weights that the source gives are used, missing ones are drawn from the seed. Errors: `NetworkError`, with a
 * sentence for people, where there is nothing to count, where the place does not fit, or where the weights cannot be
 * used.
 */
export function count(source: Source, options: CountOptions = {}): CountReport {
  const { method = 'auto', place, samples, maxRegions, maxSeconds } = options;
  const opened = open(source, options);
  return refusing(() => {
    const { network, drawn, weights } = networkToCount(opened, options);
    const seed = options.seed ?? network.initialization.seed;
    const refusal = whyNotCounted(network);
    if (refusal !== null) throw new NetworkError(refusal);
    if (place && !PLACES[method].includes(place.kind)) {
      throw new NetworkError(`The method "${method}" does not count in a place of kind "${place.kind}".`);
    }
    const flat = place && whyFlat(place);
    if (flat) throw new NetworkError(`There is nothing to count: ${flat}.`);
    const limits = { regions: maxRegions, seconds: maxSeconds, bytes: MAX_HELD_BYTES };
    const choice = { method, source: fileWeights(seed), place, samples, limits, linear: true, keepRegions: false };
    const request = planCount(network, choice);
    return { ...countJson(counted(request), request.domain, seed, { name: weights }), drawn };
  });
}
