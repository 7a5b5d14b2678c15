import type { Group } from '../axis.ts';
import type { StepSeries } from './stepFigures.ts';
import { t } from '../../app/strings.ts';

export const LEGEND_LINE = 17;
const SWATCH = 18;
const GAP = 14;
/** Width of a letter, on average. */
const LETTER = 6;

type Entry = Pick<StepSeries, 'id' | 'kind' | 'label'>;

/** Names of lines in rows from `left` to `right`, where there is no room for them at the lines' ends; returns rows. */
export function drawStepLegend(group: Group, entries: readonly Entry[], left: number, right: number): number {
  let [x, row] = [left, 0];
  const placed = entries.map(({ id, kind, label }) => {
    const text = kind === 'logged' ? t('{0} (right axis)', label ?? '') : (label ?? '');
    const width = SWATCH + 5 + LETTER * text.length + GAP;
    if (x > left && x + width > right) [x, row] = [left, row + 1];
    const at = { id, kind, text, x, y: row * LEGEND_LINE };
    x += width;
    return at;
  });
  const items = group
    .selectAll<SVGGElement, (typeof placed)[number]>('g')
    .data(placed, ({ id }) => id)
    .join((enter) => {
      const item = enter.append('g');
      item.append('line').attr('x2', SWATCH);
      item
        .append('text')
        .attr('x', SWATCH + 5)
        .attr('dy', '0.32em');
      return item;
    })
    .attr('transform', (entry) => `translate(${entry.x},${entry.y})`);
  items.select('line').attr('class', ({ kind }) => `line stepLine ${kind}`);
  items.select('text').text(({ text }) => text);
  return placed.length === 0 ? 0 : row + 1;
}
