import type { PanelPicture } from '../../src/protocol/runs.ts';
import { BINS, colorBin, scatteredBin, type Coloring } from './regionColor.ts';

/** A picture sorted for drawing: polygons by color, lines by layer, each line once. */
export interface PreparedPicture {
  readonly picture: PanelPicture;
  readonly polygons: number;
  /** left, bottom, right, top of each polygon. */
  readonly boxes: Float32Array;
  readonly bins: Uint16Array;
  /** Polygon indices by ascending bin. */
  readonly order: Uint32Array;
  /** Layers that bend here, in order of depth, each with the corners its lines start and end at. */
  readonly layers: readonly PreparedLines[];
}

export interface PreparedLines {
  readonly layer: number;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

/** Polygons between two moments where the work may pause. */
const POLYGONS_PER_STEP = 20_000;
const MAX_SAMPLED = 20_000;

/** Sorts a picture in small steps: each `yield` is a moment where the work may pause or be given up. */
export function* preparePicture(picture: PanelPicture, coloring: Coloring): Generator<void, PreparedPicture> {
  const polygons = picture.offsets.length - 1;
  const boxes = new Float32Array(4 * polygons);
  const bins = new Uint16Array(polygons);
  const counts = new Uint32Array(BINS + 1);
  const typical = medianSize(picture.gradients);
  for (let i = 0; i < polygons; i++) {
    if (i % POLYGONS_PER_STEP === POLYGONS_PER_STEP - 1) yield;
    putBox(picture, i, boxes);
    const gx = picture.gradients[2 * i];
    const gy = picture.gradients[2 * i + 1];
    bins[i] = coloring === 'regions' ? scatteredBin(gx, gy) : coloring === 'gradient' ? colorBin(gx, gy, typical) : 0;
    counts[bins[i] + 1]++;
  }
  for (let bin = 0; bin < BINS; bin++) counts[bin + 1] += counts[bin];
  const order = new Uint32Array(polygons);
  for (let i = 0; i < polygons; i++) order[counts[bins[i]]++] = i;
  yield;
  const layers = yield* linesByLayer(picture, polygons);
  return { picture, polygons, boxes, bins, order, layers };
}

function putBox({ vertices, offsets }: PanelPicture, polygon: number, boxes: Float32Array): void {
  let left = Infinity;
  let bottom = Infinity;
  let right = -Infinity;
  let top = -Infinity;
  for (let k = offsets[polygon]; k < offsets[polygon + 1]; k++) {
    const x = vertices[2 * k];
    const y = vertices[2 * k + 1];
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < bottom) bottom = y;
    if (y > top) top = y;
  }
  boxes[4 * polygon] = left;
  boxes[4 * polygon + 1] = bottom;
  boxes[4 * polygon + 2] = right;
  boxes[4 * polygon + 3] = top;
}

/** Of some of them where there are many. */
function medianSize(gradients: Float32Array): number {
  const polygons = gradients.length / 2;
  const stride = Math.max(1, Math.ceil(polygons / MAX_SAMPLED));
  const sizes = new Float32Array(Math.ceil(polygons / stride));
  for (let i = 0, at = 0; i < polygons; i += stride) sizes[at++] = Math.hypot(gradients[2 * i], gradients[2 * i + 1]);
  sizes.sort();
  return sizes.length === 0 ? 0 : sizes[sizes.length >> 1];
}

/**
 * Both neighbors of a line hold it, possibly cut at different corners. Going around counter-clockwise, one of them
 * walks it in ascending direction (x, then y): taking those walks draws every line once.
 */
function* linesByLayer(picture: PanelPicture, polygons: number): Generator<void, PreparedLines[]> {
  const { vertices, offsets, edgeLayers } = picture;
  const sizes = new Map<number, number>();
  for (const layer of edgeLayers) if (layer >= 0) sizes.set(layer, (sizes.get(layer) ?? 0) + 1);
  yield;
  const found = new Map(
    [...sizes].map(([layer, size]) => [layer, { from: new Uint32Array(size), to: new Uint32Array(size), count: 0 }]),
  );
  for (let i = 0; i < polygons; i++) {
    if (i % POLYGONS_PER_STEP === POLYGONS_PER_STEP - 1) yield;
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
      const lines = found.get(layer)!;
      lines.from[lines.count] = k;
      lines.to[lines.count++] = next;
    }
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([layer, { from, to, count }]) => ({ layer, from: from.subarray(0, count), to: to.subarray(0, count) }));
}

function signedArea(vertices: Float32Array, first: number, end: number): number {
  let area = 0;
  for (let k = first; k < end; k++) {
    const next = k + 1 < end ? k + 1 : first;
    area += vertices[2 * k] * vertices[2 * next + 1] - vertices[2 * next] * vertices[2 * k + 1];
  }
  return area / 2;
}

/** Share of the picture's window that a polygon covers. */
export function polygonArea({ picture }: PreparedPicture, polygon: number): number {
  return Math.abs(signedArea(picture.vertices, picture.offsets[polygon], picture.offsets[polygon + 1]));
}

/** The polygon that holds a point of the window, or -1. */
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
