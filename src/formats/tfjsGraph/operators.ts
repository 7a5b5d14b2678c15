import { generalRelu, leakyRelu, relu } from '../../network/activation.ts';
import type { Activation } from '../../network/activation.ts';
import type { Padding, Window } from '../../network/operation.ts';
import { batchNormalization, convolution, dense, shift, straight } from '../graph/operators/affine.ts';
import { realNumber, wholeNumber, wholeNumbers } from '../graph/attributes.ts';
import { addition, division, multiplication, subtraction } from '../graph/operators/arithmetic.ts';
import { binary, extremum } from '../graph/operators/binaryOperators.ts';
import type { Layout } from '../graph/layout.ts';
import { concatenate, lookUp, merge, notPiecewiseLinear, product } from '../graph/operators/joins.ts';
import type { GraphNode } from '../graph/node.ts';
import { activate, clipped, named, prelu } from '../graph/operators/pointwise.ts';
import { fileShape } from '../graph/axes.ts';
import { exchangeAxes, regroup, removeAxes } from '../graph/operators/regrouping.ts';
import { unsqueeze } from '../graph/operators/reshaping.ts';
import type { Operator } from '../graph/translate.ts';
import { broughtTo, pad, paddingOf, pairOf, pool, poolAll, resize } from '../graph/operators/windows.ts';
import { Refusal } from '../graph/refusal.ts';
import type { ExtentsValue, GraphWriter, Value } from '../graph/writer.ts';
import type { GraphAttributes } from './attributes.ts';
import { spatialTensor, statesChannelsFirst } from './layout.ts';

/** What each kind of node of a TensorFlow graph computes. */

const elsewhere = 'stands in a weights file that is not beside this one.';

/** The axis of rows, counted with the batch. */
function rowsOf(isChannelsFirst: boolean): number {
  return isChannelsFirst ? 2 : 1;
}

/** Rows and columns of a list for all four axes. */
function spatial(node: GraphNode, name: string): readonly [number, number] {
  const numbers = wholeNumbers(node, name, 1);
  const rows = rowsOf(statesChannelsFirst(node));
  if (numbers?.length !== 4) return pairOf(numbers, 2);
  const isOuter = (axis: number) => axis < rows || axis > rows + 1;
  if (numbers.some((number, axis) => isOuter(axis) && number !== 1))
    throw new Refusal(`${node.op} along other axes than those of positions is not analyzed.`);
  return [numbers[rows], numbers[rows + 1]];
}

function paddingIn(node: GraphNode): Padding {
  const name = node.attributes.text('padding');
  const sides = wholeNumbers(node, 'explicit_paddings', 0);
  const first = 2 * rowsOf(statesChannelsFirst(node));
  if (name === 'EXPLICIT' && sides?.length === 8) {
    return paddingOf([sides[first], sides[first + 1]], [sides[first + 2], sides[first + 3]]);
  }
  return name === 'SAME' ? 'same' : 'valid';
}

function windowOf(node: GraphNode, kernel: readonly [number, number]): Window {
  return {
    rank: 2,
    kernel,
    strides: spatial(node, 'strides'),
    dilation: spatial(node, 'dilations'),
    padding: paddingIn(node),
  };
}

const kept = [0, 1, 2, 3];

const convolve: Operator = (writer, node) => {
  const [x, kernel] = [spatialTensor(writer, node), writer.weights(node, 1)];
  const [height, width, channels, filters] = kernel.shape;
  if (kernel.shape.length !== 4) throw new Refusal('A convolution needs a kernel with four axes.');
  if (!(channels > 0)) throw new Refusal('A convolution needs a kernel over at least one channel.');
  const given = x.shape?.at(-1) ?? channels;
  const groups = given / channels;
  if (!Number.isInteger(groups))
    throw new Refusal(`A kernel over ${channels} channels does not fit an input of ${given}.`);
  const window = windowOf(node, [height, width]);
  return convolution(writer, node, x, {
    kind: 'convolution',
    window,
    filters,
    groups,
    kernel,
    axes: kept,
    shape: kernel.shape,
  });
};

const convolveDepthwise: Operator = (writer, node) => {
  const [x, kernel] = [spatialTensor(writer, node), writer.weights(node, 1)];
  const [height, width, , multiplier] = kernel.shape;
  if (kernel.shape.length !== 4) throw new Refusal('A convolution needs a kernel with four axes.');
  const window = windowOf(node, [height, width]);
  return convolution(writer, node, x, {
    kind: 'depthwiseConvolution',
    window,
    filters: multiplier,
    kernel,
    axes: kept,
    shape: kernel.shape,
  });
};

/** The gradient of a convolution by its input: a transposed one. */
const convolveTransposed: Operator = (writer, node) => {
  const [x, kernel] = [spatialTensor(writer, node, 2), writer.weights(node, 1)];
  const [height, width, filters] = kernel.shape;
  if (kernel.shape.length !== 4) throw new Refusal('A convolution needs a kernel with four axes.');
  const rows = rowsOf(statesChannelsFirst(node));
  const size = writer.extents(node, 0)?.slice(rows, rows + 2);
  const window = broughtTo(windowOf(node, [height, width]), x, size);
  return convolution(writer, node, x, {
    kind: 'transposedConvolution',
    window,
    filters,
    kernel,
    axes: kept,
    shape: kernel.shape,
  });
};

const multiply: Operator = (writer, node) => {
  const [a, b] = [writer.value(node, 0), writer.value(node, 1)];
  const isTransposed = (name: string) =>
    wholeNumber(node, `transpose_${name}`) === 1 || wholeNumber(node, `adj_${name === 'a' ? 'x' : 'y'}`) === 1;
  if (a?.kind === 'tensor' && b?.kind === 'tensor') {
    const columns = isTransposed('b') ? b.shape?.at(-2) : b.shape?.at(-1);
    return product(writer, node, [a, b], columns);
  }
  if (isTransposed('a')) throw new Refusal('A product with the input transposed is not analyzed.');
  return dense(writer, node, writer.tensor(node), writer.weights(node, 1), isTransposed('b'));
};

/** What a fused node does after its product: a bias, an activation. */
const fused =
  (main: Operator): Operator =>
  (writer, node) => {
    let x = main(writer, node);
    const words = (node.attributes as GraphAttributes).texts('fused_ops');
    let next = 2;
    for (const word of words) {
      if (x.kind !== 'tensor') return x;
      if (word === 'BiasAdd') x = shift(writer, node, x, writer.weights(node, next++), { isBias: true });
      else if (word === 'Prelu') x = prelu(writer, node, x, writer.weights(node, next++));
      else if (word === 'LeakyRelu')
        x = activate(writer, node, x, leakyRelu(realNumber(node, 'leakyrelu_alpha') ?? 0.2));
      else if (word !== '') x = activate(writer, node, x, activationOf(word));
    }
    return x;
  };

const activations: Readonly<Record<string, Activation>> = {
  Relu: relu,
  Relu6: generalRelu('relu6', { maxValue: 6 }),
  Abs: named('abs'),
  Elu: named('elu'),
  Selu: named('selu'),
  Sigmoid: named('sigmoid'),
  Tanh: named('tanh'),
  Softmax: named('softmax'),
  LogSoftmax: named('log_softmax'),
  Softplus: named('softplus'),
  Softsign: named('softsign'),
  Erf: named('erf'),
  Exp: named('exp'),
  Square: named('square'),
};

function activationOf(word: string): Activation {
  if (Object.hasOwn(activations, word)) return activations[word];
  throw new Refusal(`The activation ${word} is not known.`);
}

const pointwise: Operator = (writer, node) => activate(writer, node, writer.tensor(node), activationOf(node.op));

const notHere = (op: string) => `What ${op} compares with ${elsewhere}`;

const normalize: Operator = (writer, node) => {
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((index) => writer.weights(node, index));
  const epsilon = realNumber(node, 'epsilon') ?? 1e-4;
  return batchNormalization(writer, node, spatialTensor(writer, node), { gamma, beta, mean, variance, epsilon });
};

const poolWith =
  (kind: 'maxPooling' | 'averagePooling'): Operator =>
  (writer, node) =>
    pool(writer, node, spatialTensor(writer, node), kind, windowOf(node, spatial(node, 'ksize')));

/** Over the axes of positions: which they are may stand in another file, how many is known. */
const reduce =
  (kind: 'globalMaxPooling' | 'globalAveragePooling'): Operator =>
  (writer, node) => {
    const x = writer.tensor(node);
    const axes = writer.extents(node, 1);
    const positions = (x.shape?.length ?? 3) - 1;
    const rank = positions + 2;
    const rows = rowsOf(x.channelsFirst);
    const isPosition = (axis: number) => axis >= rows && axis < rows + positions;
    const known = axes?.every((axis) => axis === null || isPosition((axis + rank) % rank));
    if (!known || axes?.length !== positions)
      throw new Refusal(`${node.op} over other axes than all positions is not analyzed.`);
    return poolAll(writer, node, x, kind, wholeNumber(node, 'keep_dims') === 1);
  };

const padZeros: Operator = (writer, node) => {
  const x = writer.tensor(node);
  const numbers = writer.numbers(node, 1);
  if (node.op === 'PadV2' && writer.numbers(node, 2)?.[0] !== 0)
    throw new Refusal('Padding with other numbers than zeros is not analyzed.');
  if (!numbers) throw new Refusal(`How far this pads ${elsewhere}`);
  const sides = Array.from({ length: numbers.length / 2 }, (_, k) => [numbers[2 * k], numbers[2 * k + 1]] as const);
  const rows = rowsOf(x.channelsFirst);
  const isOuter = (axis: number) => axis < rows || axis >= rows + sides.length - 2;
  const isPadded = sides.some((side, axis) => isOuter(axis) && (side[0] !== 0 || side[1] !== 0));
  if (sides.length < 3 || isPadded)
    throw new Refusal('Padding along other axes than those of positions is not analyzed.');
  return pad(
    writer,
    node,
    x,
    sides.filter((_, axis) => !isOuter(axis)),
  );
};

const join: Operator = (writer, node) => {
  const values = node.inputs.map((_, k) => writer.value(node, k));
  const last = node.op === 'Concat' ? 0 : node.inputs.length - 1;
  if (values.every((value) => value?.kind !== 'tensor')) return pack(writer, node, values.slice(0, last).length);
  const axis = writer.extents(node, last)?.[0] ?? undefined;
  const inputs = node.inputs
    .map((_, k) => k)
    .filter((k) => k !== last)
    .map((k) => writer.tensor(node, k));
  return concatenate(writer, node, inputs, axis);
};

function pack(writer: GraphWriter, node: GraphNode, count = node.inputs.length): ExtentsValue | Value {
  const parts = Array.from({ length: count }, (_, k) => writer.extents(node, k));
  if (!parts.every((part) => part !== undefined)) return { kind: 'opaque' };
  return { kind: 'extents', items: parts.flat().slice(0, 16) };
}

const shapeOf: Operator = (writer, node) => {
  const shape = fileShape(writer.tensor(node));
  return shape ? { kind: 'extents', items: [null, ...shape] } : { kind: 'opaque' };
};

/** Of a shape: one of its numbers, which one stands in another file. The first is the batch, so it is one not known. */
const slice: Operator = (writer, node) => {
  for (let k = 1; k < node.inputs.length; k++) writer.extents(node, k);
  return wholeNumber(node, 'shrink_axis_mask') === 1 ? { kind: 'extents', items: [null] } : { kind: 'opaque' };
};

/** Rows of a table by their numbers; or numbers of a shape. */
const gather: Operator = (writer, node) => {
  const [table, places] = [writer.value(node, 0), writer.value(node, 1)];
  if (table?.kind !== 'constant' || places?.kind !== 'tensor') return slice(writer, node);
  const axis = node.inputs.length > 2 ? writer.numbers(node, 2)?.[0] : 0;
  return lookUp(writer, node, places, table.constant, axis ?? 0);
};

const bring =
  (layout: Layout): Operator =>
  (writer, node) => {
    const target = writer.extents(node, 1);
    if (!target) throw new Refusal(`The shape that a tensor is brought into ${elsewhere}`);
    const isChannelsFirst = layout.isChannelsFirst(node.name, target.length - 1);
    return regroup(writer, node, target, () => isChannelsFirst);
  };

const expand: Operator = (writer, node) => {
  const value = writer.value(node, 0);
  if (value?.kind !== 'tensor') return value ?? { kind: 'opaque' };
  // A convolution along one axis is written as one over rows and columns of a single row.
  const axis = writer.extents(node, 1)?.[0] ?? (value.shape?.length === 2 ? 1 : undefined);
  if (axis === undefined) throw new Refusal(`Which axis is added here ${elsewhere}`);
  return unsqueeze(writer, node, value, [axis]);
};

const reduceAxes: Operator = (writer, node) => {
  const axes = wholeNumbers(node, 'squeeze_dims') ?? wholeNumbers(node, 'axis');
  return removeAxes(writer, node, axes);
};

const swap: Operator = (writer, node) => {
  const axes = writer.numbers(node, 1);
  if (!axes) throw new Refusal(`How axes are exchanged here ${elsewhere}`);
  return exchangeAxes(writer, node, axes);
};

const enlarge =
  (bilinear: boolean): Operator =>
  (writer, node) => {
    const [x, size] = [writer.tensor(node), writer.extents(node, 1)];
    const known = size?.every((extent) => extent !== null) && x.shape ? size : undefined;
    if (x.channelsFirst) throw new Refusal(`${node.op} reads channels where this tensor has positions.`);
    if (!known) throw new Refusal(`To what size this is brought ${elsewhere}`);
    const isCentered = wholeNumber(node, 'half_pixel_centers') === 1;
    if (wholeNumber(node, 'align_corners') === 1) throw new Refusal('Resizing with aligned corners is not analyzed.');
    if (bilinear && !isCentered) throw new Refusal('Bilinear resizing without half-pixel centers is not analyzed.');
    return resize(
      writer,
      node,
      x,
      known.map((extent, axis) => extent / (x.shape?.[axis] ?? NaN)),
      bilinear,
    );
  };

const same: Operator = (writer, node) => writer.value(node, 0) ?? { kind: 'opaque' };

/** To whole numbers it cuts off what is behind the point, which an input of whole numbers does not have. */
const cast: Operator = (writer, node) => {
  const value = writer.value(node, 0);
  if (value?.kind !== 'tensor' || 'input' in value.source) return same(writer, node);
  if (/INT|BOOL/.test((node.attributes as GraphAttributes).type('DstT') ?? ''))
    throw new Refusal('Rounding to whole numbers is not analyzed.');
  return value;
};

const smooth =
  (what: string): Operator =>
  (writer, node) => {
    const inputs = node.inputs.map((_, k) => writer.value(node, k)).filter((value) => value?.kind === 'tensor');
    if (inputs.length === 0) return { kind: 'opaque' };
    return notPiecewiseLinear(writer, node, inputs, what, false);
  };

const fixed: Readonly<Record<string, Operator>> = {
  MatMul: multiply,
  BatchMatMul: multiply,
  BatchMatMulV2: multiply,
  _FusedMatMul: fused(multiply),
  Conv2D: convolve,
  _FusedConv2D: fused(convolve),
  FusedConv2D: fused(convolve),
  DepthwiseConv2d: convolveDepthwise,
  DepthwiseConv2dNative: convolveDepthwise,
  FusedDepthwiseConv2dNative: fused(convolveDepthwise),
  Conv2DBackpropInput: convolveTransposed,
  BiasAdd: (writer, node) =>
    shift(writer, node, spatialTensor(writer, node), writer.weights(node, 1), { isBias: true }),
  Add: binary(addition),
  AddV2: binary(addition),
  AddN: (writer, node) =>
    merge(
      writer,
      node,
      node.inputs.map((_, k) => writer.tensor(node, k)),
      'add',
    ),
  Sub: binary(subtraction),
  Mul: binary(multiplication),
  RealDiv: binary(division),
  Div: binary(division),
  Neg: (writer, node) => straight(writer, node, writer.tensor(node), -1, 0),
  Maximum: extremum(true, notHere),
  Minimum: extremum(false, notHere),
  ...Object.fromEntries(Object.keys(activations).map((op) => [op, pointwise])),
  LeakyRelu: (writer, node) => activate(writer, node, writer.tensor(node), leakyRelu(realNumber(node, 'alpha') ?? 0.2)),
  Prelu: (writer, node) => prelu(writer, node, writer.tensor(node), writer.weights(node, 1)),
  ClipByValue: (writer, node) => {
    const [low, high] = [writer.numbers(node, 1)?.[0], writer.numbers(node, 2)?.[0]];
    if (low === undefined || high === undefined) throw new Refusal(`What this clips to ${elsewhere}`);
    return activate(writer, node, writer.tensor(node), clipped(low, high));
  },
  MaxPool: poolWith('maxPooling'),
  AvgPool: poolWith('averagePooling'),
  Mean: reduce('globalAveragePooling'),
  Max: reduce('globalMaxPooling'),
  FusedBatchNorm: normalize,
  FusedBatchNormV2: normalize,
  FusedBatchNormV3: normalize,
  Pad: padZeros,
  PadV2: padZeros,
  Concat: join,
  ConcatV2: join,
  Pack: (writer, node) => pack(writer, node),
  Shape: shapeOf,
  StridedSlice: slice,
  Slice: slice,
  Gather: gather,
  GatherV2: gather,
  ResourceGather: gather,
  Prod: () => ({ kind: 'extents', items: [null] }),
  ExpandDims: expand,
  Squeeze: reduceAxes,
  Transpose: swap,
  ResizeNearestNeighbor: enlarge(false),
  ResizeBilinear: enlarge(true),
  Identity: same,
  IdentityN: same,
  Cast: cast,
  StopGradient: same,
  Snapshot: same,
  CheckNumerics: same,
  PlaceholderWithDefault: same,
  Dropout: same,
  NoOp: () => ({ kind: 'opaque' }),
  Rsqrt: smooth('a reciprocal root'),
  Sqrt: smooth('a root'),
  SquaredDifference: smooth('a squared difference'),
  Pow: smooth('a power'),
  Einsum: smooth('a product of two tensors'),
};

/** The table for one graph, whose layout of axes its operations tell. */
export function operatorsOf(layout: Layout): Readonly<Record<string, Operator>> {
  return { ...fixed, Reshape: bring(layout) };
}
