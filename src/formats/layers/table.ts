import { linear } from '../../network/activation.ts';
import type { Activation } from '../../network/activation.ts';
import type { Operation, OutputRule, ParameterRule, Semiring } from '../../network/operation.ts';
import { isList, isRecord, stringOf } from '../json/plain.ts';
import type { PlainValue } from '../json/plain.ts';
import { activationField, activationLayerTypes, activationOfLayer, isActivationLayer } from './activations.ts';
import type { Fields } from './fields.ts';

/** What a layer computes, before its activation, and the activation. */
export interface LayerParts {
  readonly operation: Operation;
  readonly activation: Activation;
}

type Rank = 1 | 2;
type OperationReader = (fields: Fields) => Operation;

const identity: Operation = { kind: 'identity' };

function useBias(fields: Fields): boolean {
  return fields.boolean('use_bias', true);
}

const dense: OperationReader = (fields) => ({
  kind: 'dense',
  units: fields.integer('units', 1),
  useBias: useBias(fields),
});

const convolution =
  (rank: Rank): OperationReader =>
  (fields) => ({
    kind: 'convolution',
    window: fields.convolutionWindow(rank),
    filters: fields.integer('filters', 1),
    groups: fields.integer('groups', 1, 1),
    useBias: useBias(fields),
  });

const depthwiseConvolution =
  (rank: Rank): OperationReader =>
  (fields) => ({
    kind: 'depthwiseConvolution',
    window: fields.convolutionWindow(rank),
    multiplier: fields.integer('depth_multiplier', 1, 1),
    useBias: useBias(fields),
  });

const separableConvolution =
  (rank: Rank): OperationReader =>
  (fields) => ({
    kind: 'separableConvolution',
    window: fields.convolutionWindow(rank),
    filters: fields.integer('filters', 1),
    multiplier: fields.integer('depth_multiplier', 1, 1),
    useBias: useBias(fields),
  });

const transposedConvolution =
  (rank: Rank): OperationReader =>
  (fields) => {
    if (fields.get('output_padding') !== undefined) {
      fields.unsupported('output_padding', 'output_padding of a transposed convolution is not read yet.');
    }
    return {
      kind: 'transposedConvolution',
      window: fields.convolutionWindow(rank),
      filters: fields.integer('filters', 1),
      groups: fields.integer('groups', 1, 1),
      useBias: useBias(fields),
    };
  };

const locallyConnected =
  (rank: Rank): OperationReader =>
  (fields) => {
    return {
      kind: 'locallyConnected',
      window: fields.convolutionWindow(rank),
      filters: fields.integer('filters', 1),
      useBias: useBias(fields),
    };
  };

const semiring = (fields: Fields): Semiring => fields.oneOf('semiring', ['max', 'min'], 'max');

const tropicalDense: OperationReader = (fields) => ({
  kind: 'tropicalDense',
  units: fields.integer('units', 1),
  semiring: semiring(fields),
});

/** Over channels a unit goes on as it does over its window, or the channels' own units are added up. */
const tropicalConvolution =
  (rank: Rank): OperationReader =>
  (fields) => {
    const own = semiring(fields);
    return {
      kind: 'tropicalConvolution',
      window: fields.convolutionWindow(rank),
      filters: fields.integer('filters', 1),
      semiring: own,
      sumsChannels: fields.oneOf('reduce', [own, 'sum'], own) === 'sum',
    };
  };

const zeroPadding =
  (rank: Rank): OperationReader =>
  (fields) => ({
    kind: 'zeroPadding',
    padding: fields.explicitPadding('padding', rank),
    rank,
  });

const upSampling =
  (rank: Rank): OperationReader =>
  (fields) => {
    const interpolation = fields.get('interpolation') ?? 'nearest';
    if (interpolation !== 'nearest' && interpolation !== 'bilinear') {
      fields.unsupported('interpolation', 'Only nearest and bilinear interpolation are analyzed.');
    }
    return {
      kind: 'upSampling',
      factors: fields.sizes('size', rank, rank === 1 ? [1, 2] : [2, 2]),
      rank,
      bilinear: interpolation === 'bilinear',
    };
  };

const batchNormalization: OperationReader = (fields) => {
  fields.get('momentum');
  const axis = normalizedAxis(fields);
  // A field of Keras 1.
  const mode = fields.dialect !== 'native' ? (fields.get('mode') ?? 0) : 0;
  if (mode !== 0)
    fields.unsupported('mode', 'Normalizing by the statistics of the samples themselves is not analyzed.');
  return {
    kind: 'batchNormalization',
    epsilon: fields.number('epsilon', 1e-3),
    center: fields.boolean('center', true),
    scale: fields.boolean('scale', true),
    ...(fields.boolean('statistics', true) ? {} : { statistics: false }),
    ...(axis !== undefined && axis !== -1 && { axis }),
  };
};

/** Keras counts the batch as axis 0 and may write a list of one; undefined where it is not given. */
function normalizedAxis(fields: Fields): number | undefined {
  const written = fields.get('axis');
  const axis = isList(written) && written.length === 1 ? written[0] : written;
  if (axis === undefined) return undefined;
  if (isList(axis)) {
    fields.unsupported('axis', 'Normalizing along several axes at once is not analyzed.');
  } else if (typeof axis === 'number' && Number.isInteger(axis) && axis !== 0) {
    return axis > 0 ? axis - 1 : axis;
  } else {
    fields.bad('axis', axis, 'a whole number other than 0, the batch');
  }
  return undefined;
}

const reshape: OperationReader = (fields) => {
  const target = fields.get('target_shape');
  const whole = (extent: unknown) =>
    typeof extent === 'number' && Number.isSafeInteger(extent) && extent >= -1 && extent !== 0;
  if (isList(target) && target.length > 0 && target.every(whole))
    return { kind: 'reshape', target: target as number[] };
  if (target !== undefined) {
    fields.bad('target_shape', target, 'a list of positive whole numbers, one of which may be -1');
  } else if (!fields.has('target_shape')) {
    fields.fail('target_shape', 'missing-field', 'target_shape is missing.');
  }
  return { kind: 'reshape', target: [] };
};

/** Keras counts the batch as axis 0; an operation's axis does not. */
const concatenate: OperationReader = (fields) => {
  const axis = fields.get('axis') ?? -1;
  if (typeof axis === 'number' && Number.isInteger(axis) && axis !== 0) {
    return { kind: 'concatenate', axis: axis > 0 ? axis - 1 : axis };
  }
  fields.bad('axis', axis, 'a whole number other than 0, the batch');
  return { kind: 'concatenate', axis: -1 };
};

const graphConvolution: OperationReader = (fields) => {
  const adjacency = fields.get('adjacency');
  const units = fields.integer('units', 1);
  const matrix =
    isList(adjacency) &&
    adjacency.every((row) => isList(row) && row.every((entry) => typeof entry === 'number' && Number.isFinite(entry)));
  if (adjacency === undefined) fields.fail('adjacency', 'missing-field', 'adjacency is missing.');
  else if (!matrix) fields.bad('adjacency', adjacency, 'a square matrix of numbers, row by row');
  return {
    kind: 'graphConvolution',
    units,
    adjacency: matrix ? (adjacency as number[][]) : [],
    useBias: useBias(fields),
  };
};

/** Layers that are the identity, at inference, whatever these fields say. */
const identityWith =
  (...ignored: string[]): OperationReader =>
  (fields) => {
    for (const field of ignored) fields.get(field);
    return identity;
  };

const pooling =
  (kind: 'maxPooling' | 'averagePooling', rank: Rank): OperationReader =>
  (fields) => ({
    kind,
    window: fields.poolingWindow(rank),
  });

const globalPooling =
  (kind: 'globalMaxPooling' | 'globalAveragePooling', rank: Rank): OperationReader =>
  (fields) => ({
    kind,
    rank,
    keepDims: fields.boolean('keepdims', false),
  });

/** Axes are counted from 1, as Keras does: 0 is the batch. */
const permute: OperationReader = (fields) => {
  const dims = fields.get('dims');
  const isOrder = isList(dims) && dims.length > 0 && dims.every((_, k) => dims.includes(k + 1));
  if (isOrder) {
    const order = (dims as number[]).map((axis) => axis - 1);
    return order.every((axis, k) => axis === k) ? identity : { kind: 'select', selection: { by: 'axes', order } };
  }
  if (dims !== undefined) fields.bad('dims', dims, 'the axes in their new order, counted from 1: [2, 1]');
  else if (!fields.has('dims')) fields.fail('dims', 'missing-field', 'dims is missing.');
  return identity;
};

/** Keras counts the batch as axis 0; an operation's axis does not. */
const select: OperationReader = (fields) => {
  const axis = fields.get('axis') ?? -1;
  const places = fields.get('places');
  if (!(typeof axis === 'number' && Number.isInteger(axis) && axis !== 0))
    fields.bad('axis', axis, 'a whole number other than 0, the batch');
  if (places === undefined && !fields.has('places')) fields.fail('places', 'missing-field', 'places is missing.');
  else if (places !== undefined && !(areWhole(places, -1) && places.length > 0))
    fields.bad('places', places, 'a list of places counted from 0, in which -1 stands for a zero');
  const counted = typeof axis === 'number' && axis > 0 ? axis - 1 : Number(axis);
  return { kind: 'select', selection: { by: 'places', axis: counted, places: areWhole(places, -1) ? places : [0] } };
};

const blocks =
  (into: 'positions' | 'channels'): OperationReader =>
  (fields) => ({ kind: 'select', selection: { by: 'blocks', size: fields.integer('block_size', 1), into } });

/** Any layer that is not piecewise linear, by what it gives and how many weights it has. */
const opaque: OperationReader = (fields) => {
  const [output, parameters] = [outputRule(fields), parameterRule(fields)];
  return {
    kind: 'notPiecewiseLinear',
    what: stringOf(fields.get('what')) ?? 'this layer',
    ...(output && { output }),
    ...(parameters && { parameters }),
  };
};

/** A layer that another format has and that is not analyzed, with the sentence why. */
const unknown: OperationReader = (fields) => {
  fields.unsupported('why', stringOf(fields.get('why')) ?? 'What this layer computes is not known.');
  return identity;
};

function outputRule(fields: Fields): OutputRule | undefined {
  const rule = fields.get('output');
  if (rule === undefined) return undefined;
  const { append, keep = null } = isRecord(rule) ? rule : {};
  if (areWhole(append, -Infinity) && (keep === null || Number.isSafeInteger(keep)))
    return { ...(keep !== null && { keep: Number(keep) }), append };
  fields.bad('output', rule, 'an object such as { "append": [10] }');
  return undefined;
}

function parameterRule(fields: Fields): ParameterRule | undefined {
  const rule = fields.get('parameters');
  if (rule === undefined) return undefined;
  const { constant = 0, per_feature: perFeature = [], axis } = isRecord(rule) ? rule : { constant: null };
  if (areWhole([constant, axis ?? 0], 0) && areWhole(perFeature, 0))
    return { constant: Number(constant), perFeature, ...(axis !== undefined && { axis: Number(axis) }) };
  fields.bad('parameters', rule, 'an object such as { "constant": 10 }, of numbers that are not negative');
  return undefined;
}

function areWhole(value: PlainValue | undefined, least: number): value is number[] {
  return isList(value) && value.every((entry) => Number.isInteger(entry) && Number(entry) >= least);
}

const readers: Readonly<Record<string, OperationReader>> = {
  dense,
  conv1d: convolution(1),
  conv2d: convolution(2),
  depthwise_conv1d: depthwiseConvolution(1),
  depthwise_conv2d: depthwiseConvolution(2),
  separable_conv1d: separableConvolution(1),
  separable_conv2d: separableConvolution(2),
  conv1d_transpose: transposedConvolution(1),
  conv2d_transpose: transposedConvolution(2),
  locally_connected1d: locallyConnected(1),
  locally_connected2d: locallyConnected(2),
  maxout: (fields) => ({ kind: 'maxout', units: fields.integer('units', 1), rank: fields.integer('rank', 1) }),
  tropical_dense: tropicalDense,
  tropical_conv1d: tropicalConvolution(1),
  tropical_conv2d: tropicalConvolution(2),
  max_pooling1d: pooling('maxPooling', 1),
  max_pooling2d: pooling('maxPooling', 2),
  average_pooling1d: pooling('averagePooling', 1),
  average_pooling2d: pooling('averagePooling', 2),
  global_max_pooling1d: globalPooling('globalMaxPooling', 1),
  global_max_pooling2d: globalPooling('globalMaxPooling', 2),
  global_average_pooling1d: globalPooling('globalAveragePooling', 1),
  global_average_pooling2d: globalPooling('globalAveragePooling', 2),
  batch_normalization: batchNormalization,
  flatten: () => ({ kind: 'flatten' }),
  reshape,
  permute,
  select,
  depth_to_space: blocks('positions'),
  space_to_depth: blocks('channels'),
  dropout: identityWith('rate', 'noise_shape', 'seed'),
  activity_regularization: identityWith('l1', 'l2'),
  activation: identityWith(),
  zero_padding1d: zeroPadding(1),
  zero_padding2d: zeroPadding(2),
  up_sampling1d: upSampling(1),
  up_sampling2d: upSampling(2),
  add: () => ({ kind: 'add' }),
  subtract: () => ({ kind: 'subtract' }),
  average: () => ({ kind: 'average' }),
  maximum: () => ({ kind: 'maximum' }),
  concatenate,
  graph_conv: graphConvolution,
  opaque,
  unknown,
};

/** The types whose `activation` field means something; all others leave it unread. */
const withActivation = new Set([
  'dense',
  'conv1d',
  'conv2d',
  'depthwise_conv1d',
  'depthwise_conv2d',
  'separable_conv1d',
  'separable_conv2d',
  'conv1d_transpose',
  'conv2d_transpose',
  'locally_connected1d',
  'locally_connected2d',
  'graph_conv',
  'activation',
]);

/** Native types of layers that carry out a piecewise-linear operation or are an activation. */
export function isLayerType(type: string): boolean {
  return Object.hasOwn(readers, type) || isActivationLayer(type);
}

/** Every native type, for suggestions. */
export function layerTypes(): string[] {
  return [...Object.keys(readers), ...activationLayerTypes];
}

/**
 * What a layer of a native type computes, from its fields; only for types that `isLayerType` knows.
 * A layer with a failure gets an operation that says so.
 */
export function layerParts(type: string, fields: Fields): LayerParts {
  const parts = isActivationLayer(type)
    ? { operation: identity, activation: activationOfLayer(type, fields) }
    : { operation: readers[type](fields), activation: withActivation.has(type) ? activationField(fields) : linear };
  if (type === 'activation' && !fields.has('activation')) {
    fields.fail('activation', 'missing-field', 'activation is missing.');
  }
  return fields.failure === null ? parts : { ...parts, operation: { kind: 'unknown', why: fields.failure } };
}
