import { sizeOf } from '../../../../network/shape.ts';
import type { Shape } from '../../../../network/shape.ts';
import { fileShape } from '../../../graph/axes.ts';
import { BatchSize, List, Tuple } from '../../python/evaluation/values.ts';
import type { Argument, Value } from '../../python/evaluation/values.ts';
import { Rearranged } from '../../../graph/operators/rearranged.ts';
import type { Tensor } from './tensor.ts';

/** Functions that give the same numbers other axes. */
export function changesAxes(name: string): boolean {
  return /^(?:view|reshape|permute|transpose|swapaxes|swapdims|flatten|unflatten)$/.test(name);
}

/** What such a function makes, where the usual layers do not do it; undefined where they do, or nothing is known. */
export function rearrangedBy(
  name: string,
  source: Tensor | Rearranged,
  args: readonly Argument[],
): Rearranged | undefined {
  const isUsual = !(source instanceof Rearranged);
  const from = isUsual ? fileShape(source.value) : source.shape;
  if (!from) return undefined;
  const start = () => (isUsual ? Rearranged.of(source.value) : source);
  if (/^(?:view|reshape)$/.test(name)) {
    const target = targetOf(numbersIn(args), from);
    return target && !(isUsual && target.length <= 3) ? start()?.reshaped(target) : undefined;
  }
  if (name === 'flatten' || name === 'unflatten') return isUsual ? undefined : flattened(name, source, args);
  const order = orderOf(name, args, from.length + 1);
  if (!order || (isUsual && isUsualOrder(order, source.value.channelsFirst))) return undefined;
  return start()?.permuted(order.slice(1).map((axis) => axis - 1));
}

function numbersIn(args: readonly Argument[]): readonly Value[] {
  const values = args.map(({ value }) => value);
  const [first] = values;
  return values.length === 1 && (first instanceof Tuple || first instanceof List) ? first.items : values;
}

/** The extents behind the batch. */
function targetOf([batch, ...rest]: readonly Value[], from: Shape): Shape | undefined {
  const total = sizeOf(from);
  const open = rest.filter((extent) => extent === -1).length;
  if (!rest.every((extent) => typeof extent === 'number') || open > 1) return undefined;
  const known = rest.reduce<number>((product, extent) => (extent === -1 ? product : product * Number(extent)), 1);
  const target = rest.map((extent) => (extent === -1 ? total / known : Number(extent)));
  const isBatch = batch instanceof BatchSize || (batch === -1 ? open === 0 : typeof batch === 'number');
  const isWhole = target.every((extent) => Number.isSafeInteger(extent) && extent > 0);
  return isBatch && isWhole && sizeOf(target) === total ? target : undefined;
}

/** The axes in their new order, with the batch, which has to stay in front. */
function orderOf(name: string, args: readonly Argument[], rank: number): number[] | undefined {
  const numbers = numbersIn(args);
  if (!numbers.every((axis) => typeof axis === 'number')) return undefined;
  const axes = numbers.map((axis) => (Number(axis) < 0 ? Number(axis) + rank : Number(axis)));
  if (name !== 'permute') {
    if (axes.length !== 2) return undefined;
    const [a, b] = axes;
    axes.splice(0, 2, ...Array.from({ length: rank }, (_, axis) => (axis === a ? b : axis === b ? a : axis)));
  }
  const isOrder =
    axes.length === rank && axes[0] === 0 && Array.from({ length: rank }).every((_, k) => axes.includes(k));
  return isOrder ? axes : undefined;
}

/** Channels against positions, and no exchange at all: these change nothing here. */
function isUsualOrder(order: readonly number[], channelsFirst: boolean): boolean {
  const rank = order.length;
  const inner = order.slice(1);
  const isTurned = (by: number) => inner.every((axis, k) => axis === ((k + by) % (rank - 1)) + 1);
  return isTurned(0) || (rank <= 4 && isTurned(channelsFirst ? 1 : rank - 2));
}

function flattened(name: string, source: Rearranged, args: readonly Argument[]): Rearranged | undefined {
  if (name === 'unflatten') return undefined;
  const { shape } = source;
  const rank = shape.length + 1;
  const given = (place: number, key: string, fallback: number) =>
    args.find((argument) => argument.name === key)?.value ??
    args.filter((argument) => argument.name === undefined)[place]?.value ??
    fallback;
  const [start, end] = [given(0, 'start_dim', 0), given(1, 'end_dim', -1)].map((axis) =>
    typeof axis === 'number' ? (axis < 0 ? axis + rank : axis) : 0,
  );
  if (start < 1 || end < start) return undefined;
  return source.reshaped([...shape.slice(0, start - 1), sizeOf(shape.slice(start - 1, end)), ...shape.slice(end)]);
}
