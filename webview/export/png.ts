import { t } from '../app/strings.ts';

const HEAD = 'data:image/png;base64,';

/**
 * The canvas as PNG, in base64. Errors: a sentence where the browser cannot make one, as it is with a canvas too large.
 */
export function pngOf(canvas: HTMLCanvasElement): string {
  const url = canvas.toDataURL('image/png');
  if (!url.startsWith(HEAD)) throw new Error(t('the picture is too large'));
  return url.slice(HEAD.length);
}

export function drawingOn(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error(t('the picture is too large'));
  return context;
}
