import { significant } from '../../src/common/formatFigures.ts';
import type { Place, PlaneWindow } from '../../src/common/place.ts';
import { element, setText } from '../widgets/dom.ts';
import { t } from '../app/strings.ts';

/** What stands at a side of a picture: its name, and the values at its ends. */
export interface PictureAxis {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

export interface PictureAxes {
  readonly horizontal: PictureAxis;
  readonly vertical: PictureAxis;
}

/**
 * Axes of a part of a counted plane. In a box of two inputs they are the inputs; the sides of any other plane lie
 * across the inputs, so that the axes give lengths along them, from the plane's corner.
 */
export function axesOf(
  place: Place,
  inputSize: number,
  sides: readonly [number, number],
  { x, y, size }: PlaneWindow,
): PictureAxes {
  const isInputs = inputSize === 2 && place.kind === 'box';
  const digits = 3 + Math.max(0, Math.ceil(-Math.log10(size)));
  const axis = (side: 0 | 1, start: number): PictureAxis => {
    const low = isInputs ? place.lower : 0;
    const at = (share: number): string => significant(low + share * sides[side], digits);
    const name = isInputs ? ['x₁', 'x₂'][side] : [t('length along side 1'), t('length along side 2')][side];
    return { name, from: at(start), to: at(start + size) };
  };
  return { horizontal: axis(0, x), vertical: axis(1, y) };
}

/** A square drawing with its axes below and to the left. */
export interface AxedPicture {
  readonly element: HTMLElement;
  show(axes: PictureAxes | null): void;
}

export function createAxedPicture(drawing: HTMLElement): AxedPicture {
  const [horizontal, vertical] = [createAxis('horizontalAxis'), createAxis('verticalAxis')];
  const root = element('div', { class: 'axedPicture' }, [vertical.element, drawing, horizontal.element]);
  return {
    element: root,
    show: (axes) => {
      root.classList.toggle('withoutAxes', axes === null);
      if (axes === null) return;
      horizontal.show(axes.horizontal);
      vertical.show(axes.vertical);
    },
  };
}

function createAxis(kind: string): { element: HTMLElement; show(axis: PictureAxis): void } {
  const parts = [element('span', {}), element('span', { class: 'axisName' }), element('span', {})];
  return {
    element: element('div', { class: `pictureAxis ${kind}` }, parts),
    show: ({ from, name, to }) => [from, name, to].forEach((text, i) => setText(parts[i], text)),
  };
}

/** The same on a canvas, around a square with this corner at the top left. */
export function drawAxes(
  context: CanvasRenderingContext2D,
  { horizontal, vertical }: PictureAxes,
  square: { readonly left: number; readonly top: number; readonly side: number },
): void {
  const { left, top, side } = square;
  const gap = 10;
  context.save();
  context.textBaseline = 'top';
  drawRow(context, horizontal, left, top + side + gap, side);
  context.translate(left - gap, top + side);
  context.rotate(-Math.PI / 2);
  context.textBaseline = 'bottom';
  drawRow(context, vertical, 0, 0, side);
  context.restore();
}

function drawRow(
  context: CanvasRenderingContext2D,
  { from, name, to }: PictureAxis,
  x: number,
  y: number,
  length: number,
): void {
  const texts = [
    [from, 'left', x],
    [name, 'center', x + length / 2],
    [to, 'right', x + length],
  ] as const;
  for (const [text, align, at] of texts) {
    context.textAlign = align;
    context.fillText(text, at, y);
  }
}
