import { zoomIdentity, type ZoomTransform } from 'd3-zoom';
import type { PlaneWindow } from '../../src/common/place.ts';
import type { PanelPicture } from '../../src/protocol/runs.ts';
import { onThemeChange } from '../app/theme.ts';
import { isLightTheme } from './layerColor.ts';
import { drawBoundary, drawSamples, type Samples } from './overlay.ts';
import { preparePicture, type PreparedPicture } from './preparedPicture.ts';
import { DARK, LIGHT, type Coloring, type Palette } from './regionColor.ts';
import { paintPicture } from './regionPainter.ts';

export interface PictureCanvas {
  readonly canvas: HTMLCanvasElement;
  /** The whole square, and perhaps a part of it counted on its own. */
  show(whole: PanelPicture | null, part: PanelPicture | null, coloring: Coloring, samples: Samples | null): void;
  /** Moves what is drawn at once, as an image; draws it sharp when the hand rests. */
  moveTo(transform: ZoomTransform): void;
  transform(): ZoomTransform;
  /** What is in sight, in coordinates of the whole square. */
  visible(): PlaneWindow;
  /** The picture in sight, once it is sorted. */
  shown(): PreparedPicture | null;
  /** What is in sight on white paper, whatever the theme, with this many pixels a side; null before it is sorted. */
  onPaper(pixels: number): HTMLCanvasElement | null;
  /** Side of the square in CSS pixels. */
  resize(side: number): void;
}

/** Work of one frame; the rest waits for the next. */
const SLICE_MS = 8;
const REST_MS = 60;

interface Drawn {
  readonly canvas: HTMLCanvasElement;
  readonly transform: ZoomTransform;
}

interface Layer {
  readonly picture: PanelPicture;
  readonly coloring: Coloring;
  readonly prepared: PreparedPicture | null;
}

/**
 * A canvas that pans and zooms at the price of one image copy a frame, however many polygons there are: they are sorted
 * and drawn on a second canvas, in slices, which changes places with the first when finished. Tells n where one line in
 * n is drawn.
 */
export function createPictureCanvas(onPrepared: () => void, onPainted: (thinning: number) => void): PictureCanvas {
  const canvas = document.createElement('canvas');
  canvas.className = 'pictureCanvas';
  let whole: Layer | null = null;
  let part: Layer | null = null;
  let samples: Samples | null = null;
  let transform = zoomIdentity;
  let drawn: Drawn | null = null;
  let work: Generator<void, void> | null = null;
  let frame = 0;
  let restTimer = 0;
  /** In CSS pixels; kept, since a hidden canvas has none. */
  let side = 1;

  function copy(): void {
    const context = canvas.getContext('2d');
    if (context === null) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (drawn === null || whole === null) return;
    const ratio = canvas.width / side;
    const scale = transform.k / drawn.transform.k;
    const left = (transform.x - drawn.transform.x * scale) * ratio;
    const top = (transform.y - drawn.transform.y * scale) * ratio;
    context.drawImage(drawn.canvas, left, top, drawn.canvas.width * scale, drawn.canvas.height * scale);
  }

  function visible(): PlaneWindow {
    const size = Math.min(1, 1 / transform.k);
    const clamp = (at: number): number => Math.min(Math.max(0, at), 1 - size);
    const x = clamp(-transform.x / (transform.k * side));
    const y = clamp(1 - (side - transform.y) / (transform.k * side));
    return { x, y, size };
  }

  /** The part where it holds all that is in sight. */
  function inSight(): Layer | null {
    return part !== null && contains(part.picture.window, visible()) ? part : whole;
  }

  /** Sorts what is not sorted yet, then draws what is in sight. */
  function* draw(): Generator<void, void> {
    const layer = inSight();
    if (layer === null || canvas.width === 0) return copy();
    const prepared = layer.prepared ?? (yield* preparePicture(layer.picture, layer.coloring));
    if (layer.prepared === null) {
      if (layer === part) part = { ...layer, prepared };
      else if (layer === whole) whole = { ...layer, prepared };
      onPrepared();
    }
    const finished: Drawn = { canvas: squareCanvas(canvas.width), transform };
    const paper = getComputedStyle(document.body).getPropertyValue('--vscode-editor-background').trim() || 'black';
    const thinning = yield* paint(finished.canvas, layer, prepared, isLightTheme() ? LIGHT : DARK, paper);
    drawn = finished;
    copy();
    onPainted(thinning);
  }

  /** Draws what is in sight onto another canvas. */
  function* paint(
    target: HTMLCanvasElement,
    { picture: { window }, coloring }: Layer,
    prepared: PreparedPicture,
    palette: Palette,
    paper: string,
  ): Generator<void, number> {
    const context = target.getContext('2d');
    if (context === null) return 1;
    const pixelRatio = target.width / side;
    const square = transform.k * target.width;
    const placement = {
      scale: square * window.size,
      left: transform.x * pixelRatio + window.x * square,
      top: transform.y * pixelRatio + (1 - window.y - window.size) * square,
    };
    const thinning = yield* paintPicture(context, prepared, placement, { palette, coloring, pixelRatio, paper });
    const style = { isLight: palette.light, pixelRatio };
    drawBoundary(context, prepared.picture.boundary, placement, style);
    const entire = { scale: square, left: transform.x * pixelRatio, top: transform.y * pixelRatio };
    if (samples !== null) drawSamples(context, samples, entire, style);
    return thinning;
  }

  function onPaper(pixels: number): HTMLCanvasElement | null {
    const layer = inSight();
    if (layer === null || layer.prepared === null) return null;
    const target = squareCanvas(pixels);
    for (const work = paint(target, layer, layer.prepared, LIGHT, 'white'); work.next().done !== true;);
    return target;
  }

  function repaint(): void {
    cancelAnimationFrame(frame);
    work = draw();
    frame = requestAnimationFrame(continueWork);
  }

  function continueWork(): void {
    const until = performance.now() + SLICE_MS;
    while (work !== null) {
      if (work.next().done === true) work = null;
      else if (performance.now() > until) {
        frame = requestAnimationFrame(continueWork);
        return;
      }
    }
  }

  function layerFor(picture: PanelPicture | null, coloring: Coloring, before: Layer | null): Layer | null {
    if (picture === null) return null;
    const same = before?.picture === picture && before.coloring === coloring;
    return same ? before : { picture, coloring, prepared: null };
  }

  onThemeChange(repaint);
  return {
    canvas,
    show: (nextWhole, nextPart, coloring, nextSamples) => {
      const [before, partBefore, samplesBefore] = [whole, part, samples];
      samples = nextSamples;
      whole = layerFor(nextWhole, coloring, before);
      part = layerFor(nextPart, coloring, partBefore);
      if (whole === before && part === partBefore && samples === samplesBefore) return;
      if (whole?.picture !== before?.picture) drawn = null;
      repaint();
    },
    moveTo: (next) => {
      transform = next;
      copy();
      clearTimeout(restTimer);
      restTimer = window.setTimeout(repaint, REST_MS);
    },
    transform: () => transform,
    visible,
    onPaper,
    shown: () => inSight()?.prepared ?? null,
    resize: (next) => {
      side = Math.max(1, next);
      const pixels = Math.round(side * window.devicePixelRatio);
      if (canvas.width === pixels) return;
      canvas.width = pixels;
      canvas.height = pixels;
      copy();
      repaint();
    },
  };
}

function squareCanvas(pixels: number): HTMLCanvasElement {
  const made = document.createElement('canvas');
  made.width = made.height = pixels;
  return made;
}

export function sameWindow(a: PlaneWindow, b: PlaneWindow): boolean {
  return Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y), Math.abs(a.size - b.size)) < 1e-9;
}

/** With room for rounding. */
function contains(outer: PlaneWindow, inner: PlaneWindow): boolean {
  const slack = 1e-6;
  return (
    outer.x <= inner.x + slack &&
    outer.y <= inner.y + slack &&
    outer.x + outer.size >= inner.x + inner.size - slack &&
    outer.y + outer.size >= inner.y + inner.size - slack
  );
}
