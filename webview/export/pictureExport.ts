import type { View } from '../app/view.ts';
import { t } from '../app/strings.ts';
import { drawAxes, type PictureAxes } from '../picture/pictureAxes.ts';
import { onWhitePaper } from './paper.ts';
import { drawingOn, pngOf } from './png.ts';
import { linesOf } from './svgExport.ts';

/** Of the square, in pixels: a column of a printed page at 300 dots an inch. */
const SIDE = 1200;
const MARGIN = 72;
const LETTERS = 28;
const LINE = 1.5 * LETTERS;
/** Width of a letter as a share of its height, on average. */
const LETTER_WIDTH = 0.54;

/** A picture that can be saved on its own. */
export interface PaperPicture {
  /** With this many pixels a side, in the colors of white paper; null where nothing is drawn. */
  onPaper(pixels: number): HTMLCanvasElement | null;
  /** Null where nothing is drawn. */
  axes(): PictureAxes | null;
  title(): string;
  /** What it is of, and everything that it follows from. */
  caption(view: View): string;
}

/** The picture on white paper, with its title above and what it is of below, as PNG in base64. */
export function pictureAsPng(view: View, picture: PaperPicture): string {
  const square = onWhitePaper(() => picture.onPaper(SIDE));
  if (square === null) throw new Error(t('the regions are not drawn yet'));
  const { fontFamily } = getComputedStyle(document.body);
  const lines = linesOf(picture.caption(view), Math.floor(SIDE / (LETTER_WIDTH * LETTERS)));
  const top = MARGIN + 2 * LINE;
  const page = document.createElement('canvas');
  page.width = SIDE + 2 * MARGIN;
  const below = top + SIDE + LINE;
  page.height = Math.ceil(below + (lines.length + 0.5) * LINE + MARGIN);
  const context = drawingOn(page);
  context.fillStyle = 'white';
  context.fillRect(0, 0, page.width, page.height);
  context.drawImage(square, MARGIN, top);
  context.fillStyle = 'black';
  context.font = `600 ${1.2 * LETTERS}px ${fontFamily}`;
  context.fillText(`${view.network.name} · ${picture.title()}`, MARGIN, MARGIN + LINE, SIDE);
  context.font = `${LETTERS}px ${fontFamily}`;
  const axes = picture.axes();
  if (axes !== null) drawAxes(context, axes, { left: MARGIN, top, side: SIDE });
  lines.forEach((text, i) => context.fillText(text, MARGIN, below + (i + 1.2) * LINE, SIDE));
  return pngOf(page);
}
