import { generalRelu, hardSigmoid, leakyRelu, linear, relu } from '../../../../network/activation.ts';
import type { Activation } from '../../../../network/activation.ts';
import { clipped } from '../../../graph/operators/pointwise.ts';
import { Refusal } from '../../../graph/writer.ts';
import type { Fields } from './fields.ts';

/** Activations of PyTorch by their class. Inputs of learned slopes are not among them. */
const made: Readonly<Record<string, (fields: Fields) => Activation>> = {
  ReLU: () => relu,
  ReLU6: () => generalRelu('relu6', { maxValue: 6 }),
  LeakyReLU: (fields) => leakyRelu(fields.number('negative_slope', 0.01)),
  // At evaluation the slope is the mean of the two ends.
  RReLU: (fields) => leakyRelu((fields.number('lower', 1 / 8) + fields.number('upper', 1 / 3)) / 2),
  Hardtanh: (fields) => clipped(fields.number('min_val', -1), fields.number('max_val', 1)),
  Hardsigmoid: () => hardSigmoid(1 / 6),
  Softshrink: (fields) => shrink('soft_shrink', fields.number('lambd', 0.5), true),
  Hardshrink: (fields) => shrink('hard_shrink', fields.number('lambd', 0.5), false),
  Threshold: (fields) => threshold(fields.number('threshold', 0), fields.number('value', 0)),
};

function shrink(name: string, lambda: number, isContinuous: boolean): Activation {
  if (lambda === 0) return linear;
  if (!(lambda > 0)) throw new Refusal('Shrinking by less than nothing is not analyzed.');
  const shift = isContinuous ? lambda : 0;
  return {
    kind: 'piecewiseLinear',
    name,
    breakpoints: [-lambda, lambda],
    slopes: [1, 0, 1],
    intercepts: [shift, 0, -shift || 0],
  };
}

/** The input where it is greater than `at`, else `value`. */
function threshold(at: number, value: number): Activation {
  if (at === 0 && value === 0) return relu;
  return { kind: 'piecewiseLinear', name: 'threshold', breakpoints: [at], slopes: [0, 1], intercepts: [value, 0] };
}

const smooth: Readonly<Record<string, string>> = {
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
  Softmax: 'softmax',
  Softmax2d: 'softmax',
  Softmin: 'softmin',
  LogSoftmax: 'log_softmax',
  GELU: 'gelu',
  SiLU: 'silu',
  Mish: 'mish',
  ELU: 'elu',
  SELU: 'selu',
  CELU: 'celu',
  Softplus: 'softplus',
  Softsign: 'softsign',
  Tanhshrink: 'tanh_shrink',
  Hardswish: 'hard_swish',
  LogSigmoid: 'log_sigmoid',
  Exp: 'exp',
  Log: 'log',
  Sqrt: 'sqrt',
  Rsqrt: 'rsqrt',
  Sin: 'sin',
  Cos: 'cos',
  Erf: 'erf',
  Square: 'square',
};

/** The activation that a class of `torch.nn` is, or undefined if it is something else. */
export function activationOf(fields: Fields): Activation | undefined {
  const { kind } = fields;
  if (Object.hasOwn(made, kind)) return made[kind](fields);
  return Object.hasOwn(smooth, kind) ? { kind: 'smooth', name: smooth[kind] } : undefined;
}

/** `torch.abs` */
export const absolute: Activation = {
  kind: 'piecewiseLinear',
  name: 'abs',
  breakpoints: [0],
  slopes: [-1, 1],
  intercepts: [0, 0],
};
