import type { Selection } from '../../../network/selection.ts';
import { ourPlaces } from './arrangement.ts';
import { axisOfFile } from '../axes.ts';
import type { GraphNode } from '../node.ts';
import { Refusal } from '../refusal.ts';
import { pad } from './windows.ts';
import type { GraphWriter, TensorValue } from '../writer.ts';

/** Longer axes are not divided: their places would be listed one by one. */
const MAX_PLACES = 2 ** 20;

export function isDivisible(extent: number): boolean {
  return extent <= MAX_PLACES;
}

/** Places `from`, `from + step`, ... before `to`. */
export function places(from: number, to: number, step = 1): number[] {
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, k) => from + k * step);
}

/** Takes places of an axis, which is counted with the batch in the order of the file; -1 stands for a zero. */
export function take(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  fileAxis: number,
  taken: readonly number[],
): TensorValue {
  const { shape } = x;
  if (!shape) throw new Refusal('Parts of a tensor of unknown shape are taken here.');
  const axis = axisOfFile(x, fileAxis);
  if (fileAxis === 0 || axis === -1) throw new Refusal('Some inputs of a batch are taken here: this mixes them.');
  if (!(axis >= 0 && axis < shape.length)) throw new Refusal(`There is no axis ${fileAxis} here.`);
  const extent = shape[axis];
  const isRun = taken.every((place, k) => place === taken[0] + k && place >= 0);
  if (isRun && taken.length === extent) return x;
  if (taken.length === 0 || taken.some((place) => place >= extent))
    throw new Refusal(`What this takes is not within the ${extent} places of its axis.`);
  if (x.arrangement) {
    const ours = ourPlaces(x.arrangement);
    const moved = taken.map((place) => (place < 0 ? -1 : ours[place]));
    return select(writer, node, x, { by: 'places', axis: -1, places: moved });
  }
  const isPosition = axis < shape.length - 1 && (shape.length === 2 || shape.length === 3);
  if (isRun && isPosition) return cropped(writer, node, x, axis, -taken[0], taken[0] + taken.length - extent);
  return select(writer, node, x, { by: 'places', axis: axis === shape.length - 1 ? -1 : axis, places: taken });
}

/** A stretch of positions: padding by a negative number, through which receptive fields are followed. */
function cropped(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  axis: number,
  before: number,
  after: number,
): TensorValue {
  const rank = (x.shape?.length ?? 2) - 1;
  const sides = Array.from({ length: rank }, (_, k): [number, number] => (k === axis ? [before, after] : [0, 0]));
  return pad(writer, node, x, sides);
}

/** Of our own axes, the channels last. */
export function select(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  selection: Selection,
  channelsFirst = x.channelsFirst,
): TensorValue {
  const type = { places: 'select', axes: 'permute', blocks: 'depth_to_space' }[selection.by];
  const isDeep = selection.by === 'blocks' && selection.into === 'channels';
  return writer.emit(
    node,
    [x],
    { type: isDeep ? 'space_to_depth' : type, operation: { kind: 'select', selection } },
    { arrangement: undefined, channelsFirst },
  );
}

/** Channels in this order, counted as the file and we do alike. */
export function orderChannels(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  order: readonly number[],
): TensorValue {
  const isSame = order.length === x.shape?.at(-1) && order.every((place, k) => place === k);
  return isSame ? x : select(writer, node, x, { by: 'places', axis: -1, places: order });
}
