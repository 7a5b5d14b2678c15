import type { Selection } from './selection.ts';
import type { Shape } from './shape.ts';

/** `same` pads with zeros as TensorFlow does; explicit padding is `[[top, bottom], [left, right]]`. */
export type Padding = 'valid' | 'same' | 'causal' | readonly [readonly [number, number], readonly [number, number]];

/** Sliding window over 1 or 2 spatial axes; one-dimensional windows have first entries 1 (rows) of every pair. */
export interface Window {
  /** Spatial axes of the tensors it applies to: `[w, c]` for 1, `[h, w, c]` for 2. */
  readonly rank: 1 | 2;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: Padding;
}

/** Max-plus units are the greatest of sums, min-plus units the least. */
export type Semiring = 'max' | 'min';

/** What a layer computes, before its activation; parameters as written, shapes still open. */
export type Operation =
  | { readonly kind: 'dense'; readonly units: number; readonly useBias: boolean }
  | {
      readonly kind: 'convolution';
      readonly window: Window;
      readonly filters: number;
      readonly groups: number;
      readonly useBias: boolean;
    }
  | {
      readonly kind: 'depthwiseConvolution';
      readonly window: Window;
      readonly multiplier: number;
      readonly useBias: boolean;
    }
  | {
      readonly kind: 'separableConvolution';
      readonly window: Window;
      readonly filters: number;
      readonly multiplier: number;
      readonly useBias: boolean;
    }
  | {
      readonly kind: 'transposedConvolution';
      readonly window: Window;
      readonly filters: number;
      readonly groups: number;
      readonly useBias: boolean;
    }
  | {
      readonly kind: 'locallyConnected';
      readonly window: Window;
      readonly filters: number;
      readonly useBias: boolean;
    }
  | { readonly kind: 'maxout'; readonly units: number; readonly rank: number }
  /** A unit is the greatest (or least) of all inputs, each plus a weight of its own. */
  | { readonly kind: 'tropicalDense'; readonly units: number; readonly semiring: Semiring }
  | {
      readonly kind: 'tropicalConvolution';
      readonly window: Window;
      readonly filters: number;
      readonly semiring: Semiring;
      /** Every channel has units of its own, which are added up; otherwise a unit reads all channels. */
      readonly sumsChannels: boolean;
    }
  | { readonly kind: 'maxPooling'; readonly window: Window }
  | { readonly kind: 'averagePooling'; readonly window: Window }
  | { readonly kind: 'globalMaxPooling'; readonly rank: 1 | 2; readonly keepDims: boolean }
  | { readonly kind: 'globalAveragePooling'; readonly rank: 1 | 2; readonly keepDims: boolean }
  | {
      readonly kind: 'batchNormalization';
      readonly epsilon: number;
      readonly center: boolean;
      readonly scale: boolean;
      /**
       * False for a bare factor and shift of each channel, which has no moving mean and variance; `buffers` where those
       * are not counted among the parameters, as PyTorch counts.
       */
      readonly statistics?: boolean | 'buffers';
      /**
       * Which axis has its own factors, counted without the batch, negative ones from the end; the last unless given.
       */
      readonly axis?: number;
    }
  | { readonly kind: 'flatten' }
  | { readonly kind: 'reshape'; readonly target: Shape }
  | { readonly kind: 'select'; readonly selection: Selection }
  /** Dropout, noise, `activation` layers: the identity at inference, perhaps with numbers that it keeps. */
  | { readonly kind: 'identity'; readonly parameters?: ParameterRule }
  | {
      readonly kind: 'zeroPadding';
      readonly padding: readonly [readonly [number, number], readonly [number, number]];
      readonly rank: 1 | 2;
    }
  | {
      readonly kind: 'upSampling';
      readonly factors: readonly [number, number];
      readonly rank: 1 | 2;
      readonly bilinear: boolean;
    }
  | { readonly kind: 'add' }
  | { readonly kind: 'subtract' }
  | { readonly kind: 'average' }
  | { readonly kind: 'maximum' }
  /** The axis is counted without the batch, negative ones from the end. */
  | { readonly kind: 'concatenate'; readonly axis: number }
  | {
      readonly kind: 'graphConvolution';
      readonly units: number;
      readonly adjacency: readonly (readonly number[])[];
      readonly useBias: boolean;
    }
  /** Understood to be a layer that is not piecewise linear (attention, layer norm, LSTM): the theory ends here. */
  | {
      readonly kind: 'notPiecewiseLinear';
      readonly what: string;
      readonly output?: OutputRule;
      readonly parameters?: ParameterRule;
    }
  /** Cannot be analyzed: an unknown class, or a value that cannot be known statically. `why` is a sentence. */
  | { readonly kind: 'unknown'; readonly why: string };

/** Operations on several tensors. */
export type MergeOperation = Extract<
  Operation,
  { readonly kind: 'add' | 'subtract' | 'average' | 'maximum' | 'concatenate' }
>;

export function isMerge(operation: Operation): operation is MergeOperation {
  switch (operation.kind) {
    case 'add':
    case 'subtract':
    case 'average':
    case 'maximum':
    case 'concatenate':
      return true;
    case 'dense':
    case 'convolution':
    case 'depthwiseConvolution':
    case 'separableConvolution':
    case 'transposedConvolution':
    case 'locallyConnected':
    case 'graphConvolution':
    case 'maxout':
    case 'tropicalDense':
    case 'tropicalConvolution':
    case 'maxPooling':
    case 'averagePooling':
    case 'globalMaxPooling':
    case 'globalAveragePooling':
    case 'batchNormalization':
    case 'flatten':
    case 'reshape':
    case 'select':
    case 'identity':
    case 'zeroPadding':
    case 'upSampling':
    case 'notPiecewiseLinear':
    case 'unknown':
      return false;
  }
}

/** What a batch normalization divides by at initialization, squared: its moving variance is 1, where it has one. */
export function initialVariance({
  statistics,
  epsilon,
}: Extract<Operation, { readonly kind: 'batchNormalization' }>): number {
  return statistics === false ? 1 : 1 + epsilon;
}

/** The shape of an output: the first `keep` axes of the first input (all, or as `slice` counts them), then these. */
export interface OutputRule {
  readonly keep?: number;
  readonly append: Shape;
}

/**
 * A number of weights: a constant, plus a number for each feature (last extent) of the first input, the second, ...;
 * the last input is used where there are fewer.
 */
export interface ParameterRule {
  readonly constant: number;
  readonly perFeature: readonly number[];
  /** The axis whose extent is the number of features, counted without the batch; the last unless given. */
  readonly axis?: number;
}

/** A row-major tensor of weights. */
export interface Tensor {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/**
 * Keras's names: kernel, bias, depthwise_kernel, pointwise_kernel, gamma, beta, moving_mean, moving_variance, alpha.
 */
export type LayerWeights = Readonly<Record<string, Tensor>>;
