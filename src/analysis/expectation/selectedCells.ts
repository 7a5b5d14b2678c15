import { copyCells } from './copyRows.ts';
import { filtersOf, type RandomTensor } from './randomTensor.ts';
import { traceOfAll } from './traces.ts';

/** Some cells of a tensor in another order; -1 stands for a zero. `channels` are those of the result. */
export function selectedCells(tensor: RandomTensor, cells: Int32Array, channels: number): RandomTensor {
  const { fresh, before, greatest, trace } = tensor;
  const floats = (from: Float64Array) => copyCells(from, new Float64Array(cells.length), cells, 0);
  const numbers = (from: Int32Array) => copyCells(from, new Int32Array(cells.length), cells, -1);
  const hasZeros = cells.includes(-1);
  const areInOrder =
    channels === tensor.channels && cells.every((cell, i) => cell < 0 || cell % channels === i % channels);
  return {
    values: floats(tensor.values),
    tangents: floats(tensor.tangents),
    channels,
    isNonNegative: copyCells(tensor.isNonNegative, new Uint8Array(cells.length), cells, 1),
    fresh: fresh && {
      slots: numbers(fresh.slots),
      origins: numbers(fresh.origins),
      filters: areInOrder && !fresh.filters ? undefined : numbers(filtersOf(tensor)),
      mean: fresh.mean && { values: floats(fresh.mean.values), tangents: floats(fresh.mean.tangents) },
    },
    last: tensor.last,
    // These units did not make the zeros, and no zero is the greatest of a group.
    before: before && !hasZeros ? { ...before, tensor: selectedCells(before.tensor, cells, channels) } : null,
    greatest:
      greatest && !hasZeros ? { ...greatest, groups: Array.from(cells, (cell) => greatest.groups[cell]) } : null,
    trace: traceOfAll(trace, cells.length / channels),
  };
}
