/** The matrices of affine layers, sparse, tensors flattened row-major with channels last. */
import { bilinearCells } from '../../network/resampling.ts';
import { sizeOf, type Shape } from '../../network/shape.ts';
import type { WindowGeometry } from '../../network/window.ts';
import type { SparseMatrix } from './program.ts';
import { RowBuilder } from './rowBuilder.ts';

type Extents = readonly [number, number, number];

/** Kernel `[in, out]`. */
export function dense(kernel: Float64Array, inputs: number, units: number): SparseMatrix {
  return maxoutArguments(kernel, 1, inputs, units);
}

/** Kernel `[rank, in, out]`; row `k * units + u` is argument `k` of unit `u`. */
export function maxoutArguments(kernel: Float64Array, rank: number, inputs: number, units: number): SparseMatrix {
  const builder = new RowBuilder();
  for (let k = 0; k < rank; k++) {
    for (let u = 0; u < units; u++) {
      for (let i = 0; i < inputs; i++) builder.entry(i, kernel[(k * inputs + i) * units + u]);
      builder.endRow();
    }
  }
  return builder.matrix(inputs);
}

export function diagonal(scale: Float64Array): SparseMatrix {
  const builder = new RowBuilder();
  scale.forEach((value, i) => {
    builder.entry(i, value);
    builder.endRow();
  });
  return builder.matrix(scale.length);
}

export function selection(indices: Iterable<number>, columns: number): SparseMatrix {
  const builder = new RowBuilder();
  for (const index of indices) {
    if (index >= 0) builder.entry(index, 1);
    builder.endRow();
  }
  return builder.matrix(columns);
}

/** Greater divisors are not kept apart: numbers so much greater than the network's would cost accuracy elsewhere. */
export const MAX_DIVISOR = 2 ** 24;

/** A matrix to be divided by an odd number, with entries that are exact, up to `MAX_DIVISOR`. */
export interface DividedMatrix {
  readonly matrix: SparseMatrix;
  readonly divisor: number;
}

/** Each entry times the factor. */
export function times(matrix: SparseMatrix, factor: number): SparseMatrix {
  return factor === 1 ? matrix : { ...matrix, value: matrix.value.map((value) => value * factor) };
}

/** Row `g` is the mean of `groups[g]`, exactly unless they have many different sizes. */
export function means(groups: readonly (readonly number[])[], columns: number): DividedMatrix {
  let divisor = 1;
  for (const size of new Set(groups.map(({ length }) => oddPart(length)))) {
    divisor = leastCommonMultiple(divisor, size);
    if (divisor > MAX_DIVISOR) break;
  }
  if (divisor > MAX_DIVISOR) divisor = 1;
  const builder = new RowBuilder();
  for (const group of groups) {
    for (const index of group) builder.entry(index, divisor / group.length);
    builder.endRow();
  }
  return { matrix: builder.matrix(columns), divisor };
}

/** The least common multiple of two positive whole numbers. */
export function leastCommonMultiple(a: number, b: number): number {
  let [greater, less] = [a, b];
  while (less > 0) [greater, less] = [less, greater % less];
  return (a / greater) * b;
}

/** The greatest odd divisor; 1 for 0. */
export function oddPart(n: number): number {
  if (n === 0) return 1;
  let odd = n;
  while (odd % 2 === 0) odd /= 2;
  return odd;
}

/** Positions of the same channel over the whole plane. */
export function channelGroups([height, width, channels]: Extents): number[][] {
  return Array.from({ length: channels }, (_, c) => Array.from({ length: height * width }, (_, p) => p * channels + c));
}

/**
 * Calls `visit(tap, position)` for each cell of the input that the window at output (`row`, `column`) covers; padding
 * is left out.
 */
function overWindow(
  w: WindowGeometry,
  row: number,
  column: number,
  visit: (tap: number, position: number) => void,
): void {
  for (let a = 0; a < w.kernel[0]; a++) {
    const y = row * w.strides[0] - w.padTop + a * w.dilation[0];
    if (y < 0 || y >= w.inH) continue;
    for (let b = 0; b < w.kernel[1]; b++) {
      const x = column * w.strides[1] - w.padLeft + b * w.dilation[1];
      if (x >= 0 && x < w.inW) visit(a * w.kernel[1] + b, y * w.inW + x);
    }
  }
}

/** Source cells of each pooling window, channel by channel. */
export function windowGroups(w: WindowGeometry): number[][] {
  const groups: number[][] = [];
  for (let row = 0; row < w.outH; row++) {
    for (let column = 0; column < w.outW; column++) {
      for (let c = 0; c < w.inC; c++) {
        const group: number[] = [];
        overWindow(w, row, column, (_, position) => group.push(position * w.inC + c));
        groups.push(group);
      }
    }
  }
  return groups;
}

/** The arguments of tropical units: each is a cell of the input plus an entry of the kernel. */
export interface TropicalArguments {
  readonly cells: readonly number[];
  readonly entries: readonly number[];
  /** Unit by unit, which arguments it compares. */
  readonly groups: readonly (readonly number[])[];
}

/**
 * Kernel `[kh, kw, in, out]`. Units by position, filter and, where every channel has its own (`byChannel`), channel.
 */
export function tropicalArguments(w: WindowGeometry, byChannel: boolean): TropicalArguments {
  const [cells, entries]: number[][] = [[], []];
  const groups: number[][] = [];
  const depth = byChannel ? 1 : w.inC;
  for (let row = 0; row < w.outH; row++) {
    for (let column = 0; column < w.outW; column++) {
      for (let f = 0; f < w.outC; f++) {
        for (let first = 0; first < w.inC; first += depth) {
          const group: number[] = [];
          overWindow(w, row, column, (tap, position) => {
            for (let c = first; c < first + depth; c++) {
              group.push(cells.length);
              cells.push(position * w.inC + c);
              entries.push((tap * w.inC + c) * w.outC + f);
            }
          });
          groups.push(group);
        }
      }
    }
  }
  return { cells, entries, groups };
}

/** Row `r` is the sum of `each` numbers in a row, times a factor. */
export function sums(columns: number, each: number, factor: number): SparseMatrix {
  const builder = new RowBuilder();
  for (let column = 0; column < columns; column++) {
    builder.entry(column, factor);
    if (column % each === each - 1) builder.endRow();
  }
  return builder.matrix(columns);
}

/** Kernel `[kh, kw, in / groups, out]`. */
export function convolution(w: WindowGeometry, kernel: Float64Array): SparseMatrix {
  const depth = w.inC / w.groups;
  return windowRows(w, w.outC, (builder, f, tap, position) => {
    const first = position * w.inC + Math.floor((f * w.groups) / w.outC) * depth;
    for (let c = 0; c < depth; c++) builder.entry(first + c, kernel[(tap * depth + c) * w.outC + f]);
  });
}

/**
 * A row for each output cell, channel by channel, whose entries `fill` adds for each tap of its window that is in the
 * input. A window that holds the taps of one before has that one's rows, moved.
 */
function windowRows(
  w: WindowGeometry,
  channels: number,
  fill: (builder: RowBuilder, channel: number, tap: number, position: number) => void,
): SparseMatrix {
  const builder = new RowBuilder();
  const known = new Map<number, { readonly row: number; readonly position: number }>();
  for (let p = 0; p < w.outH * w.outW; p++) {
    const cells: { readonly tap: number; readonly position: number }[] = [];
    overWindow(w, Math.floor(p / w.outW), p % w.outW, (tap, position) => cells.push({ tap, position }));
    const position = cells[0]?.position ?? 0;
    // Taps in the input are those of consecutive rows and columns, which the first and the last determine.
    const taps = cells.length === 0 ? -1 : cells[0].tap * w.kernel[0] * w.kernel[1] + cells[cells.length - 1].tap;
    const like = known.get(taps);
    if (!like) known.set(taps, { row: builder.rows, position });
    for (let c = 0; c < channels; c++) {
      if (like) {
        builder.repeat(like.row + c, (position - like.position) * w.inC);
        continue;
      }
      for (const { tap, position } of cells) fill(builder, c, tap, position);
      builder.endRow();
    }
  }
  return builder.matrix(w.inH * w.inW * w.inC);
}

/** Kernel `[kh, kw, in, multiplier]`; output channel `c * multiplier + m`. */
export function depthwise(w: WindowGeometry, kernel: Float64Array, multiplier: number): SparseMatrix {
  return windowRows(w, w.inC * multiplier, (builder, f, tap, position) =>
    builder.entry(position * w.inC + Math.floor(f / multiplier), kernel[tap * w.inC * multiplier + f]),
  );
}

/** Kernel `[1, 1, in, out]` at each position. */
export function pointwise(positions: number, kernel: Float64Array, filters: number): SparseMatrix {
  const depth = kernel.length / filters;
  const builder = new RowBuilder();
  for (let p = 0; p < positions; p++) {
    for (let f = 0; f < filters; f++) {
      for (let c = 0; c < depth; c++) builder.entry(p * depth + c, kernel[c * filters + f]);
      builder.endRow();
    }
  }
  return builder.matrix(positions * depth);
}

/** Kernel `[positions, kh * kw * in, out]`. */
export function locallyConnected(w: WindowGeometry, kernel: Float64Array): SparseMatrix {
  const builder = new RowBuilder();
  const patch = w.kernel[0] * w.kernel[1] * w.inC;
  for (let p = 0; p < w.outH * w.outW; p++) {
    for (let f = 0; f < w.outC; f++) {
      overWindow(w, Math.floor(p / w.outW), p % w.outW, (tap, position) => {
        for (let c = 0; c < w.inC; c++) {
          builder.entry(position * w.inC + c, kernel[(p * patch + tap * w.inC + c) * w.outC + f]);
        }
      });
      builder.endRow();
    }
  }
  return builder.matrix(w.inH * w.inW * w.inC);
}

/** Kernel `[kh, kw, out / groups, in]`: each input cell is spread over the output by the kernel. */
export function transposedConvolution(w: WindowGeometry, kernel: Float64Array): SparseMatrix {
  const entries: [number, number][][] = Array.from({ length: w.outH * w.outW * w.outC }, () => []);
  const [depth, filters] = [w.inC / w.groups, w.outC / w.groups];
  for (let p = 0; p < w.inH * w.inW; p++) {
    for (let tap = 0; tap < w.kernel[0] * w.kernel[1]; tap++) {
      const y = Math.floor(p / w.inW) * w.strides[0] - w.padTop + Math.floor(tap / w.kernel[1]) * w.dilation[0];
      const x = (p % w.inW) * w.strides[1] - w.padLeft + (tap % w.kernel[1]) * w.dilation[1];
      if (y < 0 || y >= w.outH || x < 0 || x >= w.outW) continue;
      for (let f = 0; f < w.outC; f++) {
        const row = entries[(y * w.outW + x) * w.outC + f];
        const first = Math.floor(f / filters) * depth;
        const from = (tap * filters + (f % filters)) * w.inC;
        for (let c = first; c < first + depth; c++) row.push([p * w.inC + c, kernel[from + c]]);
      }
    }
  }
  const builder = new RowBuilder();
  for (const row of entries) {
    for (const [column, value] of row) builder.entry(column, value);
    builder.endRow();
  }
  return builder.matrix(w.inH * w.inW * w.inC);
}

/** `A X` for nodes x features: every feature is summed over the neighbors of each node. */
export function overNeighbors(adjacency: readonly (readonly number[])[], features: number): SparseMatrix {
  const builder = new RowBuilder();
  for (const neighbors of adjacency) {
    for (let f = 0; f < features; f++) {
      neighbors.forEach((weight, j) => builder.entry(j * features + f, weight));
      builder.endRow();
    }
  }
  return builder.matrix(adjacency.length * features);
}

/** One matrix a tensor, whose sum is the concatenation along `axis`. */
export function concatenation(shapes: readonly Shape[], axis: number): SparseMatrix[] {
  const along = axis < 0 ? shapes[0].length + axis : axis;
  const outer = sizeOf(shapes[0].slice(0, along));
  const chunks = shapes.map((shape) => sizeOf(shape.slice(along)));
  return shapes.map((shape, k) => {
    const builder = new RowBuilder();
    for (let o = 0; o < outer; o++) {
      chunks.forEach((chunk, other) => {
        for (let i = 0; i < chunk; i++) {
          if (other === k) builder.entry(o * chunk + i, 1);
          builder.endRow();
        }
      });
    }
    return builder.matrix(sizeOf(shape));
  });
}

export function zeroPadding(
  [height, width, channels]: Extents,
  [[top, bottom], [left, right]]: readonly [readonly [number, number], readonly [number, number]],
): SparseMatrix {
  const indices: number[] = [];
  for (let y = -top; y < height + bottom; y++) {
    for (let x = -left; x < width + right; x++) {
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      for (let c = 0; c < channels; c++) indices.push(inside ? (y * width + x) * channels + c : -1);
    }
  }
  return selection(indices, height * width * channels);
}

/** Nearest, or bilinear. */
export function upSampling(
  [height, width, channels]: Extents,
  [down, across]: readonly [number, number],
  bilinear: boolean,
): DividedMatrix {
  const resampled = bilinear ? interpolated : nearest;
  const builder = new RowBuilder();
  for (let y = 0; y < height * down; y++) {
    for (let x = 0; x < width * across; x++) {
      for (let c = 0; c < channels; c++) {
        for (const [row, p] of resampled(y, down, height)) {
          for (const [column, q] of resampled(x, across, width)) {
            builder.entry((row * width + column) * channels + c, p * q);
          }
        }
        builder.endRow();
      }
    }
  }
  const divisor = bilinear ? oddPart(down) * oddPart(across) : 1;
  return { matrix: builder.matrix(height * width * channels), divisor };
}

/** The source cell of one output cell along one axis, and its share. */
function nearest(at: number, factor: number): [number, number][] {
  return [[Math.floor(at / factor), 1]];
}

/** Source cells and their shares, times the odd part of the factor, for one output cell along one axis. */
function interpolated(at: number, factor: number, extent: number): [number, number][] {
  const { low, share, parts } = bilinearCells(at, factor, extent);
  const odd = oddPart(factor);
  if (share === 0) return [[low, odd]];
  return [
    [low, (parts - share) * (odd / parts)],
    [low + 1, share * (odd / parts)],
  ];
}

/** Values of a tensor whose extents are the shape's or 1, repeated along the axes of extent 1. */
export function broadcast({ shape: from, data }: { shape: Shape; data: Float64Array }, shape: Shape): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, (_, flat) => {
    let rest = flat;
    let index = 0;
    let step = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const at = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
      if (from[axis] !== 1) index += at * step;
      step *= from[axis];
    }
    return data[index];
  });
}
