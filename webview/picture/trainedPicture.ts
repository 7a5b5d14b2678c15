import type { PanelPicture } from '../../src/protocol/runs.ts';
import type { PanelData } from '../../src/protocol/training.ts';
import { onThemeChange } from '../app/theme.ts';
import { element } from '../widgets/dom.ts';
import { isLightTheme } from './layerColor.ts';
import { preparePicture, type PreparedPicture } from './preparedPicture.ts';
import { DARK, LIGHT } from './regionColor.ts';
import { paintPicture } from './regionPainter.ts';

/** What is drawn over the regions. */
export interface Samples {
  readonly data: Pick<PanelData, 'points' | 'classes'>;
  /** The square of the input that the picture shows. */
  readonly lower: number;
  readonly upper: number;
}

export interface TrainedPicture {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  /** Null: nothing is known yet. */
  show(picture: PanelPicture | null, samples: Samples | null, description: string): void;
  resize(): void;
}

/** More are not told apart. */
const MOST_SAMPLES = 600;

/** The regions of a network that is being trained, its decision boundary, and the data it learns. */
export function createTrainedPicture(label: string): TrainedPicture {
  const canvas = element('canvas', { class: 'trainedCanvas', attributes: { role: 'img', 'aria-label': label } });
  const root = element('div', { class: 'trainedPicture' }, [canvas]);
  let shown: PanelPicture | null = null;
  let prepared: PreparedPicture | null = null;
  let samples: Samples | null = null;

  function draw(): void {
    const side = root.clientWidth;
    const context = canvas.getContext('2d');
    if (side === 0 || context === null) return;
    const pixelRatio = window.devicePixelRatio;
    const pixels = Math.round(side * pixelRatio);
    if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
    if (prepared === null) return context.clearRect(0, 0, pixels, pixels);
    const palette = isLightTheme() ? LIGHT : DARK;
    const style = { palette, coloring: 'gradient', pixelRatio, paper: 'transparent' } as const;
    const placement = { scale: pixels, left: 0, top: 0 };
    // A picture of a small network is a matter of milliseconds.
    for (const work = paintPicture(context, prepared, placement, style); work.next().done !== true;);
    drawBoundary(context, prepared.picture.boundary, pixels, pixelRatio);
    if (samples !== null) drawSamples(context, samples, pixels, pixelRatio);
  }

  onThemeChange(draw);
  return {
    element: root,
    canvas,
    show: (picture, next, description) => {
      canvas.setAttribute('aria-label', description);
      if (picture !== shown) prepared = picture && preparedAtOnce(picture);
      if (picture === shown && next === samples) return draw();
      [shown, samples] = [picture, next];
      draw();
    },
    resize: () => {
      if (canvas.width !== Math.round(root.clientWidth * window.devicePixelRatio)) draw();
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

/** A light line with a dark rim, or the other way around: it is seen on any color. */
function drawBoundary(
  context: CanvasRenderingContext2D,
  boundary: Float32Array,
  pixels: number,
  pixelRatio: number,
): void {
  const [inner, outer] = isLightTheme() ? ['#000', '#fff'] : ['#fff', '#000'];
  context.lineCap = 'round';
  for (const [width, color] of [
    [5, outer],
    [2.4, inner],
  ] as const) {
    context.lineWidth = width * pixelRatio;
    context.strokeStyle = color;
    context.beginPath();
    for (let i = 0; i + 3 < boundary.length; i += 4) {
      context.moveTo(boundary[i] * pixels, (1 - boundary[i + 1]) * pixels);
      context.lineTo(boundary[i + 2] * pixels, (1 - boundary[i + 3]) * pixels);
    }
    context.stroke();
  }
}

/** Classes differ by form as well as by color. */
const COLORS = ['--at-most', '--counted', '--can-reach', '--expected', '--slice'];

function drawSamples(
  context: CanvasRenderingContext2D,
  { data: { points, classes }, lower, upper }: Samples,
  pixels: number,
  pixelRatio: number,
): void {
  const style = getComputedStyle(document.body);
  const stride = Math.max(1, Math.ceil(points.length / 2 / MOST_SAMPLES));
  const size = 3.1 * pixelRatio;
  context.lineWidth = pixelRatio;
  context.strokeStyle = isLightTheme() ? '#fff' : '#000';
  for (let i = 0; i < points.length / 2; i += stride) {
    const x = ((points[2 * i] - lower) / (upper - lower)) * pixels;
    const y = (1 - (points[2 * i + 1] - lower) / (upper - lower)) * pixels;
    if (x < 0 || y < 0 || x > pixels || y > pixels) continue;
    const kind = classes.length > 0 ? classes[i] : 0;
    context.fillStyle = style.getPropertyValue(COLORS[kind % COLORS.length]).trim() || 'gray';
    context.beginPath();
    if (kind % 3 === 0) context.arc(x, y, size, 0, 2 * Math.PI);
    else if (kind % 3 === 1) context.rect(x - 0.88 * size, y - 0.88 * size, 1.76 * size, 1.76 * size);
    else {
      context.moveTo(x, y - 1.2 * size);
      context.lineTo(x + 1.1 * size, y + 0.8 * size);
      context.lineTo(x - 1.1 * size, y + 0.8 * size);
      context.closePath();
    }
    context.fill();
    context.stroke();
  }
}
