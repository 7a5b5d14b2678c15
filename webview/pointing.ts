/** Links the plots, the bars and the table: a layer pointed at in one lights up in all, a click goes to its source. */

export function followPointer(root: HTMLElement, reveal: (layer: number) => void): void {
  const point = (event: Event): void => mark(root, 'hovered', layerOf(event.target));
  root.addEventListener('pointerover', point);
  root.addEventListener('focusin', point);
  root.addEventListener('pointerleave', () => mark(root, 'hovered', null));
  root.addEventListener('focusout', () => mark(root, 'hovered', null));
  root.addEventListener('click', (event) => {
    const layer = revealedBy(event.target);
    if (layer !== null) reveal(layer);
  });
  root.addEventListener('keydown', (event) => {
    // Buttons of the page do this themselves; parts of a drawing that act as buttons do not.
    if (!(event.target instanceof SVGElement) || (event.key !== 'Enter' && event.key !== ' ')) return;
    const layer = revealedBy(event.target);
    if (layer === null) return;
    event.preventDefault();
    reveal(layer);
  });
}

/** Marks the layer the cursor is on in the source. */
export function highlightLayer(root: HTMLElement, layer: number | null): void {
  mark(root, 'highlighted', layer);
}

function layerOf(target: EventTarget | null): number | null {
  const holder = target instanceof Element ? target.closest('[data-layer]') : null;
  const layer = holder?.getAttribute('data-layer') ?? null;
  return layer === null ? null : Number(layer);
}

function revealedBy(target: EventTarget | null): number | null {
  return target instanceof Element && target.closest('[data-reveal]') !== null ? layerOf(target) : null;
}

function mark(root: HTMLElement, name: string, layer: number | null): void {
  for (const marked of root.querySelectorAll(`.${name}`)) {
    if (marked.getAttribute('data-layer') !== String(layer)) marked.classList.remove(name);
  }
  if (layer === null) return;
  for (const meant of root.querySelectorAll(`[data-layer="${layer}"]`)) meant.classList.add(name);
}
