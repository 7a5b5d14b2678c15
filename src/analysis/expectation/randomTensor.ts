import type { PiecewiseLinearActivation } from '../../network/activation.ts';

/** Why the conditional mean of a network cannot be drawn, as a sentence. */
export class NotDrawn extends Error {}

/**
 * One draw of a random network at a point of a line: what a tensor is there, and what of it is still random given
 * everything before.
 */
export interface RandomTensor {
  /** Row-major, channels last. */
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
  readonly greatest: { readonly tensor: RandomTensor; readonly groups: readonly (readonly number[])[] } | null;
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

/** Second moments of G and its derivative at one place and for one set of channels read. */
export interface Source {
  readonly layer: number;
  readonly q: Float64Array;
  readonly c: Float64Array;
  readonly r: Float64Array;
  /** `E G_a G_b`, `E G_a G'_b`, `E G'_a G_b`, `E G'_a G'_b` of the same channel at two of its slots. */
  covariance(a: number, b: number): readonly [number, number, number, number];
}

/** The sources of one draw, and which zeros were counted. */
export class Sources {
  private readonly sources: Source[] = [];
  /** By slot: its place in its source, and the square of a factor. */
  private readonly places: number[] = [];
  private readonly squares: number[] = [];
  private origins = 0;
  readonly counted = new Set<number>();

  /** The number of the source's first slot. */
  add(source: Source): number {
    const first = this.sources.length;
    for (let i = 0; i < source.q.length; i++) this.push(source, i, 1);
    return first;
  }

  /** A slot for the same numbers times a factor. */
  scaled(slot: number, factor: number): number {
    this.push(this.sources[slot], this.places[slot], this.squares[slot] * factor * factor);
    return this.sources.length - 1;
  }

  private push(source: Source, place: number, square: number): void {
    this.sources.push(source);
    this.places.push(place);
    this.squares.push(square);
  }

  newOrigins(count: number): Int32Array {
    const ids = new Int32Array(count);
    for (let i = 0; i < count; i++) ids[i] = this.origins++;
    return ids;
  }

  layerOf(slot: number): number {
    return this.sources[slot].layer;
  }

  moments(slot: number): readonly [q: number, c: number, r: number] {
    const { q, c, r } = this.sources[slot];
    const [at, square] = [this.places[slot], this.squares[slot]];
    return [square * q[at], square * c[at], square * r[at]];
  }

  /** Of the same channel at two slots that have one factor. */
  covariance(a: number, b: number): readonly [number, number, number, number] {
    if (this.sources[a] !== this.sources[b]) return [0, 0, 0, 0];
    const [value, first, second, slopes] = this.sources[a].covariance(this.places[a], this.places[b]);
    const square = this.squares[a];
    return [square * value, square * first, square * second, square * slopes];
  }
}
