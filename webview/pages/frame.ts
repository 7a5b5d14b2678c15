import type { Actions, Section } from '../app/actions.ts';
import { t } from '../app/strings.ts';
import { hasPicture, type View } from '../app/view.ts';
import { element, setHidden, setPowerText } from '../widgets/dom.ts';
import { createTabs } from './tabs.ts';

/** What the figures' parts are drawn in, and those that come later take the place of. */
export type Slots = Readonly<Record<'run' | 'picture' | 'line' | 'compare' | 'training' | 'bounds', HTMLElement>>;

/** Parts that are there from the start. */
export type FirstParts = Readonly<Record<'header' | 'tiles' | 'depth' | 'contribution' | 'numbers', Section>>;

export interface Frame {
  readonly element: HTMLElement;
  readonly slots: Slots;
  show(view: View): void;
}

/** The pages with their tabs, what stands above them, and the slots for what is loaded later. */
export function createFrame(
  { header, tiles, depth, contribution, numbers }: FirstParts,
  actions: Pick<Actions, 'showPage'>,
): Frame {
  const slots = {
    run: element('section', { class: 'run' }),
    picture: element('section', { class: 'picture waiting' }),
    line: element('div'),
    compare: element('div'),
    training: element('div'),
    bounds: element('div'),
  };
  const column = element('div', { class: 'plotColumn' }, [depth.element, contribution.element]);
  const plots = element('div', { class: 'plots' }, [column, slots.picture]);
  const pages = [
    {
      page: 'regions',
      text: t('Regions'),
      panel: page(tiles.element, slots.run, plots, numbers.element, slots.bounds),
    },
    { page: 'line', text: t('Line'), panel: page(slots.line) },
    { page: 'compare', text: t('Compare'), panel: page(slots.compare) },
    { page: 'training', text: t('Training'), panel: page(slots.training) },
  ] as const;
  const tabs = createTabs(t('What to show'), pages, (chosen) => actions.showPage(chosen));
  const remarks = element('ul', { class: 'remarks', attributes: { 'aria-label': t('Remarks') } });
  const panels = pages.map(({ panel }) => panel);
  return {
    element: element('div', { class: 'content' }, [header.element, remarks, tabs.element, ...panels]),
    slots,
    show: (view) => {
      document.body.classList.toggle('sideBar', view.home === 'view');
      tabs.show(view.page);
      drawRemarks(remarks, view.network.remarks);
      // Where nothing bends there is nothing to plot.
      for (const part of [plots, numbers.element]) setHidden(part, view.layers.length === 0);
      setHidden(slots.picture, !hasPicture(view));
    },
  };
}

function drawRemarks(list: HTMLElement, texts: readonly string[]): void {
  setHidden(list, texts.length === 0);
  while (list.children.length > texts.length) list.lastElementChild?.remove();
  texts.forEach((text, i) => setPowerText(list.children[i] ?? list.appendChild(element('li')), text));
}

function page(...parts: HTMLElement[]): HTMLElement {
  return element('div', { class: 'page' }, parts);
}
