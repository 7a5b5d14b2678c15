import { differenceOfReads, nothingRead } from './oneNumber.ts';
import type { Covariance, Fresh, RandomTensor, Reads } from './randomTensor.ts';
import type { Sources } from './sources.ts';

/** Below this share of the variances, a difference of two numbers is rounding: they are one number. */
const ROUNDING = 1e-12;
const NEAR = 1e-6;

const nothing: Covariance = [0, 0, 0, 0];

/** A group of different numbers of which the greatest counts. */
export interface Contest {
  readonly cells: readonly number[];
  readonly values: Float64Array;
  readonly tangents: Float64Array;
  /** What is known before the fresh parts. */
  readonly means: Float64Array;
  /** Places of the numbers, the greatest first: it is the first to be above two others where these meet. */
  readonly order: Uint16Array;
  readonly law: Law;
}

/**
 * Second moments of the fresh parts of some numbers, and of their differences: the same for all channels of a window.
 * Those of numbers i and j are at `i * size + j`.
 */
export class Law {
  readonly size: number;
  /** Covariances of values. */
  readonly values: Float64Array;
  /** `E G G'` and `E G'²` of each number. */
  readonly mixed: Float64Array;
  readonly slopes: Float64Array;
  /** Of differences: q is 0 for one that is zero up to rounding. */
  readonly q: Float64Array;
  readonly c: Float64Array;
  readonly r: Float64Array;
  /** Differences that are proportional to the distance from the origin, whatever the weights. */
  readonly isProportional: Uint8Array;
  /** Differences that were found to be sums of several numbers. */
  readonly isOfSeveral: Uint8Array;

  constructor(
    readonly slots: readonly number[],
    /** By number: the first one of the same filter. */
    readonly kin: Uint16Array,
    private readonly sources: Sources,
    origin: number | null,
  ) {
    this.size = slots.length;
    const square = () => new Float64Array(this.size * this.size);
    [this.values, this.q, this.c, this.r] = [square(), square(), square(), square()];
    [this.mixed, this.slopes] = [new Float64Array(this.size), new Float64Array(this.size)];
    this.isProportional = new Uint8Array(this.size * this.size);
    this.isOfSeveral = new Uint8Array(this.size * this.size);
    for (let i = 0; i < this.size; i++) {
      const [value, mixed, , slope] = this.covariance(i, i);
      this.values[i * this.size + i] = value;
      this.mixed[i] = mixed;
      this.slopes[i] = slope;
      for (let j = 0; j < i; j++) this.relate(j, i, origin);
    }
  }

  private covariance(i: number, j: number): Covariance {
    const [a, b] = [this.slots[i], this.slots[j]];
    // Filters have weights of their own.
    if (a < 0 || b < 0 || this.kin[i] !== this.kin[j]) return nothing;
    return this.sources.covariance(a, b);
  }

  private relate(i: number, j: number, origin: number | null): void {
    const { size, values, mixed, slopes } = this;
    const [value, first, second, slope] = this.covariance(i, j);
    const [at, mirrored] = [i * size + j, j * size + i];
    values[at] = values[mirrored] = value;
    const sum = values[i * size + i] + values[j * size + j];
    const q = sum - 2 * value;
    if (!(q > ROUNDING * sum)) return;
    this.q[at] = q;
    this.c[at] = mixed[i] + mixed[j] - first - second;
    this.r[at] = slopes[i] + slopes[j] - 2 * slope;
    if (origin !== null && isProportional(q, this.c[at], this.r[at], origin)) this.isProportional[at] = 1;
  }

  isGiven(i: number): boolean {
    return this.slots[i] < 0;
  }

  /** What the difference of two fresh parts is a combination of, or one of them. */
  reads(i: number, j?: number): Reads {
    const readsOf = (k: number) => (this.isGiven(k) ? nothingRead : this.sources.reads(this.slots[k]));
    if (j === undefined) return readsOf(i);
    const areFresh = !this.isGiven(i) && !this.isGiven(j);
    const isOfEqualWeights =
      this.kin[i] === this.kin[j] && areFresh && this.sources.areOfOneSource(this.slots[i], this.slots[j]);
    return differenceOfReads(readsOf(i), readsOf(j), isOfEqualWeights);
  }
}

/** Whether numbers of these moments are proportional to the distance from a place. */
export function isProportional(q: number, c: number, r: number, place: number): boolean {
  return r > 0 && Math.abs(c / r + place) < NEAR * Math.abs(place) && r * q - c * c < NEAR * r * q;
}

/** The contests of one tensor. Groups of one window, channel by channel, have their law in common. */
export class Contests {
  private law: Law | null = null;

  constructor(
    private readonly tensor: RandomTensor,
    private readonly fresh: Fresh,
    private readonly sources: Sources,
    private readonly origin: number | null,
  ) {}

  of(group: readonly number[]): Contest {
    const { values, tangents } = this.tensor;
    const { slots, mean } = this.fresh;
    const all = numbersAt(values, group);
    const inOrder = descending(all);
    const hasEqual = inOrder.some((i, place) => place > 0 && all[i] === all[inOrder[place - 1]]);
    const cells = hasEqual ? differentCells(group, values) : group;
    const own = hasEqual ? numbersAt(values, cells) : all;
    const means = mean ? numbersAt(mean.values, cells) : new Float64Array(cells.length);
    for (let i = 0; i < cells.length; i++) if (slots[cells[i]] < 0) means[i] = own[i];
    return {
      cells,
      values: own,
      tangents: numbersAt(tangents, cells),
      means,
      order: hasEqual ? descending(own) : inOrder,
      law: this.lawOf(cells),
    };
  }

  private lawOf(cells: readonly number[]): Law {
    const { law, sources, origin } = this;
    const { slots } = this.fresh;
    const kin = this.kinOf(cells);
    const isKnown =
      law?.size === cells.length && cells.every((cell, k) => slots[cell] === law.slots[k] && kin[k] === law.kin[k]);
    if (law && isKnown) return law;
    const own = cells.map((cell) => slots[cell]);
    return (this.law = new Law(own, kin, sources, origin));
  }

  private kinOf(cells: readonly number[]): Uint16Array {
    const { channels } = this.tensor;
    const { filters } = this.fresh;
    const filterOf = (cell: number) => filters?.[cell] ?? cell % channels;
    const kin = new Uint16Array(cells.length);
    for (let i = 0; i < kin.length; i++) {
      const filter = filterOf(cells[i]);
      while (filterOf(cells[kin[i]]) !== filter) kin[i]++;
    }
    return kin;
  }
}

function numbersAt(numbers: Float64Array, cells: readonly number[]): Float64Array {
  const own = new Float64Array(cells.length);
  for (let i = 0; i < own.length; i++) own[i] = numbers[cells[i]];
  return own;
}

/** The places of these few numbers, the greatest number first. */
function descending(values: Float64Array): Uint16Array {
  const order = new Uint16Array(values.length);
  for (let i = 0; i < order.length; i++) {
    let place = i;
    for (; place > 0 && values[order[place - 1]] < values[i]; place--) order[place] = order[place - 1];
    order[place] = i;
  }
  return order;
}

/** Equal numbers are one. */
function differentCells(group: readonly number[], values: Float64Array): number[] {
  const cells: number[] = [];
  for (const cell of group) {
    let isKnown = false;
    for (const other of cells) isKnown ||= values[other] === values[cell];
    if (!isKnown) cells.push(cell);
  }
  return cells;
}
