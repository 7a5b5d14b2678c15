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
  const run = (task: Task) => () => {
    const view = shown();
    if (view !== null) void attempt(() => task(view), actions);
  };
  const items = [...numberItems(actions), ...pageItems(actions), ...pictureItems(actions, picture, training)];
  return items.map(({ text, isOffered, task }) => ({
    text,
    run: run(task),
    isOffered: () => {
      const view = shown();
      return isOffered === undefined || (view !== null && isOffered(view));
    },
  }));
}

type Task = (view: View) => void | Promise<void>;

interface Item {
  readonly text: string;
  readonly task: Task;
  /** Whether there is something for it now; always, by default. */
  readonly isOffered?: (view: View) => boolean;
}

type Taken = Pick<Actions, 'copy' | 'save'>;

function numberItems({ copy, save }: Taken): Item[] {
  return [
    { text: t('Copy Numbers as Markdown'), task: (view) => copy(numbersAsMarkdown(view)) },
    { text: t('Copy Numbers as CSV'), task: (view) => copy(numbersAsCsv(view)) },
    { text: t('Save Numbers as CSV…'), task: (view) => save(nameOf(view, 'regions.csv'), numbersAsCsv(view)) },
    { text: t('Save Everything as JSON…'), task: (view) => save(nameOf(view, 'regions.json'), numbersAsJson(view)) },
  ];
}

/** What the page in view holds, and its plots. */
function pageItems({ save }: Taken): Item[] {
  return [
    {
      text: t('Save Line as CSV…'),
      isOffered: ({ page, line }) => page === 'line' && Boolean(line?.value),
      task: (view) => save(nameOf(view, 'line.csv'), lineAsCsv(view)),
    },
    {
      text: t('Save Comparison as CSV…'),
      isOffered: ({ page, comparison }) => page === 'compare' && Boolean(comparison?.value),
      task: (view) => save(nameOf(view, 'comparison.csv'), comparisonAsCsv(view)),
    },
    {
      text: t('Save Training as CSV…'),
      isOffered: ({ page, training }) => page === 'training' && (training?.value?.snapshots.length ?? 0) > 0,
      task: (view) => save(nameOf(view, 'training.csv'), trainingAsCsv(view)),
    },
    { text: t('Save Plots as SVG…'), task: (view) => save(nameOf(view, `${view.page}.svg`), plotsAsSvg(view)) },
    {
      text: t('Save Plots as PNG…'),
      task: async (view) => save(nameOf(view, `${view.page}.png`), await svgAsPng(plotsAsSvg(view)), 'base64'),
    },
  ];
}

function pictureItems({ save }: Taken, picture: RegionPicture, training: TrainingPage): Item[] {
  const canvas = picture.element.querySelector('canvas')!;
  return [
    {
      text: t('Save Region Picture as PNG…'),
      isOffered: () => canvas.getClientRects().length > 0,
      task: (view) => save(nameOf(view, 'plane.png'), pictureAsPng(view, picture.paper), 'base64'),
    },
    {
      text: t('Save Snapshot Picture as PNG…'),
      isOffered: ({ page, snapshotPicture }) => page === 'training' && (snapshotPicture?.value ?? null) !== null,
      task: (view) => save(nameOf(view, 'snapshot.png'), pictureAsPng(view, training.paper), 'base64'),
    },
  ];
}

function nameOf({ network }: View, what: string): string {
  return `${network.name}-${what}`;
}

/** What cannot be exported is said. */
async function attempt(run: () => void | Promise<void>, actions: Actions): Promise<void> {
  try {
    await run();
  } catch (error) {
    actions.exportFailed(error instanceof Error ? error.message : String(error));
  }
}
