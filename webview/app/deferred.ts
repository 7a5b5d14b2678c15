import type { Actions, Plot, Section } from './actions.ts';
import { createBoundsTable } from '../tables/boundsTable.ts';
import { ComparePage } from '../pages/comparePage.ts';
import { exportItems } from '../export/exportItems.ts';
import type { Header } from '../pages/header.ts';
import { LinePage } from '../pages/linePage.ts';
import type { Slots } from '../pages/frame.ts';
import { createMenu } from '../forms/menu.ts';
import { RegionPicture } from '../picture/regionPicture.ts';
import { RunControls } from '../forms/runControls.ts';
import { t } from './strings.ts';
import { button, dropdown, registerWidgets } from '../widgets/toolkit.ts';
import { TrainingPage } from '../pages/trainingPage.ts';
import type { View } from './view.ts';

/** What is added to the page once its figures are painted. */
export interface DeferredSections {
  readonly sections: readonly Section[];
  /** Those of them that are drawn to a width. */
  readonly plots: readonly Plot[];
}

/** The page as it is without this. */
export interface Incomplete {
  readonly header: Header;
  /** What the parts take the place of. */
  readonly slots: Slots;
  readonly view: () => View | null;
}

/** Makes everything that is asked of the panel, and the widgets it is asked with. */
export function createDeferredSections(actions: Actions, { header, slots, view }: Incomplete): DeferredSections {
  registerWidgets();
  const picture = new RegionPicture(actions);
  const line = new LinePage(actions);
  const compare = new ComparePage(actions);
  const training = new TrainingPage(actions);
  const [run, bounds] = [new RunControls(actions), createBoundsTable(actions)];
  const parts = { run, picture, line, compare, training, bounds };
  header.complete({
    networks: dropdown(t('Network'), (key) => actions.select(key)),
    exports: createMenu(t('Export'), exportItems(actions, view, { picture, training })),
    count: button(t('Count'), 'primary', () =>
      view()?.run?.status === 'running' ? actions.cancel() : actions.count(),
    ),
  });
  for (const [name, part] of Object.entries(parts)) slots[name as keyof typeof parts].replaceWith(part.element);
  return { sections: Object.values(parts), plots: [picture, line, compare, training] };
}
