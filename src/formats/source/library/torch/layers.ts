import { generalRelu } from '../../../../network/activation.ts';
import type { PiecewiseLinearActivation } from '../../../../network/activation.ts';
import type { OutputRule, ParameterRule } from '../../../../network/operation.ts';
import { sizeOf } from '../../../../network/shape.ts';
import { dense } from '../../../graph/operators/affine.ts';
import type { GraphNode } from '../../../graph/node.ts';
import { withChannels } from '../../../graph/order.ts';
import { flatten } from '../../../graph/operators/reshaping.ts';
import { Refusal } from '../../../graph/writer.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { List, Tuple } from '../../python/evaluation/values.ts';
import { activationOf } from './activations.ts';
import { convolution, transposedConvolution, withChannelsFirst } from './convolutions.ts';
import { UnknownField } from './fields.ts';
import type { Fields } from './fields.ts';
import { adaptive, averagePool, maxPool, padding, upsample } from './pooling.ts';
import { flattenRange, reshapeTo } from './shapes.ts';
import { channelShuffle, pixelShuffle, pixelUnshuffle } from './shuffles.ts';
import { weights } from './trace.ts';
import type { Trace } from './trace.ts';

/** What a layer does to a tensor. `owner` names its weights: a layer that is used twice has them once. */
export interface LayerCall {
  readonly trace: Trace;
  readonly node: GraphNode;
  readonly x: TensorValue;
  readonly fields: Fields;
  readonly owner: string;
}

type LayerBody = (call: LayerCall) => TensorValue;

function linearLayer({ trace, node, x, fields, owner }: LayerCall): TensorValue {
  const units = fields.count('out_features');
  const bias = fields.flag('bias', true);
  const needed = fields.kind === 'LazyLinear' ? undefined : featuresOf(fields, x);
  if (needed !== undefined) trace.ask(x, { kind: 'shape', shape: [needed], how: `the first ${fields.kind}` });
  const given = x.shape?.at(-1);
  if (x.channelsFirst && (x.shape?.length ?? 0) > 1) trace.asksChannelsLast(x);
  if (needed !== undefined && given !== undefined && needed !== given) {
    trace.misfit ??= { needed, given };
    const place = fields.span('in_features') ?? node;
    trace.writer.report('shape-mismatch', 'error', misfitMessage(node, needed, given, x), place);
    return trace.unknown(node, [x], `It takes ${needed} numbers, ${given} come in.`);
  }
  const rows = needed ?? given;
  if (rows === undefined) throw new Refusal('How many numbers come into this is not known.');
  const y = dense(trace.writer, node, x, weights(owner, [units, rows]), true);
  setBias(trace, bias);
  return y;
}

function misfitMessage(node: GraphNode, needed: number, given: number, { shape }: TensorValue): string {
  const flat = shape && sizeOf(shape) === needed ? ' Flatten them first.' : '';
  return `${node.name}: in_features is ${needed}, ${given} numbers come in.${flat}`;
}

/** Where the source does not tell the number of features, it can only be that which comes in. */
function featuresOf(fields: Fields, { shape }: TensorValue): number | undefined {
  try {
    return fields.count('in_features');
  } catch (error) {
    if (error instanceof UnknownField && shape) return undefined;
    throw error;
  }
}

function setBias(trace: Trace, useBias: boolean): void {
  const draft = trace.writer.drafts.at(-1);
  if (draft && 'useBias' in draft.operation) draft.operation = { ...draft.operation, useBias };
}

/** At evaluation a factor and a shift for each channel. */
function batchNormalization(call: LayerCall): TensorValue {
  const { trace, node, fields, owner } = call;
  const x = withChannelsFirst(call);
  const rank = fields.kind.includes('1d') ? 1 : fields.kind.includes('2d') ? 2 : undefined;
  const isLazy = fields.kind.startsWith('Lazy');
  const features = isLazy ? undefined : fields.count('num_features');
  if (features !== undefined) {
    if (rank === 2) trace.ask(x, { kind: 'channels', channels: features, rank });
    else trace.ask(x, { kind: 'shape', shape: [features], how: `the first ${fields.kind}` });
  }
  const affine = fields.flag('affine', true);
  const epsilon = fields.number('eps', 1e-5);
  if (!fields.flag('track_running_stats', true))
    return smooth(
      trace,
      node,
      x,
      'batch normalization by the statistics of its batch',
      constant(affine ? 2 * (features ?? 0) : 0),
    );
  const { shape } = x;
  if (shape && rank === 2 && shape.length !== 3) throw new Refusal(`${fields.kind} needs channels, rows and columns.`);
  const given = shape?.at(-1);
  if (given !== undefined && features !== undefined && given !== features) {
    const message = `${node.name}: num_features is ${features}, ${given} channels come in.`;
    trace.writer.report('shape-mismatch', 'error', message, fields.span('num_features') ?? node);
    return trace.unknown(node, [x], message);
  }
  return trace.writer.emit(node, [x], {
    type: 'batch_normalization',
    operation: { kind: 'batchNormalization', epsilon, center: affine, scale: affine, statistics: 'buffers' },
    owner,
  });
}

function constant(count: number): ParameterRule {
  return { constant: count, perFeature: [] };
}

/** A layer that is understood and is not piecewise linear. */
function smooth(
  trace: Trace,
  node: GraphNode,
  x: TensorValue,
  what: string,
  parameters: ParameterRule | undefined,
  output?: OutputRule,
): TensorValue {
  return trace.writer.emit(node, [x], {
    type: node.op,
    operation: { kind: 'notPiecewiseLinear', what, output, parameters },
    owner: undefined,
  });
}

function prelu(call: LayerCall): TensorValue {
  const { trace, node, fields, owner } = call;
  const count = fields.count('num_parameters', 1);
  const x = count > 1 ? withChannelsFirst(call) : call.x;
  const { shape } = x;
  const channels = shape?.at(-1);
  if (count > 1 && channels !== undefined && channels !== count)
    throw new Refusal(`This PReLU has ${count} slopes, ${channels} channels come in.`);
  const axes = shape?.map((_extent, axis) => axis) ?? [0];
  const activation: PiecewiseLinearActivation = {
    ...generalRelu('prelu', { negativeSlope: fields.number('init', 0.25) }),
    learned: true,
    sharedAxes: count === 1 ? axes : axes.slice(0, -1),
  };
  return trace.writer.emit(node, [x], { type: 'prelu', operation: { kind: 'identity' }, activation, owner });
}

function layerNormalization({ trace, node, x, fields }: LayerCall): TensorValue {
  const value = fields.get('normalized_shape');
  const extents = value instanceof Tuple || value instanceof List ? value.items : [value];
  const size = extents.every((item) => typeof item === 'number')
    ? extents.reduce((product, item) => product * item, 1)
    : 0;
  const isAffine = fields.flag('elementwise_affine', true);
  const isPlain = fields.kind === 'RMSNorm' || !fields.flag('bias', true);
  const what = fields.kind === 'RMSNorm' ? 'RMS normalization' : 'layer normalization';
  return smooth(trace, node, x, what, constant(isAffine ? size * (isPlain ? 1 : 2) : 0));
}

/** A recurrent layer's weights: `gates` of them for inputs, state and two biases. */
const recurrent =
  (what: string, gates: number): LayerBody =>
  ({ trace, node, x: given, fields }) => {
    // Features are along the last axis.
    const x = given.shape && given.shape.length > 1 ? withChannels(trace.writer, node, given, false) : given;
    const [input, hidden] = [fields.count('input_size'), fields.count('hidden_size')];
    const layers = fields.count('num_layers', 1);
    const directions = fields.flag('bidirectional', false) ? 2 : 1;
    const biases = fields.flag('bias', true) ? 2 : 0;
    let total = 0;
    for (let layer = 0; layer < Math.min(layers, 1000); layer++) {
      const width = layer === 0 ? input : hidden * directions;
      total += directions * gates * hidden * (width + hidden + biases);
    }
    return smooth(trace, node, x, what, constant(total), { keep: -1, append: [hidden * directions] });
  };

function attention({ trace, node, x, fields }: LayerCall): TensorValue {
  const width = fields.count('embed_dim');
  const bias = fields.flag('bias', true) ? 4 * width : 0;
  return smooth(trace, node, x, 'attention', constant(4 * width * width + bias));
}

function embedding({ trace, node, x, fields }: LayerCall): TensorValue {
  const [count, width] = [fields.count('num_embeddings'), fields.count('embedding_dim')];
  const output = { keep: x.shape?.length ?? 1, append: [width] };
  const y = smooth(trace, node, x, 'an embedding of whole numbers', constant(count * width), output);
  return { ...y, channelsFirst: false };
}

const gated: LayerBody = ({ trace, node, x }) => {
  const channels = x.shape?.at(-1);
  if (channels === undefined || channels % 2 !== 0)
    throw new Refusal('A gated linear unit needs an even number of channels.');
  return smooth(trace, node, x, 'a gated linear unit', constant(0), { keep: -1, append: [channels / 2] });
};

const identity =
  (type: string): LayerBody =>
  ({ trace, node, x }) =>
    trace.emit(node, x, type, { kind: 'identity' });

const normalization =
  (what: string, features: string | undefined, isAffineByDefault: boolean): LayerBody =>
  ({ trace, node, x, fields }) => {
    const count = features !== undefined && fields.flag('affine', isAffineByDefault) ? 2 * fields.count(features) : 0;
    return smooth(trace, node, x, what, constant(count));
  };

const refused =
  (why: string): LayerBody =>
  () => {
    throw new Refusal(why);
  };

const flat: LayerBody = (call) => {
  const { trace, node, x, fields } = call;
  const start = fields.count('start_dim', 1, -10);
  const end = fields.count('end_dim', -1, -10);
  if (start === 1 && end === -1) return flatten(trace.writer, node, x);
  return flattenRange(trace, node, x, start, end);
};

const unflatten: LayerBody = ({ trace, node, x, fields }) => {
  const size = fields.get('unflattened_size');
  const dim = fields.get('dim');
  if (!(size instanceof Tuple || size instanceof List))
    throw new Refusal('To what shape this unflattens is not known.');
  if (dim !== 1 || (x.shape && x.shape.length > 1))
    throw new Refusal('Unflattening other than a vector is not analyzed.');
  return reshapeTo(trace, node, x, size.items);
};

const bodies: Readonly<Record<string, LayerBody>> = {
  Linear: linearLayer,
  LazyLinear: linearLayer,
  Conv1d: convolution(1),
  Conv2d: convolution(2),
  Conv3d: refused('Layers over three spatial axes are not analyzed.'),
  LazyConv1d: convolution(1),
  LazyConv2d: convolution(2),
  ConvTranspose1d: transposedConvolution(1),
  ConvTranspose2d: transposedConvolution(2),
  ConvTranspose3d: refused('Layers over three spatial axes are not analyzed.'),
  MaxPool1d: maxPool(1),
  MaxPool2d: maxPool(2),
  MaxPool3d: refused('Layers over three spatial axes are not analyzed.'),
  AvgPool1d: averagePool(1),
  AvgPool2d: averagePool(2),
  AvgPool3d: refused('Layers over three spatial axes are not analyzed.'),
  AdaptiveAvgPool1d: adaptive(1, 'averagePooling'),
  AdaptiveAvgPool2d: adaptive(2, 'averagePooling'),
  AdaptiveMaxPool1d: adaptive(1, 'maxPooling'),
  AdaptiveMaxPool2d: adaptive(2, 'maxPooling'),
  BatchNorm1d: batchNormalization,
  BatchNorm2d: batchNormalization,
  BatchNorm3d: refused('Layers over three spatial axes are not analyzed.'),
  SyncBatchNorm: batchNormalization,
  LazyBatchNorm1d: batchNormalization,
  LazyBatchNorm2d: batchNormalization,
  InstanceNorm1d: normalization('instance normalization', 'num_features', false),
  InstanceNorm2d: normalization('instance normalization', 'num_features', false),
  GroupNorm: normalization('group normalization', 'num_channels', true),
  LocalResponseNorm: normalization('local response normalization', undefined, false),
  LayerNorm: layerNormalization,
  RMSNorm: layerNormalization,
  Flatten: flat,
  Unflatten: unflatten,
  Upsample: upsample,
  UpsamplingNearest2d: upsample,
  UpsamplingBilinear2d: upsample,
  PixelShuffle: pixelShuffle,
  PixelUnshuffle: pixelUnshuffle,
  ChannelShuffle: channelShuffle,
  ZeroPad1d: padding(1),
  ZeroPad2d: padding(2),
  ConstantPad1d: padding(1),
  ConstantPad2d: padding(2),
  ReflectionPad1d: padding(1),
  ReflectionPad2d: padding(2),
  ReplicationPad1d: padding(1),
  ReplicationPad2d: padding(2),
  CircularPad1d: padding(1),
  CircularPad2d: padding(2),
  PReLU: prelu,
  GLU: gated,
  Identity: ({ x }) => x,
  Dropout: identity('dropout'),
  Dropout1d: identity('dropout'),
  Dropout2d: identity('dropout'),
  Dropout3d: identity('dropout'),
  AlphaDropout: identity('dropout'),
  FeatureAlphaDropout: identity('dropout'),
  DropPath: identity('dropout'),
  LSTM: recurrent('an LSTM', 4),
  GRU: recurrent('a GRU', 3),
  RNN: recurrent('a recurrent layer', 1),
  MultiheadAttention: attention,
  Embedding: embedding,
};

/** What a layer of `torch.nn` makes of a tensor, or undefined for a class that is not known. */
export function applyLayer(call: LayerCall): TensorValue | undefined {
  const { kind } = call.fields;
  if (Object.hasOwn(bodies, kind)) return bodies[kind](call);
  const activation = activationOf(call.fields);
  return activation && call.trace.activate(call.node, call.x, activation);
}

export function isLayer(kind: string): boolean {
  return Object.hasOwn(bodies, kind);
}
