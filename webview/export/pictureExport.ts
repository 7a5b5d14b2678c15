import { drawingOn, pngOf } from './png.ts';
import { provenance } from './exports.ts';
import { linesOf } from './svgExport.ts';
import type { View } from '../app/view.ts';

/** The region picture with its title above and what it is of below, as PNG in base64. */
export function pictureAsPng(view: View, section: HTMLElement, canvas: HTMLCanvasElement): string {
  const scale = canvas.width / Math.max(1, canvas.clientWidth);
  const { color, fontFamily } = getComputedStyle(section);
  const paper = getComputedStyle(document.body).getPropertyValue('--vscode-editor-background').trim() || 'white';
  const size = 10 * scale;
  const lines = linesOf(provenance(view), Math.floor(canvas.width / (0.56 * size)));
  const [top, line] = [2.4 * size, 1.5 * size];
  const page = document.createElement('canvas');
  page.width = canvas.width;
  page.height = Math.ceil(top + canvas.height + (lines.length + 0.5) * line);
  const context = drawingOn(page);
  context.fillStyle = paper;
  context.fillRect(0, 0, page.width, page.height);
  context.drawImage(canvas, 0, top);
  context.fillStyle = color;
  context.font = `600 ${1.2 * size}px ${fontFamily}`;
  context.fillText(
    `${view.network.name} · ${section.querySelector('h2')?.textContent ?? ''}`,
    0,
    0.6 * top,
    page.width,
  );
  context.font = `${size}px ${fontFamily}`;
  lines.forEach((text, i) => context.fillText(text, 0, top + canvas.height + (i + 1) * line, page.width));
  return pngOf(page);
}
