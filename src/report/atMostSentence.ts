import { formatCount, formatLog10 } from '../common/formatFigures.ts';
import { regionsAtMost } from '../analysis/counts/regionsAtMost.ts';
import type { CountResult } from '../counting/count.ts';

/** For example `at most 1,234 for these weights (87 of 128 units can switch here)`; null where it is not known. */
export function atMostSentence(result: CountResult): string | null {
  const found = regionsAtMost(result);
  if (!found) return null;
  const { value, log10, units, switching } = found;
  const most = formatLog10(log10, 'power', value === null ? null : BigInt(value));
  return `at most ${most} for these weights (${formatCount(switching)} of ${formatCount(units)} units can switch here)`;
}
