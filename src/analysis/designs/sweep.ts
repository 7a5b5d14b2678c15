import { buildNetwork } from '../../network/build.ts';
import type { LayerDefinition, NetworkDefinition, Problem } from '../../network/definition.ts';
import type { Operation, Window } from '../../network/operation.ts';
import type { TheoryOptions } from '../../theory/bound.ts';
import { networkFigures, type NetworkFigures } from './figures.ts';

/** What a sweep varies: one size of these layers, all alike; or how often each stands there in a row. */
export interface SweepSubject {
  readonly layers: readonly string[];
  /** By the native format's names. */
  readonly field: SweepField;
}

export const SWEEP_FIELDS = [
  'units',
  'filters',
  'depth_multiplier',
  'rank',
  'kernel_size',
  'pool_size',
  'strides',
  /** This many of the layer one after another, which is the network's depth. No field of any file. */
  'copies',
] as const;
export type SweepField = (typeof SWEEP_FIELDS)[number];

export interface SweepRow {
  readonly value: number;
  /** Null where the network does not fit together at this value. */
  readonly measures: NetworkFigures | null;
  /** What does not fit. */
  readonly problems: readonly Problem[];
}

export interface Spacing {
  readonly from: number;
  readonly to: number;
  /** This many values at equal distances ... */
  readonly steps?: number;
  /** ... or each this many times the one before; 2 by default. */
  readonly factor?: number;
}

/** No sweep has more values. */
export const MAX_VALUES = 1000;

/**
 * Whole values from `from` to `to`, both among them, ascending and all different. Takes `from <= to` and `factor > 1`.
 * Throws RangeError for more than `MAX_VALUES`.
 */
export function sweepValues({ from, to, steps, factor = 2 }: Spacing): number[] {
  const values = new Set<number>();
  const take = (value: number): void => {
    if (value < to) values.add(value);
    if (values.size >= MAX_VALUES) throw new RangeError(`a sweep has at most ${MAX_VALUES} values`);
  };
  if (steps === undefined) {
    for (let x = from; x < to; x = Math.max(x * factor, Math.floor(x) + 1)) take(Math.round(x));
  } else {
    for (let i = 0; i < steps - 1; i++) take(Math.round(from + ((to - from) * i) / (steps - 1)));
  }
  return [...values, to];
}

/** The width of a layer by its own name for it, or null for a layer that has none. */
export function widthField(layer: LayerDefinition): SweepField | null {
  return SWEEP_FIELDS.slice(0, 3).find((field) => withSize(layer.operation, field, 1) !== null) ?? null;
}

/** Sizes of a layer that can be varied. */
export function sweepFields(layer: LayerDefinition): SweepField[] {
  return SWEEP_FIELDS.filter((field) =>
    field === 'copies' ? isStackable(layer) : withSize(layer.operation, field, 1) !== null,
  );
}

/**
 * Another one after it bends again; layers in between that share its weights would not know which of them they share.
 */
function isStackable({ operation, activation, inputs, sharedWith }: LayerDefinition): boolean {
  const { kind } = operation;
  const hasUnits = kind === 'maxout' || kind === 'tropicalDense' || kind === 'tropicalConvolution';
  const bends = activation.name !== 'linear' || hasUnits;
  return bends && inputs.length === 1 && sharedWith === undefined && ('units' in operation || 'filters' in operation);
}

/** What such a size is now; null where it differs along two directions, or is none of this layer's. */
export function sizeOfField({ operation }: LayerDefinition, field: SweepField): number | null {
  switch (field) {
    case 'units':
      return 'units' in operation ? operation.units : null;
    case 'filters':
      return 'filters' in operation ? operation.filters : null;
    case 'depth_multiplier':
      return 'multiplier' in operation ? operation.multiplier : null;
    case 'rank':
      return operation.kind === 'maxout' ? operation.rank : null;
    case 'kernel_size':
    case 'pool_size':
      return 'window' in operation && (field === 'pool_size') === isPooling(operation)
        ? extentOf(operation.window, 'kernel')
        : null;
    case 'strides':
      return 'window' in operation ? extentOf(operation.window, 'strides') : null;
    case 'copies':
      return 1;
  }
}

function extentOf(window: Window, field: 'kernel' | 'strides'): number | null {
  const [vertical, horizontal] = window[field];
  return window.rank === 1 || vertical === horizontal ? horizontal : null;
}

/**
 * The network with its subject at this value, and what bounds and means make of it. Layers that share weights change
 * together.
 */
export function sweepAt(
  definition: NetworkDefinition,
  subject: SweepSubject,
  value: number,
  options: TheoryOptions,
): SweepRow {
  const changed =
    subject.field === 'copies' ? stacked(definition, subject.layers, value) : resized(definition, subject, value);
  const { network, problems } = buildNetwork(changed);
  const errors = problems.filter(({ severity }) => severity === 'error');
  return { value, problems: errors, measures: errors.length > 0 ? null : networkFigures(network, options) };
}

/** The network with one size of these layers changed; layers that share weights change together. */
export function resized(
  definition: NetworkDefinition,
  { layers, field }: SweepSubject,
  value: number,
): NetworkDefinition {
  const isSubject = ({ name, sharedWith }: LayerDefinition): boolean =>
    layers.includes(name) || (sharedWith !== undefined && layers.includes(sharedWith));
  return {
    ...definition,
    layers: definition.layers.map((layer) => {
      const operation = isSubject(layer) ? withSize(layer.operation, field, value) : null;
      return operation ? { ...layer, operation, weights: undefined } : layer;
    }),
  };
}

/**
 * This many of each of these layers in a row, each reading the one before; what read the layer reads the last of them.
 */
export function stacked(definition: NetworkDefinition, subjects: readonly string[], copies: number): NetworkDefinition {
  const taken = new Set(definition.layers.map(({ name }) => name));
  const lastOf = new Map<string, string>();
  const layers = definition.layers.flatMap((layer) => {
    if (!subjects.includes(layer.name)) return [layer];
    const row = [layer];
    while (row.length < copies) {
      const { name } = row[row.length - 1];
      row.push({ ...layer, name: freeName(layer.name, taken), inputs: [name], weights: undefined });
    }
    lastOf.set(layer.name, row[row.length - 1].name);
    return row;
  });
  const added = new Set(layers.filter(({ name }) => !definition.layers.some((layer) => layer.name === name)));
  const led = (name: string): string => lastOf.get(name) ?? name;
  return {
    ...definition,
    layers: layers.map((layer) => (added.has(layer) ? layer : { ...layer, inputs: layer.inputs.map(led) })),
    outputs: definition.outputs.map(led),
  };
}

function freeName(name: string, taken: Set<string>): string {
  let i = 2;
  while (taken.has(`${name}_${i}`)) i++;
  taken.add(`${name}_${i}`);
  return `${name}_${i}`;
}

/** The operation with one of its sizes changed; null where it has no such size. */
function withSize(operation: Operation, field: SweepField, value: number): Operation | null {
  switch (field) {
    case 'units':
      return 'units' in operation ? { ...operation, units: value } : null;
    case 'filters':
      return 'filters' in operation ? { ...operation, filters: value } : null;
    case 'depth_multiplier':
      return 'multiplier' in operation ? { ...operation, multiplier: value } : null;
    case 'rank':
      return operation.kind === 'maxout' ? { ...operation, rank: value } : null;
    case 'kernel_size':
    case 'pool_size': {
      if (!('window' in operation) || (field === 'pool_size') !== isPooling(operation)) return null;
      return { ...operation, window: withExtent(operation.window, 'kernel', value) };
    }
    case 'strides':
      return 'window' in operation ? { ...operation, window: withExtent(operation.window, 'strides', value) } : null;
    case 'copies':
      return null;
  }
}

function isPooling({ kind }: Extract<Operation, { window: Window }>): boolean {
  switch (kind) {
    case 'maxPooling':
    case 'averagePooling':
      return true;
    case 'convolution':
    case 'depthwiseConvolution':
    case 'separableConvolution':
    case 'transposedConvolution':
    case 'locallyConnected':
    case 'tropicalConvolution':
      return false;
  }
}

function withExtent(window: Window, field: 'kernel' | 'strides', value: number): Window {
  return { ...window, [field]: window.rank === 1 ? [1, value] : [value, value] };
}
