import { sizeOf, type Shape } from '../../../network/shape.ts';
import type { Identities } from './identities.ts';

/**
 * A tensor's numbers, several components at every scalar, stored once for each group of channels that share them.
 * A vector has one position; `[w, c]` has one row.
 */
export interface Cells {
  readonly height: number;
  readonly width: number;
  /** Channels in each group, in the tensor's order. */
  readonly groups: readonly number[];
  readonly components: number;
  /** `values[(component * positions + position) * groups.length + group]`. */
  readonly values: Float64Array;
  /** Identity of each cell (see `Identities`), `ids[position * groups.length + group]`. */
  readonly ids: Int32Array;
  /** No identity occurs at two positions of one group. */
  readonly distinct: boolean;
}

export function rowsAndColumns(shape: Shape): [number, number] {
  if (shape.length === 1) return [1, 1];
  return shape.length === 2 ? [1, shape[0]] : [shape[0], sizeOf(shape.slice(1, -1))];
}

/** Adds `factor` times each component over groups, `weights[g]` channels of group g: one group remains. */
export function sumChannels(cells: Cells, weights: readonly number[], identities: Identities): Cells {
  const count = weights.length;
  const values = new Float64Array(cells.values.length / count);
  for (let i = 0, at = 0; i < values.length; i++) {
    let sum = 0;
    for (let g = 0; g < count; g++) sum += weights[g] * cells.values[at++];
    values[i] = sum;
  }
  return { ...cells, groups: [1], values, ids: joinedIds(cells, weights, identities) };
}

function joinedIds(cells: Cells, weights: readonly number[], identities: Identities): Int32Array {
  const count = weights.length;
  if (count === 1) return cells.ids;
  const positions = cells.ids.length / count;
  if (cells.distinct) return identities.fresh(positions);
  const used = weights.flatMap((weight, g) => (weight > 0 ? [g] : []));
  const pairs = identities.pairs();
  const ids = new Int32Array(positions);
  for (let p = 0; p < positions; p++) {
    ids[p] = cells.ids[p * count + used[0]];
    for (let k = 1; k < used.length; k++) ids[p] = pairs.id(ids[p], cells.ids[p * count + used[k]]);
  }
  return ids;
}

/** Tensors side by side along the channels; all have the same positions and components. */
export function joinChannels(parts: readonly Cells[]): Cells {
  const [first] = parts;
  if (parts.length === 1) return first;
  const groups = parts.flatMap((part) => part.groups);
  const rows = first.components * first.height * first.width;
  const values = new Float64Array(rows * groups.length);
  const ids = new Int32Array(first.height * first.width * groups.length);
  let offset = 0;
  for (const part of parts) {
    const count = part.groups.length;
    for (let row = 0; row < rows; row++) {
      for (let g = 0; g < count; g++) values[row * groups.length + offset + g] = part.values[row * count + g];
    }
    for (let from = 0, to = offset; from < part.ids.length; from += count, to += groups.length) {
      for (let g = 0; g < count; g++) ids[to + g] = part.ids[from + g];
    }
    offset += count;
  }
  return { ...first, groups, values, ids, distinct: parts.every((part) => part.distinct) };
}

/** Splits groups so that group borders lie at all `borders` (channel numbers, ascending, the last is the total). */
export function splitGroups(cells: Cells, borders: readonly number[], identities: Identities): Cells {
  if (borders.length === cells.groups.length) return cells;
  const source: number[] = [];
  const starts: number[] = [];
  let [start, end] = [0, cells.groups[0]];
  for (let b = 0, g = 0; b < borders.length; b++) {
    while (borders[b] > end) {
      start = end;
      end += cells.groups[++g];
    }
    source.push(g);
    starts.push((borders[b - 1] ?? 0) - start);
  }
  const [before, after] = [cells.groups.length, borders.length];
  const groups = borders.map((border, k) => border - (borders[k - 1] ?? 0));
  const values = new Float64Array((cells.values.length / before) * after);
  for (let i = 0; i < values.length; i++) values[i] = cells.values[Math.floor(i / after) * before + source[i % after]];
  const ids = new Int32Array((cells.ids.length / before) * after);
  for (let i = 0; i < ids.length; i++) {
    const k = i % after;
    const id = cells.ids[Math.floor(i / after) * before + source[k]];
    ids[i] = groups[k] < cells.groups[source[k]] ? identities.part(id, starts[k], groups[k]) : id;
  }
  return { ...cells, groups, values, ids };
}

/** Channel numbers at which a group ends in any of the tensors. */
export function commonBorders(parts: readonly Cells[]): number[] {
  const borders = new Set<number>();
  for (const { groups } of parts) {
    let end = 0;
    for (const count of groups) borders.add((end += count));
  }
  return [...borders].sort((a, b) => a - b);
}

/** The same scalars in row-major order under another shape; null where groups would have to differ by position. */
export function reshapeCells(cells: Cells, shape: Shape, identities: Identities): Cells | null {
  const [height, width] = rowsAndColumns(shape);
  const channels = shape[shape.length - 1];
  const before = cells.groups.reduce((sum, count) => sum + count, 0);
  if (channels === before) return { ...cells, height, width };
  const split = before % channels === 0 ? splitAtMultiples(cells, channels, identities) : cells;
  const perPosition = (split.groups.length * split.height * split.width) / (height * width);
  if (!Number.isInteger(perPosition)) return null;
  const groups = repeatedGroups(split, perPosition, channels);
  // Scalars of different groups may share an identity now that they are at positions of one group.
  return groups && { ...split, height, width, groups, distinct: height * width === 1 };
}

function splitAtMultiples(cells: Cells, channels: number, identities: Identities): Cells {
  const borders = new Set(commonBorders([cells]));
  const total = cells.groups.reduce((sum, count) => sum + count, 0);
  for (let border = channels; border < total; border += channels) borders.add(border);
  return splitGroups(
    cells,
    [...borders].sort((a, b) => a - b),
    identities,
  );
}

function repeatedGroups(cells: Cells, perPosition: number, channels: number): number[] | null {
  const { groups } = cells;
  const at = (i: number): number => groups[i % groups.length];
  const pattern = Array.from({ length: perPosition }, (_, g) => at(g));
  if (pattern.reduce((sum, count) => sum + count, 0) !== channels) return null;
  const all = groups.length * cells.height * cells.width;
  for (let i = perPosition; i < all; i++) if (at(i) !== pattern[i % perPosition]) return null;
  return pattern;
}
