import type { Layer } from '../../network/network.ts';
import { spatialExtents, windowGeometry } from '../../network/window.ts';
import * as rows from '../../counting/program/affineRows.ts';
import type { SparseMatrix } from '../../counting/program/program.ts';
import type { Fresh, RandomTensor } from './randomTensor.ts';

const matrices = new WeakMap<Layer, SparseMatrix>();

/** What padding, means over windows and up-sampling make of a tensor. A layer's matrix is made once. */
export function fixedImage(layer: Layer, input: RandomTensor): RandomTensor {
  const matrix = matrices.get(layer) ?? matrixOf(layer, input);
  matrices.set(layer, matrix);
  return imageUnder(matrix, input, input.channels);
}

export function imageUnder(matrix: SparseMatrix, input: RandomTensor, channels: number): RandomTensor {
  const isNonNegative = new Uint8Array(matrix.rows).fill(1);
  let selects = true;
  for (let row = 0; row < matrix.rows; row++) {
    const [from, to] = [matrix.start[row], matrix.start[row + 1]];
    if (to > from + 1 || (to > from && matrix.value[from] !== 1)) selects = false;
    for (let e = from; e < to; e++) {
      if (!(matrix.value[e] >= 0 && input.isNonNegative[matrix.column[e]] === 1)) isNonNegative[row] = 0;
    }
  }
  const { before } = input;
  return {
    values: product(matrix, input.values),
    tangents: product(matrix, input.tangents),
    channels,
    isNonNegative,
    fresh: selects && input.fresh ? selected(input.fresh, matrix) : null,
    last: input.last,
    before: selects && before ? { ...before, tensor: imageUnder(matrix, before.tensor, channels) } : null,
    greatest: null,
  };
}

function selected({ slots, origins, mean }: Fresh, matrix: SparseMatrix): Fresh {
  const pick = (from: Int32Array) =>
    Int32Array.from({ length: matrix.rows }, (_, row) =>
      matrix.start[row] === matrix.start[row + 1] ? -1 : from[matrix.column[matrix.start[row]]],
    );
  return {
    slots: pick(slots),
    origins: pick(origins),
    mean: mean && { values: product(matrix, mean.values), tangents: product(matrix, mean.tangents) },
  };
}

function product(matrix: SparseMatrix, vector: Float64Array): Float64Array {
  const image = new Float64Array(matrix.rows);
  for (let row = 0; row < matrix.rows; row++) {
    let sum = 0;
    for (let e = matrix.start[row]; e < matrix.start[row + 1]; e++) sum += matrix.value[e] * vector[matrix.column[e]];
    image[row] = sum;
  }
  return image;
}

function matrixOf(layer: Layer, input: RandomTensor): SparseMatrix {
  const { operation } = layer;
  if (operation.kind === 'averagePooling')
    return divided(rows.means(rows.windowGroups(windowGeometry(layer)!), input.values.length));
  const { kind } = operation;
  if (kind !== 'globalAveragePooling' && kind !== 'zeroPadding' && kind !== 'upSampling')
    throw new RangeError(`${layer.name}: not a fixed map of positions`);
  const extents = spatialExtents(layer.inputShapes[0], operation.rank);
  if (kind === 'globalAveragePooling') return divided(rows.means(rows.channelGroups(extents), input.values.length));
  if (kind === 'zeroPadding') return rows.zeroPadding(extents, operation.padding);
  return divided(rows.upSampling(extents, operation.factors, operation.bilinear));
}

function divided({ matrix, divisor }: rows.DividedMatrix): SparseMatrix {
  return rows.times(matrix, 1 / divisor);
}
