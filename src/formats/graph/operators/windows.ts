import type { Operation, Padding, Window } from '../../../network/operation.ts';
import { slide, slideTransposed, spatialExtents } from '../../../network/window.ts';
import type { GraphNode } from '../node.ts';
import { Refusal } from '../refusal.ts';
import type { GraphWriter, TensorValue } from '../writer.ts';

type Pair = readonly [number, number];

/** A window of one or two spatial axes as a pair for each; anything else is refused. */
export function pairOf(numbers: readonly number[] | undefined, rank: number, fallback = 1): Pair {
  const given = numbers ?? Array<number>(rank).fill(fallback);
  const [first, second] = given;
  if (rank === 1 && given.length === 1) return [1, first];
  if (rank === 2 && given.length === 2) return [first, second];
  throw new Refusal('Layers over other than one or two spatial axes are not analyzed.');
}

export function spatialRank(count: number): 1 | 2 {
  if (count === 1 || count === 2) return count;
  throw new Refusal(
    count === 3 ? 'Layers over three spatial axes are not analyzed.' : 'A window without spatial axes is not read.',
  );
}

/** Explicit padding of rows and columns; valid where there is none. */
export function paddingOf(rows: Pair, columns: Pair): Padding {
  return [...rows, ...columns].every((extent) => extent === 0) ? 'valid' : [rows, columns];
}

export function pool(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  kind: 'maxPooling' | 'averagePooling',
  window: Window,
): TensorValue {
  const type = `${kind === 'maxPooling' ? 'max' : 'average'}_pooling${window.rank}d`;
  if (x.shape && x.shape.length !== window.rank + 1)
    throw new Refusal('Pooling along other axes than those of positions is not analyzed.');
  return writer.emit(node, [x], { type, operation: { kind, window } });
}

/** The largest value or the mean over all positions. */
export function poolAll(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  kind: 'globalMaxPooling' | 'globalAveragePooling',
  keepDims: boolean,
): TensorValue {
  const rank = spatialRank((x.shape?.length ?? 3) - 1);
  const type = `global_${kind === 'globalMaxPooling' ? 'max' : 'average'}_pooling${rank}d`;
  const changes = keepDims ? {} : { channelsFirst: false };
  return writer.emit(node, [x], { type, operation: { kind, rank, keepDims } }, changes);
}

/** Zeros around the positions: rows and columns, or columns alone. A negative number cuts positions off. */
export function pad(writer: GraphWriter, node: GraphNode, x: TensorValue, sides: readonly Pair[]): TensorValue {
  if (!sides.flat().every((side) => Number.isInteger(side))) throw new Refusal('How far this pads is not known.');
  if (sides.flat().every((side) => side === 0)) return x;
  const rank = spatialRank((x.shape?.length ?? sides.length + 1) - 1);
  if (sides.length !== rank) throw new Refusal('Padding along other axes than those of positions is not analyzed.');
  const padding = rank === 1 ? ([[0, 0], sides[0]] as const) : ([sides[0], sides[1]] as const);
  const type = sides.flat().every((side) => side <= 0) ? `cropping${rank}d` : `zero_padding${rank}d`;
  return writer.emit(node, [x], { type, operation: { kind: 'zeroPadding', padding, rank } });
}

/**
 * The mean with zeros around the input, which count. Where windows are rounded up, what they reach behind these zeros
 * does not count.
 */
export function averageWithZeros(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  window: Window,
  isRoundedUp: boolean,
): TensorValue {
  const { padding } = window;
  if (typeof padding === 'string')
    return pool(writer, node, x, 'averagePooling', isRoundedUp ? roundedUp(window, x) : window);
  const reached = isRoundedUp ? roundedUp(window, x).padding : padding;
  const [rows, columns] = padding;
  const padded = pad(writer, node, x, window.rank === 1 ? [columns] : [rows, columns]);
  const beyond = (axis: 0 | 1): Pair => [0, typeof reached === 'string' ? 0 : reached[axis][1] - padding[axis][1]];
  return pool(writer, node, padded, 'averagePooling', { ...window, padding: paddingOf(beyond(0), beyond(1)) });
}

/** Repeats or blends positions by whole factors. */
export function resize(
  writer: GraphWriter,
  node: GraphNode,
  x: TensorValue,
  factors: readonly number[],
  bilinear: boolean,
): TensorValue {
  const rank = spatialRank(factors.length);
  if (!factors.every((factor) => Number.isInteger(factor) && factor >= 1))
    throw new Refusal('Resizing by other than whole factors is not analyzed.');
  const operation: Operation = { kind: 'upSampling', factors: pairOf(factors, rank), rank, bilinear };
  return writer.emit(node, [x], { type: `up_sampling${rank}d`, operation });
}

/**
 * The window of a transposed convolution to the output size that a file states. It is the gradient of a convolution
 * from that size to the input's, which several sizes may lead to when it moves by more than one.
 */
export function broughtTo(window: Window, x: TensorValue, size: readonly (number | null)[] | undefined): Window {
  const { shape } = x;
  if (!shape || shape.length !== window.rank + 1) return window;
  const extents = spatialExtents(shape, window.rank);
  const sizes = size?.every((extent) => extent !== null) && size.length === 2 ? size : undefined;
  if (!sizes) {
    if (window.strides.every((stride) => stride === 1)) return window;
    throw new Refusal(
      'The size that this transposed convolution has to give stands in a weights file that is not beside this one.',
    );
  }
  const along = (axis: 0 | 1): Pair => {
    const { extent, before } = slide(window, axis, sizes[axis]);
    if (extent !== extents[axis]) throw new Refusal(`A transposed convolution cannot give ${sizes.join('×')} here.`);
    const reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
    return [before, (extents[axis] - 1) * window.strides[axis] + reach - before - sizes[axis]];
  };
  const padding = [along(0), along(1)] as const;
  const isUsual = ([0, 1] as const).every((axis) => {
    const usual = slideTransposed(window, axis, extents[axis]);
    return usual.extent === sizes[axis] && usual.before === padding[axis][0];
  });
  return isUsual ? window : { ...window, padding };
}

/** Explicit padding that lets windows begin at every place that the input reaches (rounding up). */
export function roundedUp(window: Window, x: TensorValue): Window {
  const { padding } = window;
  if (!x.shape || x.shape.length !== window.rank + 1)
    throw new Refusal('Windows that reach over the edge of a tensor of unknown shape are not read.');
  const extents = spatialExtents(x.shape, window.rank);
  const sides =
    typeof padding === 'string'
      ? ([
          [0, 0],
          [0, 0],
        ] as const)
      : padding;
  const along = (axis: 0 | 1): Pair => {
    const reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
    const [before, after] = sides[axis];
    const total = extents[axis] + before + after - reach;
    const stride = window.strides[axis];
    const missing = total < 0 ? 0 : (stride - (total % stride)) % stride;
    // A window that would begin in the padding behind the input is left out.
    const begins = (Math.floor(total / stride) + (missing > 0 ? 1 : 0)) * stride;
    return [before, begins >= extents[axis] + before ? after : after + missing];
  };
  return { ...window, padding: paddingOf(along(0), along(1)) };
}

/** Padding as SAME_LOWER has it: the odd cell comes first. */
export function sameLower(window: Window, x: TensorValue): Padding {
  if (!x.shape || x.shape.length !== window.rank + 1)
    throw new Refusal('Padding of a tensor of unknown shape is not read.');
  const extents = spatialExtents(x.shape, window.rank);
  const along = (axis: 0 | 1): Pair => {
    const reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
    const { extent } = slide({ ...window, padding: 'same' }, axis, extents[axis]);
    const total = Math.max((extent - 1) * window.strides[axis] + reach - extents[axis], 0);
    return [Math.ceil(total / 2), Math.floor(total / 2)];
  };
  return paddingOf(along(0), along(1));
}
