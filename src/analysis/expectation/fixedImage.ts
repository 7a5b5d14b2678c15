import type { Layer } from '../../network/network.ts';
import { spatialExtents, windowGeometry } from '../../network/window.ts';
import * as rows from '../../counting/program/affineRows.ts';
import type { SparseMatrix } from '../../counting/program/program.ts';
import { RowBuilder } from '../../counting/program/rowBuilder.ts';
import { mixedFresh } from './mixedFresh.ts';
import { settled } from './traces.ts';
import type { Draw } from './weightedImage.ts';
import type { Fresh, RandomTensor, Trace } from './randomTensor.ts';

const matrices = new WeakMap<SparseMatrix, SparseMatrix>();

/**
 * What padding, means over windows and up-sampling make of a tensor: the same map of its rows in each channel. With
 * `draw`, also what is random of sums over several rows.
 */
export function fixedImage(ofRows: SparseMatrix, input: RandomTensor, draw: Draw | null): RandomTensor {
  const matrix = matrices.get(ofRows) ?? inEachChannel(ofRows, input.channels);
  matrices.set(ofRows, matrix);
  const image = imageUnder(matrix, input);
  const { fresh } = input;
  return draw && fresh && !image.fresh ? { ...image, fresh: mixedFresh(ofRows, { ...input, fresh }, draw) } : image;
}

function inEachChannel(matrix: SparseMatrix, channels: number): SparseMatrix {
  const { rows: count, columns, start, end, base, offset, value } = matrix;
  const builder = new RowBuilder();
  for (let cell = 0; cell < count * channels; cell++) {
    const [row, channel] = [Math.floor(cell / channels), cell % channels];
    for (let e = start[row]; e < end[row]; e++) builder.entry((base[row] + offset[e]) * channels + channel, value[e]);
    builder.endRow();
  }
  return builder.matrix(columns * channels);
}

function imageUnder(matrix: SparseMatrix, input: RandomTensor): RandomTensor {
  const { channels, before } = input;
  const isNonNegative = new Uint8Array(matrix.rows).fill(1);
  let selects = true;
  for (let row = 0; row < matrix.rows; row++) {
    const [from, to] = [matrix.start[row], matrix.end[row]];
    if (to > from + 1 || (to > from && matrix.value[from] !== 1)) selects = false;
    for (let e = from; e < to; e++) {
      if (!(matrix.value[e] >= 0 && input.isNonNegative[matrix.base[row] + matrix.offset[e]] === 1))
        isNonNegative[row] = 0;
    }
  }
  return {
    values: product(matrix, input.values),
    tangents: product(matrix, input.tangents),
    channels,
    isNonNegative,
    fresh: selects && input.fresh ? selected(input.fresh, matrix) : null,
    last: input.last,
    before: selects && before ? { ...before, tensor: imageUnder(matrix, before.tensor) } : null,
    greatest: null,
    trace: traceOfMatrix(matrix, input),
  };
}

function traceOfMatrix(matrix: SparseMatrix, { trace, channels }: RandomTensor): Trace {
  const rows = matrix.rows / channels;
  const { factors } = settled(trace);
  const mean = (row: number) => {
    let [sum, count] = [0, 0];
    for (let e = matrix.start[row]; e < matrix.end[row]; e++, count++)
      sum += factors[Math.floor((matrix.base[row] + matrix.offset[e]) / channels)];
    return count > 0 ? sum / count : 1;
  };
  return { factors: Float64Array.from({ length: rows }, (_, row) => mean(row * channels)), innovation: null };
}

function selected({ slots, origins, mean, filters }: Fresh, matrix: SparseMatrix): Fresh {
  const pick = (from: Int32Array) =>
    Int32Array.from({ length: matrix.rows }, (_, row) =>
      matrix.start[row] === matrix.end[row] ? -1 : from[matrix.base[row] + matrix.offset[matrix.start[row]]],
    );
  return {
    slots: pick(slots),
    origins: pick(origins),
    filters: filters && pick(filters),
    mean: mean && { values: product(matrix, mean.values), tangents: product(matrix, mean.tangents) },
  };
}

function product(matrix: SparseMatrix, vector: Float64Array): Float64Array {
  const image = new Float64Array(matrix.rows);
  for (let row = 0; row < matrix.rows; row++) {
    let sum = 0;
    for (let e = matrix.start[row]; e < matrix.end[row]; e++)
      sum += matrix.value[e] * vector[matrix.base[row] + matrix.offset[e]];
    image[row] = sum;
  }
  return image;
}

/** What such a layer makes of positions. */
export function positionMatrix(layer: Layer): SparseMatrix {
  const { operation } = layer;
  const { kind } = operation;
  if (kind === 'averagePooling') {
    const geometry = windowGeometry(layer)!;
    return divided(rows.means(rows.windowGroups({ ...geometry, inC: 1 }), geometry.inH * geometry.inW));
  }
  if (kind !== 'globalAveragePooling' && kind !== 'zeroPadding' && kind !== 'upSampling')
    throw new RangeError(`${layer.name}: not a fixed map of positions`);
  const [height, width] = spatialExtents(layer.inputShapes[0], operation.rank);
  if (kind === 'globalAveragePooling')
    return divided(rows.means(rows.channelGroups([height, width, 1]), height * width));
  if (kind === 'zeroPadding') return rows.zeroPadding([height, width, 1], operation.padding);
  return divided(rows.upSampling([height, width, 1], operation.factors, operation.bilinear));
}

function divided({ matrix, divisor }: rows.DividedMatrix): SparseMatrix {
  return rows.times(matrix, 1 / divisor);
}
