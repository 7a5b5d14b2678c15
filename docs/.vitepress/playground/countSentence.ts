import { formatSeconds, groupDigits } from '../../../src/common/formatFigures.ts';
import { describePlace } from '../../../src/common/describePlace.ts';
import { DEFAULT_BOX } from '../../../src/common/place.ts';
import type { CountReport } from '../../../src/library/types.ts';

/** A count in words. One that is not exact is called a lower bound. */
export function countSentence(report: CountReport, inputs: number): string {
  const { method, activationRegions, linearRegions, exact, seconds } = report;
  const place = describePlace(inputs, method, DEFAULT_BOX);
  const regions = counted(activationRegions, 'activation region');
  const where = `on ${place}, ${weightsOf(report)}, in ${formatSeconds(seconds)}`;
  if (!exact) return `At least ${regions} ${where}: a lower bound. ${whyInexact(report)}`;
  return `Exactly ${regions}${linearRegions === null ? '' : ` and ${counted(linearRegions, 'linear region')}`} ${where}.`;
}

function counted(count: number, what: string): string {
  return `${groupDigits(String(count))} ${what}${count === 1 ? '' : 's'}`;
}

function weightsOf({ drawn, seed }: CountReport): string {
  return drawn.length > 0 ? `with random weights of seed ${seed}` : 'with the weights in the definition';
}

function whyInexact({ stoppedBy, doubt }: CountReport): string {
  if (stoppedBy === null) return doubt ?? 'Some regions were not decided.';
  return stoppedBy === 'request'
    ? 'The count was stopped.'
    : `The count was stopped by its limit of ${LIMITS[stoppedBy]}.`;
}

const LIMITS: Readonly<Record<Exclude<CountReport['stoppedBy'], null | 'request'>, string>> = {
  regions: 'regions',
  seconds: 'time',
  memory: 'memory',
};
