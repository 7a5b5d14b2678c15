import type { WindowGeometry } from '../../network/window.ts';

/** Cells `first .. last` along one axis. */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

/** Windows whose patterns are counted together: integers stay short, and the product of the parts is a bound. */
const MAX_WINDOWS = 256;

/** Cells of all windows along one axis together, beyond which nothing is counted. */
const MAX_CELLS = 50_000;

/** Lists of windows that have cells in common with none of another list; null where they are too many. */
export function windowsAlong(geometry: WindowGeometry, axis: 0 | 1): Interval[][] | null {
  const [input, output, before] =
    axis === 0 ? [geometry.inH, geometry.outH, geometry.padTop] : [geometry.inW, geometry.outW, geometry.padLeft];
  const [size, stride, dilation] = [geometry.kernel[axis], geometry.strides[axis], geometry.dilation[axis]];
  if (output * Math.min(size, Math.ceil(input / dilation)) > MAX_CELLS) return null;
  const byResidue = new Map<number, Interval[]>();
  for (let place = 0; place < output; place++) {
    const start = place * stride - before;
    const first = start + dilation * Math.max(0, Math.ceil(-start / dilation));
    const last = start + dilation * Math.min(size - 1, Math.floor((input - 1 - start) / dilation));
    if (first > last) continue;
    const windows = byResidue.get(first % dilation) ?? [];
    byResidue.set(first % dilation, windows);
    windows.push({ first: Math.floor(first / dilation), last: Math.floor(last / dilation) });
  }
  return [...byResidue.values()].flatMap((windows) =>
    Array.from({ length: Math.ceil(windows.length / MAX_WINDOWS) }, (_, part) =>
      windows.slice(part * MAX_WINDOWS, (part + 1) * MAX_WINDOWS),
    ),
  );
}
