import type { Choices } from './choices.ts';
import type { FieldValue } from './nativeFile.ts';

export type Fields = Readonly<Record<string, FieldValue | undefined>>;

/** What a layer is made for. */
export interface Place {
  readonly choices: Choices;
  /** Shape of what it reads. */
  readonly shape: readonly number[];
  /** Units and filters of a layer. */
  readonly width: () => number;
  /** False where the layer is to be affine. */
  readonly bends: boolean;
}

type FieldsOf = (place: Place) => Fields;

const pieces: readonly Fields[] = [
  { breakpoints: [-1, 0.5, 2], slopes: [0, 1, -0.5, 0.25], intercepts: [-1, 0, 0.75, -0.75] },
  { breakpoints: [-1, 1], slopes: [0.5, 0, 2], intercepts: [0.5, 0, -2] },
  { breakpoints: [0, 1, 2, 3], slopes: [0, 1, -1, 1, 0], intercepts: [0, 0, 2, -2, 1] },
  { breakpoints: [0.25], slopes: [-1, 0], intercepts: [0.25, 0] },
  { breakpoints: [0], slopes: [0.5, 1], intercepts: [0, 0], learned: true, shared_axes: [1] },
  // A step, and a breakpoint at which nothing bends.
  { breakpoints: [0], slopes: [0, 0], intercepts: [0, 1] },
  { breakpoints: [-1, 0], slopes: [0, 0, 1], intercepts: [0, 0, 0] },
];

/** The activation of a layer that bends. */
function activation(choices: Choices): FieldValue {
  if (choices.chance(0.5)) return 'relu';
  const names = ['leaky_relu', 'prelu', 'relu6', 'hard_tanh', 'hard_sigmoid', 'abs', 'soft_shrink'];
  if (choices.chance(0.7)) return choices.one(names);
  if (choices.chance(0.2)) return { class_name: 'LeakyReLU', config: { alpha: choices.one([0.01, 0.5, -1]) } };
  return choices.one(pieces);
}

const activated = ({ choices, bends }: Place): Fields => (bends ? { activation: activation(choices) } : {});
const biased = ({ choices }: Place): Fields => (choices.chance(0.3) ? { use_bias: false } : {});
const rankOf = ({ shape }: Place) => shape.length - 1;

/** One number for all spatial axes or one for each. */
function sizes(place: Place, least: number, most: number): FieldValue {
  const rank = rankOf(place);
  const each = Array.from({ length: rank }, () => place.choices.between(least, most));
  return place.choices.chance(0.4) || rank === 1 ? each[0] : each;
}

function padding(place: Place): FieldValue {
  const { choices } = place;
  const rank = rankOf(place);
  const mode = choices.below(rank === 1 ? 5 : 4);
  if (mode < 3) return (['valid', 'same', 'same'] as const)[mode];
  return mode === 3 ? zeros(place) : 'causal';
}

/** This many zeros on each side. */
function zeros(place: Place): FieldValue {
  const { choices } = place;
  if (choices.chance(0.3)) return choices.between(0, 1);
  const sides = Array.from({ length: rankOf(place) }, () => [choices.between(0, 2), choices.between(0, 1)]);
  return rankOf(place) === 1 ? sides[0] : sides;
}

function window(place: Place, most = 3): Fields {
  const dilated = place.choices.chance(0.25);
  return {
    kernel_size: sizes(place, 1, most),
    ...(!dilated && place.choices.chance(0.4) && { strides: sizes(place, 1, 3) }),
    ...(dilated && { dilation_rate: sizes(place, 1, 2) }),
    padding: padding(place),
  };
}

const pool: FieldsOf = (place) => ({
  pool_size: sizes(place, 1, 3),
  ...(place.choices.chance(0.6) && { strides: sizes(place, 1, 2) }),
  padding: padding(place),
});

const globalPool: FieldsOf = ({ choices }) => (choices.chance(0.5) ? { keepdims: true } : {});

/** Filters, in groups that the channels which come in have too. */
function grouped(place: Place): Fields {
  const channels = place.shape[rankOf(place)];
  const groups = place.choices.one([1, 1, 2, 3].filter((count) => channels % count === 0));
  const filters = groups * Math.max(1, Math.floor(place.width() / groups));
  return { filters, ...(groups > 1 && { groups }) };
}

const convolution: FieldsOf = (place) => ({
  ...grouped(place),
  ...window(place),
  ...activated(place),
  ...biased(place),
});

const multiplied = ({ choices }: Place): Fields =>
  choices.chance(0.4) ? { depth_multiplier: choices.between(2, 3) } : {};
const depthwise: FieldsOf = (place) => ({
  ...window(place),
  ...multiplied(place),
  ...activated(place),
  ...biased(place),
});
const separable: FieldsOf = (place) => ({ filters: place.width(), ...depthwise(place) });

const transposed: FieldsOf = (place) => ({
  ...grouped(place),
  ...window(place),
  ...(place.choices.chance(0.2) && { output_padding: 1 }),
  ...activated(place),
  ...biased(place),
});

const locallyConnected: FieldsOf = (place) => ({
  filters: place.width(),
  ...window(place, 2),
  ...activated(place),
  ...biased(place),
});

/** Without a padding, which such layers have none of; windows of one number of one channel compare nothing. */
const tropical: FieldsOf = (place) => {
  const { choices, shape } = place;
  const { padding: _, ...moves } = window(place);
  const extents = shape.slice(0, rankOf(place));
  const [semiring, own] = choices.one([
    [{}, 'max'],
    [{ semiring: 'max' }, 'max'],
    [{ semiring: 'min' }, 'min'],
  ] as const);
  const reduce = choices.one([undefined, own, 'sum', 'sum']);
  return {
    filters: place.width(),
    ...moves,
    kernel_size: extents.map((extent) => Math.min(extent, choices.one([1, 2, 2, 3]))),
    ...semiring,
    ...(reduce && { reduce }),
  };
};

const upSampling: FieldsOf = (place) => ({
  size: sizes(place, 1, 2),
  ...(place.choices.chance(0.5) && { interpolation: place.choices.one(['nearest', 'bilinear']) }),
});

const relu: FieldsOf = ({ choices }) => ({
  ...(choices.chance(0.4) && { max_value: choices.one([0.5, 1, 6]) }),
  ...(choices.chance(0.3) && { negative_slope: choices.one([0, 0.2, -0.5, 1]) }),
  ...(choices.chance(0.2) && { threshold: choices.one([-0.5, 0.25]) }),
});

const prelu: FieldsOf = ({ choices, shape }) => ({
  ...(choices.chance(0.5) && { alpha: choices.one([0, 0.1, -0.5, 1]) }),
  ...(choices.chance(0.4) && { shared_axes: shape.map((_, axis) => axis + 1).filter(() => choices.chance(0.6)) }),
});

const normalization: FieldsOf = ({ choices, shape }) => ({
  ...(choices.chance(0.4) && { center: false }),
  ...(choices.chance(0.3) && { scale: false }),
  ...(choices.chance(0.3) && { statistics: false }),
  ...(choices.chance(0.2) && { axis: choices.one([-1, shape.length]) }),
  ...(choices.chance(0.2) && { epsilon: choices.one([1e-3, 1e-5, 0.1]) }),
});

const graph: FieldsOf = (place) => {
  const { choices, shape } = place;
  const kind = choices.below(3);
  const entry = (i: number, j: number): number =>
    kind === 0 ? (i === j || choices.chance(0.5) ? 1 : 0) : kind === 1 ? 1 : choices.one([0, 0.5, -1, 0.3]);
  const adjacency = Array.from({ length: shape[0] }, (_, i) => Array.from({ length: shape[0] }, (_, j) => entry(i, j)));
  return { units: place.width(), adjacency, ...activated(place), ...biased(place) };
};

function reshape({ choices, shape }: Place): Fields {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const divisors = Array.from({ length: size }, (_, i) => i + 1).filter((d) => size % d === 0);
  const width = choices.one(divisors);
  const height = choices.one(divisors.filter((d) => (size / width) % d === 0));
  return { target_shape: choices.one([[width, size / width], [width, -1], [height, width, -1], [size]]) };
}

/** The order of the axes behind the batch. */
const permute: FieldsOf = ({ choices, shape }) => {
  const dims = shape.map((_, axis) => axis + 1);
  return { dims: choices.chance(0.3) ? dims : choices.chance(0.5) ? dims.reverse() : [...dims.slice(1), 1] };
};

/** Some places of an axis, in any order, some of them twice or a zero. */
const select: FieldsOf = ({ choices, shape }) => {
  const axis = choices.between(1, shape.length);
  const extent = shape[axis - 1];
  const start = choices.between(0, extent - 1);
  const part = Array.from({ length: extent - start }, (_, k) => start + k);
  const some = Array.from({ length: choices.between(1, extent + 1) }, () => choices.between(-1, extent - 1));
  return { axis: axis === shape.length ? -1 : axis, places: choices.chance(0.5) ? part : some };
};

/** A size that divides what is split. */
const blocks =
  (into: 'positions' | 'channels'): FieldsOf =>
  ({ choices, shape: [height, width, channels] }) => {
    const fits = (size: number) =>
      into === 'positions' ? channels % size ** 2 === 0 : height % size === 0 && width % size === 0;
    return { block_size: choices.one([1, 2, 3].filter(fits)) };
  };

const nothing: FieldsOf = () => ({});

/** By native type: fields with every option that the type has, for layers that read one tensor. */
export const layerFields: Readonly<Record<string, FieldsOf>> = {
  dense: (place) => ({ units: place.width(), ...activated(place), ...biased(place) }),
  conv1d: convolution,
  conv2d: convolution,
  depthwise_conv1d: depthwise,
  depthwise_conv2d: depthwise,
  separable_conv1d: separable,
  separable_conv2d: separable,
  conv1d_transpose: transposed,
  conv2d_transpose: transposed,
  locally_connected1d: locallyConnected,
  locally_connected2d: locallyConnected,
  maxout: ({ choices, width }) => ({ units: width(), rank: choices.between(2, 4) }),
  tropical_dense: ({ choices, width }) => ({ units: width(), semiring: choices.one(['max', 'min']) }),
  tropical_conv1d: tropical,
  tropical_conv2d: tropical,
  max_pooling1d: pool,
  max_pooling2d: pool,
  average_pooling1d: pool,
  average_pooling2d: pool,
  global_max_pooling1d: globalPool,
  global_max_pooling2d: globalPool,
  global_average_pooling1d: globalPool,
  global_average_pooling2d: globalPool,
  batch_normalization: normalization,
  flatten: nothing,
  reshape,
  permute,
  select,
  depth_to_space: blocks('positions'),
  space_to_depth: blocks('channels'),
  dropout: ({ choices }) => ({ rate: choices.one([0.1, 0.5]) }),
  activity_regularization: ({ choices }) => (choices.chance(0.5) ? { l1: 0.01 } : { l2: 0.01 }),
  activation: ({ choices, bends }) => ({ activation: bends ? activation(choices) : 'linear' }),
  zero_padding1d: (place) => ({ padding: zeros(place) }),
  zero_padding2d: (place) => ({ padding: zeros(place) }),
  cropping1d: (place) => ({ cropping: zeros(place) }),
  cropping2d: (place) => ({ cropping: zeros(place) }),
  up_sampling1d: upSampling,
  up_sampling2d: upSampling,
  graph_conv: graph,
  relu,
  leaky_relu: ({ choices }) =>
    choices.chance(0.8) ? { [choices.one(['alpha', 'negative_slope'])]: choices.one([0.01, 0.3, 1, -0.5, 0]) } : {},
  prelu,
  thresholded_relu: ({ choices }) => (choices.chance(0.7) ? { theta: choices.one([0, 0.5, 2]) } : {}),
};

/** Layers that end the piecewise-linear part. */
export const tailFields: Readonly<Record<string, FieldsOf>> = {
  elu: ({ choices }) => (choices.chance(0.5) ? { alpha: 0.5 } : {}),
  softmax: nothing,
  dense: ({ choices, width }) => ({ units: width(), activation: choices.one(['tanh', 'softmax', 'gelu']) }),
  opaque: ({ choices }) => ({
    what: 'attention',
    ...(choices.chance(0.5) && { output: { keep: 0, append: [choices.between(1, 3)] } }),
    ...(choices.chance(0.5) && { parameters: { constant: 5, per_feature: [2] } }),
  }),
};

export const mergeTypes: readonly string[] = ['add', 'subtract', 'average', 'maximum', 'concatenate'];

const spatialType = /([12])d/;

/** Native types that read a tensor of this shape. */
export function typesFor(shape: readonly number[], types: readonly string[]): string[] {
  return types.filter((type) => {
    const rank = spatialType.exec(type)?.[1];
    if (rank !== undefined) return shape.length === Number(rank) + 1;
    if (type === 'graph_conv') return shape.length === 2;
    if (/_to_/.test(type)) return shape.length === 3;
    return (type !== 'maxout' && type !== 'tropical_dense') || shape.length === 1;
  });
}

/** Those with an option that makes them affine. */
export const affineTypes: readonly string[] = Object.keys(layerFields).filter(
  (type) => !/maxout|tropical|max_pooling|relu/.test(type),
);

/** Those that keep their input's shape, whatever it is. */
export const shapeKeepers: readonly string[] = [
  'activation',
  'relu',
  'leaky_relu',
  'prelu',
  'batch_normalization',
  'dropout',
  'dense',
];
