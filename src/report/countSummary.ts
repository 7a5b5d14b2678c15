import { describePlace } from '../common/describePlace.ts';
import { atMostSentence } from './atMostSentence.ts';
import type { Place } from '../common/place.ts';
import type { CountResult } from '../counting/count.ts';
import { formatCount, formatNumber, formatSeconds } from '../common/formatFigures.ts';
import { spreadOf } from '../analysis/statistics.ts';
import type { UsedWeights } from './countJson.ts';
import { byteLength, fittingLines, MAX_SUMMARY_BYTES, shortName, shortSentence, withinSummary } from './shortText.ts';

/** Counts of one network with the weights given, or of several with random weights. */
export interface CountedSeeds {
  readonly network: string;
  readonly inputSize: number;
  readonly place: Place;
  readonly weights: UsedWeights;
  /** Where weights are missing, how they are drawn. */
  readonly drawn: string | null;
  readonly counts: readonly { readonly seed: number; readonly result: CountResult }[];
  /** Networks that were asked for. */
  readonly asked: number;
}

/** Counts in less than 2 KB. What is partial, or a sample, says so before its number. */
export function countSummary(file: string, counted: CountedSeeds): string {
  const { network, counts, asked, place, inputSize, weights, drawn } = counted;
  const { method, chosen } = counts[0].result;
  const head = [
    `${shortName(network)} (${shortName(file, 120)}): activation regions in ${shortSentence(describePlace(inputSize, method, place))}, by the ${method} method${chosen ? `: ${shortSentence(chosen.why)}` : ''}.`,
    drawn === null
      ? `Weights: ${weights.name === undefined ? 'those in the file' : shortName(weights.name, 120)}.`
      : `Weights: ${drawn}.`,
    ...(weights.diagnostics ?? []).map((diagnostic) => shortSentence(messageOf(diagnostic))),
  ];
  const end = endOf(counted);
  const room = MAX_SUMMARY_BYTES - byteLength([...head, ...end].join('\n')) - 2;
  const rest = (missing: number) => `… ${missing} more networks; format "json" has all of them`;
  const lines = counts.map(({ seed, result }) => `- ${asked > 1 ? `seed ${seed}: ` : ''}${countLine(result)}`);
  return withinSummary([...head, ...fittingLines(lines, room, rest), ...end]);
}

function messageOf(diagnostic: object): string {
  return 'message' in diagnostic ? String(diagnostic.message) : '';
}

function countLine(result: CountResult): string {
  const { exact, method, activationRegions, linearRegions, perLayer, seconds, stoppedBy, doubt, sampling } = result;
  const figure = formatCount(activationRegions);
  const linear = linearRegions === null ? '' : `, ${formatCount(linearRegions)} linear regions`;
  const steps = perLayer.length <= 12 ? ` (after each layer ${perLayer.join(', ')})` : '';
  const bound = atMostSentence(result);
  const time = `${bound === null ? '' : `, ${bound},`} in ${formatSeconds(seconds)}`;
  if (exact) return `exactly ${figure}${linear}${steps}${time}`;
  if (stoppedBy !== null)
    return `PARTIAL, stopped by the ${STOPPED[stoppedBy]} limit: at least ${figure}, which is not the count${time}`;
  const why =
    method === 'sample'
      ? `${formatCount(sampling?.samples ?? 0)} random points met these`
      : (doubt ?? 'not decided everywhere');
  return `at least ${figure}, which is not the count: ${shortSentence(why)}${time}`;
}

const STOPPED: Readonly<Record<NonNullable<CountResult['stoppedBy']>, string>> = {
  regions: 'region',
  seconds: 'time',
  memory: 'memory',
  request: 'time',
};

/** The mean where every network that was asked for has an exact count; else what is missing. */
function endOf({ counts, asked }: CountedSeeds): string[] {
  const exact = counts.filter(({ result }) => result.exact).map(({ result }) => result.activationRegions);
  if (counts.length < asked)
    return [`${counts.length} of ${asked} networks were counted within the time. Raise seconds or lower seeds.`];
  if (counts.some(({ result }) => result.stoppedBy !== null))
    return ['Raise seconds (up to 60), or count on a plane or a line, for the whole count.'];
  const spread = spreadOf(exact);
  if (!spread || spread.standardError === null || exact.length < asked) return [];
  return [
    `Mean of the ${asked} exact counts: ${formatNumber(spread.mean)}, standard error ${formatNumber(spread.standardError)}.`,
  ];
}
