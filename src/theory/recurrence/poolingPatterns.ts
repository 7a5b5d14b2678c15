import type { Layer } from '../../network/network.ts';
import { windowGeometry, type WindowGeometry } from '../../network/window.ts';
import { windowTaps } from '../kacRice/taps.ts';
import { magnitudeOf, multiply, one, power, product, smaller, type Magnitude } from '../numbers/magnitude.ts';

/** Cells `first .. last` along one axis. */
interface Window {
  readonly first: number;
  readonly last: number;
}

/** Windows whose patterns are counted together: integers stay short, and the product of the parts is a bound. */
const MAX_WINDOWS = 256;

/**
 * At most this many activation patterns of a max-pooling layer, whatever is before it: the greatest value of a window
 * beats all others in it, and no cycle of values beats itself (the vertices of a Minkowski sum of simplices; Escobar et
 * al. 2022). Exact for one row of windows; of several rows, or columns, the product is a bound. `rectified`: of max
 * pooling before or after a ReLU, counting what the output depends on, where a window may also have no positive value.
 * Null for layers without sliding windows.
 */
export function poolingPatterns(layer: Layer, rectified: boolean): Magnitude | null {
  const geometry = windowGeometry(layer);
  if (layer.operation.kind !== 'maxPooling' || geometry === null) return null;
  const [rows, columns] = [windowsAlong(geometry, 0), windowsAlong(geometry, 1)];
  return power(smaller(lines(rows, columns, rectified), lines(columns, rows, rectified)), geometry.inC);
}

/** Lists of windows that have cells in common with none of another list. */
function windowsAlong(geometry: WindowGeometry, axis: 0 | 1): Window[][] {
  const { extent, size, source } = windowTaps(geometry, axis);
  const dilation = geometry.dilation[axis];
  const byResidue = new Map<number, Window[]>();
  for (let place = 0; place < extent; place++) {
    const cells = [...source.subarray(place * size, (place + 1) * size)].filter((cell) => cell >= 0);
    if (cells.length === 0) continue;
    const windows = byResidue.get(cells[0] % dilation) ?? [];
    byResidue.set(cells[0] % dilation, windows);
    windows.push({ first: Math.floor(cells[0] / dilation), last: Math.floor(cells[cells.length - 1] / dilation) });
  }
  return [...byResidue.values()].flatMap((windows) =>
    Array.from({ length: Math.ceil(windows.length / MAX_WINDOWS) }, (_, part) =>
      windows.slice(part * MAX_WINDOWS, (part + 1) * MAX_WINDOWS),
    ),
  );
}

/** The product over all places across of the patterns of the windows along that line. */
function lines(across: readonly Window[][], along: readonly Window[][], rectified: boolean): Magnitude {
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
function patternsOfLine(windows: readonly Window[], thickness: number, rectified: boolean): bigint {
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
