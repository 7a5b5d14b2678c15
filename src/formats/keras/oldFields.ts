import { isWhole } from '../../network/wholeSizes.ts';
import { isList, isRecord, unwrapTuple } from '../json/plain.ts';
import type { PlainRecord, PlainValue } from '../json/plain.ts';

/** Fields that Keras 1 called differently, wherever the new name is not taken. */
const renamed: Readonly<Record<string, string>> = {
  output_dim: 'units',
  nb_filter: 'filters',
  filter_length: 'kernel_size',
  pool_length: 'pool_size',
  stride: 'strides',
  subsample: 'strides',
  subsample_length: 'strides',
  border_mode: 'padding',
  atrous_rate: 'dilation_rate',
  dim_ordering: 'data_format',
  bias: 'use_bias',
  p: 'rate',
  length: 'size',
  concat_axis: 'axis',
};

const dataFormats: Readonly<Record<string, PlainValue>> = { th: 'channels_first', tf: 'channels_last' };

/** The new name of a field of a layer as Keras 1 wrote it; new names stay. */
export function currentFieldName(className: string, name: string): string {
  const kept = className === 'Embedding' && name === 'output_dim';
  return !kept && Object.hasOwn(renamed, name) ? renamed[name] : name;
}

/** The old name under which a field stands in this config, or the name itself. */
export function writtenFieldName(className: string, config: PlainRecord, name: string): string {
  if (Object.hasOwn(config, name)) return name;
  if (name === 'kernel_size' && Object.hasOwn(config, 'nb_row')) {
    const rows = config.nb_row;
    return typeof rows === 'number' && isWhole(rows, 1) ? 'nb_col' : 'nb_row';
  }
  if (name === 'rank' && Object.hasOwn(config, 'nb_feature')) return 'nb_feature';
  return Object.keys(config).find((old) => currentFieldName(className, old) === name) ?? name;
}

/** A config with the field names of Keras 2. */
export function withCurrentFields(className: string, config: PlainRecord): PlainRecord {
  const current: Record<string, PlainValue | undefined> = {};
  for (const [name, value] of Object.entries(config)) {
    const target = currentFieldName(className, name);
    if (target === name || !Object.hasOwn(config, target)) current[target] = value;
  }
  if (config.nb_row !== undefined && config.nb_col !== undefined && current.kernel_size === undefined) {
    current.kernel_size = [config.nb_row, config.nb_col];
  }
  if (config.nb_feature !== undefined) current.rank = config.nb_feature;
  if (className === 'ZeroPadding2D') current.padding = sidesOf(config.padding);
  if (typeof current.data_format === 'string') {
    current.data_format = dataFormats[current.data_format] ?? current.data_format;
  }
  return current;
}

/** Keras 1.2 also writes the four sides one after another, or by their names. */
function sidesOf(padding: PlainValue | undefined): PlainValue | undefined {
  const written = unwrapTuple(padding);
  const names = ['top_pad', 'bottom_pad', 'left_pad', 'right_pad'];
  const isNamed = isRecord(written) && names.some((name) => name in written);
  const sides = isNamed ? names.map((name) => written[name] ?? 0) : written;
  if (!isList(sides) || sides.length !== 4) return padding;
  const [top, bottom, left, right] = sides;
  return [
    [top, bottom],
    [left, right],
  ];
}

/** Keras 1's Merge layer is one of today's merging layers, by its mode. */
export function mergeClass(config: PlainRecord): string | undefined {
  const modes: Readonly<Record<string, string>> = {
    sum: 'Add',
    concat: 'Concatenate',
    ave: 'Average',
    max: 'Maximum',
    mul: 'Multiply',
    dot: 'Dot',
    cos: 'Dot',
  };
  const mode = config.mode;
  return typeof mode === 'string' && Object.hasOwn(modes, mode) ? modes[mode] : undefined;
}

/** The layer inside a wrapper such as TimeDistributed. */
export function wrappedLayer(config: PlainRecord): { className: string; config: PlainRecord } | undefined {
  const { layer } = config;
  if (!isRecord(layer) || typeof layer.class_name !== 'string') return undefined;
  return { className: layer.class_name, config: isRecord(layer.config) ? layer.config : {} };
}
