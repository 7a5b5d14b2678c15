import { zoomIdentity, type ZoomTransform } from 'd3-zoom';
import { WHOLE, type PlaneWindow } from '../../src/common/place.ts';
import type { PanelPicture } from '../../src/protocol/runs.ts';
import { onThemeChange } from '../app/theme.ts';
import { element } from '../widgets/dom.ts';
import { isLightTheme } from './layerColor.ts';
import { drawBoundary, drawSamples, type Samples } from './overlay.ts';
import { contains, placementOf, windowInSight } from './pictureWindow.ts';
import { preparePicture, type PreparedPicture } from './preparedPicture.ts';
import { DARK, LIGHT, type Coloring, type Palette } from './regionColor.ts';
import { paintPicture } from './regionPainter.ts';

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
 * and drawn on a second canvas, in slices, which changes places with the first when finished.
 */
export class PictureCanvas {
  readonly canvas = element('canvas', { class: 'pictureCanvas' });
  readonly #onPrepared: () => void;
  readonly #onPainted: (thinning: number) => void;
  #whole: Layer | null = null;
  #part: Layer | null = null;
  #samples: Samples | null = null;
  #move = zoomIdentity;
  #drawn: Drawn | null = null;
  #work: Generator<void, void> | null = null;
  #frame = 0;
  #restTimer = 0;
  /** In CSS pixels; kept, since a hidden canvas has none. */
  #side = 1;

  /** `onPainted` gets n where one line in n is drawn. */
  constructor(onPrepared: () => void, onPainted: (thinning: number) => void) {
    this.#onPrepared = onPrepared;
    this.#onPainted = onPainted;
    onThemeChange(() => this.#repaint());
  }

  get transform(): ZoomTransform {
    return this.#move;
  }

  /** What is in sight, in coordinates of the whole square. */
  get visible(): PlaneWindow {
    return windowInSight(this.#move, this.#side);
  }

  /** The picture in sight, once it is sorted. */
  get shown(): PreparedPicture | null {
    return this.#inSight()?.prepared ?? null;
  }

  /** The whole square, and perhaps a part of it counted on its own. */
  show(whole: PanelPicture | null, part: PanelPicture | null, coloring: Coloring, samples: Samples | null): void {
    const before = { whole: this.#whole, part: this.#part, samples: this.#samples };
    this.#samples = samples;
    this.#whole = layerFor(whole, coloring, before.whole);
    this.#part = layerFor(part, coloring, before.part);
    if (this.#whole === before.whole && this.#part === before.part && samples === before.samples) return;
    if (this.#whole?.picture !== before.whole?.picture) this.#drawn = null;
    this.#repaint();
  }

  /** Moves what is drawn at once, as an image; draws it sharp when the hand rests. */
  moveTo(transform: ZoomTransform): void {
    this.#move = transform;
    this.#copy();
    clearTimeout(this.#restTimer);
    this.#restTimer = window.setTimeout(() => this.#repaint(), REST_MS);
  }

  /** Side of the square in CSS pixels. */
  resize(side: number): void {
    const { canvas } = this;
    this.#side = Math.max(1, side);
    const pixels = Math.round(this.#side * window.devicePixelRatio);
    if (canvas.width === pixels) return;
    canvas.width = canvas.height = pixels;
    this.#copy();
    this.#repaint();
  }

  /** What is in sight on white paper, whatever the theme, with this many pixels a side; null before it is sorted. */
  onPaper(pixels: number): HTMLCanvasElement | null {
    const layer = this.#inSight();
    if (layer === null || layer.prepared === null) return null;
    const target = squareCanvas(pixels);
    for (const work = this.#paint(target, layer, layer.prepared, LIGHT, 'white'); work.next().done !== true;);
    return target;
  }

  #copy(): void {
    const { canvas } = this;
    const drawn = this.#drawn;
    const move = this.#move;
    const context = canvas.getContext('2d');
    if (context === null) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (drawn === null || this.#whole === null) return;
    const ratio = canvas.width / this.#side;
    const scale = move.k / drawn.transform.k;
    const left = (move.x - drawn.transform.x * scale) * ratio;
    const top = (move.y - drawn.transform.y * scale) * ratio;
    context.drawImage(drawn.canvas, left, top, drawn.canvas.width * scale, drawn.canvas.height * scale);
  }

  /** The part where it holds all that is in sight. */
  #inSight(): Layer | null {
    return this.#part !== null && contains(this.#part.picture.window, this.visible) ? this.#part : this.#whole;
  }

  /** Sorts what is not sorted yet, then draws what is in sight. */
  *#draw(): Generator<void, void> {
    const { canvas } = this;
    const layer = this.#inSight();
    if (layer === null || canvas.width === 0) return this.#copy();
    const prepared = layer.prepared ?? (yield* preparePicture(layer.picture, layer.coloring));
    if (layer.prepared === null) this.#keep(layer, prepared);
    const finished: Drawn = { canvas: squareCanvas(canvas.width), transform: this.#move };
    const paper = getComputedStyle(document.body).getPropertyValue('--vscode-editor-background').trim() || 'black';
    const thinning = yield* this.#paint(finished.canvas, layer, prepared, isLightTheme() ? LIGHT : DARK, paper);
    this.#drawn = finished;
    this.#copy();
    this.#onPainted(thinning);
  }

  #keep(layer: Layer, prepared: PreparedPicture): void {
    if (layer === this.#part) this.#part = { ...layer, prepared };
    else if (layer === this.#whole) this.#whole = { ...layer, prepared };
    this.#onPrepared();
  }

  /** Draws what is in sight onto another canvas. */
  *#paint(
    target: HTMLCanvasElement,
    { picture: { window }, coloring }: Layer,
    prepared: PreparedPicture,
    palette: Palette,
    paper: string,
  ): Generator<void, number> {
    const context = target.getContext('2d');
    if (context === null) return 1;
    const pixelRatio = target.width / this.#side;
    const placement = placementOf(window, this.#move, this.#side, target.width);
    const entire = placementOf(WHOLE, this.#move, this.#side, target.width);
    const thinning = yield* paintPicture(context, prepared, placement, { palette, coloring, pixelRatio, paper });
    const style = { isLight: palette.light, pixelRatio };
    drawBoundary(context, prepared.picture.boundary, placement, style);
    if (this.#samples !== null) drawSamples(context, this.#samples, entire, style);
    return thinning;
  }

  #repaint(): void {
    cancelAnimationFrame(this.#frame);
    this.#work = this.#draw();
    this.#frame = requestAnimationFrame(() => this.#continueWork());
  }

  #continueWork(): void {
    const until = performance.now() + SLICE_MS;
    while (this.#work !== null) {
      if (this.#work.next().done === true) this.#work = null;
      else if (performance.now() > until) {
        this.#frame = requestAnimationFrame(() => this.#continueWork());
        return;
      }
    }
  }
}

/** What is sorted already stays so. */
function layerFor(picture: PanelPicture | null, coloring: Coloring, before: Layer | null): Layer | null {
  if (picture === null) return null;
  const same = before?.picture === picture && before.coloring === coloring;
  return same ? before : { picture, coloring, prepared: null };
}

function squareCanvas(pixels: number): HTMLCanvasElement {
  const made = document.createElement('canvas');
  made.width = made.height = pixels;
  return made;
}
