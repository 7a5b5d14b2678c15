import { formatNumber } from '../../src/common/formatFigures.ts';
import type { PlaneWindow } from '../../src/common/place.ts';
import type { PanelCount, PanelPicture } from '../../src/protocol/runs.ts';
import { t } from '../app/strings.ts';
import type { View } from '../app/view.ts';
import { capital, formatDomain, plural } from '../format.ts';
import { describeSource } from './countedNetwork.ts';
import { isNearlyWhole, sameWindow } from './pictureWindow.ts';

/** What stands above and below the picture of a plane: plain functions, without a page. */

/** For example `The plane [−1, 1]², seed 3 — 240 regions`; `count`: of the network shown. */
export function pictureHeading({ network, countDomain }: View, count: PanelCount | null): string {
  const place = formatDomain(countDomain);
  // A square has no name of its own; other places are in words.
  const title = place.startsWith('[') ? t('The plane {0}', place) : capital(place);
  if (count === null) return title;
  const regions = `${count.exact ? '' : '≥ '}${plural(count.activationRegions, t('region'), t('regions'))}`;
  return `${title}${describeSource(count.source, network)} — ${regions}`;
}

/** Why there is no picture. */
export function placeholderText({ counts, run }: View, failure: string | null): string {
  if (failure !== null) return t('The regions could not be drawn: {0}', failure);
  if (counts.length > 0) return t('Drawing the regions…');
  return run?.status === 'running' ? t('Counting…') : t('Run Count to draw the regions.');
}

/** What was counted of exactly what is in sight; null while that is not counted yet. */
export function pictureInSight(
  whole: PanelPicture,
  part: PanelPicture | null,
  inSight: PlaneWindow,
): PanelPicture | null {
  if (part !== null && sameWindow(part.window, inSight)) return part;
  return isNearlyWhole(inSight) ? whole : null;
}

export function inViewText(inSight: PanelPicture | null): string {
  return inSight === null ? t('Counting what is in view…') : densityText(inSight);
}

/** How many regions a picture has, beside how many are to be expected, and how dense they are. */
function densityText({ offsets, window, sides, exact, expected }: PanelPicture): string {
  const regions = offsets.length - 1;
  const area = window.size ** 2 * sides[0] * sides[1];
  const density = (count: number): string => formatNumber(count / area);
  const measured = t(
    'In view {0}{1}, {2} per unit of area',
    exact ? '' : '≥ ',
    plural(regions, t('region'), t('regions')),
    density(regions),
  );
  if (expected === null) return measured;
  return `${measured} · ${t('expected {0}, {1} per unit of area', formatNumber(expected), density(expected))}`;
}
