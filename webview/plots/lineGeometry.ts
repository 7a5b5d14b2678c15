import type { PanelLine } from '../../src/protocol/runs.ts';

/** A network along a line in numbers: what its plot draws, without any element. */

/** More outputs than this cannot be told apart. */
const MAX_DRAWN = 10;

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

export function outputExtent(line: PanelLine): [number, number] {
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
