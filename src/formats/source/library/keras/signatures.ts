const window = 'filters kernel_size strides padding data_format dilation_rate';
const convolution = `${window} groups activation use_bias`;
const transposed = 'filters kernel_size strides padding output_padding data_format dilation_rate activation use_bias';
const depthwise = 'kernel_size strides padding depth_multiplier data_format dilation_rate activation use_bias';
const pooling = 'pool_size strides padding data_format';

/** The parameters of layers that sources give without their names, in order. */
const written: Readonly<Record<string, string>> = {
  Dense: 'units activation use_bias',
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  Conv1DTranspose: transposed,
  Conv2DTranspose: transposed,
  DepthwiseConv1D: depthwise,
  DepthwiseConv2D: depthwise,
  SeparableConv1D: `${window} depth_multiplier activation use_bias`,
  SeparableConv2D: `${window} depth_multiplier activation use_bias`,
  MaxPooling1D: pooling,
  MaxPooling2D: pooling,
  AveragePooling1D: pooling,
  AveragePooling2D: pooling,
  GlobalAveragePooling1D: 'data_format keepdims',
  GlobalAveragePooling2D: 'data_format keepdims',
  GlobalMaxPooling1D: 'data_format keepdims',
  GlobalMaxPooling2D: 'data_format keepdims',
  BatchNormalization: 'axis momentum epsilon center scale',
  LayerNormalization: 'axis epsilon center scale',
  Flatten: 'data_format',
  Reshape: 'target_shape',
  Permute: 'dims',
  RepeatVector: 'n',
  Dropout: 'rate noise_shape seed',
  SpatialDropout1D: 'rate',
  SpatialDropout2D: 'rate',
  GaussianNoise: 'stddev',
  GaussianDropout: 'rate',
  Activation: 'activation',
  ReLU: 'max_value negative_slope threshold',
  LeakyReLU: 'negative_slope',
  ELU: 'alpha',
  Softmax: 'axis',
  ZeroPadding1D: 'padding',
  ZeroPadding2D: 'padding data_format',
  Cropping1D: 'cropping',
  Cropping2D: 'cropping',
  UpSampling1D: 'size',
  UpSampling2D: 'size data_format interpolation',
  Concatenate: 'axis',
  Rescaling: 'scale offset',
  Resizing: 'height width',
  Embedding: 'input_dim output_dim',
  LSTM: 'units activation',
  GRU: 'units activation',
  SimpleRNN: 'units activation',
  Bidirectional: 'layer',
  TimeDistributed: 'layer',
  InputLayer: 'input_shape batch_size',
  Lambda: 'function',
  MultiHeadAttention: 'num_heads key_dim value_dim',
};

const aliases: Readonly<Record<string, string>> = {
  MaxPool1D: 'MaxPooling1D',
  MaxPool2D: 'MaxPooling2D',
  AvgPool1D: 'AveragePooling1D',
  AvgPool2D: 'AveragePooling2D',
  Convolution1D: 'Conv1D',
  Convolution2D: 'Conv2D',
  Convolution2DTranspose: 'Conv2DTranspose',
};

/** The parameters of a layer's constructor in order. */
export function parametersOf(className: string): readonly string[] {
  const name = Object.hasOwn(aliases, className) ? aliases[className] : className;
  return Object.hasOwn(written, name) ? written[name].split(' ') : [];
}

/** Functions that apply a merging layer. */
const merges: Readonly<Record<string, string>> = {
  add: 'Add',
  subtract: 'Subtract',
  multiply: 'Multiply',
  average: 'Average',
  maximum: 'Maximum',
  minimum: 'Minimum',
  concatenate: 'Concatenate',
  concat: 'Concatenate',
  dot: 'Dot',
};

/** The class of layers that a function of Keras or TensorFlow applies to several tensors. */
export function mergeOf(name: string): string | undefined {
  return Object.hasOwn(merges, name) ? merges[name] : undefined;
}

const activations = new Set(
  `relu relu6 elu selu gelu silu swish sigmoid tanh softmax log_softmax softplus softsign leaky_relu hard_sigmoid
  exponential mish linear`.split(/\s+/),
);

/** Functions of one tensor that Keras knows as activations. */
export function isActivation(name: string): boolean {
  return activations.has(name);
}
