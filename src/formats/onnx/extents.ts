import { sizeOf } from '../../network/shape.ts';
import { transposed } from '../transpose.ts';
import { wholeNumber, wholeNumbers } from '../graph/attributes.ts';
import type { Constant, GraphNode } from '../graph/node.ts';
import { fileShape } from '../graph/axes.ts';
import type { Operator } from '../graph/translate.ts';
import type { ExtentsValue, GraphWriter, Value } from '../graph/writer.ts';
import type { OnnxNode } from './model.ts';

/** Operations on shapes and on constants: what exporters write to find out at run time what is known already. */

/** A few numbers with their axes; null for one that is not known. */
interface Few {
  readonly items: readonly (number | null)[];
  readonly dims: readonly number[];
}

const MAX_ITEMS = 64;

function valueOf({ items, dims }: Few): ExtentsValue | undefined {
  return items.length <= MAX_ITEMS ? { kind: 'extents', items, dims } : undefined;
}

/** The numbers that an input holds. */
function fewOf(writer: GraphWriter, node: GraphNode, index: number): Few | undefined {
  const value = writer.value(node, index);
  if (value?.kind === 'extents') return { items: value.items, dims: value.dims ?? [value.items.length] };
  if (value?.kind !== 'constant') return undefined;
  const known = value.constant.few();
  if (known) writer.notWeights.add(value.constant.name);
  const items = known ?? writer.extents(node, index);
  return items && { items, dims: known ? value.constant.shape : [items.length] };
}

export const shapeOf: Operator = (writer, node) => {
  const value = writer.value(node, 0);
  const shape = value?.kind === 'constant' ? value.constant.shape : fileShape(writer.tensor(node));
  if (!shape) return { kind: 'opaque' };
  const items = value?.kind === 'constant' ? shape : [null, ...shape];
  return { kind: 'extents', items: items.slice(wholeNumber(node, 'start') ?? 0, wholeNumber(node, 'end')) };
};

/** Some of a shape's numbers, by their places. */
export function gathered(writer: GraphWriter, node: GraphNode): Value | undefined {
  const [few, places] = [fewOf(writer, node, 0), fewOf(writer, node, 1)];
  if (few?.dims.length !== 1 || !places?.items.every((place) => place !== null)) return undefined;
  const { items } = few;
  return valueOf({
    items: places.items.map((place) => items[place < 0 ? place + items.length : place] ?? null),
    dims: places.dims,
  });
}

/** Where the items of a part stand: `axes[k]` goes through the places of `places[k]`. */
function taken({ items, dims }: Few, places: readonly (readonly number[])[]): Few {
  const part = (axis: number, at: number): (number | null)[] => {
    if (axis === dims.length) return [items[at]];
    return places[axis].flatMap((place) => part(axis + 1, at * dims[axis] + place));
  };
  return { items: part(0, 0), dims: places.map((list) => list.length) };
}

export function sliced(writer: GraphWriter, node: GraphNode): Value | undefined {
  const few = fewOf(writer, node, 0);
  const start = writer.numbers(node, 1) ?? wholeNumbers(node, 'starts');
  const end = writer.numbers(node, 2) ?? wholeNumbers(node, 'ends');
  const isUnknown = (k: number) => Boolean(node.inputs[k]) && !writer.numbers(node, k);
  if (!few || !start || !end || isUnknown(3) || isUnknown(4)) return undefined;
  const axes = writer.numbers(node, 3) ?? wholeNumbers(node, 'axes') ?? start.map((_, axis) => axis);
  const steps = writer.numbers(node, 4) ?? start.map(() => 1);
  const places = few.dims.map((extent) => Array.from({ length: extent }, (_, place) => place));
  for (const [k, written] of axes.entries()) {
    const axis = written < 0 ? written + few.dims.length : written;
    if (!places[axis] || !steps[k] || start[k] === undefined || end[k] === undefined) return undefined;
    places[axis] = placesBetween(start[k], end[k], steps[k], few.dims[axis]);
  }
  return valueOf(taken(few, places));
}

/** As Python slices a list. */
export function placesBetween(start: number, end: number, step: number, extent: number): number[] {
  const clamp = (place: number, low: number, high: number) =>
    Math.min(Math.max(place < 0 ? place + extent : place, low), high);
  const [from, to] =
    step > 0
      ? [clamp(start, 0, extent), clamp(end, 0, extent)]
      : [clamp(start, 0, extent - 1), end < -extent ? -1 : clamp(end, -1, extent - 1)];
  const places: number[] = [];
  for (let place = from; step > 0 ? place < to : place > to; place += step) places.push(place);
  return places;
}

export function chained(writer: GraphWriter, node: GraphNode): Value | undefined {
  const parts = node.inputs.map((_, k) => fewOf(writer, node, k));
  if (!parts.every((part) => part?.dims.length === 1)) return undefined;
  const items = parts.flatMap((part) => part?.items ?? []);
  return { kind: 'extents', items: items.slice(0, MAX_ITEMS) };
}

/** Sums, products, ... of extents, number by number. */
export function computed(
  writer: GraphWriter,
  node: GraphNode,
  compute: (a: number, b: number) => number,
): Value | undefined {
  const [a, b] = [fewOf(writer, node, 0), fewOf(writer, node, 1)];
  if (!a || !b || a.dims.length > 1 || b.dims.length > 1) return undefined;
  const at = ({ items }: Few, i: number) => items[items.length === 1 ? 0 : i] ?? null;
  const { dims } = b.dims.length > a.dims.length || b.items.length > a.items.length ? b : a;
  const items = Array.from({ length: sizeOf(dims) }, (_, i) => {
    const [x, y] = [at(a, i), at(b, i)];
    const value = x === null || y === null ? NaN : compute(x, y);
    return Number.isSafeInteger(value) ? value : null;
  });
  return valueOf({ items, dims });
}

/** One number everywhere in a new tensor (`ConstantOfShape`). */
export const filled: Operator = (writer, node) => {
  const dims = writer.numbers(node, 0);
  const value = (node as OnnxNode).tensor('value')?.numbers() ?? [0];
  const size = dims && sizeOf(dims);
  if (typeof value === 'string') return { kind: 'opaque' };
  const extents = writer.extents(node, 0);
  if (size === undefined || !(size <= MAX_ITEMS))
    return extents ? { kind: 'filled', fill: value[0], dims: extents } : { kind: 'opaque' };
  return (dims && valueOf({ items: Array<number>(size).fill(value[0]), dims })) ?? { kind: 'opaque' };
};

/** The shape of `size` numbers after a reshape to these extents: 0 keeps an extent, -1 or null is inferred. */
function shapeFor(
  size: number,
  before: readonly number[],
  target: readonly (number | null)[] | undefined,
): number[] | undefined {
  if (!target) return undefined;
  const kept = target.map((extent, axis) => (extent === 0 ? before[axis] : extent));
  const known = kept.reduce<number>((product, extent) => product * (extent === null || extent < 0 ? 1 : extent), 1);
  const shape = kept.map((extent) => (extent === null || extent < 0 ? size / known : extent));
  return sizeOf(shape) === size && shape.every(Number.isSafeInteger) ? shape : undefined;
}

/** A constant, or a few numbers, under another shape. */
export function reshaped(value: Few | Constant, target: readonly (number | null)[] | undefined): Value | undefined {
  if ('items' in value) {
    const dims = shapeFor(value.items.length, value.dims, target);
    return dims && valueOf({ items: value.items, dims });
  }
  const shape = shapeFor(sizeOf(value.shape), value.shape, target);
  return shape && { kind: 'constant', constant: { ...value, shape } };
}

/** A constant, or a few numbers, with its axes exchanged. */
export function exchanged(value: Few | Constant, permutation: readonly number[] | undefined): Value | undefined {
  const shape = 'items' in value ? value.dims : value.shape;
  const axes = permutation ?? shape.map((_, axis) => shape.length - 1 - axis);
  if (axes.length !== shape.length || !shape.every((_, axis) => axes.includes(axis))) return undefined;
  if ('items' in value) {
    const order = transposed({ shape, data: Float64Array.from(value.items.keys()) }, axes);
    return valueOf({ items: [...order.data].map((at) => value.items[at]), dims: order.shape });
  }
  const tensor = () => {
    const written = value.tensor();
    if (written === undefined || typeof written === 'string') return written;
    return transposed({ shape, data: written.data }, axes);
  };
  const constant = { ...value, shape: axes.map((axis) => shape[axis]), tensor, few: () => undefined };
  return { kind: 'constant', constant };
}

/** What an operation on constants is applied to; undefined for a tensor of the network, or where nothing is known. */
export function knownValue(writer: GraphWriter, node: GraphNode): Few | Constant | undefined {
  const value = writer.value(node, 0);
  return value?.kind === 'constant' ? value.constant : value?.kind === 'extents' ? fewOf(writer, node, 0) : undefined;
}

export function shapeOfKnown(value: Few | Constant): readonly number[] {
  return 'items' in value ? value.dims : value.shape;
}
