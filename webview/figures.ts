import type { PanelLayer } from '../src/protocol/panel.ts';
import { exactText, formatCount, formatDomain, formatMean } from './format.ts';
import type { Spread } from './statistics.ts';
import type { View } from './view.ts';
import { t } from './strings.ts';

/** The four meanings, their colours and strokes. */
export type Meaning = 'atMost' | 'canReach' | 'slice' | 'expected' | 'counted' | 'named';

export interface Figure {
  readonly meaning: Meaning;
  readonly label: string;
  readonly text: string;
}

/** `2,217 ± 441`; `≥ 2,217` where a limit ended a count. */
export function spreadText(spread: Spread): string {
  const mean = `${spread.exact ? '' : '≥ '}${formatMean(spread.mean)}`;
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
  add('atMost', t('at most'), atMost && exactText(atMost));
  add('canReach', t('can reach'), canReach && exactText(canReach));
  add('slice', t('at most on {0}', domain), slice && exactText(slice));
  add('expected', t('expected on {0}', domain), expected && exactText(expected));
  add('counted', t('counted on {0}', domain), counted && spreadText(counted));
  for (const series of view.named) {
    const value = at(series.perLayer);
    add('named', `${series.label} on ${formatDomain(series.domain)}`, value && exactText(value));
  }
  return figures;
}

export function figuresSentence(figures: readonly Figure[]): string {
  return figures.length === 0 ? t('no figures') : figures.map((figure) => `${figure.label} ${figure.text}`).join(', ');
}
