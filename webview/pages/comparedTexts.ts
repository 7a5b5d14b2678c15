import { describePlace } from '../../src/common/describePlace.ts';
import { formatCount } from '../../src/common/formatFigures.ts';
import type { PanelComparison } from '../../src/protocol/runs.ts';
import type { ComparedCounts } from '../app/store.ts';
import { t } from '../app/strings.ts';
import { fullName } from '../tables/comparedFigures.ts';

/** What the counts of compared networks are of, and how far they are: plain functions, without a page. */

export function countedOn({ rows }: PanelComparison, counts: ComparedCounts | null): string {
  if (counts === null) return '';
  const { method, place } = counts.settings;
  const inputs = new Set(rows.flatMap(({ figures }) => (figures ? [figures.inputSize] : [])));
  const [first = 1] = inputs;
  if (method === 'auto') return '';
  return inputs.size > 1 && place.kind === 'box'
    ? t('each network’s box, {0}', method)
    : describePlace(first, method, place, t);
}

/** Nothing before the first count, and where all that can be counted is. */
export function countingText({ rows }: PanelComparison, counts: ComparedCounts | null): string {
  if (counts === null) return '';
  return counts.isRunning ? progressText(rows, counts) : stoppedText(rows, counts);
}

function progressText(rows: PanelComparison['rows'], { rows: counted, settings }: ComparedCounts): string {
  const done = Object.values(counted).reduce((sum, counts) => sum + counts.length, 0);
  const all = rows.filter(({ figures }) => figures !== null).length * settings.seeds;
  return t(
    'Counting: {0} of {1} random networks so far. Figures are for those that are counted.',
    formatCount(done),
    formatCount(all),
  );
}

/** What a comparison that was stopped is of: no word where it is complete. */
function stoppedText(rows: PanelComparison['rows'], { rows: counted, settings, refused }: ComparedCounts): string {
  const least = Math.min(
    ...rows
      .filter(({ figures, key }) => figures !== null && refused[key] === undefined)
      .map(({ key }) => counted[key]?.length ?? 0),
  );
  return least >= settings.seeds || !Number.isFinite(least)
    ? ''
    : t('Stopped: {0} of {1} random networks of each are counted.', formatCount(least), formatCount(settings.seeds));
}

/** A sentence for each row that was not counted. */
export function refusals({ rows }: PanelComparison, counts: ComparedCounts | null): string[] {
  return rows.flatMap((row) => {
    const why = counts?.refused[row.key];
    return why === undefined ? [] : [t('{0} was not counted: {1}', fullName(row), why)];
  });
}
