import type { Layer } from '../../network/network.ts';
import { windowGeometry } from '../../network/window.ts';
import { magnitudeOf, multiply, one, power, product, smaller, type Magnitude } from '../numbers/magnitude.ts';
import { windowsAlong, type Interval } from './windowsAlong.ts';

/**
 * At most this many activation patterns of a max-pooling layer, whatever is before it: the greatest value of a window
 * beats all others in it, and no cycle of values beats itself (the vertices of a Minkowski sum of simplices; Escobar et
 * al. 2022). Exact for one row of windows; of several rows, or columns, the product is a bound. `rectified`: of max
 * pooling before or after a ReLU, counting what the output depends on, where a window may also have no positive value.
 * Null for layers without sliding windows, and for very many of them.
 */
export function poolingPatterns(layer: Layer, rectified: boolean): Magnitude | null {
  const geometry = windowGeometry(layer);
  if (layer.operation.kind !== 'maxPooling' || geometry === null) return null;
  const [rows, columns] = [windowsAlong(geometry, 0), windowsAlong(geometry, 1)];
  if (rows === null || columns === null) return null;
  return power(smaller(lines(rows, columns, rectified), lines(columns, rows, rectified)), geometry.inC);
}

/** The product over all places across of the patterns of the windows along that line. */
function lines(across: readonly Interval[][], along: readonly Interval[][], rectified: boolean): Magnitude {
  const lineByThickness = new Map<number, number>();
  for (const { first, last } of across.flat()) {
    const thickness = last - first + 1;
    lineByThickness.set(thickness, (lineByThickness.get(thickness) ?? 0) + 1);
  }
  let total = one;
  for (const [thickness, times] of lineByThickness) {
    const line = product(along.map((windows) => magnitudeOf(patternsOfLine(windows, thickness, rectified))));
    total = multiply(total, power(line, times));
  }
  return total;
}

/**
 * Patterns of windows that move along a line, `thickness` cells at every place. All that matters is where the greatest
 * value of the last window was: while it is in the next one, only it or a new cell can be the greatest there; once it
 * has left, any cell can. A window without a positive value leaves none for the next one but among the new cells.
 */
function patternsOfLine(windows: readonly Interval[], thickness: number, rectified: boolean): bigint {
  const cells = BigInt(thickness);
  let none = rectified ? 1n : 0n;
  let greatest = new Map<number, bigint>();
  let end = windows[0].last;
  for (let place = windows[0].first; place <= end; place++) greatest.set(place, cells);
  for (const { first, last } of windows.slice(1)) {
    let [staying, left] = [0n, 0n];
    const next = new Map<number, bigint>();
    for (const [place, patterns] of greatest) {
      if (place < first) left += patterns;
      else {
        staying += patterns;
        next.set(place, patterns);
      }
    }
    for (let place = first; place <= last; place++) {
      const from = place > end ? left + staying + none : left;
      next.set(place, (next.get(place) ?? 0n) + cells * from);
    }
    if (rectified) none += left;
    [greatest, end] = [next, Math.max(end, last)];
  }
  return [...greatest.values()].reduce((sum, patterns) => sum + patterns, none);
}
