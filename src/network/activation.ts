/**
 * A scalar piecewise-linear unit. Piece `k` maps `z` to `slopes[k] * z + intercepts[k]` and holds
 * between `breakpoints[k - 1]` and `breakpoints[k]` (ascending). `p` pieces have `p - 1` breakpoints.
 */
export interface PiecewiseLinearActivation {
  readonly kind: 'piecewiseLinear';
  /** The native format's name: linear, relu, leaky_relu, prelu, relu6, hard_tanh, hard_sigmoid, abs, ... */
  readonly name: string;
  readonly breakpoints: readonly number[];
  readonly slopes: readonly number[];
  readonly intercepts: readonly number[];
  /** The slopes are trained (PReLU): no piece is flat for almost all parameters. */
  readonly learned?: boolean;
  /** Axes (without the batch) along which a learned slope is one and the same. */
  readonly sharedAxes?: readonly number[];
}

/** Sigmoid, tanh, GELU, softmax, ...: the theory of linear regions does not cover it. */
export interface SmoothActivation {
  readonly kind: 'smooth';
  readonly name: string;
}

export type Activation = PiecewiseLinearActivation | SmoothActivation;

export const linear: PiecewiseLinearActivation = {
  kind: 'piecewiseLinear',
  name: 'linear',
  breakpoints: [],
  slopes: [1],
  intercepts: [0],
};

export const relu: PiecewiseLinearActivation = {
  kind: 'piecewiseLinear',
  name: 'relu',
  breakpoints: [0],
  slopes: [0, 1],
  intercepts: [0, 0],
};

/** Keras's ReLU layer: zero (or a slope) below `threshold`, the identity up to `maxValue`, constant above. */
export function generalRelu(
  name: string,
  { negativeSlope = 0, maxValue = Infinity, threshold = 0 } = {},
): PiecewiseLinearActivation {
  const breakpoints = [threshold];
  const slopes = [negativeSlope, 1];
  const intercepts = [-negativeSlope * threshold || 0, 0];
  if (Number.isFinite(maxValue)) {
    breakpoints.push(maxValue);
    slopes.push(0);
    intercepts.push(maxValue);
  }
  return { kind: 'piecewiseLinear', name, breakpoints, slopes, intercepts };
}

/** Slope 0.3 is Keras's default as a layer, 0.2 as an activation's name in Keras 3. */
export function leakyRelu(slope: number): PiecewiseLinearActivation {
  return generalRelu('leaky_relu', { negativeSlope: slope });
}

/** `slope` is the value before training; the trained one differs by neuron or channel. */
export function prelu(slope = 0.25): PiecewiseLinearActivation {
  return { ...generalRelu('prelu', { negativeSlope: slope }), learned: true };
}

const hardTanh: PiecewiseLinearActivation = {
  kind: 'piecewiseLinear',
  name: 'hard_tanh',
  breakpoints: [-1, 1],
  slopes: [0, 1, 0],
  intercepts: [-1, 0, 1],
};

/** `clip(slope * z + 1/2, 0, 1)`: slope 0.2 in Keras 1, 2 and TensorFlow.js, 1/6 in Keras 3 and PyTorch. */
export function hardSigmoid(slope: number): PiecewiseLinearActivation {
  return {
    kind: 'piecewiseLinear',
    name: 'hard_sigmoid',
    breakpoints: [-0.5 / slope, 0.5 / slope],
    slopes: [0, slope, 0],
    intercepts: [0, 0.5, 1],
  };
}

const abs: PiecewiseLinearActivation = {
  kind: 'piecewiseLinear',
  name: 'abs',
  breakpoints: [0],
  slopes: [-1, 1],
  intercepts: [0, 0],
};

/** Zero up to 1/2 from zero, drawn towards zero by 1/2 beyond (Keras's and PyTorch's default). */
const softShrink: PiecewiseLinearActivation = {
  kind: 'piecewiseLinear',
  name: 'soft_shrink',
  breakpoints: [-0.5, 0.5],
  slopes: [1, 0, 1],
  intercepts: [0.5, 0, -0.5],
};

const piecewiseLinearByName = new Map<string, PiecewiseLinearActivation>([
  ['linear', linear],
  ['identity', linear],
  ['none', linear],
  ['relu', relu],
  ['leaky_relu', leakyRelu(0.2)],
  ['leakyrelu', leakyRelu(0.3)],
  ['prelu', prelu()],
  ['relu6', generalRelu('relu6', { maxValue: 6 })],
  ['hard_tanh', hardTanh],
  ['hardtanh', hardTanh],
  ['hard_sigmoid', hardSigmoid(0.2)],
  ['hardsigmoid', hardSigmoid(0.2)],
  ['abs', abs],
  ['soft_shrink', softShrink],
  ['softshrink', softShrink],
]);

const smoothNames = new Set([
  'sigmoid',
  'tanh',
  'softmax',
  'log_softmax',
  'logsoftmax',
  'softplus',
  'softsign',
  'elu',
  'selu',
  'celu',
  'gelu',
  'gelu_new',
  'gelu_approx',
  'quick_gelu',
  'swish',
  'silu',
  'mish',
  'exponential',
  'exp',
  'hard_swish',
  'hard_silu',
  'hardswish',
  'log_sigmoid',
  'sparsemax',
  'glu',
  'sin',
  'cos',
  'square',
  'squareplus',
  'sparse_plus',
  'tanh_shrink',
  'erf',
]);

/** The activation of this name as files and people write it (`relu`, `ReLU`, `leaky-relu`), or undefined if unknown. */
export function activationByName(name: string): Activation | undefined {
  const key = name
    .trim()
    .replace(/[\s-]+/g, '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();
  const compact = key.replace(/_/g, '');
  const found = piecewiseLinearByName.get(key) ?? piecewiseLinearByName.get(compact);
  if (found) return found;
  return smoothNames.has(key) || smoothNames.has(compact) ? { kind: 'smooth', name: key } : undefined;
}

/** Every name that `activationByName` knows in the form it is written here. */
export function activationNames(): string[] {
  return [...piecewiseLinearByName.keys(), ...smoothNames];
}

/** Number of affine pieces; 0 for a smooth activation. */
export function piecesOf(activation: Activation): number {
  switch (activation.kind) {
    case 'piecewiseLinear':
      return activation.slopes.length;
    case 'smooth':
      return 0;
  }
}

/** Pieces of slope zero, on which a neuron does not depend on its input. Learned slopes are generically not zero. */
export function flatPiecesOf(activation: Activation): number {
  if (activation.kind === 'smooth') return 0;
  return activation.slopes.filter((slope, k) => slope === 0 && !(activation.learned && k === 0)).length;
}

export function bends(activation: Activation): boolean {
  return piecesOf(activation) > 1;
}
