import { scaleLinear, type ScaleLinear } from 'd3-scale';
import type { PanelLayer } from '../../src/protocol/panel.ts';
import type { PanelLine } from '../../src/protocol/runs.ts';
import { TITLE_ABOVE, TITLE_BELOW } from './axis.ts';

/** A network along a line in numbers: what its plot draws, without any element. */

/** More outputs than this cannot be told apart. */
const MAX_DRAWN = 10;

/** Curves above lanes, one for each layer that bends; all in pixels. */
export interface LineLayout {
  readonly width: number;
  readonly left: number;
  readonly right: number;
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
  readonly lanes: readonly Lane[];
  readonly laneHeight: number;
  readonly height: number;
}

export interface Lane {
  readonly layer: PanelLayer;
  readonly depth: number;
  readonly top: number;
  readonly count: number;
}

/** The lowest place of a curve, and the highest. */
const CURVES = 206 + TITLE_ABOVE;
export const TOP = 6 + TITLE_ABOVE;
const LABELS_LEFT = 46;

/** `all` layers of the network; `width` is that of the drawing. */
export function layOutLine(line: PanelLine, all: readonly PanelLayer[], width: number): LineLayout {
  const counts = breakpointsByLayer(line);
  const bending = all.filter((layer) => layer.neurons > 0);
  const narrow = width < 420;
  const left = narrow ? 34 : LABELS_LEFT;
  const right = width - (narrow ? 84 : 128);
  const laneHeight = bending.length <= 8 ? 18 : Math.max(5, Math.floor(144 / bending.length));
  const top = CURVES + 14;
  const lanes = bending.map((layer, depth): Lane => {
    return { layer, depth, top: top + depth * laneHeight, count: counts.get(layer.index) ?? 0 };
  });
  const height = top + bending.length * laneHeight + 30 + TITLE_BELOW;
  const y = scaleLinear(outputExtent(line), [CURVES, TOP]).nice(4);
  return { width, left, right, x: scaleLinear([0, 1], [left, right]), y, lanes, laneHeight, height };
}

/** The path of one output: every knot, or where they stand closer than pixels, the extremes of each pixel. */
export function outputPath(
  line: PanelLine,
  output: number,
  x: (t: number) => number,
  y: (value: number) => number,
): string {
  const { knots, outputs, outputCount } = line;
  const value = (knot: number): number => outputs[knot * outputCount + output];
  const points: string[] = [];
  const add = (knot: number): void => {
    points.push(`${x(knots[knot]).toFixed(2)},${y(value(knot)).toFixed(2)}`);
  };
  for (let first = 0; first < knots.length;) {
    const pixel = Math.floor(x(knots[first]));
    let end = first;
    let [low, high] = [first, first];
    while (end < knots.length && Math.floor(x(knots[end])) === pixel) {
      if (value(end) < value(low)) low = end;
      if (value(end) > value(high)) high = end;
      end++;
    }
    const kept = end - first > 4 ? [first, Math.min(low, high), Math.max(low, high), end - 1] : range(first, end);
    kept.forEach((knot, i) => (i === 0 || knot !== kept[i - 1]) && add(knot));
    first = end;
  }
  return points.length === 0 ? '' : `M${points.join('L')}`;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

export function drawnOutputs(line: PanelLine): number {
  return Math.min(line.outputCount, MAX_DRAWN);
}

function outputExtent(line: PanelLine): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  const drawn = drawnOutputs(line);
  for (let k = 0; k < line.knots.length; k++) {
    for (let o = 0; o < drawn; o++) {
      const value = line.outputs[k * line.outputCount + o];
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low < high ? [low, high] : [low - 1, low + 1];
}

/** Knots where a layer bends, as a path of ticks `height` long from `top` on. */
export function tickPath(
  line: PanelLine,
  layer: number,
  x: (t: number) => number,
  top: number,
  height: number,
): string {
  let d = '';
  for (let k = 0; k < line.knots.length; k++)
    if (line.layers[k] === layer) d += `M${x(line.knots[k]).toFixed(2)},${top}v${height}`;
  return d;
}

/** Breakpoints of each layer. */
export function breakpointsByLayer({ layers }: PanelLine): Map<number, number> {
  const counts = new Map<number, number>();
  for (const layer of layers) if (layer >= 0) counts.set(layer, (counts.get(layer) ?? 0) + 1);
  return counts;
}

/** The knot nearest to a place on the line. */
export function nearestKnot({ knots }: PanelLine, t: number): number {
  let low = 0;
  let high = knots.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (knots[middle] <= t) low = middle;
    else high = middle;
  }
  return t - knots[low] <= knots[high] - t ? low : high;
}

/** The knot that a key goes to from `current`; null for keys that go nowhere. */
export function knotByKey(key: string, current: number, last: number): number | null {
  const targets: Readonly<Record<string, number>> = {
    ArrowRight: current + 1,
    ArrowLeft: current - 1,
    PageDown: current + 10,
    PageUp: current - 10,
    Home: 0,
    End: last,
  };
  return key in targets ? Math.min(last, Math.max(0, targets[key])) : null;
}

/** The outputs between two knots are linear. */
export function outputsAt({ knots, outputs, outputCount }: PanelLine, t: number): number[] {
  let right = knots.findIndex((knot) => knot >= t);
  right = right <= 0 ? 1 : right;
  const left = right - 1;
  const length = knots[right] - knots[left];
  const share = length > 0 ? (t - knots[left]) / length : 0;
  return Array.from({ length: outputCount }, (_, o) => {
    const from = outputs[left * outputCount + o];
    return from + share * (outputs[right * outputCount + o] - from);
  });
}
