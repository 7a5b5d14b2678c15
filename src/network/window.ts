import type { Operation, Window } from './operation.ts';
import type { Layer } from './network.ts';
import type { Shape } from './shape.ts';

/**
 * A sliding window with all its numbers filled in. Output row `p` looks at input rows
 * `p * strides[0] - padTop + a * dilation[0]` for `0 <= a < kernel[0]`, those inside `0 .. inH - 1`; columns alike.
 * One-dimensional layers have one row. For a transposed convolution the roles are exchanged: input row `p`
 * reaches output rows `p * strides[0] - padTop + a * dilation[0]`.
 */
export interface WindowGeometry {
  readonly inH: number;
  readonly inW: number;
  readonly inC: number;
  readonly outH: number;
  readonly outW: number;
  readonly outC: number;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padTop: number;
  readonly padLeft: number;
  /** Output channel `f` sees input channels of group `floor(f * groups / outC)` only. */
  readonly groups: number;
  readonly transposed: boolean;
}

/** Rows, columns and channels of `[w, c]` (one row) or `[h, w, c]`. */
export function spatialExtents(shape: Shape, rank: 1 | 2): [number, number, number] {
  return rank === 1 ? [1, shape[0], shape[1]] : [shape[0], shape[1], shape[2]];
}

/**
 * Output extent and leading padding along one axis, as TensorFlow computes them. Extent <= 0: the window does not fit.
 */
export function slide(window: Window, axis: 0 | 1, extent: number): { extent: number; before: number } {
  const stride = window.strides[axis];
  const reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
  const { padding } = window;
  if (padding === 'same') {
    const out = Math.ceil(extent / stride);
    return { extent: out, before: Math.floor(Math.max((out - 1) * stride + reach - extent, 0) / 2) };
  }
  let [before, after] = [0, 0];
  if (padding === 'causal') before = axis === 1 ? reach - 1 : 0;
  else if (padding !== 'valid') [before, after] = padding[axis];
  return { extent: Math.floor((extent + before + after - reach) / stride) + 1, before };
}

/**
 * Output extent of a transposed convolution and the output rows cut off before the first, as Keras (and, for padding
 * written out, ONNX) has them.
 */
export function slideTransposed(window: Window, axis: 0 | 1, extent: number): { extent: number; before: number } {
  const stride = window.strides[axis];
  const reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
  const { padding } = window;
  // Explicit padding is cut off at both ends; a negative amount at the end makes the output longer.
  if (typeof padding !== 'string') {
    const [before, after] = padding[axis];
    return { extent: (extent - 1) * stride + reach - before - after, before };
  }
  if (padding !== 'same') return { extent: extent * stride + Math.max(reach - stride, 0), before: 0 };
  const out = extent * stride;
  return { extent: out, before: Math.floor(Math.max((extent - 1) * stride + reach - out, 0) / 2) };
}

/** The resolved window of a convolution (of any kind) or pooling layer; null for all other layers. */
export function windowGeometry(layer: Pick<Layer, 'operation' | 'inputShapes' | 'outputShape'>): WindowGeometry | null {
  const { operation } = layer;
  if (!('window' in operation)) return null;
  const { window } = operation;
  const transposed = operation.kind === 'transposedConvolution';
  const [inH, inW, inC] = spatialExtents(layer.inputShapes[0], window.rank);
  const [outH, outW, outC] = spatialExtents(layer.outputShape, window.rank);
  const along = transposed ? slideTransposed : slide;
  return {
    inH,
    inW,
    inC,
    outH,
    outW,
    outC,
    kernel: window.kernel,
    strides: window.strides,
    dilation: window.dilation,
    padTop: along(window, 0, inH).before,
    padLeft: along(window, 1, inW).before,
    groups: groupsOf(operation, inC),
    transposed,
  };
}

/** The window of a tropical layer; a dense one has a single window over all of its input, a sequence of numbers. */
export function tropicalGeometry(layer: Pick<Layer, 'operation' | 'inputShapes' | 'outputShape'>): WindowGeometry {
  const window = windowGeometry(layer);
  if (window) return window;
  const [[inW]] = layer.inputShapes;
  const [outC] = layer.outputShape;
  return {
    inH: 1,
    inW,
    inC: 1,
    outH: 1,
    outW: 1,
    outC,
    kernel: [1, inW],
    strides: [1, 1],
    dilation: [1, 1],
    padTop: 0,
    padLeft: 0,
    groups: 1,
    transposed: false,
  };
}

function groupsOf(operation: Extract<Operation, { window: Window }>, channels: number): number {
  switch (operation.kind) {
    case 'convolution':
    case 'transposedConvolution':
      return operation.groups;
    case 'depthwiseConvolution':
    case 'maxPooling':
    case 'averagePooling':
      return channels;
    case 'separableConvolution':
    case 'locallyConnected':
    case 'tropicalConvolution':
      return 1;
  }
}
