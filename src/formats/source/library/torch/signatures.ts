import { flaxSignatures } from '../flax/signatures.ts';
import type { Argument, Value } from '../../python/evaluation/values.ts';

const convolution = 'in_channels out_channels kernel_size stride padding dilation groups bias padding_mode';
const lazyConvolution = 'out_channels kernel_size stride padding dilation groups bias padding_mode';
const transposed =
  'in_channels out_channels kernel_size stride padding output_padding groups bias dilation padding_mode';
const maxPool = 'kernel_size stride padding dilation return_indices ceil_mode';
const averagePool = 'kernel_size stride padding ceil_mode count_include_pad divisor_override';
const batchNorm = 'num_features eps momentum affine track_running_stats';
const recurrent = 'input_size hidden_size num_layers bias batch_first dropout bidirectional';

/** The parameters of each layer's constructor in order. Functions of the same name take the input before them. */
const written: Readonly<Record<string, string>> = {
  Linear: 'in_features out_features bias',
  LazyLinear: 'out_features bias',
  Conv1d: convolution,
  Conv2d: convolution,
  Conv3d: convolution,
  LazyConv1d: lazyConvolution,
  LazyConv2d: lazyConvolution,
  ConvTranspose1d: transposed,
  ConvTranspose2d: transposed,
  ConvTranspose3d: transposed,
  MaxPool1d: maxPool,
  MaxPool2d: maxPool,
  MaxPool3d: maxPool,
  AvgPool1d: averagePool,
  AvgPool2d: averagePool,
  AvgPool3d: averagePool,
  AdaptiveAvgPool1d: 'output_size',
  AdaptiveAvgPool2d: 'output_size',
  AdaptiveMaxPool1d: 'output_size',
  AdaptiveMaxPool2d: 'output_size',
  BatchNorm1d: batchNorm,
  BatchNorm2d: batchNorm,
  BatchNorm3d: batchNorm,
  SyncBatchNorm: batchNorm,
  LazyBatchNorm1d: 'eps momentum affine track_running_stats',
  LazyBatchNorm2d: 'eps momentum affine track_running_stats',
  InstanceNorm1d: 'num_features eps momentum affine track_running_stats',
  InstanceNorm2d: 'num_features eps momentum affine track_running_stats',
  LayerNorm: 'normalized_shape eps elementwise_affine bias',
  RMSNorm: 'normalized_shape eps elementwise_affine',
  GroupNorm: 'num_groups num_channels eps affine',
  LocalResponseNorm: 'size alpha beta k',
  Flatten: 'start_dim end_dim',
  Unflatten: 'dim unflattened_size',
  Upsample: 'size scale_factor mode align_corners',
  UpsamplingNearest2d: 'size scale_factor',
  UpsamplingBilinear2d: 'size scale_factor',
  PixelShuffle: 'upscale_factor',
  PixelUnshuffle: 'downscale_factor',
  ChannelShuffle: 'groups',
  ZeroPad1d: 'padding',
  ZeroPad2d: 'padding',
  ConstantPad1d: 'padding value',
  ConstantPad2d: 'padding value',
  ReflectionPad1d: 'padding',
  ReflectionPad2d: 'padding',
  ReplicationPad1d: 'padding',
  ReplicationPad2d: 'padding',
  CircularPad1d: 'padding',
  CircularPad2d: 'padding',
  LeakyReLU: 'negative_slope inplace',
  PReLU: 'num_parameters init',
  RReLU: 'lower upper inplace',
  Hardtanh: 'min_val max_val inplace',
  Softshrink: 'lambd',
  Hardshrink: 'lambd',
  Threshold: 'threshold value inplace',
  ReLU: 'inplace',
  ReLU6: 'inplace',
  Hardsigmoid: 'inplace',
  Dropout: 'p inplace',
  Embedding: 'num_embeddings embedding_dim padding_idx',
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
  MultiheadAttention: 'embed_dim num_heads dropout bias',
  Bilinear: 'in1_features in2_features out_features bias',
  Softmax: 'dim',
  LogSoftmax: 'dim',
};

const signatures = new Map(
  Object.entries({ ...written, ...flaxSignatures }).map(([kind, names]) => [kind, names.split(' ')]),
);

export function signatureOf(kind: string): readonly string[] | undefined {
  return signatures.get(kind);
}

/** What a constructor was given for a parameter, with its place; undefined for nothing. */
export function argumentOf(args: readonly Argument[], kind: string, name: string): Argument | undefined {
  const named = args.find((argument) => argument.name === name);
  if (named) return named;
  const at = signatures.get(kind)?.indexOf(name) ?? -1;
  const positional = args.filter((argument) => argument.name === undefined);
  return at < 0 ? undefined : positional[at];
}

/** Defaults that sources read back from layers. */
const defaults: Readonly<Record<string, Value>> = { stride: 1, padding: 0, dilation: 1, groups: 1 };

export function fieldValue(args: readonly Argument[], kind: string, name: string): Value {
  const given = argumentOf(args, kind, name);
  return given ? given.value : Object.hasOwn(defaults, name) ? defaults[name] : null;
}
