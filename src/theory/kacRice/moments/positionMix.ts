import type { Layer } from '../../../network/network.ts';
import { bilinearCells } from '../../../network/resampling.ts';
import { windowGeometry } from '../../../network/window.ts';
import { rowsAndColumns, type Cells } from './cells.ts';
import type { Identities } from './identities.ts';
import { windowTaps, type Taps } from './taps.ts';

/** A position of the input and its factor. */
type Share = readonly [position: number, factor: number];

/** A linear map of positions that is the same for all channels. */
export interface PositionMix {
  readonly height: number;
  readonly width: number;
  /** What each output position sums. */
  readonly shares: readonly (readonly Share[])[];
}

/**
 * How a layer sums positions of its input before any weights: average pooling, bilinear resizing, neighbors in a graph.
 */
export function positionMix(layer: Layer): PositionMix | null {
  const { operation, inputShapes, outputShape } = layer;
  const [inH, inW] = rowsAndColumns(inputShapes[0]);
  if (operation.kind === 'averagePooling') {
    const geometry = windowGeometry(layer);
    return geometry && averages(windowTaps(geometry, 0), windowTaps(geometry, 1), geometry.inW);
  }
  if (operation.kind === 'globalAveragePooling') {
    const size = inH * inW;
    return { height: 1, width: 1, shares: [Array.from({ length: size }, (_, p): Share => [p, 1 / size])] };
  }
  if (operation.kind === 'upSampling' && operation.bilinear) {
    const [height, width] = rowsAndColumns(outputShape);
    const along = (extent: number, from: number, factor: number) =>
      Array.from({ length: extent }, (_, at) => interpolated(at, factor, from));
    const [down, across] = operation.factors;
    return products(along(height, inH, down), along(width, inW, across), inW);
  }
  if (operation.kind === 'graphConvolution') {
    const shares = operation.adjacency.map((row) =>
      row.map((factor, node): Share => [node, factor]).filter(([, factor]) => factor !== 0),
    );
    return { height: 1, width: shares.length, shares };
  }
  return null;
}

/** How many positions of its input all positions of a layer sum together; 0 for a layer that sums none. */
export function summedPositions({ operation, inputShapes, outputShape }: Layer): number {
  const [from, to] = [inputShapes[0], outputShape].map((shape) => {
    const [height, width] = rowsAndColumns(shape);
    return height * width;
  });
  if (operation.kind === 'averagePooling') {
    const [rows, columns] = operation.window.kernel;
    return to * Math.min(rows * columns, from);
  }
  if (operation.kind === 'globalAveragePooling') return from;
  if (operation.kind === 'upSampling' && operation.bilinear) return 4 * to;
  return operation.kind === 'graphConvolution' ? operation.adjacency.length ** 2 : 0;
}

/** The cells that bilinear resizing reads along one axis, and their shares. */
function interpolated(at: number, factor: number, extent: number): Share[] {
  const { low, share, parts } = bilinearCells(at, factor, extent);
  if (share === 0) return [[low, 1]];
  return [
    [low, (parts - share) / parts],
    [low + 1, share / parts],
  ];
}

/** Means over windows; padding is left out. */
function averages(rows: Taps, columns: Taps, inW: number): PositionMix {
  const inside = ({ extent, size, source }: Taps) =>
    Array.from({ length: extent }, (_, place) => {
      const cells = [...source.subarray(place * size, (place + 1) * size)].filter((cell) => cell >= 0);
      return cells.map((cell): Share => [cell, 1 / cells.length]);
    });
  return products(inside(rows), inside(columns), inW);
}

function products(
  rows: readonly (readonly Share[])[],
  columns: readonly (readonly Share[])[],
  inW: number,
): PositionMix {
  const shares = rows.flatMap((down) =>
    columns.map((across) => down.flatMap(([y, p]) => across.map(([x, q]): Share => [y * inW + x, p * q]))),
  );
  return { height: rows.length, width: columns.length, shares };
}

/** A tensor whose positions are sums, and whether some may be multiples of others. */
interface MixedCells {
  readonly cells: Cells;
  readonly hasMultiples: boolean;
}

/**
 * The mixed tensor. `isKnown`: its numbers themselves are summed; else the values are moments, and only the identities
 * hold and whether they vanish.
 */
export function mixCells(cells: Cells, mix: PositionMix, isKnown: boolean, identities: Identities): MixedCells {
  const { height, width, shares } = mix;
  const count = cells.groups.length;
  const from = cells.height * cells.width * count;
  const to = height * width * count;
  const values = new Float64Array(cells.components * to);
  for (let component = 0; component < cells.components; component++) {
    shares.forEach((sources, position) => {
      for (const [source, share] of sources) {
        const factor = isKnown ? share : share * share;
        for (let g = 0; g < count; g++)
          values[component * to + position * count + g] += factor * cells.values[component * from + source * count + g];
      }
    });
  }
  const { ids, hasMultiples } = mixedIds(cells, mix, identities);
  return { cells: { ...cells, height, width, values, ids, distinct: false }, hasMultiples };
}

/**
 * Equal sums of the same random numbers have one identity; a sum of one number alone has that of the number. Those that
 * are multiples of one another have different ones: `hasMultiples`.
 */
function mixedIds(cells: Cells, { shares }: PositionMix, identities: Identities) {
  const count = cells.groups.length;
  if (cells.ids.length === 0) return { ids: cells.ids, hasMultiples: false };
  const ids = new Int32Array(shares.length * count);
  const known = new Map<string, number>();
  const byDirection = new Map<string, number>();
  let hasMultiples = false;
  shares.forEach((sources, position) => {
    for (let g = 0; g < count; g++) ids[position * count + g] = idOf(sources, (p) => cells.ids[p * count + g]);
  });
  return { ids, hasMultiples };

  function idOf(sources: readonly Share[], id: (position: number) => number): number {
    const factors = new Map<number, number>();
    for (const [position, factor] of sources) {
      if (id(position) !== 0) factors.set(id(position), (factors.get(id(position)) ?? 0) + factor);
    }
    const sums = [...factors].filter(([, factor]) => Math.abs(factor) >= ROUNDING).sort(([a], [b]) => a - b);
    if (sums.length === 0) return 0;
    const found = idOfSum(sums);
    const direction = textOf(sums.map(([number, factor]) => [number, factor / sums[0][1]]));
    if ((byDirection.get(direction) ?? found) !== found) hasMultiples = true;
    byDirection.set(direction, found);
    return found;
  }

  function idOfSum(sums: readonly Share[]): number {
    if (sums.length === 1 && Math.abs(sums[0][1] - 1) < ROUNDING) return sums[0][0];
    const key = textOf(sums);
    const found = known.get(key) ?? identities.fresh(1)[0];
    known.set(key, found);
    return found;
  }
}

function textOf(sums: readonly Share[]): string {
  return sums.map(([number, factor]) => `${number} ${factor.toPrecision(12)}`).join();
}

const ROUNDING = 1e-12;
