import type { WindowGeometry } from '../../../network/window.ts';
import type { Cells } from './cells.ts';
import type { Identities } from './identities.ts';

/** What each output place along one axis reads: `source[place * size + k]` is an input place, or -1 for a zero. */
export interface Taps {
  readonly extent: number;
  readonly size: number;
  readonly source: Int32Array;
}

export function tapsOf(extent: number, size: number, source: (place: number, k: number) => number): Taps {
  const table = new Int32Array(extent * size);
  for (let i = 0; i < table.length; i++) table[i] = source(Math.floor(i / size), i % size);
  return { extent, size, source: table };
}

/** The taps of a sliding window along the rows (0) or the columns (1). */
export function windowTaps(geometry: WindowGeometry, axis: 0 | 1): Taps {
  const [input, output, before] =
    axis === 0 ? [geometry.inH, geometry.outH, geometry.padTop] : [geometry.inW, geometry.outW, geometry.padLeft];
  const [size, stride, dilation] = [geometry.kernel[axis], geometry.strides[axis], geometry.dilation[axis]];
  return tapsOf(output, size, (place, k) => {
    const reached = geometry.transposed
      ? (place + before - k * dilation) / stride
      : place * stride - before + k * dilation;
    return Number.isInteger(reached) && reached >= 0 && reached < input ? reached : -1;
  });
}

/** Sums over the taps of every place along the rows (0) or the columns (1). */
export function gather(cells: Cells, axis: 0 | 1, taps: Taps, identities: Identities): Cells {
  const extent = axis === 0 ? cells.height : cells.width;
  const isCopy = taps.size === 1 && taps.extent === extent && taps.source.every((place, i) => place === i);
  if (isCopy) return cells;
  const inner = cells.groups.length * (axis === 0 ? cells.width : 1);
  const isOnto = new Set(taps.source).size === taps.source.length && !taps.source.includes(-1);
  return {
    ...cells,
    height: axis === 0 ? taps.extent : cells.height,
    width: axis === 0 ? cells.width : taps.extent,
    values: gatherValues(cells.values, extent, inner, taps),
    ids: gatherIds(cells, extent, inner, taps, identities),
    distinct: cells.distinct && (taps.size > 1 || isOnto),
  };
}

function gatherValues(values: Float64Array, extent: number, inner: number, taps: Taps): Float64Array {
  const outer = values.length / (extent * inner);
  const sums = new Float64Array(outer * taps.extent * inner);
  for (let o = 0; o < outer; o++) {
    for (let place = 0, tap = 0; place < taps.extent; place++) {
      const to = (o * taps.extent + place) * inner;
      for (const last = tap + taps.size; tap < last; tap++) {
        if (taps.source[tap] < 0) continue;
        const from = (o * extent + taps.source[tap]) * inner;
        for (let k = 0; k < inner; k++) sums[to + k] += values[from + k];
      }
    }
  }
  return sums;
}

function gatherIds(cells: Cells, extent: number, inner: number, taps: Taps, identities: Identities): Int32Array {
  const outer = cells.ids.length / (extent * inner);
  const length = outer * taps.extent * inner;
  if (cells.distinct && taps.size > 1) return identities.fresh(length);
  const ids = new Int32Array(length);
  const pairs = identities.pairs();
  for (let o = 0; o < outer; o++) {
    for (let place = 0, tap = 0; place < taps.extent; place++) {
      const to = (o * taps.extent + place) * inner;
      for (let step = 0; step < taps.size; step++, tap++) {
        const from = (o * extent + taps.source[tap]) * inner;
        for (let k = 0; k < inner; k++) {
          const id = taps.source[tap] < 0 ? 0 : cells.ids[from + k];
          ids[to + k] = step === 0 ? id : pairs.id(ids[to + k], id);
        }
      }
    }
  }
  return ids;
}

/** The input position of each tap of the window at each output position, or -1. */
export function positionsOfTaps(geometry: WindowGeometry): Int32Array {
  const [rows, columns] = [windowTaps(geometry, 0), windowTaps(geometry, 1)];
  const { outH, outW, inW } = geometry;
  const taps = new Int32Array(outH * outW * rows.size * columns.size);
  let to = 0;
  for (let y = 0; y < outH; y++) {
    for (let x = 0; x < outW; x++) {
      for (let i = 0; i < rows.size; i++) {
        const row = rows.source[y * rows.size + i];
        for (let j = 0; j < columns.size; j++) {
          const column = columns.source[x * columns.size + j];
          taps[to++] = row < 0 || column < 0 ? -1 : row * inW + column;
        }
      }
    }
  }
  return taps;
}
