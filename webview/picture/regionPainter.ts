import { layerColor } from './layerColor.ts';
import type { PreparedPicture } from './preparedPicture.ts';
import { binColors, type Coloring, type Palette } from './regionColor.ts';

/** Where the picture's window stands on the canvas: `x * scale + left`, `(1 - y) * scale + top`, in canvas pixels. */
export interface Placement {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export interface Style {
  readonly palette: Palette;
  readonly coloring: Coloring;
  readonly pixelRatio: number;
  /** Of the blank regions where only lines are colored. */
  readonly paper: string;
}

/** Width in pixels and opacity of the lines of the `depth`-th layer that bends: thinner and fainter with depth. */
export function lineStyle(depth: number): { readonly width: number; readonly opacity: number } {
  return { width: Math.max(0.4, 1.4 / (1 + 0.55 * depth)), opacity: Math.max(0.28, 0.9 / (1 + 0.5 * depth)) };
}

const POLYGONS_PER_PATH = 300;
const LINES_PER_PATH = 4000;
/** Polygons of this many pixels on average have full lines; smaller ones fainter, or the picture would be all lines. */
const FULL_LINES = 14;
/**
 * This many lines of one layer are drawn at once; where more are in sight, they lie on one another: an even choice of
 * them.
 */
const MAX_LINES = 120_000;

/**
 * Draws the picture in small steps: each `yield` is a moment where the work may pause or be given up. Returns n where
 * of the densest layer only one line in n is drawn.
 */
export function* paintPicture(
  context: CanvasRenderingContext2D,
  prepared: PreparedPicture,
  placement: Placement,
  style: Style,
): Generator<void, number> {
  const { width, height } = context.canvas;
  const { palette, coloring, pixelRatio } = style;
  context.clearRect(0, 0, width, height);
  if (coloring === 'layers') {
    context.fillStyle = style.paper;
    context.fillRect(0, 0, width, height);
  } else yield* paintPolygons(context, prepared, placement, binColors(palette));
  const typicalPixels = placement.scale / Math.sqrt(Math.max(1, prepared.polygons)) / pixelRatio;
  const presence = Math.min(1, Math.max(0.2, typicalPixels / FULL_LINES));
  context.lineCap = 'round';
  // Deep layers first: the lines of the first one lie on top.
  const { layers } = prepared;
  let thinning = 1;
  for (let depth = layers.length - 1; depth >= 0; depth--) {
    const line = lineStyle(depth);
    context.lineWidth = line.width * pixelRatio * (0.5 + 0.5 * presence);
    const inked = `rgba(${palette.ink}, ${line.opacity * presence})`;
    context.strokeStyle = coloring === 'layers' ? layerColor(depth, layers.length, palette.light) : inked;
    thinning = Math.max(thinning, yield* paintLines(context, prepared, depth, placement));
  }
  return thinning;
}

function* paintPolygons(
  context: CanvasRenderingContext2D,
  prepared: PreparedPicture,
  { scale, left, top }: Placement,
  colors: readonly string[],
): Generator<void, void> {
  const { order, bins, boxes, picture } = prepared;
  const { width, height } = context.canvas;
  let inPath = 0;
  let bin = -1;
  context.beginPath();
  for (const i of order) {
    const boxLeft = boxes[4 * i] * scale + left;
    const boxRight = boxes[4 * i + 2] * scale + left;
    const boxTop = (1 - boxes[4 * i + 3]) * scale + top;
    const boxBottom = (1 - boxes[4 * i + 1]) * scale + top;
    if (boxRight < 0 || boxLeft > width || boxBottom < 0 || boxTop > height) continue;
    if (bins[i] !== bin || inPath >= POLYGONS_PER_PATH) {
      if (inPath > 0) context.fill();
      context.beginPath();
      bin = bins[i];
      context.fillStyle = colors[bin];
      if (inPath >= POLYGONS_PER_PATH) yield;
      inPath = 0;
    }
    inPath += 1;
    // Too small to have a form.
    if (boxRight - boxLeft < 1 && boxBottom - boxTop < 1) {
      context.rect(boxLeft, boxTop, 1, 1);
      continue;
    }
    for (let k = picture.offsets[i]; k < picture.offsets[i + 1]; k++) {
      const x = picture.vertices[2 * k] * scale + left;
      const y = (1 - picture.vertices[2 * k + 1]) * scale + top;
      if (k === picture.offsets[i]) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.closePath();
  }
  if (inPath > 0) context.fill();
  yield;
}

function* paintLines(
  context: CanvasRenderingContext2D,
  prepared: PreparedPicture,
  depth: number,
  placement: Placement,
): Generator<void, number> {
  const { scale, left, top } = placement;
  const { vertices } = prepared.picture;
  const { from, to } = prepared.layers[depth];
  const inSight = linesInSight(prepared, depth, placement, context.canvas);
  const stride = Math.max(1, Math.ceil(inSight.length / MAX_LINES));
  let inPath = 0;
  context.beginPath();
  for (let i = 0; i < inSight.length; i += stride) {
    const e = inSight[i];
    context.moveTo(vertices[2 * from[e]] * scale + left, (1 - vertices[2 * from[e] + 1]) * scale + top);
    context.lineTo(vertices[2 * to[e]] * scale + left, (1 - vertices[2 * to[e] + 1]) * scale + top);
    if (++inPath < LINES_PER_PATH) continue;
    context.stroke();
    context.beginPath();
    inPath = 0;
    yield;
  }
  context.stroke();
  yield;
  return stride;
}

/** Lines of a layer whose boxes touch the canvas. */
function linesInSight(
  { picture: { vertices }, layers }: PreparedPicture,
  depth: number,
  { scale, left, top }: Placement,
  { width, height }: HTMLCanvasElement,
): Uint32Array {
  const { from, to } = layers[depth];
  const [least, most] = [-left / scale, (width - left) / scale];
  const [lowest, highest] = [1 - (height - top) / scale, 1 + top / scale];
  const found = new Uint32Array(from.length);
  let count = 0;
  for (let e = 0; e < from.length; e++) {
    const x1 = vertices[2 * from[e]];
    const x2 = vertices[2 * to[e]];
    if ((x1 < least && x2 < least) || (x1 > most && x2 > most)) continue;
    const y1 = vertices[2 * from[e] + 1];
    const y2 = vertices[2 * to[e] + 1];
    if ((y1 < lowest && y2 < lowest) || (y1 > highest && y2 > highest)) continue;
    found[count++] = e;
  }
  return found.subarray(0, count);
}
