import { straight } from './affine.ts';
import { axisOfFile } from '../axes.ts';
import type { GraphNode } from '../node.ts';
import { Refusal } from '../refusal.ts';
import { isDivisible, places, take } from './selecting.ts';
import { pad } from './windows.ts';
import type { GraphWriter, TensorValue } from '../writer.ts';

/** What stands beyond the ends: a number, or numbers from within. Reflection leaves the outermost place out. */
export type PaddingMode = { readonly constant: number } | 'reflect' | 'replicate' | 'circular';

export type Sides = readonly [number, number];

/** Sides of each axis without the batch, in the order of the file. A negative number cuts places off. */
export function padAxes(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  sides: readonly Sides[],
  mode: PaddingMode,
): TensorValue {
  if (sides.length !== (x.shape ?? sides).length || !sides.flat().every((side) => Number.isSafeInteger(side)))
    throw new Refusal('How far this pads is not known.');
  if (sides.flat().every((side) => side === 0)) return x;
  if (!x.shape) return ofUnknownShape(writer, node, x, sides, mode);
  if (typeof mode === 'string') return fromWithin(writer, node, x, sides, mode);
  const { constant } = mode;
  if (!Number.isFinite(constant)) throw new Refusal(`Padding with ${constant} is not analyzed.`);
  if (constant === 0) return withZeros(writer, node, x, sides);
  // Zeros around x - c are c around x.
  const shifted = straight(writer, node, x, 1, -constant);
  return straight(writer, node, withZeros(writer, node, shifted, sides), 1, constant);
}

/** Zeros around positions are followed without their number. */
function ofUnknownShape(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  sides: readonly Sides[],
  mode: PaddingMode,
): TensorValue {
  const [channels, ...positions] = sides;
  if (typeof mode === 'string' || mode.constant !== 0 || channels.some((side) => side !== 0) || !x.channelsFirst)
    throw new Refusal('A tensor of unknown shape is padded here.');
  return pad(writer, node, x, positions);
}

/** Positions by padding, channels by a selection. */
function withZeros(writer: GraphWriter, node: GraphNode, x: TensorValue, sides: readonly Sides[]): TensorValue {
  const rank = sides.length;
  const ours: Sides[] = sides.map(() => [0, 0]);
  sides.forEach((side, axis) => (ours[axisOfFile(x, axis + 1)] = side));
  const spatial = ours.slice(0, -1);
  const isImage = rank === 2 || rank === 3;
  const padded = isImage && spatial.flat().some((side) => side !== 0) ? pad(writer, node, x, spatial) : x;
  return sides.reduce((value, [before, after], axis) => {
    const isDone = isImage && axisOfFile(x, axis + 1) < rank - 1;
    if (isDone || (before === 0 && after === 0)) return value;
    const extent = extentOf(value, axis + 1);
    const taken = placesWithin(extent, before, after).map((place) => (place < 0 || place >= extent ? -1 : place));
    return take(writer, node, value, axis + 1, taken);
  }, padded);
}

function fromWithin(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  sides: readonly Sides[],
  mode: 'reflect' | 'replicate' | 'circular',
): TensorValue {
  return sides.reduce((value, [before, after], axis) => {
    if (before === 0 && after === 0) return value;
    const extent = extentOf(value, axis + 1);
    const taken = placesWithin(extent, before, after).map((place) => {
      if (mode === 'replicate') return Math.min(Math.max(place, 0), extent - 1);
      if (mode === 'circular') return ((place % extent) + extent) % extent;
      return place < 0 ? -place : place >= extent ? 2 * (extent - 1) - place : place;
    });
    const reach = mode === 'reflect' ? extent - 1 : mode === 'circular' ? extent : Infinity;
    if (Math.max(before, after) > reach)
      throw new Refusal(`The ${extent} places of an axis are not enough to pad it by ${Math.max(before, after)}.`);
    return take(writer, node, value, axis + 1, taken);
  }, x);
}

function extentOf({ shape, ...x }: TensorValue, fileAxis: number): number {
  return shape?.[axisOfFile({ shape, ...x }, fileAxis)] ?? 0;
}

function placesWithin(extent: number, before: number, after: number): number[] {
  if (!isDivisible(extent) || !isDivisible(extent + before + after))
    throw new Refusal('This pads too far to be analyzed.');
  return places(-before, extent + after);
}
