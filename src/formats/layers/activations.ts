import {
  activationByName,
  activationNames,
  generalRelu,
  hardSigmoid,
  leakyRelu,
  linear,
  prelu,
} from '../../network/activation.ts';
import type { Activation } from '../../network/activation.ts';
import { didYouMean } from '../../network/suggest.ts';
import { isList, isRecord, stringOf } from '../json/plain.ts';
import type { PlainValue } from '../json/plain.ts';
import { Fields } from './fields.ts';

/** Layer classes that are activations: by native type, the activation their fields describe. */
const activationLayers: Readonly<Record<string, (fields: Fields) => Activation>> = {
  relu: (fields) => reluOf(fields),
  leaky_relu: (fields) => leakyRelu(slopeOf(fields, 0.3)),
  prelu: (fields) => preluOf(fields),
  thresholded_relu: (fields) => generalRelu('thresholded_relu', { threshold: fields.number('theta', 1) }),
  elu: (fields) => smooth(fields, 'elu', ['alpha']),
  softmax: (fields) => smooth(fields, 'softmax', ['axis']),
};

function smooth(fields: Fields, name: string, ignored: readonly string[]): Activation {
  for (const field of ignored) fields.get(field);
  return { kind: 'smooth', name };
}

function slopeOf(fields: Fields, fallback: number): number {
  return fields.number('negative_slope', fields.number('alpha', fallback));
}

function reluOf(fields: Fields): Activation {
  const negativeSlope = slopeOf(fields, 0);
  const maxValue = fields.number('max_value', Infinity);
  const threshold = fields.number('threshold', 0);
  if (maxValue <= threshold) {
    fields.bad('max_value', maxValue, `greater than the threshold ${threshold}`);
    return generalRelu('relu');
  }
  const plain = negativeSlope === 0 && threshold === 0;
  const name = plain && maxValue === 6 ? 'relu6' : plain || maxValue < Infinity ? 'relu' : 'leaky_relu';
  return generalRelu(threshold === 0 ? name : 'relu', { negativeSlope, maxValue, threshold });
}

/** The slope before training stands in the initializer, when that is a constant; Keras starts from zero. */
function preluOf(fields: Fields): Activation {
  const initializer = fields.get('alpha_initializer');
  const config = isRecord(initializer) && isRecord(initializer.config) ? initializer.config : {};
  const start = typeof config.value === 'number' ? config.value : fields.dialect === 'native' ? 0.25 : 0;
  const activation = prelu(fields.number('alpha', start));
  const shared = fields.get('shared_axes');
  if (shared === undefined) return activation;
  const axes = isList(shared) ? shared : [shared];
  const whole = axes.filter((axis) => typeof axis === 'number' && Number.isInteger(axis) && axis > 0) as number[];
  if (whole.length < axes.length) fields.bad('shared_axes', shared, 'a list of axes, counted from 1');
  return { ...activation, sharedAxes: whole.map((axis) => axis - 1) };
}

/** Native types of layers that are an activation. */
export const activationLayerTypes: readonly string[] = Object.keys(activationLayers);

export function isActivationLayer(type: string): boolean {
  return Object.hasOwn(activationLayers, type);
}

/** The activation that a layer of this type (`leaky_relu`, `prelu`, ...) is, and a word where it jumps. */
export function activationOfLayer(type: string, fields: Fields): Activation {
  const activation = activationLayers[type](fields);
  if (activation.kind === 'piecewiseLinear' && jumps(activation)) {
    fields.issue(
      'type',
      'discontinuous',
      'information',
      'This activation jumps at its threshold. Activation regions and their bounds are as usual; the network is not continuous across them.',
    );
  }
  return activation;
}

function jumps({ breakpoints, slopes, intercepts }: Extract<Activation, { kind: 'piecewiseLinear' }>): boolean {
  return breakpoints.some((at, k) => slopes[k] * at + intercepts[k] !== slopes[k + 1] * at + intercepts[k + 1]);
}

/** The `activation` field of a layer: a name, or an object as Keras serializes layers and functions. */
export function activationField(fields: Fields): Activation {
  const value = fields.get('activation');
  return value === undefined ? linear : activationOfValue(fields, value);
}

function activationOfValue(fields: Fields, value: PlainValue): Activation {
  if (typeof value === 'string') return activationOfName(fields, value);
  if (!isRecord(value)) {
    fields.bad('activation', value, "an activation's name");
    return linear;
  }
  if (value.breakpoints !== undefined) return activationOfPieces(fields, value);
  const className = stringOf(value.class_name) ?? '';
  const type = activationTypeOfClass(className);
  if (type !== undefined && isActivationLayer(type)) {
    const inner = new Fields(isRecord(value.config) ? value.config : {}, fields.dialect);
    const activation = activationOfLayer(type, inner);
    for (const { severity, code, message } of inner.issues) fields.issue('activation', code, severity, message);
    fields.failure ??= inner.failure;
    return activation;
  }
  if (className === 'Activation' && isRecord(value.config) && value.config.activation !== undefined) {
    return activationOfValue(fields, value.config.activation);
  }
  const name = stringOf(value.config) ?? (isRecord(value.config) ? stringOf(value.config.name) : undefined);
  return activationOfName(fields, className === 'function' && name !== undefined ? name : className || 'unnamed');
}

/** A piecewise-linear function by its pieces: `{ "breakpoints": [0], "slopes": [0, 1], "intercepts": [0, 0] }`. */
function activationOfPieces(fields: Fields, value: Readonly<Record<string, PlainValue>>): Activation {
  const [breakpoints, slopes, intercepts] = [value.breakpoints, value.slopes, value.intercepts].map(finiteNumbers);
  const ascending = breakpoints?.every((at, k) => k === 0 || breakpoints[k - 1] < at);
  const pieceCount = (breakpoints?.length ?? 0) + 1;
  if (!breakpoints || !ascending || slopes?.length !== pieceCount || intercepts?.length !== pieceCount) {
    fields.bad('activation', value, 'ascending breakpoints with one slope and one intercept more');
    return linear;
  }
  const axes = finiteNumbers(value.shared_axes);
  return {
    kind: 'piecewiseLinear',
    name: stringOf(value.name) ?? 'piecewise_linear',
    breakpoints,
    slopes,
    intercepts,
    ...(value.learned === true && { learned: true }),
    ...(axes && { sharedAxes: axes.map((axis) => axis - 1) }),
  };
}

function finiteNumbers(value: PlainValue | undefined): number[] | undefined {
  return isList(value) && value.every(Number.isFinite) ? (value as number[]) : undefined;
}

const activationClasses: Readonly<Record<string, string>> = {
  ReLU: 'relu',
  LeakyReLU: 'leaky_relu',
  PReLU: 'prelu',
  ThresholdedReLU: 'thresholded_relu',
  ELU: 'elu',
  Softmax: 'softmax',
};

/** The native type of a Keras class that is an activation, if it is one. */
function activationTypeOfClass(className: string): string | undefined {
  return Object.hasOwn(activationClasses, className) ? activationClasses[className] : undefined;
}

function activationOfName(fields: Fields, name: string): Activation {
  const known = activationByName(name);
  if (known?.name === 'hard_sigmoid' && fields.dialect === 'keras3') return hardSigmoid(1 / 6);
  if (known) return known;
  const { advice, replacement } = didYouMean(name, activationNames());
  fields.issue(
    'activation',
    'unknown-activation',
    'warning',
    `Unknown activation '${name}'.${advice} Figures stop here.`,
    replacement,
  );
  return { kind: 'smooth', name };
}
