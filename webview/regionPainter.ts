import type { PanelPicture } from '../src/protocol/panel.ts';
import { binColors, colorBin, type Palette } from './regionColor.ts';

/** A picture sorted for drawing: polygons by colour, lines by layer, each line once. */
export interface PreparedPicture {
  readonly picture: PanelPicture;
  readonly polygons: number;
  /** left, bottom, right, top of each polygon. */
  readonly boxes: Float64Array;
  readonly bins: Uint16Array;
  /** Polygon indices by ascending bin. */
  readonly order: Uint32Array;
  /** Layers that bend here, in order of depth, each with the corners its lines start and end at. */
  readonly layers: readonly { readonly layer: number; readonly from: Uint32Array; readonly to: Uint32Array }[];
}

/** Where the unit square stands on the canvas: `x * scale + left`, `(1 - y) * scale + top`, in canvas pixels. */
export interface Placement {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export function preparePicture(picture: PanelPicture): PreparedPicture {
  const polygons = picture.offsets.length - 1;
  const boxes = polygonBoxes(picture, polygons);
  const typical = medianSize(picture.gradients);
  const bins = new Uint16Array(polygons);
  for (let i = 0; i < polygons; i++)
    bins[i] = colorBin(picture.gradients[2 * i], picture.gradients[2 * i + 1], typical);
  const order = Uint32Array.from({ length: polygons }, (_, i) => i).sort((a, b) => bins[a] - bins[b]);
  return { picture, polygons, boxes, bins, order, layers: linesByLayer(picture, polygons) };
}

function polygonBoxes({ vertices, offsets }: PanelPicture, polygons: number): Float64Array {
  const boxes = new Float64Array(4 * polygons);
  for (let i = 0; i < polygons; i++) {
    let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let k = offsets[i]; k < offsets[i + 1]; k++) {
      left = Math.min(left, vertices[2 * k]);
      right = Math.max(right, vertices[2 * k]);
      bottom = Math.min(bottom, vertices[2 * k + 1]);
      top = Math.max(top, vertices[2 * k + 1]);
    }
    boxes.set([left, bottom, right, top], 4 * i);
  }
  return boxes;
}

function medianSize(gradients: Float64Array): number {
  const sizes = new Float64Array(gradients.length / 2);
  for (let i = 0; i < sizes.length; i++) sizes[i] = Math.hypot(gradients[2 * i], gradients[2 * i + 1]);
  sizes.sort();
  return sizes.length === 0 ? 0 : sizes[sizes.length >> 1];
}

/**
 * Both neighbours of a line hold it, possibly cut at different corners. Going around counter-clockwise, one of them walks
 * it in ascending direction (x, then y): taking those walks draws every line once.
 */
function linesByLayer({ vertices, offsets, edgeLayers }: PanelPicture, polygons: number): PreparedPicture['layers'] {
  const found = new Map<number, { from: number[]; to: number[] }>();
  for (let i = 0; i < polygons; i++) {
    const first = offsets[i];
    const end = offsets[i + 1];
    const turn = signedArea(vertices, first, end) >= 0 ? 1 : -1;
    for (let k = first; k < end; k++) {
      const layer = edgeLayers[k];
      if (layer < 0) continue;
      const next = k + 1 < end ? k + 1 : first;
      const dx = vertices[2 * next] - vertices[2 * k];
      const ascending = dx !== 0 ? dx : vertices[2 * next + 1] - vertices[2 * k + 1];
      if (ascending * turn <= 0) continue;
      const lines = found.get(layer) ?? { from: [], to: [] };
      found.set(layer, lines);
      lines.from.push(k);
      lines.to.push(next);
    }
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([layer, { from, to }]) => ({ layer, from: Uint32Array.from(from), to: Uint32Array.from(to) }));
}

function signedArea(vertices: Float64Array, first: number, end: number): number {
  let area = 0;
  for (let k = first; k < end; k++) {
    const next = k + 1 < end ? k + 1 : first;
    area += vertices[2 * k] * vertices[2 * next + 1] - vertices[2 * next] * vertices[2 * k + 1];
  }
  return area / 2;
}

/** Share of the square that a polygon covers. */
export function polygonArea({ picture }: PreparedPicture, polygon: number): number {
  return Math.abs(signedArea(picture.vertices, picture.offsets[polygon], picture.offsets[polygon + 1]));
}

/** The polygon that holds a point of the square, or -1. */
export function polygonAt({ picture, boxes, polygons }: PreparedPicture, x: number, y: number): number {
  for (let i = 0; i < polygons; i++) {
    if (x < boxes[4 * i] || y < boxes[4 * i + 1] || x > boxes[4 * i + 2] || y > boxes[4 * i + 3]) continue;
    if (insideConvex(picture, i, x, y)) return i;
  }
  return -1;
}

function insideConvex({ vertices, offsets }: PanelPicture, polygon: number, x: number, y: number): boolean {
  let sign = 0;
  for (let k = offsets[polygon]; k < offsets[polygon + 1]; k++) {
    const next = k + 1 < offsets[polygon + 1] ? k + 1 : offsets[polygon];
    const [ax, ay] = [vertices[2 * k], vertices[2 * k + 1]];
    const cross = (vertices[2 * next] - ax) * (y - ay) - (vertices[2 * next + 1] - ay) * (x - ax);
    if (cross === 0) continue;
    if (sign !== 0 && Math.sign(cross) !== sign) return false;
    sign = Math.sign(cross);
  }
  return true;
}

/** Width in pixels and opacity of the lines of the `depth`-th layer that bends: thinner and fainter with depth. */
export function lineStyle(depth: number): { readonly width: number; readonly opacity: number } {
  return { width: Math.max(0.4, 1.4 / (1 + 0.55 * depth)), opacity: Math.max(0.28, 0.9 / (1 + 0.5 * depth)) };
}

const POLYGONS_A_PATH = 300;
const LINES_A_PATH = 4000;
/** Polygons of this many pixels on average have full lines; smaller ones fainter, or the picture would be all lines. */
const FULL_LINES = 14;

/** Draws the picture in small steps: each `yield` is a moment where the work may pause or be given up. */
export function* paintPicture(
  context: CanvasRenderingContext2D,
  prepared: PreparedPicture,
  placement: Placement,
  palette: Palette,
  pixelRatio: number,
): Generator<void, void> {
  const { width, height } = context.canvas;
  const colors = binColors(palette);
  context.clearRect(0, 0, width, height);
  yield* paintPolygons(context, prepared, placement, colors);
  const typicalPixels = placement.scale / Math.sqrt(Math.max(1, prepared.polygons)) / pixelRatio;
  const presence = Math.min(1, Math.max(0.2, typicalPixels / FULL_LINES));
  context.lineCap = 'round';
  // Deep layers first: the lines of the first one lie on top.
  for (let depth = prepared.layers.length - 1; depth >= 0; depth--) {
    const style = lineStyle(depth);
    context.lineWidth = style.width * pixelRatio * (0.5 + 0.5 * presence);
    context.strokeStyle = `rgba(${palette.ink}, ${style.opacity * presence})`;
    yield* paintLines(context, prepared, depth, placement);
  }
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
    if (bins[i] !== bin || inPath >= POLYGONS_A_PATH) {
      if (inPath > 0) context.fill();
      context.beginPath();
      bin = bins[i];
      context.fillStyle = colors[bin];
      if (inPath >= POLYGONS_A_PATH) yield;
      inPath = 0;
    }
    inPath += 1;
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
  { picture: { vertices }, layers }: PreparedPicture,
  depth: number,
  { scale, left, top }: Placement,
): Generator<void, void> {
  const { width, height } = context.canvas;
  const { from, to } = layers[depth];
  context.beginPath();
  for (let e = 0; e < from.length; e++) {
    if (e % LINES_A_PATH === LINES_A_PATH - 1) {
      context.stroke();
      context.beginPath();
      yield;
    }
    const x1 = vertices[2 * from[e]] * scale + left;
    const y1 = (1 - vertices[2 * from[e] + 1]) * scale + top;
    const x2 = vertices[2 * to[e]] * scale + left;
    const y2 = (1 - vertices[2 * to[e] + 1]) * scale + top;
    if (Math.max(x1, x2) < 0 || Math.min(x1, x2) > width || Math.max(y1, y2) < 0 || Math.min(y1, y2) > height) continue;
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
  }
  context.stroke();
  yield;
}
