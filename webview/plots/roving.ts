/** A group of drawn things with one of them in the tab order; arrow keys, Home and End walk through the others. */
export function rovingFocus(root: Element, selector: string): void {
  root.addEventListener('keydown', (event) => {
    if (!(event instanceof KeyboardEvent) || !(event.target instanceof Element)) return;
    const items = itemsOf(root, selector);
    const at = items.findIndex((item) => item === event.target);
    if (at < 0) return;
    const targets: Readonly<Record<string, number>> = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: items.length - 1,
    };
    const target = event.key in targets ? items[targets[event.key]] : undefined;
    if (target === undefined) return;
    event.preventDefault();
    items[at].setAttribute('tabindex', '-1');
    target.setAttribute('tabindex', '0');
    target.focus();
  });
}

/** After things came or went: one is still in the tab order, the one that was if it is still there. */
export function keepOneInTabOrder(root: Element, selector: string): void {
  const items = itemsOf(root, selector);
  const current = items.find((item) => item.getAttribute('tabindex') === '0') ?? items[0];
  for (const item of items) item.setAttribute('tabindex', item === current ? '0' : '-1');
}

function itemsOf(root: Element, selector: string): SVGElement[] {
  return [...root.querySelectorAll<SVGElement>(selector)];
}
