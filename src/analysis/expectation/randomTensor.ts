import type { PiecewiseLinearActivation } from '../../network/activation.ts';
import { copyRows } from './copyRows.ts';
import { innovationRows, type Innovation } from './innovation.ts';

/** Why the conditional mean of a network cannot be drawn, as a sentence. */
export class NotDrawn extends Error {}

/**
 * One draw of a random network at a point of a line: what a tensor is there, and what of it is still random given
 * everything before.
 */
export interface RandomTensor {
  /** Row-major, channels last; one row for all positions that are known to be equal. */
  readonly values: Float64Array;
  /** Derivatives along the line. */
  readonly tangents: Float64Array;
  readonly channels: number;
  /** No smaller value can occur than zero, by cell. */
  readonly isNonNegative: Uint8Array;
  /** Given everything but the weights of one layer each cell is Gaussian; null where none is. */
  readonly fresh: Fresh | null;
  /** The last layer with weights that it depends on; -1 for the input. */
  readonly last: number;
  /** What it is the elementwise image of, under units that never fall. */
  readonly before: { readonly tensor: RandomTensor; readonly activation: PiecewiseLinearActivation } | null;
  /** What it takes the greatest values of. */
  readonly greatest: Greatest | null;
  readonly trace: Trace;
}

/** How the draw so far differs from the mean over draws. */
export interface Trace {
  /** By how much rates of zeros do, about, by row: each has the mean one. */
  readonly factors: Float64Array;
  /** What is not in the factor yet, since that depends on who reads it. */
  readonly innovation: Innovation | null;
}

/** Some rows of a tensor, one after the other; a row holds the channels of one position. */
export function rowsOf(tensor: RandomTensor, rows: Int32Array): RandomTensor {
  const { channels, fresh, before, greatest, trace } = tensor;
  const floats = (from: Float64Array) => copyRows(from, new Float64Array(rows.length * channels), rows, channels);
  const numbers = (from: Int32Array) => copyRows(from, new Int32Array(rows.length * channels), rows, channels);
  const mean = fresh?.mean && { values: floats(fresh.mean.values), tangents: floats(fresh.mean.tangents) };
  return {
    ...tensor,
    values: floats(tensor.values),
    tangents: floats(tensor.tangents),
    isNonNegative: copyRows(tensor.isNonNegative, new Uint8Array(rows.length * channels), rows, channels),
    fresh: fresh && {
      slots: numbers(fresh.slots),
      origins: numbers(fresh.origins),
      mean: mean ?? null,
      filters: fresh.filters && numbers(fresh.filters),
    },
    before: before && { ...before, tensor: rowsOf(before.tensor, rows) },
    greatest: greatest && {
      ...greatest,
      groups: Array.from(rows).flatMap((row) => greatest.groups.slice(row * channels, (row + 1) * channels)),
    },
    trace: {
      factors: copyRows(trace.factors, new Float64Array(rows.length), rows, 1),
      innovation: trace.innovation && innovationRows(trace.innovation, rows),
    },
  };
}

export interface Greatest {
  readonly tensor: RandomTensor;
  readonly groups: readonly (readonly number[])[];
  /** See `changeRate`. */
  readonly maySample: boolean;
  /** What the greatest values were multiplied by since. */
  readonly factor: number;
}

/**
 * Cells of the form `mean + G` with Gaussian G of mean zero, over the weights of one layer that nothing else here
 * depends on.
 */
export interface Fresh {
  /** By cell: which of the moments are its own, or -1 for a cell without any. */
  readonly slots: Int32Array;
  /** By cell: equal ones vanish together. */
  readonly origins: Int32Array;
  /** The part that the layer's weights do not change; null for zero. */
  readonly mean: { readonly values: Float64Array; readonly tangents: Float64Array } | null;
  /** By cell: of which filter it is, if not of the one of its channel's number. */
  readonly filters?: Int32Array;
}

/** The filter of each cell, where channels are to be put in another order. */
export function filtersOf({ values, channels, fresh }: RandomTensor): Int32Array {
  return fresh?.filters ?? Int32Array.from({ length: values.length }, (_, cell) => cell % channels);
}

/** `E G_a G_b`, `E G_a G'_b`, `E G'_a G_b`, `E G'_a G'_b`. */
export type Covariance = readonly [values: number, first: number, second: number, tangents: number];

/** Second moments of G and its derivative at one place and for one set of channels read. */
export interface Source {
  readonly layer: number;
  /** Each has weights of its own. */
  readonly filters: number;
  readonly q: Float64Array;
  readonly c: Float64Array;
  readonly r: Float64Array;
  /** Of the same channel at two of its slots. */
  covariance(a: number, b: number): Covariance;
  /** All that is read changes its sign nowhere, or at a breakpoint alone. */
  readonly readsKeepSign: boolean;
  /** What a place reads, one entry for each weight, and the bias. */
  reads(place: number): Reads;
}

/** The numbers that G is a combination of, with independent weights. */
export interface Reads {
  readonly values: Float64Array;
  readonly tangents: Float64Array;
  /** Those that change their sign nowhere, or at a breakpoint alone. */
  readonly keepsSign: Uint8Array;
}
