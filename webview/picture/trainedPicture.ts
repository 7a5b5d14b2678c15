import type { PanelPicture } from '../../src/protocol/runs.ts';
import { onThemeChange } from '../app/theme.ts';
import { element } from '../widgets/dom.ts';
import { isLightTheme } from './layerColor.ts';
import { drawBoundary, drawSamples, type Samples } from './overlay.ts';
import { createAxedPicture, type PictureAxes } from './pictureAxes.ts';
import { preparePicture, type PreparedPicture } from './preparedPicture.ts';
import { DARK, LIGHT, type Palette } from './regionColor.ts';
import { paintPicture } from './regionPainter.ts';

export interface TrainedPicture {
  readonly element: HTMLElement;
  /** What is drawn, on white paper with this many pixels a side; null where nothing is. */
  onPaper(pixels: number): HTMLCanvasElement | null;
  /** Null: nothing is known yet. */
  show(picture: PanelPicture | null, samples: Samples | null, axes: PictureAxes | null, description: string): void;
  resize(): void;
}

/** The regions of a network that is being trained, its decision boundary, and the data it learns. */
export function createTrainedPicture(label: string): TrainedPicture {
  const canvas = element('canvas', { class: 'trainedCanvas', attributes: { role: 'img', 'aria-label': label } });
  const frame = element('div', { class: 'trainedFrame' }, [canvas]);
  const axed = createAxedPicture(frame);
  const root = element('div', { class: 'trainedPicture' }, [axed.element]);
  let shown: PanelPicture | null = null;
  let prepared: PreparedPicture | null = null;
  let samples: Samples | null = null;

  function draw(): void {
    const side = frame.clientWidth;
    const context = canvas.getContext('2d');
    if (side === 0 || context === null) return;
    const pixelRatio = window.devicePixelRatio;
    const pixels = Math.round(side * pixelRatio);
    if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
    if (prepared === null) return context.clearRect(0, 0, pixels, pixels);
    paint(context, prepared, pixelRatio, isLightTheme() ? LIGHT : DARK);
  }

  function paint(
    context: CanvasRenderingContext2D,
    picture: PreparedPicture,
    pixelRatio: number,
    palette: Palette,
  ): void {
    const style = { palette, coloring: 'gradient', pixelRatio, paper: 'transparent' } as const;
    const placement = { scale: context.canvas.width, left: 0, top: 0 };
    const over = { isLight: palette.light, pixelRatio };
    // A picture of a small network is a matter of milliseconds.
    for (const work = paintPicture(context, picture, placement, style); work.next().done !== true;);
    drawBoundary(context, picture.picture.boundary, placement, over);
    if (samples !== null) drawSamples(context, samples, placement, over);
  }

  function onPaper(pixels: number): HTMLCanvasElement | null {
    const target = element('canvas', {});
    target.width = target.height = pixels;
    const context = target.getContext('2d');
    if (prepared === null || context === null || frame.clientWidth === 0) return null;
    paint(context, prepared, pixels / frame.clientWidth, LIGHT);
    return target;
  }

  onThemeChange(draw);
  return {
    element: root,
    onPaper,
    show: (picture, next, axes, description) => {
      axed.show(axes);
      canvas.setAttribute('aria-label', description);
      if (picture !== shown) prepared = picture && preparedAtOnce(picture);
      if (picture === shown && next === samples) return draw();
      [shown, samples] = [picture, next];
      draw();
    },
    resize: () => {
      if (canvas.width !== Math.round(frame.clientWidth * window.devicePixelRatio)) draw();
    },
  };
}

function preparedAtOnce(picture: PanelPicture): PreparedPicture {
  const work = preparePicture(picture, 'gradient');
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
