import type { GraphNode } from '../../../graph/node.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { List, Tuple } from '../../python/evaluation/values.ts';
import type { Argument, Value } from '../../python/evaluation/values.ts';
import { isAll } from './parts.ts';
import { Parameter, Tensor } from './tensor.ts';
import type { Opened, OuterSum, Unfolded } from './tensor.ts';
import type { Trace } from './trace.ts';

/**
 * Max-plus products as sources write them: `(x.unsqueeze(1) + weight).max(dim=2).values`, where `weight` has a row for
 * each unit, and x may be what the windows of an image see, `F.unfold(x, 3)`. They are read by what they compute, never
 * by the names of classes: published layers of the same name add normalizations, soft maxima or differences.
 */

/** The same with an axis before its numbers, for units: `x.unsqueeze(1)` */
export function openedUnits(name: string, tensor: Tensor, args: readonly Argument[]): Opened | undefined {
  if (name !== 'unsqueeze' || args.length !== 1) return undefined;
  const [{ name: given, value: dim }] = args;
  if (given !== undefined && given !== 'dim') return undefined;
  return dim === 1 ? opened(tensor) : dim === -2 ? vector(tensor) : undefined;
}

/** Likewise: `x[:, None]`, `x[:, None, :]` */
export function openedUnitsByIndex(tensor: Tensor, parts: readonly Value[]): Opened | undefined {
  const [batch, axis, ...rest] = parts;
  return isAll(batch) && axis === null && rest.every(isAll) ? opened(tensor, rest.length) : undefined;
}

/** `axes` that are named behind the new one are there. */
function opened(tensor: Tensor, axes = 0): Opened | undefined {
  const { pending } = tensor;
  if (pending?.kind !== 'unfolded') return axes < 2 ? vector(tensor) : undefined;
  return axes < 3 ? { kind: 'opened', x: pending.x, window: pending.window } : undefined;
}

function vector(tensor: Tensor): Opened | undefined {
  if (tensor.pending || tensor.rearranged || tensor.value.shape?.length !== 1) return undefined;
  return { kind: 'opened', x: tensor.value };
}

/** What the windows of an image see, without zeros around it: `F.unfold(x, 3, stride=2)` */
export function unfolded(tensor: Tensor, args: readonly Argument[]): Unfolded | undefined {
  if (tensor.pending || tensor.rearranged || tensor.value.shape?.length !== 3) return undefined;
  const names = ['kernel_size', 'dilation', 'padding', 'stride'];
  const given = new Map(args.map(({ name, value }, i) => [name ?? names[i], pairOf(value)]));
  if (![...given.keys()].every((name) => names.includes(name))) return undefined;
  const [kernel, dilation, padding, strides] = names.map((name, i) =>
    given.has(name) ? given.get(name) : ([i === 2 ? 0 : 1, i === 2 ? 0 : 1] as const),
  );
  if (!kernel || !strides || !given.has('kernel_size') || padding?.some((side) => side !== 0) !== false)
    return undefined;
  if (dilation?.some((step) => step !== 1) !== false || [...kernel, ...strides].some((size) => size < 1))
    return undefined;
  return {
    kind: 'unfolded',
    x: tensor.value,
    window: { rank: 2, kernel, strides, dilation: [1, 1], padding: 'valid' },
  };
}

function pairOf(value: Value): readonly [number, number] | undefined {
  const both = value instanceof Tuple || value instanceof List ? value.items : [value, value];
  const [rows, columns] = both;
  const isPair = both.length === 2 && Number.isInteger(rows) && Number.isInteger(columns);
  return isPair ? [Number(rows), Number(columns)] : undefined;
}

/** The sum of such a tensor and weights that have a row for each unit; undefined for any other. */
export function outerSum(operator: string, left: Value, right: Value): OuterSum | undefined {
  const [tensor, weights] = left instanceof Tensor ? [left, right] : [right, left];
  if (operator !== '+' || !(tensor instanceof Tensor) || !(weights instanceof Parameter)) return undefined;
  const { pending } = tensor;
  if (pending?.kind !== 'opened') return undefined;
  const { x, window } = pending;
  const channels = x.shape?.at(-1);
  if (channels === undefined) return undefined;
  const [inputs, behind] = window ? [channels * window.kernel[0] * window.kernel[1], [1]] : [channels, []];
  const [units, ...rest] = weights.shape.length === 3 + behind.length ? weights.shape.slice(1) : weights.shape;
  const isBeforeUnits = weights.shape.length === 2 + behind.length || weights.shape[0] === 1;
  if (!isBeforeUnits || rest.join() !== [inputs, ...behind].join()) return undefined;
  return { kind: 'sum', x, window, units, owner: weights.owner };
}

/** The sum whose greatest or least terms are taken unit by unit: `.max(dim=2)`, `.amin(-1)` */
export function sumBelow(tensor: Tensor, args: readonly Argument[]): OuterSum | undefined {
  const { pending } = tensor;
  if (pending?.kind !== 'sum') return undefined;
  const names = ['dim', 'keepdim'];
  const given = new Map(args.map(({ name, value }, i) => [name === 'axis' ? 'dim' : (name ?? names[i]), value]));
  const dim = given.get('dim');
  const axis = dim instanceof Tuple && dim.items.length === 1 ? dim.items[0] : dim;
  const isPlain = [...given.keys()].every((name) => name !== undefined && names.includes(name));
  const isKept = given.has('keepdim') && given.get('keepdim') !== false;
  return isPlain && !isKept && (axis === 2 || axis === (pending.window ? -2 : -1)) ? pending : undefined;
}

/** The layer that such a sum and its extrema are. */
export function tropicalProduct(trace: Trace, node: GraphNode, sum: OuterSum, isMaximum: boolean): TensorValue {
  const { x, window, units, owner } = sum;
  // A file may call its weights anything: which axis has the units is not certain where there are as many inputs.
  trace.writer.isInexact = true;
  const semiring = isMaximum ? 'max' : 'min';
  if (window) {
    const operation = { kind: 'tropicalConvolution', window, filters: units, semiring, sumsChannels: false } as const;
    return trace.writer.emit(node, [x], { type: 'tropical_conv2d', operation, owner });
  }
  const operation = { kind: 'tropicalDense', units, semiring } as const;
  return trace.writer.emit(node, [x], { type: 'tropical_dense', operation, owner }, { arrangement: undefined });
}
