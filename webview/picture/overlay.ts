import { MAX_CLASSES } from '../../src/common/mostClasses.ts';
import type { Place } from '../../src/common/place.ts';
import type { PanelPicture } from '../../src/protocol/runs.ts';
import type { PanelData } from '../../src/protocol/training.ts';
import { t } from '../app/strings.ts';
import type { Placement } from './regionPainter.ts';

/** Samples of the data over the square of the input that a picture shows. */
export interface Samples {
  readonly data: Pick<PanelData, 'points' | 'classes'>;
  readonly lower: number;
  readonly upper: number;
}

/** More are not told apart. */
const MOST_SAMPLES = 600;

/** Null where they cannot be drawn: in a plane of more inputs, or in another one than that of the box. */
export function samplesIn(place: Place, inputs: number, data: PanelData | null): Samples | null {
  if (data === null || data.points.length === 0 || place.kind !== 'box' || inputs !== 2) return null;
  return { data, lower: place.lower, upper: place.upper };
}

export interface OverlayStyle {
  readonly isLight: boolean;
  readonly pixelRatio: number;
}

/** A light line with a dark rim, or the other way around: it is seen on any color. `at` is where the window stands. */
export function drawBoundary(
  context: CanvasRenderingContext2D,
  boundary: Float32Array,
  { scale, left, top }: Placement,
  { isLight, pixelRatio }: OverlayStyle,
): void {
  const [inner, outer] = isLight ? ['#000', '#fff'] : ['#fff', '#000'];
  context.lineCap = 'round';
  for (const [width, color] of [
    [5, outer],
    [2.4, inner],
  ] as const) {
    context.lineWidth = width * pixelRatio;
    context.strokeStyle = color;
    context.beginPath();
    for (let i = 0; i + 3 < boundary.length; i += 4) {
      context.moveTo(boundary[i] * scale + left, (1 - boundary[i + 1]) * scale + top);
      context.lineTo(boundary[i + 2] * scale + left, (1 - boundary[i + 3]) * scale + top);
    }
    context.stroke();
  }
}

/** Classes differ by form as well as by color. */
const COLORS = ['--at-most', '--counted', '--can-reach', '--expected', '--slice'];

/** `at` is where the whole square stands. */
export function drawSamples(
  context: CanvasRenderingContext2D,
  { data: { points, classes }, lower, upper }: Samples,
  { scale, left, top }: Placement,
  { isLight, pixelRatio }: OverlayStyle,
): void {
  const style = getComputedStyle(document.body);
  const { width, height } = context.canvas;
  const stride = Math.max(1, Math.ceil(points.length / 2 / MOST_SAMPLES));
  const size = 3.1 * pixelRatio;
  context.lineWidth = pixelRatio;
  context.strokeStyle = isLight ? '#fff' : '#000';
  for (let i = 0; i < points.length / 2; i += stride) {
    const x = ((points[2 * i] - lower) / (upper - lower)) * scale + left;
    const y = (1 - (points[2 * i + 1] - lower) / (upper - lower)) * scale + top;
    if (x < 0 || y < 0 || x > width || y > height) continue;
    const kind = classes.length > 0 ? classes[i] : 0;
    context.fillStyle = style.getPropertyValue(COLORS[kind % COLORS.length]).trim() || 'gray';
    context.beginPath();
    tracePoint(context, kind % 3, x, y, size);
    context.fill();
    context.stroke();
  }
}

function tracePoint(context: CanvasRenderingContext2D, form: number, x: number, y: number, size: number): void {
  if (form === 0) context.arc(x, y, size, 0, 2 * Math.PI);
  else if (form === 1) context.rect(x - 0.88 * size, y - 0.88 * size, 1.76 * size, 1.76 * size);
  else {
    context.moveTo(x, y - 1.2 * size);
    context.lineTo(x + 1.1 * size, y + 0.8 * size);
    context.lineTo(x - 1.1 * size, y + 0.8 * size);
    context.closePath();
  }
}

/** What the thick line is. */
export function describeBoundary({ outputs }: Pick<PanelPicture, 'outputs'>, level: number): string {
  if (outputs === 1) return t('Thick line: where the output is {0}.', String(level).replace('-', '−'));
  if (outputs > MAX_CLASSES) return t('A decision boundary is drawn for at most {0} outputs.', MAX_CLASSES);
  return t('Thick line: where the two greatest outputs are equal.');
}
