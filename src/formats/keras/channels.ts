import type { Span } from '../../network/definition.ts';
import type { Shape } from '../../network/shape.ts';
import { entryOf, member, textOf } from '../json/json.ts';
import type { JsonNode } from '../json/json.ts';
import type { LayerIssue } from '../layers/fields.ts';
import { isList } from '../json/plain.ts';
import type { PlainRecord, PlainValue } from '../json/plain.ts';
import { classOf, layersOf, modelKind } from './parts.ts';

/** Where a model says for the first time that channels come first, if all its windows say so; else null. */
export function channelsFirstIn(model: JsonNode): Span | null {
  const stated = statedFormats(model);
  return stated.length > 0 && stated.every(({ first }) => first) ? stated[0].span : null;
}

interface Stated {
  readonly first: boolean;
  readonly span: Span;
}

/** The layouts that the layers of a model state, those of nested models included. */
function statedFormats(model: JsonNode): Stated[] {
  return layersOf(model).flatMap((layer) => {
    if (modelKind(layer) !== undefined) return statedFormats(layer);
    // Flatten states the default whatever its neighbors do.
    if (classOf(layer) === 'Flatten') return [];
    const inner = member(layer, 'config');
    const written = entryOf(inner, 'data_format') ?? entryOf(inner, 'dim_ordering');
    const value = textOf(written?.value);
    if (!written || value === undefined) return [];
    return [{ first: value === 'channels_first' || value === 'th', span: written.value }];
  });
}

/**
 * Whether a layer of a channels-first model makes a vector in which the positions of each channel follow one another. A
 * flatten with a `data_format` moves the channels behind the positions first, since Keras 2.2.
 */
export function flattensByChannel(
  className: string,
  { data_format: format, target_shape: target }: PlainRecord,
): boolean {
  return className === 'Flatten'
    ? format !== 'channels_first'
    : className === 'Reshape' && isList(target) && target.length === 1;
}

/** `[c, h, w]` becomes `[h, w, c]`. */
export function channelsLast(shape: Shape): Shape {
  return shape.length < 2 ? shape : [...shape.slice(1), shape[0]];
}

/**
 * Of `[c, h, w]`, axis 1 (the batch is 0) or -3 becomes the last one; 2, 3, -2 and -1, of positions, come before it.
 */
function axisWithChannelsLast(axis: PlainValue = -1): PlainValue {
  if (axis === 1 || axis === -3) return -1;
  return typeof axis === 'number' && axis !== 0 ? axis - 1 : axis;
}

export interface ChannelsLastConfig {
  readonly config: PlainRecord;
  readonly issues: readonly LayerIssue[];
}

/**
 * The config of the same layer over tensors whose channels come last. Where channels come first, axis 1 (the batch is
 * axis 0) is the channels' and the later ones are spatial.
 */
export function channelsLastConfig(className: string, written: PlainRecord): ChannelsLastConfig {
  const config: Record<string, PlainValue | undefined> = { ...written };
  const issues: LayerIssue[] = [];
  delete config.data_format;
  delete config.dim_ordering;
  const axisField = className === 'Merge' ? 'concat_axis' : 'axis';
  if (/^BatchNormalization(V\d)?$/.test(className)) {
    config.axis = axisWithChannelsLast(isList(config.axis) && config.axis.length === 1 ? config.axis[0] : config.axis);
  }
  if (className === 'Concatenate' || className === 'Merge') {
    const axis = config[axisField];
    if (axis !== undefined && axis !== 1 && axis !== -1) {
      const message = 'Joining along a spatial axis with channels first is not read.';
      issues.push({ field: axisField, code: 'unsupported', severity: 'warning', message });
    }
    config[axisField] = -1;
  }
  if (className === 'PReLU' && isList(config.shared_axes)) {
    // Of [c, h, w], axes 2 and 3 are what axes 1 and 2 are of [h, w, c].
    config.shared_axes = config.shared_axes.map((axis) =>
      axis === 1 ? 3 : typeof axis === 'number' ? axis - 1 : axis,
    );
  }
  if (className === 'Permute' && isList(config.dims) && config.dims.length > 1) {
    const rank = config.dims.length;
    // File axis 1, the channels, is our last one.
    const ours = (axis: PlainValue) => (axis === 1 ? rank : typeof axis === 'number' ? axis - 1 : axis);
    const [channels, ...positions] = config.dims;
    config.dims = [...positions, channels].map(ours);
  }
  if (className === 'Reshape' && isList(config.target_shape) && config.target_shape.length > 1) {
    const [channels, ...spatial] = config.target_shape;
    config.target_shape = [...spatial, channels];
    const message = 'Taken with channels last: the same numbers in another order.';
    issues.push({ field: 'target_shape', code: 'approximation', severity: 'information', message });
  }
  return { config, issues };
}
