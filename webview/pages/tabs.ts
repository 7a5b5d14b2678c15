import { element } from '../widgets/dom.ts';
import type { Page } from '../app/store.ts';

export interface Tabs {
  readonly element: HTMLElement;
  show(page: Page): void;
}

/** A list of pages with one of them shown; arrow keys go along, as the pattern for tabs has it. */
export function createTabs(
  label: string,
  pages: readonly { readonly page: Page; readonly text: string; readonly panel: HTMLElement }[],
  onChoose: (page: Page) => void,
): Tabs {
  const buttons = pages.map(({ page, text, panel }) => {
    panel.id = `page-${page}`;
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-labelledby', `tab-${page}`);
    const attributes = { role: 'tab', type: 'button', id: `tab-${page}`, 'aria-controls': panel.id };
    const button = element('button', { class: 'tab', text, attributes });
    button.addEventListener('click', () => onChoose(page));
    return button;
  });
  const root = element('div', { class: 'tabs', attributes: { role: 'tablist', 'aria-label': label } }, buttons);
  root.addEventListener('keydown', (event) => {
    const at = buttons.findIndex((button) => button === document.activeElement);
    const targets: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 };
    if (at < 0 || !(event.key in targets)) return;
    event.preventDefault();
    const next = (targets[event.key] + buttons.length) % buttons.length;
    buttons[next].focus();
    onChoose(pages[next].page);
  });
  return {
    element: root,
    show: (shown) => {
      pages.forEach(({ page, panel }, i) => {
        const isShown = page === shown;
        panel.hidden = !isShown;
        buttons[i].setAttribute('aria-selected', String(isShown));
        buttons[i].tabIndex = isShown ? 0 : -1;
      });
    },
  };
}
