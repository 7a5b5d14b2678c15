import { isMerge, type MergeOperation, type Operation, type OutputRule, type Window } from './operation.ts';
import { selectedShape } from './selection.ts';
import { formatShape, sameShape, sizeOf, type Shape } from './shape.ts';
import { operationPieces } from './units.ts';
import { sizeFault } from './wholeSizes.ts';
import { slide, slideTransposed, spatialExtents } from './window.ts';

/** Why a layer cannot take its inputs. `field` names the native field at fault, when there is one. */
export interface ShapeFault {
  readonly message: string;
  readonly field?: string;
  /** The inputs are valid, but the operation is not analyzed. */
  readonly isUnsupported?: boolean;
}

export type InferredShape = { readonly shape: Shape } | { readonly fault: ShapeFault };

const fault = (message: string, field?: string): InferredShape => ({ fault: { message, field } });

/** Output shape of an operation on inputs of these shapes. Never throws. */
export function inferShape(operation: Operation, inputs: readonly Shape[]): InferredShape {
  const unsound = sizeFault(operation);
  if (unsound) return { fault: unsound };
  if (isMerge(operation)) return mergeShapes(operation, inputs);
  if (operation.kind === 'notPiecewiseLinear' && inputs.length > 0)
    return { shape: ruledShape(operation.output, inputs[0]) };
  if (inputs.length !== 1) return fault(`takes one input, ${inputs.length} are given`, 'inputs');
  const [input] = inputs;
  switch (operation.kind) {
    case 'dense':
      if (input.length < 1) return fault('needs a vector, the input is a single number');
      return { shape: [...input.slice(0, -1), operation.units] };
    case 'maxout':
      if (input.length !== 1) return fault(`needs a vector, the input is ${formatShape(input)}: flatten it first`);
      return { shape: [operation.units] };
    case 'tropicalDense':
      if (input.length !== 1) return fault(`needs a vector, the input is ${formatShape(input)}: flatten it first`);
      return input[0] === 1 ? singleArgument() : { shape: [operation.units] };
    case 'tropicalConvolution':
      return tropicalShape(operation, input);
    case 'convolution':
      return undivided(operation, input) ?? windowed(operation.window, input, () => operation.filters);
    case 'locallyConnected':
    case 'separableConvolution':
      return windowed(operation.window, input, () => operation.filters);
    case 'depthwiseConvolution':
      return windowed(operation.window, input, (channels) => channels * operation.multiplier);
    case 'maxPooling':
    case 'averagePooling':
      return pooled(operation.window, input);
    case 'transposedConvolution':
      return undivided(operation, input) ?? transposedShape(operation.window, operation.filters, input);
    case 'globalMaxPooling':
    case 'globalAveragePooling': {
      const wrong = wrongRank(operation.rank, input);
      if (wrong) return wrong;
      const channels = input[operation.rank];
      return { shape: operation.keepDims ? [...Array<number>(operation.rank).fill(1), channels] : [channels] };
    }
    case 'flatten':
      return { shape: [sizeOf(input)] };
    case 'reshape':
      return reshaped(operation.target, input);
    case 'select': {
      const selected = selectedShape(operation.selection, input);
      return 'message' in selected ? { fault: selected } : { shape: selected };
    }
    case 'zeroPadding': {
      const wrong = wrongRank(operation.rank, input);
      if (wrong) return wrong;
      const [h, w, c] = spatialExtents(input, operation.rank);
      const [[top, bottom], [left, right]] = operation.padding;
      const width = w + left + right;
      return { shape: operation.rank === 1 ? [width, c] : [h + top + bottom, width, c] };
    }
    case 'upSampling': {
      const wrong = wrongRank(operation.rank, input);
      if (wrong) return wrong;
      const [h, w, c] = spatialExtents(input, operation.rank);
      const width = w * operation.factors[1];
      return { shape: operation.rank === 1 ? [width, c] : [h * operation.factors[0], width, c] };
    }
    case 'graphConvolution': {
      const nodes = operation.adjacency.length;
      if (input.length !== 2) return fault(`needs nodes × features, the input is ${formatShape(input)}`);
      if (input[0] !== nodes || operation.adjacency.some((row) => row.length !== nodes)) {
        return fault(`adjacency must be ${input[0]}×${input[0]} for ${input[0]} nodes`, 'adjacency');
      }
      return { shape: [nodes, operation.units] };
    }
    case 'unknown':
      return fault(operation.why);
    case 'batchNormalization':
      return normalized(operation.axis ?? -1, input);
    case 'identity':
    case 'notPiecewiseLinear':
      return { shape: input };
  }
}

/** Every channel has its own factors; along another axis they would differ from position to position. */
function normalized(axis: number, input: Shape): InferredShape {
  const place = axis < 0 ? input.length + axis : axis;
  // For a vector, -2 is the last axis of positions where channels come first: its only axis.
  if (place === input.length - 1 || (input.length === 1 && axis === -2)) return { shape: input };
  if (!(place >= 0 && place < input.length)) return fault(`there is no axis ${axis} in ${formatShape(input)}`, 'axis');
  const message = `normalizes along an axis of ${input[place]} positions, not along the channels, which is not analyzed`;
  return { fault: { message, field: 'axis', isUnsupported: true } };
}

function ruledShape(rule: OutputRule | undefined, input: Shape): Shape {
  return rule ? [...input.slice(0, rule.keep), ...rule.append] : input;
}

function wrongRank(rank: 1 | 2, input: Shape): InferredShape | null {
  if (input.length === rank + 1) return null;
  const wanted = rank === 1 ? 'width × channels' : 'height × width × channels';
  return fault(`needs ${wanted}, the input is ${formatShape(input)}`);
}

/** The fault of channels or filters that the groups of a convolution cannot share. */
function undivided(
  { window, filters, groups }: Extract<Operation, { kind: 'convolution' | 'transposedConvolution' }>,
  input: Shape,
): InferredShape | null {
  const channels = input[input.length - 1];
  if (input.length !== window.rank + 1 || (channels % groups === 0 && filters % groups === 0)) return null;
  return fault(`${channels} channels and ${filters} filters cannot be split into ${groups} groups`, 'groups');
}

function windowed(
  window: Window,
  input: Shape,
  channelsOut: (channels: number) => number,
  sizeField = 'kernel_size',
): InferredShape {
  const wrong = wrongRank(window.rank, input);
  if (wrong) return wrong;
  const [h, w, c] = spatialExtents(input, window.rank);
  const [outH, outW] = [slide(window, 0, h).extent, slide(window, 1, w).extent];
  if (!(outH >= 1 && outW >= 1)) {
    const reach = window.kernel.map((size, axis) => (size - 1) * window.dilation[axis] + 1).slice(2 - window.rank);
    return fault(
      `a window of ${formatShape(reach)} does not fit into ${formatShape(input.slice(0, window.rank))}`,
      sizeField,
    );
  }
  const channels = channelsOut(c);
  return { shape: window.rank === 1 ? [outW, channels] : [outH, outW, channels] };
}

/** A window that contains only padding has no greatest number and no mean. */
function pooled(window: Window, input: Shape): InferredShape {
  const inferred = windowed(window, input, (channels) => channels, 'pool_size');
  if ('fault' in inferred) return inferred;
  const extents = spatialExtents(input, window.rank);
  const seesNothing = ([0, 1] as const).some((axis) => {
    const { extent, before } = slide(window, axis, extents[axis]);
    const reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
    return before >= reach || (extent - 1) * window.strides[axis] - before >= extents[axis];
  });
  return seesNothing
    ? fault('a window lies in the padding alone: pad by less than the size of the window', 'padding')
    : inferred;
}

/** The value of padding would be that of no layer: zero competes with the numbers of the input. */
function tropicalShape(
  operation: Extract<Operation, { readonly kind: 'tropicalConvolution' }>,
  input: Shape,
): InferredShape {
  const { window, filters } = operation;
  if (window.padding !== 'valid') {
    const message = 'pads its input: what padding is worth to a tropical layer is not settled, and it is not analyzed';
    return { fault: { message, field: 'padding', isUnsupported: true } };
  }
  const inferred = windowed(window, input, () => filters);
  return 'shape' in inferred && operationPieces(operation, [input]) === 1 ? singleArgument('kernel_size') : inferred;
}

/** Such units bend nowhere, and all alike: what theorems say of affine layers does not hold for them. */
function singleArgument(field?: string): InferredShape {
  return fault('every unit reads a single number and has nothing to compare it with', field);
}

function transposedShape(window: Window, filters: number, input: Shape): InferredShape {
  const wrong = wrongRank(window.rank, input);
  if (wrong) return wrong;
  const [h, w] = spatialExtents(input, window.rank);
  const [outH, outW] = [slideTransposed(window, 0, h).extent, slideTransposed(window, 1, w).extent];
  if (!(outH >= 1 && outW >= 1)) return fault('the padding cuts off all of the output', 'padding');
  return { shape: window.rank === 1 ? [outW, filters] : [outH, outW, filters] };
}

function reshaped(target: Shape, input: Shape): InferredShape {
  const size = sizeOf(input);
  const open = target.filter((extent) => extent === -1).length;
  const known = sizeOf(target.filter((extent) => extent !== -1));
  const fits = open === 0 ? known === size : open === 1 && known > 0 && size % known === 0;
  if (!fits)
    return fault(`${formatShape(input)} (${size} numbers) cannot become ${formatShape(target)}`, 'target_shape');
  return { shape: target.map((extent) => (extent === -1 ? size / known : extent)) };
}

/** Frameworks repeat the smaller of two tensors along the axes where it has one place; anything else is wrong. */
function differing(inputs: readonly Shape[], first: Shape, other: Shape): InferredShape {
  const rank = Math.max(...inputs.map((shape) => shape.length));
  const isRepeatable = Array.from({ length: rank }, (_, axis) => {
    const extents = inputs.map((shape) => shape.at(axis - rank) ?? 1).filter((extent) => extent !== 1);
    return new Set(extents).size < 2;
  });
  const shapes = `${formatShape(first)} and ${formatShape(other)}`;
  if (!isRepeatable.every(Boolean)) return fault(`inputs of different shapes: ${shapes}`, 'inputs');
  const message = `merges ${shapes} by repeating the numbers of one of them, which is not analyzed`;
  return { fault: { message, field: 'inputs', isUnsupported: true } };
}

function mergeShapes(operation: MergeOperation, inputs: readonly Shape[]): InferredShape {
  if (inputs.length < 2) return fault('needs at least two inputs', 'inputs');
  const [first] = inputs;
  if (operation.kind !== 'concatenate') {
    if (operation.kind === 'subtract' && inputs.length !== 2) return fault('takes exactly two inputs', 'inputs');
    const other = inputs.find((shape) => !sameShape(shape, first));
    return other ? differing(inputs, first, other) : { shape: first };
  }
  const axis = operation.axis < 0 ? first.length + operation.axis : operation.axis;
  if (!(axis >= 0 && axis < first.length))
    return fault(`there is no axis ${operation.axis} in ${formatShape(first)}`, 'axis');
  const rest = (shape: Shape) => shape.filter((_, i) => i !== axis);
  const other = inputs.find((shape) => shape.length !== first.length || !sameShape(rest(shape), rest(first)));
  if (other)
    return fault(`${formatShape(first)} and ${formatShape(other)} differ off the axis they are joined along`, 'inputs');
  return {
    shape: first.map((extent, i) => (i === axis ? inputs.reduce((sum, shape) => sum + shape[axis], 0) : extent)),
  };
}
