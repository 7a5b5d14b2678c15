import type { Actions } from './actions.ts';
import { numbersAsCsv, numbersAsJson, numbersAsMarkdown } from './exports.ts';
import type { MenuItem } from './menu.ts';
import { t } from './strings.ts';
import { pictureAsPng } from './pictureExport.ts';
import { plotsAsSvg, svgAsPng } from './svgExport.ts';
import type { View } from './view.ts';

/** What can be taken along: numbers as text, plots as pictures, and everything that is needed to get them again. */
export function exportItems(
  actions: Actions,
  shown: () => View | null,
  plots: readonly HTMLElement[],
  picture: HTMLElement,
): MenuItem[] {
  const of = (run: (view: View) => void) => () => {
    const view = shown();
    if (view !== null) run(view);
  };
  const name = (view: View, what: string): string => `${view.network.name}-${what}`;
  return [
    { text: t('Copy numbers as Markdown'), run: of((view) => actions.copy(numbersAsMarkdown(view))) },
    { text: t('Copy numbers as CSV'), run: of((view) => actions.copy(numbersAsCsv(view))) },
    { text: t('Save numbers as CSV…'), run: of((view) => actions.save(name(view, 'regions.csv'), numbersAsCsv(view))) },
    { text: t('Save everything as JSON…'), run: of((view) => actions.save(name(view, 'regions.json'), numbersAsJson(view))) },
    { text: t('Save plots as SVG…'), run: of((view) => actions.save(name(view, 'regions.svg'), plotsAsSvg(view, plots))) },
    {
      text: t('Save plots as PNG…'),
      run: of((view) => void svgAsPng(plotsAsSvg(view, plots)).then((png) => actions.save(name(view, 'regions.png'), png, 'base64'))),
    },
    {
      text: t('Save region picture as PNG…'),
      run: of((view) => {
        const canvas = picture.querySelector('canvas');
        if (canvas !== null && !canvas.hidden) actions.save(name(view, 'plane.png'), pictureAsPng(view, picture, canvas), 'base64');
      }),
    },
  ]; // prettier-ignore
}
