import { zoomIdentity, type ZoomTransform } from 'd3-zoom';
import { DARK, LIGHT } from './regionColor.ts';
import { paintPicture, type PreparedPicture } from './regionPainter.ts';

export interface PictureCanvas {
  readonly canvas: HTMLCanvasElement;
  show(prepared: PreparedPicture | null): void;
  /** Moves what is drawn at once, as an image; draws it sharp when the hand rests. */
  moveTo(transform: ZoomTransform): void;
  transform(): ZoomTransform;
  /** Side of the square in CSS pixels. */
  resize(side: number): void;
}

/** Work of one frame; the rest waits for the next. */
const SLICE_MS = 9;
const REST_MS = 60;

interface Drawn {
  readonly canvas: HTMLCanvasElement;
  readonly transform: ZoomTransform;
}

/**
 * A canvas that pans and zooms at the price of one image copy a frame, however many polygons there are: they are drawn on
 * a second canvas, in slices, and change places with the first when finished.
 */
export function createPictureCanvas(): PictureCanvas {
  const canvas = document.createElement('canvas');
  canvas.className = 'pictureCanvas';
  let prepared: PreparedPicture | null = null;
  let transform = zoomIdentity;
  let drawn: Drawn | null = null;
  let work: Generator<void, void> | null = null;
  let frame = 0;
  let restTimer = 0;

  function copy(): void {
    const context = canvas.getContext('2d');
    if (context === null) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (drawn === null || prepared === null) return;
    const ratio = canvas.width / Math.max(1, canvas.clientWidth);
    const scale = transform.k / drawn.transform.k;
    const left = (transform.x - drawn.transform.x * scale) * ratio;
    const top = (transform.y - drawn.transform.y * scale) * ratio;
    context.drawImage(drawn.canvas, left, top, drawn.canvas.width * scale, drawn.canvas.height * scale);
  }

  function repaint(): void {
    cancelAnimationFrame(frame);
    work = null;
    if (prepared === null || canvas.width === 0) return copy();
    const next = document.createElement('canvas');
    next.width = canvas.width;
    next.height = canvas.height;
    const context = next.getContext('2d');
    if (context === null) return;
    const ratio = canvas.width / Math.max(1, canvas.clientWidth);
    const { k, x, y } = transform;
    const placement = { scale: k * canvas.width, left: x * ratio, top: y * ratio };
    const palette = isLight() ? LIGHT : DARK;
    work = paintPicture(context, prepared, placement, palette, ratio);
    const finished: Drawn = { canvas: next, transform };
    frame = requestAnimationFrame(() => continueWork(finished));
  }

  function continueWork(finished: Drawn): void {
    const until = performance.now() + SLICE_MS;
    while (work !== null) {
      if (work.next().done === true) {
        work = null;
        drawn = finished;
        copy();
      } else if (performance.now() > until) {
        frame = requestAnimationFrame(() => continueWork(finished));
        return;
      }
    }
  }

  new MutationObserver(repaint).observe(document.body, { attributes: true, attributeFilter: ['class'] });
  return {
    canvas,
    show: (next) => {
      prepared = next;
      drawn = null;
      repaint();
    },
    moveTo: (next) => {
      transform = next;
      copy();
      clearTimeout(restTimer);
      restTimer = window.setTimeout(repaint, REST_MS);
    },
    transform: () => transform,
    resize: (side) => {
      const pixels = Math.round(side * window.devicePixelRatio);
      if (canvas.width === pixels) return;
      canvas.width = pixels;
      canvas.height = pixels;
      copy();
      repaint();
    },
  };
}

function isLight(): boolean {
  const { classList } = document.body;
  return classList.contains('vscode-light') || classList.contains('vscode-high-contrast-light');
}
