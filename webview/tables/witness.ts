import { formatCount } from '../../src/common/formatFigures.ts';
import type { PanelSeries } from '../../src/protocol/panel.ts';
import type { PanelCount } from '../../src/protocol/runs.ts';
import { describeFileWeights, type View } from '../app/view.ts';
import { t } from '../app/strings.ts';

/**
 * The greatest exact count, where it is more than the constructions prove: weights that make that many regions are
 * known then. A part of the input space has no more regions than all of it, so the place of the count does not matter.
 */
export function witnessOf({ counts, network }: View): PanelCount | null {
  const exact = counts.filter((count) => count.exact && count.sampling === null);
  if (exact.length === 0) return null;
  const greatest = exact.reduce((best, count) => (count.activationRegions > best.activationRegions ? count : best));
  const proven = network.canReach?.total?.log10 ?? -Infinity;
  // A construction that reaches the same says more: for which weights.
  return Math.log10(greatest.activationRegions) > proven + 1e-9 ? greatest : null;
}

/** The bound that a count gives. */
export function witnessSeries({ activationRegions, source }: PanelCount, view: View): PanelSeries {
  const { network, countDomain } = view;
  const exact = formatCount(activationRegions);
  const label =
    source.kind === 'drawn' ? t('reached by seed {0}', source.seed) : t('reached by {0}', describeFileWeights(network));
  return {
    id: 'best-lower',
    kind: 'lower',
    label,
    url: '',
    domain: countDomain,
    note: network.canReach?.total ? t('proven without counting: {0}', network.canReach.total.text) : null,
    formula: null,
    perLayer: [],
    total: { log10: Math.log10(activationRegions), text: exact, exact },
  };
}
