import type { Operation, Padding, Window } from '../../../../network/operation.ts';
import { withChannels } from '../../../graph/order.ts';
import { padAxes } from '../../../graph/operators/padding.ts';
import type { Sides } from '../../../graph/operators/padding.ts';
import { pairOf, paddingOf } from '../../../graph/operators/windows.ts';
import { Refusal } from '../../../graph/writer.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import type { Fields } from './fields.ts';
import type { LayerCall } from './layers.ts';

type Pair = readonly [number, number];

export function windowOf(fields: Fields, rank: 1 | 2, padding: Padding): Window {
  const kernel = fields.extents('kernel_size', rank, 1);
  if (!kernel) throw new Refusal(`${fields.kind} needs kernel_size.`);
  return {
    rank,
    kernel: pairOf(kernel, rank),
    strides: pairOf(fields.extents('stride', rank, 1), rank),
    dilation: pairOf(fields.extents('dilation', rank, 1), rank),
    padding,
  };
}

/** Zeros on both sides of each axis. */
export function evenPadding(fields: Fields, rank: 1 | 2): Padding {
  const extents = fields.extents('padding', rank, 0) ?? Array<number>(rank).fill(0);
  const [rows, columns] = pairOf(extents, rank, 0);
  return rank === 1 ? paddingOf([0, 0], [columns, columns]) : paddingOf([rows, rows], [columns, columns]);
}

function paddingField(fields: Fields, rank: 1 | 2): Padding {
  const given = fields.get('padding');
  return given === 'same' || given === 'valid' ? given : evenPadding(fields, rank);
}

/** Numbers of the input itself around it, as `padding_mode` says; the window is without padding then. */
function paddedFromWithin(call: LayerCall, window: Window): { x: TensorValue; window: Window } {
  const { trace, node, x, fields } = call;
  const mode = fields.get('padding_mode') ?? 'zeros';
  const { padding, kernel, dilation, rank } = window;
  if (mode === 'zeros' || padding === 'valid') return { x, window };
  if (mode !== 'reflect' && mode !== 'replicate' && mode !== 'circular')
    throw new Refusal('How this convolution pads is not known.');
  const along = (axis: 0 | 1): Sides => {
    if (typeof padding !== 'string') return padding[axis];
    const total = dilation[axis] * (kernel[axis] - 1);
    return [Math.floor(total / 2), total - Math.floor(total / 2)];
  };
  const sides: Sides[] = rank === 1 ? [[0, 0], along(1)] : [[0, 0], along(0), along(1)];
  return { x: padAxes(trace.writer, node, x, sides, mode), window: { ...window, padding: 'valid' } };
}

/** The channels are the first axis, whatever the rest of the network takes it for. */
export function withChannelsFirst({ trace, node, x }: LayerCall): TensorValue {
  return x.shape && x.shape.length > 1 ? withChannels(trace.writer, node, x, true) : x;
}

function checkRank(x: TensorValue, rank: 1 | 2, kind: string): void {
  if (x.shape && x.shape.length !== rank + 1)
    throw new Refusal(`${kind} needs ${rank === 1 ? 'channels and a length' : 'channels, rows and columns'}.`);
}

/** Says that the channels which come in are not those that the layer takes. */
function misfits({ trace, node, x, fields }: LayerCall, needed: number | undefined): TensorValue | undefined {
  const given = x.shape?.at(-1);
  if (given === undefined || needed === undefined || needed === given) return undefined;
  const message = `${node.name}: in_channels is ${needed}, ${given} channels come in.`;
  trace.writer.report('shape-mismatch', 'error', message, fields.span('in_channels') ?? node);
  return trace.unknown(node, [x], message);
}

export const convolution =
  (rank: 1 | 2) =>
  (given: LayerCall): TensorValue => {
    const call = { ...given, x: withChannelsFirst(given) };
    const { trace, x, fields } = call;
    const needed = fields.kind.startsWith('Lazy') ? undefined : fields.count('in_channels');
    if (needed !== undefined) trace.ask(x, { kind: 'channels', channels: needed, rank });
    const filters = fields.count('out_channels');
    const groups = fields.count('groups', 1);
    const useBias = fields.flag('bias', true);
    const window = windowOf(fields, rank, paddingField(fields, rank));
    checkRank(x, rank, fields.kind);
    const misfit = misfits(call, needed);
    if (misfit) return misfit;
    const padded = paddedFromWithin(call, window);
    return groupedConvolution(
      { ...call, x: padded.x },
      { window: padded.window, filters, groups, useBias, channels: needed ?? x.shape?.at(-1) },
    );
  };

/** A convolution in groups of channels; of one channel each, it is depthwise. */
export function groupedConvolution(
  { trace, node, x, owner }: LayerCall,
  made: { window: Window; filters: number; groups: number; useBias: boolean; channels: number | undefined },
): TensorValue {
  const { window, filters, groups, useBias, channels } = made;
  requireGroups(filters, channels, groups);
  const isDepthwise = groups > 1 && groups === channels;
  const operation: Operation = isDepthwise
    ? { kind: 'depthwiseConvolution', window, multiplier: filters / groups, useBias }
    : { kind: 'convolution', window, filters, groups, useBias };
  return trace.writer.emit(node, [x], {
    type: `${isDepthwise ? 'depthwise_' : ''}conv${window.rank}d`,
    operation,
    owner,
  });
}

function requireGroups(filters: number, channels: number | undefined, groups: number): void {
  if (groups > 1 && (filters % groups !== 0 || (channels ?? groups) % groups !== 0))
    throw new Refusal(`${filters} filters and ${channels} channels do not fall into ${groups} groups.`);
}

export const transposedConvolution =
  (rank: 1 | 2) =>
  (given: LayerCall): TensorValue => {
    const call = { ...given, x: withChannelsFirst(given) };
    const { trace, node, x, fields, owner } = call;
    const needed = fields.count('in_channels');
    trace.ask(x, { kind: 'channels', channels: needed, rank });
    const filters = fields.count('out_channels');
    const groups = fields.count('groups', 1);
    const more = pairOf(fields.extents('output_padding', rank, 0), rank, 0);
    const sides = pairOf(fields.extents('padding', rank, 0), rank, 0);
    const along = (axis: 0 | 1): Pair => [sides[axis], sides[axis] - more[axis]];
    const padding = rank === 1 ? ([[0, 0], along(1)] as const) : ([along(0), along(1)] as const);
    checkRank(x, rank, fields.kind);
    const misfit = misfits(call, needed);
    if (misfit) return misfit;
    const window = windowOf(fields, rank, padding);
    requireGroups(filters, needed, groups);
    const useBias = fields.flag('bias', true);
    const operation: Operation = { kind: 'transposedConvolution', window, filters, groups, useBias };
    return trace.writer.emit(node, [x], { type: `conv${rank}d_transpose`, operation, owner });
  };
