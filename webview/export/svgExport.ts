import { drawingOn, pngOf } from './png.ts';
import { onWhitePaper } from './paper.ts';
import { wellFormed } from './wellFormed.ts';
import { captionOf } from './exports.ts';
import type { View } from '../app/view.ts';

/** What a drawing looks like without its style sheet. */
const KEPT_STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'stroke-linecap',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'letter-spacing',
] as const;
const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = 32;

/** The plots in view under one another as one picture that needs no style sheet, dark on white paper in any theme. */
export function plotsAsSvg(view: View): string {
  return onWhitePaper(() => drawnPlots(view));
}

function drawnPlots(view: View): string {
  const picture = document.createElementNS(SVG, 'svg');
  const background = document.createElementNS(SVG, 'rect');
  picture.append(background);
  let height = MARGIN;
  let width = 0;
  for (const drawing of document.querySelectorAll<SVGSVGElement>('svg.plot')) {
    const { width: drawingWidth, height: drawingHeight } = drawing.getBoundingClientRect();
    const title = document.getElementById((drawing.getAttribute('aria-labelledby') ?? '').split(' ')[0]);
    if (drawingWidth === 0 || title === null) continue;
    picture.append(heading(`${title.textContent} · ${view.network.name}`, title, height + 12));
    const part = styledCopy(drawing);
    part.setAttribute('transform', `translate(${MARGIN},${height + 24})`);
    picture.append(part);
    height += drawingHeight + 24 + MARGIN;
    width = Math.max(width, drawingWidth + 2 * MARGIN);
  }
  for (const line of linesOf(captionOf(view), Math.max(40, Math.floor((width - 2 * MARGIN) / CAPTION_CHARACTER)))) {
    picture.append(caption(line, document.body, height + 8));
    height += CAPTION_LINE;
  }
  height += MARGIN / 2;
  for (const [name, value] of Object.entries({ xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` }))
    picture.setAttribute(name, String(value));
  background.setAttribute('width', String(width));
  background.setAttribute('height', String(height));
  background.setAttribute('fill', 'white');
  return wellFormed(`<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(picture)}\n`);
}

function heading(text: string, like: Element, y: number): SVGTextElement {
  return textNode(text, like, { y: String(y), 'font-size': '12px', 'font-weight': '600' });
}

/** Widths and heights of the small letters that say what the figures are for. */
const CAPTION_CHARACTER = 5.6;
const CAPTION_LINE = 15;

function caption(text: string, like: Element, y: number): SVGTextElement {
  return textNode(text, like, { y: String(y), 'font-size': '10px' });
}

function textNode(text: string, like: Element, attributes: Readonly<Record<string, string>>): SVGTextElement {
  const node = document.createElementNS(SVG, 'text');
  const { color, fontFamily } = getComputedStyle(like);
  node.textContent = text;
  const all = { x: String(MARGIN), fill: color, 'font-family': fontFamily, ...attributes };
  for (const [name, value] of Object.entries(all)) node.setAttribute(name, value);
  return node;
}

/** Broken between words into lines of at most `length` characters (a longer word has a line of its own). */
export function linesOf(text: string, length: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= length) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The drawing as a group, without what only serves pointing, every style written out as an attribute. */
function styledCopy(drawing: SVGSVGElement): SVGGElement {
  const group = document.createElementNS(SVG, 'g');
  for (const child of drawing.children) {
    const copy = styledElement(child);
    if (copy !== null) group.append(copy);
  }
  return group;
}

/** Sharp on screens with two pixels a point. */
const PNG_SCALE = 2;

/** The picture as PNG, in base64. Errors: a picture that the browser cannot read, or that is too large for it. */
export async function svgAsPng(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth * PNG_SCALE;
  canvas.height = image.naturalHeight * PNG_SCALE;
  drawingOn(canvas).drawImage(image, 0, 0, canvas.width, canvas.height);
  return pngOf(canvas);
}

const SERVES_POINTING = '.columns, .hit';
const GEOMETRY = new Set([
  'd',
  'x',
  'y',
  'x1',
  'x2',
  'y1',
  'y2',
  'cx',
  'cy',
  'r',
  'rx',
  'dx',
  'dy',
  'width',
  'height',
  'transform',
  'text-anchor',
]);

function styledElement(original: Element): Element | null {
  if (original.matches(SERVES_POINTING)) return null;
  const copy = document.createElementNS(SVG, original.localName);
  for (const { name, value } of original.attributes) if (GEOMETRY.has(name)) copy.setAttribute(name, value);
  const style = getComputedStyle(original);
  if (original.localName !== 'g') {
    for (const name of KEPT_STYLES) copy.setAttribute(name, style.getPropertyValue(name));
  }
  for (const child of original.childNodes) {
    const part = child instanceof Element ? styledElement(child) : document.createTextNode(child.textContent ?? '');
    if (part !== null) copy.append(part);
  }
  return copy;
}
