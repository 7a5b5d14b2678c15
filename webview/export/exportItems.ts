import type { Actions } from '../app/actions.ts';
import {
  comparisonAsCsv,
  lineAsCsv,
  numbersAsCsv,
  numbersAsJson,
  numbersAsMarkdown,
  trainingAsCsv,
} from './exports.ts';
import type { MenuItem } from '../forms/menu.ts';
import { t } from '../app/strings.ts';
import type { RegionPicture } from '../picture/regionPicture.ts';
import type { TrainingPage } from '../pages/trainingPage.ts';
import { pictureAsPng } from './pictureExport.ts';
import { plotsAsSvg, svgAsPng } from './svgExport.ts';
import type { View } from '../app/view.ts';

/**
 * What can be taken along: numbers as text, the plots in view as pictures, and everything that is needed to get them
 * again.
 */
export function exportItems(
  actions: Actions,
  shown: () => View | null,
  { picture, training }: { readonly picture: RegionPicture; readonly training: TrainingPage },
): MenuItem[] {
  const of = (run: (view: View) => void | Promise<void>) => () => {
    const view = shown();
    if (view !== null) void attempt(() => run(view), actions);
  };
  const isOn = (page: View['page']): boolean => shown()?.page === page;
  const name = (view: View, what: string): string => `${view.network.name}-${what}`;
  const canvas = picture.element.querySelector('canvas')!;
  return [
    { text: t('Copy Numbers as Markdown'), run: of((view) => actions.copy(numbersAsMarkdown(view))) },
    { text: t('Copy Numbers as CSV'), run: of((view) => actions.copy(numbersAsCsv(view))) },
    { text: t('Save Numbers as CSV…'), run: of((view) => actions.save(name(view, 'regions.csv'), numbersAsCsv(view))) },
    {
      text: t('Save Everything as JSON…'),
      run: of((view) => actions.save(name(view, 'regions.json'), numbersAsJson(view))),
    },
    {
      text: t('Save Line as CSV…'),
      isOffered: () => isOn('line') && Boolean(shown()?.line?.value),
      run: of((view) => actions.save(name(view, 'line.csv'), lineAsCsv(view))),
    },
    {
      text: t('Save Comparison as CSV…'),
      isOffered: () => isOn('compare') && Boolean(shown()?.comparison?.value),
      run: of((view) => actions.save(name(view, 'comparison.csv'), comparisonAsCsv(view))),
    },
    {
      text: t('Save Training as CSV…'),
      isOffered: () => isOn('training') && (shown()?.training?.value?.snapshots.length ?? 0) > 0,
      run: of((view) => actions.save(name(view, 'training.csv'), trainingAsCsv(view))),
    },
    {
      text: t('Save Plots as SVG…'),
      run: of((view) => actions.save(name(view, `${view.page}.svg`), plotsAsSvg(view))),
    },
    {
      text: t('Save Plots as PNG…'),
      run: of(async (view) => actions.save(name(view, `${view.page}.png`), await svgAsPng(plotsAsSvg(view)), 'base64')),
    },
    {
      text: t('Save Region Picture as PNG…'),
      isOffered: () => canvas.getClientRects().length > 0,
      run: of((view) => actions.save(name(view, 'plane.png'), pictureAsPng(view, picture.paper), 'base64')),
    },
    {
      text: t('Save Snapshot Picture as PNG…'),
      isOffered: () => isOn('training') && (shown()?.snapshotPicture?.value ?? null) !== null,
      run: of((view) => actions.save(name(view, 'snapshot.png'), pictureAsPng(view, training.paper), 'base64')),
    },
  ];
}

/** What cannot be exported is said. */
async function attempt(run: () => void | Promise<void>, actions: Actions): Promise<void> {
  try {
    await run();
  } catch (error) {
    actions.exportFailed(error instanceof Error ? error.message : String(error));
  }
}
