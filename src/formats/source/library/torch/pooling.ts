import type { Window } from '../../../../network/operation.ts';
import { padAxes } from '../../../graph/operators/padding.ts';
import type { PaddingMode, Sides } from '../../../graph/operators/padding.ts';
import { straight } from '../../../graph/operators/affine.ts';
import { poolTo } from '../../../graph/operators/adaptivePooling.ts';
import { averageWithZeros, pad, pool, resize, roundedUp } from '../../../graph/operators/windows.ts';
import { Refusal } from '../../../graph/writer.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { evenPadding, windowOf, withChannelsFirst } from './convolutions.ts';
import type { Fields } from './fields.ts';
import type { LayerCall } from './layers.ts';
import { List, numeric, Tuple } from '../../python/evaluation/values.ts';
import type { Value } from '../../python/evaluation/values.ts';

/** A pooling moves by its window's size by default. */
function poolWindow(fields: Fields, rank: 1 | 2): Window {
  const window = windowOf(fields, rank, evenPadding(fields, rank));
  const strides = fields.extents('stride', rank, 1) ? window.strides : window.kernel;
  return { ...window, strides };
}

export const maxPool =
  (rank: 1 | 2) =>
  (call: LayerCall): TensorValue => {
    const { trace, node, fields } = call;
    const x = withChannelsFirst(call);
    if (fields.flag('return_indices', false)) throw new Refusal('A pooling that gives places is not analyzed.');
    const window = poolWindow(fields, rank);
    const reached = fields.flag('ceil_mode', false) ? roundedUp(window, x) : window;
    return pool(trace.writer, node, x, 'maxPooling', reached);
  };

/** Zeros around the input count by default. */
export const averagePool =
  (rank: 1 | 2) =>
  (call: LayerCall): TensorValue => {
    const { trace, node, fields } = call;
    const x = withChannelsFirst(call);
    const window = poolWindow(fields, rank);
    const isRoundedUp = fields.flag('ceil_mode', false);
    const divisor = fields.get('divisor_override') ?? null;
    if (divisor !== null) {
      const [rows, columns] = window.kernel;
      const sum = summed(trace, node, x, window, isRoundedUp);
      return straight(trace.writer, node, sum, (rows * columns) / fields.count('divisor_override'), 0);
    }
    if (fields.flag('count_include_pad', true)) return averageWithZeros(trace.writer, node, x, window, isRoundedUp);
    return pool(trace.writer, node, x, 'averagePooling', isRoundedUp ? roundedUp(window, x) : window);
  };

/** The sum over each window, divided by its size: all that lies outside of the input is zero. */
function summed(
  trace: LayerCall['trace'],
  node: LayerCall['node'],
  x: TensorValue,
  window: Window,
  isRoundedUp: boolean,
): TensorValue {
  const { padding } = isRoundedUp ? roundedUp(window, x) : window;
  const sides = typeof padding === 'string' ? [] : padding.slice(2 - window.rank);
  const padded = sides.length > 0 ? pad(trace.writer, node, x, sides) : x;
  return pool(trace.writer, node, padded, 'averagePooling', { ...window, padding: 'valid' });
}

/** To a given number of positions: by windows of one size where they come out even. */
export const adaptive =
  (rank: 1 | 2, kind: 'averagePooling' | 'maxPooling') =>
  (call: LayerCall): TensorValue => {
    const { trace, node, fields } = call;
    const x = withChannelsFirst(call);
    const wanted = adaptiveSize(fields, rank);
    trace.isAdaptive ||= !wanted.includes(null);
    return poolTo(trace.writer, node, x, wanted, kind);
  };

/** Null for an axis that keeps its extent. */
function adaptiveSize(fields: Fields, rank: 1 | 2): readonly (number | null)[] {
  const value = fields.get('output_size');
  if ((value instanceof Tuple || value instanceof List) && value.items.includes(null) && value.items.length === rank)
    return value.items.map((item) => (typeof item === 'number' ? item : null));
  const sizes = fields.extents('output_size', rank, 1);
  if (!sizes) throw new Refusal(`${fields.kind} needs output_size.`);
  return sizes;
}

const modes: Readonly<Record<string, PaddingMode>> = {
  ReflectionPad: 'reflect',
  ReplicationPad: 'replicate',
  CircularPad: 'circular',
};

/** `(left, right, top, bottom)`, or one number for all. */
export const padding =
  (rank: 1 | 2) =>
  (call: LayerCall): TensorValue => {
    const { trace, node, fields } = call;
    const kind = fields.kind.replace(/\dd$/, '');
    const value = fields.get('padding');
    const sides = value instanceof Tuple || value instanceof List ? value.items : Array<Value>(2 * rank).fill(value);
    if (sides.length !== 2 * rank) throw new Refusal('How far this pads is not known.');
    const mode = Object.hasOwn(modes, kind)
      ? modes[kind]
      : { constant: kind === 'ConstantPad' ? fields.number('value', 0) : 0 };
    return padSides(trace, node, withChannelsFirst(call), sides, mode);
  };

/** Sides as PyTorch lists them: of the last axis first, and of as many axes as are given. */
export function padSides(
  trace: LayerCall['trace'],
  node: LayerCall['node'],
  x: TensorValue,
  sides: readonly unknown[],
  mode: PaddingMode,
): TensorValue {
  const rank = x.shape?.length ?? 3;
  if (sides.length % 2 !== 0 || !sides.every((side) => typeof side === 'number'))
    throw new Refusal('How far this pads is not known.');
  const axes = Array.from({ length: Math.max(rank, sides.length / 2) }, (_, fromEnd): Sides => {
    const [before, after] = sides.slice(2 * fromEnd, 2 * fromEnd + 2);
    return [before ?? 0, after ?? 0];
  }).reverse();
  if (
    axes
      .splice(0, axes.length - rank)
      .flat()
      .some((side) => side !== 0)
  )
    throw new Refusal('The batch is padded here.');
  return padAxes(trace.writer, node, x, axes, mode);
}

export function upsample(call: LayerCall): TensorValue {
  const { trace, node, fields } = call;
  const x = withChannelsFirst(call);
  const { kind } = fields;
  const mode = kind === 'UpsamplingBilinear2d' ? 'bilinear' : (fields.get('mode') ?? 'nearest');
  const aligned = kind === 'UpsamplingBilinear2d' || fields.flag('align_corners', false);
  const rank = x.shape ? x.shape.length - 1 : 2;
  const factors = factorsOf(fields, x, rank);
  if (mode === 'nearest' || mode === 'nearest-exact') return resize(trace.writer, node, x, factors, false);
  if (mode !== 'bilinear')
    throw new Refusal(
      `Upsampling ${typeof mode === 'string' ? `by ${mode} interpolation` : 'in this mode'} is not analyzed.`,
    );
  // From one place, or to as many as there are, corners say nothing.
  const isSame = factors.every((factor, axis) => factor === 1 || x.shape?.[axis] === 1);
  if (aligned && !isSame) throw new Refusal(`Bilinear upsampling with align_corners=True is not analyzed.`);
  return resize(trace.writer, node, x, factors, true);
}

function factorsOf(fields: Fields, x: TensorValue, rank: number): readonly number[] {
  const scale = fields.get('scale_factor');
  if (scale !== undefined && scale !== null) {
    const items = scale instanceof Tuple || scale instanceof List ? scale.items : Array<Value>(rank).fill(scale);
    const numbers = items.map((item) => numeric(item) ?? NaN);
    return numbers;
  }
  const size = fields.extents('size', rank, 1);
  if (!size || !x.shape) throw new Refusal('To what size this is brought is not known.');
  const extents = x.shape.slice(0, -1);
  return size.map((extent, axis) => extent / extents[axis]);
}
