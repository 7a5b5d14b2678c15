import { element, uniqueId } from './dom.ts';
import { button } from './toolkit.ts';

export interface MenuItem {
  readonly text: string;
  readonly run: () => void;
}

/** A button that opens a list of commands: arrow keys walk, Escape and a click elsewhere close. */
export function createMenu(text: string, items: readonly MenuItem[]): HTMLElement {
  const id = uniqueId('menu');
  const opener = button(text, 'secondary', () => setOpen(list.hidden === true));
  const list = element('div', { class: 'menuList', attributes: { role: 'menu', id, 'aria-label': text } });
  list.hidden = true;
  for (const item of items) {
    const entry = element('button', {
      text: item.text,
      attributes: { role: 'menuitem', tabindex: '-1', type: 'button' },
    });
    entry.addEventListener('click', () => {
      setOpen(false);
      opener.element.focus();
      item.run();
    });
    list.append(entry);
  }
  const root = element('div', { class: 'menu' }, [opener.element, list]);
  opener.element.setAttribute('aria-haspopup', 'menu');
  opener.element.setAttribute('aria-expanded', 'false');

  function setOpen(open: boolean): void {
    list.hidden = !open;
    opener.element.setAttribute('aria-expanded', String(open));
    if (open) list.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }

  list.addEventListener('keydown', (event) => {
    const entries = [...list.querySelectorAll<HTMLElement>('[role=menuitem]')];
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const targets: Record<string, number> = {
      ArrowDown: (at + 1) % entries.length,
      ArrowUp: (at - 1 + entries.length) % entries.length,
      Home: 0,
      End: entries.length - 1,
    };
    if (event.key === 'Escape') {
      setOpen(false);
      opener.element.focus();
    } else if (event.key in targets) {
      event.preventDefault();
      entries[targets[event.key]].focus();
    }
  });
  root.addEventListener('focusout', (event) => {
    if (!root.contains(event.relatedTarget as Node | null)) setOpen(false);
  });
  return root;
}
