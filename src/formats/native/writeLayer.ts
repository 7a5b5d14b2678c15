import { activationByName, linear } from '../../network/activation.ts';
import type { Activation } from '../../network/activation.ts';
import type { LayerDefinition } from '../../network/definition.ts';
import type { Operation, Padding, Window } from '../../network/operation.ts';
import type { Selection } from '../../network/selection.ts';

/** Data as it is written: fields in this order, undefined ones left out. */
export type Written =
  string | number | boolean | readonly Written[] | { readonly [field: string]: Written | undefined };

/** The type and the fields of a layer that say what it computes. */
export function writeOperation({ operation, activation, type }: LayerDefinition): Record<string, Written | undefined> {
  const written = operationFields(operation);
  if (operation.kind === 'identity') return identityFields(type, activation);
  return { ...written, activation: isIdentity(activation) ? undefined : writeActivation(activation) };
}

/** ConvNetJS scales by a dropout's share: linear, but not the identity. */
function isIdentity(activation: Activation): boolean {
  return JSON.stringify(activation) === JSON.stringify(linear);
}

function identityFields(type: string, activation: Activation): Record<string, Written> {
  if (isIdentity(activation)) return { type: 'dropout' };
  const written = writeActivation(activation);
  return type === 'relu' && written === 'relu' ? { type } : { type: 'activation', activation: written };
}

/** By its name where that says it all, else by its pieces. */
function writeActivation(activation: Activation): Written {
  if (activation.kind === 'smooth') return activation.name;
  const { name, breakpoints, slopes, intercepts, learned, sharedAxes } = activation;
  if (JSON.stringify(activationByName(name)) === JSON.stringify(activation)) return name;
  const shared_axes = sharedAxes?.map((axis) => axis + 1);
  return { name, breakpoints, slopes, intercepts, learned, shared_axes };
}

function operationFields(operation: Operation): Record<string, Written | undefined> {
  switch (operation.kind) {
    case 'dense':
      return { type: 'dense', units: operation.units, ...bias(operation) };
    case 'convolution': {
      const { window, filters, groups } = operation;
      return {
        type: `conv${window.rank}d`,
        filters,
        ...convolution(window),
        groups: unless(1, groups),
        ...bias(operation),
      };
    }
    case 'depthwiseConvolution': {
      const { window, multiplier } = operation;
      return {
        type: `depthwise_conv${window.rank}d`,
        ...convolution(window),
        depth_multiplier: unless(1, multiplier),
        ...bias(operation),
      };
    }
    case 'separableConvolution': {
      const { window, filters, multiplier } = operation;
      return {
        type: `separable_conv${window.rank}d`,
        filters,
        ...convolution(window),
        depth_multiplier: unless(1, multiplier),
        ...bias(operation),
      };
    }
    case 'transposedConvolution':
      return {
        type: `conv${operation.window.rank}d_transpose`,
        filters: operation.filters,
        ...convolution(operation.window),
        groups: unless(1, operation.groups),
        ...bias(operation),
      };
    case 'locallyConnected':
      return {
        type: `locally_connected${operation.window.rank}d`,
        filters: operation.filters,
        ...convolution(operation.window),
        ...bias(operation),
      };
    case 'maxout':
      return { type: 'maxout', units: operation.units, rank: operation.rank };
    case 'tropicalDense':
      return { type: 'tropical_dense', units: operation.units, semiring: unless('max', operation.semiring) };
    case 'tropicalConvolution':
      return {
        type: `tropical_conv${operation.window.rank}d`,
        filters: operation.filters,
        ...convolution(operation.window),
        semiring: unless('max', operation.semiring),
        reduce: operation.sumsChannels ? 'sum' : undefined,
      };
    case 'maxPooling':
      return { type: `max_pooling${operation.window.rank}d`, ...pooling(operation.window) };
    case 'averagePooling':
      return { type: `average_pooling${operation.window.rank}d`, ...pooling(operation.window) };
    case 'globalMaxPooling':
      return { type: `global_max_pooling${operation.rank}d`, keepdims: unless(false, operation.keepDims) };
    case 'globalAveragePooling':
      return { type: `global_average_pooling${operation.rank}d`, keepdims: unless(false, operation.keepDims) };
    case 'batchNormalization':
      return batchNormalization(operation);
    case 'zeroPadding':
      return { type: `zero_padding${operation.rank}d`, padding: sides(operation.padding, operation.rank) };
    case 'upSampling': {
      const { rank, factors, bilinear } = operation;
      return {
        type: `up_sampling${rank}d`,
        size: extents(factors, rank),
        interpolation: bilinear ? 'bilinear' : undefined,
      };
    }
    case 'reshape':
      return { type: 'reshape', target_shape: operation.target };
    case 'select':
      return selection(operation.selection);
    // Keras counts the batch as axis 0.
    case 'concatenate':
      return { type: 'concatenate', axis: unless(-1, operation.axis >= 0 ? operation.axis + 1 : operation.axis) };
    case 'graphConvolution':
      return { type: 'graph_conv', units: operation.units, adjacency: operation.adjacency, ...bias(operation) };
    case 'notPiecewiseLinear':
      return notPiecewiseLinear(operation);
    case 'flatten':
    case 'add':
    case 'subtract':
    case 'average':
    case 'maximum':
    case 'identity':
      return { type: operation.kind };
    case 'unknown':
      return { type: 'unknown', why: operation.why };
  }
}

function unless<T extends Written>(usual: T, value: T): T | undefined {
  return value === usual ? undefined : value;
}

function bias({ useBias }: { readonly useBias: boolean }): Record<string, Written | undefined> {
  return { use_bias: unless(true, useBias) };
}

type Pair = readonly [number, number];

/** One number where all are the same, else one for each spatial axis. */
function extents([rows, columns]: Pair, rank: 1 | 2): Written {
  return rank === 1 || rows === columns ? columns : [rows, columns];
}

function windowFields(
  { rank, strides, dilation, padding }: Window,
  usualStrides: Pair,
): Record<string, Written | undefined> {
  const usual = strides[0] === usualStrides[0] && strides[1] === usualStrides[1];
  return {
    strides: usual ? undefined : extents(strides, rank),
    dilation_rate: dilation[0] === 1 && dilation[1] === 1 ? undefined : extents(dilation, rank),
    padding: paddingField(padding, rank),
  };
}

function convolution(window: Window): Record<string, Written | undefined> {
  return { kernel_size: extents(window.kernel, window.rank), ...windowFields(window, [1, 1]) };
}

function pooling(window: Window): Record<string, Written | undefined> {
  return { pool_size: extents(window.kernel, window.rank), ...windowFields(window, window.kernel) };
}

function paddingField(padding: Padding, rank: 1 | 2): Written | undefined {
  return typeof padding === 'string' ? unless('valid', padding) : sides(padding, rank);
}

function sides(padding: readonly [Pair, Pair], rank: 1 | 2): Written {
  return rank === 1 ? padding[1] : padding;
}

function batchNormalization({
  epsilon,
  center,
  scale,
  statistics,
  axis = -1,
}: Extract<Operation, { kind: 'batchNormalization' }>) {
  return {
    type: 'batch_normalization',
    epsilon: unless(1e-3, epsilon),
    center: unless(true, center),
    scale: unless(true, scale),
    statistics: unless(true, statistics !== false),
    axis: unless(-1, axis >= 0 ? axis + 1 : axis),
  };
}

function selection(selection: Selection): Record<string, Written | undefined> {
  switch (selection.by) {
    case 'places': {
      const { axis, places } = selection;
      return { type: 'select', axis: unless(-1, axis >= 0 ? axis + 1 : axis), places };
    }
    case 'axes':
      return { type: 'permute', dims: selection.order.map((axis) => axis + 1) };
    case 'blocks':
      return { type: selection.into === 'channels' ? 'space_to_depth' : 'depth_to_space', block_size: selection.size };
  }
}

function notPiecewiseLinear({ what, output, parameters }: Extract<Operation, { kind: 'notPiecewiseLinear' }>) {
  return {
    type: 'opaque',
    what,
    output: output && { keep: output.keep, append: output.append },
    parameters: parameters && {
      constant: parameters.constant,
      per_feature: parameters.perFeature,
      axis: parameters.axis,
    },
  };
}
