import { formatCount } from '../../src/common/formatFigures.ts';
import { sourceId, type WeightsSource } from '../../src/common/weightsSource.ts';
import type { PanelNetwork } from '../../src/protocol/panel.ts';
import type { PanelCount } from '../../src/protocol/runs.ts';
import { t } from '../app/strings.ts';
import { describeFileWeights } from '../app/view.ts';

/** What tells the network in the picture from others, behind the name of its place. */
export function describeSource(source: WeightsSource, network: PanelNetwork): string {
  return source.kind === 'drawn' ? t(', seed {0}', source.seed) : `, ${describeFileWeights(network)}`;
}

/** The count of the network with these weights. */
export function countOf(counts: readonly PanelCount[], source: WeightsSource | null): PanelCount | null {
  return counts.find((count) => source !== null && sourceId(count.source) === sourceId(source)) ?? null;
}

/** One of several counted networks, to choose from. */
export function networkChoice({ source, activationRegions }: PanelCount): { value: string; text: string } {
  const text = t('seed {0} · {1} regions', source.seed, formatCount(activationRegions));
  return { value: sourceId(source), text };
}
