/** Colors of the region picture: the gradient's direction as hue, its size as lightness, even to the eye (OKLCh). */

export interface Palette {
  /** Lightness of regions with a vanishing and with a large gradient. */
  readonly flat: number;
  readonly steep: number;
  readonly chroma: number;
  /** Color of the lines between regions, as `r, g, b`. */
  readonly ink: string;
  readonly light: boolean;
}

export const DARK: Palette = { flat: 0.27, steep: 0.58, chroma: 0.115, ink: '255, 255, 255', light: false };
export const LIGHT: Palette = { flat: 0.965, steep: 0.79, chroma: 0.085, ink: '20, 20, 24', light: true };

/** What colors say: the gradient, which region it is, or only (by the lines) which layer bends. */
export type Coloring = 'gradient' | 'regions' | 'layers';

const HUES = 48;
const STEPS = 12;
export const BINS = HUES * STEPS;

/** Color bin of a gradient; `typical` is the size that stands in the middle between flat and steep. */
export function colorBin(gx: number, gy: number, typical: number): number {
  const size = Math.hypot(gx, gy);
  const turn = Math.atan2(gy, gx) / (2 * Math.PI) + 1;
  const hue = Math.floor(turn * HUES) % HUES;
  const share = typical > 0 ? size / (size + typical) : 0;
  return hue * STEPS + Math.min(STEPS - 1, Math.floor(share * STEPS));
}

/** A bin that looks drawn by lot, and is the same for the same gradient (to four digits) in every window. */
export function scatteredBin(gx: number, gy: number): number {
  const a = Math.round(gx * 1e4);
  const b = Math.round(gy * 1e4);
  let hash = Math.imul(a ^ 0x2c1b3c6d, 0x297a2d39) ^ Math.imul(b ^ 0x1b56c4e9, 0x85ebca6b);
  hash ^= hash >>> 15;
  return (Math.imul(hash, 0x2c1b3c6d) >>> 0) % BINS;
}

/** CSS colors by bin. */
export function binColors(palette: Palette): string[] {
  const colors = [];
  for (let hue = 0; hue < HUES; hue++) {
    for (let step = 0; step < STEPS; step++) {
      const share = (step + 0.5) / STEPS;
      const lightness = palette.flat + (palette.steep - palette.flat) * share;
      // A region without a gradient has no direction, and so almost no color.
      const chroma = palette.chroma * Math.min(1, 0.25 + 1.5 * share);
      colors.push(oklch(lightness, chroma, ((hue + 0.5) / HUES) * 2 * Math.PI));
    }
  }
  return colors;
}

function oklch(lightness: number, chroma: number, hue: number): string {
  return `oklch(${lightness.toFixed(4)} ${chroma.toFixed(4)} ${((hue * 180) / Math.PI).toFixed(1)})`;
}
