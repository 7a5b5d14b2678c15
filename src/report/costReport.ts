import { formatSeconds } from '../common/formatFigures.ts';
import type { CountMethod } from '../counting/count.ts';
import type { CountCost } from '../counting/estimateCost.ts';
import { SCHEMA_VERSION } from './reportJson.ts';

/** What a count by this method will take. */
interface MethodCost {
  readonly cost: CountCost;
  readonly method: CountMethod;
}

/**
 * The published JSON form of what a count will take: seconds on one thread for each of `networks` networks, null where
 * the pilot did not get far enough; `isMeasured` where the pilot counted everything.
 */
export function costJson({ cost, method }: MethodCost, seed: number, networks: number) {
  return { schemaVersion: SCHEMA_VERSION, method, seed, networks, estimate: cost };
}

/** The same as a sentence. */
export function costSentence({ cost, method }: MethodCost, seed: number, networks: number): string {
  const { seconds, isMeasured, pilotSeconds } = cost;
  const pilot = formatSeconds(pilotSeconds);
  if (seconds === null)
    return `seed ${seed}: after ${pilot} it is too early to say how long this count takes (${method})`;
  const each = networks > 1 ? `, and about that for each of ${networks} networks` : '';
  const figure = isMeasured ? formatSeconds(seconds) : `about ${formatSeconds(seconds)}`;
  const basis = isMeasured ? 'the whole was counted to see' : `estimated by ${pilot} of counting`;
  return `seed ${seed}: ${figure} on one thread of this machine${each} (${method}; ${basis})`;
}
