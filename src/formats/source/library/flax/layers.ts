import type { Span } from '../../../../network/definition.ts';
import type { Operation, Padding, Window } from '../../../../network/operation.ts';
import { pairOf, paddingOf, pool } from '../../../graph/operators/windows.ts';
import { Refusal } from '../../../graph/writer.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { List, Tuple } from '../../python/evaluation/values.ts';
import type { Value } from '../../python/evaluation/values.ts';
import { groupedConvolution } from '../torch/convolutions.ts';
import type { Fields } from '../torch/fields.ts';
import type { LayerCall } from '../torch/layers.ts';

type LayerBody = (call: LayerCall) => TensorValue;

/** Spatial axes of what comes in; Flax has the channels last, and a single number is a window along one axis. */
function rankOf({ x, fields }: LayerCall): 1 | 2 {
  const kernel = fields.get('kernel_size') ?? fields.get('window_shape');
  const isListed = kernel instanceof Tuple || kernel instanceof List;
  const listed = isListed ? kernel.items.length : typeof kernel === 'number' ? 1 : undefined;
  const rank = x.shape ? x.shape.length - 1 : listed;
  if (rank !== undefined && listed !== undefined && rank !== listed)
    throw new Refusal(`${fields.kind} has a window over ${axes(listed)}, ${axes(rank)} of positions come in.`);
  if (rank === 1 || rank === 2) return rank;
  throw new Refusal(
    rank === undefined
      ? 'Over how many axes this moves is not known.'
      : `Layers over ${rank} spatial axes are not analyzed.`,
  );
}

function axes(count: number): string {
  return count === 1 ? 'one axis' : `${count} axes`;
}

/** `"SAME"`, `"VALID"`, a number for all sides, or the sides of each axis. */
function paddingField(fields: Fields, rank: 1 | 2, fallback: 'same' | 'valid'): Padding {
  const value = fields.get('padding') ?? fallback;
  if (typeof value === 'string') {
    const name = value.toLowerCase();
    if (name === 'same' || name === 'valid') return name;
    throw new Refusal(`The padding ${value} is not analyzed.`);
  }
  const sides = sidesOf(value, rank);
  if (!sides) throw new Refusal('How far this pads is not known.');
  const [rows, columns] = rank === 1 ? [[0, 0] as const, sides[0]] : sides;
  return paddingOf(rows, columns);
}

type Sides = readonly (readonly [number, number])[];

function sidesOf(value: Value, rank: number): Sides | undefined {
  if (typeof value === 'number') return Array.from({ length: rank }, () => [value, value] as const);
  if (!(value instanceof Tuple || value instanceof List) || value.items.length !== rank) return undefined;
  const sides: (readonly [number, number])[] = [];
  for (const item of value.items) {
    if (typeof item === 'number') sides.push([item, item]);
    else if ((item instanceof Tuple || item instanceof List) && item.items.length === 2) {
      const [before, after] = item.items;
      if (typeof before !== 'number' || typeof after !== 'number') return undefined;
      sides.push([before, after]);
    } else return undefined;
  }
  return sides;
}

function windowOf(call: LayerCall, names: { kernel: string; fallback: 'same' | 'valid' }): Window {
  const sizes = sizesOf(call, names.kernel);
  return { ...sizes, padding: paddingField(call.fields, sizes.rank, names.fallback) };
}

function sizesOf(call: LayerCall, name: string): Omit<Window, 'padding'> {
  const { fields } = call;
  const rank = rankOf(call);
  const kernel = fields.extents(name, rank, 1);
  if (!kernel) throw new Refusal(`${fields.kind} needs ${name}.`);
  return {
    rank,
    kernel: pairOf(kernel, rank),
    strides: pairOf(fields.extents('strides', rank, 1), rank),
    dilation: pairOf(fields.extents('kernel_dilation', rank, 1), rank),
  };
}

/** Along one axis, zeros may stand before the input alone, so that no position reads those behind it. */
function isCausal(call: LayerCall): boolean {
  return call.fields.get('padding') === 'CAUSAL' && rankOf(call) === 1;
}

function causalWindow(call: LayerCall): Window {
  const sizes = sizesOf(call, 'kernel_size');
  const { kernel, dilation } = sizes;
  return { ...sizes, padding: paddingOf([0, 0], [(kernel[1] - 1) * dilation[1], 0]) };
}

/** The features that a layer of nnx says it takes; linen takes what comes. */
function misfits({ trace, node, x, fields }: LayerCall, name: string): TensorValue | undefined {
  if (!fields.kind.startsWith('nnx.')) return undefined;
  const needed = fields.count(name);
  const given = x.shape?.at(-1);
  if (given === undefined || given === needed) return undefined;
  const message = `${node.name}: ${name} is ${needed}, ${given} ${name === 'in_features' ? 'features' : 'channels'} come in.`;
  trace.writer.report('shape-mismatch', 'error', message, fields.span(name) ?? node);
  return trace.unknown(node, [x], message);
}

function featuresOf({ fields }: LayerCall): number {
  return fields.count(fields.kind.startsWith('nnx.') ? 'out_features' : 'features');
}

const dense: LayerBody = (call) => {
  const { trace, node, x, fields, owner } = call;
  if (fields.kind.startsWith('nnx.'))
    trace.ask(x, { kind: 'shape', shape: [fields.count('in_features')], how: `the first ${fields.kind}` });
  const operation: Operation = { kind: 'dense', units: featuresOf(call), useBias: fields.flag('use_bias', true) };
  return misfits(call, 'in_features') ?? trace.writer.emit(node, [x], { type: 'dense', operation, owner });
};

const convolution: LayerBody = (call) => {
  const { x, fields } = call;
  const filters = featuresOf(call);
  const groups = fields.count('feature_group_count', 1);
  const useBias = fields.flag('use_bias', true);
  if (fields.get('mask') !== undefined && fields.get('mask') !== null)
    throw new Refusal('A convolution with a mask is not analyzed.');
  if (fields.extents('input_dilation', rankOf(call), 1)?.some((step) => step !== 1))
    throw new Refusal('A convolution of a spread input is not analyzed.');
  const window = isCausal(call) ? causalWindow(call) : windowOf(call, { kernel: 'kernel_size', fallback: 'same' });
  return (
    misfits(call, 'in_features') ??
    groupedConvolution(call, { window, filters, groups, useBias, channels: x.shape?.at(-1) })
  );
};

/**
 * Flax slides a kernel over what comes in with zeros between: `padding` is what stands around that. The window of a
 * transposed convolution says what is cut off instead.
 */
const transposedConvolution: LayerBody = (call) => {
  const { trace, node, x, fields, owner } = call;
  const filters = featuresOf(call);
  if (fields.get('mask') !== undefined && fields.get('mask') !== null)
    throw new Refusal('A convolution with a mask is not analyzed.');
  const window = windowOf(call, { kernel: 'kernel_size', fallback: 'same' });
  const cut = (axis: 0 | 1): readonly [number, number] => {
    const reach = (window.kernel[axis] - 1) * window.dilation[axis];
    const [before, after] = around(window, axis);
    return [reach - before, reach - after];
  };
  const padding = window.rank === 1 ? ([[0, 0], cut(1)] as const) : ([cut(0), cut(1)] as const);
  const useBias = fields.flag('use_bias', true);
  const operation: Operation = {
    kind: 'transposedConvolution',
    window: { ...window, padding },
    filters,
    groups: 1,
    useBias,
  };
  const misfit = misfits(call, 'in_features');
  if (misfit) return misfit;
  // Its kernels are the other way round.
  trace.writer.isInexact = true;
  return trace.writer.emit(node, [x], { type: `conv${window.rank}d_transpose`, operation, owner });
};

/** Zeros on both sides along one axis, as `jax.lax.conv_transpose` has them. */
function around({ kernel, dilation, strides, padding }: Window, axis: 0 | 1): readonly [number, number] {
  if (typeof padding !== 'string') return padding[axis];
  const reach = (kernel[axis] - 1) * dilation[axis] + 1;
  const stride = strides[axis];
  const total = reach + stride - 2 + (padding === 'valid' ? Math.max(reach - stride, 0) : 0);
  const before = padding === 'valid' || stride > reach - 1 ? reach - 1 : Math.ceil(total / 2);
  return [before, total - before];
}

/** At evaluation, by the averages that were kept; by the statistics of its batch only where the source says so. */
const batchNormalization: LayerBody = (call) => {
  const { trace, node, x, fields, owner } = call;
  const scale = fields.flag('use_scale', true);
  const center = fields.flag('use_bias', true);
  const misfit = misfits(call, 'num_features');
  if (misfit) return misfit;
  const axis = fields.get('axis') ?? -1;
  if (axis !== -1) throw new Refusal('A batch normalization along another axis than that of channels is not analyzed.');
  if (fields.kind === 'linen.BatchNorm' && fields.get('use_running_average') === false)
    return normalization('batch normalization by the statistics of its batch', true)(call);
  const epsilon = fields.number('epsilon', 1e-5);
  return trace.writer.emit(node, [x], {
    type: 'batch_normalization',
    operation: { kind: 'batchNormalization', epsilon, center, scale, statistics: 'buffers' },
    owner,
  });
};

const normalization =
  (what: string, isCentered: boolean): LayerBody =>
  ({ trace, node, x, fields }) => {
    const features = x.shape?.at(-1) ?? 0;
    const count = Number(fields.flag('use_scale', true)) + Number(isCentered && fields.flag('use_bias', true));
    const parameters = { constant: features * count, perFeature: [] };
    const operation: Operation = { kind: 'notPiecewiseLinear', what, output: undefined, parameters };
    return trace.writer.emit(node, [x], { type: node.op, operation, owner: undefined });
  };

const dropout: LayerBody = ({ trace, node, x }) => trace.emit(node, x, 'dropout', { kind: 'identity' });

const bodies: Readonly<Record<string, LayerBody>> = {
  Dense: dense,
  Linear: dense,
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  BatchNorm: batchNormalization,
  LayerNorm: normalization('layer normalization', true),
  RMSNorm: normalization('RMS normalization', false),
  GroupNorm: normalization('group normalization', true),
  InstanceNorm: normalization('instance normalization', true),
  Dropout: dropout,
};

/** What a layer of Flax makes of a tensor; undefined for a class that is not known. */
export function applyFlaxLayer(call: LayerCall): TensorValue | undefined {
  const name = call.fields.kind.replace(/^\w+\./, '');
  return Object.hasOwn(bodies, name) ? bodies[name](call) : undefined;
}

/** `nn.avg_pool(x, (2, 2), strides=(2, 2))`: by one step, and without padding, by default. */
export function poolFlax(call: LayerCall, kind: 'maxPooling' | 'averagePooling'): TensorValue {
  const { trace, node, x, fields } = call;
  const window = windowOf(call, { kernel: 'window_shape', fallback: 'valid' });
  if (kind === 'averagePooling' && window.padding !== 'valid' && fields.get('count_include_pad') !== false)
    throw new Refusal('An average over zeros outside of the input is not analyzed.');
  return pool(trace.writer, node, x, kind, window);
}

/** Places of what was given, by the native format's names. */
export function flaxPlaces(fields: Fields): Record<string, Span> {
  const isDense = /\.(?:Dense|Linear)$/.test(fields.kind);
  const native: Record<string, string> = {
    features: isDense ? 'units' : 'filters',
    out_features: isDense ? 'units' : 'filters',
    kernel_size: 'kernel_size',
    strides: 'strides',
    padding: 'padding',
    kernel_dilation: 'dilation_rate',
    feature_group_count: 'groups',
  };
  const places: Record<string, Span> = {};
  for (const [name, ours] of Object.entries(native)) {
    const span = fields.span(name);
    if (span) places[ours] = span;
  }
  return places;
}
