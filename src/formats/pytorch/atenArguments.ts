/** Names of the arguments of PyTorch's operators in their order (`native_functions.yaml`), as far as they are read. */

const convolution = 'input weight bias stride padding dilation groups';
const transposedConvolution = 'input weight bias stride padding output_padding groups dilation';
const normalization = 'input weight bias running_mean running_var training momentum eps';
const maxPool = 'self kernel_size stride padding dilation ceil_mode';
const averagePool = 'self kernel_size stride padding ceil_mode count_include_pad';
const adaptive = 'self output_size';
const anyConvolution = 'input weight bias stride padding dilation transposed output_padding groups';
const reduction = 'self dim keepdim dtype';
const one = 'self';
const two = 'self other';
const dropout = 'input p train';
const conversion = 'self dtype';

const written: Readonly<Record<string, string>> = {
  conv1d: convolution,
  conv2d: convolution,
  conv_transpose1d: transposedConvolution,
  conv_transpose2d: transposedConvolution,
  convolution: anyConvolution,
  _convolution: anyConvolution,
  linear: 'input weight bias',
  addmm: 'self mat1 mat2 beta alpha',
  matmul: two,
  mm: 'self mat2',
  t: one,
  batch_norm: normalization,
  native_batch_norm: normalization,
  _native_batch_norm_legit: normalization,
  _native_batch_norm_legit_no_training: 'input weight bias running_mean running_var momentum eps',
  max_pool1d: maxPool,
  max_pool2d: maxPool,
  max_pool2d_with_indices: maxPool,
  avg_pool1d: averagePool,
  avg_pool2d: `${averagePool} divisor_override`,
  adaptive_avg_pool1d: adaptive,
  adaptive_avg_pool2d: adaptive,
  _adaptive_avg_pool2d: adaptive,
  adaptive_max_pool2d: adaptive,
  mean: reduction,
  sum: reduction,
  amax: 'self dim keepdim',
  amin: 'self dim keepdim',
  flatten: 'self start_dim end_dim',
  view: 'self size',
  reshape: 'self shape',
  _unsafe_view: 'self size',
  squeeze: 'self dim',
  unsqueeze: 'self dim',
  permute: 'self dims',
  transpose: 'self dim0 dim1',
  slice: 'self dim start end step',
  select: 'self dim index',
  pad: 'self pad mode value',
  constant_pad_nd: 'self pad value',
  upsample_nearest1d: 'input output_size scale_factors',
  upsample_nearest2d: 'input output_size scale_factors',
  upsample_bilinear2d: 'input output_size align_corners scale_factors',
  pixel_shuffle: 'self upscale_factor',
  embedding: 'weight indices padding_idx',
  cat: 'tensors dim',
  concat: 'tensors dim',
  sym_size: 'self dim',
  add: `${two} alpha`,
  sub: `${two} alpha`,
  rsub: `${two} alpha`,
  mul: two,
  div: two,
  maximum: two,
  minimum: two,
  max: two,
  min: two,
  zeros: 'size',
  ones: 'size',
  full: 'size fill_value',
  gt: two,
  lt: two,
  where: 'condition self other',
  neg: one,
  abs: one,
  relu: one,
  relu6: one,
  hardtanh: 'self min_val max_val',
  clamp: 'self min max',
  clamp_min: 'self min',
  clamp_max: 'self max',
  leaky_relu: 'self negative_slope',
  prelu: 'self weight',
  hardsigmoid: one,
  hardswish: one,
  sigmoid: one,
  tanh: one,
  softmax: 'self dim dtype',
  _softmax: 'self dim',
  log_softmax: 'self dim dtype',
  _log_softmax: 'self dim',
  softplus: 'self beta threshold',
  elu: 'self alpha scale input_scale',
  selu: one,
  celu: 'self alpha',
  gelu: 'self approximate',
  silu: one,
  mish: one,
  dropout,
  feature_dropout: dropout,
  alpha_dropout: dropout,
  contiguous: one,
  detach: one,
  alias: one,
  lift_fresh_copy: one,
  clone: one,
  to: conversion,
  _to_copy: conversion,
};

/** Arguments that say where and how numbers are stored, and not what they are. */
export const unimportantArguments: ReadonlySet<string> = new Set([
  'copy',
  'cudnn_enabled',
  'device',
  'half_to_float',
  'layout',
  'memory_format',
  'non_blocking',
  'pin_memory',
]);

/** The names for an operator; undefined for one that is not read. */
export function argumentNames(operator: string): readonly string[] | undefined {
  return Object.hasOwn(written, operator) ? written[operator].split(' ') : undefined;
}
