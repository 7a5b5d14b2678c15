const linenConvolution =
  'features kernel_size strides padding input_dilation kernel_dilation feature_group_count use_bias mask';
const nnxConvolution =
  'in_features out_features kernel_size strides padding input_dilation kernel_dilation feature_group_count use_bias mask';

const linenTransposed = 'features kernel_size strides padding kernel_dilation use_bias mask';

/** The parameters of Flax's constructors in order, and those of its pooling functions behind the input. */
export const flaxSignatures: Readonly<Record<string, string>> = {
  'linen.Dense': 'features use_bias',
  'linen.Conv': linenConvolution,
  'linen.ConvTranspose': linenTransposed,
  'linen.BatchNorm': 'use_running_average axis momentum epsilon dtype param_dtype use_bias use_scale',
  'linen.LayerNorm': 'epsilon dtype param_dtype use_bias use_scale',
  'linen.RMSNorm': 'epsilon dtype param_dtype use_scale',
  'linen.Dropout': 'rate',
  'nnx.Linear': 'in_features out_features',
  'nnx.Conv': nnxConvolution,
  'nnx.ConvTranspose': `in_features out_${linenTransposed}`,
  'nnx.BatchNorm': 'num_features',
  'nnx.LayerNorm': 'num_features',
  'nnx.RMSNorm': 'num_features',
  'nnx.Dropout': 'rate',
  avg_pool: 'window_shape strides padding count_include_pad',
  max_pool: 'window_shape strides padding',
};
