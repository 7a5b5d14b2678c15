/** Colors that tell layers apart where lines of many of them meet: hues at equal steps, even in lightness (OKLCh). */

export function isLightTheme(): boolean {
  const { classList } = document.body;
  return classList.contains('vscode-light') || classList.contains('vscode-high-contrast-light');
}

const FIRST_HUE = 250;

/** Hue of the `depth`-th of `count` layers that bend; style sheets make a color of it that suits the theme. */
export function layerHue(depth: number, count: number): number {
  const turn = count > 1 ? (300 * depth) / Math.max(count, 5) : 0;
  return (FIRST_HUE + 360 - turn) % 360;
}

/** The same as a CSS color, for canvases. */
export function layerColor(depth: number, count: number, light: boolean): string {
  const hue = layerHue(depth, count);
  return light ? `oklch(0.5 0.15 ${hue.toFixed(1)})` : `oklch(0.78 0.13 ${hue.toFixed(1)})`;
}
