import { weightShapes } from '../../../src/network/parameters.ts';
import type { Choices } from './choices.ts';
import { open, type NativeFile, type NativeLayer, type Numbers } from './nativeFile.ts';

type Draw = (choices: Choices, size: number, columns: number) => number[];

const each =
  (value: (choices: Choices) => number): Draw =>
  (choices, size) =>
    Array.from({ length: size }, () => value(choices));

/** Few bits, so that signs are soon settled exactly; still in general position. */
const normal = (choices: Choices) => Math.round(choices.normal() * 2 ** 16) / 2 ** 16;

const repeated: Draw = (choices, size, columns) => {
  const column = Array.from({ length: size / columns }, () => normal(choices));
  return Array.from({ length: size }, (_, i) => column[Math.floor(i / columns)]);
};

const ofRankOne: Draw = (choices, size, columns) => {
  const [left, right] = [size / columns, columns].map((length) => Array.from({ length }, () => choices.between(-2, 2)));
  return Array.from({ length: size }, (_, i) => left[Math.floor(i / columns)] * right[i % columns]);
};

const tied: Draw = (choices, size) => Array<number>(size).fill(choices.one([1, -1, 0.5]));

/** Weights in general position, and those that networks made by hand or cut down have. */
const draws: Readonly<Record<string, Draw>> = {
  normal: each(normal),
  whole: each((choices) => choices.between(-2, 2)),
  zeros: each((choices) => (choices.chance(0.6) ? 0 : normal(choices))),
  signs: each((choices) => choices.one([1, -1])),
  halves: each((choices) => choices.between(-3, 3) / 2),
  repeated,
  ofRankOne,
  tied,
  tiny: each((choices) => normal(choices) * 2 ** -20),
  huge: each((choices) => normal(choices) * 2 ** 20),
  none: each(() => 0),
};

const inits = ['he_normal', 'he_uniform', 'glorot_normal', 'lecun_uniform', 'orthogonal'] as const;

/** The file with weights: all in general position, all drawn by an initializer, all of one sort, or of any sorts. */
export function weighted(file: NativeFile, choices: Choices): NativeFile {
  const manner = choices.below(10);
  if (manner < 1)
    return {
      ...file,
      init: { kernel: choices.one(inits), bias_stddev: choices.one([0, 0.1, 1]), seed: choices.between(1, 1000) },
    };
  const [first, ...others] = Object.keys(draws);
  const sort = choices.one(others);
  return withTensors(file, (name, shape) => {
    const chosen = manner < 5 ? first : manner < 8 ? sort : choices.one([first, ...others]);
    const values = draws[chosen](choices, product(shape), shape.at(-1) ?? 1);
    return name === 'moving_variance' ? values.map((value) => Math.abs(value) || 0.5) : values;
  });
}

/** Whether weights of the file are in general position: those given are normal numbers, others drawn with biases. */
export function isGeneric({ layers, init }: NativeFile): boolean {
  const numbers = layers.flatMap(({ weights }) => Object.values(weights ?? {})).flatMap((tensor) => flat(tensor));
  if (numbers.length === 0)
    return init !== undefined && init.bias_stddev !== 0 && init.kernel !== 'orthogonal' && !drawsConstants(layers);
  const isOdd = (value: number) => Math.abs(value) < 10 && !Number.isInteger(value * 2 ** 6);
  return numbers.every(isOdd) && new Set(numbers.map(Math.abs)).size === numbers.length;
}

/** Batch normalization starts as the identity, and trained slopes all alike. */
function drawsConstants(layers: readonly NativeLayer[]): boolean {
  return layers.some((layer) => layer.type === 'batch_normalization');
}

type TensorMaker = (name: string, shape: readonly number[], before: Numbers | undefined) => readonly number[];

/** The file with these weights at every layer that owns some. */
export function withTensors(file: NativeFile, make: TensorMaker): NativeFile {
  const { network } = open(file, false);
  const byName = new Map(network.layers.map((layer) => [layer.name, layer]));
  const layers = file.layers.map(({ weights: before, ...layer }): NativeLayer => {
    const built = byName.get(layer.name);
    const shapes = Object.entries(built && layer.shared_with === undefined ? weightShapes(built) : {});
    if (shapes.length === 0) return layer;
    const weights = shapes.map(([name, shape]) => [name, nested(make(name, shape, before?.[name]), shape)] as const);
    return { ...layer, weights: Object.fromEntries(weights) };
  });
  return { ...file, layers };
}

/** The weights of the file cut to the shapes that its layers have now. */
export function fitted(file: NativeFile): NativeFile {
  if (file.layers.every(({ weights }) => !weights)) return file;
  return withTensors(file, (_, shape, before) => {
    const given = flat(before ?? 1);
    const old = given.length > 0 ? given : [1];
    return Array.from({ length: product(shape) }, (__, i) => old[i % old.length]);
  });
}

export function flat(value: Numbers): number[] {
  return typeof value === 'number' ? [value] : value.flatMap(flat);
}

function nested(values: readonly number[], shape: readonly number[]): Numbers {
  if (shape.length <= 1) return values;
  const [extent, ...rest] = shape;
  const step = values.length / extent;
  return Array.from({ length: extent }, (_, i) => nested(values.slice(i * step, (i + 1) * step), rest));
}

function product(shape: readonly number[]): number {
  return shape.reduce((sum, extent) => sum * extent, 1);
}
