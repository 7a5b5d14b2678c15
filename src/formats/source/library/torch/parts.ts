import { fileShape } from '../../../graph/axes.ts';
import { squeeze, unsqueeze } from '../../../graph/operators/reshaping.ts';
import { isDivisible, places, take } from '../../../graph/operators/selecting.ts';
import type { GraphNode } from '../../../graph/node.ts';
import { Refusal } from '../../../graph/writer.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { placesOf } from '../../python/evaluation/slices.ts';
import { Library, List, Slice, Tuple } from '../../python/evaluation/values.ts';
import type { Value } from '../../python/evaluation/values.ts';
import type { Trace } from './trace.ts';

const TOO_LONG = 'An axis of more than a million places is not divided here.';

export function isAll(part: Value): boolean {
  return part instanceof Slice && [part.start, part.stop, part.step].every((end) => end === null);
}

function isEllipsis(part: Value): boolean {
  return part instanceof Library && part.path === 'Ellipsis';
}

/** The same parts with `:` for every axis that `...` stands for. */
export function withoutEllipsis(parts: readonly Value[], axes: number): readonly Value[] {
  const at = parts.findIndex(isEllipsis);
  if (at < 0) return parts;
  const named = parts.filter((part) => part !== null).length - 1;
  const all = Array.from({ length: Math.max(0, axes - named) }, () => new Slice(null, null, null));
  return [...parts.slice(0, at), ...all, ...parts.slice(at + 1)];
}

/** What the part of one axis is made of. */
export function endsOf(index: Value): readonly Value[] {
  return index instanceof Slice ? [index.start, index.stop, index.step] : [index];
}

/** Whether `x[parts]` is `x`. */
export function takesAll(parts: readonly Value[]): boolean {
  return parts.every((part) => isAll(part) || isEllipsis(part));
}

/** `x[:, 2:]`, `x[..., ::2]`, `x[:, 0]`, `x[:, None]` */
export function part(trace: Trace, node: GraphNode, x: TensorValue, parts: readonly Value[]): TensorValue {
  const shape = fileShape(x);
  if (!shape) throw new Refusal('A part of a tensor of unknown shape is taken here.');
  const written = withoutEllipsis(parts, shape.length + 1);
  if (!isAll(written[0])) throw new Refusal('Some inputs of a batch are taken here: this mixes them.');
  const gone: number[] = [];
  const added: number[] = [];
  let result = x;
  let axis = 0;
  written.forEach((index, place) => {
    if (index === null) return void added.push(place - gone.length);
    if (axis > shape.length) throw new Refusal('More axes are named here than the tensor has.');
    if (axis > 0 && !isDivisible(shape[axis - 1])) throw new Refusal(TOO_LONG);
    if (axis > 0) result = take(trace.writer, node, result, axis, taken(index, shape[axis - 1]));
    if (typeof index === 'number') gone.push(axis);
    axis++;
  });
  if (gone.length > 0) result = squeeze(trace.writer, node, result, gone);
  return added.length > 0 ? unsqueeze(trace.writer, node, result, added) : result;
}

function taken(index: Value, extent: number): readonly number[] {
  const within = (place: number) => (place < 0 ? place + extent : place);
  if (typeof index === 'number') return [within(index)];
  if (index instanceof Slice) {
    const found = placesOf(index, extent);
    if (found) return found;
  }
  const items = index instanceof List || index instanceof Tuple ? index.items : [];
  if (items.length > 0 && items.every((item) => typeof item === 'number')) return items.map(within);
  throw new Refusal('Which part of the tensor this takes is not known.');
}

/** The sizes of what `chunk`, `split` and `unbind` divide an axis into. */
export function sizesOfParts(name: string, extent: number, given: Value): readonly number[] {
  if (!isDivisible(extent)) throw new Refusal(TOO_LONG);
  if (name === 'unbind') return Array<number>(extent).fill(1);
  if (given instanceof List || given instanceof Tuple) {
    const sizes = given.items.map((item) => (typeof item === 'number' ? item : NaN));
    if (sizes.reduce((sum, size) => sum + size, 0) === extent) return sizes;
    throw new Refusal(`The parts of this ${name} do not make up the ${extent} places of the axis.`);
  }
  if (typeof given !== 'number' || given < 1) throw new Refusal(`How this ${name} divides the tensor is not known.`);
  if (name === 'tensor_split')
    return Array.from({ length: given }, (_, k) => Math.floor(extent / given) + (k < extent % given ? 1 : 0));
  const size = name === 'chunk' ? Math.ceil(extent / given) : given;
  return places(0, extent, size).map((start) => Math.min(size, extent - start));
}

export function dividesTensors(name: string): boolean {
  return /^(?:chunk|split|tensor_split|unbind)$/.test(name);
}

/** One of the parts, `start` to `start + size - 1`; the axis counts the batch. */
export function divided(
  trace: Trace,
  node: GraphNode,
  x: TensorValue,
  axis: number,
  [start, size]: readonly [number, number],
  isUnbound: boolean,
): TensorValue {
  const value = take(trace.writer, node, x, axis, places(start, start + size));
  return isUnbound ? squeeze(trace.writer, node, value, [axis]) : value;
}
