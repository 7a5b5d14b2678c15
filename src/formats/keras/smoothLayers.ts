import type { OutputRule, ParameterRule } from '../../network/operation.ts';
import type { Dialect } from '../layers/fields.ts';
import { isList, isRecord, stringOf, Unresolved, unwrapTuple } from '../json/plain.ts';
import type { PlainRecord, PlainValue } from '../json/plain.ts';
import { withCurrentFields, wrappedLayer } from './oldFields.ts';

/** What can be said about a layer that is not piecewise linear: its output shape and its number of weights. */
export interface SmoothLayerRules {
  readonly output?: OutputRule;
  readonly parameters?: ParameterRule;
}

type RuleReader = (config: PlainRecord, dialect: Dialect) => SmoothLayerRules;

/** Shape and number of weights of a Keras layer that is not piecewise linear; empty where they are not known. */
export function smoothLayerRules(className: string, config: PlainRecord, dialect: Dialect): SmoothLayerRules {
  const read = Object.hasOwn(readers, className) ? readers[className] : undefined;
  return read?.(withCurrentFields(className, config), dialect) ?? {};
}

const sizeFields = ['units', 'filters', 'kernel_size', 'input_dim', 'output_dim', 'num_heads', 'key_dim', 'value_dim'];

/** The field of a layer, or of the layer that it wraps, whose size cannot be one; undefined where all can. */
export function wrongSize(className: string, written: PlainRecord): string | undefined {
  const config = withCurrentFields(className, written);
  const isWrong = (value: PlainValue) => size(value) === undefined && value !== null && !(value instanceof Unresolved);
  const wrong = sizeFields.find((name) => {
    const value = unwrapTuple(config[name]);
    return value !== undefined && (isList(value) ? value : [value]).some(isWrong);
  });
  const { layer, cell } = config;
  const inner = [layer, cell].find((part) => isRecord(part) && isRecord(part.config));
  if (wrong !== undefined || !isRecord(inner) || !isRecord(inner.config)) return wrong;
  const isInner = wrongSize(stringOf(inner.class_name) ?? '', inner.config) !== undefined;
  return isInner ? (inner === layer ? 'layer' : 'cell') : undefined;
}

function size(value: PlainValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 31 ? value : undefined;
}

function flag(config: PlainRecord, name: string, fallback: boolean): boolean {
  return typeof config[name] === 'boolean' ? config[name] : fallback;
}

const weights = (constant: number, ...perFeature: number[]): ParameterRule => ({ constant, perFeature });
const none: SmoothLayerRules = { parameters: weights(0) };

/** Weights of a recurrent layer with this many gates: kernel, recurrent kernel and biases. */
function recurrent(gates: number, biasesOf: (config: PlainRecord, dialect: Dialect) => number): RuleReader {
  return (config, dialect) => {
    const units = size(config.units);
    if (units === undefined) return {};
    const biases = flag(config, 'use_bias', true) ? biasesOf(config, dialect) : 0;
    const output = config.return_sequences === true ? { keep: -1, append: [units] } : { keep: 0, append: [units] };
    return { output, parameters: weights(gates * units * (units + biases), gates * units) };
  };
}

/** A GRU has a second bias by default since TensorFlow 2; in Keras 1 and 2 and in TensorFlow.js it has one. */
function biasesOfGru(config: PlainRecord, dialect: Dialect): number {
  return flag(config, 'reset_after', dialect === 'keras3') ? 2 : 1;
}

const cells: Readonly<Record<string, string>> = { LSTMCell: 'LSTM', GRUCell: 'GRU', SimpleRNNCell: 'SimpleRNN' };

/** A recurrent layer around a cell. */
const ofCell: RuleReader = (config, dialect) => {
  const { cell } = config;
  if (!isRecord(cell) || typeof cell.class_name !== 'string' || !isRecord(cell.config)) return {};
  const className = Object.hasOwn(cells, cell.class_name) ? cells[cell.class_name] : undefined;
  if (className === undefined) return {};
  return smoothLayerRules(className, { ...cell.config, return_sequences: config.return_sequences }, dialect);
};

/** The inner layer twice; the outputs are concatenated by default. */
const bidirectional: RuleReader = (config, dialect) => {
  const inner = wrappedLayer(config);
  if (!inner || config.backward_layer !== undefined) return {};
  const { output, parameters } = smoothLayerRules(inner.className, inner.config, dialect);
  const joined = config.merge_mode === undefined || config.merge_mode === 'concat' ? 2 : 1;
  return {
    output: output && { ...output, append: output.append.map((extent) => joined * extent) },
    parameters: parameters && weights(2 * parameters.constant, ...parameters.perFeature.map((each) => 2 * each)),
  };
};

const convolutionalLstm =
  (rank: 1 | 2): RuleReader =>
  (config) => {
    const filters = size(config.filters);
    const kernel = isList(config.kernel_size)
      ? config.kernel_size.map(size)
      : Array(rank).fill(size(config.kernel_size));
    const window = kernel.reduce<number>((product, extent) => product * (extent ?? NaN), 1);
    if (filters === undefined || Number.isNaN(window) || kernel.length !== rank) return {};
    const biases = flag(config, 'use_bias', true) ? 1 : 0;
    return { parameters: weights(4 * filters * (window * filters + biases), 4 * filters * window) };
  };

const embedding: RuleReader = (config) => {
  const [rows, columns] = [size(config.input_dim), size(config.output_dim)];
  if (columns === undefined) return {};
  return { output: { append: [columns] }, parameters: rows === undefined ? undefined : weights(rows * columns) };
};

/** This many weights per feature, if only the last axis is normalized. */
const normalization =
  (fields: readonly string[]): RuleReader =>
  (config) => {
    const axis = isList(config.axis) && config.axis.length === 1 ? config.axis[0] : (config.axis ?? -1);
    if (typeof axis !== 'number' || axis === 0 || axis < -1) return {};
    const parameters = weights(0, fields.filter((field) => flag(config, field, true)).length);
    // Keras counts the batch as axis 0.
    return { parameters: axis === -1 ? parameters : { ...parameters, axis: axis - 1 } };
  };

/** Projections of query, value and key (the value if there is no third input), and of the concatenated heads. */
/** Mean and variance of each place along the axes that are kept, and how often it was adapted. */
const statistics: RuleReader = (config) => {
  if (config.mean !== undefined && config.mean !== null) return none;
  const written = unwrapTuple(config.axis);
  const axes = written === undefined ? [-1] : isList(written) ? written : [written];
  if (axes.length === 0 || written === null) return { parameters: weights(3) };
  const [axis] = axes;
  if (axes.length > 1 || typeof axis !== 'number' || axis < -1 || axis === 0) return {};
  return { parameters: axis === -1 ? weights(1, 2) : { ...weights(1, 2), axis: axis - 1 } };
};

const multiHeadAttention: RuleReader = (config) => {
  const [heads, key] = [size(config.num_heads), size(config.key_dim)];
  const value = size(config.value_dim) ?? key;
  const written =
    isList(config.output_shape) && config.output_shape.length === 1 ? config.output_shape[0] : config.output_shape;
  const given = size(written);
  if (heads === undefined || key === undefined || value === undefined) return {};
  if (given === undefined && written !== undefined && written !== null) return {};
  const bias = flag(config, 'use_bias', true) ? 1 : 0;
  const projections = bias * heads * (2 * key + value) + (given === undefined ? 0 : given * (heads * value + bias));
  const perQuery = heads * key + (given === undefined ? heads * value + bias : 0);
  return {
    output: given === undefined ? undefined : { keep: -1, append: [given] },
    parameters: weights(projections, perQuery, heads * value, heads * key),
  };
};

const additiveAttention: RuleReader = (config) => ({
  parameters: weights(0, flag(config, 'use_scale', true) ? 1 : 0),
});

const dotAttention: RuleReader = (config) => ({
  parameters: weights((flag(config, 'use_scale', false) ? 1 : 0) + (config.score_mode === 'concat' ? 1 : 0)),
});

const readers: Readonly<Record<string, RuleReader>> = {
  LSTM: recurrent(4, () => 1),
  CuDNNLSTM: recurrent(4, () => 2),
  GRU: recurrent(3, biasesOfGru),
  CuDNNGRU: recurrent(3, () => 2),
  SimpleRNN: recurrent(1, () => 1),
  RNN: ofCell,
  Bidirectional: bidirectional,
  ConvLSTM1D: convolutionalLstm(1),
  ConvLSTM2D: convolutionalLstm(2),
  Embedding: embedding,
  LayerNormalization: normalization(['center', 'scale']),
  RMSNormalization: normalization(['scale']),
  GroupNormalization: normalization(['center', 'scale']),
  MultiHeadAttention: multiHeadAttention,
  AdditiveAttention: additiveAttention,
  Attention: dotAttention,
  UnitNormalization: () => none,
  Normalization: statistics,
  Multiply: () => none,
  Dot: () => none,
};
