import { formatCount, formatMagnitude, significant, type Notation } from '../common/formatFigures.ts';
import type { NetworkAnalysis } from '../analysis/analyze.ts';
import { superscript } from '../common/describePlace.ts';
import type { BoundFacts, BoundResult } from '../theory/bound.ts';
import { t } from './translation.ts';

/** Words that hovers, lens, status bar and panel share, so that one thing has one name everywhere. */

export function mainBounds(analysis: NetworkAnalysis): {
  atMost: BoundResult | undefined;
  canReach: BoundResult | undefined;
  expected: BoundResult | undefined;
} {
  return {
    atMost: analysis.applying('tightest-upper'),
    canReach: analysis.applying('best-lower'),
    expected: analysis.mean,
  };
}

/** The bound that `tightest-upper` or `best-lower` took its total from: the theorem a reader wants to know. */
export function sourceOf(analysis: NetworkAnalysis, combined: BoundResult): BoundResult {
  const better = analysis.bounds.filter(
    (bound) =>
      bound.id !== combined.id &&
      bound.kind === combined.kind &&
      bound.applies &&
      bound.value?.log10 === combined.value?.log10,
  );
  // The dimension recurrence is the general reason; a published theorem with the same value is the better name.
  return better.find((bound) => !bound.isGeneral) ?? better[0] ?? combined;
}

/** `[−1, 1]²`, or the diagonal of the cube: what the means are for by default. */
export function meanDomain(inputs: number, { domainDimension }: Pick<BoundFacts, 'domainDimension'>): string {
  if (domainDimension === 2) return inputs === 2 ? '[−1, 1]²' : t('a plane');
  return inputs === 1 ? '[−1, 1]' : t('the diagonal of {0}', `[−1, 1]${superscript(inputs)}`);
}

/** `817 ± 3 %` where the mean is known to within a standard error alone. */
export function formatMean(mean: BoundResult, notation: Notation): string {
  const value = mean.value ? formatMagnitude(mean.value, notation) : '';
  const error = relativeError(mean);
  return error === null ? value : `${value} ± ${error}`;
}

/** The standard error, `2.9 %` of the mean; null for a mean that has none. */
export function relativeError({ value, standardError }: BoundResult): string | null {
  if (!value || !standardError) return null;
  return `${significant(100 * standardError * 10 ** -value.log10, 2)} %`;
}

export function describeParameters(count: number): string {
  return count === 1 ? t('1 parameter') : t('{0} parameters', formatCount(count));
}

export function describeActivation(name: string): string {
  const words: Readonly<Record<string, string>> = {
    relu: 'ReLU',
    leaky_relu: 'leaky ReLU',
    prelu: 'PReLU',
    relu6: 'ReLU6',
    hard_tanh: 'hard tanh',
    hard_sigmoid: 'hard sigmoid',
    abs: 'absolute value',
  };
  return words[name] ?? name.replace(/_/g, ' ');
}
