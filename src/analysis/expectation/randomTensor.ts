import type { PiecewiseLinearActivation } from '../../network/activation.ts';
import { copyRows } from './copyRows.ts';
import { innovationRows, type Innovation } from './innovation.ts';
import { rounded } from './rounded.ts';

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
    fresh: fresh && { slots: numbers(fresh.slots), origins: numbers(fresh.origins), mean: mean ?? null },
    before: before && { ...before, tensor: rowsOf(before.tensor, rows) },
    greatest: greatest && {
      ...greatest,
      groups: Array.from(rows).flatMap((row) => greatest.groups.slice(row * channels, (row + 1) * channels)),
      origins: numbers(greatest.origins),
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
  /** Numbers of a group have weights of their own each. */
  readonly areIndependent: boolean;
  /** By group: equal ones are equal numbers, up to the factor. */
  readonly origins: Int32Array;
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

/** Sums of one source's channels, one after the other. */
interface Run {
  readonly values: Float64Array;
  readonly slots: Int32Array;
  readonly origins: Int32Array;
  readonly start: number;
  readonly end: number;
}

function isOneRun(slots: Int32Array, origins: Int32Array, at: number): boolean {
  return slots[at] === slots[at - 1] && origins[at] === origins[at - 1] + 1;
}

/** The sources of one draw, and which zeros were counted. */
export class Sources {
  private readonly sources: Source[] = [];
  /** By slot: its place in its source, and a factor. */
  private readonly places: number[] = [];
  private readonly factors: number[] = [];
  private origins = 0;
  private countedZeros = new Uint8Array(1024);
  private readonly sums = new Map<number, Run[]>();
  private readonly countedLevels = new Map<number, Set<number>>();

  /** The number of the source's first slot. */
  add(source: Source): number {
    const first = this.sources.length;
    for (let i = 0; i < source.q.length; i++) this.push(source, i, 1);
    return first;
  }

  /** A slot for the same numbers times a factor. */
  scaled(slot: number, factor: number): number {
    this.push(this.sources[slot], this.places[slot], this.factors[slot] * factor);
    return this.sources.length - 1;
  }

  private push(source: Source, place: number, factor: number): void {
    this.sources.push(source);
    this.places.push(place);
    this.factors.push(factor);
  }

  newOrigins(count: number): Int32Array {
    const ids = new Int32Array(count);
    for (let i = 0; i < count; i++) ids[i] = this.origins++;
    if (this.origins > this.countedZeros.length) {
      const counted = this.countedZeros;
      this.countedZeros = new Uint8Array(2 * this.origins);
      this.countedZeros.set(counted);
    }
    return ids;
  }

  /**
   * One origin for sums that are equal numbers, up to the factors of their slots; others are new. Sums are equal only
   * where their newest terms are, and these only where their variances are.
   */
  originsOfSums(values: Float64Array, slots: Int32Array, before: Int32Array): Int32Array {
    const origins = this.newOrigins(values.length);
    for (let start = 0, end = 0; start < values.length; start = end) {
      for (end = start + 1; end < values.length && isOneRun(slots, before, end);) end++;
      if (slots[start] < 0) continue;
      const slot = slots[start];
      const name = rounded(this.sources[slot].q[this.places[slot]]);
      const alike = this.sums.get(name) ?? [];
      if (alike.length > 0) this.shareOrigins(alike, values, slots, origins, start, end);
      alike.push({ values, slots, origins, start, end });
      this.sums.set(name, alike);
    }
    return origins;
  }

  private shareOrigins(
    alike: readonly Run[],
    values: Float64Array,
    slots: Int32Array,
    origins: Int32Array,
    start: number,
    end: number,
  ): void {
    const known = new Map<number, number>();
    const nameOf = (run: Pick<Run, 'values' | 'slots'>, i: number) =>
      rounded(run.values[i] / this.factors[run.slots[i]]);
    for (const run of alike) for (let i = run.start; i < run.end; i++) known.set(nameOf(run, i), run.origins[i]);
    for (let i = start; i < end; i++) origins[i] = known.get(nameOf({ values, slots }, i)) ?? origins[i];
  }

  /** Whether it was counted before where cells of this origin, multiplied by a factor, reach the level. Now it is. */
  countOnce(origin: number, level: number, factor: number): boolean {
    if (level === 0) {
      const isCounted = this.countedZeros[origin] === 1;
      this.countedZeros[origin] = 1;
      return isCounted;
    }
    const counted = this.countedLevels.get(level / factor) ?? new Set();
    this.countedLevels.set(level / factor, counted);
    const isCounted = counted.has(origin);
    counted.add(origin);
    return isCounted;
  }

  /** What a slot's numbers were multiplied by. */
  factorOf(slot: number): number {
    return this.factors[slot];
  }

  layerOf(slot: number): number {
    return this.sources[slot].layer;
  }

  filtersOf(slot: number): number {
    return this.sources[slot].filters;
  }

  moments(slot: number): readonly [q: number, c: number, r: number] {
    const { q, c, r } = this.sources[slot];
    const [at, square] = [this.places[slot], this.factors[slot] ** 2];
    return [square * q[at], square * c[at], square * r[at]];
  }

  reads(slot: number): Reads {
    return this.sources[slot].reads(this.places[slot]);
  }

  areOfOneSource(a: number, b: number): boolean {
    return this.sources[a] === this.sources[b];
  }

  /** Of the same channel at two slots that have one factor. */
  covariance(a: number, b: number): Covariance {
    if (!this.areOfOneSource(a, b)) return [0, 0, 0, 0];
    const covariance = this.sources[a].covariance(this.places[a], this.places[b]);
    if (this.factors[a] === 1) return covariance;
    const [value, first, second, slopes] = covariance;
    const square = this.factors[a] ** 2;
    return [square * value, square * first, square * second, square * slopes];
  }
}
