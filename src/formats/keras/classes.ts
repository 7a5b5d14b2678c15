/** They change images in training alone. */
const augmentations = [
  'RandomFlip',
  'RandomRotation',
  'RandomZoom',
  'RandomTranslation',
  'RandomContrast',
  'RandomBrightness',
  'RandomHeight',
  'RandomWidth',
  'RandomShear',
  'RandomHue',
  'RandomSaturation',
  'RandomColorJitter',
  'RandomGrayscale',
  'RandomGaussianBlur',
  'RandomInvert',
  'RandomPerspective',
  'RandomPosterization',
  'RandomSharpness',
  'RandomColorDegeneration',
  'RandomErasing',
  'RandomElasticTransform',
  'AugMix',
  'RandAugment',
  'CutMix',
  'MixUp',
];

/** Native types of the Keras classes, old names included, that are piecewise linear in some setting of their fields. */
const types: Readonly<Record<string, string>> = {
  Dense: 'dense',
  TimeDistributedDense: 'dense',
  MaxoutDense: 'maxout',
  Conv1D: 'conv1d',
  Convolution1D: 'conv1d',
  AtrousConvolution1D: 'conv1d',
  Conv2D: 'conv2d',
  Convolution2D: 'conv2d',
  AtrousConvolution2D: 'conv2d',
  DepthwiseConv1D: 'depthwise_conv1d',
  DepthwiseConv2D: 'depthwise_conv2d',
  SeparableConv1D: 'separable_conv1d',
  SeparableConvolution1D: 'separable_conv1d',
  SeparableConv2D: 'separable_conv2d',
  SeparableConvolution2D: 'separable_conv2d',
  Conv1DTranspose: 'conv1d_transpose',
  Conv2DTranspose: 'conv2d_transpose',
  Convolution2DTranspose: 'conv2d_transpose',
  Deconvolution2D: 'conv2d_transpose',
  LocallyConnected1D: 'locally_connected1d',
  LocallyConnected2D: 'locally_connected2d',
  MaxPooling1D: 'max_pooling1d',
  MaxPool1D: 'max_pooling1d',
  MaxPooling2D: 'max_pooling2d',
  MaxPool2D: 'max_pooling2d',
  AveragePooling1D: 'average_pooling1d',
  AvgPool1D: 'average_pooling1d',
  AveragePooling2D: 'average_pooling2d',
  AvgPool2D: 'average_pooling2d',
  GlobalMaxPooling1D: 'global_max_pooling1d',
  GlobalMaxPool1D: 'global_max_pooling1d',
  GlobalMaxPooling2D: 'global_max_pooling2d',
  GlobalMaxPool2D: 'global_max_pooling2d',
  GlobalAveragePooling1D: 'global_average_pooling1d',
  GlobalAvgPool1D: 'global_average_pooling1d',
  GlobalAveragePooling2D: 'global_average_pooling2d',
  GlobalAvgPool2D: 'global_average_pooling2d',
  BatchNormalization: 'batch_normalization',
  BatchNormalizationV1: 'batch_normalization',
  BatchNormalizationV2: 'batch_normalization',
  Flatten: 'flatten',
  Reshape: 'reshape',
  Permute: 'permute',
  Dropout: 'dropout',
  SpatialDropout1D: 'dropout',
  SpatialDropout2D: 'dropout',
  AlphaDropout: 'dropout',
  GaussianDropout: 'dropout',
  GaussianNoise: 'dropout',
  ActivityRegularization: 'activity_regularization',
  Identity: 'dropout',
  ...Object.fromEntries(augmentations.map((name) => [name, 'dropout'])),
  Activation: 'activation',
  ReLU: 'relu',
  LeakyReLU: 'leaky_relu',
  PReLU: 'prelu',
  ThresholdedReLU: 'thresholded_relu',
  ELU: 'elu',
  Softmax: 'softmax',
  ZeroPadding1D: 'zero_padding1d',
  ZeroPadding2D: 'zero_padding2d',
  UpSampling1D: 'up_sampling1d',
  UpSampling2D: 'up_sampling2d',
  Add: 'add',
  Subtract: 'subtract',
  Average: 'average',
  Maximum: 'maximum',
  Concatenate: 'concatenate',
};

/** Classes that are understood and are not piecewise linear, with what a sentence calls them. */
const notPiecewiseLinear: Readonly<Record<string, string>> = {
  LSTM: 'an LSTM',
  CuDNNLSTM: 'an LSTM',
  GRU: 'a GRU',
  CuDNNGRU: 'a GRU',
  SimpleRNN: 'a recurrent layer',
  RNN: 'a recurrent layer',
  StackedRNNCells: 'a recurrent layer',
  ConvLSTM1D: 'a convolutional LSTM',
  ConvLSTM2D: 'a convolutional LSTM',
  Bidirectional: 'a bidirectional recurrent layer',
  ConvLSTM3D: 'a convolutional LSTM',
  Attention: 'attention',
  AdditiveAttention: 'attention',
  MultiHeadAttention: 'attention',
  GroupQueryAttention: 'attention',
  GroupedQueryAttention: 'attention',
  LayerNormalization: 'layer normalization',
  RMSNormalization: 'RMS normalization',
  GroupNormalization: 'group normalization',
  UnitNormalization: 'unit normalization',
  SpectralNormalization: 'spectral normalization',
  Multiply: 'a product of its inputs',
  Dot: 'a product of its inputs',
  Embedding: 'an embedding of whole numbers',
  MelSpectrogram: 'a spectrogram',
  STFTSpectrogram: 'a spectrogram',
  Highway: 'a highway layer',
  ParametricSoftplus: 'a softplus',
};

/** Identities at inference up to something that deserves a word. */
const nearlyIdentity: Readonly<Record<string, string>> = {
  Rescaling:
    'Rescaling is taken as the identity: bounds stay the same, counts and means are for its output as the input.',
  Normalization:
    'Normalization is taken as the identity: bounds stay the same, counts and means are for its output as the input.',
  Masking: 'Masking is taken as the identity: it changes only inputs that equal the mask value.',
};

const encoders = [
  'CategoryEncoding',
  'Discretization',
  'Hashing',
  'HashedCrossing',
  'IntegerLookup',
  'StringLookup',
  'TextVectorization',
  'FeatureSpace',
];
const foreign = ['JaxLayer', 'FlaxLayer', 'TorchModuleWrapper', 'TFSMLayer', 'KerasLayer'];

/** Classes that are known but not analyzed, and why not. */
const notAnalyzed: Readonly<Record<string, string>> = {
  Lambda: 'A Lambda layer runs code, which is not read.',
  TFOpLambda: 'A TensorFlow operation called as a layer is not read.',
  SlicingOpLambda: 'A TensorFlow operation called as a layer is not read.',
  TensorFlowOpLayer: 'A TensorFlow operation called as a layer is not read.',
  Minimum: 'An elementwise minimum is not analyzed yet.',
  RepeatVector: 'Repeating a vector is not analyzed yet.',
  Cropping1D: 'Cropping is not analyzed yet.',
  Cropping2D: 'Cropping is not analyzed yet.',
  CenterCrop: 'Cropping is not analyzed yet.',
  RandomCrop: 'Cropping is not analyzed yet.',
  Resizing: 'Resizing an image is not analyzed yet.',
  EinsumDense: 'A dense layer over axes of its own choice is not analyzed yet.',
  ...Object.fromEntries(encoders.map((name) => [name, 'Encoding categories or texts is not analyzed.'])),
  ...Object.fromEntries(foreign.map((name) => [name, 'It calls a model of another library, which is not read.'])),
};

const own = (table: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

export type ClassMeaning =
  | { readonly kind: 'layer'; readonly type: string }
  | { readonly kind: 'notPiecewiseLinear'; readonly what: string }
  | { readonly kind: 'nearlyIdentity'; readonly remark: string }
  | { readonly kind: 'notAnalyzed'; readonly why: string }
  | { readonly kind: 'custom' };

/** What a Keras class name stands for. */
export function meaningOfClass(className: string): ClassMeaning {
  const type = own(types, className);
  if (type !== undefined) return { kind: 'layer', type };
  const what = own(notPiecewiseLinear, className);
  if (what !== undefined) return { kind: 'notPiecewiseLinear', what };
  const remark = own(nearlyIdentity, className);
  if (remark !== undefined) return { kind: 'nearlyIdentity', remark };
  const why = own(notAnalyzed, className) ?? threeDimensional(className);
  return why === undefined ? { kind: 'custom' } : { kind: 'notAnalyzed', why };
}

function threeDimensional(className: string): string | undefined {
  const spatial =
    /^(Conv|Convolution|MaxPool|AveragePool|GlobalMaxPool|GlobalAveragePool|ZeroPadding|UpSampling|Cropping|SpatialDropout)/;
  return spatial.test(className) && /3D(Transpose)?$/.test(className)
    ? 'Layers over three spatial axes are not analyzed.'
    : undefined;
}

/** Conv2D becomes conv2d, BatchNormalization batch_normalization: the type shown for a class without a native one. */
export function snakeCase(className: string): string {
  return className
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

/** Classes that have no reader of their own but a meaning, by their name in snake case. */
const classesBySnakeCase = new Map(
  [...Object.keys(notPiecewiseLinear), ...Object.keys(nearlyIdentity)].map((name) => [snakeCase(name), name]),
);

/** The Keras class that a type such as `layer_normalization` or `lstm` stands for, if its meaning is known. */
export function classOfType(type: string): string | undefined {
  return classesBySnakeCase.get(type);
}
