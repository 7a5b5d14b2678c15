import { element, uniqueId } from '../widgets/dom.ts';
import { button } from '../widgets/toolkit.ts';

export interface MenuItem {
  readonly text: string;
  readonly run: () => void;
  /** Whether there is something for it now; always, by default. */
  readonly isOffered?: () => boolean;
}

/** A button that opens a list of commands: arrow keys walk, Escape and a click elsewhere close. */
export function createMenu(text: string, items: readonly MenuItem[]): HTMLElement {
  const id = uniqueId('menu');
  const opener = button(text, 'secondary', () => setOpen(list.hidden === true));
  const list = element('div', { class: 'menuList', attributes: { role: 'menu', id, 'aria-label': text } });
  list.hidden = true;
  const entries = items.map((item) => {
    const entry = element('button', {
      text: item.text,
      attributes: { role: 'menuitem', tabindex: '-1', type: 'button' },
    });
    entry.addEventListener('click', () => {
      setOpen(false);
      opener.element.focus();
      item.run();
    });
    return entry;
  });
  list.append(...entries);
  const root = element('div', { class: 'menu' }, [opener.element, list]);
  opener.element.setAttribute('aria-haspopup', 'menu');
  opener.element.setAttribute('aria-expanded', 'false');

  function setOpen(open: boolean): void {
    list.hidden = !open;
    if (open) items.forEach(({ isOffered }, i) => (entries[i].hidden = isOffered?.() === false));
    opener.element.setAttribute('aria-expanded', String(open));
    if (open) list.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }

  list.addEventListener('keydown', (event) => {
    const offered = entries.filter((entry) => !entry.hidden);
    const at = offered.findIndex((entry) => entry === document.activeElement);
    const targets: Record<string, number> = {
      ArrowDown: (at + 1) % offered.length,
      ArrowUp: (at - 1 + offered.length) % offered.length,
      Home: 0,
      End: offered.length - 1,
    };
    if (event.key === 'Escape') {
      setOpen(false);
      opener.element.focus();
    } else if (event.key in targets) {
      event.preventDefault();
      offered[targets[event.key]].focus();
    }
  });
  root.addEventListener('focusout', (event) => {
    if (!root.contains(event.relatedTarget as Node | null)) setOpen(false);
  });
  return root;
}
