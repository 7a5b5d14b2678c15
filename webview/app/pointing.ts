/**
 * Links the plots, the bars, the table and the source: a layer pointed at in one lights up in all, a click goes to its
 * line.
 */

export interface Pointing {
  reveal(layer: number): void;
  point(layer: number | null): void;
}

export function followPointer(root: HTMLElement, pointing: Pointing): void {
  let pointed: number | null = null;
  const pointAt = (layer: number | null): void => {
    mark(root, 'hovered', layer);
    if (layer !== pointed) pointing.point((pointed = layer));
  };
  root.addEventListener('pointerover', (event) => pointAt(layerOf(event.target)));
  root.addEventListener('focusin', (event) => pointAt(layerOf(event.target)));
  root.addEventListener('pointerleave', () => pointAt(null));
  root.addEventListener('focusout', () => pointAt(null));
  root.addEventListener('click', (event) => {
    const layer = revealedBy(event.target);
    if (layer !== null) pointing.reveal(layer);
  });
  root.addEventListener('keydown', (event) => {
    // Buttons of the page do this themselves; parts of a drawing that act as buttons do not.
    if (!(event.target instanceof SVGElement) || (event.key !== 'Enter' && event.key !== ' ')) return;
    const layer = revealedBy(event.target);
    if (layer === null) return;
    event.preventDefault();
    pointing.reveal(layer);
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
