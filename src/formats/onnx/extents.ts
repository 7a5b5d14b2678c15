import { sizeOf } from '../../network/shape.ts';
import { transposed } from '../transpose.ts';
import type { Constant, GraphNode } from '../graph/node.ts';
import { fileShape } from '../graph/reshaping.ts';
import type { Operator } from '../graph/translate.ts';
import type { GraphWriter, Value } from '../graph/writer.ts';

/** Operations on shapes and on constants: what exporters write to find out at run time what is known already. */

type Items = readonly (number | null)[];

const MAX_ITEMS = 64;

export const shapeOf: Operator = (writer, node) => {
  const shape = fileShape(writer.tensor(node));
  if (!shape) return { kind: 'opaque' };
  const { attributes } = node;
  return { kind: 'extents', items: [null, ...shape].slice(attributes.number('start') ?? 0, attributes.number('end')) };
};

/** Some of a shape's numbers, by their places. */
export function gathered(writer: GraphWriter, node: GraphNode): Value | undefined {
  const [items, places] = [writer.extents(node, 0), writer.numbers(node, 1)];
  if (!items || !places) return undefined;
  return { kind: 'extents', items: places.map((place) => items[place < 0 ? place + items.length : place] ?? null) };
}

export function sliced(writer: GraphWriter, node: GraphNode): Value | undefined {
  const items = writer.extents(node, 0);
  const start = writer.numbers(node, 1) ?? node.attributes.numbers('starts');
  const end = writer.numbers(node, 2) ?? node.attributes.numbers('ends');
  const step = writer.numbers(node, 4) ?? [1];
  if (!items || start?.length !== 1 || end?.length !== 1 || step[0] !== 1) return undefined;
  return { kind: 'extents', items: items.slice(start[0], end[0]) };
}

export function chained(writer: GraphWriter, node: GraphNode): Value | undefined {
  const parts = node.inputs.map((_, k) => writer.extents(node, k));
  return parts.every((part) => part !== undefined)
    ? { kind: 'extents', items: parts.flat().slice(0, MAX_ITEMS) }
    : undefined;
}

/** Sums, products, ... of extents, number by number. */
export function computed(
  writer: GraphWriter,
  node: GraphNode,
  compute: (a: number, b: number) => number,
): Value | undefined {
  const [a, b] = [writer.extents(node, 0), writer.extents(node, 1)];
  if (!a || !b) return undefined;
  const at = (items: Items, i: number) => items[items.length === 1 ? 0 : i] ?? null;
  const items = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => {
    const [x, y] = [at(a, i), at(b, i)];
    const value = x === null || y === null ? NaN : compute(x, y);
    return Number.isSafeInteger(value) ? value : null;
  });
  return { kind: 'extents', items };
}

/** A constant under another shape. */
export function reshaped(constant: Constant, target: Items | undefined): Value | undefined {
  if (!target) return undefined;
  const size = sizeOf(constant.shape);
  const kept = target.map((extent, axis) => (extent === 0 ? constant.shape[axis] : extent));
  const known = kept.reduce<number>((product, extent) => product * (extent === null || extent < 0 ? 1 : extent), 1);
  const shape = kept.map((extent) => (extent === null || extent < 0 ? size / known : extent));
  return sizeOf(shape) === size ? { kind: 'constant', constant: { ...constant, shape } } : undefined;
}

/** A constant with its axes exchanged. */
export function exchanged(constant: Constant, permutation: readonly number[] | undefined): Value | undefined {
  const { shape } = constant;
  const axes = permutation ?? shape.map((_, axis) => shape.length - 1 - axis);
  if (axes.length !== shape.length || !shape.every((_, axis) => axes.includes(axis))) return undefined;
  const tensor = () => {
    const written = constant.tensor();
    if (written === undefined || typeof written === 'string') return written;
    return transposed({ shape, data: written.data }, axes);
  };
  return {
    kind: 'constant',
    constant: { ...constant, shape: axes.map((axis) => shape[axis]), tensor, few: () => undefined },
  };
}
