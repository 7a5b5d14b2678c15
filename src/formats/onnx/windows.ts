import type { Window } from '../../network/operation.ts';
import { poolTo } from '../graph/operators/adaptivePooling.ts';
import { convolution, shift } from '../graph/operators/affine.ts';
import { realNumbers, wholeNumber, wholeNumbers } from '../graph/attributes.ts';
import type { GraphNode } from '../graph/node.ts';
import { withChannels } from '../graph/order.ts';
import type { Operator } from '../graph/translate.ts';
import {
  averageWithZeros,
  paddingOf,
  pairOf,
  pool,
  poolAll,
  resize,
  roundedUp,
  sameLower,
  spatialRank,
} from '../graph/operators/windows.ts';
import { reduceAxes, type Reduction } from '../graph/operators/reducing.ts';
import { Refusal } from '../graph/refusal.ts';
import type { GraphWriter, TensorValue } from '../graph/writer.ts';

type Pair = readonly [number, number];

/** A tensor with its channels before its positions, as windows read it. */
function spatialTensor(writer: GraphWriter, node: GraphNode): TensorValue {
  const x = writer.tensor(node);
  return x.shape && x.shape.length > 1 ? withChannels(writer, node, x, true) : x;
}

/** Rows and columns of the attribute `pads`, which has all beginnings before all ends. */
function sidesOf(node: GraphNode, rank: 1 | 2, least = 0): readonly [Pair, Pair] {
  const pads = wholeNumbers(node, 'pads', least) ?? Array<number>(2 * rank).fill(0);
  if (pads.length !== 2 * rank) throw new Refusal('Padding that does not fit the number of axes is not read.');
  return rank === 1
    ? [
        [0, 0],
        [pads[0], pads[1]],
      ]
    : [
        [pads[0], pads[2]],
        [pads[1], pads[3]],
      ];
}

function windowOf(node: GraphNode, x: TensorValue, kernel: readonly number[]): Window {
  const rank = spatialRank(kernel.length);
  const window = {
    rank,
    kernel: pairOf(kernel, rank),
    strides: pairOf(wholeNumbers(node, 'strides', 1), rank),
    dilation: pairOf(wholeNumbers(node, 'dilations', 1), rank),
  };
  switch (node.attributes.text('auto_pad') ?? 'NOTSET') {
    case 'SAME_UPPER':
      return { ...window, padding: 'same' };
    case 'SAME_LOWER':
      return { ...window, padding: sameLower({ ...window, padding: 'same' }, x) };
    case 'VALID':
      return { ...window, padding: 'valid' };
    default:
      return { ...window, padding: paddingOf(...sidesOf(node, rank)) };
  }
}

/** The window of a kernel; that it is stated once more is to no effect, unless both differ. */
function kernelWindow(node: GraphNode, x: TensorValue, sizes: readonly number[]): Window {
  const stated = wholeNumbers(node, 'kernel_shape', 1);
  if (stated && stated.join() !== sizes.join())
    throw new Refusal(
      `kernel_shape is ${stated.join('×')}, the weights have ${sizes.join('×')}.`,
      node.attributes.span('kernel_shape'),
    );
  return windowOf(node, x, sizes);
}

/** Kernels are `[filters, channels / groups, ...positions]`. */
export const convolve: Operator = (writer, node) => {
  const [x, kernel] = [spatialTensor(writer, node), writer.weights(node, 1)];
  const [filters, perGroup, ...sizes] = kernel.shape;
  const rank = spatialRank(sizes.length);
  const groups = wholeNumber(node, 'group', 1) ?? 1;
  const window = kernelWindow(node, x, sizes);
  const channels = perGroup * groups;
  const isDepthwise = groups > 1 && perGroup === 1 && Number.isInteger(filters / groups);
  const positions = Array.from({ length: rank }, (_, k) => k + 2);
  const y = isDepthwise
    ? convolution(writer, node, x, {
        kind: 'depthwiseConvolution',
        window,
        filters: filters / groups,
        kernel,
        axes: [...positions, 0, 1],
        shape: [...sizes, channels, filters / groups],
      })
    : convolution(writer, node, x, {
        kind: 'convolution',
        window,
        filters,
        groups,
        kernel,
        axes: [...positions, 1, 0],
        shape: [...sizes, perGroup, filters],
      });
  return node.inputs[2] ? shift(writer, node, y, writer.weights(node, 2), { isBias: true }) : y;
};

/** Kernels are `[channels, filters of a group, ...positions]`; padding is cut off from what comes out. */
export const convolveTransposed: Operator = (writer, node) => {
  const [x, kernel] = [spatialTensor(writer, node), writer.weights(node, 1)];
  const [channels, perGroup, ...sizes] = kernel.shape;
  const rank = spatialRank(sizes.length);
  const groups = wholeNumber(node, 'group', 1) ?? 1;
  if (wholeNumbers(node, 'output_shape'))
    throw new Refusal('A transposed convolution to a given size is not analyzed.');
  if (/SAME/.test(node.attributes.text('auto_pad') ?? ''))
    throw new Refusal('A transposed convolution with this padding is not analyzed.');
  const more = pairOf(wholeNumbers(node, 'output_padding', 0), rank, 0);
  const [rows, columns] = sidesOf(node, rank).map(([before, after], axis): Pair => [
    before,
    after - (rank === 1 && axis === 0 ? 0 : more[axis]),
  ]);
  const window = { ...kernelWindow(node, x, sizes), padding: [rows, columns] as const };
  const positions = Array.from({ length: rank }, (_, k) => k + 2);
  const y = convolution(writer, node, x, {
    kind: 'transposedConvolution',
    window,
    filters: groups * perGroup,
    groups,
    kernel,
    axes: [...positions, 1, 0],
    shape: [...sizes, perGroup, channels],
  });
  return node.inputs[2] ? shift(writer, node, y, writer.weights(node, 2), { isBias: true }) : y;
};

function poolingWindow(writer: GraphWriter, node: GraphNode): { x: TensorValue; window: Window; isRoundedUp: boolean } {
  const x = spatialTensor(writer, node);
  const window = windowOf(node, x, wholeNumbers(node, 'kernel_shape', 1) ?? []);
  return { x, window, isRoundedUp: wholeNumber(node, 'ceil_mode') === 1 };
}

export const maxPool: Operator = (writer, node) => {
  const { x, window, isRoundedUp } = poolingWindow(writer, node);
  return pool(writer, node, x, 'maxPooling', isRoundedUp ? roundedUp(window, x) : window);
};

/** Zeros around the input count only if the node says so. */
export const averagePool: Operator = (writer, node) => {
  const { x, window, isRoundedUp } = poolingWindow(writer, node);
  if (wholeNumber(node, 'count_include_pad') === 1) {
    if (window.padding === 'same') throw new Refusal('An average over zeros with this padding is not analyzed.');
    return averageWithZeros(writer, node, x, window, isRoundedUp);
  }
  return pool(writer, node, x, 'averagePooling', isRoundedUp ? roundedUp(window, x) : window);
};

export const poolWhole =
  (kind: 'globalMaxPooling' | 'globalAveragePooling'): Operator =>
  (writer, node) =>
    poolAll(writer, node, spatialTensor(writer, node), kind, true);

/** PyTorch's pooling to numbers of positions, which ONNX has no operation for. */
export const poolAdaptively =
  (kind: 'averagePooling' | 'maxPooling'): Operator =>
  (writer, node) => {
    const sizes = wholeNumbers(node, 'output_size', 1);
    if (!sizes) throw new Refusal('To how many positions this pools is not known.');
    return poolTo(writer, node, spatialTensor(writer, node), sizes, kind);
  };

/** The mean, the sum or an extremum along axes. */
export const reduce =
  (kind: Reduction): Operator =>
  (writer, node) => {
    const x = writer.tensor(node);
    const axes = wholeNumbers(node, 'axes') ?? writer.numbers(node, 1);
    if (!axes) throw new Refusal(`The axes of this ${node.op} are not known.`);
    return reduceAxes(writer, node, x, axes, (wholeNumber(node, 'keepdims') ?? 1) === 1, kind);
  };

/** Whether the nearest cell is found so that each one is repeated `factor` times: looked at on three cells. */
function repeats(placed: string, rounding: string, factor: number): boolean {
  const centered = placed === 'half_pixel' || placed === 'pytorch_half_pixel' || placed === 'half_pixel_symmetric';
  if (!centered && placed !== 'asymmetric') return false;
  const round: Readonly<Record<string, (at: number) => number>> = {
    round_prefer_floor: (at) => Math.ceil(at - 0.5),
    round_prefer_ceil: (at) => Math.floor(at + 0.5),
    floor: Math.floor,
    ceil: Math.ceil,
  };
  const cell = Object.hasOwn(round, rounding) ? round[rounding] : undefined;
  const at = (place: number) => (centered ? (place + 0.5) / factor - 0.5 : place / factor);
  const found = Array.from({ length: 3 * Math.min(factor, 1000) }, (_, place) => cell?.(at(place)) ?? NaN);
  return found.every((near, place) => Math.min(Math.max(near, 0), 2) === Math.floor(place / factor));
}

export const enlarge: Operator = (writer, node) => {
  const x = spatialTensor(writer, node);
  const isResize = node.op === 'Resize';
  const scales = writer.numbers(node, isResize ? 2 : 1) ?? realNumbers(node, 'scales');
  const sizes = isResize ? writer.numbers(node, 3) : undefined;
  const extents = x.shape && x.channelsFirst ? [1, x.shape[x.shape.length - 1], ...x.shape.slice(0, -1)] : undefined;
  const factors = scales && scales.length > 0 ? scales : extents && sizes?.map((size, axis) => size / extents[axis]);
  const mode = node.attributes.text('mode') ?? 'nearest';
  const placed = node.attributes.text('coordinate_transformation_mode') ?? (isResize ? 'half_pixel' : 'asymmetric');
  if (!factors || factors.length < 3 || factors[1] !== 1)
    throw new Refusal('To what size this is brought is not known.');
  if (wholeNumbers(node, 'axes')) throw new Refusal('Resizing along named axes is not analyzed.');
  const isBlended = mode === 'linear' && (placed === 'half_pixel' || placed === 'pytorch_half_pixel');
  const rounding = node.attributes.text('nearest_mode') ?? (isResize ? 'round_prefer_floor' : 'floor');
  const isRepeated = mode === 'nearest' && factors.slice(2).every((factor) => repeats(placed, rounding, factor));
  if (!isRepeated && !isBlended) throw new Refusal(`Resizing in the mode ${mode}, ${placed}, is not analyzed.`);
  return resize(writer, node, x, factors.slice(2), isBlended);
};
