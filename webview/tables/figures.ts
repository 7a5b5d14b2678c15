import { formatCount, formatNumber } from '../../src/common/formatFigures.ts';
import type { PanelLayer } from '../../src/protocol/panel.ts';
import { exactText, formatDomain } from '../format.ts';
import type { Spread } from './statistics.ts';
import type { View } from '../app/view.ts';
import { t } from '../app/strings.ts';

/** Samples meet some regions, and are not called a count. */
export function describeCounted(view: View): string {
  return view.sampled ? t('sampled') : t('counted');
}

/** Behind the name of counts that did not come to their end: their factors are of the part that was counted. */
export function partialMark({ counts, sampled }: View): string {
  return !sampled && counts.some(({ exact }) => !exact) ? t(' (partial)') : '';
}

/** How figures were counted, for where they stand without the panel. */
export function countedHow({ run }: View): string {
  switch (run?.theory.method) {
    case 'line':
      return t('Counted on a line');
    case 'plane':
      return t('Counted in a plane');
    case 'cells':
      return t('Counted as whole cells');
    case 'sample':
    case undefined:
      return t('Sampled, a lower bound');
  }
}

/** The four meanings, their colors and strokes. */
export type Meaning = 'atMost' | 'canReach' | 'slice' | 'expected' | 'counted' | 'named';

export interface Figure {
  readonly meaning: Meaning;
  readonly label: string;
  readonly text: string;
}

/** `2,217 ± 441`; `≥ 2,217` where a limit ended a count. */
export function spreadText(spread: Spread): string {
  const mean = `${spread.exact ? '' : '≥ '}${formatNumber(spread.mean)}`;
  return spread.counts > 1 ? `${mean} ± ${formatCount(spread.deviation)}` : mean;
}

/** Everything that is known of the regions after a layer, in the order of the tiles. */
export function layerFigures(view: View, layer: PanelLayer): Figure[] {
  const figures: Figure[] = [];
  const add = (meaning: Meaning, label: string, text: string | undefined): void => {
    if (text !== undefined) figures.push({ meaning, label, text });
  };
  const at = <T>(values: readonly (T | null)[] | undefined): T | undefined => values?.[layer.index] ?? undefined;
  const { network } = view;
  const atMost = at(network.atMost?.perLayer);
  const canReach = at(network.canReach?.perLayer);
  const expected = at(view.expected?.perLayer);
  const slice = at(view.slice?.perLayer);
  const counted = at(view.counted);
  const domain = formatDomain(view.countDomain);
  const inTheory = formatDomain(view.theoryDomain);
  add('atMost', t('at most'), atMost && exactText(atMost));
  add('canReach', t('can reach'), canReach && exactText(canReach));
  add('slice', t('at most on {0}', inTheory), slice && exactText(slice));
  add('expected', t('expected on {0}', inTheory), expected && exactText(expected));
  add(
    'counted',
    view.sampled ? t('sampled on {0}', domain) : t('counted on {0}', domain),
    counted && spreadText(counted),
  );
  for (const series of view.named) {
    const value = at(series.perLayer);
    add('named', t('{0} on {1}', series.label, formatDomain(series.domain)), value && exactText(value));
  }
  return figures;
}

export function figuresSentence(figures: readonly Figure[]): string {
  return figures.length === 0 ? t('no figures') : figures.map((figure) => `${figure.label} ${figure.text}`).join(', ');
}
