import type { PanelPicture } from '../../src/protocol/runs.ts';
import { onThemeChange } from '../app/theme.ts';
import { element } from '../widgets/dom.ts';
import { isLightTheme } from './layerColor.ts';
import { drawBoundary, drawSamples, type Samples } from './overlay.ts';
import { createAxedPicture, type AxedPicture, type PictureAxes } from './pictureAxes.ts';
import { preparePicture, type PreparedPicture } from './preparedPicture.ts';
import { DARK, LIGHT, type Palette } from './regionColor.ts';
import { paintPicture } from './regionPainter.ts';

/** The regions of a network that is being trained, its decision boundary, and the data it learns. */
export class TrainedPicture {
  readonly element: HTMLElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #frame: HTMLElement;
  readonly #axed: AxedPicture;
  #shown: PanelPicture | null = null;
  #prepared: PreparedPicture | null = null;
  #samples: Samples | null = null;

  constructor(label: string) {
    this.#canvas = element('canvas', { class: 'trainedCanvas', attributes: { role: 'img', 'aria-label': label } });
    this.#frame = element('div', { class: 'trainedFrame' }, [this.#canvas]);
    this.#axed = createAxedPicture(this.#frame);
    this.element = element('div', { class: 'trainedPicture' }, [this.#axed.element]);
    onThemeChange(() => this.#draw());
  }

  /** What is drawn, on white paper with this many pixels a side; null where nothing is. */
  onPaper(pixels: number): HTMLCanvasElement | null {
    const target = element('canvas', {});
    target.width = target.height = pixels;
    const context = target.getContext('2d');
    if (this.#prepared === null || context === null || this.#frame.clientWidth === 0) return null;
    this.#paint(context, this.#prepared, pixels / this.#frame.clientWidth, LIGHT);
    return target;
  }

  /** Null: nothing is known yet. */
  show(picture: PanelPicture | null, samples: Samples | null, axes: PictureAxes | null, description: string): void {
    this.#axed.show(axes);
    this.#canvas.setAttribute('aria-label', description);
    if (picture !== this.#shown) this.#prepared = picture && preparedAtOnce(picture);
    [this.#shown, this.#samples] = [picture, samples];
    this.#draw();
  }

  resize(): void {
    if (this.#canvas.width !== Math.round(this.#frame.clientWidth * window.devicePixelRatio)) this.#draw();
  }

  #draw(): void {
    const prepared = this.#prepared;
    const side = this.#frame.clientWidth;
    const context = this.#canvas.getContext('2d');
    if (side === 0 || context === null) return;
    const pixelRatio = window.devicePixelRatio;
    const pixels = Math.round(side * pixelRatio);
    if (this.#canvas.width !== pixels) this.#canvas.width = this.#canvas.height = pixels;
    if (prepared === null) return context.clearRect(0, 0, pixels, pixels);
    this.#paint(context, prepared, pixelRatio, isLightTheme() ? LIGHT : DARK);
  }

  #paint(context: CanvasRenderingContext2D, picture: PreparedPicture, pixelRatio: number, palette: Palette): void {
    const style = { palette, coloring: 'gradient', pixelRatio, paper: 'transparent' } as const;
    const placement = { scale: context.canvas.width, left: 0, top: 0 };
    const over = { isLight: palette.light, pixelRatio };
    // A picture of a small network is a matter of milliseconds.
    for (const work = paintPicture(context, picture, placement, style); work.next().done !== true;);
    drawBoundary(context, picture.picture.boundary, placement, over);
    if (this.#samples !== null) drawSamples(context, this.#samples, placement, over);
  }
}

function preparedAtOnce(picture: PanelPicture): PreparedPicture {
  const work = preparePicture(picture, 'gradient');
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
